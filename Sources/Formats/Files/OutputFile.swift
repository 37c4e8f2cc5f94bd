import Foundation

/// A file that is being written: buffered, and every refusal of the system is an error with path and cause.
///
/// Bytes reach the system on `flush`, the disk on `synchronize`; `close` flushes. A file that is let go without `close` keeps what was
/// flushed and loses the rest, as after a crash.
public final class OutputFile {
    /// How an existing file is met.
    public enum Opening: Sendable {
        /// Replace what is there.
        case replacing
        /// Add at the end.
        case appending
        /// Fail if there is a file already.
        case creating
    }

    public let path: String
    /// Bytes written so far through this object.
    public private(set) var count = 0

    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 16

    /// - Throws: `FormatsError.system` when the file cannot be made.
    public init(path: String, opening: Opening = .replacing) throws {
        let mode: Int32 =
            switch opening {
            case .replacing: O_TRUNC
            case .appending: O_APPEND
            case .creating: O_EXCL
            }
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o666)
        guard descriptor >= 0 else { throw FormatsError.system(action: .create, path: path, code: errno) }
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
    }

    /// Adds `bytes` at the end.
    public func write(_ bytes: some Collection<UInt8>) throws {
        count += bytes.count
        if buffer.count + bytes.count <= Self.bufferSize {
            buffer.append(contentsOf: bytes)
            return
        }
        try flush()
        if bytes.count < Self.bufferSize {
            buffer.append(contentsOf: bytes)
        } else if try bytes.withContiguousStorageIfAvailable({ try send(UnsafeRawBufferPointer($0)) }) == nil {
            try Array(bytes).withUnsafeBytes { try send($0) }
        }
    }

    /// Hands what is buffered to the system, so that other processes see it.
    public func flush() throws {
        guard !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        try buffer.withUnsafeBytes { try send($0) }
    }

    /// Waits until everything written is on the disk.
    public func synchronize() throws {
        try flush()
        guard fsync(descriptor) == 0 else { throw FormatsError.system(action: .synchronize, path: path, code: errno) }
    }

    /// Flushes and closes; closing twice is harmless.
    public func close() throws {
        guard descriptor >= 0 else { return }
        defer { descriptor = -1 }
        do {
            try flush()
        } catch {
            _ = Foundation.close(descriptor)
            throw error
        }
        guard Foundation.close(descriptor) == 0 else { throw FormatsError.system(action: .write, path: path, code: errno) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws {
        guard descriptor >= 0 else { throw FormatsError.system(action: .write, path: path, code: EBADF) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let base = UnsafeRawBufferPointer(rebasing: rest)
            let sent = Foundation.write(descriptor, base.baseAddress, base.count)
            if sent < 0 {
                if errno == EINTR { continue }
                throw FormatsError.system(action: .write, path: path, code: errno)
            }
            rest = rest.dropFirst(sent)
        }
    }
}
