import Randomness

/// The excerpts of all books dealt out to the three subsets, exactly as the original deals out books in sorted order.
struct Partition: Sendable {
    var train: [Excerpt] = []
    var dev: [Excerpt] = []
    var test: [Excerpt] = []
    /// Books that both rules named: they are in dev and in test.
    var booksInBoth: [String] = []

    /// Deals out the excerpts.
    ///
    /// Books held out go first; the rest is shuffled once; then test and dev take their shares of *all* examples (held-out ones
    /// included) from its front, and what is left is for training. While the size of dev is no multiple of `devFactor`, it takes
    /// examples from the end of train.
    ///
    /// - Parameters:
    ///   - excerpts: those of all books, one book after the other.
    ///   - books: their ids, sorted.
    /// - Throws: `CorpusError.tooFewExamples`, `CorpusError.devFactorUnreachable`.
    init(
        of excerpts: consuming [Excerpt], books: [String], test testRule: SplitRule, dev devRule: SplitRule, devFactor: Int,
        drawing generator: inout MersenneTwister
    ) throws(CorpusError) {
        let total = excerpts.count
        let testBooks = testRule.heldOut
        let devBooks = devRule.heldOut
        booksInBoth = testBooks.filter(devBooks.contains)
        train = excerpts
        for id in testBooks { test += train.filter { books[$0.book] == id } }
        for id in devBooks { dev += train.filter { books[$0.book] == id } }
        let isHeldOut = books.map { testBooks.contains($0) || devBooks.contains($0) }
        train.removeAll { isHeldOut[$0.book] }
        generator.shuffle(&train)
        if case .fraction(let share) = testRule { test = try take(share, of: total, for: .test) }
        if case .fraction(let share) = devRule { dev = try take(share, of: total, for: .dev) }
        while dev.count % devFactor != 0 {
            guard let last = train.popLast() else { throw .devFactorUnreachable(factor: devFactor, available: dev.count) }
            dev.append(last)
        }
    }

    /// The first so many of those that are left.
    private mutating func take(_ share: Double, of total: Int, for subset: Subset) throws(CorpusError) -> [Excerpt] {
        let count = Int(Double(total) * share)
        guard count < train.count else { throw .tooFewExamples(subset: subset.rawValue, wanted: count, available: train.count) }
        defer { train.removeFirst(count) }
        return Array(train.prefix(count))
    }
}

extension SplitRule {
    fileprivate var heldOut: [String] {
        if case .books(let ids) = self { ids } else { [] }
    }
}
