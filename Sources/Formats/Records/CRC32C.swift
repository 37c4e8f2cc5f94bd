/// The Castagnoli checksum, with the rotation ("mask") that TensorFlow's record files apply to it.
///
/// - Source: polynomial 0x1EDC6F41 (reflected 0x82F63B78); eight bytes at a time ("slicing by 8", Kounavis and Berry, 2005).
public enum CRC32C {
    /// The checksum of `bytes`: 0xE3069283 for the ASCII digits 1 to 9.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.withContiguousStorageIfAvailable { ~update(~0, $0) } ?? Array(bytes).withUnsafeBufferPointer { ~update(~0, $0) }
    }

    /// A checksum of bytes that come piece by piece.
    public struct Running: Sendable {
        private var state = ~UInt32(0)

        public init() {}

        public var value: UInt32 { ~state }

        public mutating func add(_ bytes: [UInt8]) {
            state = bytes.withUnsafeBufferPointer { CRC32C.update(state, $0) }
        }
    }

    /// The masked checksum that stands beside lengths and payloads in TFRecord files.
    public static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        mask(checksum(bytes))
    }

    /// Rotates right by 15 bits and adds a constant, so that a checksum of data that embeds checksums stays useful.
    static func mask(_ checksum: UInt32) -> UInt32 {
        (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }

    // MARK: - Implementation

    /// Row k, entry b: what byte b does to the state when k more bytes follow it.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var state = UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
            table[byte] = state
        }
        for entry in 256..<(8 * 256) {
            let previous = table[entry - 256]
            table[entry] = previous >> 8 ^ table[Int(previous & 0xFF)]
        }
        return table
    }()

    fileprivate static func update(_ start: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        // Reads of `table` stay in range: every index is a row start plus a byte. Loads from `raw` stay in range by the loops' bounds.
        table.withUnsafeBufferPointer { table in
            let raw = UnsafeRawBufferPointer(bytes)
            var state = start
            var position = 0
            while position + 8 <= raw.count {
                let low = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt32.self)) ^ state
                let high = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
                state = table[0x700 + Int(low & 0xFF)] ^ table[0x600 + Int(low >> 8 & 0xFF)]
                state ^= table[0x500 + Int(low >> 16 & 0xFF)] ^ table[0x400 + Int(low >> 24)]
                state ^= table[0x300 + Int(high & 0xFF)] ^ table[0x200 + Int(high >> 8 & 0xFF)]
                state ^= table[0x100 + Int(high >> 16 & 0xFF)] ^ table[Int(high >> 24)]
                position += 8
            }
            while position < raw.count {
                state = state >> 8 ^ table[Int((state ^ UInt32(raw[position])) & 0xFF)]
                position += 1
            }
            return state
        }
    }
}
