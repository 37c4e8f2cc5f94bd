public import NeuralNetworks
public import Tensors
public import Training

/// The original's model for one character: convolutions, two dense layers of 200, one logit for each class.
public final class SingleCharacterBaseline: Model {
    public let network: ConvolutionalNetwork
    public let classes: Int
    private let first: Dense
    private let second: Dense
    private let logits: Dense

    /// - Throws: `RecognitionError.badArgument` for less than one class.
    public init(classes: Int, network: ConvolutionalNetwork? = nil) throws {
        guard classes >= 1 else {
            throw RecognitionError.badArgument(
                owner: "SingleCharBaseline", argument: "num_classes", value: "\(classes)", rule: "1 or more")
        }
        self.classes = classes
        self.network = try network ?? ConvolutionalNetwork()
        first = try Dense(units: 200, activation: .relu, name: "dense1")
        second = try Dense(units: 200, activation: .relu, name: "dense2")
        logits = try Dense(units: classes, name: "logits")
    }

    public var name: String { "Baseline_" + network.name }

    /// `[n, classes]`.
    public func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        let seen = try network(try image(in: features), pass).flattened(from: 1)
        return .tensor(try logits(try second(try first(seen, pass), pass), pass))
    }
}
