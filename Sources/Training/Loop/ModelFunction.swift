/// A task and a model put together, ready to be trained: what the original's `task.model_fn(...)` gives.
public struct ModelFunction {
    public var task: any TrainingTask
    public var model: any Model
    /// Shares into which a batch is divided for the task's hooks; the result has the same bits for any number.
    public var towers: Int

    /// - Throws: `TrainingError.invalidSetting` for less than one tower.
    public init(task: any TrainingTask, model: any Model, towers: Int = 1) throws {
        guard towers >= 1 else {
            throw TrainingError.invalidSetting(
                owner: "model_fn", name: "towers", value: .integer(towers), rule: "a whole number of at least 1")
        }
        (self.task, self.model, self.towers) = (task, model, towers)
    }
}
