/// What a run says of itself while it works; whoever started it decides how to show it.
public enum ProgressEvent: Sendable {
    case started(RunStart)
    /// Sent after every step.
    case step(StepProgress)
    case evaluated(Evaluation)
    case saved(path: String, step: Int)
    /// Something a person should know, such as when the next evaluation is due.
    case notice(String)
    /// Something is not as it should be, but the run goes on.
    case warning(String)
    case finished(RunOutcome)
}

/// How a run begins.
public struct RunStart: Sendable {
    public var model: String
    public var folder: String?
    /// Learnt numbers.
    public var parameterCount: Int
    /// Steps already done.
    public var step: Int
    public var maxSteps: Int?
}

/// How a run stands after a step.
public struct StepProgress: Sendable {
    public var step: Int
    public var maxSteps: Int?
    /// Counted from 1.
    public var epoch: Int
    public var epochs: Int?
    /// With the penalty.
    public var loss: Double
    public var penalty: Double
    public var learningRate: Double
    /// What the task wants to have shown.
    public var logged: [String: Double]
    /// Since the last interval of `log_step_count_steps`.
    public var examplesPerSecond: Double
    /// Since the run began.
    public var averageExamplesPerSecond: Double
    public var secondsLeft: Double?
    /// Whether an interval of `log_step_count_steps` ends here: where there is no terminal, only these steps get a line.
    public var endsInterval: Bool

    package init(
        step: Int, maxSteps: Int?, epoch: Int, epochs: Int?, loss: Double, penalty: Double, learningRate: Double,
        logged: [String: Double],
        examplesPerSecond: Double, averageExamplesPerSecond: Double, secondsLeft: Double?, endsInterval: Bool
    ) {
        (self.step, self.maxSteps, self.epoch, self.epochs) = (step, maxSteps, epoch, epochs)
        (self.loss, self.penalty, self.learningRate, self.logged) = (loss, penalty, learningRate, logged)
        (self.examplesPerSecond, self.averageExamplesPerSecond) = (examplesPerSecond, averageExamplesPerSecond)
        (self.secondsLeft, self.endsInterval) = (secondsLeft, endsInterval)
    }
}

/// How a run ended.
public struct RunOutcome: Sendable {
    public enum Status: Sendable, Equatable {
        /// All steps are done.
        case finished
        /// They were done before: nothing was trained.
        case alreadyFinished
        /// Stopped at a step boundary by a person; running again goes on from there.
        case interrupted
        /// Stopped by a callback, which gives the reason.
        case stopped(String)
        /// The data came to an end.
        case dataEnded
    }

    public var status: Status
    public var step: Int
    /// The newest evaluation of the first evaluation data.
    public var evaluation: Evaluation?
    /// The newest and the best checkpoint.
    public var checkpoint: String?
    public var bestCheckpoint: String?

    /// The numbers of the newest evaluation.
    public var metrics: [String: Double] { evaluation?.metrics ?? [:] }
    /// The texts of the newest evaluation: decoded and true strings.
    public var texts: [String: [String]] { evaluation?.texts ?? [:] }
}

/// What an evaluation found.
public struct Evaluation: Sendable {
    /// Which evaluation data, when there are several.
    public var name: String?
    public var step: Int
    public var examples: Int
    public var seconds: Double
    /// Values by name: `loss` (with the penalty), `data_loss`, `penalty`, `global_step` and those of the task.
    public var metrics: [String: Double]
    /// The measures behind the values, with their counts.
    public var measures: [String: any Metric]
    public var texts: [String: [String]]
    public var checkpoint: String?
    /// Examples worth a look.
    public var gallery: ExampleGallery

    package init(
        name: String?, step: Int, examples: Int, seconds: Double, metrics: [String: Double], measures: [String: any Metric],
        texts: [String: [String]], checkpoint: String?, gallery: ExampleGallery = ExampleGallery()
    ) {
        (self.name, self.step, self.examples, self.seconds) = (name, step, examples, seconds)
        (self.metrics, self.measures, self.texts, self.checkpoint, self.gallery) = (metrics, measures, texts, checkpoint, gallery)
    }

    /// The confusion matrix, if the task makes one.
    public var confusion: Confusion? { measures.values.lazy.compactMap { $0 as? Confusion }.first }
}
