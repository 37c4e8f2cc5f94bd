public import Foundation

/// What can be wrong with a file, or with getting at it.
public enum FormatsError: Error, Equatable, Sendable {
    /// What was being done to a file when the system refused.
    public enum Action: String, Sendable {
        case open, read, write, create, synchronize, rename, remove, lock
    }

    /// The kinds of file this module knows.
    public enum Format: String, Sendable {
        case record = "TFRecord"
        case example = "tf.Example"
        case sequenceExample = "tf.SequenceExample"
        case event
        case safetensors
        case numpyArray = "npy"
        case numpyArchive = "npz"
        case idx, gzip, zip
    }

    /// The system refused `action` on `path`; `code` is its `errno`.
    case system(action: Action, path: String, code: Int32)
    /// The file ends `missing` bytes too early in the item that begins at byte `offset`.
    case truncated(file: String, format: Format, offset: Int, missing: Int)
    /// The bytes that begin at `offset` are not those that their checksum was made from.
    case checksumMismatch(file: String, format: Format, offset: Int)
    /// The file breaks a rule of its format at byte `offset`.
    case malformed(file: String, format: Format, offset: Int, problem: String)
    /// A message could not be decoded, or lacks what was asked of it.
    case badMessage(format: Format, problem: String)
    /// An array has another element type than was asked for.
    case wrongElementType(name: String, found: ElementType, wanted: ElementType)
    /// The number of bytes given does not fill the shape.
    case sizeMismatch(name: String, shape: [Int], elementType: ElementType, bytes: Int)
    /// Two entries of one file have the same name.
    case duplicateName(String)
    /// What was asked for is not in the file.
    case noSuchEntry(file: String, name: String, known: [String])
    /// A summary value that an event file cannot hold.
    case badSummary(tag: String, problem: String)
    /// A library that this needs cannot be loaded, for the reason given.
    case noLibrary(String)
}

extension FormatsError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .system(let action, let path, let code):
            return "cannot \(action.rawValue) '\(path)': \(String(cString: strerror(code)))"
        case .truncated(let file, let format, let offset, let missing):
            return "\(file): truncated \(format.rawValue): the item at byte \(offset) lacks \(missing) bytes"
        case .checksumMismatch(let file, let format, let offset):
            return "\(file): damaged \(format.rawValue): wrong checksum for the bytes at \(offset)"
        case .malformed(let file, let format, let offset, let problem):
            return "\(file): not a valid \(format.rawValue) file: \(problem) (at byte \(offset))"
        case .badMessage(let format, let problem):
            return "not a valid \(format.rawValue) message: \(problem)"
        case .wrongElementType(let name, let found, let wanted):
            return "'\(name)' holds \(found.rawValue) values, not \(wanted.rawValue)"
        case .sizeMismatch(let name, let shape, let elementType, let bytes):
            return "'\(name)' has shape \(shape) of \(elementType.rawValue), which \(bytes) bytes do not fill"
        case .duplicateName(let name):
            return "two entries are named '\(name)'"
        case .noSuchEntry(let file, let name, _):
            return "\(file): there is no entry '\(name)'"
        case .badSummary(let tag, let problem):
            return "cannot write the summary '\(tag)': \(problem)"
        case .noLibrary(let problem): return "a library is missing: \(problem)"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .system(_, _, let code):
            switch code {
            case ENOSPC, EDQUOT: return "Free some space on that disk, or choose a folder on another one, and run again."
            case EACCES, EPERM, EROFS: return "Choose a folder that you may write to, or change its permissions."
            case ENOENT: return "Check the spelling of the path, and that its folder exists."
            case EISDIR: return "Give the path of a file; this one is a folder."
            default: return nil
            }
        case .truncated: return "The file was cut short, perhaps by an interrupted copy: make or fetch it again."
        case .checksumMismatch: return "The file was changed or damaged after it was written: make or fetch it again."
        case .malformed: return "Check that the path names the file that was meant; make or fetch it again if it is damaged."
        case .noSuchEntry(_, _, let known):
            return known.isEmpty ? "The file has no entries." : "Known entries: \(known.joined(separator: ", "))."
        case .noLibrary: return "Install it (Scripts/setup does) and run again."
        case .badMessage, .wrongElementType, .sizeMismatch, .duplicateName, .badSummary: return nil
        }
    }
}
