public import Corpus
public import NeuralNetworks
public import Tensors
public import Training

/// What an OCR task is about: which characters, which part of the page, and how an answer is judged. The original's task interface.
///
/// Built-in definitions and those of scripts stand behind the same `OCRTask`. Functions that get the task ask it, not themselves,
/// for whatever another definition may have put in front of them.
public protocol TaskDefinition: AnyObject {
    /// The name of the class, part of the folders.
    var typeName: String { get }

    /// The characters of interest.
    func repertoire() throws -> Repertoire
    /// The part of a page that makes one example.
    func imageScope() throws -> ImageScope
    /// Characters in a sequence; with `maximumSequenceLength` the fewest.
    func sequenceLength() throws -> Int?
    func maximumSequenceLength() throws -> Int?
    /// Tokens with the first ids.
    func reserved() throws -> [String]
    /// Number of outputs, reserved tokens included.
    func classCount(_ task: OCRTask) throws -> Int
    /// The feature that answers are compared with.
    func target() throws -> String
    /// Whether targets are sequences of their own lengths (for CTC).
    func sparseLabels() throws -> Bool
    /// Chooses what is stored beside the images.
    func choose(_ recipe: inout StorageRecipe) throws

    /// How wrong `output` is: one loss for each example, or their mean.
    func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool, _ task: OCRTask) throws -> Tensor
    func regularization(_ hyperparameters: HParams, _ pass: Pass) throws -> Regularization
    /// What is logged, predicted and measured for a batch.
    func results(_ outcome: StepOutcome, _ task: OCRTask) throws -> StepResults
    /// The metric that decides which checkpoint is best.
    var mainMetric: MainMetric { get }
}

extension TaskDefinition {
    public func repertoire() throws -> Repertoire { try Repertoire(named: "all") }
    public func sequenceLength() throws -> Int? { nil }
    public func maximumSequenceLength() throws -> Int? { nil }
    public func reserved() throws -> [String] { ["<PAD>", "<UNK>"] }
    public func classCount(_ task: OCRTask) throws -> Int { try task.corpus().vocabulary.count }
    public func target() throws -> String { "image/seq/char/id" }
    public func sparseLabels() throws -> Bool { false }

    public func choose(_ recipe: inout StorageRecipe) throws {}

    public func regularization(_ hyperparameters: HParams, _ pass: Pass) throws -> Regularization {
        hyperparameters.weightDecay == 0 ? .none : .squaredLength(weight: hyperparameters.weightDecay)
    }

    public var mainMetric: MainMetric { MainMetric(name: "loss", isBetterWhenHigher: false) }
}

/// The definition that scripts derive from: everything that has a default, and clear refusals for the rest.
public final class OpenDefinition: TaskDefinition {
    public let typeName: String

    public init(typeName: String = "OCRTask") { self.typeName = typeName }

    public func imageScope() throws -> ImageScope {
        throw missing("image_scope", "the part of a page in one example: 'char', 'seq', 'line' or 'page'")
    }

    public func loss(
        features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool, _ task: OCRTask
    ) throws -> Tensor {
        throw missing("loss_fn", "how wrong the model's output is, one loss for each example")
    }

    public func results(_ outcome: StepOutcome, _ task: OCRTask) throws -> StepResults {
        throw missing("results", "what is logged, predicted and measured for a batch")
    }

    private func missing(_ member: String, _ meaning: String) -> RecognitionError {
        .missingMember(task: typeName, member: member, meaning: meaning)
    }
}
