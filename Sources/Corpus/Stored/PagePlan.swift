/// The excerpts of some subsets by the pages that they are on.
struct PagePlan: Sendable {
    /// One page, and which of `excerpts` are on it.
    struct Job: Sendable {
        var book: Int
        var page: Int
        var excerpts: Range<Int>
    }

    /// The pages that are needed, in the order of books.
    let jobs: [Job]
    /// Page by page, each in the order of the subsets.
    let excerpts: SpooledArray<Excerpt>
    /// For the excerpts of one subset after the other: where in `excerpts` each is.
    let places: SpooledArray<UInt32>

    init(_ corpus: Corpus, _ subsets: [Subset]) {
        var firstPage = [0]
        for book in corpus.books { firstPage.append(firstPage[firstPage.count - 1] + book.pages.count) }
        func page(_ excerpt: Excerpt) -> Int {
            firstPage[excerpt.book] + corpus.books[excerpt.book].glyphs.page(at: excerpt.glyphs.lowerBound)
        }
        // Sorted by counting: `ends[n]` moves from the start of page n to its end while its excerpts are put in their places.
        var ends = [Int](repeating: 0, count: firstPage[firstPage.count - 1] + 1)
        for subset in subsets { for excerpt in corpus[subset] { ends[page(excerpt) + 1] += 1 } }
        for n in ends.indices.dropFirst() { ends[n] += ends[n - 1] }
        var sorted = [Excerpt](repeating: Excerpt(book: 0, glyphs: 0..<0), count: ends[ends.count - 1])
        var places: [UInt32] = []
        places.reserveCapacity(sorted.count)
        for subset in subsets {
            for excerpt in corpus[subset] {
                let page = page(excerpt)
                sorted[ends[page]] = excerpt
                places.append(UInt32(ends[page]))
                ends[page] += 1
            }
        }
        var jobs: [Job] = []
        var start = 0
        for (number, book) in corpus.books.enumerated() {
            for page in book.pages.indices {
                let end = ends[firstPage[number] + page]
                if end > start { jobs.append(Job(book: number, page: page, excerpts: start..<end)) }
                start = end
            }
        }
        self.jobs = jobs
        let spool = ArraySpool()
        (excerpts, self.places) = (spool.kept(sorted), spool.kept(places))
    }

    /// The number of the job that one of `excerpts` belongs to.
    func job(of place: Int) -> Int {
        // The last that begins at the place or before it.
        var (low, high) = (0, jobs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if jobs[middle].excerpts.lowerBound <= place { low = middle } else { high = middle }
        }
        return low
    }
}

/// What the excerpts of a subset have become.
struct MadeExamples: Sendable {
    /// Where the records of an excerpt are in what was made of its page.
    struct Entry: BitwiseCopyable, Sendable {
        var start: UInt32 = 0
        var byteCount: UInt32 = 0
    }

    let count: Int
    /// Whether each excerpt has one example; else the number is that of its records.
    let hasOneEach: Bool
    let spool: RecordSpool
    let plan: PagePlan
    /// Which excerpt of the plan is the first of the subset.
    let first: Int
    /// Where in the spool what was made of each page is: an entry for each of its excerpts, then their records.
    let places: [Int]

    /// Where the records of an excerpt are in the spool.
    func place(of number: Int) throws -> (start: Int, byteCount: Int) {
        let place = Int(plan.places[first + number])
        let job = plan.job(of: place)
        let offset = (place - plan.jobs[job].excerpts.lowerBound) * MemoryLayout<Entry>.stride
        let entries: [Entry] = try spool.values(at: places[job] + offset, count: 1)
        return (places[job] + Int(entries[0].start), Int(entries[0].byteCount))
    }

    /// The records of an excerpt.
    func records(of number: Int) throws -> ArraySlice<UInt8> {
        let place = try place(of: number)
        return try spool.bytes(at: place.start, count: place.byteCount)
    }
}
