import Foundation
import NeuralNetworks

/// How the loss went while the learning rate rose from step to step: to choose one before a run.
public struct RateSearch: Sendable, Equatable {
    public var rates: [Double]
    public var losses: [Double]
    /// Running means of the losses, corrected for their start.
    public var smoothed: [Double]

    /// The rate at which the smoothed loss falls fastest along the logarithm of the rate; nil when it never falls.
    public var suggestion: Double? {
        // The first means are of few losses.
        let first = min(5, smoothed.count / 10)
        var best: (slope: Double, rate: Double)?
        for index in (first + 1)..<max(first + 1, smoothed.count - 1) {
            let slope = (smoothed[index + 1] - smoothed[index - 1]) / (log(rates[index + 1]) - log(rates[index - 1]))
            if slope < 0, slope < best?.slope ?? 0 { best = (slope, rates[index]) }
        }
        return best?.rate
    }
}

extension Estimator {
    /// Trains for a while in memory with rates that rise by a constant factor; nothing of it is kept.
    ///
    /// It ends early when the loss has grown to four times the least, or is not finite any more.
    /// - Throws: `TrainingError.invalidSetting` unless `0 < low < high` and there are two steps.
    /// - Source: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3.
    public func findRate(_ input: InputFunction, from low: Double = 1e-6, to high: Double = 1, steps: Int = 100) throws
        -> RateSearch
    {
        func refuse(_ name: String, _ value: Setting, _ rule: String) -> TrainingError {
            .invalidSetting(owner: "find_learning_rate", name: name, value: value, rule: rule)
        }
        guard low > 0, low.isFinite else { throw refuse("low", .number(low), "a number above 0") }
        guard high > low, high.isFinite else { throw refuse("high", .number(high), "greater than low") }
        guard (2...1_000_000).contains(steps) else { throw refuse("steps", .integer(steps), "a whole number from 2 to 1000000") }
        var search = RateSearch(rates: [], losses: [], smoothed: [])
        var settings = hyperparameters
        (settings.lrSchedule, settings.lrWarmupSteps) = ("constant", 0)
        let run = try freshRun(input)
        var (mean, least) = (0.0, Double.infinity)
        for step in 0..<steps {
            if isInterrupted() { throw TrainingError.interrupted(what: "search for a learning rate") }
            let rate = low * pow(high / low, Double(step) / Double(steps - 1))
            settings.learningRate = rate
            try run.change(settings)
            do {
                guard let report = try run.advance(SummaryRecorder(isActive: false)) else { break }
                mean = 0.95 * mean + 0.05 * report.loss
                let smoothed = mean / (1 - pow(0.95, Double(step + 1)))
                search.rates.append(rate)
                search.losses.append(report.loss)
                search.smoothed.append(smoothed)
                least = min(least, smoothed)
                if step > steps / 10, smoothed > 4 * least { break }
            } catch TrainingError.notFinite {
                break
            }
        }
        return search
    }

    /// A run in memory as one would begin, warm start included.
    func freshRun(_ input: InputFunction, maxSteps: Int? = nil) throws -> TrainingRun {
        let run = try TrainingRun(function, hyperparameters, source: input(), seed: seed, maxSteps: maxSteps)
        try warmStart(run)
        return run
    }
}
