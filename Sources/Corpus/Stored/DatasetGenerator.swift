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

    /// One example on its way to a file.
    struct Entry: Sendable {
        var record: RecordSpool.Handle
        /// For image files, which have tables beside them.
        var caption: ImageCaption?
    }

    /// The excerpts of one page, as places in the row of all.
    private struct Job: Sendable {
        var book: Int
        var page: Int
        var excerpts: [Int]
    }

    private struct State {
        /// Numbers of jobs, those that are to be taken next last.
        var waiting: [Int]
        var done = 0
        var examples = 0
        var failure: (job: Int, error: any Error)?
        var entries: [[Entry]]
    }

    /// The entries of every excerpt, for each subset in its order.
    ///
    /// - Throws: the error of the first page (in the order of books) that has one.
    func entries(in spool: RecordSpool) throws -> [[[Entry]]] {
        let excerpts = subsets.flatMap { corpus[$0] }
        let jobs = jobs(for: excerpts)
        // Large pages first, so that no thread ends with one while the others wait.
        let bytes = jobs.map { FileSystem.size(of: corpus.books[$0.book].pages[$0.page].path) ?? 0 }
        let waiting = jobs.indices.sorted { (bytes[$0], $1) < (bytes[$1], $0) }
        let state = Mutex(State(waiting: waiting, entries: Array(repeating: [], count: excerpts.count)))
        let maker = ExampleMaker(recipe: recipe, vocabulary: corpus.vocabulary)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, jobs.count))) { _ in
            while let number = state.withLock({ Self.take(&$0) }) {
                do {
                    if monitor.isCancelled?() == true { throw CorpusError.interrupted }
                    let made = try make(jobs[number], excerpts, maker, spool)
                    let progress = state.withLock { state in
                        for (place, entries) in made {
                            state.entries[place] = entries
                            state.examples += entries.count
                        }
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
            var rest = state.entries[...]
            return subsets.map { subset in
                defer { rest = rest.dropFirst(corpus[subset].count) }
                return Array(rest.prefix(corpus[subset].count))
            }
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

    private func jobs(for excerpts: [Excerpt]) -> [Job] {
        var places: [[Int]: [Int]] = [:]
        for (place, excerpt) in excerpts.enumerated() {
            places[[excerpt.book, corpus.books[excerpt.book].glyphs[excerpt.glyphs.lowerBound].page], default: []].append(place)
        }
        return places.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
            Job(book: $0.key[0], page: $0.key[1], excerpts: $0.value)
        }
    }

    private func make(
        _ job: Job, _ excerpts: [Excerpt], _ maker: ExampleMaker, _ spool: RecordSpool
    ) throws -> [(Int, [Entry])] {
        let book = corpus.books[job.book]
        let page = book.pages[job.page]
        let image = try book.image(of: job.page, as: recipe.color)
        return try job.excerpts.map { place in
            let excerpt = excerpts[place]
            let glyphs = book.glyphs[excerpt.glyphs]
            for glyph in glyphs where !image.bounds.contains(glyph.box) {
                throw CorpusError.boxOutsidePage(
                    file: book.table, row: glyph.row, box: glyph.box, image: page.path, width: image.width, height: image.height)
            }
            let region = excerpt.isWholePage ? image.bounds : book.bounds(of: excerpt.glyphs)
            let products = try maker.products(page: image, region: region, glyphs: glyphs, isWholePage: excerpt.isWholePage)
            return (
                place,
                try products.map { product in
                    Entry(
                        record: try spool.append(bytes(of: product, maker)),
                        caption: recipe.format == .tfrecords ? nil : ImageCaption(product, maker, page: page.name, region: region)
                    )
                }
            )
        }
    }

    private func bytes(of product: ExampleMaker.Product, _ maker: ExampleMaker) throws -> [UInt8] {
        switch recipe.format {
        case .tfrecords: try maker.record(of: product).serialized()
        case .png: try product.image.encoded(as: .png)
        case .jpeg, .jpg: try product.image.encoded(as: .jpeg, quality: recipe.quality)
        }
    }
}

extension Book {
    /// The image of a page.
    ///
    /// - Throws: `CorpusError.missingImage`, `.badImage`, with the first row that names it.
    func image(of page: Int, as format: PixelFormat) throws(CorpusError) -> Image {
        do {
            return try pages[page].image(as: format)
        } catch { throw problem(with: page, error) }
    }

    /// What to say of a page whose image cannot be used.
    func problem(with page: Int, _ error: ImagingError) -> CorpusError {
        .of(error, file: table, row: glyphs.first { $0.page == page }?.row ?? 1, image: pages[page].path)
    }
}

/// Runs `body` for 0..<count on several threads and throws the error of the lowest number that has one.
func inParallel(_ count: Int, threads: Int, _ body: @Sendable (Int) throws -> Void) throws {
    let state = Mutex<(next: Int, failure: (number: Int, error: any Error)?)>((0, nil))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while true {
            let taken = state.withLock { state -> Int? in
                guard state.failure == nil, state.next < count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
            guard let number = taken else { return }
            do { try body(number) } catch {
                state.withLock { if $0.failure.map({ number < $0.number }) ?? true { $0.failure = (number, error) } }
            }
        }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
}
