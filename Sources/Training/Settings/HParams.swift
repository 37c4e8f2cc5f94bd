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
    public var lrDecaySteps: Int?
    public var lrDecayRate = 0.1
    public var initDir: String?
    public var sync = false
    /// Start of all randomness of the run; `nil` takes that of `RunConfig`, else 0.
    public var seed: Int?

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
        .optionalInteger(
            "lr_decay_steps", \.lrDecaySteps, atLeast: 1, "Steps after which the learning rate falls, again and again."),
        .number("lr_decay_rate", \.lrDecayRate, "a number above 0, at most 1", "Factor by which the learning rate falls.") {
            $0 > 0 && $0 <= 1
        },
        .optionalText("init_dir", \.initDir, "Folder of a run whose parameters this one starts from."),
        .bool("sync", \.sync, "Whether several workers step together; with one worker it changes nothing."),
        .optionalInteger("seed", \.seed, atLeast: 0, "Start of all randomness of the run."),
    ]

    /// The learning rate of each step: it falls in stairs when `lr_decay_steps` is set.
    public var schedule: Schedule {
        lrDecaySteps.map { .staircase(learningRate, factor: lrDecayRate, every: $0) } ?? .constant(learningRate)
    }

    public func validate(given: Set<String>) throws {
        if given.contains("lr_decay_rate"), lrDecaySteps == nil {
            throw TrainingError.invalidSetting(
                owner: Self.title, name: "lr_decay_steps", value: .none, rule: "set where lr_decay_rate is set")
        }
    }
}
