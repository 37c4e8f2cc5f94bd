/// One array in a `.npy` file, as NumPy's `save` and `load` (without pickle).
///
/// - Source: NumPy Enhancement Proposal 1; versions 1 to 3 are read, version 1 is written.
public enum NumpyArray {
    /// Reads a file.
    public static func read(path: String) throws -> StoredArray {
        try read(InputFile.contents(of: path), name: path)
    }

    /// Reads a file's bytes; big-endian and column-major arrays come out lowest byte first and row-major.
    ///
    /// - Throws: `FormatsError.malformed` for anything that is no plain array of numbers.
    public static func read(_ bytes: [UInt8], name: String = "<memory>") throws -> StoredArray {
        func failure(_ problem: String, at offset: Int = 0) -> FormatsError {
            .malformed(file: name, format: .numpyArray, offset: offset, problem: problem)
        }
        guard bytes.starts(with: magic), bytes.count >= 12 else { throw failure("the file does not begin with \\x93NUMPY") }
        let lengthSize = bytes[6] == 1 ? 2 : 4
        guard (1...3).contains(bytes[6]) else { throw failure("version \(bytes[6]) is not known", at: 6) }
        let headerStart = 8 + lengthSize
        let headerCount = Int(littleEndianInteger(bytes[8..<headerStart], as: UInt32.self))
        guard headerStart + headerCount <= bytes.count else {
            let missing = headerStart + headerCount - bytes.count
            throw FormatsError.truncated(file: name, format: .numpyArray, offset: headerStart, missing: missing)
        }
        let dataStart = headerStart + headerCount
        let header = try NumpyHeader(
            LiteralScanner(Array(bytes[headerStart..<dataStart]), file: name, format: .numpyArray, start: headerStart))
        guard let size = StoredArray.byteCount(of: header.shape, header.elementType) else {
            throw failure("the shape \(header.shape) is too large", at: headerStart)
        }
        guard size <= bytes.count - dataStart else {
            let missing = size - (bytes.count - dataStart)
            throw FormatsError.truncated(file: name, format: .numpyArray, offset: dataStart, missing: missing)
        }
        var data = Array(bytes[dataStart..<(dataStart + size)])
        if header.isBigEndian { data = reversingElements(of: data, size: header.elementType.size) }
        if header.isColumnMajor { data = rowMajor(data, shape: header.shape, size: header.elementType.size) }
        return try StoredArray(elementType: header.elementType, shape: header.shape, bytes: data)
    }

    /// A file's bytes: version 1.0, data aligned to 64 bytes.
    ///
    /// - Throws: `FormatsError.badMessage` for bfloat16, which NumPy does not know.
    public static func serialized(_ array: StoredArray) throws -> [UInt8] {
        guard let description = NumpyHeader.descriptions.first(where: { $0.value == array.elementType })?.key else {
            throw FormatsError.badMessage(format: .numpyArray, problem: "NumPy has no type \(array.elementType.rawValue)")
        }
        let order = array.elementType.size == 1 ? "|" : "<"
        let lengths = array.shape.map { "\($0)," }.joined(separator: " ")
        let shape = array.shape.count == 1 ? "(\(lengths))" : "(\(lengths.dropLast()))"
        var header = Array("{'descr': '\(order)\(description)', 'fortran_order': False, 'shape': \(shape), }".utf8)
        header += [UInt8](repeating: 0x20, count: 63 - (10 + header.count) % 64) + [0x0A]
        guard header.count <= Int(UInt16.max) else {
            throw FormatsError.badMessage(format: .numpyArray, problem: "a shape of \(array.shape.count) axes is too long")
        }
        return magic + [1, 0] + littleEndianBytes(UInt16(header.count)) + header + array.bytes
    }

    /// Writes a file whole or not at all.
    public static func write(_ array: StoredArray, to path: String) throws {
        try AtomicFile.write(serialized(array), to: path)
    }

    // MARK: - Implementation

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    static func reversingElements(of bytes: [UInt8], size: Int) -> [UInt8] {
        var answer = bytes
        for start in stride(from: 0, to: bytes.count, by: size) { answer[start..<(start + size)].reverse() }
        return answer
    }

    /// `bytes` of an array whose first axis is fastest, rearranged so that the last one is.
    private static func rowMajor(_ bytes: [UInt8], shape: [Int], size: Int) -> [UInt8] {
        var strides = [Int](repeating: size, count: shape.count)
        for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var answer: [UInt8] = []
        answer.reserveCapacity(bytes.count)
        var place = [Int](repeating: 0, count: shape.count)
        while answer.count < bytes.count {
            let source = zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }
            answer += bytes[source..<(source + size)]
            for axis in shape.indices.reversed() {
                place[axis] += 1
                if place[axis] < shape[axis] { break }
                place[axis] = 0
            }
        }
        return answer
    }
}

/// The dictionary at the head of a `.npy` file.
struct NumpyHeader {
    static let descriptions: [String: ElementType] = [
        "b1": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "f2": .float16, "u4": .uint32, "i4": .int32,
        "f4": .float32, "u8": .uint64, "i8": .int64, "f8": .float64,
    ]

    var elementType: ElementType
    var isBigEndian: Bool
    var isColumnMajor: Bool
    var shape: [Int]

    init(_ start: LiteralScanner) throws {
        var scanner = start
        var description: String?
        var isColumnMajor: Bool?
        var shape: [Int]?
        try scanner.expect("{")
        while !scanner.take("}") {
            let key = try scanner.pythonString()
            try scanner.expect(":")
            switch key {
            case "descr" where description == nil: description = try scanner.pythonString()
            case "fortran_order" where isColumnMajor == nil:
                let word = scanner.word()
                guard word == "True" || word == "False" else { throw scanner.failure("fortran_order is neither True nor False") }
                isColumnMajor = word == "True"
            case "shape" where shape == nil: shape = try scanner.counts("(", ")", trailingComma: true)
            default: throw scanner.failure("unexpected key '\(key)'")
            }
            if !scanner.take(",") {
                try scanner.expect("}")
                break
            }
        }
        try scanner.expectEnd()
        guard let description, let isColumnMajor, let shape else {
            throw scanner.failure("descr, fortran_order or shape is missing")
        }
        guard let order = description.first, "|<>=".contains(order),
            let elementType = NumpyHeader.descriptions[String(description.dropFirst())]
        else { throw scanner.failure("the element type '\(description)' is no plain number type") }
        self.elementType = elementType
        self.isBigEndian = order == ">"
        self.isColumnMajor = isColumnMajor
        self.shape = shape
    }
}
