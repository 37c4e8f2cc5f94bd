/// Writes TFRecord framing: for each record its length, a checksum of the length, the payload, a checksum of the payload.
///
/// To make a shard that is whole or absent, write inside `AtomicFile.replace`:
/// ```swift
/// try AtomicFile.replace(path) { file in
///     let writer = TFRecordWriter(file)
///     for example in examples { try writer.append(example.serialized()) }
/// }
/// ```
public final class TFRecordWriter {
    /// Records written so far.
    public private(set) var count = 0
    /// CRC32C of everything written so far.
    public var checksum: UInt32 { running.value }

    private var running = CRC32C.Running()
    private let file: OutputFile

    public init(_ file: OutputFile) {
        self.file = file
    }

    /// Adds one record.
    ///
    /// - Throws: `FormatsError.system` when the disk is full or gone.
    public func append(_ payload: [UInt8]) throws {
        let length = littleEndianBytes(UInt64(payload.count))
        for piece in [length, littleEndianBytes(CRC32C.masked(length)), payload, littleEndianBytes(CRC32C.masked(payload))] {
            try file.write(piece)
            running.add(piece)
        }
        count += 1
    }

    /// Hands what is buffered to the system.
    public func flush() throws {
        try file.flush()
    }
}
