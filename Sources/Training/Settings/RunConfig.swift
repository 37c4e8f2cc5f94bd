/// Where and how often a run keeps and says things: the settings of TensorFlow's `RunConfig`.
public struct RunConfig: Settings, Equatable {
    public var modelDir: String?
    public var saveSummarySteps = 100
    /// Steps between images and histograms; ten times `saveSummarySteps` unless set.
    public var saveHeavySummarySteps: Int?
    /// Seconds between checkpoints; the default of 600 holds unless `saveCheckpointsSteps` is set.
    public var saveCheckpointsSecs: Double?
    public var saveCheckpointsSteps: Int?
    public var keepCheckpointMax = 5
    public var keepBestCheckpointMax = 1
    public var keepCheckpointEveryNHours = 10_000.0
    public var logStepCountSteps = 100
    public var seed: Int?
    public var sessionConfig = SessionConfig()

    /// This process is the only one, and so the one that writes.
    public var isChief: Bool { true }
    public var numWorkerReplicas: Int { 1 }

    public init() {}

    public static let title = "RunConfig"

    public static let fields: [SettingField<RunConfig>] = [
        .optionalText("model_dir", \.modelDir, "Folder of the run: checkpoints, event files, state."),
        .integer("save_summary_steps", \.saveSummarySteps, atLeast: 1, "Steps between summaries in the event file."),
        .optionalInteger(
            "save_heavy_summary_steps", \.saveHeavySummarySteps, atLeast: 1,
            "Steps between images and histograms (ten times save_summary_steps by default)."),
        .optionalNumber(
            "save_checkpoints_secs", \.saveCheckpointsSecs, "a number above 0", "Seconds between checkpoints (600 by default)."
        ) { $0 > 0 },
        .optionalInteger("save_checkpoints_steps", \.saveCheckpointsSteps, atLeast: 1, "Steps between checkpoints."),
        .integer("keep_checkpoint_max", \.keepCheckpointMax, atLeast: 0, "Newest checkpoints that are kept; 0 keeps all."),
        .integer(
            "keep_best_checkpoint_max", \.keepBestCheckpointMax, atLeast: 0, "Best checkpoints that are kept beside the newest."),
        .number(
            "keep_checkpoint_every_n_hours", \.keepCheckpointEveryNHours, "a number above 0",
            "Hours after which a checkpoint is kept for good."
        ) { $0 > 0 },
        .integer("log_step_count_steps", \.logStepCountSteps, atLeast: 1, "Steps between lines of progress."),
        .optionalInteger("tf_random_seed", \.seed, atLeast: 0, "Start of all randomness of the run."),
    ]

    /// Whether images and histograms are due at a summary step: at the first one, then at their own pace.
    func isHeavyStep(_ step: Int) -> Bool {
        step == saveSummarySteps || step % (saveHeavySummarySteps ?? min(saveSummarySteps, .max / 10) * 10) == 0
    }

    public func validate(given: Set<String>) throws {
        if saveCheckpointsSecs != nil, saveCheckpointsSteps != nil {
            throw TrainingError.exclusiveSettings(
                owner: Self.title, first: "save_checkpoints_secs", second: "save_checkpoints_steps")
        }
    }
}

/// How the machine is used: the settings of the original's session configuration. There are no devices to place work on, so only
/// the number of threads has an effect; the others are accepted because scripts set them.
public struct SessionConfig: Settings, Equatable {
    public var allowSoftPlacement = true
    public var logDevicePlacement = false
    /// 0 takes all cores.
    public var intraOpThreads = 0
    public var interOpThreads = 0
    public var forceGPUCompatible = false

    public init() {}

    public static let title = "SessionConfig"

    public static let fields: [SettingField<SessionConfig>] = [
        .bool("allow_soft_placement", \.allowSoftPlacement, "Accepted; there is one device."),
        .bool("log_device_placement", \.logDevicePlacement, "Accepted; there is one device."),
        .integer("intra_op_threads", \.intraOpThreads, atLeast: 0, "Threads that share the work of a step; 0 takes all cores."),
        .integer("inter_op_threads", \.interOpThreads, atLeast: 0, "Accepted; steps follow one another."),
        .bool("force_gpu_compatible", \.forceGPUCompatible, "Accepted; there is one device."),
    ]
}
