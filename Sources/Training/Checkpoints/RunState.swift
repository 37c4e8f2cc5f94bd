/// Everything of a run that is neither parameter nor optimizer slot.
public struct RunState: Codable, Equatable, Sendable {
    /// Layout of the checkpoint folder; a reader refuses what it does not know.
    public var version = RunState.currentVersion
    /// Steps done.
    public var step = 0
    /// Where the next batch begins.
    public var position = DataPosition()
    /// Start of all randomness; with `step` it gives every later draw.
    public var seed = 0
    public var model = ""
    /// By name, as shown to people.
    public var hyperparameters: [String: String] = [:]
    /// Steps of the optimizer, which fewer than `step` when it was changed in between.
    public var optimizerStep = 0
    /// Trainable variables in the order in which they were made, which fixes the order of sums.
    public var variables: [String] = []
    /// Variables that are not learnt by gradients.
    public var untrained: [String] = []
    /// What the task's classes are called, by number.
    public var classes: [String]?

    public static let currentVersion = 1

    public init() {}
}
