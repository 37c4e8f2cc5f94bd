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

    private struct State {
        /// Numbers of jobs, those that are to be taken next last.
        var waiting: [Int]
        var done = 0
        var examples = 0
        var failure: (job: Int, error: any Error)?
        /// Where in the spool what was made of each page is.
        var places: [Int]
    }

    /// Makes all examples; their records are in the spool with the framing of TFRecord files. For image files each is two records: its
    /// caption, then the file.
    ///
    /// - Returns: for each subset what its excerpts have become, in their order.
    /// - Throws: the error of the first page (in the order of books) that has one.
    func examples(in spool: RecordSpool) throws -> [MadeExamples] {
        let plan = PagePlan(corpus, subsets)
        let jobs = plan.jobs
        // Large pages first, so that no thread ends with one while the others wait.
        let bytes = jobs.map { FileSystem.size(of: corpus.books[$0.book].pages[$0.page].path) ?? 0 }
        let waiting = jobs.indices.sorted { (bytes[$0], $1) < (bytes[$1], $0) }
        let state = Mutex(State(waiting: waiting, places: Array(repeating: 0, count: jobs.count)))
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, jobs.count))) { _ in
            let (reader, maker) = (ImageReader(), ExampleMaker(recipe: recipe, vocabulary: corpus.vocabulary))
            while let number = state.withLock({ Self.take(&$0) }) {
                do {
                    if monitor.isCancelled?() == true { throw CorpusError.interrupted }
                    let made = try make(jobs[number], plan.excerpts.values(in: jobs[number].excerpts), reader, maker)
                    let place = try spool.append(made.bytes)
                    let progress = state.withLock { state in
                        state.places[number] = place
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
            var first = 0
            return subsets.map { subset in
                let count = corpus[subset].count
                defer { first += count }
                return MadeExamples(
                    count: count, hasOneEach: recipe.tile == nil, spool: spool, plan: plan, first: first, places: state.places)
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

    /// What is made of a page: for each of its excerpts where in these bytes its records are, then the records; and the number of examples.
    private func make(
        _ job: PagePlan.Job, _ excerpts: [Excerpt], _ reader: ImageReader, _ maker: ExampleMaker
    ) throws -> (bytes: [UInt8], examples: Int) {
        let book = corpus.books[job.book]
        let page = try book.rows(of: job.page, as: recipe.color, by: reader)
        let glyphs = book.glyphs(of: excerpts)
        let regions = try zip(excerpts, glyphs).map { try region(of: $0, $1, on: page, in: book) }
        var entries = [MadeExamples.Entry](repeating: MadeExamples.Entry(), count: excerpts.count)
        var bytes = [UInt8](repeating: 0, count: entries.count * MemoryLayout<MadeExamples.Entry>.stride)
        bytes.reserveCapacity(regions.reduce(bytes.count) { $0 + recipe.expectedBytes(for: $1) })
        var examples = 0
        for (rows, members) in Self.parts(of: regions) {
            let part = try book.reporting(job.page) { () throws(ImagingError) in try page.part(rows) }
            for member in members {
                let start = bytes.count
                let lines = excerpts[member].isWholePage ? book.lineBoxes(of: excerpts[member].glyphs) : []
                let products = try maker.products(page: part, region: regions[member], glyphs: glyphs[member], lines: lines)
                for product in products { try append(product, maker, page: book.pages[job.page], regions[member], to: &bytes) }
                examples += products.count
                guard bytes.count <= UInt32.max else {
                    throw CorpusError.excerptTooLarge(id: corpus.identifier(of: excerpts[member]), bytes: bytes.count)
                }
                entries[member] = MadeExamples.Entry(start: UInt32(start), byteCount: UInt32(bytes.count - start))
            }
        }
        entries.withUnsafeBytes { entries in
            // The bytes begin with room for as many entries.
            bytes.withUnsafeMutableBytes { $0.copyMemory(from: entries) }
        }
        return (bytes, examples)
    }

    /// What an excerpt shows of its page.
    private func region(of excerpt: Excerpt, _ glyphs: ArraySlice<Glyph>, on page: ImageRows, in book: Book) throws -> Box {
        for glyph in glyphs where !page.bounds.contains(glyph.box) {
            throw CorpusError.boxOutsidePage(
                file: book.table, row: glyph.row, box: glyph.box, image: book.pages[glyph.page].path, width: page.width,
                height: page.height)
        }
        return excerpt.isWholePage ? page.bounds : glyphs.bounds
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

    /// Adds the records of an example.
    private func append(_ product: ExampleMaker.Product, _ maker: ExampleMaker, page: Page, _ region: Box, to records: inout [UInt8]) throws {
        switch recipe.format {
        case .tfrecords:
            TFRecordWriter.append(to: &records) { maker.record(of: product).append(to: &$0) }
        case .png, .jpeg, .jpg:
            let caption = ImageCaption(product, maker, page: page.name, region: region)
            TFRecordWriter.append(try caption.serialized(), to: &records)
            let file = try product.image.encoded(as: recipe.format == .png ? .png : .jpeg, quality: recipe.quality)
            TFRecordWriter.append(file, to: &records)
        }
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
    /// The characters of each of some excerpts of a page; what they span is read at once.
    fileprivate func glyphs(of excerpts: [Excerpt]) -> [ArraySlice<Glyph>] {
        let first = excerpts.map(\.glyphs.lowerBound).min() ?? 0
        let all = glyphs.glyphs(in: first..<(excerpts.map(\.glyphs.upperBound).max() ?? first))
        return excerpts.map { all[$0.glyphs.lowerBound - first..<$0.glyphs.upperBound - first] }
    }

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
