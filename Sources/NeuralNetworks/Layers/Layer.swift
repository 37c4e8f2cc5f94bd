public import Tensors

/// A step of a model that has parameters or acts differently in training: a value that holds settings; the numbers it learns
/// are in the pass's store, under `name`.
public protocol Layer: Sendable {
    var name: String { get }
    func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor
}

/// The function at the end of a layer.
public enum Activation: String, Sendable, CaseIterable {
    case linear, relu, tanh, sigmoid, gelu

    /// - Throws: `NeuralNetworkError.unknownName` with the list of those there are.
    public init(named name: String) throws {
        guard let found = Activation(rawValue: name) else {
            throw NeuralNetworkError.unknownName(kind: "activation", name: name, known: Self.allCases.map(\.rawValue).sorted())
        }
        self = found
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        switch self {
        case .linear: x
        case .relu: try x.relu()
        case .tanh: try x.tanh()
        case .sigmoid: try x.sigmoid()
        case .gelu: try x.gelu()
        }
    }
}
