extension Tensor {
    /// The same numbers as another kind: towards zero and saturating from float to integer (NaN gives 0), wrapping around
    /// between integers, everything but 0 is true. A gradient flows between floating kinds.
    public func converted(to target: DType) throws -> Tensor {
        if target == dtype { return self }
        guard target.isFloating else { return try detached.convert(to: target) }
        let source = dtype
        return try Tape.unary(self) {
            try $0.convert(to: target)
        } pullback: { _, _ in
            { try $0.converted(to: source) }
        }
    }

    private func convert(to target: DType) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, target, "astype")
        let (from, to, size) = (storage.pointer, result.storage.pointer, (dtype.size, target.size))
        Parallel.ranges(count, grain: Parallel.elementGrain) { range in
            Conversion.run(
                from + range.lowerBound * size.0, dtype, to: to + range.lowerBound * size.1, target, range.count)
        }
        return result
    }
}

/// Loops over elements of one kind that give another.
enum Conversion {
    static func run(_ from: UnsafeMutableRawPointer, _ source: DType, to: UnsafeMutableRawPointer, _ target: DType, _ count: Int) {
        switch target {
        case .bool: run(from, source, to: to.assumingMemoryBound(to: Bool.self), count)
        case .uint8: run(from, source, to: to.assumingMemoryBound(to: UInt8.self), count)
        case .int32: run(from, source, to: to.assumingMemoryBound(to: Int32.self), count)
        case .int64: run(from, source, to: to.assumingMemoryBound(to: Int64.self), count)
        case .float32: run(from, source, to: to.assumingMemoryBound(to: Float.self), count)
        case .float64: run(from, source, to: to.assumingMemoryBound(to: Double.self), count)
        }
    }

    static func run<Target: TensorElement>(
        _ from: UnsafeMutableRawPointer, _ source: DType, to: UnsafeMutablePointer<Target>, _ count: Int
    ) {
        switch source {
        case .bool: integers(from.assumingMemoryBound(to: Bool.self), to, count)
        case .uint8: integers(from.assumingMemoryBound(to: UInt8.self), to, count)
        case .int32: integers(from.assumingMemoryBound(to: Int32.self), to, count)
        case .int64: integers(from.assumingMemoryBound(to: Int64.self), to, count)
        case .float32: numbers(from.assumingMemoryBound(to: Float.self), to, count)
        case .float64: numbers(from.assumingMemoryBound(to: Double.self), to, count)
        }
    }

    @inline(__always)
    private static func integers<Source: TensorElement, Target: TensorElement>(
        _ from: UnsafeMutablePointer<Source>, _ to: UnsafeMutablePointer<Target>, _ count: Int
    ) {
        for index in 0..<count { to[index] = Target(integer: from[index].integer) }
    }

    @inline(__always)
    private static func numbers<Source: TensorElement, Target: TensorElement>(
        _ from: UnsafeMutablePointer<Source>, _ to: UnsafeMutablePointer<Target>, _ count: Int
    ) {
        for index in 0..<count { to[index] = Target(double: from[index].double) }
    }
}
