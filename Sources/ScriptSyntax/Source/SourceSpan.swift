/// A half-open range of UTF-8 byte offsets into one `SourceText`.
public struct SourceSpan: Hashable, Sendable {
    public var start: Int32
    public var end: Int32

    /// The bytes from `start` below `end`.
    public init(start: Int32, end: Int32) {
        self.start = start
        self.end = end
    }

    /// The bytes of a range.
    public init(_ range: Range<Int>) {
        start = Int32(clamping: range.lowerBound)
        end = Int32(clamping: range.upperBound)
    }

    public static let zero = SourceSpan(start: 0, end: 0)

    public var range: Range<Int> { Int(start)..<Int(Swift.max(start, end)) }
    public var count: Int { range.count }
    public var isEmpty: Bool { end <= start }

    /// The smallest span that covers both.
    public func joined(with other: SourceSpan) -> SourceSpan {
        SourceSpan(start: Swift.min(start, other.start), end: Swift.max(end, other.end))
    }

    /// Whether the byte at an offset lies in it.
    public func contains(_ offset: Int) -> Bool { range.contains(offset) }
}
