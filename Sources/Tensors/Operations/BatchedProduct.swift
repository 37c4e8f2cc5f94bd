extension Tensor {
    /// The matrix product `self @ other`, with NumPy's rules: vectors become matrices and lose the axis again, leading axes are
    /// batches that broadcast.
    public func matmul(_ other: Tensor) throws -> Tensor {
        guard rank > 0, other.rank > 0 else {
            throw TensorError.invalidShape(operation: "matmul", shape: rank == 0 ? shape : other.shape, rule: "rank 1 or more")
        }
        let left = rank == 1 ? try reshaped([1, shape[0]]) : self
        let right = other.rank == 1 ? try other.reshaped([other.shape[0], 1]) : other
        guard left.shape[left.rank - 1] == right.shape[right.rank - 2] else {
            throw TensorError.shapeMismatch(
                operation: "matmul", left: shape, right: other.shape, axis: -1, other: other.rank == 1 ? -1 : -2)
        }
        var result = try left.product(right)
        if rank == 1 { result = try result.squeezed([result.rank - 2]) }
        if other.rank == 1 { result = try result.squeezed([result.rank - 1]) }
        return result
    }

    /// `self` · `other` with either one transposed along its last two axes, as gradients need it; both of rank 2 or more.
    package func product(_ other: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) throws -> Tensor {
        let kind = dtype.promoted(with: other.dtype)
        let (left, right) = (try converted(to: kind), try other.converted(to: kind))
        return try Tape.binary(left, right) {
            try BatchedProduct($0, $1, transposeLeft, transposeRight).run()
        } pullback: { a, b, _, needs in
            let (leftShape, rightShape) = (a.shape, b.shape)
            let (leftNeeds, rightNeeds) = (needs.b ? a : nil, needs.a ? b : nil)
            return { g in
                [
                    try rightNeeds.map { b in
                        transposeLeft
                            ? try b.product(g, transposeLeft: transposeRight, transposeRight: true).summed(to: leftShape)
                            : try g.product(b, transposeRight: !transposeRight).summed(to: leftShape)
                    },
                    try leftNeeds.map { a in
                        transposeRight
                            ? try g.product(a, transposeLeft: true, transposeRight: transposeLeft).summed(to: rightShape)
                            : try a.product(g, transposeLeft: !transposeLeft).summed(to: rightShape)
                    },
                ]
            }
        }
    }
}

// MARK: - Implementation

/// A product of matrices or of batches of them.
struct BatchedProduct {
    private let left: Tensor
    private let right: Tensor
    private let transposeLeft: Bool
    private let transposeRight: Bool
    private let rows: Int
    private let columns: Int
    private let depth: Int
    private let batch: [Int]

    init(_ left: Tensor, _ right: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool) throws {
        let (a, b) = (left.shape.suffix(2), right.shape.suffix(2))
        guard a.count == 2, b.count == 2 else {
            throw TensorError.invalidShape(operation: "matmul", shape: a.count == 2 ? right.shape : left.shape, rule: "rank 2 or more")
        }
        rows = transposeLeft ? a[a.endIndex - 1] : a[a.startIndex]
        depth = transposeLeft ? a[a.startIndex] : a[a.endIndex - 1]
        columns = transposeRight ? b[b.startIndex] : b[b.endIndex - 1]
        let otherDepth = transposeRight ? b[b.endIndex - 1] : b[b.startIndex]
        guard depth == otherDepth else {
            throw TensorError.shapeMismatch(operation: "matmul", left: left.shape, right: right.shape, axis: nil)
        }
        batch = try Shape.broadcast(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)), "matmul")
        (self.left, self.right) = (left, right)
        (self.transposeLeft, self.transposeRight) = (transposeLeft, transposeRight)
    }

    func run() throws -> Tensor {
        let result = try Tensor.uninitialized(batch + [rows, columns], left.dtype, "matmul")
        if result.count == 0 { return result }
        if depth == 0 { return try .zeros(like: result) }
        // The packed right side.
        if left.dtype == .float32 { try MemoryPool.ensureRoom(4 * columns * depth, "matmul") }
        // A batch over one shared right side is one tall product.
        if right.rank == 2 && !transposeLeft && Shape.product(batch) > 1 {
            multiply(left.storage.pointer, right.storage.pointer, result.storage.pointer, rows: Shape.product(batch) * rows)
            return result
        }
        let (leftStarts, rightStarts) = (starts(left), starts(right))
        let size = left.dtype.size
        let many = leftStarts.count
        let product: (Int) -> Void = { index in
            multiply(
                left.storage.pointer + leftStarts[index] * size, right.storage.pointer + rightStarts[index] * size,
                result.storage.pointer + index * rows * columns * size, rows: rows)
        }
        if many == 1 {
            product(0)
        } else {
            let each = max(1, Parallel.elementGrain * 8 / max(1, rows * columns * depth))
            Parallel.ranges(many, grain: each) { $0.forEach(product) }
        }
        return result
    }

    /// Where each matrix of the batch begins in `operand`.
    private func starts(_ operand: Tensor) -> [Int] {
        let own = Array(operand.shape.dropLast(2))
        let matrix = Shape.product(operand.shape.suffix(2))
        let steps = zip(own, Shape.strides(own)).map { $0 == 1 ? 0 : $1 * matrix }
        return (0..<Shape.product(batch)).map { index in
            var (rest, start) = (index, 0)
            for axis in batch.indices.reversed() {
                let (quotient, position) = rest.quotientAndRemainder(dividingBy: batch[axis])
                let mine = axis - (batch.count - own.count)
                if mine >= 0 { start += position * steps[mine] }
                rest = quotient
            }
            return start
        }
    }

    private func multiply(
        _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer, rows: Int
    ) {
        switch left.dtype {
        case .float32: fast(a, b, c, rows, Float.self)
        case .float64: fast(a, b, c, rows, Double.self)
        case .bool: plain(a, b, c, rows, false) { $0 || ($1 && $2) }
        case .uint8: plain(a, b, c, rows, 0 as UInt8) { $0 &+ $1 &* $2 }
        case .int32: plain(a, b, c, rows, 0 as Int32) { $0 &+ $1 &* $2 }
        case .int64: plain(a, b, c, rows, 0 as Int64) { $0 &+ $1 &* $2 }
        }
    }

    private func fast<Element: MatrixElement>(
        _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer, _ rows: Int, _: Element.Type
    ) {
        MatrixProduct.multiply(
            m: rows, n: columns, k: depth, a.assumingMemoryBound(to: Element.self), transposeA: transposeLeft,
            b.assumingMemoryBound(to: Element.self), transposeB: transposeRight, c.assumingMemoryBound(to: Element.self))
    }

    /// Whole numbers: no library has them, and nobody waits for them.
    @inline(__always)
    private func plain<Element>(
        _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer, _ rows: Int,
        _ zero: Element, _ combine: (Element, Element, Element) -> Element
    ) {
        let (a, b) = (a.assumingMemoryBound(to: Element.self), b.assumingMemoryBound(to: Element.self))
        let c = c.assumingMemoryBound(to: Element.self)
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = zero
                for k in 0..<depth {
                    let x = a[transposeLeft ? k * rows + row : row * depth + k]
                    let y = b[transposeRight ? column * depth + k : k * columns + column]
                    sum = combine(sum, x, y)
                }
                c[row * columns + column] = sum
            }
        }
    }
}
