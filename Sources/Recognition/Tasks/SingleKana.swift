public import Corpus
import NeuralNetworks
public import Tensors
public import Training

/// Which kana is it? One kana in each image, softmax cross-entropy (`ocr_single_kana`).
public final class SingleKana: TaskDefinition {
    /// Share of each target that is spread over all classes in training, so that the model does not learn single pages by heart.
    public let labelSmoothing: Double

    /// - Throws: `RecognitionError.badArgument` for a share outside 0 to below 1.
    public init(labelSmoothing: Double = 0) throws {
        guard (0..<1).contains(labelSmoothing) else {
            throw RecognitionError.badArgument(
                owner: "OCRSingleKana", argument: "label_smoothing", value: "\(labelSmoothing)", rule: "from 0 to below 1")
        }
        self.labelSmoothing = labelSmoothing
    }

    public var typeName: String { "OCRSingleKana" }
    public func imageScope() throws -> ImageScope { .character }
    public func repertoire() throws -> Repertoire { try Repertoire(named: "kana") }
    public var mainMetric: MainMetric { MainMetric(name: "accuracy", isBetterWhenHigher: true) }

    public func loss(
        features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool, _ task: OCRTask
    ) throws -> Tensor {
        let (logits, labels) = (try output.logits, try classes(of: targets))
        try task.check(logits)
        guard isTraining, labelSmoothing > 0 else { return try .softmaxCrossEntropy(logits: logits, labels: labels) }
        let even = try logits.logSoftmax().mean(axes: [1])
        return try Tensor.softmaxCrossEntropy(logits: logits, labels: labels) * (1 - labelSmoothing) - even * labelSmoothing
    }

    public func results(_ outcome: StepOutcome, _ task: OCRTask) throws -> StepResults {
        if let images = outcome.features.first?[imageFeature] { try outcome.summaries.images("sample_input", images) }
        let logits = try Tensor.concatenated(outcome.outputs.map { try $0.logits }, axis: 0)
        let answers = try logits.argmax(axis: 1)
        var results = StepResults(predictions: ["classes": answers, "probabilities": try logits.softmax()])
        guard !outcome.targets.isEmpty else { return results }
        let labels = try Tensor.concatenated(outcome.targets.map(classes), axis: 0)
        let confusion = try Confusion(classes: task.classCount(), labels: labels.integers, answers: answers.integers)
        results.metrics = [
            "accuracy": confusion.accuracy, "confusion": confusion,
            "majority": confusion.share(ofClass: try Self.mostFrequentClass(task)),
            "top_5": try Proportion.top(5, labels: labels, logits: logits),
        ]
        return results
    }

    /// The class that is most frequent in training: characters have their ids by falling frequency.
    private static func mostFrequentClass(_ task: OCRTask) throws -> Int { try task.corpus().vocabulary.reservedCount }

    /// `[n]` class numbers from targets `[n, 1]`.
    private func classes(of targets: Targets) throws -> Tensor {
        guard case .dense(let ids) = targets else {
            throw RecognitionError.wrongOutput(task: typeName, needed: "one class for each image, not sequences (sparse_labels)")
        }
        guard ids.rank == 1 || ids.rank == 2 && ids.shape[1] == 1 else {
            throw RecognitionError.wrongOutput(
                task: typeName,
                needed:
                    "one class for each image, but the examples have \(ids.shape.last ?? 0): they were stored without classes "
                    + "(label=False or character=False), or show several characters")
        }
        return ids.rank == 1 ? ids : try ids.reshaped([ids.shape.first ?? 0])
    }
}
