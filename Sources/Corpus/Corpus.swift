public import Imaging
import Randomness

/// Something worth telling that is no error.
public enum CorpusNotice: Sendable, Equatable {
    case emptyBook(id: String)
    case bookInBothSplits(id: String)
    case folderWithoutTable(name: String, expected: String)
    case withoutEffect(argument: String, reason: String)

    /// A sentence for a person.
    public var message: String {
        switch self {
        case .emptyBook(let id): "book '\(id)' is empty: its coordinate table has no rows"
        case .bookInBothSplits(let id): "book '\(id)' is in both dev and test"
        case .folderWithoutTable(let name, let expected): "folder '\(name)' is not a book: it has no \(expected)"
        case .withoutEffect(let argument, let reason): "\(argument) has no effect: \(reason)"
        }
    }
}

/// The books of a folder, cut into excerpts and split into train, dev and test; scripts know it as `MetaLoader`.
///
/// Reading the same folder with the same configuration always gives the same examples in the same order.
public struct Corpus: Sendable {
    public let configuration: CorpusConfiguration
    /// Sorted by id.
    public let books: [Book]
    /// The characters of the training set with their classes.
    public let vocabulary: Vocabulary
    /// The rules that were followed, with the default test split spelled out.
    public let testRule: SplitRule
    public let devRule: SplitRule
    public let notices: [CorpusNotice]

    private let train: SpooledArray<Excerpt>
    private let dev: SpooledArray<Excerpt>
    private let test: SpooledArray<Excerpt>

    /// Reads the coordinate tables and splits the examples.
    ///
    /// - Throws: `CorpusError`, naming file, row and value.
    public init(_ configuration: CorpusConfiguration) throws(CorpusError) {
        try self.init(configuration) { (problem) throws(CorpusError) in throw problem }
    }

    /// - Parameter problem: told of rows that cannot be used, which are then left out; to stop at the first, throw.
    init(_ configuration: CorpusConfiguration, problem: (CorpusError) throws(CorpusError) -> Void) throws(CorpusError) {
        try configuration.validate()
        let shelf = try Shelf(folder: configuration.dataFolder)
        var notices = configuration.idleArguments + shelf.notices
        let parser = ExcerptParser(
            scope: configuration.scope, repertoire: configuration.repertoire, lengths: try configuration.sequenceLengths(),
            stride: configuration.sequenceStride)
        var generator = MersenneTwister(seed: configuration.seed ?? CorpusConfiguration.defaultSeed)
        // Of each character only what the vocabulary needs stays at hand.
        var books: [Book] = []
        var excerpts: [Excerpt] = []
        var scalars: [[Unicode.Scalar]] = []
        let spool = ArraySpool()
        for (id, reading) in shelf.readings {
            var book = try reading.book(problem: problem)
            if configuration.lineSource == .geometry, !shelf.isArrays(id) { book = book.arrangedByGeometry() }
            guard !shelf.isArrays(id) || [.character, .page].contains(configuration.scope) else {
                throw .arraysHoldCharacters(book: id)
            }
            guard book.glyphs.count < Excerpt.limit, books.count < Excerpt.limit else {
                throw .tooManyCharacters(book: id, count: book.glyphs.count, limit: Excerpt.limit - 1)
            }
            if book.glyphs.isEmpty { notices.append(.emptyBook(id: id)) }
            excerpts += try parser.excerpts(of: book, index: books.count, drawing: &generator)
            scalars.append(book.glyphs.map(\.scalar))
            book.glyphs.move(to: spool)
            books.append(book)
        }
        let testRule = try shelf.testRule(configuration.testSplit)
        let devRule = try SplitRule(configuration.devSplit, argument: "dev_split", among: shelf.ids)
        guard !excerpts.isEmpty else {
            throw .noExamples(folder: configuration.dataFolder, repertoire: configuration.repertoire.name)
        }
        let partition = try Partition(
            of: consume excerpts, books: shelf.ids, test: testRule, dev: devRule, devFactor: configuration.devFactor, drawing: &generator)
        notices += partition.booksInBoth.map { .bookInBothSplits(id: $0) }
        let labels = partition.train.lazy.flatMap { scalars[$0.book][$0.glyphs] }
        vocabulary = try Vocabulary.counted(
            reserved: configuration.reserved, labels: labels, in: configuration.repertoire, limit: configuration.vocabularySize,
            minimumFrequency: configuration.minimumFrequency)
        self.configuration = configuration
        self.books = books
        self.testRule = testRule
        self.devRule = devRule
        self.notices = notices
        (train, dev, test) = (spool.kept(partition.train), spool.kept(partition.dev), spool.kept(partition.test))
    }

    /// The examples of a subset, in the order of the split.
    public subscript(subset: Subset) -> SpooledArray<Excerpt> {
        switch subset {
        case .train: train
        case .dev: dev
        case .test: test
        }
    }
}

// MARK: - Asking about an excerpt

extension Corpus {
    public func glyphs(of excerpt: Excerpt) -> [Glyph] {
        books[excerpt.book].glyphs.glyphs(in: excerpt.glyphs)
    }

    /// The labels in order, `U+306B`.
    public func labels(of excerpt: Excerpt) -> [String] {
        glyphs(of: excerpt).map(\.label)
    }

    /// The characters in order.
    public func text(of excerpt: Excerpt) -> String {
        String(String.UnicodeScalarView(glyphs(of: excerpt).map(\.scalar)))
    }

    /// The classes of the characters in order.
    public func targets(of excerpt: Excerpt) -> [Int] {
        glyphs(of: excerpt).map { vocabulary.id(of: $0.scalar) }
    }

    public func page(of excerpt: Excerpt) -> Page {
        let book = books[excerpt.book]
        return book.pages[book.glyphs.page(at: excerpt.glyphs.lowerBound)]
    }

    /// The part of the page that shows it, the box around its characters; nil for a whole page.
    public func bounds(of excerpt: Excerpt) -> Box? {
        excerpt.isWholePage ? nil : books[excerpt.book].bounds(of: excerpt.glyphs)
    }

    /// A name that is unique in the corpus: `hnsd00000/hnsd001-011/C0012`, or `.../C0012-C0014` for several characters.
    public func identifier(of excerpt: Excerpt) -> String {
        let glyphs = glyphs(of: excerpt)
        let numbers = [glyphs.first, glyphs.last].compactMap { $0?.characterID }
        let range = glyphs.count == 1 ? numbers[0] : numbers.joined(separator: "-")
        return "\(books[excerpt.book].id)/\(page(of: excerpt).name)/\(range)"
    }
}
