import Foundation
public import Randomness
public import Tensors

/// How the first value of a parameter is drawn.
public enum Initializer: Sendable, Hashable {
    case zeros
    case ones
    case constant(Double)
    case uniform(from: Double, to: Double)
    case normal(mean: Double, deviation: Double)
    /// Normal draws cut off at two deviations.
    case truncatedNormal(mean: Double, deviation: Double)
    /// Uniform in ±√(6 / (in + out)). Source: Glorot and Bengio, 2010.
    case glorotUniform
    case glorotNormal
    /// Uniform in ±√(6 / in). Source: He et al., 2015.
    case heUniform
    case heNormal
    /// Normal draws of deviation 1 / √in. Source: LeCun et al., 1998.
    case lecunNormal
    /// Rows or columns, whichever are fewer, of length 1 and at right angles to each other, times `gain`. Source: Saxe et al., 2014.
    case orthogonal(gain: Double = 1)

    /// Those that need no numbers, by the names that Keras has for them.
    private static let named: [String: Initializer] = [
        "zeros": .zeros, "ones": .ones, "glorot_uniform": .glorotUniform, "glorot_normal": .glorotNormal,
        "he_uniform": .heUniform,
        "he_normal": .heNormal, "lecun_normal": .lecunNormal, "orthogonal": .orthogonal(),
    ]
    public static var names: [String] { named.keys.sorted() }

    /// - Throws: `NeuralNetworkError.unknownName` with the list of those there are.
    public init(named name: String) throws {
        guard let found = Self.named[name] else {
            throw NeuralNetworkError.unknownName(kind: "initializer", name: name, known: Self.names)
        }
        self = found
    }

    /// A value of `shape`; the same key gives the same value.
    public func value(_ shape: [Int], _ key: Key, _ dtype: DType = .float32) throws -> Tensor {
        let (fanIn, fanOut) = Self.fans(shape)
        switch self {
        case .zeros: return try .zeros(shape, dtype)
        case .ones: return try .ones(shape, dtype)
        case .constant(let value): return try .full(shape, value, dtype)
        case .uniform(let low, let high): return try .uniform(key, shape, from: low, to: high, dtype)
        case .normal(let mean, let deviation): return try .normal(key, shape, mean: mean, deviation: deviation, dtype)
        case .truncatedNormal(let mean, let deviation): return try Self.truncated(key, shape, mean, deviation, dtype)
        case .glorotUniform:
            let limit = (6 / max(1, fanIn + fanOut)).squareRoot()
            return try .uniform(key, shape, from: -limit, to: limit, dtype)
        case .glorotNormal:
            return try .normal(key, shape, deviation: (2 / max(1, fanIn + fanOut)).squareRoot(), dtype)
        case .heUniform:
            let limit = (6 / max(1, fanIn)).squareRoot()
            return try .uniform(key, shape, from: -limit, to: limit, dtype)
        case .heNormal: return try .normal(key, shape, deviation: (2 / max(1, fanIn)).squareRoot(), dtype)
        case .lecunNormal: return try .normal(key, shape, deviation: (1 / max(1, fanIn)).squareRoot(), dtype)
        case .orthogonal(let gain): return try Self.orthogonal(key, shape, gain, dtype)
        }
    }

    /// How many inputs feed one output, and the reverse: the last two axes, times the size of a convolution's window.
    static func fans(_ shape: [Int]) -> (in: Double, out: Double) {
        switch shape.count {
        case 0: return (1, 1)
        case 1: return (Double(shape[0]), Double(shape[0]))
        default:
            let window = shape.dropLast(2).reduce(1.0) { $0 * Double($1) }
            return (window * Double(shape[shape.count - 2]), window * Double(shape[shape.count - 1]))
        }
    }

    /// Normal draws made orthogonal one after the other (Gram and Schmidt, twice over for the digits), as a matrix of all axes
    /// but the last by the last.
    private static func orthogonal(_ key: Key, _ shape: [Int], _ gain: Double, _ dtype: DType) throws -> Tensor {
        guard shape.count >= 2 else {
            throw TensorError.invalidShape(operation: "orthogonal", shape: shape, rule: "rank 2 or more")
        }
        let (rows, columns) = (shape.dropLast().reduce(1, *), shape[shape.count - 1])
        let (count, length) = (min(rows, columns), max(rows, columns))
        let draws: [Double] = try Tensor.normal(key, [count, length], .float64).elements()
        var vectors: [[Double]] = []
        for index in 0..<count {
            var vector = Array(draws[index * length..<(index + 1) * length])
            for _ in 0..<2 {
                for other in vectors {
                    let share = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                    for place in vector.indices { vector[place] -= share * other[place] }
                }
            }
            let size = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            vectors.append(vector.map { $0 / size })
        }
        let matrix = try Tensor(vectors.flatMap { $0.map { gain * $0 } }, shape: [count, length])
        return try (rows <= columns ? matrix : matrix.transposed()).reshaped(shape).converted(to: dtype)
    }

    /// Draws outside two deviations are drawn again, each from the next stream.
    private static func truncated(
        _ key: Key, _ shape: [Int], _ mean: Double, _ deviation: Double, _ dtype: DType
    ) throws -> Tensor {
        var values: [Double] = try Tensor.normal(key, shape, .float64).elements()
        var attempt = 1
        while values.contains(where: { abs($0) > 2 }) {
            let others: [Double] = try Tensor.normal(key.folded(attempt), shape, .float64).elements()
            for index in values.indices where abs(values[index]) > 2 { values[index] = others[index] }
            attempt += 1
        }
        return try Tensor(values.map { mean + deviation * $0 }, shape: shape).converted(to: dtype)
    }
}
