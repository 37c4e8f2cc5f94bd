import Foundation

/// Seconds since the machine started; never goes back.
public func monotonicSeconds() -> Double { ProcessInfo.processInfo.systemUptime }

/// Measures how fast steps go, without the time of evaluations.
struct StepMeter {
    private var start: Double
    private var intervalStart: Double
    private var last: Double
    private let firstStep: Int
    private var intervalFirstStep: Int
    private var examples = 0
    private var intervalExamples = 0
    private(set) var stepsPerSecond = 0.0

    init(start: Double, step: Int) {
        (self.start, intervalStart, last) = (start, start, start)
        (firstStep, intervalFirstStep) = (step, step)
    }

    /// Leaves out the time since the last step.
    mutating func pause(until now: Double) {
        start += now - last
        intervalStart += now - last
        last = now
    }

    mutating func progress(
        after report: TrainingRun.StepReport, _ run: TrainingRun, _ maxSteps: Int?, _ now: Double, interval: Int
    ) -> StepProgress {
        last = now
        examples += report.examples
        intervalExamples += report.examples
        let (seconds, intervalSeconds) = (max(now - start, 1e-9), max(now - intervalStart, 1e-9))
        let rate = Double(intervalExamples) / intervalSeconds
        stepsPerSecond = Double(run.step - intervalFirstStep) / intervalSeconds
        let perEpoch = run.source.batchesPerEpoch
        // At the end of an epoch the position is at the start of the next.
        let epoch = run.position.example == 0 ? max(1, run.position.epoch) : run.position.epoch + 1
        let progress = StepProgress(
            step: run.step, maxSteps: maxSteps, epoch: epoch,
            epochs: maxSteps.flatMap { steps in perEpoch.map { (steps + $0 - 1) / max(1, $0) } },
            loss: report.loss, penalty: report.penalty, learningRate: report.learningRate, logged: report.results?.logged ?? [:],
            examplesPerSecond: rate, averageExamplesPerSecond: Double(examples) / seconds,
            secondsLeft: maxSteps.map { Double($0 - run.step) * seconds / Double(run.step - firstStep) },
            endsInterval: run.step % interval == 0 || run.step == maxSteps)
        if progress.endsInterval { (intervalStart, intervalFirstStep, intervalExamples) = (now, run.step, 0) }
        return progress
    }
}
