public import Foundation
import TextDistance

/// What can go wrong when files are fetched.
public enum DistributionError: Error, Equatable, Sendable {
    case unknownDataset(String, known: [String])
    case unknownBook(String, dataset: String, known: [String])
    case badAddress(String)
    /// The server's answer is one that no second try changes.
    case refused(address: String, status: Int)
    /// All tries failed; the last for this reason.
    case gaveUp(address: String, tries: Int, reason: String)
    case system(path: String, code: Int32)
    /// Another process fetches the same file.
    case busy(path: String)
    case foreignFolder(path: String, missing: String)
    /// The archive was fetched whole and does not hold what it should.
    case wrongContents(archive: String, missing: String)
    /// libcurl cannot be loaded, for the reason given.
    case noLibrary(String)
    case interrupted
}

extension DistributionError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unknownDataset(let name, _): "there is no dataset '\(name)'"
        case .unknownBook(let id, let dataset, _): "the dataset '\(dataset)' has no book '\(id)'"
        case .badAddress(let address): "'\(address)' is no address of a folder on the web"
        case .refused(let address, let status): "\(address): the server answers \(status)"
        case .gaveUp(let address, let tries, let reason):
            "\(address): failed \(tries) \(tries == 1 ? "time" : "times"), the last time: \(reason)"
        case .system(let path, let code): "cannot write '\(path)': \(String(cString: strerror(code)))"
        case .busy(let path): "'\(path)' is being fetched by another process"
        case .foreignFolder(let path, let missing): "'\(path)' is there already, but is no whole book: it has no \(missing)"
        case .wrongContents(let archive, let missing): "\(archive): the archive does not hold \(missing)"
        case .noLibrary(let problem): "a library is missing: \(problem)"
        case .interrupted: "interrupted"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unknownDataset(let name, let known), .unknownBook(let name, _, let known):
            (nearest(to: name, among: known).map { "Did you mean '\($0)'? " } ?? "") + "Known: \(known.joined(separator: ", "))."
        case .badAddress: "Give one that begins with http:// or https://."
        case .refused: "Check the address, or give that of a mirror (--base-url)."
        case .gaveUp: "Check the network and run again: what was fetched is kept, and fetching goes on there."
        case .system(_, ENOSPC), .system(_, EDQUOT):
            "Free some space on that disk, or choose a folder on another one, and run again."
        case .system: "Choose a folder that you may write to."
        case .busy: "Wait for it to end."
        case .foreignFolder: "Move it away, or choose another folder."
        case .wrongContents: "Give the address of a mirror that holds the dataset (--base-url)."
        case .noLibrary: "Install it (Scripts/setup does) and run again."
        case .interrupted: "Run again to go on."
        }
    }
}
