public import Imaging
import Randomness

/// One image of a book with its characters, apart from any corpus; scripts know it as `ImageMeta`.
public struct Clipping: Sendable, Equatable {
    /// The id of the book.
    public var book: String
    public var page: Page
    /// Whether it shows the whole page rather than the box around its glyphs.
    public var isWholePage: Bool
    /// In reading order; what they say of pages and rows is meant in their book.
    public var glyphs: [Glyph]

    public init(book: String, page: Page, isWholePage: Bool, glyphs: [Glyph] = []) {
        self.book = book
        self.page = page
        self.isWholePage = isWholePage
        self.glyphs = glyphs
    }

    /// The box around its characters; nil when it has none.
    public var extent: Box? {
        glyphs.dropFirst().reduce(glyphs.first?.box) { $0?.union($1.box) }
    }

    /// The boxes around the lines that its characters form.
    public var lines: [Box] { LineRule.lines(of: glyphs.map(\.box)) }

    /// Whether `glyph` can be added: it is on the same page and, with `sameLine`, goes on the line of the characters so far.
    public func admits(_ glyph: Glyph, image: String, sameLine: Bool) -> Bool {
        guard image == page.name else { return false }
        if !sameLine || glyphs.isEmpty { return true }
        var rule = LineRule()
        for own in glyphs { rule.add(own.box) }
        return rule.admits(glyph.box)
    }

    /// The part of the page that it shows.
    ///
    /// - Throws: `CorpusError.missingImage`, `.badImage` for a whole page, whose header is read; `.noCharacters` without any.
    public func region() throws(CorpusError) -> Box {
        if isWholePage {
            do {
                let size = try page.size()
                return Box(x: 0, y: 0, width: size.width, height: size.height)
            } catch { throw problem(error) }
        }
        guard let extent else { throw .noCharacters(image: page.name) }
        return extent
    }

    /// Its pixels.
    ///
    /// - Throws: `CorpusError.missingImage`, `.badImage`, `.boxOutsidePage`, `.noCharacters`.
    public func image(
        _ pages: PageCache, as format: PixelFormat = .gray, shape: Shape = .unchanged, kernel: ResizeKernel = .automatic
    ) throws(CorpusError) -> Image {
        let page = try pageImage(pages, as: format)
        let region = isWholePage ? page.bounds : try self.region()
        try check(against: page)
        let size = shape.size(forHeight: region.height, width: region.width)
        do { return try page.resized(region, width: size.width, height: size.height, by: kernel) } catch { throw problem(error) }
    }

    /// What is stored of it (`generate_features`): one example, or the tiles of a grid.
    ///
    /// - Parameter linesOfParts: give lines also where only a part of the page is shown.
    /// - Throws: as `image`, and `CorpusError.chunksNeedSize`.
    public func examples(
        _ pages: PageCache, recipe: StorageRecipe, vocabulary: Vocabulary, linesOfParts: Bool = false
    ) throws -> [StoredExample] {
        try recipe.validate()
        let page = try pageImage(pages, as: recipe.color)
        let region = isWholePage ? page.bounds : try self.region()
        try check(against: page)
        let maker = ExampleMaker(recipe: recipe, vocabulary: vocabulary)
        let lines = isWholePage || linesOfParts ? lines : []
        return try maker.products(page: ImagePart(image: page), region: region, glyphs: glyphs[...], lines: lines).map { product in
            StoredExample(
                image: product.image, targets: maker.targets(of: product).map { Int32($0) }, features: maker.record(of: product))
        }
    }

    // MARK: - Implementation

    private func pageImage(_ pages: PageCache, as format: PixelFormat) throws(CorpusError) -> Image {
        do { return try pages.image(of: page, as: format) } catch { throw problem(error) }
    }

    private func check(against image: Image) throws(CorpusError) {
        for glyph in glyphs where !image.bounds.contains(glyph.box) {
            throw .boxOutsidePage(
                file: book, row: glyph.row, box: glyph.box, image: page.path, width: image.width, height: image.height)
        }
    }

    private func problem(_ error: ImagingError) -> CorpusError {
        .of(error, file: book, row: glyphs.first?.row ?? 1, image: page.path)
    }
}

extension Corpus {
    /// An excerpt with everything that is known of it.
    public func clipping(of excerpt: Excerpt) -> Clipping {
        books[excerpt.book].clipping(of: excerpt)
    }
}

extension Book {
    /// An excerpt of this book with everything that is known of it.
    public func clipping(of excerpt: Excerpt) -> Clipping {
        let glyphs = glyphs.glyphs(in: excerpt.glyphs)
        return Clipping(book: id, page: pages[glyphs[0].page], isWholePage: excerpt.isWholePage, glyphs: glyphs)
    }

    /// A book by its coordinate table.
    ///
    /// - Parameters:
    ///   - folder: the folder that holds the books, for its images.
    ///   - table: the path of the table where it is not `<folder>/<id>/<id>_coordinate.csv`.
    /// - Throws: `CorpusError`, naming file, row and value.
    public static func read(_ id: String, in folder: String, table: String? = nil) throws(CorpusError) -> Book {
        try CoordinateTable.read(book: id, in: folder, table: table) { (problem) throws(CorpusError) in throw problem }
    }

    /// The excerpts that a scope cuts this book into.
    ///
    /// - Parameters:
    ///   - lengths: of sequences, both ends included.
    ///   - stride: distance of the starts of sequences, which then may overlap.
    ///   - seed: of the lengths of sequences.
    /// - Throws: `CorpusError.badSequenceLength`.
    public func excerpts(
        scope: ImageScope, repertoire: Repertoire, lengths: ClosedRange<Int> = 1...1, stride: Int? = nil, seed: Int? = nil
    ) throws(CorpusError) -> [Excerpt] {
        var generator = MersenneTwister(seed: seed ?? CorpusConfiguration.defaultSeed)
        let parser = ExcerptParser(scope: scope, repertoire: repertoire, lengths: lengths, stride: stride)
        return try parser.excerpts(of: self, index: 0, drawing: &generator)
    }
}
