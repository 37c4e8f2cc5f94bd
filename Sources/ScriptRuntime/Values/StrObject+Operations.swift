/// Slices, joins and searches on code points.
extension StrObject {
    /// `self[lower:upper]`, with `0 <= lower <= upper <= count`.
    public func slice(_ lower: Int, _ upper: Int) -> StrObject {
        precondition(lower >= 0 && lower <= upper && upper <= count, "slice outside a string")
        if lower == 0 && upper == count { return self }
        let length = upper - lower
        if length == 0 { return .empty }
        if length == 1 { return .character(unit(lower)) }
        let width = neededWidth(lower, upper)
        let result = StrObject.allocate(count: length, width: width)
        result.copy(self, from: lower, count: length, to: 0)
        return result
    }

    /// Bytes that `slice(start:step:count:)` takes for each code point, while it works.
    func sliceWidth(_ step: Int) -> Int { step == 1 || width == 1 ? width : 3 * width }

    /// `count` code points from `start` on, `step` apart; all of them inside.
    public func slice(start: Int, step: Int, count length: Int) -> StrObject {
        if step == 1 { return slice(start, start + length) }
        if length == 0 { return .empty }
        var builder = StrBuilder(capacity: length)
        var index = start
        for _ in 0..<length {
            builder.append(self[index])
            index &+= step
        }
        return builder.finish()
    }

    /// The two strings, one behind the other.
    public static func + (a: StrObject, b: StrObject) -> StrObject {
        if a.count == 0 { return b }
        if b.count == 0 { return a }
        let result = StrObject.allocate(count: a.count + b.count, width: Swift.max(a.width, b.width))
        result.copy(a, from: 0, count: a.count, to: 0)
        result.copy(b, from: 0, count: b.count, to: a.count)
        return result
    }

    /// The string `times` over; the caller has charged for it.
    public func repeated(_ times: Int) -> StrObject {
        if times <= 0 || count == 0 { return .empty }
        if times == 1 { return self }
        let result = StrObject.allocate(count: count * times, width: width)
        result.copy(self, from: 0, count: count, to: 0)
        var filled = count
        while filled < result.count {
            let part = Swift.min(filled, result.count - filled)
            result.copy(result, from: 0, count: part, to: filled)
            filled += part
        }
        return result
    }

    /// Whether `needle` stands at `index`; false where it would stick out.
    public func matches(_ needle: StrObject, at index: Int) -> Bool {
        guard index >= 0, index + needle.count <= count else { return false }
        if needle.width == width {
            return (raw + index * width).equals(needle.raw, bytes: needle.count * width)
        }
        for offset in 0..<needle.count where unit(index + offset) != needle.unit(offset) { return false }
        return true
    }
}

/// Collects code points and strings into one string.
public struct StrBuilder {
    private var text: StrObject

    /// Code points so far.
    public private(set) var count = 0

    /// An empty builder with room for so many code points.
    public init(capacity: Int = 32) {
        text = StrObject.allocate(count: 0, width: 1, capacity: capacity)
    }

    /// Appends a code point; lone surrogates are allowed.
    public mutating func append(_ unit: UInt32) {
        reserve(1, width: StrObject.width(of: unit))
        text.store(unit, at: count)
        count += 1
    }

    /// Appends a string.
    public mutating func append(_ other: StrObject) {
        append(other, from: 0, to: other.count)
    }

    /// Appends `other[lower:upper]`, which must be in range.
    public mutating func append(_ other: StrObject, from lower: Int, to upper: Int) {
        precondition(lower >= 0 && lower <= upper && upper <= other.count, "slice outside a string")
        if lower == upper { return }
        reserve(upper - lower, width: other.width)
        text.copy(other, from: lower, count: upper - lower, to: count)
        count += upper - lower
    }

    /// Appends a Swift string.
    public mutating func append(_ string: String) {
        for scalar in string.unicodeScalars { append(scalar.value) }
    }

    /// The string; the builder is empty afterwards.
    public mutating func finish() -> StrObject {
        defer { self = StrBuilder(capacity: 0) }
        if count == 0 { return .empty }
        if count == 1 { return .character(text.unit(0)) }
        text.head.pointee.count = count
        let width = text.neededWidth(0, count)
        if width == text.width && text.head.pointee.capacity <= count * width * 2 { return text }
        let exact = StrObject.allocate(count: count, width: width)
        exact.copy(text, from: 0, count: count, to: 0)
        return exact
    }

    /// The memory that `more` code points of so many bytes take beside what there is; nil when they have room.
    @inline(__always)
    func grownBytes(_ more: Int, width: Int) -> Int? {
        let newWidth = Swift.max(width, text.width)
        let needed = (count + more) * newWidth
        return newWidth == text.width && needed <= text.head.pointee.capacity ? nil : needed + needed / 2
    }

    private mutating func reserve(_ more: Int, width: Int) {
        guard let bytes = grownBytes(more, width: width) else { return }
        let grown = StrObject.allocate(count: 0, width: Swift.max(width, text.width), capacity: bytes)
        text.head.pointee.count = count
        grown.copy(text, from: 0, count: count, to: 0)
        text = grown
    }
}

// MARK: - Implementation

extension StrObject {
    /// Copies code points into this object's memory, which must be wide and large enough, with nothing of worth behind
    /// their place: a short text is copied as one block, and what follows it with it.
    @inline(__always)
    func copy(_ source: StrObject, from lower: Int, count length: Int, to position: Int) {
        let width = self.width
        if source.width == width {
            let (bytes, start, end) = (length &* width, lower &* width, position &* width)
            if bytes <= StrObject.block, start &+ StrObject.block <= source.head.pointee.capacity,
                end &+ StrObject.block <= head.pointee.capacity
            {
                // Both blocks lie inside their objects.
                let block = (source.raw + start).loadUnaligned(as: SIMD2<UInt64>.self)
                (raw + end).storeBytes(of: block, as: SIMD2<UInt64>.self)
            } else {
                (raw + end).copyMemory(from: source.raw + start, byteCount: bytes)
            }
            return
        }
        widen(source, from: lower, count: length, to: position)
    }

    private func widen(_ source: StrObject, from lower: Int, count length: Int, to position: Int) {
        for offset in 0..<length { store(source.unit(lower + offset), at: position + offset) }
    }

    func neededWidth(_ lower: Int, _ upper: Int) -> Int {
        if width == 1 { return 1 }
        var bits: UInt32 = 0
        for index in lower..<upper { bits |= unit(index) }
        return StrObject.width(of: bits)
    }

    /// Appends in place when the memory is large and wide enough. Only for an object that nobody else can see.
    @inline(__always)
    func appendInPlace(_ other: StrObject) -> Bool {
        let width = self.width
        guard other.width <= width, (count + other.count) * width <= head.pointee.capacity else { return false }
        copy(other, from: 0, count: other.count, to: count)
        head.pointee.count += other.count
        head.pointee.hash = 0
        return true
    }

    /// A copy of `a + b` with room to grow.
    static func concatenateWithRoom(_ a: StrObject, _ b: StrObject) -> StrObject {
        let width = Swift.max(a.width, b.width)
        let count = a.count + b.count
        let result = StrObject.allocate(count: count, width: width, capacity: count * width + count * width / 2)
        result.copy(a, from: 0, count: a.count, to: 0)
        result.copy(b, from: 0, count: b.count, to: a.count)
        return result
    }
}
