import Foundation

/// Zip archives written by hand, so that hostile ones can be made.
enum ZipBytes {
    enum Hostile: Sendable {
        case entries([(name: String, contents: [UInt8])])
        /// An entry that is a symbolic link.
        case link
        /// One byte of an entry's contents changed.
        case flipped
        case garbage

        func bytes(otherwise archive: [UInt8]) throws -> [UInt8] {
            switch self {
            case .entries(let entries): return ZipBytes.archive(entries)
            case .link: return ZipBytes.archive([("link", Array("/etc/passwd".utf8))], mode: 0o120777)
            case .flipped:
                var bytes = archive
                bytes[bytes.count / 2] ^= 1
                return bytes
            case .garbage: return Array("this is no archive".utf8)
            }
        }
    }

    /// Entries are stored; those of more than ten million zeros are deflated.
    ///
    /// - Parameter mode: of the files, as Unix tools store it.
    /// - Source: APPNOTE.TXT, PKWARE.
    static func archive(_ entries: [(name: String, contents: [UInt8])], mode: UInt32 = 0o100644) -> [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for (name, contents) in entries {
            let isBomb = contents.count > 10_000_000
            let data = isBomb ? zeros(contents.count) : contents
            var common = number(isBomb ? 8 : 0, 2) + number(0, 2) + number(0x21, 2)
            common +=
                number(Int(checksum(contents)), 4) + number(data.count, 4) + number(contents.count, 4)
                + number(name.utf8.count, 2)
            directory += number(0x0201_4B50, 4) + number(0x0314, 2) + number(20, 2) + number(0, 2) + common
            directory += number(0, 8) + number(Int(mode) << 16, 4) + number(body.count, 4) + Array(name.utf8)
            body += number(0x0403_4B50, 4) + number(20, 2) + number(0, 2) + common + number(0, 2) + Array(name.utf8) + data
        }
        let end = number(0x0605_4B50, 4) + number(0, 4) + number(entries.count, 2) + number(entries.count, 2)
        return body + directory + end + number(directory.count, 4) + number(body.count, 4) + number(0, 2)
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// `count` zeros, deflated: one literal, then copies of 258 bytes at distance 1, with the fixed codes of RFC 1951.
    private static func zeros(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, filled) = (0, 0)
        func put(_ value: Int, _ width: Int, reversed: Bool = false) {
            for place in 0..<width {
                let bit = reversed ? value >> (width - 1 - place) & 1 : value >> place & 1
                bits |= bit << filled
                filled += 1
                if filled == 8 {
                    bytes.append(UInt8(bits))
                    (bits, filled) = (0, 0)
                }
            }
        }
        put(1, 1)
        put(1, 2)
        put(0x30, 8, reversed: true)
        for _ in 0..<(count - 1) / 258 {
            put(0xC5, 8, reversed: true)
            put(0, 5, reversed: true)
        }
        for _ in 0..<(count - 1) % 258 { put(0x30, 8, reversed: true) }
        put(0, 7)
        if filled > 0 { bytes.append(UInt8(bits)) }
        return bytes
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { state, _ in state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
    }
}
