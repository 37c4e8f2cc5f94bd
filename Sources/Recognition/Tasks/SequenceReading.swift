public import Corpus
import NeuralNetworks
public import Tensors
public import Training

/// Which characters follow one another? Sequences of a page, read from top to bottom by CTC and judged by edit distance.
///
/// The built-in sequence tasks (`ocr_seq_kana3`, `ocr_seq_kana`, `ocr_line`) differ in their settings alone.
public final class SequenceReading: TaskDefinition {
    /// What is read.
    public struct Settings: Sendable, Equatable {
        public var scope = ImageScope.sequence
        /// Characters in a sequence; with `maximum` the fewest. Of no meaning for lines.
        public var length: Int?
        public var maximum: Int?
        public var repertoire = "kana"
        /// Prefixes that the beam search keeps.
        public var beamWidth = 100

        public init() {}
    }

    public let typeName: String
    public let settings: Settings

    /// - Throws: `RecognitionError.badArgument` for a beam without prefixes.
    public init(_ typeName: String, _ settings: Settings) throws {
        guard settings.beamWidth >= 1 else {
            throw RecognitionError.badArgument(
                owner: typeName, argument: "beam_width", value: "\(settings.beamWidth)", rule: "1 or more")
        }
        (self.typeName, self.settings) = (typeName, settings)
    }

    public func imageScope() throws -> ImageScope { settings.scope }
    public func repertoire() throws -> Repertoire { try Repertoire(named: settings.repertoire) }
    public func sequenceLength() throws -> Int? { settings.length }
    public func maximumSequenceLength() throws -> Int? { settings.maximum }
    public func sparseLabels() throws -> Bool { true }
    public func target() throws -> String { "image/seq/char/id_sparse" }
    public var mainMetric: MainMetric { MainMetric(name: "ler", isBetterWhenHigher: false) }

    public func loss(
        features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool, _ task: OCRTask
    ) throws -> Tensor {
        let logits = try output.logits
        try task.check(logits, extra: 1)
        return try .temporalClassificationLoss(logits: logits, labels: sequences(of: targets), lengths: Self.lengths(of: output))
    }

    public func results(_ outcome: StepOutcome, _ task: OCRTask) throws -> StepResults {
        if let images = outcome.features.first?[imageFeature] { try outcome.summaries.images("sample_input", images) }
        let readings = try Self.inOrder(outcome.outputs.map { try read($0, isTraining: outcome.isTraining) })
        let characters = try task.corpus().vocabulary.typesAsCharacters
        func text(_ labels: [Int]) -> String { labels.map { characters.indices.contains($0) ? characters[$0] : "?" }.joined() }
        var results = StepResults(
            predictions: try Self.predictions(readings), texts: ["decoded": readings.map { text($0.labels) }])
        guard !outcome.targets.isEmpty else { return results }
        let truth = try Self.inOrder(outcome.targets.map(sequences))
        results.texts["gt"] = truth.map(text)
        let rates = try ErrorRate.labels(truth, answers: readings.map(\.labels))
        results.metrics = ["ler": rates.labelErrors, "ser": rates.sequenceErrors]
        results.logged = ["ler": rates.labelErrors.value, "ser": rates.sequenceErrors.value]
        return results
    }

    // MARK: - Implementation

    /// While training, readings are only looked at: the likeliest path is enough and costs nothing.
    private func read(_ output: ModelOutput, isTraining: Bool) throws -> [Reading] {
        let (logits, lengths) = (try output.logits, try Self.lengths(of: output))
        if isTraining { return try PathDecoder.greedy(logits, lengths: lengths) }
        // The search always keeps a prefix, so that there is a best reading of every line.
        return try PathDecoder.beam(logits, lengths: lengths, width: settings.beamWidth).compactMap(\.first)
    }

    /// `seq_len`, where a model says how many steps are true ones.
    private static func lengths(of output: ModelOutput) throws -> Tensor? {
        guard case .named(let tensors) = output else { return nil }
        return tensors["seq_len"]
    }

    private func sequences(of targets: Targets) throws -> [[Int]] {
        switch targets {
        case .sequences(let sequences):
            guard sequences.isEmpty || sequences.contains(where: { !$0.isEmpty }) else {
                throw RecognitionError.wrongOutput(
                    task: typeName, needed: "classes, but the examples were stored without (label=False or character=False)")
            }
            return sequences
        case .dense, .unknown:
            throw RecognitionError.wrongOutput(task: typeName, needed: "a sequence of classes for each image (sparse_labels)")
        }
    }

    /// What towers have, dealt out one by one, in the order of the batch.
    private static func inOrder<Item>(_ towers: [[Item]]) -> [Item] {
        (0..<towers.reduce(0) { $0 + $1.count }).map { towers[$0 % towers.count][$0 / towers.count] }
    }

    /// `classes` `[n, longest]`, filled up with 0, the `lengths` of the readings, and `log_probability`.
    private static func predictions(_ readings: [Reading]) throws -> [String: Tensor] {
        let longest = readings.map(\.labels.count).max() ?? 0
        let classes = readings.flatMap { $0.labels + [Int](repeating: 0, count: longest - $0.labels.count) }
        return [
            "classes": try Tensor(classes, shape: [readings.count, longest]),
            "lengths": try Tensor(readings.map(\.labels.count), shape: [readings.count]),
            "log_probability": try Tensor(readings.map { Float($0.logProbability) }, shape: [readings.count]),
        ]
    }
}

extension SequenceReading {
    /// Three kana in one column: the original's sequence task.
    public static func threeKana(beamWidth: Int = 100) throws -> SequenceReading {
        var settings = Settings()
        (settings.length, settings.beamWidth) = (3, beamWidth)
        return try SequenceReading("OCRSeqKana3", settings)
    }

    /// Runs of kana in one column, of random length from `minimum` to `maximum`.
    public static func kana(minimum: Int, maximum: Int, beamWidth: Int) throws -> SequenceReading {
        var settings = Settings()
        (settings.length, settings.maximum, settings.beamWidth) = (minimum, maximum, beamWidth)
        return try SequenceReading("OCRSeqKana", settings)
    }

    /// Whole columns of text. Characters outside the repertoire, and rare ones, are read as `<UNK>`.
    public static func line(repertoire: String, beamWidth: Int) throws -> SequenceReading {
        var settings = Settings()
        (settings.scope, settings.repertoire, settings.beamWidth) = (.line, repertoire, beamWidth)
        return try SequenceReading("OCRLine", settings)
    }
}
