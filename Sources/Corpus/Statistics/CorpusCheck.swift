import Formats
import Foundation
import Imaging
import Synchronization

/// Looks through a corpus for what makes training fail or lie: every problem at once, each with where it is.
public struct CorpusCheck: Sendable {
    /// One thing that is wrong or doubtful.
    public enum Finding: Sendable, Equatable {
        /// A row, table or page image that cannot be used.
        case unusable(CorpusError)
        /// Crops with exactly the same pixels in different subsets: what was learnt is asked again.
        case duplicate(ids: [String])
        /// A crop in which next to nothing is to be seen; `spread` is the standard deviation of its grey levels.
        case blank(id: String, spread: Double)
        /// A crop of less than this many pixels a side.
        case tiny(id: String, width: Int, height: Int)
        /// A character that is asked in dev or test and comes in train less often than `minimum` times.
        case rare(label: String, inTrain: Int, asked: Int)
        /// One character makes up more than half of a subset.
        case imbalance(subset: Subset, label: String, share: Double)

        /// The kind of finding as one word.
        public var kind: String {
            switch self {
            case .unusable: "unusable"
            case .duplicate: "duplicate"
            case .blank: "blank"
            case .tiny: "tiny"
            case .rare: "rare"
            case .imbalance: "imbalance"
            }
        }

        /// A line for a person.
        public var message: String {
            switch self {
            case .unusable(let error): error.errorDescription ?? "\(error)"
            case .duplicate(let ids): "the same pixels in different subsets: \(ids.joined(separator: ", "))"
            case .blank(let id, let spread): "\(id): nothing to be seen (grey levels spread by \(Int(spread.rounded())) of 255)"
            case .tiny(let id, let width, let height): "\(id): only \(width) x \(height) pixels"
            case .rare(let label, let inTrain, let asked):
                "\(CodePoint.character(of: label)) \(label): \(inTrain) in train, but asked \(asked == 1 ? "once" : "\(asked) times") in dev and test"
            case .imbalance(let subset, let label, let share):
                "\(subset.rawValue): \(CodePoint.character(of: label)) \(label) makes up \(CorpusStatistics.percent(share))"
            }
        }
    }

    /// A spread of grey levels below this is reported as blank.
    public var blankSpread = 6.0
    /// Sides below this are reported as tiny.
    public var tinySide = 6
    /// Characters with fewer examples in train are reported as rare.
    public var rareCount = 2
    public var threads = ProcessInfo.processInfo.activeProcessorCount

    public init() {}

    /// All findings: first rows and tables in the order of books, then pages, crops and classes.
    ///
    /// Rows that cannot be used are left out of what follows.
    ///
    /// - Throws: `CorpusError` where there is nothing to look through: no folder, no books, arguments that do not fit them.
    public func findings(for configuration: CorpusConfiguration) throws -> [Finding] {
        var findings: [Finding] = []
        let corpus = try Corpus(configuration) { findings.append(.unusable($0)) }
        findings += try pageFindings(corpus)
        findings += classFindings(CorpusStatistics(corpus))
        return findings
    }

    // MARK: - Pages and crops

    /// What one crop looks like.
    fileprivate struct Look: Sendable {
        var subset: Subset
        var id: String
        var hash: UInt64
        var spread: Double
        var box: Box
    }

    private func pageFindings(_ corpus: Corpus) throws -> [Finding] {
        let pages = corpus.books.enumerated().flatMap { book, contents in contents.pages.indices.map { (book, $0) } }
        var excerpts: [[Int]: [(Subset, Excerpt)]] = [:]
        for subset in Subset.allCases {
            for excerpt in corpus[subset] where !excerpt.isWholePage {
                let page = corpus.books[excerpt.book].glyphs.page(at: excerpt.glyphs.lowerBound)
                excerpts[[excerpt.book, page], default: []].append((subset, excerpt))
            }
        }
        let places = excerpts
        let results = Slots<(findings: [Finding], looks: [Look])>(count: pages.count)
        try inParallel(pages.count, threads: threads) { n in
            let (book, page) = pages[n]
            results[n] = try examine(corpus, book: book, page: page, places[[book, page]] ?? [])
        }
        let looks = results.values.flatMap(\.looks)
        return results.values.flatMap(\.findings) + duplicates(among: looks)
    }

    private func examine(
        _ corpus: Corpus, book number: Int, page: Int, _ excerpts: [(Subset, Excerpt)]
    ) throws -> (findings: [Finding], looks: [Look]) {
        let book = corpus.books[number]
        let image: Image
        do { image = try book.image(of: page, as: .gray) } catch { return ([.unusable(error)], []) }
        var findings: [Finding] = []
        for glyph in book.glyphs where glyph.page == page && !image.bounds.contains(glyph.box) {
            findings.append(
                .unusable(
                    .boxOutsidePage(
                        file: book.table, row: glyph.row, box: glyph.box, image: book.pages[page].path, width: image.width,
                        height: image.height)))
        }
        var looks: [Look] = []
        for (subset, excerpt) in excerpts {
            let box = book.bounds(of: excerpt.glyphs)
            guard image.bounds.contains(box) else { continue }
            let look = Look(image: try image.cropped(to: box), box: box, subset: subset, id: corpus.identifier(of: excerpt))
            if look.spread < blankSpread { findings.append(.blank(id: look.id, spread: look.spread)) }
            if min(box.width, box.height) < tinySide { findings.append(.tiny(id: look.id, width: box.width, height: box.height)) }
            looks.append(look)
        }
        return (findings, looks)
    }

    private func duplicates(among looks: [Look]) -> [Finding] {
        var groups: [UInt64: [Look]] = [:]
        // A blank crop equals any other: it is reported as blank.
        for look in looks where look.spread >= blankSpread { groups[look.hash, default: []].append(look) }
        return groups.values.filter { Set($0.map(\.subset)).count > 1 }
            .map { group in group.map { "\($0.subset.rawValue) \($0.id)" }.sorted() }
            .sorted { $0.lexicographicallyPrecedes($1) }.map { .duplicate(ids: $0) }
    }

    // MARK: - Classes

    private func classFindings(_ statistics: CorpusStatistics) -> [Finding] {
        var asked = Tally<UInt32>()
        for subset in [Subset.dev, .test] {
            for entry in statistics.counts(of: subset) { for _ in 0..<entry.count { asked.add(entry.scalar.value) } }
        }
        let train = Dictionary(uniqueKeysWithValues: statistics.counts(of: .train).map { ($0.scalar.value, $0.count) })
        let rare = asked.elements.sorted().compactMap { value -> Finding? in
            let count = train[value] ?? 0
            guard count < rareCount, let scalar = Unicode.Scalar(value) else { return nil }
            return .rare(label: CodePoint.label(of: scalar), inTrain: count, asked: asked[value])
        }
        let imbalances = Subset.allCases.compactMap { subset -> Finding? in
            guard let majority = statistics.majority(of: subset), majority.share > 0.5 else { return nil }
            return .imbalance(subset: subset, label: CodePoint.label(of: majority.scalar), share: majority.share)
        }
        return rare + imbalances
    }
}

extension CorpusCheck.Look {
    init(image: Image, box: Box, subset: Subset, id: String) {
        let mean = image.mean
        let variance = image.pixels.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(image.pixels.count)
        // Two checksums of 32 bits and the size: crops that agree in all are the same.
        let head = UInt64(CRC32C.checksum(image.pixels))
        let tail = UInt64(
            CRC32C.checksum(image.pixels.reversed() + withUnsafeBytes(of: Int32(truncatingIfNeeded: image.width)) { Array($0) }))
        self.init(subset: subset, id: id, hash: head << 32 | tail, spread: variance.squareRoot(), box: box)
    }
}
