import Formats
import Foundation
import NeuralNetworks
import Randomness
public import Tensors

/// Trains, evaluates and uses a model, with checkpoints and event files in a folder: TensorFlow's `Estimator`, with its names and meanings.
///
/// Where the settings leave it open this one does more: it evaluates after every epoch and at the end, keeps the best checkpoint as well
/// as the newest, and never skips an evaluation silently.
public final class Estimator {
    public let function: ModelFunction
    public let config: RunConfig
    /// May be changed between steps and between calls; the next step uses the new values.
    public var hyperparameters: HParams

    /// Gets everything that a run says of itself.
    public var progress: (ProgressEvent) -> Void = { _ in }
    /// Polled within and after every step; true ends the run after the last whole step, with a checkpoint.
    public var isInterrupted: () -> Bool = { false }
    /// Called after every step and evaluation; may stop the run or change hyper-parameters.
    public var callbacks: [any TrainingCallback] = []
    /// Makes PNG files for image summaries; without it there are none.
    public var imageEncoder: ImageEncoder?
    /// Seconds from some start; for rates and timers only.
    public var clock: () -> Double = monotonicSeconds

    /// The evaluations of this run and of those it goes on from, in order.
    public internal(set) var history: [EvaluationRecord] = []
    /// The losses of the steps that this object made, in order; those that a run will make again are gone.
    public internal(set) var losses: [StepLoss] = []
    /// How the run stood after the newest step of this object.
    public internal(set) var newest: StepProgress?
    /// The newest evaluation of the first evaluation data.
    public internal(set) var evaluation: Evaluation?
    /// How the newest run of this object ended; nil before that, and when an error ended it.
    public internal(set) var outcome: RunOutcome?
    /// What callbacks put into the event file; set while they run.
    public internal(set) var recorder: SummaryRecorder?

    var run: TrainingRun?
    private var stopReason: StopReason?
    private var earlier: [StepLoss]?

    public init(_ function: ModelFunction, config: RunConfig, hyperparameters: HParams) {
        (self.function, self.config, self.hyperparameters) = (function, config, hyperparameters)
    }

    /// Steps done by the run that is in memory.
    public var step: Int { run?.step ?? 0 }

    /// The learning rate of the next step.
    public var learningRate: Double { run?.rate(hyperparameters) ?? hyperparameters.schedule(maxSteps: nil).rate(at: 0) }

    /// What the schedule's learning rate is multiplied by in the run that is in memory.
    public var rateScale: Double {
        get { run?.rateScale ?? 1 }
        set { run?.rateScale = newValue }
    }

    /// Ends the run after the step that is being made.
    public func stop(_ reason: StopReason) { stopReason = reason }

    /// The variables as they stand, by name; empty before anything was trained or loaded.
    public var parameters: [(name: String, value: Tensor)] { run?.store.parameters.map { ($0.name, $0.value) } ?? [] }

    /// Trains until `spec.maxSteps`, without evaluation.
    public func train(_ spec: TrainSpec) throws -> RunOutcome {
        try trainAndEvaluate(spec, [])
    }

    /// Trains until `spec.maxSteps` and evaluates on each of `evaluations` as often as it says and at the end.
    ///
    /// When the folder has a checkpoint the run goes on from there: `maxSteps` counts all steps ever made in it.
    public func trainAndEvaluate(_ spec: TrainSpec, _ evaluations: [EvalSpec]) throws -> RunOutcome {
        try TrainingLoop(self, spec, evaluations).run()
    }

    /// Evaluates the checkpoint in the folder `checkpoint`; without one what is in memory, else the newest checkpoint.
    public func evaluate(_ spec: EvalSpec, checkpoint: String? = nil) throws -> Evaluation {
        PausedSave.wait()
        let source = try spec.input()
        let run = try loadedRun(like: source, checkpoint)
        let path =
            checkpoint
            ?? folder.map { $0.checkpointPath(run.step) }.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        let evaluation = try interruptible("evaluation") { try Evaluator(run, self).evaluate(spec, source, checkpoint: path) }
        if let folder {
            let place = "\(folder.path)/\(spec.folderName)"
            let events = try EventFileWriter(folder: place)
            try Evaluator.write(evaluation, to: events, folder: place)
            try events.close()
        }
        progress(.evaluated(evaluation.report))
        return evaluation.report
    }

    /// What the task predicts for each batch, by the checkpoint in the folder `checkpoint`, else as `evaluate` chooses.
    public func predict(_ input: InputFunction, checkpoint: String? = nil) throws -> [StepResults] {
        let source = try input()
        let run = try loadedRun(like: source, checkpoint)
        var answers: [StepResults] = []
        while let batch = try source.next() {
            if isInterrupted() { throw TrainingError.interrupted(what: "prediction") }
            try batch.validate()
            let pass = Pass(store: run.store, isTraining: false, key: Key.unused, mayCreate: false)
            pass.poll = { [isInterrupted] in if isInterrupted() { throw TrainingError.interrupted(what: "prediction") } }
            let output = try run.forward(batch, pass)
            let towers = Towers(examples: batch.count, towers: function.towers)
            answers.append(try run.results(.predict, batch, output, towers, nil, SummaryRecorder(isActive: false)))
        }
        return answers
    }

    /// Waits until the checkpoint of a pause is on the disk; the end of the process does so as well.
    ///
    /// - Throws: `FormatsError` when it cannot be written; it stays in memory then, and the next call tries again.
    public func waitUntilSaved() throws {
        if let folder { try PausedSave.finish(folder.path) }
    }

    // MARK: - For the loop

    func begin(_ run: TrainingRun, history: [EvaluationRecord]) {
        (self.run, self.history, outcome, stopReason) = (run, history, nil, nil)
        losses.removeAll { $0.step > run.step }
        earlier = nil
    }

    func note(_ progress: StepProgress) {
        newest = progress
        losses.append(StepLoss(step: progress.step, loss: progress.loss))
    }

    func takeStopReason() -> StopReason? {
        defer { stopReason = nil }
        return stopReason
    }

    private func interruptible<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch is Interruption { throw TrainingError.interrupted(what: what) }
    }

    var folder: RunFolder? { config.modelDir.map(RunFolder.init) }

    var seed: Int { hyperparameters.seed ?? config.seed ?? 0 }

    /// The losses that event files have of the steps before those in memory; read once for each run.
    func earlierLosses() -> [StepLoss] {
        if let earlier { return earlier }
        let first = losses.first?.step ?? .max
        var found: [StepLoss] = []
        if first > 1, let folder {
            found = TrainingCurve(folder: folder.path).points("loss").filter { $0.step < first }.map {
                StepLoss(step: $0.step, loss: $0.value)
            }
        }
        earlier = found
        return found
    }

    /// A checkpoint that was asked for; else what is in memory, or the newest checkpoint. `source` shows what examples look like.
    private func loadedRun(like source: any BatchSource, _ asked: String?) throws -> TrainingRun {
        if asked == nil, let run { return run }
        let (checkpoint, path) = try asked.map { (try Checkpoint(folder: $0), $0) } ?? newestCheckpoint()
        let start = source.position
        let loaded = try TrainingRun(function, hyperparameters, source: source, seed: seed)
        try source.seek(to: start)
        _ = try loaded.restore(checkpoint, path: path, data: false)
        if asked == nil { run = loaded }
        return loaded
    }

    private func newestCheckpoint() throws -> (Checkpoint, String) {
        guard let folder else { throw TrainingError.noModelFolder }
        guard let checkpoint = try folder.newest(report: { progress(.warning($0.localizedDescription)) }) else {
            throw TrainingError.noCheckpoint(folder: folder.path)
        }
        return (checkpoint, folder.checkpointPath(checkpoint.state.step))
    }
}

/// The loss of a step, with the penalty.
public struct StepLoss: Equatable, Sendable {
    public var step: Int
    public var loss: Double
}

/// A person asked to stop within a step or an evaluation: it is given up.
public struct Interruption: Error, CustomStringConvertible {
    public var description: String { "interrupted" }
}
