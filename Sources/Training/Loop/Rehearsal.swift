import Foundation

/// What a short run in memory showed, before a long one is begun.
public struct Rehearsal: Sendable {
    /// The loss of each step, the first before anything was learnt.
    public var losses: [Double]
    /// What an even guess among the task's classes would lose; nil where the classes are unknown.
    public var evenLoss: Double?
    /// The length of each variable's gradient at the start.
    public var gradients: [(name: String, length: Double)]
    /// What evaluating gave, by the name of the data.
    public var evaluations: [Evaluation]
    /// What looks wrong, for people; empty when nothing does.
    public var problems: [String]
}

extension Estimator {
    /// Goes once through everything that a run will do, with few batches and without writing anything: hooks, shapes, gradients,
    /// evaluation.
    ///
    /// - Throws: what a run would stop with, before it has cost anything.
    public func rehearse(_ spec: TrainSpec, _ evaluations: [EvalSpec], steps: Int = 2) throws -> Rehearsal {
        let run = try freshRun(spec.input, maxSteps: spec.maxSteps)
        let gradients = try run.gradientLengths()
        let classes = run.classNames.count
        var rehearsal = Rehearsal(
            losses: [], evenLoss: classes > 1 ? log(Double(classes)) : nil, gradients: gradients, evaluations: [], problems: [])
        for name in gradients.filter({ $0.length == 0 }).map(\.name) {
            rehearsal.problems.append("no gradient reaches '\(name)': it will not learn")
        }
        for _ in 0..<max(1, steps) {
            if isInterrupted() { throw TrainingError.interrupted(what: "rehearsal") }
            let recorder = SummaryRecorder(isActive: true, encodeImage: imageEncoder)
            guard let report = try run.advance(recorder) else { throw TrainingError.emptyInput(purpose: "training") }
            rehearsal.losses.append(report.loss)
        }
        for spec in evaluations {
            var short = spec
            short.steps = min(steps, spec.steps ?? steps)
            rehearsal.evaluations.append(try Evaluator(run, self).evaluate(short, spec.input(), checkpoint: nil).report)
        }
        return rehearsal
    }

    /// Trains in memory on the first batch alone, over and over: a model and a loss that are sound learn it by heart.
    ///
    /// - Returns: the loss of every step; `problems` says so when it did not fall below a tenth of the first.
    public func overfit(_ input: InputFunction, steps: Int = 100) throws -> Rehearsal {
        guard let batch = try input().next() else { throw TrainingError.emptyInput(purpose: "training") }
        let run = try freshRun({ FixedBatches([batch], repeats: true) })
        var rehearsal = Rehearsal(losses: [], evenLoss: nil, gradients: try run.gradientLengths(), evaluations: [], problems: [])
        for _ in 0..<max(2, steps) {
            if isInterrupted() { throw TrainingError.interrupted(what: "rehearsal") }
            guard let report = try run.advance(SummaryRecorder(isActive: false)) else { break }
            rehearsal.losses.append(report.dataLoss)
        }
        if let first = rehearsal.losses.first, let last = rehearsal.losses.last, !(last < first / 10) {
            rehearsal.problems.append(
                "the loss of one batch fell from \(significant(first, 4)) to \(significant(last, 4)) in \(rehearsal.losses.count) steps, "
                    + "not below a tenth: try a greater learning_rate or more steps, else look at model and loss")
        }
        return rehearsal
    }
}
