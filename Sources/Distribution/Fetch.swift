import Foundation

/// How often and how patiently a file is asked for.
public struct FetchPolicy: Sendable {
    /// Tries that bring nothing before it is given up; one that brings bytes starts the count anew.
    public var tries = 6
    /// Seconds without a byte after which a try ends.
    public var patience = 30
    /// Seconds before the second try; doubled for each further one.
    public var firstDelay = 1.0
    /// Lets that many seconds pass; false when it was asked to stop.
    public var wait: @Sendable (Double) -> Bool = { seconds in
        Thread.sleep(forTimeInterval: seconds)
        return true
    }

    public init() {}
}

/// Fetches one file: goes on where an earlier try ended, and has it whole or not at all.
struct Fetch {
    let address: String
    /// Where the whole file goes; what is not yet whole lies beside it as `.<name>.part`.
    let path: String
    let policy: FetchPolicy
    let isCancelled: () -> Bool
    let progress: (Int, Int?) -> Void

    private var part: String { Self.beside(path, "part") }
    /// The version of the bytes in the part, as the server named it.
    private var versionFile: String { Self.beside(path, "version") }

    /// - Throws: `DistributionError.refused`, `.gaveUp`, `.system`, `.busy`, `.interrupted`.
    func run() throws(DistributionError) {
        let descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .system(path: path, code: errno) }
        defer { close(descriptor) }
        // Held until the file is in its place, so that two processes never write one part.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStill(descriptor) else { throw .busy(path: path) }
        // A part without a byte is nothing to go on from.
        defer { if size(descriptor) == 0 { unlink(part) } }
        var failures = 0
        while true {
            let before = size(descriptor)
            let ending = transfer(from: before).run(into: descriptor, progress: progress) { version in
                try? Data(version.utf8).write(to: URL(filePath: versionFile))
            }
            let reason: String
            switch ending {
            case .complete:
                guard fsync(descriptor) == 0, rename(part, path) == 0 else { throw .system(path: path, code: errno) }
                unlink(versionFile)
                return
            case .cancelled: throw .interrupted
            case .refused(0): throw .badAddress(address)
            case .refused(let status): throw .refused(address: address, status: status)
            case .system(EPROTO):
                try restart(descriptor)
                reason = "the server sends other parts than asked for"
            case .system(let code): throw .system(path: path, code: code)
            case .noLibrary(let problem): throw .noLibrary(problem)
            case .broken(let problem):
                if problem.contains("no longer") { try restart(descriptor) }
                reason = problem
            }
            failures = size(descriptor) > before ? 1 : failures + 1
            guard failures < policy.tries else { throw .gaveUp(address: address, tries: failures, reason: reason) }
            guard policy.wait(policy.firstDelay * Double(1 << min(failures - 1, 6))), !isCancelled() else { throw .interrupted }
        }
    }

    private func transfer(from offset: Int) -> Transfer {
        let version = (try? Data(contentsOf: URL(filePath: versionFile))).map { String(decoding: $0, as: UTF8.self) }
        return Transfer(address: address, offset: offset, version: version, patience: policy.patience, isCancelled: isCancelled)
    }

    private func restart(_ descriptor: Int32) throws(DistributionError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .system(path: path, code: errno) }
        unlink(versionFile)
    }

    /// Whether the part is the file that was opened: another process may have put that in its place just before it let go of it.
    private func isStill(_ descriptor: Int32) -> Bool {
        var (own, named) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(part, &named) == 0 && own.st_ino == named.st_ino
    }

    private func size(_ descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// `<folder>/.<name>.<suffix>`
    static func beside(_ path: String, _ suffix: String) -> String {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = path[slash...]
        return "\(path[..<slash])\(name.hasPrefix(".") ? "" : ".")\(name).\(suffix)"
    }
}
