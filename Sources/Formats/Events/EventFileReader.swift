/// One record of an event file.
public struct EventRecord: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        case fileVersion(String)
        case summaries([Summary])
        /// A run began here: earlier records of this step and later are superseded.
        case restart
        case other
    }

    /// Seconds since 1970.
    public var wallTime: Double
    public var step: Int
    public var content: Content
}

/// Reads event files, also while they are being written.
public enum EventFileReader {
    /// The records of the file at `path`; a last record that is cut short is left out, for it may be in the writing.
    ///
    /// - Throws: `FormatsError.checksumMismatch` or `.badMessage` when a whole record is damaged.
    public static func records(in path: String) throws -> [EventRecord] {
        try records(TFRecordReader(InputFile(path: path), format: .event))
    }

    /// The records in a file's bytes; `name` stands for the file in errors.
    public static func records(bytes: [UInt8], name: String = "<memory>") throws -> [EventRecord] {
        try records(TFRecordReader(InputFile(bytes: bytes, name: name), format: .event))
    }

    private static func records(_ reader: TFRecordReader) throws -> [EventRecord] {
        var records: [EventRecord] = []
        do {
            while let payload = try reader.next() {
                let event = try WireEvent(decoding: payload, format: .event)
                records.append(EventRecord(wallTime: event.wallTime, step: Int(event.step), content: content(event)))
            }
        } catch FormatsError.truncated {
            return records
        }
        return records
    }

    private static func content(_ event: WireEvent) -> EventRecord.Content {
        switch event.what {
        case .fileVersion(let version): .fileVersion(version)
        case .summary(let summary): .summaries(summary.value.map(Summary.init))
        case .sessionLog(let log) where log.status == .start: .restart
        default: .other
        }
    }
}
