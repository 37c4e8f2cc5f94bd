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
        var framed: [UInt8] = []
        Self.append(payload, to: &framed)
        try append(framed: framed[...], count: 1)
    }

    /// Adds records that have their framing already.
    public func append(framed records: ArraySlice<UInt8>, count: Int) throws {
        try file.write(records)
        running.add(records)
        self.count += count
    }

    /// Bytes that framing adds before and after a payload.
    public static let framing = (before: 12, after: 4)

    /// Adds one record with its framing to bytes in memory.
    public static func append(_ payload: [UInt8], to bytes: inout [UInt8]) {
        append(to: &bytes) { $0 += payload }
    }

    /// Adds what `write` adds to bytes in memory, as one record.
    public static func append<Failure>(to bytes: inout [UInt8], _ write: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
        let start = bytes.count
        bytes += repeatElement(0, count: framing.before)
        try write(&bytes)
        let length = littleEndianBytes(UInt64(bytes.count - start - framing.before))
        // Nothing may hold on to the bytes while they are changed: they would be copied.
        let check = littleEndianBytes(CRC32C.masked(bytes[(start + framing.before)...]))
        bytes.replaceSubrange(start..<start + framing.before, with: length + littleEndianBytes(CRC32C.masked(length)))
        bytes += check
    }

    /// Hands what is buffered to the system.
    public func flush() throws {
        try file.flush()
    }
}
