import Foundation

/// The learning rate of each step, counted from 0.
public indirect enum Schedule: Sendable, Hashable {
    case constant(Double)
    /// rate · factor^⌊step / every⌋.
    case staircase(Double, factor: Double, every: Int)
    /// From `rate` down to `end` over `steps` along half a cosine, then `end`.
    case cosine(Double, end: Double = 0, steps: Int)
    /// Up from peak / 25 to the peak over the first `rise` of the steps, down to peak / 250,000 over the rest, along cosines.
    /// Source: Smith, "Super-convergence", 2018.
    case oneCycle(peak: Double, steps: Int, rise: Double = 0.3)
    /// A straight rise from 0 over `steps`, then what follows, from its own step 0.
    case warmUp(steps: Int, then: Schedule)

    /// - Throws: `NeuralNetworkError.badSetting` when a number makes no sense; to be called once, before training.
    public func validate() throws {
        func check(_ holds: Bool, _ setting: String, _ value: Any, _ rule: String) throws {
            if !holds { throw NeuralNetworkError.badSetting(layer: "schedule", setting: setting, value: "\(value)", rule: rule) }
        }
        func check(rate: Double) throws { try check(rate.isFinite && rate >= 0, "learning rate", rate, "a number from 0") }
        switch self {
        case .constant(let rate): try check(rate: rate)
        case .staircase(let rate, let factor, let every):
            try check(rate: rate)
            try check(factor > 0 && factor <= 1, "lr_decay_rate", factor, "a number above 0, to 1")
            try check(every > 0, "lr_decay_steps", every, "1 or more")
        case .cosine(let rate, let end, let steps):
            try check(rate: rate)
            try check(rate: end)
            try check(steps > 0, "steps", steps, "1 or more")
        case .oneCycle(let peak, let steps, let rise):
            try check(rate: peak)
            try check(steps > 0, "steps", steps, "1 or more")
            try check(rise >= 0 && rise <= 1, "rise", rise, "a share from 0 to 1")
        case .warmUp(let steps, let next):
            try check(steps > 0, "warm-up steps", steps, "1 or more")
            try next.validate()
        }
    }

    public func rate(at step: Int) -> Double {
        switch self {
        case .constant(let rate): return rate
        case .staircase(let rate, let factor, let every): return rate * pow(factor, Double(step / max(1, every)))
        case .cosine(let rate, let end, let steps):
            return Self.cosine(from: rate, to: end, Double(step) / Double(max(1, steps)))
        case .oneCycle(let peak, let steps, let rise):
            let top = Double(steps) * rise
            if Double(step) < top { return Self.cosine(from: peak / 25, to: peak, Double(step) / top) }
            return Self.cosine(from: peak, to: peak / 250_000, (Double(step) - top) / max(1, Double(steps) - top))
        case .warmUp(let steps, let next):
            return step < steps ? next.rate(at: 0) * Double(step + 1) / Double(max(1, steps)) : next.rate(at: step - steps)
        }
    }

    private static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
        end + (start - end) * (1 + cos(.pi * min(1, max(0, share)))) / 2
    }
}

/// Lowers a rate when a measure has stopped improving.
public struct Plateau: Sendable, Hashable {
    public let factor: Double
    /// Measurements without improvement that are borne.
    public let patience: Int
    public let lowest: Double
    /// What the schedule's rate is multiplied by.
    public private(set) var scale = 1.0
    private var best = Double.infinity
    private var waited = 0

    public init(factor: Double = 0.1, patience: Int = 10, lowest: Double = 0) throws {
        guard factor > 0, factor < 1, patience >= 0 else {
            throw NeuralNetworkError.badSetting(
                layer: "plateau", setting: "factor and patience", value: "\(factor), \(patience)", rule: "a factor between 0 and 1")
        }
        (self.factor, self.patience, self.lowest) = (factor, patience, lowest)
    }

    /// Takes note of a measure, of which less is better.
    public mutating func observe(_ measure: Double) {
        if measure < best {
            (best, waited) = (measure, 0)
            return
        }
        waited += 1
        if waited > patience {
            scale = max(lowest, scale * factor)
            waited = 0
        }
    }
}
