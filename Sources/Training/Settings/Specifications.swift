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
        /// Not sooner after the last one than this.
        case seconds(Double)
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
        default: break
        }
        self.input = input
        self.steps = steps
        self.name = name
        self.schedule = schedule
    }

    var folderName: String { name.map { "eval_\($0)" } ?? "eval" }
}
