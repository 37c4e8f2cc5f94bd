public import Foundation

/// What can go wrong in putting an OCR task together.
public enum RecognitionError: Error, Equatable, Sendable {
    /// A task leaves out what every task must say.
    case missingMember(task: String, member: String, meaning: String)
    /// An argument of a task or a model has a value that breaks its rule.
    case badArgument(owner: String, argument: String, value: String, rule: String)
    /// A task needs a kind of model output or of target that it was not given.
    case wrongOutput(task: String, needed: String)
    /// Sequences have more labels than a model has time steps for.
    case labelsDoNotFit(TightSequence)

    /// A sequence that does not fit, and what would fit it.
    public struct TightSequence: Equatable, Sendable {
        public var example: String
        public var text: String
        public var labels: Int
        public var repeats: Int
        /// Rows of its image, and the steps that they give.
        public var rows: Int
        public var steps: Int
        /// How many other sequences do not fit either.
        public var others: Int
        /// A frame that would fit them all; without a height when there is none.
        public var height: Int?
        public var width: Int

        public init(
            example: String, text: String, labels: Int, repeats: Int, rows: Int, steps: Int, others: Int, height: Int?, width: Int
        ) {
            (self.example, self.text, self.labels, self.repeats) = (example, text, labels, repeats)
            (self.rows, self.steps, self.others, self.height, self.width) = (rows, steps, others, height, width)
        }
    }
}

extension RecognitionError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .missingMember(let task, let member, _): "\(task) does not define '\(member)'"
        case .badArgument(let owner, let argument, let value, let rule):
            "\(owner): \(argument) is \(value), but it must be \(rule)"
        case .wrongOutput(let task, let needed): "\(task) needs \(needed)"
        case .labelsDoNotFit(let it):
            "example '\(it.example)' (\(it.text)): \(it.labels) labels with \(it.repeats) repeated need \(it.labels + it.repeats) time steps, "
                + "but its \(it.rows) rows give \(it.steps)" + (it.others > 0 ? "; \(it.others) more examples do not fit" : "")
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .missingMember(_, let member, let meaning): "Define '\(member)' in the class: \(meaning)."
        case .badArgument: nil
        case .labelsDoNotFit(let it):
            it.height.map { "shape_in=(\($0), \(it.width)) gives enough steps for all of them." } ?? "Use shorter sequences."
        case .wrongOutput: "Choose a model that fits the task; the registry lists them."
        }
    }
}
