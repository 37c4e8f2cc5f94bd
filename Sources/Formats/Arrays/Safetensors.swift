/// Named arrays and string notes in one file, as Hugging Face's safetensors.
///
/// - Source: the format's description (github.com/huggingface/safetensors): a length of 8 bytes, a JSON header padded with spaces, data
///   without holes.
public struct Safetensors: Equatable, Sendable {
    public var arrays: [String: StoredArray]
    public var metadata: [String: String]

    public init(arrays: [String: StoredArray] = [:], metadata: [String: String] = [:]) {
        self.arrays = arrays
        self.metadata = metadata
    }

    /// Reads a file.
    ///
    /// - Throws: `FormatsError.system`, `.truncated` or `.malformed`, each naming the file.
    public init(path: String) throws {
        try self.init(bytes: InputFile.contents(of: path), name: path)
    }

    /// Reads a file's bytes; `name` stands for the file in errors.
    public init(bytes: [UInt8], name: String = "<memory>") throws {
        guard bytes.count >= 8 else {
            throw FormatsError.truncated(file: name, format: .safetensors, offset: 0, missing: 8 - bytes.count)
        }
        let length = littleEndianInteger(bytes[0..<8], as: UInt64.self)
        guard length <= UInt64(Self.longestHeader) else {
            throw FormatsError.malformed(
                file: name, format: .safetensors, offset: 0, problem: "the header claims \(length) bytes")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= bytes.count else {
            throw FormatsError.truncated(file: name, format: .safetensors, offset: 8, missing: dataStart - bytes.count)
        }
        var header = SafetensorsHeader(metadata: [:], entries: [])
        try header.read(LiteralScanner(Array(bytes[8..<dataStart]), file: name, format: .safetensors, start: 8))
        try header.checkLayout(file: name, dataStart: dataStart, dataCount: bytes.count - dataStart)
        metadata = header.metadata
        arrays = [:]
        for entry in header.entries {
            arrays[entry.name] = try StoredArray(
                elementType: entry.elementType, shape: entry.shape,
                bytes: Array(bytes[(dataStart + entry.begin)..<(dataStart + entry.end)]))
        }
    }

    /// The file's bytes: the same for the same content.
    public func serialized() -> [UInt8] {
        // Widest elements first, so that each array is aligned; names in order within a width.
        let order = arrays.sorted { left, right in
            (right.value.elementType.size, left.key) < (left.value.elementType.size, right.key)
        }
        var parts: [String] = []
        if !metadata.isEmpty {
            let notes = metadata.sorted { $0.key < $1.key }.map { jsonString($0.key) + ":" + jsonString($0.value) }
            parts.append("\"__metadata__\":{\(notes.joined(separator: ","))}")
        }
        var offset = 0
        for (name, array) in order {
            let shape = array.shape.map(String.init).joined(separator: ",")
            let end = offset + array.bytes.count
            parts.append(
                jsonString(name) + ":{\"dtype\":\"\(array.elementType.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Array("{\(parts.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
        var bytes = littleEndianBytes(UInt64(header.count)) + header
        bytes.reserveCapacity(bytes.count + offset)
        for (_, array) in order { bytes += array.bytes }
        return bytes
    }

    /// Writes the file whole or not at all.
    public func write(to path: String) throws {
        try AtomicFile.write(serialized(), to: path)
    }

    /// As in the reference reader: no honest header is longer.
    static let longestHeader = 100_000_000
}

// MARK: - Implementation

/// What the header says, before it is believed.
struct SafetensorsHeader {
    struct Entry {
        var name: String
        var elementType: ElementType
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    var metadata: [String: String]
    var entries: [Entry]

    mutating func read(_ start: LiteralScanner) throws {
        var scanner = start
        guard scanner.bytes.first == 0x7B else { throw scanner.failure("the header does not begin with '{'") }
        var seen: Set<String> = []
        try scanner.object { scanner, name in
            guard seen.insert(name).inserted else { throw scanner.failure("the name \(jsonString(name)) occurs twice") }
            if name == "__metadata__" {
                try scanner.object { scanner, key in
                    guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
                        throw scanner.failure("the note \(jsonString(key)) occurs twice")
                    }
                }
            } else {
                entries.append(try SafetensorsHeader.entry(&scanner, name))
            }
        }
        try scanner.expectEnd()
    }

    /// Arrays must lie one after the other from the first data byte to the last.
    func checkLayout(file: String, dataStart: Int, dataCount: Int) throws {
        func failure(_ problem: String) -> FormatsError {
            .malformed(file: file, format: .safetensors, offset: dataStart, problem: problem)
        }
        var expected = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard entry.begin == expected, entry.end >= entry.begin else {
                throw failure("the data of \(jsonString(entry.name)) do not follow those before")
            }
            guard let size = StoredArray.byteCount(of: entry.shape, entry.elementType), size == entry.end - entry.begin else {
                throw failure("the shape \(entry.shape) of \(jsonString(entry.name)) does not fit its bytes")
            }
            expected = entry.end
        }
        guard expected == dataCount else {
            throw failure("the header describes \(expected) bytes of data, there are \(dataCount)")
        }
    }

    private static func entry(_ scanner: inout LiteralScanner, _ name: String) throws -> Entry {
        var elementType: ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key in
            switch key {
            case "dtype" where elementType == nil:
                let text = try scanner.string()
                elementType = ElementType(rawValue: text)
                if elementType == nil { throw scanner.failure("unknown element type \(jsonString(text))") }
            case "shape" where shape == nil: shape = try scanner.counts("[", "]", trailingComma: false)
            case "data_offsets" where offsets == nil: offsets = try scanner.counts("[", "]", trailingComma: false)
            default: throw scanner.failure("unexpected key \(jsonString(key)) for \(jsonString(name))")
            }
        }
        guard let elementType, let shape, let offsets, offsets.count == 2 else {
            throw scanner.failure("\(jsonString(name)) lacks dtype, shape or two data_offsets")
        }
        return Entry(name: name, elementType: elementType, shape: shape, begin: offsets[0], end: offsets[1])
    }
}

extension LiteralScanner {
    /// A JSON object whose values `value` reads.
    fileprivate mutating func object(_ value: (inout LiteralScanner, String) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try value(&self, key)
        } while take(",")
        try expect("}")
    }
}
