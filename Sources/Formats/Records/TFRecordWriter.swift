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

    private let file: OutputFile

    public init(_ file: OutputFile) {
        self.file = file
    }

    /// Adds one record.
    ///
    /// - Throws: `FormatsError.system` when the disk is full or gone.
    public func append(_ payload: [UInt8]) throws {
        let length = littleEndianBytes(UInt64(payload.count))
        try file.write(length)
        try file.write(littleEndianBytes(CRC32C.masked(length)))
        try file.write(payload)
        try file.write(littleEndianBytes(CRC32C.masked(payload)))
        count += 1
    }

    /// Hands what is buffered to the system.
    public func flush() throws {
        try file.flush()
    }
}
