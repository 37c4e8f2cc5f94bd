import Tensors

extension OCRTask {
    /// That the last axis of `logits` counts the classes of this task: a model made for others would learn something, but not this.
    ///
    /// - Parameter extra: outputs beside the classes: 1 for the blank of CTC.
    /// - Throws: `RecognitionError.badArgument` with both numbers.
    func check(_ logits: Tensor, extra: Int = 0) throws {
        let classes = try classCount()
        guard let outputs = logits.shape.last, outputs != classes + extra else { return }
        throw RecognitionError.badArgument(
            owner: definition.typeName, argument: "the model's num_classes", value: "\(outputs - extra)",
            rule: "\(classes) as the task's: num_classes=task.num_classes")
    }
}
