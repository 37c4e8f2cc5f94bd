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
    /// - Parameter books: ids with their excerpts, sorted by id.
    /// - Throws: `CorpusError.tooFewExamples`, `CorpusError.devFactorUnreachable`.
    init(
        books: [(id: String, excerpts: [Excerpt])], test testRule: SplitRule, dev devRule: SplitRule, devFactor: Int,
        drawing generator: inout MersenneTwister
    ) throws(CorpusError) {
        let total = books.reduce(0) { $0 + $1.excerpts.count }
        let testBooks = testRule.heldOut
        let devBooks = devRule.heldOut
        booksInBoth = testBooks.filter(devBooks.contains)
        for id in testBooks { test += books.first { $0.id == id }?.excerpts ?? [] }
        for id in devBooks { dev += books.first { $0.id == id }?.excerpts ?? [] }

        var rest = books.filter { !testBooks.contains($0.id) && !devBooks.contains($0.id) }.flatMap(\.excerpts)
        generator.shuffle(&rest)
        var front = rest[...]
        if case .fraction(let share) = testRule { test = try Self.take(share, of: total, from: &front, for: .test) }
        if case .fraction(let share) = devRule { dev = try Self.take(share, of: total, from: &front, for: .dev) }
        train = Array(front)
        while dev.count % devFactor != 0 {
            guard let last = train.popLast() else { throw .devFactorUnreachable(factor: devFactor, available: dev.count) }
            dev.append(last)
        }
    }

    private static func take(
        _ share: Double, of total: Int, from rest: inout ArraySlice<Excerpt>, for subset: Subset
    ) throws(CorpusError) -> [Excerpt] {
        let count = Int(Double(total) * share)
        guard count < rest.count else { throw .tooFewExamples(subset: subset.rawValue, wanted: count, available: rest.count) }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}

extension SplitRule {
    fileprivate var heldOut: [String] {
        if case .books(let ids) = self { ids } else { [] }
    }
}
