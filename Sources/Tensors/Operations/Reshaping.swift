extension Tensor {
    /// The same elements in another shape; one size may be -1 and is worked out. No copy.
    public func reshaped(_ target: [Int]) throws -> Tensor {
        if target == shape { return self }
        let resolved = try resolve(target)
        let source = shape
        return try Tape.unary(self) {
            Tensor(storage: $0.storage, shape: resolved, count: $0.count, dtype: $0.dtype)
        } pullback: { _, _ in
            { try $0.reshaped(source) }
        }
    }

    private func resolve(_ target: [Int]) throws -> [Int] {
        var result = target
        if let open = target.firstIndex(of: -1) {
            result[open] = 1
            let rest = result.contains { $0 < 0 } ? 0 : try Shape.count(result, "reshape")
            guard rest > 0, count % rest == 0 else {
                throw TensorError.wrongCount(operation: "reshape", found: count, shape: target)
            }
            result[open] = count / rest
        }
        guard try Shape.count(result, "reshape") == count else {
            throw TensorError.wrongCount(operation: "reshape", found: count, shape: target)
        }
        return result
    }

    /// The last axes from `axis` on become one: `[n, h, w, c]` gives `[n, h·w·c]` for axis 1.
    public func flattened(from axis: Int = 0) throws -> Tensor {
        if shape.isEmpty { return try reshaped([1]) }
        let axis = try Shape.axis(axis, of: shape, "flatten")
        return try reshaped(Array(shape[..<axis]) + [Shape.product(shape[axis...])])
    }

    /// A new axis of size 1 at `axis`.
    public func expanded(at axis: Int) throws -> Tensor {
        let rank = shape.count + 1
        guard axis >= -rank, axis < rank else {
            throw TensorError.axisOutOfRange(operation: "expand_dims", axis: axis, shape: shape)
        }
        var target = shape
        target.insert(1, at: axis < 0 ? axis + rank : axis)
        return try reshaped(target)
    }

    /// Without the axes of size 1: those in `axes`, or all.
    public func squeezed(_ axes: [Int]? = nil) throws -> Tensor {
        let chosen = try axes.map { try Shape.axes($0, of: shape, "squeeze") } ?? shape.indices.filter { shape[$0] == 1 }
        for axis in chosen where shape[axis] != 1 {
            throw TensorError.invalidShape(operation: "squeeze", shape: shape, rule: "size 1 at axis \(axis)")
        }
        return try reshaped(shape.indices.filter { !chosen.contains($0) }.map { shape[$0] })
    }

    /// The axes in the order `order`: axis i of the result is axis `order[i]` of this tensor. nil turns the order around.
    public func transposed(_ order: [Int]? = nil) throws -> Tensor {
        let order = try (order ?? shape.indices.reversed()).map { try Shape.axis($0, of: shape, "transpose") }
        guard order.count == shape.count else {
            throw TensorError.invalidShape(operation: "transpose", shape: shape, rule: "\(order.count) axes, as many as the order names")
        }
        _ = try Shape.axes(order, of: shape, "transpose")
        if order == Array(shape.indices) { return self }
        var back = order
        for (position, axis) in order.enumerated() { back[axis] = position }
        return try Tape.unary(self) {
            try $0.permuted(order)
        } pullback: { [back] _, _ in
            { try $0.transposed(back) }
        }
    }

    /// Two axes exchanged.
    public func exchanged(_ first: Int, _ second: Int) throws -> Tensor {
        var order = Array(shape.indices)
        order.swapAt(try Shape.axis(first, of: shape, "swapaxes"), try Shape.axis(second, of: shape, "swapaxes"))
        return try transposed(order)
    }

    /// One axis moved elsewhere, the others kept in order.
    public func moved(_ source: Int, to destination: Int) throws -> Tensor {
        var order = Array(shape.indices)
        let axis = order.remove(at: try Shape.axis(source, of: shape, "moveaxis"))
        order.insert(axis, at: try Shape.axis(destination, of: shape, "moveaxis"))
        return try transposed(order)
    }
}

// MARK: - Implementation

extension Tensor {
    private func permuted(_ order: [Int]) throws -> Tensor {
        let result = try Tensor.uninitialized(order.map { shape[$0] }, count: count, dtype, "transpose")
        guard count > 0 else { return result }
        let walk = StridedWalk(shape: result.shape, strides: order.map { Shape.strides(shape)[$0] })
        switch dtype.size {
        case 1: walk.gather(start(of: UInt8.self), result.start(of: UInt8.self))
        case 4: walk.gather(start(of: Int32.self), result.start(of: Int32.self))
        default: walk.gather(start(of: Int64.self), result.start(of: Int64.self))
        }
        return result
    }
}

/// Every element of a box in reading order, and where it lies in memory of any steps (negative ones too).
struct StridedWalk {
    /// Axes around the innermost two, which get loops of their own.
    private var outer: [(size: Int, step: Int)]
    private let rows: (size: Int, step: Int)
    private let columns: (size: Int, step: Int)

    init(shape: [Int], strides: [Int]) {
        var merged: [(size: Int, step: Int)] = []
        for (size, step) in zip(shape, strides) where size != 1 {
            if let last = merged.last, last.step == step * size {
                merged[merged.count - 1] = (last.size * size, step)
            } else {
                merged.append((size, step))
            }
        }
        columns = merged.popLast() ?? (1, 1)
        rows = merged.popLast() ?? (1, 0)
        outer = merged
    }

    private var planes: Int { outer.reduce(1) { $0 * $1.size } }

    /// Calls `body` for pieces of rows of one plane: where the plane starts in the result and in memory, and the rows.
    @inline(__always)
    private func forEachBand(_ body: (_ result: Int, _ memory: Int, _ rows: Range<Int>) -> Void) {
        let perPlane = rows.size * columns.size
        let band = max(1, min(rows.size, Parallel.elementGrain / max(1, columns.size)))
        let bands = (rows.size + band - 1) / band
        let grain = max(1, Parallel.elementGrain / max(1, band * columns.size))
        Parallel.ranges(planes * bands, grain: grain) { pieces in
            for piece in pieces {
                let (plane, part) = piece.quotientAndRemainder(dividingBy: bands)
                body(plane * perPlane, offset(plane), part * band..<min(rows.size, (part + 1) * band))
            }
        }
    }

    private func offset(_ plane: Int) -> Int {
        var (rest, result) = (plane, 0)
        for axis in outer.reversed() {
            let (quotient, position) = rest.quotientAndRemainder(dividingBy: axis.size)
            result += position * axis.step
            rest = quotient
        }
        return result
    }

    /// Copies from strided memory into a contiguous result.
    func gather<Element: BitwiseCopyable>(_ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>) {
        forEachBand { result, memory, band in
            if columns.step == 1 {
                for row in band {
                    (target + result + row * columns.size).update(from: source + memory + row * rows.step, count: columns.size)
                }
            } else {
                transpose(source + memory, target + result, band)
            }
        }
    }

    /// Small tiles keep both sides of a transposition in the cache.
    private func transpose<Element: BitwiseCopyable>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ band: Range<Int>
    ) {
        let tile = 16
        for top in stride(from: band.lowerBound, to: band.upperBound, by: tile) {
            for left in stride(from: 0, to: columns.size, by: tile) {
                let right = min(columns.size, left + tile)
                for row in top..<min(band.upperBound, top + tile) {
                    let (from, to) = (source + row * rows.step, target + row * columns.size)
                    for column in left..<right { to[column] = from[column * columns.step] }
                }
            }
        }
    }

    /// Copies from a contiguous box into strided memory.
    func scatter<Element: BitwiseCopyable>(_ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>) {
        forEachBand { box, memory, band in
            for row in band {
                let (from, to) = (source + box + row * columns.size, target + memory + row * rows.step)
                for column in 0..<columns.size { to[column * columns.step] = from[column] }
            }
        }
    }
}
