/// Looks at a run while it goes on. What a callback throws ends the run, after the state of the last whole step was saved.
public protocol TrainingCallback: AnyObject {
    /// Before the first step of a call, also when it goes on from a checkpoint.
    func started(_ start: RunStart, _ estimator: Estimator) throws
    /// After every step. A reason ends the run.
    func stepEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason?
    /// After the last step of every epoch, before its evaluation. A reason ends the run.
    func epochEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason?
    /// After every evaluation. A reason ends the run.
    func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason?
    /// After every checkpoint.
    func saved(path: String, step: Int, _ estimator: Estimator) throws
    /// When the run ends, but not by an error.
    func ended(_ outcome: RunOutcome, _ estimator: Estimator) throws
}

/// Why a callback ends a run, for people.
public typealias StopReason = String

extension TrainingCallback {
    public func started(_ start: RunStart, _ estimator: Estimator) throws {}
    public func stepEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? { nil }
    public func epochEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? { nil }
    public func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? { nil }
    public func saved(path: String, step: Int, _ estimator: Estimator) throws {}
    public func ended(_ outcome: RunOutcome, _ estimator: Estimator) throws {}
}
