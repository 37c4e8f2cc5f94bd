import NeuralNetworks

/// Lowers the learning rate when a measure has stopped improving.
///
/// How far it is lowered comes from the run's history alone, so that a run that was stopped and started again goes on with the same rate.
public final class RateReduction: TrainingCallback {
    public let metric: MainMetric
    private let fresh: Plateau

    /// - Throws: `NeuralNetworkError.badSetting` for a factor that is not between 0 and 1 or a negative patience.
    public init(metric: MainMetric, factor: Double, patience: Int, lowest: Double) throws {
        self.metric = metric
        fresh = try Plateau(factor: factor, patience: patience, lowest: lowest)
    }

    public func started(_ start: RunStart, _ estimator: Estimator) throws { estimator.rateScale = scale(estimator, "") }

    public func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? {
        guard evaluation.metrics[metric.name] != nil else {
            throw TrainingError.unknownName(kind: "metric", name: metric.name, known: evaluation.metrics.keys.sorted())
        }
        let before = estimator.rateScale
        estimator.rateScale = scale(estimator, evaluation.name ?? "")
        if estimator.rateScale < before {
            estimator.progress(
                .notice("\(metric.name) has not improved: the learning rate is \(significant(estimator.learningRate, 4)) now"))
        }
        return nil
    }

    private func scale(_ estimator: Estimator, _ name: String) -> Double {
        var plateau = fresh
        for record in estimator.history where record.name == name {
            let value = record.metrics[metric.name] ?? .nan
            plateau.observe(metric.isBetterWhenHigher ? -value : value)
        }
        return plateau.scale
    }
}
