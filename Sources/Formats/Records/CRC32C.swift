internal import CPixels

/// The Castagnoli checksum, with the rotation ("mask") that TensorFlow's record files apply to it.
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

        public mutating func add(_ bytes: ArraySlice<UInt8>) {
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

    private static func update(_ state: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        guard let start = bytes.baseAddress else { return state }
        // The call reads exactly the bytes of the buffer.
        return cp_crc32c(state, start, bytes.count)
    }
}
