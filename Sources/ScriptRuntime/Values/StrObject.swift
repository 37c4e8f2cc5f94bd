/// Python's `str`: an immutable sequence of code points, one, two or four bytes each.
///
/// The width is always the smallest that holds every code point, so that equal strings have equal bytes, and
/// indexing takes constant time. Lone surrogates are allowed, as in Python.
///
/// The elements are memory of `count * width` bytes in use, which only this file and the VM's in-place append touch.
public final class StrObject: ManagedBuffer<StrObject.Header, UInt8> {
    /// What stands before the elements.
    public struct Header {
        /// Code points.
        public package(set) var count: Int
        /// 0: not computed yet.
        var hash: Int
        /// Bytes of one code point: 1, 2 or 4.
        public package(set) var width: UInt8
        /// Memory allocated, in blocks.
        fileprivate let blocks: UInt32

        /// Bytes allocated.
        var capacity: Int { Int(blocks) &* StrObject.block }
    }

    /// Memory comes in multiples of so many bytes.
    static let block = 16

    /// Code points.
    @inlinable @inline(__always) public var count: Int { head.pointee.count }
    @inlinable @inline(__always) public var width: Int { Int(head.pointee.width) }
    public var isEmpty: Bool { head.pointee.count == 0 }
    public var isLatin: Bool { head.pointee.width == 1 }
    /// Whether every code point is below 128: looks at them all.
    public var isASCII: Bool { isLatin && UnsafeRawBufferPointer(start: raw, count: count).allSatisfy { $0 < 128 } }

    /// The code point at `index`, which must be in `0 ..< count`.
    @inline(__always)
    public subscript(index: Int) -> UInt32 {
        precondition(index >= 0 && index < head.pointee.count, "index outside a string")
        return unit(index)
    }

    @inline(__always)
    func unit(_ index: Int) -> UInt32 {
        let raw = self.raw
        switch head.pointee.width {
        case 1: return UInt32(raw.load(fromByteOffset: index, as: UInt8.self))
        case 2: return UInt32(raw.load(fromByteOffset: index &* 2, as: UInt16.self))
        default: return raw.load(fromByteOffset: index &* 4, as: UInt32.self)
        }
    }

    @inline(__always)
    var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(head + 1) }

    /// The header, without the checks that reading a property of a class takes: it stands behind the two words of every
    /// object, and the elements behind it (`isAsDescribed`).
    @usableFromInline @inline(__always)
    var head: UnsafeMutablePointer<Header> {
        (Unmanaged.passUnretained(self).toOpaque() + 16).assumingMemoryBound(to: Header.self)
    }

    /// The blocks of an object of this class.
    @inline(__always)
    static func blocks(_ object: UnsafeMutableRawPointer) -> Int {
        Int((object + 16).assumingMemoryBound(to: Header.self).pointee.blocks)
    }

    /// Whether header and elements lie where `head` and `raw` look for them.
    static var isAsDescribed: Bool {
        let text = StrObject.allocate(count: 2, width: 2)
        return text.withUnsafeMutablePointers { header, elements in
            header == text.head && UnsafeMutableRawPointer(elements) == text.raw && text.count == 2 && text.width == 2
        }
    }
}

/// Strings that all sessions share: immutable, and their hash is computed before anybody sees them.
private struct SharedStrings: @unchecked Sendable {
    let empty = SharedStrings.prepared(StrObject.allocate(count: 0, width: 1))
    let latin: [StrObject] = (0..<256).map { code in
        let text = StrObject.allocate(count: 1, width: 1)
        text.store(UInt32(code), at: 0)
        return SharedStrings.prepared(text)
    }

    private static func prepared(_ text: StrObject) -> StrObject {
        _ = text.hashValue
        Reference.makeImmortal(text)
        return text
    }
}

private let shared = SharedStrings()

extension StrObject {
    static func allocate(count: Int, width: Int, capacity: Int = 0) -> StrObject {
        // As much as the allocator gives anyway: room for a short tail to be appended in place.
        let blocks = Swift.max((Swift.max(count * width, capacity) + (block - 1)) / block, 1)
        let header = Header(count: count, hash: 0, width: UInt8(truncatingIfNeeded: width), blocks: UInt32(clamping: blocks))
        if let spare = Spares.takeString(blocks: blocks) {
            (spare + 16).initializeMemory(as: Header.self, to: header)
            return Unmanaged<StrObject>.fromOpaque(spare).takeRetainedValue()
        }
        let buffer = StrObject.create(minimumCapacity: blocks * block) { _ in header }
        // `create` of a final subclass makes an object of that subclass.
        return unsafeDowncast(buffer, to: StrObject.self)
    }

    public static var empty: StrObject { shared.empty }

    static func width(of unit: UInt32) -> Int { unit < 0x100 ? 1 : unit < 0x10000 ? 2 : 4 }

    /// A string of one code point.
    public static func character(_ unit: UInt32) -> StrObject {
        if unit < 256 { return shared.latin[Int(unit)] }
        let text = StrObject.allocate(count: 1, width: width(of: unit))
        text.store(unit, at: 0)
        return text
    }

    /// A Swift string as a value.
    public static func make(_ string: String) -> StrObject {
        var string = string
        return string.withUTF8 { make(validUTF8: $0) }
    }

    /// - Parameter bytes: valid UTF-8.
    public static func make(validUTF8 bytes: UnsafeBufferPointer<UInt8>) -> StrObject {
        var count = 0
        var highest: UInt8 = 0
        for byte in bytes {
            if byte & 0xC0 != 0x80 { count += 1 }
            if byte > highest { highest = byte }
        }
        let width = highest < 0xC4 ? 1 : highest < 0xF0 ? 2 : 4
        let text = StrObject.allocate(count: count, width: width)
        guard count > 0, let base = bytes.baseAddress else { return text }
        if count == bytes.count {
            text.raw.copyMemory(from: base, byteCount: count)
            return text
        }
        var index = 0
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where index < count {
            text.store(scalar.value, at: index)
            index += 1
        }
        return text
    }

    /// - Parameter units: code points below 0x110000; surrogates are allowed.
    public static func make(units: some Collection<UInt32>) -> StrObject {
        var highest: UInt32 = 0
        for unit in units where unit > highest { highest = unit }
        let text = StrObject.allocate(count: units.count, width: width(of: highest))
        var index = 0
        for unit in units {
            text.store(unit, at: index)
            index += 1
        }
        return text
    }

    /// Code points below 256, one a byte.
    public static func make(latin bytes: some Collection<UInt8>) -> StrObject {
        let text = StrObject.allocate(count: bytes.count, width: 1)
        let raw = text.raw
        var index = 0
        for byte in bytes {
            raw.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            index += 1
        }
        return text
    }

    /// A string of `count` code points below 256, which `fill` writes.
    public static func make(latinCount count: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> StrObject {
        if count == 0 { return .empty }
        let text = StrObject.allocate(count: count, width: 1)
        let start = text.raw.assumingMemoryBound(to: UInt8.self)
        start.initialize(repeating: 0, count: count)
        fill(UnsafeMutableBufferPointer(start: start, count: count))
        return text
    }

    /// The decimal digits of a number.
    static func make(decimal number: Int) -> StrObject {
        if number >= 0 && number < 10 { return shared.latin[48 + number] }
        var rest = number.magnitude
        var count = number < 0 ? 1 : 0
        var power = rest
        repeat {
            count += 1
            power /= 10
        } while power > 0
        let text = StrObject.allocate(count: count, width: 1)
        let raw = text.raw
        if number < 0 { raw.storeBytes(of: 45, as: UInt8.self) }
        repeat {
            count -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            raw.storeBytes(of: UInt8(truncatingIfNeeded: 48 + digit), toByteOffset: count, as: UInt8.self)
            rest = quotient
        } while rest > 0
        return text
    }

    @inline(__always)
    func store(_ unit: UInt32, at index: Int) {
        let raw = self.raw
        switch head.pointee.width {
        case 1: raw.storeBytes(of: UInt8(truncatingIfNeeded: unit), toByteOffset: index, as: UInt8.self)
        case 2: raw.storeBytes(of: UInt16(truncatingIfNeeded: unit), toByteOffset: index &* 2, as: UInt16.self)
        default: raw.storeBytes(of: unit, toByteOffset: index &* 4, as: UInt32.self)
        }
    }
}

// MARK: - Swift views

extension StrObject {
    /// Code points.
    public var units: [UInt32] {
        [UInt32](unsafeUninitializedCapacity: count) { buffer, filled in
            switch width {
            case 1:
                let bytes = raw.assumingMemoryBound(to: UInt8.self)
                for index in 0..<count { buffer.initializeElement(at: index, to: UInt32(bytes[index])) }
            default: for index in 0..<count { buffer.initializeElement(at: index, to: unit(index)) }
            }
            filled = count
        }
    }

    /// The text; a lone surrogate becomes U+FFFD, for want of a place in a Swift `String`.
    public var string: String {
        if count == 0 { return "" }
        if width == 1 {
            let bytes = UnsafeBufferPointer(start: raw.assumingMemoryBound(to: UInt8.self), count: count)
            if !bytes.contains(where: { $0 >= 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        }
        var scalars = String.UnicodeScalarView()
        for index in 0..<count { scalars.append(Unicode.Scalar(unit(index)) ?? "\u{FFFD}") }
        return String(scalars)
    }

    /// Whether it can be encoded as UTF-8: no lone surrogate.
    public var isValidUnicode: Bool {
        if width == 1 { return true }
        for index in 0..<count where unit(index) & 0xFFFF_F800 == 0xD800 { return false }
        return true
    }

    /// Calls `body` with the bytes of a Latin-1 string (code points below 256), or returns nil.
    @inlinable
    public func withLatin<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result? {
        guard head.pointee.width == 1 else { return nil }
        let start = UnsafeMutableRawPointer(head + 1).assumingMemoryBound(to: UInt8.self)
        return try body(UnsafeBufferPointer(start: start, count: head.pointee.count))
    }
}

// MARK: - Comparison and hash

extension StrObject: Hashable {
    @inline(__always)
    public static func == (a: StrObject, b: StrObject) -> Bool {
        if a === b { return true }
        let (x, y) = (a.head, b.head)
        guard x.pointee.count == y.pointee.count, x.pointee.width == y.pointee.width else { return false }
        return a.raw.equals(b.raw, bytes: x.pointee.count &* Int(x.pointee.width))
    }

    /// By code points: negative, zero, positive.
    public static func order(_ a: StrObject, _ b: StrObject) -> Int {
        let common = Swift.min(a.count, b.count)
        for index in 0..<common {
            let x = a.unit(index)
            let y = b.unit(index)
            if x != y { return x < y ? -1 : 1 }
        }
        return a.count - b.count
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }

    /// The same in every run.
    @inline(__always)
    public var hashValue: Int {
        let known = head.pointee.hash
        return known != 0 ? known : computeHash()
    }

    private func computeHash() -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)
        let bytes = count * width
        let raw = self.raw
        var offset = 0
        while offset + 8 <= bytes {
            hash = StrObject.mix(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes {
            rest = rest << 8 | UInt64(raw.load(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
        hash = StrObject.mix(hash ^ rest)
        var result = Int(bitPattern: UInt(hash))
        if result == 0 || result == -1 { result = 1 }
        head.pointee.hash = result
        return result
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}

extension UnsafeMutableRawPointer {
    @inline(__always)
    func equals(_ other: UnsafeMutableRawPointer, bytes: Int) -> Bool {
        var offset = 0
        while offset &+ 8 <= bytes {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            {
                return false
            }
            offset &+= 8
        }
        while offset < bytes {
            if load(fromByteOffset: offset, as: UInt8.self) != other.load(fromByteOffset: offset, as: UInt8.self) {
                return false
            }
            offset &+= 1
        }
        return true
    }
}
