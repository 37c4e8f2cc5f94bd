import Foundation
import Synchronization

/// Files that are whole or absent: written beside their place, brought to the disk, then renamed.
public enum AtomicFile {
    /// Replaces the file at `path` by what `body` writes; on any error what was there stays.
    ///
    /// - Parameter isDurable: wait until the file is on the disk. Without it a process that is killed leaves the file whole or absent all the
    ///   same; only a machine that loses its power may lose the newest files, which is good enough for what can be made again.
    /// - Throws: `FormatsError.system` with the path when the system refuses, and whatever `body` throws.
    public static func replace<Answer>(
        _ path: String, isDurable: Bool = true, with body: (OutputFile) throws -> Answer
    ) throws -> Answer {
        let temporary = partialPath(for: path)
        do {
            let file = try OutputFile(path: temporary)
            let answer = try body(file)
            if isDurable { try file.synchronize() }
            try file.close()
            try move(temporary, to: path, isDurable: isDurable)
            return answer
        } catch {
            _ = unlink(temporary)
            if case FormatsError.system(let action, temporary, let code) = error {
                throw FormatsError.system(action: action, path: path, code: code)
            }
            throw error
        }
    }

    /// Replaces the file at `path` by `bytes`.
    public static func write(_ bytes: some Collection<UInt8>, to path: String, isDurable: Bool = true) throws {
        try replace(path, isDurable: isDurable) { try $0.write(bytes) }
    }

    /// Renames a finished file or folder and, if it is to be durable, brings the rename to the disk.
    public static func move(_ source: String, to target: String, isDurable: Bool = true) throws {
        guard rename(source, target) == 0 else { throw FormatsError.system(action: .rename, path: target, code: errno) }
        if isDurable { try synchronizeFolder(of: target) }
    }

    /// A name beside `path` that no other writer uses; names of this form are leftovers when their process is gone.
    public static func partialPath(for path: String) -> String {
        let serial = counter.add(1, ordering: .relaxed).newValue
        let (folder, name) = split(path)
        return "\(folder)/.\(name).partial-\(getpid())-\(serial)"
    }

    /// Brings the names in the folder that holds `path` to the disk.
    public static func synchronizeFolder(of path: String) throws {
        let folder = split(path).folder
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FormatsError.system(action: .open, path: folder, code: errno) }
        defer { _ = close(descriptor) }
        // Some file systems cannot synchronize a folder (EINVAL); the rename itself is still atomic there.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FormatsError.system(action: .synchronize, path: folder, code: errno)
        }
    }

    private static let counter = Atomic<Int>(0)

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }
}
