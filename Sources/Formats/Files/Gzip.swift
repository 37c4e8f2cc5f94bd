internal import CZlib
import Foundation

/// Expands gzip files, by zlib.
enum Gzip {
    static let magic: [UInt8] = [0x1F, 0x8B]

    /// The contents of all members of a gzip file; their checksums are verified.
    ///
    /// - Throws: `FormatsError.malformed` when the data are damaged or expand to more than `limit` bytes, `.truncated` when they end early.
    static func expand(_ bytes: [UInt8], name: String, limit: Int = 1 << 32) throws -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, and 16 for "gzip header expected" (zlib's manual, inflateInit2).
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw FormatsError.system(action: .read, path: name, code: ENOMEM)
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        // zlib reads and writes only within the two buffers, whose sizes are given with their addresses.
        try input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            var unread = input.count
            while true {
                let portion = min(unread, Int(UInt32.max / 2))
                stream.avail_in = UInt32(portion)
                let (state, produced) = chunk.withUnsafeMutableBufferPointer { chunk in
                    stream.next_out = chunk.baseAddress
                    stream.avail_out = UInt32(chunk.count)
                    let state = inflate(&stream, Z_NO_FLUSH)
                    return (state, chunk.count - Int(stream.avail_out))
                }
                unread -= portion - Int(stream.avail_in)
                output += chunk[0..<produced]
                let offset = input.count - unread
                guard output.count <= limit else { throw failure(name, offset, "it expands to more than \(limit) bytes") }
                switch state {
                case Z_STREAM_END:
                    if unread == 0 { return }
                    guard inflateReset(&stream) == Z_OK else { throw failure(name, offset, "cannot go on after a member") }
                case Z_OK where produced > 0 || unread > 0: continue
                case Z_OK, Z_BUF_ERROR:
                    throw FormatsError.truncated(file: name, format: .gzip, offset: offset, missing: 1)
                default: throw failure(name, offset, stream.msg.map { String(cString: $0) } ?? "damaged data")
                }
            }
        }
        return output
    }

    private static func failure(_ name: String, _ offset: Int, _ problem: String) -> FormatsError {
        .malformed(file: name, format: .gzip, offset: offset, problem: problem)
    }
}
