import Formats
import Foundation

/// Keeps a second run out of a folder, for as long as this object lives. The system frees the lock when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `TrainingError.folderInUse` naming the process that has it; `FormatsError.system` when the folder cannot be written.
    init(folder: String) throws {
        try makeFolder(folder)
        let path = "\(folder)/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FormatsError.system(action: .lock, path: path, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            _ = close(descriptor)
            guard code == EWOULDBLOCK else { throw FormatsError.system(action: .lock, path: path, code: code) }
            throw TrainingError.folderInUse(path: folder, process: Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0)
        }
        // The number is for people; the lock itself does not depend on it.
        let line = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, line, line.count, 0) }
    }

    /// Whether a run works in the folder now. Makes and changes nothing.
    static func isHeld(folder: String) -> Bool {
        let descriptor = open("\(folder)/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        // A shared lock is only refused while another process or run has the exclusive one; closing gives it back.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    deinit {
        // A child process that was just made shares the descriptor until its program begins: closing alone would leave the lock to it.
        _ = flock(descriptor, LOCK_UN)
        _ = close(descriptor)
    }
}
