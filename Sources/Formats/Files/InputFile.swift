import Foundation

/// Bytes that are read from front to back: of a file, or given.
final class InputFile {
    /// Names the source in errors.
    let name: String
    /// Place of the next byte.
    private(set) var offset = 0

    private var descriptor: Int32 = -1
    private var chunk: [UInt8]
    private var used = 0
    private static let chunkSize = 1 << 16

    init(path: String) throws {
        name = path
        chunk = []
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FormatsError.system(action: .open, path: path, code: errno) }
    }

    init(bytes: [UInt8], name: String) {
        self.name = name
        chunk = bytes
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Up to `count` bytes; fewer only at the end. Memory grows with what is there, not with what a damaged length claims.
    func read(upTo count: Int) throws -> [UInt8] {
        var answer: [UInt8] = []
        answer.reserveCapacity(min(count, 1 << 20))
        while answer.count < count {
            if used == chunk.count {
                guard try refill() else { break }
            }
            let piece = min(count - answer.count, chunk.count - used)
            answer.append(contentsOf: chunk[used..<(used + piece)])
            used += piece
            offset += piece
        }
        return answer
    }

    /// Goes to `position`, counted from the start.
    func seek(to position: Int) throws {
        if descriptor < 0 {
            used = min(max(0, position), chunk.count)
            offset = used
            return
        }
        guard lseek(descriptor, position, SEEK_SET) >= 0 else {
            throw FormatsError.system(action: .read, path: name, code: errno)
        }
        chunk.removeAll(keepingCapacity: true)
        used = 0
        offset = position
    }

    /// Everything in the file at `path`.
    static func contents(of path: String) throws -> [UInt8] {
        let file = try InputFile(path: path)
        return try file.read(upTo: .max)
    }

    private func refill() throws -> Bool {
        guard descriptor >= 0 else { return false }
        used = 0
        let descriptor = descriptor
        var code: Int32 = 0
        chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, count in
            // The system fills at most `buffer.count` bytes and says how many.
            var got = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            while got < 0 && errno == EINTR { got = Foundation.read(descriptor, buffer.baseAddress, buffer.count) }
            if got < 0 { code = errno }
            count = max(0, got)
        }
        if code != 0 { throw FormatsError.system(action: .read, path: name, code: code) }
        return !chunk.isEmpty
    }
}
