import Formats
import NeuralNetworks
import Randomness
import Tensors

/// Runs a model over evaluation data.
struct Evaluator {
    let run: TrainingRun
    private let encodeImage: ImageEncoder?
    private let clock: () -> Double
    private let isInterrupted: () -> Bool

    init(_ run: TrainingRun, _ estimator: Estimator) {
        (self.run, encodeImage, clock) = (run, estimator.imageEncoder, estimator.clock)
        isInterrupted = estimator.isInterrupted
    }

    /// An evaluation with what belongs into its event file.
    struct Outcome {
        var report: Evaluation
        var summaries: [Summary]
    }

    /// - Throws: `TrainingError.emptyInput` when there are no examples; `Interruption` between layers.
    func evaluate(_ spec: EvalSpec, _ source: any BatchSource, checkpoint: String?) throws -> Outcome {
        let start = clock()
        var (lossSum, examples, batches) = (0.0, 0, 0)
        var penalty: Double?
        var measures: [String: any Metric] = [:]
        var texts: [String: [String]] = [:]
        var summaries: [Summary] = []
        var gallery = ExampleGallery()
        var curve: PrecisionRecall?
        while spec.steps.map({ batches < $0 }) ?? true, let batch = try source.next() {
            if isInterrupted() { throw Interruption() }
            try batch.validate()
            let pass = Pass(store: run.store, isTraining: false, key: Key.unused, mayCreate: false)
            pass.poll = { if isInterrupted() { throw Interruption() } }
            let output = try run.forward(batch, pass)
            let towers = Towers(examples: batch.count, towers: run.function.towers)
            let terms = try LossTerms(
                run.function.task, batch: batch, output: output, towers: towers, pass: pass, run.hyperparameters,
                knownPenalty: penalty)
            // Images and texts of the first batch stand for all.
            let recorder = SummaryRecorder(isActive: batches == 0, encodeImage: encodeImage)
            let results = try run.results(.evaluate, batch, output, towers, terms, recorder)
            summaries += recorder.summaries
            lossSum += try terms.data.item() * Double(batch.count)
            penalty = terms.penalty
            examples += batch.count
            batches += 1
            for (name, measure) in results.metrics {
                measures[name] = try measures[name]?.joined(with: measure, name: name) ?? measure
            }
            for (name, lines) in results.texts { texts[name, default: []] += lines }
            let verdicts = verdicts(batch, results)
            gallery.add(
                batch, losses: terms.examples?.elements(as: Float.self), truths: verdicts?.truths, answers: verdicts?.answers)
            if let part = try Self.curve(batch, results) {
                curve = try curve?.joined(with: part, name: "curve") as? PrecisionRecall ?? part
            }
        }
        guard examples > 0, let penalty else { throw TrainingError.emptyInput(purpose: "evaluation") }
        let mean = lossSum / Double(examples)
        var metrics = ["loss": mean + penalty, "data_loss": mean, "penalty": penalty, "global_step": Double(run.step)]
        for (name, measure) in measures {
            if var confusion = measure as? Confusion, confusion.classNames.isEmpty, run.classNames.count == confusion.classes {
                confusion.classNames = run.classNames
                measures[name] = confusion
            }
            metrics[name] = measure.value
        }
        let report = Evaluation(
            name: spec.name, step: run.step, examples: examples, seconds: clock() - start, metrics: metrics, measures: measures,
            texts: texts, checkpoint: checkpoint, gallery: gallery)
        let recorder = SummaryRecorder(isActive: true, encodeImage: encodeImage)
        if let confusion = report.confusion { try recorder.images("confusion", confusion.picture()) }
        if let curve { recorder.add(Summary("classes/pr_curve", .precisionRecall(rows: curve.rows))) }
        return Outcome(report: report, summaries: summaries + recorder.summaries)
    }

    private typealias Verdicts = (truths: [String], answers: [String])

    /// What is right and what was answered, an entry for each example: the texts `gt` and `decoded`, unless there is a confusion matrix
    /// whose classes can be named.
    private func verdicts(_ batch: Batch, _ results: StepResults) -> Verdicts? {
        let confusion = results.metrics.values.lazy.compactMap { $0 as? Confusion }.first
        let classes = classVerdicts(batch, results, confusion)
        if confusion != nil, let classes { return classes }
        if let truths = results.texts["gt"], let answers = results.texts["decoded"], truths.count == batch.count,
            answers.count == batch.count
        {
            return (truths, answers)
        }
        return classes
    }

    /// The predicted `classes` beside targets of one class each, by name.
    private func classVerdicts(_ batch: Batch, _ results: StepResults, _ confusion: Confusion?) -> Verdicts? {
        guard case .dense(let targets) = batch.targets, targets.count == batch.count, !targets.dtype.isFloating,
            let classes = results.predictions["classes"], classes.count == batch.count
        else { return nil }
        // Names belong to the numbers only where there are as many classes.
        let names =
            confusion.map { $0.classNames.isEmpty && $0.classes == run.classNames.count ? run.classNames : $0.classNames } ?? []
        func name(_ number: Int) -> String { names.indices.contains(number) ? names[number] : String(number) }
        return (targets.integers.map(name), classes.integers.map(name))
    }

    /// Where the task predicts `probabilities` `[n, classes]` and the targets are one class each.
    private static func curve(_ batch: Batch, _ results: StepResults) throws -> PrecisionRecall? {
        guard case .dense(let targets) = batch.targets, targets.count == batch.count, !targets.dtype.isFloating,
            let probabilities = results.predictions["probabilities"], probabilities.rank == 2,
            probabilities.shape[0] == batch.count
        else { return nil }
        return try PrecisionRecall(labels: targets.integers, probabilities: probabilities)
    }

    /// Writes an evaluation into an event file, and its confusion matrix into files beside it.
    static func write(_ outcome: Outcome, to events: EventFileWriter, folder: String) throws {
        let report = outcome.report
        var summaries: [Summary] = []
        for (name, value) in report.metrics.sorted(by: { $0.key < $1.key }) where name != "global_step" {
            summaries.append(.scalar(name, Float(value)))
        }
        for (name, measure) in report.measures.sorted(by: { $0.key < $1.key }) {
            for detail in measure.details { summaries.append(.scalar("\(name)/\(detail.suffix)", Float(detail.value))) }
        }
        for (name, lines) in report.texts.sorted(by: { $0.key < $1.key }) {
            summaries.append(.texts(name, Array(lines.prefix(50))))
        }
        if let confusion = report.confusion { summaries.append(.text("confusion/most_confused", confusion.table(20))) }
        if let checkpoint = report.checkpoint { summaries.append(.text("checkpoint_path", checkpoint)) }
        try events.write(summaries + outcome.summaries, step: report.step)
        try events.flush()
        if let confusion = report.confusion {
            try AtomicFile.write(confusion.csv.utf8, to: "\(folder)/confusion.csv", isDurable: false)
            let counts = try StoredArray(confusion.counts.map(Int64.init), shape: [confusion.classes, confusion.classes])
            try NumpyArchive.write(["confusion": counts], to: "\(folder)/confusion.npz", compressed: true, isDurable: false)
        }
    }
}

extension Key {
    /// For passes that draw nothing.
    static var unused: Key { Key(seed: 0) }
}
