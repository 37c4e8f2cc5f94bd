/// What to train on and how long: TensorFlow's `TrainSpec`.
public struct TrainSpec {
    public var input: InputFunction
    /// Number of the last step, counted over all runs in the folder; `nil` goes on until the data end or someone stops it.
    public var maxSteps: Int?

    /// - Throws: `TrainingError.invalidSetting` when `maxSteps` is below 1.
    public init(input: @escaping InputFunction, maxSteps: Int?) throws {
        if let maxSteps, maxSteps < 1 {
            throw TrainingError.invalidSetting(
                owner: "TrainSpec", name: "max_steps", value: .integer(maxSteps), rule: "None or a whole number of at least 1")
        }
        self.input = input
        self.maxSteps = maxSteps
    }
}

/// What to evaluate on and when: TensorFlow's `EvalSpec`.
public struct EvalSpec {
    /// When an evaluation is due; one is always made at the end.
    public enum Schedule: Equatable, Sendable {
        case epochs(Int)
        case steps(Int)
        /// After a checkpoint, not sooner after the last one than this: TensorFlow's `throttle_secs`.
        case seconds(Double)
        /// So many seconds after the last one.
        case elapsed(Double)
    }

    public var input: InputFunction
    /// Batches in one evaluation; `nil` takes all the data.
    public var steps: Int?
    /// Subfolder `eval_<name>` for the event files; `eval` without a name.
    public var name: String?
    public var schedule: Schedule

    /// - Throws: `TrainingError.invalidSetting` when `steps` or the schedule is not positive.
    public init(input: @escaping InputFunction, steps: Int? = nil, name: String? = nil, schedule: Schedule = .epochs(1)) throws {
        func refuse(_ name: String, _ value: Setting, _ rule: String) -> TrainingError {
            .invalidSetting(owner: "EvalSpec", name: name, value: value, rule: rule)
        }
        if let steps, steps < 1 { throw refuse("steps", .integer(steps), "None or a whole number of at least 1") }
        switch schedule {
        case .epochs(let count) where count < 1: throw refuse("every_epochs", .integer(count), "a whole number of at least 1")
        case .steps(let count) where count < 1: throw refuse("every_steps", .integer(count), "a whole number of at least 1")
        case .seconds(let count) where !(count >= 0): throw refuse("throttle_secs", .number(count), "a number of at least 0")
        case .elapsed(let count) where !(count > 0): throw refuse("every", .number(count), "a time above 0")
        default: break
        }
        self.input = input
        self.steps = steps
        self.name = name
        self.schedule = schedule
    }

    /// What "2 epochs", "500 steps" or "10 minutes" means; also "epoch", "1 minute", "0.5 hours", "30 seconds".
    ///
    /// - Throws: `TrainingError.invalidSetting` for anything else.
    public static func schedule(_ text: String) throws -> Schedule {
        let refusal = TrainingError.invalidSetting(
            owner: "EvalSpec", name: "every", value: .text(text),
            rule: "a number and a unit: '2 epochs', '500 steps' or '10 minutes'")
        let words = text.lowercased().split(separator: " ").map(String.init)
        guard let unit = words.last, words.count <= 2 else { throw refusal }
        guard let count = words.count == 2 ? Double(words[0]) : 1, count > 0, count < 1e9 else { throw refusal }
        switch unit.hasSuffix("s") ? String(unit.dropLast()) : unit {
        case "epoch" where count == count.rounded(): return .epochs(Int(count))
        case "step" where count == count.rounded(): return .steps(Int(count))
        case "second": return .elapsed(count)
        case "minute": return .elapsed(count * 60)
        case "hour": return .elapsed(count * 3600)
        default: throw refusal
        }
    }

    var folderName: String { name.map { "eval_\($0)" } ?? "eval" }
}
