import Foundation
import Imaging

/// What the viewer's program is given; short keys, since there are thousands.
struct ViewerContents: Encodable, Sendable {
    struct Sheet: Encodable, Sendable {
        var name: String
        /// The page as a data URL; none where each entry has its crop.
        var source: String?
    }
    struct Entry: Encodable, Sendable {
        var id: String
        var page: Int
        var box: [Int]
        /// The crop as a data URL; none where the page is there.
        var image: String?
        /// `[width, height]` on the screen; none for the size of the window.
        var size: [Int]?
        /// `[x, y, width, height]` on the page and the code point of each character.
        var glyphs: [[Int]]
        var lines: [[Int]]
    }
    var title: String
    var note: String?
    var sheets: [Sheet]
    var entries: [Entry]

    /// - Throws: as `CorpusViewer.write`.
    static func made(
        of corpus: Corpus, _ subset: Subset, by viewer: CorpusViewer
    ) throws -> (contents: ViewerContents, summary: CorpusViewer.Summary) {
        if let limit = viewer.limit, limit < 1 {
            throw CorpusError.badArgument(argument: "limit", value: "\(limit)", rule: "at least 1")
        }
        var maker = ViewerContentsMaker(corpus: corpus, excerpts: thinned(corpus[subset], to: viewer.limit), shape: viewer.shape)
        let pageBytes = maker.pageBytes
        let isTooLarge = pageBytes > viewer.byteLimit
        if isTooLarge { maker.excerpts = thinned(maker.excerpts, to: viewer.limit ?? CorpusViewer.usualCropLimit) }
        var (sheets, entries) = try maker.made(crops: isTooLarge)
        if isTooLarge {
            let bytes = entries.reduce(0) { $0 + ($1.image?.utf8.count ?? 0) }
            if bytes > viewer.byteLimit { entries = thinned(entries, to: max(1, entries.count * viewer.byteLimit / bytes)) }
        }
        let summary = CorpusViewer.Summary(
            shown: entries.count, examples: corpus[subset].count, pageBytes: isTooLarge ? pageBytes : nil)
        let title = "\(corpus.configuration.repertoire.name) \(corpus.configuration.scope.rawValue) \(subset.rawValue)"
        return (ViewerContents(title: title, note: summary.note, sheets: sheets, entries: entries), summary)
    }

    /// At most so many of the elements, evenly chosen.
    private static func thinned<Elements: RandomAccessCollection<Element>, Element>(
        _ elements: Elements, to limit: Int?
    ) -> [Element] where Elements.Index == Int {
        guard let limit, limit < elements.count else { return Array(elements) }
        return (0..<limit).map { elements[$0 * elements.count / limit] }
    }
}

/// Reads the pages, in parallel, each once.
private struct ViewerContentsMaker: Sendable {
    let corpus: Corpus
    var excerpts: [Excerpt]
    let shape: Shape

    private struct Place: Hashable {
        var book: Int
        var page: Int
    }

    private func place(of excerpt: Excerpt) -> Place {
        Place(book: excerpt.book, page: corpus.books[excerpt.book].glyphs.page(at: excerpt.glyphs.lowerBound))
    }

    /// What the pages would take as data URLs, from the sizes of their files; of arrays, which have none, their pixels at most.
    var pageBytes: Int {
        Set(excerpts.map(place)).reduce(0) { sum, place in
            let page = corpus.books[place.book].pages[place.page]
            let bytes = page.sheet.map { $0.size.width * $0.size.height } ?? FileSystem.size(of: page.path) ?? 0
            return sum + (bytes + 2) / 3 * 4
        }
    }

    /// The pages in the order in which the excerpts ask for them, and an entry for each excerpt.
    func made(crops: Bool) throws -> (sheets: [ViewerContents.Sheet], entries: [ViewerContents.Entry]) {
        var numbers: [Place: Int] = [:]
        var pages: [(place: Place, excerpts: [Int])] = []
        for (n, excerpt) in excerpts.enumerated() {
            let place = place(of: excerpt)
            let number = numbers[place] ?? pages.count
            if number == pages.count {
                numbers[place] = number
                pages.append((place, []))
            }
            pages[number].excerpts.append(n)
        }
        let work = pages
        let made = Slots<(sheet: ViewerContents.Sheet, entries: [ViewerContents.Entry])>(count: work.count)
        try inParallel(work.count, threads: ProcessInfo.processInfo.activeProcessorCount) { number in
            made[number] = try page(number, work[number].place, work[number].excerpts, crops: crops)
        }
        var entries = [ViewerContents.Entry?](repeating: nil, count: excerpts.count)
        for (page, result) in zip(work, made.values) {
            for (n, entry) in zip(page.excerpts, result.entries) { entries[n] = entry }
        }
        return (made.values.map(\.sheet), entries.compactMap { $0 })
    }

    private func page(
        _ number: Int, _ place: Place, _ places: [Int], crops: Bool
    ) throws -> (ViewerContents.Sheet, [ViewerContents.Entry]) {
        let book = corpus.books[place.book]
        let page = book.pages[place.page]
        // Also where the file itself is shown it is decoded, so that what is shown is what is trained on.
        let image = try book.image(of: place.page, as: .gray)
        let source = crops ? nil : Self.url(try page.file())
        let entries = try places.map { n in
            let excerpt = excerpts[n]
            let box = corpus.bounds(of: excerpt) ?? image.bounds
            let glyphs = corpus.glyphs(of: excerpt)
            let shown = shape == .unchanged ? nil : shape.size(forHeight: box.height, width: box.width)
            var entry = ViewerContents.Entry(
                id: corpus.identifier(of: excerpt), page: number, box: Self.numbers(box),
                size: shown.map { [$0.width, $0.height] }, glyphs: glyphs.map { Self.numbers($0.box) + [Int($0.scalar.value)] },
                lines: book.lineBoxes(of: excerpt.glyphs).map(Self.numbers))
            if crops {
                guard image.bounds.contains(box) else {
                    throw CorpusError.boxOutsidePage(
                        file: book.table, row: glyphs.first?.row ?? 1, box: box, image: page.path, width: image.width,
                        height: image.height)
                }
                let factor = min(1, Double(CorpusViewer.greatestCropSide) / Double(max(box.width, box.height)))
                let (width, height) = (max(1, Int(Double(box.width) * factor)), max(1, Int(Double(box.height) * factor)))
                let crop = try image.resized(box, width: width, height: height)
                entry.image = Self.url(try crop.encoded(as: .jpeg, quality: 80))
            }
            return entry
        }
        return (ViewerContents.Sheet(name: page.name, source: source), entries)
    }

    private static func url(_ file: [UInt8]) -> String {
        let kind = ImageFormat(signatureOf: file)?.rawValue ?? "jpeg"
        return "data:image/\(kind);base64," + Data(file).base64EncodedString()
    }

    private static func numbers(_ box: Box) -> [Int] { [box.x, box.y, box.width, box.height] }
}
