import Formats
import Foundation
import NeuralNetworks
import Randomness

/// One call of `trainAndEvaluate`: the order of steps, checkpoints, evaluations and reports.
final class TrainingLoop {
    private let estimator: Estimator
    private let spec: TrainSpec
    private let evaluations: [EvalSpec]
    private let current: TrainingRun
    private let lock: FolderLock?
    private var log: EvaluationLog
    private var events: EventFileWriter?
    /// One file for each evaluation data, made when it is first needed.
    private var evaluationEvents: [Int: EventFileWriter] = [:]
    private var meter: StepMeter
    private var savedStep: Int?
    private var savedTime: Double
    private var evaluatedTimes: [Double]
    private var newest: Evaluation?

    init(_ estimator: Estimator, _ spec: TrainSpec, _ evaluations: [EvalSpec]) throws {
        (self.estimator, self.spec, self.evaluations) = (estimator, spec, evaluations)
        // The lock comes first: what is read from the folder below must not change.
        try estimator.waitUntilSaved()
        lock = try estimator.folder.map { try FolderLock(folder: $0.path) }
        current = try TrainingRun(
            estimator.function, estimator.hyperparameters, source: spec.input(), seed: estimator.seed, maxSteps: spec.maxSteps)
        savedStep = try Self.restore(current, estimator)
        current.isInterrupted = estimator.isInterrupted
        log = EvaluationLog(folder: estimator.folder?.path, upTo: current.step)
        log.mainMetric = estimator.function.task.mainMetric
        let now = estimator.clock()
        meter = StepMeter(start: now, step: current.step)
        savedTime = now
        evaluatedTimes = evaluations.map { _ in now }
        estimator.begin(current, history: log.entries)
    }

    /// Trains and evaluates. When something on the way throws, the state after the last whole step is saved before the error goes on.
    func run() throws -> RunOutcome {
        do {
            return try whole()
        } catch is Interruption {
            return try pause()
        } catch {
            rescue(error)
            throw error
        }
    }

    private func whole() throws -> RunOutcome {
        let start = RunStart(
            model: estimator.function.model.name, folder: estimator.folder?.path, parameterCount: current.store.trainableCount,
            step: current.step, maxSteps: spec.maxSteps)
        estimator.progress(.started(start))
        _ = try tell { callback in
            try callback.started(start, estimator)
            return nil
        }
        if let maxSteps = spec.maxSteps, current.step >= maxSteps {
            estimator.progress(.notice("step \(current.step) of \(maxSteps) is reached already: nothing is trained"))
            if !evaluations.isEmpty, let outcome = try evaluate(evaluations.indices) { return try finish(.stopped(outcome)) }
            return try finish(.alreadyFinished)
        }
        announceSchedule()
        if let folder = estimator.folder {
            events = try EventFileWriter(folder: folder.path)
            if current.step > 0 { try events?.markRestart(step: current.step + 1) }
        }
        if savedStep == nil { try save() }
        if isMissingEvaluation, let reason = try evaluate(evaluations.indices) { return try finish(.stopped(reason)) }
        return try steps()
    }

    // MARK: - Steps

    private func steps() throws -> RunOutcome {
        while spec.maxSteps.map({ current.step < $0 }) ?? true {
            let epoch = current.position.epoch
            try current.change(estimator.hyperparameters)
            let isSummaryStep = (current.step + 1) % estimator.config.saveSummarySteps == 0
            let recorder = SummaryRecorder(
                isActive: isSummaryStep && events != nil, isHeavy: estimator.config.isHeavyStep(current.step + 1),
                encodeImage: estimator.imageEncoder)
            guard let report = try current.advance(recorder) else { return try end(.dataEnded) }
            let progress = meter.progress(
                after: report, current, spec.maxSteps, estimator.clock(), interval: estimator.config.logStepCountSteps)
            estimator.note(progress)
            if isSummaryStep { try writeSummaries(report, progress) }
            estimator.progress(.step(progress))
            let epochEnded = current.position.epoch > epoch
            if let reason = try tell({ try $0.stepEnded(progress, estimator) }) { return try end(.stopped(reason)) }
            if epochEnded, let reason = try tell({ try $0.epochEnded(progress, estimator) }) { return try end(.stopped(reason)) }
            if estimator.isInterrupted() { return try pause() }
            let isLast = current.step == spec.maxSteps
            let due = evaluations.indices.filter { isLast || isDue($0, epochEnded: epochEnded) }
            if isLast || !due.isEmpty || isSavingDue { try save() }
            if !due.isEmpty, let reason = try evaluate(due) { return try finish(.stopped(reason)) }
        }
        return try finish(.finished)
    }

    /// Asks every callback; what they record goes into the event file.
    ///
    /// - Returns: why one of them wants to stop.
    private func tell(_ body: (any TrainingCallback) throws -> StopReason?) throws -> StopReason? {
        guard !estimator.callbacks.isEmpty else { return nil }
        let recorder = SummaryRecorder(isActive: events != nil, encodeImage: estimator.imageEncoder)
        estimator.recorder = recorder
        defer { estimator.recorder = nil }
        var reason: StopReason?
        for callback in estimator.callbacks { reason = try body(callback) ?? reason }
        if !recorder.summaries.isEmpty {
            try events?.write(recorder.summaries, step: current.step)
            try events?.flush()
        }
        return reason ?? estimator.takeStopReason()
    }

    /// Keeps what was reached when something fails between or within steps: variables change only when a step is whole.
    private func rescue(_ error: any Error) {
        // What the disk refused it would refuse again.
        let isDiskError = error is FormatsError
        if let folder = estimator.folder, savedStep != current.step, current.isWhole, !isDiskError {
            do {
                try save(waiting: !estimator.isInterrupted())
                estimator.progress(.notice("step \(current.step) is kept in \(folder.checkpointPath(current.step))"))
            } catch {
                estimator.progress(.warning("step \(current.step) could not be kept: \(error.localizedDescription)"))
            }
        }
        // The error that ends the run is the one to be told.
        try? closeEvents()
    }

    private func closeEvents() throws {
        try events?.close()
        for index in evaluationEvents.keys.sorted() { try evaluationEvents[index]?.close() }
        (events, evaluationEvents) = (nil, [:])
    }

    /// Saves and evaluates what was not yet, then finishes.
    private func end(_ status: RunOutcome.Status) throws -> RunOutcome {
        if savedStep != current.step { try save() }
        if !evaluations.isEmpty, !log.isEvaluated(current.step) { _ = try evaluate(evaluations.indices) }
        return try finish(status)
    }

    /// Keeps the last whole step without waiting for the disk, then finishes.
    private func pause() throws -> RunOutcome {
        if savedStep != current.step { try save(waiting: false) }
        return try finish(.interrupted)
    }

    private func finish(_ status: RunOutcome.Status) throws -> RunOutcome {
        let best = bestSteps(1).first
        let outcome = RunOutcome(
            status: status, step: current.step, evaluation: newest,
            checkpoint: savedStep.flatMap { step in estimator.folder.map { $0.checkpointPath(step) } },
            bestCheckpoint: best.flatMap { step in estimator.folder.map { $0.checkpointPath(step) } })
        _ = try tell { callback in
            try callback.ended(outcome, estimator)
            return nil
        }
        try closeEvents()
        estimator.outcome = outcome
        estimator.progress(.finished(outcome))
        return outcome
    }

    private func writeSummaries(_ report: TrainingRun.StepReport, _ progress: StepProgress) throws {
        guard let events else { return }
        var summaries: [Summary] = [
            .scalar("loss", Float(report.loss)), .scalar("data_loss", Float(report.dataLoss)),
            .scalar("penalty", Float(report.penalty)),
            .scalar("learning_rate", Float(report.learningRate)), .scalar("global_step/sec", Float(meter.stepsPerSecond)),
            .scalar("examples/sec", Float(progress.averageExamplesPerSecond)),
        ]
        for (name, value) in (report.results?.logged ?? [:]).sorted(by: { $0.key < $1.key }) where name != "loss" {
            summaries.append(.scalar(name, Float(value)))
        }
        if estimator.config.isHeavyStep(current.step) {
            for (name, lines) in (report.results?.texts ?? [:]).sorted(by: { $0.key < $1.key }) {
                summaries.append(.texts(name, Array(lines.prefix(10))))
            }
        }
        try events.write(summaries + report.summaries, step: current.step)
        try events.flush()
    }

    // MARK: - Checkpoints

    private var isSavingDue: Bool {
        let config = estimator.config
        if let steps = config.saveCheckpointsSteps { return current.step % steps == 0 }
        return estimator.clock() - savedTime >= config.saveCheckpointsSecs ?? 600
    }

    /// - Parameter waiting: until all of it is on the disk.
    private func save(waiting: Bool = true) throws {
        savedTime = estimator.clock()
        guard let folder = estimator.folder else { return }
        let (checkpoint, config, best) = (
            current.checkpoint(), estimator.config, bestSteps(estimator.config.keepBestCheckpointMax)
        )
        if waiting {
            try folder.save(checkpoint)
            try folder.prune(config, best: best)
        } else {
            // The folder is named from the root: the working folder may change meanwhile. The lock goes when the work is done.
            let place = RunFolder(path: URL(fileURLWithPath: folder.path).path)
            PausedSave.begin(place.path) { [lock] in
                try withExtendedLifetime(lock) {
                    try place.save(checkpoint)
                    try place.prune(config, best: best)
                }
            }
        }
        savedStep = current.step
        let (path, step) = (folder.checkpointPath(current.step), current.step)
        estimator.progress(.saved(path: path, step: step))
        _ = try tell { callback in
            try callback.saved(path: path, step: step, estimator)
            return nil
        }
    }

    private func bestSteps(_ count: Int) -> [Int] {
        log.best(estimator.function.task.mainMetric, name: evaluations.first?.name ?? "", count: count).map(\.step)
    }

    /// - Returns: the step of the checkpoint that the run goes on from.
    private static func restore(_ run: TrainingRun, _ estimator: Estimator) throws -> Int? {
        if let folder = estimator.folder {
            let checkpoint = try folder.newest {
                estimator.progress(.warning($0.localizedDescription + "; an older one is used"))
            }
            if let checkpoint {
                let changed = try run.restore(checkpoint, path: folder.checkpointPath(checkpoint.state.step))
                let list = changed.joined(separator: "; ")
                if !changed.isEmpty { estimator.progress(.warning("hyper-parameters changed since the checkpoint: \(list)")) }
                return checkpoint.state.step
            }
        } else if let old = estimator.run {
            // Without a folder a second call goes on with what is in memory.
            _ = try run.restore(old.checkpoint(), path: "memory")
            return nil
        }
        try estimator.warmStart(run)
        return nil
    }

    // MARK: - Evaluations

    private func isDue(_ index: Int, epochEnded: Bool) -> Bool {
        switch evaluations[index].schedule {
        case .epochs(let count): epochEnded && current.position.epoch % count == 0
        case .steps(let count): current.step % count == 0
        case .seconds(let seconds): isSavingDue && estimator.clock() - evaluatedTimes[index] >= seconds
        case .elapsed(let seconds): estimator.clock() - evaluatedTimes[index] >= seconds
        }
    }

    /// Whether the run was killed between the checkpoint of this step and the evaluation that belongs to it.
    private var isMissingEvaluation: Bool {
        guard current.step > 0, !log.isEvaluated(current.step) else { return false }
        let isEpochStart = current.position.example == 0
        return evaluations.indices.contains { isDue($0, epochEnded: isEpochStart) }
    }

    /// - Returns: why a callback wants to stop.
    private func evaluate(_ due: some Collection<Int>) throws -> StopReason? {
        var reason: StopReason?
        let evaluator = Evaluator(current, estimator)
        for index in due {
            let spec = evaluations[index]
            let path = savedStep == current.step ? estimator.folder.map { $0.checkpointPath(current.step) } : nil
            let evaluation = try evaluator.evaluate(spec, spec.input(), checkpoint: path)
            evaluatedTimes[index] = estimator.clock()
            if index == 0 { (newest, estimator.evaluation) = (evaluation.report, evaluation.report) }
            try log.add(
                .init(step: current.step, name: spec.name ?? "", metrics: evaluation.report.metrics),
                folder: estimator.folder?.path)
            estimator.history = log.entries
            try writeEvents(evaluation, index)
            try writeReport(evaluation.report, index)
            estimator.progress(.evaluated(evaluation.report))
            reason = try tell { try $0.evaluated(evaluation.report, estimator) } ?? reason
        }
        meter.pause(until: estimator.clock())
        return reason
    }

    private func writeEvents(_ evaluation: Evaluator.Outcome, _ index: Int) throws {
        guard let folder = estimator.folder else { return }
        let place = "\(folder.path)/\(evaluations[index].folderName)"
        let events = try evaluationEvents[index] ?? EventFileWriter(folder: place)
        evaluationEvents[index] = events
        try Evaluator.write(evaluation, to: events, folder: place)
    }

    /// A text for every evaluation; a page, which is larger, as long as its checkpoint stays.
    private func writeReport(_ evaluation: Evaluation, _ index: Int) throws {
        guard let folder = estimator.folder else { return }
        let place = "\(folder.path)/\(evaluations[index].folderName)"
        let report = EvaluationReport(evaluation, estimator)
        // A report that a power cut takes can be made again; waiting for the disk would keep a person from the prompt.
        for ending in ["txt", "html"] { try report.write(to: "\(place)/report-\(evaluation.step).\(ending)", isDurable: false) }
        let kept = Set(folder.steps + [evaluation.step])
        for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] where name.hasSuffix(".html") {
            guard name.hasPrefix("report-"), let step = Int(name.dropFirst(7).dropLast(5)), !kept.contains(step) else { continue }
            removeFolder("\(place)/\(name)")
        }
    }

    private func announceSchedule() {
        guard let first = evaluations.first else { return }
        let often =
            switch first.schedule {
            case .epochs(let count): count == 1 ? "after every epoch" : "every \(count) epochs"
            case .steps(let count): "every \(count) steps"
            case .seconds(let seconds): "after a checkpoint, \(ProgressText.duration(seconds)) apart at least,"
            case .elapsed(let seconds): "every \(ProgressText.duration(seconds))"
            }
        estimator.progress(.notice("evaluates \(often) and at the end"))
    }
}
