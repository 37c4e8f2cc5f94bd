public import Foundation

/// What can go wrong in putting an OCR task together.
public enum RecognitionError: Error, Equatable, Sendable {
    /// A task leaves out what every task must say.
    case missingMember(task: String, member: String, meaning: String)
    /// An argument of a task or a model has a value that breaks its rule.
    case badArgument(owner: String, argument: String, value: String, rule: String)
    /// A task needs a kind of model output or of target that it was not given.
    case wrongOutput(task: String, needed: String)
}

extension RecognitionError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .missingMember(let task, let member, _): "\(task) does not define '\(member)'"
        case .badArgument(let owner, let argument, let value, let rule): "\(owner): \(argument) is \(value), but it must be \(rule)"
        case .wrongOutput(let task, let needed): "\(task) needs \(needed)"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .missingMember(_, let member, let meaning): "Define '\(member)' in the class: \(meaning)."
        case .badArgument: nil
        case .wrongOutput: "Choose a model that fits the task; the registry lists them."
        }
    }
}
