import Imaging

/// What one example shows.
public enum ImageScope: String, Sendable, CaseIterable {
    case character = "char"
    case sequence = "seq"
    case line = "line"
    case page = "page"

    /// - Throws: `CorpusError.unknownChoice` for other texts than `char`, `seq`, `line` and `page`.
    public init(named text: String) throws(CorpusError) {
        guard let scope = ImageScope(rawValue: text) else {
            throw .unknownChoice(argument: "image_scope", value: text, known: Self.allCases.map(\.rawValue))
        }
        self = scope
    }
}

/// A stretch of neighbouring rows of one book on one page; scripts know it as `ImageMeta`.
///
/// Eight bytes: a corpus holds hundreds of thousands.
public struct Excerpt: BitwiseCopyable, Sendable, Hashable {
    /// From the highest bit: the book, the first glyph, how many there are, and 1 for a whole page.
    private var bits: UInt64

    /// Books, and glyphs in a book, must be fewer than this.
    static let limit = 1 << 21

    /// Which book, an index into `Corpus.books`.
    public var book: Int { part(43) }
    /// Which glyphs, indices into `Book.glyphs`.
    public var glyphs: Range<Int> { part(22)..<part(22) + part(1) }
    /// Whether it shows the whole page rather than the box around its glyphs.
    public var isWholePage: Bool { bits & 1 == 1 }

    public init(book: Int, glyphs: Range<Int>, isWholePage: Bool = false) {
        precondition([book, glyphs.lowerBound, glyphs.count].allSatisfy { (0..<Self.limit).contains($0) }, "a corpus checks its sizes")
        bits = UInt64(book) << 43 | UInt64(glyphs.lowerBound) << 22 | UInt64(glyphs.count) << 1 | (isWholePage ? 1 : 0)
    }

    private func part(_ shift: Int) -> Int { Int(bits >> UInt64(shift)) & (Self.limit - 1) }
}

extension Collection<Glyph> {
    /// The box around all of them, of which there must be some.
    var bounds: Box {
        dropFirst().reduce(self[startIndex].box) { $0.union($1.box) }
    }
}

extension Book {
    /// The box around some of the glyphs.
    func bounds(of glyphs: Range<Int>) -> Box {
        self.glyphs.glyphs(in: glyphs).bounds
    }
}

/// The rule by which neighbouring characters belong to one vertical line: the new box overlaps the mean left and right edges of
/// the line's boxes, and its bottom is not above the line's top. It depends on the order of the rows.
struct LineRule {
    private var count = 0
    private var lefts = 0
    private var rights = 0
    private var top = Int.max

    var isEmpty: Bool { count == 0 }

    mutating func add(_ box: Box) {
        count += 1
        lefts += box.x
        rights += box.right
        top = min(top, box.y)
    }

    /// Whether a line that holds the boxes added so far goes on with `box`; an empty one goes on with any.
    func admits(_ box: Box) -> Bool {
        isEmpty || (lefts <= box.right * count && rights >= box.x * count && box.bottom >= top)
    }

    /// The boxes around the lines that neighbouring boxes form.
    static func lines(of boxes: [Box]) -> [Box] {
        var rule = LineRule()
        var lines: [Box] = []
        for box in boxes {
            if let last = lines.indices.last, rule.admits(box) {
                lines[last] = lines[last].union(box)
            } else {
                rule = LineRule()
                lines.append(box)
            }
            rule.add(box)
        }
        return lines
    }
}
