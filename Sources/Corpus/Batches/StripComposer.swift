public import Imaging
public import Randomness

/// Makes up sequences of characters from the pages that training examples come from: stretches of real columns, and columns set anew
/// from single characters of one page.
///
/// A page's column is a run of its characters; characters of dev and test examples are in none, so that nothing is learnt from them.
/// Of characters set anew, each is put under the one before it by a distance and beside the column's middle by a shift that occur on
/// the page; where boxes overlap, the darker pixel stays.
public final class StripComposer: Sendable {
    /// Which sequences are made.
    public struct Recipe: Sendable, Hashable, Codable {
        /// Characters of the shortest and of the longest.
        public var shortest: Int
        public var longest: Int
        /// The share that is cut from real columns; the others are set anew.
        public var realShare: Double

        public init(shortest: Int, longest: Int, realShare: Double = 0.5) {
            (self.shortest, self.longest, self.realShare) = (shortest, longest, realShare)
        }

        /// - Throws: `CorpusError.badArgument`.
        public func validate() throws(CorpusError) {
            guard shortest >= 1, longest >= shortest else {
                throw .badArgument(argument: "lengths", value: "\(shortest) to \(longest)", rule: "a range from 1")
            }
            guard (0...1).contains(realShare) else {
                throw .badArgument(argument: "real_share", value: "\(realShare)", rule: "from 0 to 1")
            }
        }
    }

    /// A made-up example.
    public struct Strip: Sendable, Equatable {
        public var image: Image
        public var targets: [Int32]
    }

    private let recipe: Recipe
    private let columns: [Column]
    private let pages: [PageSpacing]
    /// Every character that may be used: its column and its place there.
    private let places: [(column: Int, place: Int)]
    /// The numbers of a page's characters in `places`.
    private let ranges: [Range<Int>]

    /// Reads the pages that hold training examples.
    ///
    /// - Throws: `CorpusError.badArgument` for a bad recipe, or when no character may be used; what reading pages throws.
    public init(_ corpus: Corpus, _ recipe: Recipe, threads: Int = 2) throws {
        try recipe.validate()
        self.recipe = recipe
        let runs = Self.usableRuns(of: corpus)
        let parts = Slots<[Column]>(count: runs.count)
        try inParallel(runs.count, threads: threads) { number in
            let (book, page, ranges) = runs[number]
            parts[number] = try Self.columns(corpus.books[book], page: page, ranges, corpus.vocabulary)
        }
        var (columns, pages, places, ranges) = ([Column](), [PageSpacing](), [(column: Int, place: Int)](), [Range<Int>]())
        for part in parts.values {
            let start = places.count
            for column in part {
                places += column.boxes.indices.map { (columns.count, $0) }
                columns.append(column)
            }
            ranges.append(start..<places.count)
            pages.append(PageSpacing(part))
        }
        guard !places.isEmpty else {
            throw CorpusError.badArgument(argument: "composed", value: "on", rule: "off where no character is in train")
        }
        (self.columns, self.pages, self.places, self.ranges) = (columns, pages, places, ranges)
    }

    /// How many characters there are to choose from.
    public var characterCount: Int { places.count }

    /// The strip that belongs to a key.
    public func strip(_ key: Key) throws -> Strip {
        let first = key.folded("character").integer(below: places.count)
        let length = recipe.shortest + key.folded("length").integer(below: recipe.longest - recipe.shortest + 1)
        return key.folded("kind").uniform() < recipe.realShare ? try cut(first, length) : try set(first, length, key)
    }

    // MARK: - Implementation

    /// A run of characters with the part of the page around them, in gray.
    private struct Column: Sendable {
        var image: Image
        var boxes: [Box]
        var targets: [Int32]
    }

    /// How characters follow one another on a page.
    private struct PageSpacing: Sendable {
        /// From the bottom of a box to the top of the next; negative where they overlap.
        var gaps: [Int] = []
        /// From the middle of a column to the middle of a box.
        var shifts: [Int] = []
        var paper: UInt8 = 255

        init(_ columns: [Column]) {
            var counts = [Int](repeating: 0, count: 256)
            for column in columns {
                for (above, below) in zip(column.boxes, column.boxes.dropFirst()) { gaps.append(below.y - above.bottom) }
                shifts += column.boxes.map { $0.x + $0.width / 2 - column.image.width / 2 }
                for pixel in column.image.pixels { counts[Int(pixel)] += 1 }
            }
            if gaps.isEmpty { gaps = [0] }
            paper = Shade.paper(counts)
        }
    }

    /// A stretch of the column from a character on, moved back where the column ends too early.
    private func cut(_ first: Int, _ length: Int) throws -> Strip {
        let (number, place) = places[first]
        let column = columns[number]
        let start = max(0, min(place, column.boxes.count - length))
        let chosen = start..<min(column.boxes.count, start + length)
        let region = column.boxes[chosen].dropFirst().reduce(column.boxes[chosen.lowerBound]) { $0.union($1) }
        return Strip(image: try column.image.cropped(to: region), targets: Array(column.targets[chosen]))
    }

    private func set(_ first: Int, _ length: Int, _ key: Key) throws -> Strip {
        let page = ranges.firstIndex { $0.contains(first) } ?? 0
        let (range, spacing) = (ranges[page], pages[page])
        var pieces: [(image: Image, x: Int, y: Int)] = []
        var (targets, bottom) = ([Int32](), 0)
        for step in 0..<length {
            let own = key.folded("step").folded(step)
            let (number, place) = places[step == 0 ? first : range.lowerBound + own.integer(below: range.count)]
            let image = try columns[number].image.cropped(to: columns[number].boxes[place])
            let gap = step == 0 ? 0 : spacing.gaps[own.integer(below: spacing.gaps.count, at: 1)]
            // A character never begins above the middle of the one before it.
            let top = max(bottom + gap, (pieces.last?.y ?? 0) + (pieces.last?.image.height ?? 0) / 2)
            let shift = spacing.shifts[own.integer(below: spacing.shifts.count, at: 2)]
            pieces.append((image, shift - image.width / 2, top))
            targets.append(columns[number].targets[place])
            bottom = max(bottom, top + image.height)
        }
        return Strip(image: try Self.pasted(pieces, height: bottom, spacing.paper), targets: targets)
    }

    /// Pieces on paper, each lightened or darkened so that its own paper has the page's shade.
    private static func pasted(_ pieces: [(image: Image, x: Int, y: Int)], height: Int, _ paper: UInt8) throws -> Image {
        let left = pieces.map(\.x).min() ?? 0
        let width = (pieces.map { $0.x + $0.image.width }.max() ?? 1) - left
        var pixels = [UInt8](repeating: paper, count: width * height)
        for piece in pieces {
            let offset = Int(paper) - Int(Shade.paper(of: piece.image))
            for row in 0..<piece.image.height {
                let target = (piece.y + row) * width + piece.x - left
                for column in 0..<piece.image.width {
                    let shade = Int(piece.image.pixels[row * piece.image.width + column]) + offset
                    pixels[target + column] = min(pixels[target + column], UInt8(max(0, min(255, shade))))
                }
            }
        }
        return try Image(width: width, height: height, format: .gray, pixels: pixels)
    }

    /// By page: runs of neighbouring characters that have a class and are in no example of dev or test.
    private static func usableRuns(of corpus: Corpus) -> [(book: Int, page: Int, ranges: [Range<Int>])] {
        let heldOut = Dictionary(grouping: [Subset.dev, .test].flatMap { corpus[$0] }, by: \.book).mapValues { Set($0.flatMap(\.glyphs)) }
        let parser = ExcerptParser(scope: .line, repertoire: corpus.configuration.repertoire, lengths: 1...1, stride: nil)
        return Set(corpus[.train].map(\.book)).sorted().flatMap { number in
            let book = corpus.books[number]
            func isUsable(_ glyph: Int) -> Bool {
                let scalar = book.glyphs.scalar(at: glyph)
                return corpus.configuration.repertoire.contains(scalar) && corpus.vocabulary.contains(scalar)
                    && heldOut[number]?.contains(glyph) != true
            }
            let runs = parser.lines(of: book).flatMap { line in
                // Of a range, `split` gives slices of an array: their elements are the glyphs, not their indices.
                line.split { !isUsable($0) }.compactMap { run in run.first.map { $0..<$0 + run.count } }
            }
            return Dictionary(grouping: runs) { book.glyphs.page(at: $0.lowerBound) }.sorted { $0.key < $1.key }
                .map { (number, $0.key, $0.value) }
        }
    }

    private static func columns(_ book: Book, page: Int, _ ranges: [Range<Int>], _ vocabulary: Vocabulary) throws -> [Column] {
        let image = try book.image(of: page, as: .gray)
        return try ranges.map { range in
            let glyphs = book.glyphs.glyphs(in: range)
            let region = glyphs.bounds
            guard image.bounds.contains(region) else {
                throw CorpusError.boxOutsidePage(
                    file: book.table, row: glyphs[0].row, box: region, image: book.pages[page].path, width: image.width,
                    height: image.height)
            }
            return Column(
                image: try image.cropped(to: region),
                boxes: glyphs.map { $0.box.relative(toLeft: region.x, top: region.y) },
                targets: glyphs.map { Int32(vocabulary.id(of: $0.scalar)) })
        }
    }
}

/// The shade of the paper: ink covers less than half of any piece of text.
private enum Shade {
    static func paper(of image: Image) -> UInt8 {
        var counts = [Int](repeating: 0, count: 256)
        for pixel in image.pixels { counts[Int(pixel)] += 1 }
        return paper(counts)
    }

    /// The shade that seven of ten pixels do not exceed.
    static func paper(_ counts: [Int]) -> UInt8 {
        var left = counts.reduce(0, +) * 7 / 10
        for (shade, count) in counts.enumerated() {
            left -= count
            if left < 0 { return UInt8(shade) }
        }
        return 255
    }
}
