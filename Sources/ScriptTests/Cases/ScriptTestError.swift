public import Foundation

/// What keeps a run of tests from starting.
public enum ScriptTestError: LocalizedError, Equatable {
    case badFilter(String, at: String)
    case noSuchPath(String)
    case nothingFound(path: String, what: String)
    case noSuchLine(file: String, line: Int)
    case noSuchTest(file: String, name: String, known: [String])
    case notReadable(path: String, reason: String)
    case notWritable(path: String, reason: String)
    case changedFile(String)
    case changedWhileRunning(String)

    public var errorDescription: String? {
        switch self {
        case .badFilter(let text, let place): "the selection '\(text)' stops making sense at \(place)"
        case .noSuchPath(let path): "there is no '\(path)'"
        case .nothingFound(let path, let what): "'\(path)' holds no \(what)"
        case .noSuchLine(let file, let line): "no block of '\(file)' covers line \(line)"
        case .noSuchTest(let file, let name, _): "'\(file)' has no test '\(name)'"
        case .notReadable(let path, let reason): "'\(path)' cannot be read: \(reason)"
        case .notWritable(let path, let reason): "'\(path)' cannot be written: \(reason)"
        case .changedWhileRunning(let path): "'\(path)' was changed while its blocks ran; nothing was written into it"
        case .changedFile(let path): "'\(path)' has changes that are not committed; nothing was written into it"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .badFilter: "Use words with 'and', 'or', 'not' and parentheses: -k 'shape and not slow'."
        case .noSuchTest(_, _, let known): known.isEmpty ? nil : "It has: \(known.joined(separator: ", "))."
        case .changedFile: "Commit or stash the changes first, or add --force."
        default: nil
        }
    }
}
