/// An array as files hold it: element type, shape, and its bytes, lowest byte first, last axis fastest.
public struct StoredArray: Equatable, Sendable {
    public let elementType: ElementType
    public let shape: [Int]
    public let bytes: [UInt8]

    /// - Throws: `FormatsError.sizeMismatch` when the bytes do not fill the shape.
    public init(elementType: ElementType, shape: [Int], bytes: [UInt8]) throws {
        guard StoredArray.byteCount(of: shape, elementType) == bytes.count else {
            throw FormatsError.sizeMismatch(name: "array", shape: shape, elementType: elementType, bytes: bytes.count)
        }
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    /// - Throws: `FormatsError.sizeMismatch` when the values do not fill the shape.
    public init<Element: StorableElement>(_ values: [Element], shape: [Int]) throws {
        try self.init(elementType: Element.storedType, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
    }

    /// The elements.
    ///
    /// - Throws: `FormatsError.wrongElementType` when the file's type is another; nothing is converted silently.
    public func values<Element: StorableElement>(as: Element.Type = Element.self) throws -> [Element] {
        guard Element.storedType == elementType else {
            throw FormatsError.wrongElementType(name: "array", found: elementType, wanted: Element.storedType)
        }
        let count = bytes.count / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { target, initialized in
            // `bytes` holds exactly `count` elements (checked by every initializer), and any bit pattern is a number.
            UnsafeMutableRawBufferPointer(target).copyBytes(from: bytes)
            initialized = count
        }
    }

    /// Bytes that `shape` takes, `nil` when that is negative or no `Int`.
    static func byteCount(of shape: [Int], _ elementType: ElementType) -> Int? {
        var count = elementType.size
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else { return nil }
            count = product
        }
        return count
    }
}

/// A number type whose bytes in memory are those in files.
public protocol StorableElement: BitwiseCopyable {
    static var storedType: ElementType { get }
}

#if _endian(big)
    #error("StoredArray copies numbers as they lie in memory, which must be lowest byte first.")
#endif

extension UInt8: StorableElement { public static var storedType: ElementType { .uint8 } }
extension Int8: StorableElement { public static var storedType: ElementType { .int8 } }
extension UInt16: StorableElement { public static var storedType: ElementType { .uint16 } }
extension Int16: StorableElement { public static var storedType: ElementType { .int16 } }
extension UInt32: StorableElement { public static var storedType: ElementType { .uint32 } }
extension Int32: StorableElement { public static var storedType: ElementType { .int32 } }
extension UInt64: StorableElement { public static var storedType: ElementType { .uint64 } }
extension Int64: StorableElement { public static var storedType: ElementType { .int64 } }
extension Float: StorableElement { public static var storedType: ElementType { .float32 } }
extension Double: StorableElement { public static var storedType: ElementType { .float64 } }
