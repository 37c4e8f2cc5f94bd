public import Imaging

/// The characters of a book in the order of its table, about twelve bytes each: a corpus has hundreds of thousands. What stays the same or
/// counts upwards from row to row, as pages, blocks, numbers and lines do, is kept once for each stretch.
public struct GlyphTable: Sendable, Equatable {
    private struct Packed: BitwiseCopyable, Sendable, Equatable {
        /// Of the scalar; the highest bit tells that the box is among the wide ones.
        var scalar: UInt32
        var x: UInt16 = 0
        var y: UInt16 = 0
        var width: UInt16 = 0
        var height: UInt16 = 0
    }

    private var packed = SpooledArray<Packed>()
    /// Boxes that sixteen bits do not hold, by place; no page has them.
    private var wide: [Int: Box] = [:]
    private var pages = Stretches(step: 0)
    private var blocks = Stretches(step: 0)
    private var numbers = Stretches(step: 1)
    private var rows = Stretches(step: 1)

    private static let isWide: UInt32 = 1 << 31

    public init() {}

    public init(_ glyphs: some Sequence<Glyph>) {
        for glyph in glyphs { append(glyph) }
    }

    public mutating func reserveCapacity(_ count: Int) { packed.reserveCapacity(count) }

    public mutating func append(_ glyph: Glyph) {
        let box = glyph.box
        var entry = Packed(scalar: glyph.scalar.value)
        if let x = UInt16(exactly: box.x), let y = UInt16(exactly: box.y), let width = UInt16(exactly: box.width),
            let height = UInt16(exactly: box.height)
        {
            (entry.x, entry.y, entry.width, entry.height) = (x, y, width, height)
        } else {
            entry.scalar |= Self.isWide
            wide[packed.count] = box
        }
        pages.append(glyph.page, at: packed.count)
        blocks.append(glyph.block, at: packed.count)
        numbers.append(glyph.number, at: packed.count)
        rows.append(glyph.row, at: packed.count)
        packed.append(entry)
    }

    /// Leaves most of the table to a spool; it can be added to no more.
    mutating func move(to spool: ArraySpool) { packed.move(to: spool) }

    public func scalar(at place: Int) -> Unicode.Scalar { scalar(packed[place]) }

    public func box(at place: Int) -> Box { box(packed[place], at: place) }

    public func page(at place: Int) -> Int { pages[place] }

    /// Several characters, read at once.
    public func glyphs(in range: Range<Int>) -> [Glyph] {
        zip(range, packed.values(in: range)).map { glyph($1, at: $0) }
    }

    private func scalar(_ entry: Packed) -> Unicode.Scalar { Unicode.Scalar(entry.scalar & ~Self.isWide) ?? "\u{FFFD}" }

    private func box(_ entry: Packed, at place: Int) -> Box {
        if entry.scalar & Self.isWide != 0, let box = wide[place] { return box }
        return Box(x: Int(entry.x), y: Int(entry.y), width: Int(entry.width), height: Int(entry.height))
    }

    private func glyph(_ entry: Packed, at place: Int) -> Glyph {
        Glyph(
            scalar: scalar(entry), box: box(entry, at: place), page: pages[place], block: blocks[place], number: numbers[place],
            row: rows[place])
    }
}

extension GlyphTable: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { packed.count }

    public subscript(place: Int) -> Glyph { glyph(packed[place], at: place) }

    /// Goes through the characters some thousands at a time.
    public struct Iterator: IteratorProtocol {
        fileprivate let table: GlyphTable
        private var entries: SpooledArray<Packed>.Iterator
        private var place = 0

        fileprivate init(_ table: GlyphTable) { (self.table, entries) = (table, table.packed.makeIterator()) }

        public mutating func next() -> Glyph? {
            defer { place += 1 }
            return entries.next().map { table.glyph($0, at: place) }
        }
    }

    public func makeIterator() -> Iterator { Iterator(self) }
}

/// Numbers of which neighbouring ones mostly differ by a fixed step.
private struct Stretches: Sendable, Equatable {
    let step: Int
    /// The first place and number of each stretch.
    private var starts: [UInt32] = []
    private var values: [Int32] = []

    init(step: Int) { self.step = step }

    mutating func append(_ value: Int, at place: Int) {
        if let start = starts.last, let first = values.last, Int(first) + (place - Int(start)) * step == value { return }
        starts.append(UInt32(clamping: place))
        values.append(Int32(clamping: value))
    }

    subscript(place: Int) -> Int {
        // The last stretch that begins at the place or before it.
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= place { low = middle } else { high = middle }
        }
        return Int(values[low]) + (place - Int(starts[low])) * step
    }
}
