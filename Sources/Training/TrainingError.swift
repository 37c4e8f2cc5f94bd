public import Foundation
import TextDistance

/// What can go wrong in defining, running, keeping and judging a training run.
public enum TrainingError: Error, Equatable, Sendable {
    /// A tensor whose shape in a checkpoint is not that in the model.
    public struct ShapeDifference: Equatable, Sendable {
        public var name: String
        public var saved: [Int]
        public var wanted: [Int]

        public init(name: String, saved: [Int], wanted: [Int]) {
            (self.name, self.saved, self.wanted) = (name, saved, wanted)
        }
    }

    /// No `kind` (task, model, optimizer, hyper-parameter ...) has this name.
    case unknownName(kind: String, name: String, known: [String])
    /// A `kind` of this name exists already.
    case alreadyRegistered(kind: String, name: String, known: [String])
    /// A setting has a value that breaks its rule.
    case invalidSetting(owner: String, name: String, value: Setting, rule: String)
    /// Two settings exclude each other.
    case exclusiveSettings(owner: String, first: String, second: String)
    /// A run needs a folder, and none was named.
    case noModelFolder
    /// Another run works in the folder.
    case folderInUse(path: String, process: Int)
    /// There is no checkpoint to start from.
    case noCheckpoint(folder: String)
    /// A checkpoint is not what was written.
    case damagedCheckpoint(path: String, problem: String)
    /// A checkpoint belongs to another model.
    case checkpointMismatch(path: String, missing: [String], unexpected: [String], different: [ShapeDifference])
    /// A person asked to stop something that is not kept half done.
    case interrupted(what: String)
    /// A number that training depends on is infinite or no number.
    case notFinite(step: Int, tensor: String)
    /// An input function gives no examples.
    case emptyInput(purpose: String)
    /// The data have no batch that begins there.
    case badPosition(epoch: Int, example: Int)
    /// A batch, an output or a loss contradicts the others.
    case badShape(what: String, found: [Int], expected: String)
    /// Two parts of a metric that cannot be put together.
    case metricsDiffer(name: String, first: String, second: String)
    /// A class number outside the known classes.
    case classOutOfRange(label: Int, classes: Int)
    /// A pass asked for a variable that the store does not have.
    case noSuchVariable(name: String, known: [String])
}

extension TrainingError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unknownName(let kind, let name, _): return "there is no \(kind) '\(name)'"
        case .alreadyRegistered(let kind, let name, _): return "\(kind) '\(name)' is already registered"
        case .invalidSetting(let owner, let name, let value, let rule): return "\(owner): \(name) must be \(rule), not \(value)"
        case .exclusiveSettings(let owner, let first, let second): return "\(owner): \(first) and \(second) exclude each other"
        case .noModelFolder: return "the run has no folder to keep checkpoints in"
        case .folderInUse(let path, let process): return "'\(path)' is in use by another run (process \(process))"
        case .noCheckpoint(let folder): return "there is no checkpoint in '\(folder)'"
        case .damagedCheckpoint(let path, let problem): return "the checkpoint '\(path)' is damaged: \(problem)"
        case .checkpointMismatch(let path, let missing, let unexpected, let different):
            return "the checkpoint '\(path)' is of another model: \(Self.differences(missing, unexpected, different))"
        case .interrupted(let what): return "the \(what) was interrupted"
        case .notFinite(let step, let tensor): return "step \(step): \(tensor) is not finite (infinite or NaN)"
        case .emptyInput(let purpose): return "the input function for \(purpose) gives no examples"
        case .badPosition(let epoch, let example): return "no batch of epoch \(epoch) begins at example \(example)"
        case .badShape(let what, let found, let expected): return "\(what) has shape \(found), expected \(expected)"
        case .metricsDiffer(let name, let first, let second):
            return "the metric '\(name)' cannot be put together: \(first) in one batch, \(second) in another"
        case .classOutOfRange(let label, let classes):
            return "class \(label) is not one of the \(classes) classes (0 to \(classes - 1))"
        case .noSuchVariable(let name, _): return "there is no variable '\(name)'"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unknownName(let kind, let name, let known):
            let list = known.isEmpty ? "No \(kind) is registered." : "Known \(kind)s: \(known.joined(separator: ", "))."
            return nearest(to: name, among: known).map { "Did you mean '\($0)'? \(list)" } ?? list
        case .alreadyRegistered(let kind, _, let known):
            return "Register it under another name. Known \(kind)s: \(known.joined(separator: ", "))."
        case .exclusiveSettings(_, let first, let second): return "Set \(first) or \(second), and leave the other out."
        case .noModelFolder: return "Give RunConfig a model_dir."
        case .folderInUse: return "Wait for the other run to end, or give this one a folder of its own (model_dir)."
        case .noCheckpoint: return "Train first, or check the folder's name."
        case .damagedCheckpoint: return "Remove that folder; training goes on from the checkpoint before it."
        case .checkpointMismatch:
            return "Use the model that the checkpoint was made with, or another folder (model_dir) for this one."
        case .notFinite: return "Lower learning_rate or set gradient_clipping; the last checkpoint is from before this step."
        case .emptyInput: return "Check the data folder, the split and the batch size."
        case .badPosition: return "The data or the batch size changed since the checkpoint; use another folder (model_dir)."
        case .noSuchVariable(let name, let known):
            return nearest(to: name, among: known).map { "Did you mean '\($0)'?" } ?? "Known: \(known.joined(separator: ", "))."
        case .classOutOfRange: return "The number of classes of the model must be that of the task."
        case .interrupted, .invalidSetting, .badShape, .metricsDiffer: return nil
        }
    }

    private static func differences(_ missing: [String], _ unexpected: [String], _ different: [ShapeDifference]) -> String {
        func list(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        var parts: [String] = []
        if !missing.isEmpty { parts.append("it lacks \(list(missing))") }
        if !unexpected.isEmpty { parts.append("the model has no \(list(unexpected))") }
        if !different.isEmpty {
            parts.append(list(different.map { "\($0.name) is \($0.saved) there and \($0.wanted) in the model" }))
        }
        return parts.joined(separator: "; ")
    }
}
