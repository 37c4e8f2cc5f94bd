import Dispatch
import Foundation
import Synchronization

/// Checkpoints of pauses, written while the person has the prompt again: a disk may take longer than a person should wait.
///
/// Such a checkpoint becomes visible as any other, when all of it is on the disk. Whoever reads or writes checkpoints waits for it first,
/// and so does the end of the process; a process that is killed meanwhile has the checkpoint before.
enum PausedSave {
    /// Begins to write to the run's folder `folder`.
    ///
    /// - Parameter write: does it; called again when it failed.
    static func begin(_ folder: String, _ write: @escaping @Sendable () throws -> Void) {
        let save = Save(write)
        let isFirst = saves.withLock { saves in
            saves.folders[key(folder)] = save
            defer { saves.waitsAtExit = true }
            return !saves.waitsAtExit
        }
        if isFirst { atexit { PausedSave.finishAtExit() } }
        // What fails here is told by whoever finishes it.
        DispatchQueue.global(qos: .userInitiated).async { try? save.finish() }
    }

    /// Waits for what is being written anywhere.
    static func wait() {
        for save in saves.withLock({ $0.folders.values.map { $0 } }) { try? save.finish() }
    }

    /// Waits for the checkpoint of `folder`; one that failed is tried once more.
    ///
    /// - Throws: what writing throws; the checkpoint stays in memory then, to be tried again.
    static func finish(_ folder: String) throws {
        let key = key(folder)
        guard let save = saves.withLock({ $0.folders[key] }) else { return }
        try save.finish()
        saves.withLock { saves in
            if saves.folders[key] === save { saves.folders[key] = nil }
        }
    }

    // MARK: - Implementation

    private struct Saves {
        var folders: [String: Save] = [:]
        var waitsAtExit = false
    }

    private static let saves = Mutex(Saves())

    private static func key(_ folder: String) -> String { URL(fileURLWithPath: folder).standardizedFileURL.path }

    private static func finishAtExit() {
        for folder in saves.withLock({ $0.folders.keys.sorted() }) {
            do {
                try finish(folder)
            } catch {
                let text = "warning: the last step could not be kept in \(folder): \(error.localizedDescription)\n"
                FileHandle.standardError.write(Data(text.utf8))
            }
        }
    }

    /// Work that is done once, by whoever comes first: the background or somebody who needs it done.
    private final class Save: Sendable {
        private let work: Mutex<(@Sendable () throws -> Void)?>

        init(_ work: @escaping @Sendable () throws -> Void) { self.work = Mutex(work) }

        /// Does it unless it is done, and waits while another thread does it. What it holds, the folder's lock, goes when it has succeeded.
        func finish() throws {
            try work.withLock { work in
                try work?()
                work = nil
            }
        }
    }
}
