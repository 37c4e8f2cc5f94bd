/// Products of tensors beyond `matmul`; all are made of other operations, which carry their gradients.
extension Tensor {
    /// Every element of one with every element of the other, both flattened: `[n]` and `[m]` give `[n, m]`.
    public func outer(_ other: Tensor) throws -> Tensor { try flattened().expanded(at: 1) * other.flattened() }

    /// NumPy's `dot`: the sum of products over the last axis of this tensor and the last but one of the other; scalars multiply.
    public func dot(_ other: Tensor) throws -> Tensor {
        if rank == 0 || other.rank == 0 { return try self * other }
        return try contracted([rank - 1], other, [max(0, other.rank - 2)], "dot")
    }

    /// The sum of products of two tensors of one size, flattened.
    public func flatDot(_ other: Tensor) throws -> Tensor {
        guard count == other.count else { throw TensorError.shapeMismatch(operation: "vdot", left: shape, right: other.shape, axis: nil) }
        return try flattened().contracted([0], other.flattened(), [0], "vdot")
    }

    /// The sum of products over both last axes; scalars multiply.
    public func inner(_ other: Tensor) throws -> Tensor {
        if rank == 0 || other.rank == 0 { return try self * other }
        return try contracted([rank - 1], other, [other.rank - 1], "inner")
    }

    /// The sums of products along one axis of both, whose other axes broadcast.
    public func vectorDot(_ other: Tensor, axis: Int = -1) throws -> Tensor {
        let (left, right) = (try Shape.axis(axis, of: shape, "vecdot"), try Shape.axis(axis, of: other.shape, "vecdot"))
        guard shape[left] == other.shape[right] else {
            throw TensorError.shapeMismatch(operation: "vecdot", left: shape, right: other.shape, axis: left, other: right)
        }
        let (a, b) = (try moved(left, to: -1), try other.moved(right, to: -1))
        _ = try Shape.broadcast(a.shape, b.shape, "vecdot")
        return try (a * b).sum(axes: [-1])
    }

    /// The sum of products over pairs of axes: those of this tensor, and those of the other in the same order.
    public func contracted(_ own: [Int], _ other: Tensor, _ theirs: [Int], _ operation: String = "tensordot") throws -> Tensor {
        let a = try Self.distinct(own, shape, operation)
        let b = try Self.distinct(theirs, other.shape, operation)
        guard a.count == b.count else {
            throw TensorError.valueOutOfRange(
                operation: operation, value: "\(a.count) axes with \(b.count) axes", rule: "as many axes of one as of the other")
        }
        for (left, right) in zip(a, b) where shape[left] != other.shape[right] {
            throw TensorError.shapeMismatch(operation: operation, left: shape, right: other.shape, axis: left, other: right)
        }
        let (rows, columns) = (shape.indices.filter { !a.contains($0) }, other.shape.indices.filter { !b.contains($0) })
        let (left, right) = (rows.map { shape[$0] }, columns.map { other.shape[$0] })
        let depth = Shape.product(a.map { shape[$0] })
        let product = try transposed(rows + a).reshaped([Shape.product(left), depth])
            .matmul(other.transposed(b + columns).reshaped([depth, Shape.product(right)]))
        return try product.reshaped(left + right)
    }

    private static func distinct(_ axes: [Int], _ shape: [Int], _ operation: String) throws -> [Int] {
        _ = try Shape.axes(axes, of: shape, operation)
        return try axes.map { try Shape.axis($0, of: shape, operation) }
    }

    /// The Kronecker product: every element of this tensor times the whole other one, as blocks.
    public func kronecker(_ other: Tensor) throws -> Tensor {
        let rank = max(self.rank, other.rank)
        let a = Array(repeating: 1, count: rank - self.rank) + shape
        let b = Array(repeating: 1, count: rank - other.rank) + other.shape
        let blocks = try reshaped(a.flatMap { [$0, 1] }) * other.reshaped(b.flatMap { [1, $0] })
        return try blocks.reshaped(zip(a, b).map { $0 * $1 })
    }

    /// The vectors that stand at right angles on pairs of vectors of three along `axis`; the other axes broadcast.
    public func cross(_ other: Tensor, axis: Int = -1) throws -> Tensor {
        let (left, right) = (try Shape.axis(axis, of: shape, "cross"), try Shape.axis(axis, of: other.shape, "cross"))
        for (tensor, place) in [(self, left), (other, right)] where tensor.shape[place] != 3 {
            throw TensorError.invalidShape(operation: "cross", shape: tensor.shape, rule: "size 3 at axis \(place)")
        }
        let (a, b) = (try moved(left, to: -1), try other.moved(right, to: -1))
        _ = try Shape.broadcast(a.shape, b.shape, "cross")
        let result = try a.rolled(-1, axis: -1) * b.rolled(-2, axis: -1) - a.rolled(-2, axis: -1) * b.rolled(-1, axis: -1)
        return try result.moved(-1, to: axis)
    }

    /// The greatest sum of sizes in a column of a matrix (order 1) or in a row (order infinity); the smallest for the same less than 0.
    ///
    /// - Parameter axes: which are the rows' and the columns' numbers.
    public func matrixNorm(order: Double, axes: [Int], keepDims: Bool = false) throws -> Tensor {
        guard order.magnitude == 1 || order.isInfinite else {
            throw TensorError.valueOutOfRange(operation: "norm", value: "ord \(order) of a matrix", rule: "'fro', 1, -1, inf or -inf")
        }
        _ = try Shape.axes(axes, of: shape, "norm")
        let (added, compared) = order.isInfinite ? (axes[1], axes[0]) : (axes[0], axes[1])
        let sums = try converted(to: dtype.floating).absolute().sum(axes: [added], keepDims: true)
        let chosen = order > 0 ? try sums.maximum(axes: [compared], keepDims: true) : try sums.minimum(axes: [compared], keepDims: true)
        return keepDims ? chosen : try chosen.squeezed(axes)
    }

    /// How long vectors are over `axes` (nil: the whole tensor as one): the root of the `order`th powers, the greatest element for
    /// infinity, the number of elements that are not 0 for order 0.
    public func norm(order: Double = 2, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        _ = try Shape.axes(axes, of: shape, "norm")
        let sizes = try converted(to: dtype.floating).absolute()
        switch order {
        case 2: return try sizes.squared().sum(axes: axes, keepDims: keepDims).squareRoot()
        case 1: return try sizes.sum(axes: axes, keepDims: keepDims)
        case .infinity: return try sizes.maximum(axes: axes, keepDims: keepDims)
        case -.infinity: return try sizes.minimum(axes: axes, keepDims: keepDims)
        case 0: return try sizes.countOfNonzero(axes: axes, keepDims: keepDims).converted(to: sizes.dtype)
        default:
            let powers = try sizes.power(sizes.weak(order)).sum(axes: axes, keepDims: keepDims)
            return try powers.power(powers.weak(1 / order))
        }
    }
}
