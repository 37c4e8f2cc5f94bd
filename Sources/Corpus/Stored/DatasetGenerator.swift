import Dispatch
import Formats
import Foundation
import Imaging
import Synchronization

/// How far the writing of a dataset is.
public struct GenerationProgress: Sendable, Equatable {
    public var subsets: [Subset]
    public var pagesDone: Int
    public var pages: Int
    public var examples: Int
}

/// What a caller wants to hear, and whether it wants to go on.
public struct GenerationMonitor: Sendable {
    /// Told after each page, on any thread.
    public var progress: (@Sendable (GenerationProgress) -> Void)?
    /// Asked before each page.
    public var isCancelled: (@Sendable () -> Bool)?

    public init(progress: (@Sendable (GenerationProgress) -> Void)? = nil, isCancelled: (@Sendable () -> Bool)? = nil) {
        self.progress = progress
        self.isCancelled = isCancelled
    }
}

/// Makes the examples of subsets: each page is read once for all of them, pages in parallel, memory bounded; the result is the same for any number of
/// threads.
struct DatasetGenerator: Sendable {
    let corpus: Corpus
    let subsets: [Subset]
    let recipe: StorageRecipe
    let threads: Int
    let monitor: GenerationMonitor

    /// The excerpts of one page, as places in the row of all.
    private struct Job: Sendable {
        var book: Int
        var page: Int
        var excerpts: ArraySlice<UInt32>
    }

    /// Where the records of an excerpt are among those of its page.
    private struct Entry: Sendable {
        var start: UInt32 = 0
        var byteCount: UInt32 = 0
    }

    private struct State {
        /// Numbers of jobs, those that are to be taken next last.
        var waiting: [Int]
        var done = 0
        var examples = 0
        var failure: (job: Int, error: any Error)?
        var entries: [Entry]
        /// Where the records of each page begin in the spool.
        var places: [Int]
    }

    /// Makes all examples; their records are in the spool with the framing of TFRecord files. For image files each is two records: its
    /// caption, then the file.
    ///
    /// - Returns: for each subset what its excerpts have become, in their order.
    /// - Throws: the error of the first page (in the order of books) that has one.
    func examples(in spool: RecordSpool) throws -> [MadeExamples] {
        let excerpts = ExcerptRow(subsets.map { corpus[$0] })
        let jobs = jobs(for: excerpts)
        // Large pages first, so that no thread ends with one while the others wait.
        let bytes = jobs.map { FileSystem.size(of: corpus.books[$0.book].pages[$0.page].path) ?? 0 }
        let waiting = jobs.indices.sorted { (bytes[$0], $1) < (bytes[$1], $0) }
        let state = Mutex(
            State(
                waiting: waiting, entries: Array(repeating: Entry(), count: excerpts.count), places: Array(repeating: 0, count: jobs.count)))
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, jobs.count))) { _ in
            let (reader, maker) = (ImageReader(), ExampleMaker(recipe: recipe, vocabulary: corpus.vocabulary))
            while let number = state.withLock({ Self.take(&$0) }) {
                do {
                    if monitor.isCancelled?() == true { throw CorpusError.interrupted }
                    let made = try make(jobs[number], excerpts, reader, maker, spool)
                    let progress = state.withLock { state in
                        for (place, entry) in zip(jobs[number].excerpts, made.entries) { state.entries[Int(place)] = entry }
                        state.places[number] = made.place
                        state.examples += made.examples
                        state.done += 1
                        return GenerationProgress(
                            subsets: subsets, pagesDone: state.done, pages: jobs.count, examples: state.examples)
                    }
                    monitor.progress?(progress)
                } catch {
                    state.withLock { state in
                        if state.failure.map({ number < $0.job }) ?? true { state.failure = (number, error) }
                    }
                }
            }
        }
        return try state.withLock { state in
            if let failure = state.failure { throw failure.error }
            let starts = Dictionary(uniqueKeysWithValues: zip(jobs.map { [$0.book, $0.page] }, state.places))
            let places = corpus.books.enumerated().map { book, contents in contents.pages.indices.map { starts[[book, $0]] ?? 0 } }
            var rest = state.entries[...]
            return subsets.map { subset in
                let own = rest.prefix(corpus[subset].count)
                rest = rest.dropFirst(own.count)
                return MadeExamples(count: own.count, hasOneEach: recipe.tile == nil, spool: spool) { [corpus] number in
                    let excerpt = corpus[subset][number]
                    let entry = own[own.startIndex + number]
                    let page = corpus.books[excerpt.book].glyphs.page(at: excerpt.glyphs.lowerBound)
                    return (places[excerpt.book][page] + Int(entry.start), Int(entry.byteCount))
                }
            }
        }
    }

    /// - Throws: `CorpusError.badArgument`.
    static func check(threads: Int) throws(CorpusError) {
        guard (0...1024).contains(threads) else {
            throw .badArgument(argument: "num_threads", value: "\(threads)", rule: "from 0 (one per processor) to 1024")
        }
    }

    /// The next job. After a failure only pages before the failed one matter any more: the error that is thrown in the end is that of
    /// the first bad page, whatever the order in which they were tried.
    private static func take(_ state: inout State) -> Int? {
        while let number = state.waiting.popLast() {
            if let failure = state.failure, number > failure.job { continue }
            return number
        }
        return nil
    }

    /// One job for each page that is needed, in the order of books.
    private func jobs(for excerpts: ExcerptRow) -> [Job] {
        var firstPage = [0]
        for book in corpus.books { firstPage.append(firstPage[firstPage.count - 1] + book.pages.count) }
        func page(_ excerpt: Excerpt) -> Int { corpus.books[excerpt.book].glyphs.page(at: excerpt.glyphs.lowerBound) }
        // Sorted by counting: `ends[n]` moves from the start of page n to its end while its excerpts are put in their places.
        var ends = [Int](repeating: 0, count: firstPage[firstPage.count - 1] + 1)
        for excerpt in excerpts { ends[firstPage[excerpt.book] + page(excerpt) + 1] += 1 }
        for n in ends.indices.dropFirst() { ends[n] += ends[n - 1] }
        var places = [UInt32](repeating: 0, count: excerpts.count)
        for (place, excerpt) in excerpts.enumerated() {
            let number = firstPage[excerpt.book] + page(excerpt)
            places[ends[number]] = UInt32(place)
            ends[number] += 1
        }
        var jobs: [Job] = []
        var start = 0
        for (number, book) in corpus.books.enumerated() {
            for page in book.pages.indices {
                let end = ends[firstPage[number] + page]
                if end > start { jobs.append(Job(book: number, page: page, excerpts: places[start..<end])) }
                start = end
            }
        }
        return jobs
    }

    /// The entries of a job's excerpts in their order, where its records are, and the number of examples.
    private func make(
        _ job: Job, _ excerpts: ExcerptRow, _ reader: ImageReader, _ maker: ExampleMaker, _ spool: RecordSpool
    ) throws -> (entries: [Entry], place: Int, examples: Int) {
        let book = corpus.books[job.book]
        let page = try book.rows(of: job.page, as: recipe.color, by: reader)
        let regions = try job.excerpts.map { try region(of: excerpts[Int($0)], on: page, file: book.pages[job.page].path) }
        var records: [UInt8] = []
        records.reserveCapacity(regions.reduce(0) { $0 + recipe.expectedBytes(for: $1) })
        var entries = [Entry](repeating: Entry(), count: regions.count)
        var examples = 0
        for (rows, members) in Self.parts(of: regions) {
            let part = try book.reporting(job.page) { () throws(ImagingError) in try page.part(rows) }
            for member in members {
                let excerpt = excerpts[Int(job.excerpts[job.excerpts.startIndex + member])]
                let start = records.count
                examples += try append(excerpt, showing: regions[member], of: job.page, part, maker, to: &records)
                guard records.count <= UInt32.max else {
                    throw CorpusError.excerptTooLarge(id: corpus.identifier(of: excerpt), bytes: records.count)
                }
                entries[member] = Entry(start: UInt32(start), byteCount: UInt32(records.count - start))
            }
        }
        return (entries, try spool.append(records), examples)
    }

    /// What an excerpt shows of its page.
    private func region(of excerpt: Excerpt, on page: ImageRows, file: String) throws -> Box {
        let book = corpus.books[excerpt.book]
        for glyph in book.glyphs[excerpt.glyphs] where !page.bounds.contains(glyph.box) {
            throw CorpusError.boxOutsidePage(
                file: book.table, row: glyph.row, box: glyph.box, image: file, width: page.width, height: page.height)
        }
        return excerpt.isWholePage ? page.bounds : book.bounds(of: excerpt.glyphs)
    }

    /// Regions in groups from the top to the bottom, with the rows that each group needs: few enough to stay in the cache of a processor
    /// between their decoding and their scaling.
    private static func parts(of regions: [Box]) -> [(rows: Range<Int>, members: [Int])] {
        var parts: [(rows: Range<Int>, members: [Int])] = []
        for member in regions.indices.sorted(by: { (regions[$0].y, $0) < (regions[$1].y, $1) }) {
            let (top, bottom) = (regions[member].y, regions[member].bottom)
            if let last = parts.last?.rows, top < last.lowerBound + partHeight, top <= last.upperBound {
                parts[parts.count - 1].rows = last.lowerBound..<max(last.upperBound, bottom)
                parts[parts.count - 1].members.append(member)
            } else {
                parts.append((top..<bottom, [member]))
            }
        }
        return parts
    }

    private static let partHeight = 256

    /// Adds the records of an excerpt and gives the number of its examples.
    private func append(
        _ excerpt: Excerpt, showing region: Box, of page: Int, _ part: ImagePart, _ maker: ExampleMaker, to records: inout [UInt8]
    ) throws -> Int {
        let book = corpus.books[excerpt.book]
        let lines = excerpt.isWholePage ? book.lineBoxes(of: excerpt.glyphs) : []
        let products = try maker.products(page: part, region: region, glyphs: book.glyphs[excerpt.glyphs], lines: lines)
        for product in products {
            switch recipe.format {
            case .tfrecords:
                TFRecordWriter.append(to: &records) { maker.record(of: product).append(to: &$0) }
            case .png, .jpeg, .jpg:
                let caption = ImageCaption(product, maker, page: book.pages[page].name, region: region)
                TFRecordWriter.append(try caption.serialized(), to: &records)
                let file = try product.image.encoded(as: recipe.format == .png ? .png : .jpeg, quality: recipe.quality)
                TFRecordWriter.append(file, to: &records)
            }
        }
        return products.count
    }
}

/// What the excerpts of a subset have become.
struct MadeExamples: Sendable {
    let count: Int
    /// Whether each excerpt has one example; else the number is that of its records.
    let hasOneEach: Bool
    let spool: RecordSpool
    /// Where the records of an excerpt are in the spool.
    let place: @Sendable (Int) -> (start: Int, byteCount: Int)

    /// The records of an excerpt.
    func records(of number: Int) throws -> ArraySlice<UInt8> {
        let place = place(number)
        return try spool.bytes(at: place.start, count: place.byteCount)
    }
}

/// The excerpts of several subsets, one after the other.
private struct ExcerptRow: RandomAccessCollection, Sendable {
    private let parts: [[Excerpt]]
    let endIndex: Int
    var startIndex: Int { 0 }

    init(_ parts: [[Excerpt]]) { (self.parts, endIndex) = (parts, parts.reduce(0) { $0 + $1.count }) }

    subscript(place: Int) -> Excerpt {
        var rest = place
        for part in parts {
            if rest < part.count { return part[rest] }
            rest -= part.count
        }
        preconditionFailure("a place beyond the last excerpt")
    }
}

extension StorageRecipe {
    /// About how many bytes are made of a part of a page, where that can be told before.
    fileprivate func expectedBytes(for region: Box) -> Int {
        guard format == .tfrecords, !isChunked, !hasMasks else { return 0 }
        let size = shape.size(forHeight: region.height, width: region.width)
        return size.height * size.width * color.channels + 320
    }
}

extension Book {
    /// The image of a page.
    ///
    /// - Throws: `CorpusError.missingImage`, `.badImage`, with the first row that names it.
    func image(of page: Int, as format: PixelFormat) throws(CorpusError) -> Image {
        try reporting(page) { () throws(ImagingError) in try pages[page].image(as: format) }
    }

    /// The same, where not all of it may be needed.
    func rows(of page: Int, as format: PixelFormat, by reader: ImageReader) throws(CorpusError) -> ImageRows {
        try reporting(page) { () throws(ImagingError) in try pages[page].rows(as: format, by: reader) }
    }

    /// Does something with the image of a page; what goes wrong is told with the row that names it.
    func reporting<Answer>(_ page: Int, _ work: () throws(ImagingError) -> Answer) throws(CorpusError) -> Answer {
        do { return try work() } catch { throw problem(with: page, error) }
    }

    /// What to say of a page whose image cannot be used.
    func problem(with page: Int, _ error: ImagingError) -> CorpusError {
        .of(error, file: table, row: glyphs.first { $0.page == page }?.row ?? 1, image: pages[page].path)
    }
}

/// Runs `body` for 0..<count on several threads and throws the error of the lowest number that has one.
func inParallel<Failure: Error>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Void
) throws(Failure) {
    let state = Mutex<(next: Int, failure: (number: Int, error: Failure)?)>((0, nil))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while true {
            let taken = state.withLock { state -> Int? in
                guard state.failure == nil, state.next < count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
            guard let number = taken else { return }
            do throws(Failure) { try body(number) } catch {
                state.withLock { if $0.failure.map({ number < $0.number }) ?? true { $0.failure = (number, error) } }
            }
        }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
}
