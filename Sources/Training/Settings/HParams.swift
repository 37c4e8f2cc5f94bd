public import NeuralNetworks

/// The hyper-parameters of a run, by the names that the original's workflow uses.
public struct HParams: Settings, Equatable {
    /// `channels_last`, or `channels_first` for task and model scripts that want it; the engine computes channels last in either case.
    public static let dataFormats = ["channels_first", "channels_last"]

    public var isChief = true
    public var trainBatchSize = 32
    public var evalBatchSize = 1
    public var dataFormat = "channels_last"
    /// One of `OptimizerRule.names`.
    public var optimizer = "sgd"
    public var learningRate = 1e-3
    public var momentum = 0.0
    public var weightDecay = 0.0
    public var gradientClipping: Double?
    public var gradientClipNorm: Double?
    /// One of `schedules`.
    public var lrSchedule = "staircase"
    public var lrDecaySteps: Int?
    public var lrDecayRate = 0.1
    public var lrWarmupSteps = 0
    public var lrEnd = 0.0
    public var beta1 = 0.9
    public var beta2 = 0.999
    /// `nil` takes the optimizer's own.
    public var epsilon: Double?
    public var decoupledDecay = 0.01
    /// Patterns of variable names that are not changed, with commas between them.
    public var freeze: String?
    public var initDir: String?
    public var sync = false
    /// Start of all randomness of the run; `nil` takes that of `RunConfig`, else 0.
    public var seed: Int?

    /// How the learning rate goes from step to step.
    public static let schedules = ["constant", "cosine", "one_cycle", "staircase"]

    public init() {}

    public static let title = "HParams"

    public static let fields: [SettingField<HParams>] = [
        .bool("is_chief", \.isChief, "Whether this process writes checkpoints and summaries."),
        .integer("train_batch_size", \.trainBatchSize, atLeast: 1, "Examples in one training step."),
        .integer("eval_batch_size", \.evalBatchSize, atLeast: 1, "Examples in one evaluation step."),
        .choice(
            "data_format", \.dataFormat, of: dataFormats, kind: "data_format", "Order of the axes of images that scripts see."),
        .choice("optimizer", \.optimizer, of: OptimizerRule.names, kind: "optimizer", "How gradients change the parameters."),
        .number("learning_rate", \.learningRate, "a number above 0", "Size of a step along the gradient.") { $0 > 0 },
        .number("momentum", \.momentum, "a number from 0 to less than 1", "Share of the last change that the next one keeps.") {
            (0..<1).contains($0)
        },
        .number("weight_decay", \.weightDecay, "a number of at least 0", "Weight of half the squared length of all parameters.") {
            $0 >= 0
        },
        .optionalNumber(
            "gradient_clipping", \.gradientClipping, "a number above 0", "Bound on each element of the mean gradient."
        ) { $0 > 0 },
        .optionalNumber(
            "gradient_clip_norm", \.gradientClipNorm, "a number above 0", "Bound on the length of all gradients together."
        ) { $0 > 0 },
        .choice(
            "lr_schedule", \.lrSchedule, of: schedules, kind: "lr_schedule",
            "How the learning rate goes: staircase (constant unless lr_decay_steps is set), cosine, one_cycle or constant."),
        .optionalInteger(
            "lr_decay_steps", \.lrDecaySteps, atLeast: 1,
            "Steps between two falls of a staircase; length of cosine and one_cycle (max_steps unless set)."),
        .number("lr_decay_rate", \.lrDecayRate, "a number above 0, at most 1", "Factor by which the learning rate falls.") {
            $0 > 0 && $0 <= 1
        },
        .integer("lr_warmup_steps", \.lrWarmupSteps, atLeast: 0, "Steps in which the learning rate rises from 0."),
        .number("lr_end", \.lrEnd, "a number of at least 0", "Learning rate at the end of a cosine.") { $0 >= 0 },
        .number("beta1", \.beta1, "a number from 0 to less than 1", "Adam: share of the mean gradient that is kept.") {
            (0..<1).contains($0)
        },
        .number("beta2", \.beta2, "a number from 0 to less than 1", "Adam: share of the mean square that is kept.") {
            (0..<1).contains($0)
        },
        .optionalNumber("epsilon", \.epsilon, "a number above 0", "Adam and RMSProp: keeps the divisor from 0.") { $0 > 0 },
        .number("decoupled_weight_decay", \.decoupledDecay, "a number of at least 0", "AdamW: decay beside the gradient.") {
            $0 >= 0
        },
        .optionalText(
            "freeze", \.freeze, "Variables that stay as they are: names, or beginnings with a *, with commas between them."),
        .optionalText("init_dir", \.initDir, "Folder of a run whose parameters this one starts from."),
        .bool("sync", \.sync, "Whether several workers step together; with one worker it changes nothing."),
        .optionalInteger("seed", \.seed, atLeast: 0, "Start of all randomness of the run."),
    ]

    /// The learning rate of each step.
    ///
    /// - Parameter maxSteps: the length of cosine and one-cycle schedules where `lr_decay_steps` leaves it open.
    public func schedule(maxSteps: Int?) -> Schedule {
        let length = max(1, (lrDecaySteps ?? maxSteps ?? 1) - lrWarmupSteps)
        let main: Schedule =
            switch lrSchedule {
            case "cosine": .cosine(learningRate, end: lrEnd, steps: length)
            case "one_cycle": .oneCycle(peak: learningRate, steps: length)
            case "staircase":
                lrDecaySteps.map { .staircase(learningRate, factor: lrDecayRate, every: $0) } ?? .constant(learningRate)
            default: .constant(learningRate)
            }
        return lrWarmupSteps > 0 ? .warmUp(steps: lrWarmupSteps, then: main) : main
    }

    /// How gradients change variables.
    public var rule: OptimizerRule {
        get throws {
            switch optimizer {
            case "adam": .adam(beta1: beta1, beta2: beta2, epsilon: epsilon ?? 1e-8)
            case "adamw": .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon ?? 1e-8, decay: decoupledDecay)
            case "rmsprop": .rmsProp(momentum: momentum, epsilon: epsilon ?? 1e-10)
            default: try OptimizerRule(named: optimizer, momentum: momentum)
            }
        }
    }

    /// How gradients are bounded.
    var clipping: GradientTreatment.Clipping {
        gradientClipNorm.map { .globalNorm($0) } ?? gradientClipping.map { .value($0) } ?? .none
    }

    public func validate(given: Set<String>) throws {
        if given.contains("lr_decay_rate"), lrDecaySteps == nil {
            throw TrainingError.invalidSetting(
                owner: Self.title, name: "lr_decay_steps", value: .none, rule: "set where lr_decay_rate is set")
        }
        if gradientClipping != nil, gradientClipNorm != nil {
            throw TrainingError.exclusiveSettings(owner: Self.title, first: "gradient_clipping", second: "gradient_clip_norm")
        }
        if lrWarmupSteps > 0, let lrDecaySteps, lrSchedule == "cosine" || lrSchedule == "one_cycle", lrDecaySteps <= lrWarmupSteps {
            throw TrainingError.invalidSetting(
                owner: Self.title, name: "lr_warmup_steps", value: .integer(lrWarmupSteps),
                rule: "less than lr_decay_steps, \(lrDecaySteps)")
        }
    }
}
