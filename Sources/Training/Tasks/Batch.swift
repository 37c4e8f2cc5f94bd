public import Tensors

/// What a model shall answer for the examples of a batch.
public enum Targets: Sendable {
    /// One row for each example.
    case dense(Tensor)
    /// A sequence of class numbers for each example, of its own length.
    case sequences([[Int]])
    /// Not known: these examples are only to be predicted.
    case unknown(count: Int)

    /// Examples.
    public var count: Int {
        switch self {
        case .dense(let tensor): tensor.shape.first ?? 0
        case .sequences(let sequences): sequences.count
        case .unknown(let count): count
        }
    }
}

/// Some examples, side by side.
public struct Batch: Sendable {
    /// By name; the first axis of each counts the examples.
    public var features: [String: Tensor]
    public var targets: Targets
    /// What an example is called, for errors and reports; empty when they have no names.
    public var ids: [String]

    public init(features: [String: Tensor], targets: Targets, ids: [String] = []) {
        (self.features, self.targets, self.ids) = (features, targets, ids)
    }

    /// Examples.
    public var count: Int { targets.count }

    /// - Throws: `TrainingError.badShape` when features and targets do not count the same examples.
    func validate() throws {
        for (name, tensor) in features.sorted(by: { $0.key < $1.key }) where tensor.shape.first != count {
            throw TrainingError.badShape(
                what: "feature '\(name)'", found: tensor.shape, expected: "\(count) examples, as the targets")
        }
        if !ids.isEmpty, ids.count != count {
            throw TrainingError.badShape(what: "ids", found: [ids.count], expected: "\(count) examples, as the targets")
        }
    }
}

/// What a model gives for a batch: one tensor, or several under names. The first axis of each counts the examples.
public enum ModelOutput: Sendable {
    case tensor(Tensor)
    case named([String: Tensor])

    /// The only tensor, or the one called `logits`.
    ///
    /// - Throws: `TrainingError.unknownName` when there is neither.
    public var logits: Tensor {
        get throws {
            switch self {
            case .tensor(let tensor): return tensor
            case .named(let tensors): return try Self.find("logits", in: tensors)
            }
        }
    }

    /// The tensor called `name`.
    public func named(_ name: String) throws -> Tensor {
        switch self {
        case .tensor: throw TrainingError.unknownName(kind: "model output", name: name, known: [])
        case .named(let tensors): return try Self.find(name, in: tensors)
        }
    }

    private static func find(_ name: String, in tensors: [String: Tensor]) throws -> Tensor {
        guard let tensor = tensors[name] else {
            throw TrainingError.unknownName(kind: "model output", name: name, known: tensors.keys.sorted())
        }
        return tensor
    }

    func map(_ change: (Tensor) throws -> Tensor) rethrows -> ModelOutput {
        switch self {
        case .tensor(let tensor): .tensor(try change(tensor))
        case .named(let tensors): .named(try tensors.mapValues(change))
        }
    }

    /// Names and tensors in order, for checks and messages.
    var parts: [(name: String, tensor: Tensor)] {
        switch self {
        case .tensor(let tensor): [("output", tensor)]
        case .named(let tensors): tensors.sorted { $0.key < $1.key }.map { ("output '\($0.key)'", $0.value) }
        }
    }
}
