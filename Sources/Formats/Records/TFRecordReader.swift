/// Reads the records of a TFRecord file one after the other, refusing any whose checksum is wrong.
public final class TFRecordReader {
    /// Byte at which the next record begins; give it to `seek` to go on there later.
    public private(set) var offset = 0

    private let input: InputFile
    private let format: FormatsError.Format

    /// - Throws: `FormatsError.system` when the file cannot be opened.
    public convenience init(path: String) throws {
        self.init(try InputFile(path: path), format: .record)
    }

    /// Reads records from memory; `name` stands for the file in errors.
    public convenience init(bytes: [UInt8], name: String = "<memory>") {
        self.init(InputFile(bytes: bytes, name: name), format: .record)
    }

    init(_ input: InputFile, format: FormatsError.Format) {
        self.input = input
        self.format = format
    }

    /// The payload of the next record, `nil` at the end of the file.
    ///
    /// - Throws: `FormatsError.truncated` or `.checksumMismatch` with the byte offset of the record.
    public func next() throws -> [UInt8]? {
        let header = try input.read(upTo: 12)
        if header.isEmpty { return nil }
        guard header.count == 12 else { throw truncated(missing: 12 - header.count) }
        let length = littleEndianInteger(header[0..<8], as: UInt64.self)
        guard littleEndianInteger(header[8..<12], as: UInt32.self) == CRC32C.masked(header[0..<8]) else {
            throw FormatsError.checksumMismatch(file: input.name, format: format, offset: offset)
        }
        guard length <= UInt64(Int.max / 2) else { throw truncated(missing: Int.max) }
        let payload = try input.read(upTo: Int(length))
        guard payload.count == Int(length) else { throw truncated(missing: Int(length) - payload.count + 4) }
        let check = try input.read(upTo: 4)
        guard check.count == 4 else { throw truncated(missing: 4 - check.count) }
        guard littleEndianInteger(check[0..<4], as: UInt32.self) == CRC32C.masked(payload) else {
            throw FormatsError.checksumMismatch(file: input.name, format: format, offset: offset + 12)
        }
        offset = input.offset
        return payload
    }

    /// Goes to the record that begins at byte `offset`.
    public func seek(to offset: Int) throws {
        try input.seek(to: offset)
        self.offset = input.offset
    }

    /// Every record of the file at `path`, in order.
    public static func records(in path: String) throws -> [[UInt8]] {
        let reader = try TFRecordReader(path: path)
        var records: [[UInt8]] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    /// How many records lie one behind the other in bytes in memory, by their lengths alone.
    public static func count(ofRecordsIn bytes: ArraySlice<UInt8>) -> Int {
        var (count, rest) = (0, bytes)
        while rest.count >= 12 {
            count += 1
            let length = littleEndianInteger(rest.prefix(8), as: UInt64.self)
            rest = rest.dropFirst(16).dropFirst(Int(clamping: length))
        }
        return count
    }

    private func truncated(missing: Int) -> FormatsError {
        .truncated(file: input.name, format: format, offset: offset, missing: missing)
    }
}
