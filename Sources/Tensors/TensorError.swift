public import Foundation

/// A mistake in how tensors were put together. `operation` is the name a script sees (`matmul`, `+`, `sum`).
public enum TensorError: Error, Equatable, Sendable {
    /// Shapes that do not fit each other; `axis` counts from the end of the shorter where broadcasting clashes. With `other` it is
    /// the left one's axis, and `other` the right one's.
    case shapeMismatch(operation: String, left: [Int], right: [Int], axis: Int?, other: Int? = nil)
    /// A shape that the operation cannot take; `rule` is what it needs, as a clause: "rank 2 or more".
    case invalidShape(operation: String, shape: [Int], rule: String)
    case axisOutOfRange(operation: String, axis: Int, shape: [Int])
    case repeatedAxis(operation: String, axis: Int)
    case indexOutOfRange(operation: String, index: Int, axis: Int, shape: [Int])
    case tooManyIndices(operation: String, shape: [Int], count: Int)
    case wrongCount(operation: String, found: Int, shape: [Int])
    case wrongDType(operation: String, found: DType, needed: [DType])
    case valueOutOfRange(operation: String, value: String, rule: String)
    case divisionByZero(operation: String)
    case emptyReduction(operation: String, shape: [Int], axis: Int?)
    case negativeSize(operation: String, shape: [Int])
    /// The number of elements does not fit 64 bits.
    case countOverflow(operation: String, shape: [Int])
    /// The memory is over the limit, known before asking for it.
    case memoryLimit(operation: String, bytes: Int, limit: Int)
    /// The system refused the memory.
    case outOfMemory(operation: String, bytes: Int)
    case notOneElement(operation: String, shape: [Int])
    case ambiguousTruth(shape: [Int])
    case badEinsum(equation: String, reason: String)
    /// Differentiation.
    case notDifferentiable(operation: String, dtype: DType)
    case notWatched(position: Int)
    case tapeUsed
    case noSecondDerivative(operation: String)
}

extension TensorError {
    /// The same mistake in another operation: the one that a person asked for, where it is made of others.
    package func naming(_ operation: String) -> TensorError {
        switch self {
        case .shapeMismatch(_, let left, let right, let axis, let other):
            .shapeMismatch(operation: operation, left: left, right: right, axis: axis, other: other)
        case .invalidShape(_, let shape, let rule): .invalidShape(operation: operation, shape: shape, rule: rule)
        case .axisOutOfRange(_, let axis, let shape): .axisOutOfRange(operation: operation, axis: axis, shape: shape)
        case .repeatedAxis(_, let axis): .repeatedAxis(operation: operation, axis: axis)
        case .indexOutOfRange(_, let index, let axis, let shape):
            .indexOutOfRange(operation: operation, index: index, axis: axis, shape: shape)
        case .tooManyIndices(_, let shape, let count): .tooManyIndices(operation: operation, shape: shape, count: count)
        case .wrongCount(_, let found, let shape): .wrongCount(operation: operation, found: found, shape: shape)
        case .wrongDType(_, let found, let needed): .wrongDType(operation: operation, found: found, needed: needed)
        case .valueOutOfRange(_, let value, let rule): .valueOutOfRange(operation: operation, value: value, rule: rule)
        case .divisionByZero: .divisionByZero(operation: operation)
        case .emptyReduction(_, let shape, let axis): .emptyReduction(operation: operation, shape: shape, axis: axis)
        case .negativeSize(_, let shape): .negativeSize(operation: operation, shape: shape)
        case .countOverflow(_, let shape): .countOverflow(operation: operation, shape: shape)
        case .memoryLimit(_, let bytes, let limit): .memoryLimit(operation: operation, bytes: bytes, limit: limit)
        case .outOfMemory(_, let bytes): .outOfMemory(operation: operation, bytes: bytes)
        case .notOneElement(_, let shape): .notOneElement(operation: operation, shape: shape)
        case .notDifferentiable(_, let dtype): .notDifferentiable(operation: operation, dtype: dtype)
        case .noSecondDerivative: .noSecondDerivative(operation: operation)
        case .ambiguousTruth, .badEinsum, .notWatched, .tapeUsed: self
        }
    }
}

extension TensorError: LocalizedError {
    public var errorDescription: String? { message }
    public var recoverySuggestion: String? { hint }
}

// MARK: - Texts

extension TensorError {
    private var message: String {
        switch self {
        case .shapeMismatch(let operation, let left, let right, let axis, let other):
            let place =
                axis.map { axis in
                    let (own, its) = (Self.size(left, axis), Self.size(right, other ?? axis))
                    return other.map { " (axis \(axis): \(own), axis \($0): \(its))" } ?? " (axis \(axis): \(own) and \(its))"
                } ?? ""
            return "\(operation): shapes \(Self.text(left)) and \(Self.text(right)) do not fit\(place)"
        case .invalidShape(let operation, let shape, let rule): return "\(operation): shape \(Self.text(shape)), but it needs \(rule)"
        case .axisOutOfRange(let operation, let axis, let shape):
            return "\(operation): there is no axis \(axis) in shape \(Self.text(shape))"
        case .repeatedAxis(let operation, let axis): return "\(operation): axis \(axis) is named twice"
        case .indexOutOfRange(let operation, let index, let axis, let shape):
            return "\(operation): index \(index) is out of range for axis \(axis) of shape \(Self.text(shape))"
        case .tooManyIndices(let operation, let shape, let count): return "\(operation): \(count) indices for a tensor of shape \(Self.text(shape))"
        case .wrongCount(let operation, let found, let shape):
            return "\(operation): \(found) elements cannot have shape \(Self.text(shape))"
        case .wrongDType(let operation, let found, let needed):
            return "\(operation): a \(found) tensor, but it needs \(needed.map(\.name).joined(separator: " or "))"
        case .valueOutOfRange(let operation, let value, let rule): return "\(operation): \(value), but it needs \(rule)"
        case .divisionByZero(let operation): return "\(operation): integer division by zero"
        case .emptyReduction(let operation, let shape, let axis):
            let place = axis.map { " along axis \($0)" } ?? ""
            return "\(operation): nothing to choose from in shape \(Self.text(shape))\(place)"
        case .negativeSize(let operation, let shape): return "\(operation): negative size in shape \(Self.text(shape))"
        case .countOverflow(let operation, let shape): return "\(operation): shape \(Self.text(shape)) has too many elements"
        case .memoryLimit(let operation, let bytes, let limit):
            return "\(operation): needs \(Self.megabytes(bytes)) of memory, over the limit of \(Self.megabytes(limit))"
        case .outOfMemory(let operation, let bytes): return "\(operation): the system has no \(Self.megabytes(bytes)) of memory left"
        case .notOneElement(let operation, let shape): return "\(operation): a tensor of shape \(Self.text(shape)), but it needs one element"
        case .ambiguousTruth(let shape): return "the truth of a tensor of shape \(Self.text(shape)) is ambiguous"
        case .badEinsum(let equation, let reason): return "einsum '\(equation)': \(reason)"
        case .notDifferentiable(let operation, let dtype): return "\(operation): a \(dtype) tensor has no gradient"
        case .notWatched(let position): return "gradient: tensor \(position) is not watched by this tape"
        case .tapeUsed: return "gradient: this tape has been used already"
        case .noSecondDerivative(let operation): return "\(operation): has no second derivative"
        }
    }

    private var hint: String? {
        switch self {
        case .shapeMismatch(_, _, _, _, .some): "These two axes are summed over together and must have the same size; transpose one of the two?"
        case .shapeMismatch: "Sizes must be equal or 1; reshape, transpose or index one of the two so that they agree."
        case .axisOutOfRange(_, _, let shape) where shape.isEmpty: "A scalar has no axes; leave the axis out."
        case .axisOutOfRange(_, _, let shape): "Use an axis from \(-shape.count) to \(shape.count - 1)."
        case .repeatedAxis: "Name every axis once."
        case .indexOutOfRange(_, _, let axis, let shape) where axis < shape.count:
            shape[axis] == 0 ? "The axis is empty." : "Use an index from \(-shape[axis]) to \(shape[axis] - 1)."
        case .tooManyIndices(_, let shape, _): "Use at most \(shape.count) indices."
        case .wrongDType(_, _, let needed): "Convert it first, for example with astype('\(needed.first?.name ?? "float32")')."
        case .memoryLimit, .outOfMemory: "Use smaller batches or a smaller shape, or raise the memory limit."
        case .ambiguousTruth: "Say .any() or .all(); for a chained comparison write (0 < t) & (t < 1)."
        case .notOneElement("gradient", _): "Reduce it first, for example with mean() or sum(), or give the gradient of the result."
        case .notOneElement: "Index one element or reduce it first."
        case .notDifferentiable: "Only float32 and float64 tensors can be differentiated; convert it with astype first."
        case .notWatched: "Watch the tensor with the tape before the operations that use it, and use the tensor that watch returns."
        case .tapeUsed: "Keep the tape with keep: true when more than one gradient is needed, or record again."
        case .noSecondDerivative: "Differentiate it once, or write it with elementary operations."
        case .divisionByZero: "Convert to float first, or replace the zeros."
        default: nil
        }
    }

    /// A shape as Python writes it: `(3,)`, `(2, 3)`.
    package static func text(_ shape: [Int]) -> String {
        shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
    }

    private static func size(_ shape: [Int], _ axis: Int) -> String {
        let index = axis < 0 ? shape.count + axis : axis
        return shape.indices.contains(index) ? String(shape[index]) : "none"
    }

    private static func megabytes(_ bytes: Int) -> String {
        bytes < 10_000_000 ? "\(bytes) bytes" : "\((bytes + 500_000) / 1_000_000) MB"
    }
}
