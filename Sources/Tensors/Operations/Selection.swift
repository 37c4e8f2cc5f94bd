extension Tensor {
    /// `where`: elements of `yes` where `condition` is true, else of `no`; all three broadcast.
    public static func select(_ condition: Tensor, _ yes: Tensor, _ no: Tensor) throws -> Tensor {
        guard condition.dtype == .bool else {
            throw TensorError.wrongDType(operation: "where", found: condition.dtype, needed: [.bool])
        }
        let kind = yes.dtype.promoted(with: no.dtype)
        let (left, right) = (try yes.converted(to: kind), try no.converted(to: kind))
        let mask = condition.detached
        return try Tape.binary(left, right) {
            try mask.choose($0, $1)
        } pullback: { a, b, _, needs in
            { g in
                let zero = try Tensor.zeros([], g.dtype)
                return [
                    needs.a ? try select(mask, g, zero).summed(to: a.shape) : nil,
                    needs.b ? try select(mask, zero, g).summed(to: b.shape) : nil,
                ]
            }
        }
    }

    public static func select(_ condition: Tensor, _ yes: Double, _ no: Tensor) throws -> Tensor {
        try select(condition, no.weak(yes), no)
    }

    public static func select(_ condition: Tensor, _ yes: Tensor, _ no: Double) throws -> Tensor {
        try select(condition, yes, yes.weak(no))
    }

    /// Called on the condition; the other two have one kind.
    private func choose(_ yes: Tensor, _ no: Tensor) throws -> Tensor {
        let target = try Shape.broadcast(Shape.broadcast(yes.shape, no.shape, "where"), shape, "where")
        let (mask, a, b) = (try broadcast(to: target), try yes.detached.broadcast(to: target), try no.detached.broadcast(to: target))
        let result = try Tensor.uninitialized(target, count: mask.count, yes.dtype, "where")
        let conditions = mask.start(of: Bool.self)
        switch yes.dtype.size {
        case 1: Self.choose(conditions, a, b, result, UInt8.self)
        case 4: Self.choose(conditions, a, b, result, Int32.self)
        default: Self.choose(conditions, a, b, result, Int64.self)
        }
        return result
    }

    private static func choose<Bits: BitwiseCopyable>(
        _ mask: UnsafeMutablePointer<Bool>, _ yes: Tensor, _ no: Tensor, _ result: Tensor, _: Bits.Type
    ) {
        // Kinds of one size move alike, whatever they mean.
        let (a, b) = (yes.storage.pointer.assumingMemoryBound(to: Bits.self), no.storage.pointer.assumingMemoryBound(to: Bits.self))
        let out = result.storage.pointer.assumingMemoryBound(to: Bits.self)
        Parallel.ranges(result.count, grain: Parallel.elementGrain) { range in
            for index in range { out[index] = mask[index] ? a[index] : b[index] }
        }
    }
}
