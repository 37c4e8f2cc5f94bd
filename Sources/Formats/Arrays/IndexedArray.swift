/// One array in the format of the MNIST files (idx), plain or gzipped.
public enum IndexedArray {
    /// Reads a file; whether it is gzipped is seen from its first bytes.
    public static func read(path: String) throws -> StoredArray {
        try read(InputFile.contents(of: path), name: path)
    }

    /// Reads a file's bytes; `name` stands for the file in errors.
    ///
    /// - Throws: `FormatsError.malformed` or `.truncated`.
    public static func read(_ contents: [UInt8], name: String = "<memory>") throws -> StoredArray {
        let bytes = contents.starts(with: Gzip.magic) ? try Gzip.expand(contents, name: name) : contents
        func failure(_ problem: String, at offset: Int) -> FormatsError {
            .malformed(file: name, format: .idx, offset: offset, problem: problem)
        }
        guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else { throw failure("the first two bytes are not 0", at: 0) }
        guard let elementType = elementTypes[bytes[2]] else { throw failure("the element type \(bytes[2]) is not known", at: 2) }
        let dataStart = 4 + 4 * Int(bytes[3])
        guard bytes.count >= dataStart else {
            throw FormatsError.truncated(file: name, format: .idx, offset: 4, missing: dataStart - bytes.count)
        }
        let shape = stride(from: 4, to: dataStart, by: 4).map { start in
            bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        guard let size = StoredArray.byteCount(of: shape, elementType) else {
            throw failure("the shape \(shape) is too large", at: 4)
        }
        let found = bytes.count - dataStart
        guard found >= size else {
            throw FormatsError.truncated(file: name, format: .idx, offset: dataStart, missing: size - found)
        }
        guard found == size else { throw failure("\(found - size) bytes follow the array", at: dataStart + size) }
        let data = NumpyArray.reversingElements(of: Array(bytes[dataStart...]), size: elementType.size)
        return try StoredArray(elementType: elementType, shape: shape, bytes: data)
    }

    private static let elementTypes: [UInt8: ElementType] = [
        0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
    ]
}
