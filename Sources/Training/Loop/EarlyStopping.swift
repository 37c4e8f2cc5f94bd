/// Ends a run when a measure has not improved for some evaluations.
///
/// The count comes from the run's history, so that a run that was stopped and started again ends where one that went through would.
public final class EarlyStopping: TrainingCallback {
    public let metric: MainMetric
    /// Evaluations without improvement that end the run.
    public let patience: Int
    /// What a change must exceed to be an improvement.
    public let minimumChange: Double

    /// - Throws: `TrainingError.invalidSetting` for a patience below 1 or a negative change.
    public init(metric: MainMetric, patience: Int, minimumChange: Double = 0) throws {
        guard patience >= 1 else {
            throw TrainingError.invalidSetting(
                owner: "EarlyStopping", name: "patience", value: .integer(patience),
                rule: "a whole number of at least 1 (evaluations)")
        }
        guard minimumChange >= 0, minimumChange.isFinite else {
            throw TrainingError.invalidSetting(
                owner: "EarlyStopping", name: "minimum_change", value: .number(minimumChange), rule: "a number of at least 0")
        }
        (self.metric, self.patience, self.minimumChange) = (metric, patience, minimumChange)
    }

    public func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? {
        guard let value = evaluation.metrics[metric.name] else {
            throw TrainingError.unknownName(kind: "metric", name: metric.name, known: evaluation.metrics.keys.sorted())
        }
        let name = evaluation.name ?? ""
        let values = estimator.history.filter { $0.name == name }.map { $0.metrics[metric.name] ?? .nan }
        let waited = Self.waiting(values, metric, minimumChange)
        guard waited >= patience else { return nil }
        return "\(metric.name) has not improved for \(waited) evaluations (now \(significant(value, 5)))"
    }

    /// Evaluations since the last improvement. Undefined values are no improvement.
    package static func waiting(_ values: [Double], _ metric: MainMetric, _ minimumChange: Double) -> Int {
        var best: Double?
        var waited = 0
        for value in values {
            let worth = metric.isBetterWhenHigher ? value - minimumChange : value + minimumChange
            if best == nil ? !value.isNaN : metric.isBetter(worth, than: best) {
                (best, waited) = (value, 0)
            } else {
                waited += 1
            }
        }
        return waited
    }
}
