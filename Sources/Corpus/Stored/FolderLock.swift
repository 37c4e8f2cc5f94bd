import Foundation

/// Holds a folder for one process (and one caller in it) at a time; others wait. It ends with the object, and with the process.
final class FolderLock {
    private let descriptor: Int32

    /// - Throws: `CorpusError.unwritable` when the folder cannot hold the lock.
    init(_ folder: String) throws(CorpusError) {
        let path = "\(folder)/.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(path: folder, code: errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(descriptor)
                throw .unwritable(path: path, code: code)
            }
        }
    }

    deinit { close(descriptor) }
}
