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
/// Twelve bytes: a corpus holds hundreds of thousands.
public struct Excerpt: Sendable, Hashable {
    /// Twice the index of the book, and 1 for a whole page.
    private var bookAndScope: UInt32
    private var first: UInt32
    private var count: UInt32

    /// Which book, an index into `Corpus.books`.
    public var book: Int { Int(bookAndScope >> 1) }
    /// Which glyphs, indices into `Book.glyphs`.
    public var glyphs: Range<Int> { Int(first)..<Int(first) + Int(count) }
    /// Whether it shows the whole page rather than the box around its glyphs.
    public var isWholePage: Bool { bookAndScope & 1 == 1 }

    public init(book: Int, glyphs: Range<Int>, isWholePage: Bool = false) {
        bookAndScope = UInt32(clamping: book) << 1 | (isWholePage ? 1 : 0)
        first = UInt32(clamping: glyphs.lowerBound)
        count = UInt32(clamping: glyphs.count)
    }
}

extension Book {
    /// The box around some of the glyphs.
    func bounds(of glyphs: Range<Int>) -> Box {
        self.glyphs[glyphs].dropFirst().reduce(self.glyphs[glyphs.lowerBound].box) { $0.union($1.box) }
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
