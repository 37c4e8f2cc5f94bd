import Formats
import Foundation
import Synchronization

/// Keeps bytes that are made in one order until they are wanted in another: in memory up to a limit, then in a file that has no name
/// and vanishes with the process.
final class RecordSpool: Sendable {
    private struct State {
        /// What came while there was room, as it came, and the place of the first byte of each.
        var pieces: [[UInt8]] = []
        var starts: [Int] = []
        var bytesInMemory = 0
        var bytesInFile = 0
        var descriptor: Int32 = -1

        func bytes(at place: Int, count: Int) -> ArraySlice<UInt8> {
            // The last piece that begins at the place or before it.
            var (low, high) = (0, starts.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= place { low = middle } else { high = middle }
            }
            let offset = place - starts[low]
            return pieces[low][offset..<offset + count]
        }
    }

    /// The name of the file while it had one, for messages.
    private let path: String
    private let memoryLimit: Int
    private let state = Mutex(State())

    /// - Parameter memoryLimit: how many bytes may stay in memory.
    init(folder: String, memoryLimit: Int = 16 << 20) {
        path = AtomicFile.partialPath(for: "\(folder)/spool")
        self.memoryLimit = memoryLimit
    }

    deinit {
        state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
    }

    /// Takes bytes and gives the place to ask for them: those in memory have the places up to the limit, those in the file the ones after.
    ///
    /// - Throws: `FormatsError.system` when the disk is full.
    func append(_ bytes: [UInt8]) throws -> Int {
        let place: Int? = state.withLock { state in
            guard state.bytesInMemory + bytes.count <= memoryLimit else { return nil }
            defer { state.bytesInMemory += bytes.count }
            state.pieces.append(bytes)
            state.starts.append(state.bytesInMemory)
            return state.bytesInMemory
        }
        return try place ?? bytes.withUnsafeBytes(appendToFile)
    }

    /// The same for bytes that shall not stay in memory.
    func appendToFile(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        let place: (descriptor: Int32, offset: Int) = try state.withLock { state in
            if state.descriptor < 0 { state.descriptor = try namelessFile() }
            defer { state.bytesInFile += bytes.count }
            return (state.descriptor, state.bytesInFile)
        }
        try transfer(bytes.count, at: place.offset, .write) { done, offset in
            // `done` bytes are written; the rest lies inside `bytes`.
            pwrite(place.descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset))
        }
        return memoryLimit + place.offset
    }

    /// Gives bytes back, all or a part of what was appended at once.
    func bytes(at place: Int, count: Int) throws -> ArraySlice<UInt8> {
        if place < memoryLimit { return state.withLock { $0.bytes(at: place, count: count) } }
        let descriptor = state.withLock { $0.descriptor }
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let base = UnsafeMutableRawPointer(buffer.baseAddress)
            // `done` bytes are read; the rest fits the buffer.
            try transfer(count, at: place - memoryLimit, .read) { done, offset in
                pread(descriptor, base.map { $0 + done }, count - done, off_t(offset))
            }
            filled = count
        }
        return bytes[...]
    }

    /// Gives values back that were appended as their bytes.
    func values<Value: BitwiseCopyable>(at place: Int, count: Int) throws -> [Value] {
        let bytes = try bytes(at: place, count: count * MemoryLayout<Value>.stride)
        return [Value](unsafeUninitializedCapacity: count) { target, filled in
            // There are as many bytes as `count` values have; any bytes that a value was made of make it again.
            UnsafeMutableRawBufferPointer(target).copyBytes(from: bytes)
            filled = count
        }
    }

    private func transfer(_ count: Int, at offset: Int, _ action: FormatsError.Action, _ step: (Int, Int) -> Int) throws {
        var done = 0
        while done < count {
            let moved = step(done, offset + done)
            if moved < 0, errno == EINTR { continue }
            guard moved > 0 else { throw FormatsError.system(action: action, path: path, code: moved < 0 ? errno : EIO) }
            done += moved
        }
    }

    private func namelessFile() throws -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FormatsError.system(action: .create, path: path, code: errno) }
        unlink(path)
        return descriptor
    }
}
