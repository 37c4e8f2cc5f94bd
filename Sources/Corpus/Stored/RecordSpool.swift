import Formats
import Foundation
import Synchronization

/// Keeps records that are made in one order until they are wanted in another: in memory up to a limit, then in a file that has no
/// name and vanishes with the process.
final class RecordSpool: Sendable {
    /// Where a record is.
    enum Handle: Sendable {
        case memory([UInt8])
        case file(offset: Int, count: Int)

        var count: Int {
            switch self {
            case .memory(let record): record.count
            case .file(_, let count): count
            }
        }
    }

    private struct State {
        var bytesInMemory = 0
        var bytesInFile = 0
        var descriptor: Int32 = -1
    }

    private let folder: String
    private let memoryLimit: Int
    private let state = Mutex(State())

    /// - Parameter memoryLimit: how many bytes of records may stay in memory.
    init(folder: String, memoryLimit: Int = 16 << 20) {
        self.folder = folder
        self.memoryLimit = memoryLimit
    }

    deinit {
        state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
    }

    /// Takes a record.
    ///
    /// - Throws: `FormatsError.system` when the disk is full.
    func append(_ record: [UInt8]) throws -> Handle {
        let place: (descriptor: Int32, offset: Int)? = try state.withLock { state in
            if state.bytesInMemory + record.count <= memoryLimit {
                state.bytesInMemory += record.count
                return nil
            }
            if state.descriptor < 0 { state.descriptor = try namelessFile() }
            defer { state.bytesInFile += record.count }
            return (state.descriptor, state.bytesInFile)
        }
        guard let place else { return .memory(record) }
        try transfer(record.count, at: place.offset, .write) { done, offset in
            record.withUnsafeBytes { source in
                // `done` bytes are written; the rest lies inside `source`.
                pwrite(place.descriptor, source.baseAddress.map { $0 + done }, source.count - done, off_t(offset))
            }
        }
        return .file(offset: place.offset, count: record.count)
    }

    /// Gives a record back.
    func record(_ handle: Handle) throws -> [UInt8] {
        switch handle {
        case .memory(let record): return record
        case .file(let offset, let count):
            let descriptor = state.withLock { $0.descriptor }
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                let base = UnsafeMutableRawPointer(buffer.baseAddress)
                // `done` bytes are read; the rest fits the buffer.
                try transfer(count, at: offset, .read) { done, place in
                    pread(descriptor, base.map { $0 + done }, count - done, off_t(place))
                }
                filled = count
            }
        }
    }

    private func transfer(_ count: Int, at offset: Int, _ action: FormatsError.Action, _ step: (Int, Int) -> Int) throws {
        var done = 0
        while done < count {
            let moved = step(done, offset + done)
            if moved < 0, errno == EINTR { continue }
            guard moved > 0 else { throw FormatsError.system(action: action, path: folder, code: moved < 0 ? errno : EIO) }
            done += moved
        }
    }

    private func namelessFile() throws -> Int32 {
        let path = AtomicFile.partialPath(for: "\(folder)/spool")
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FormatsError.system(action: .create, path: folder, code: errno) }
        unlink(path)
        return descriptor
    }
}
