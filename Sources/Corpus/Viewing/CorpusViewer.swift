import Formats
import Foundation
public import Imaging

/// Makes one HTML file in which a person can leaf through a subset (`view_images`): it needs no network and no other file.
public struct CorpusViewer: Sendable {
    /// The most bytes of page images that are put into one file.
    public var byteLimit = 256 << 20
    /// The size at which images are shown; unchanged fits them to the window.
    public var shape = Shape.unchanged

    public init() {}

    /// What the page's program is given; short keys, since there are thousands.
    private struct Contents: Encodable {
        struct Sheet: Encodable {
            var name: String
            var source: String
        }
        struct Entry: Encodable {
            var id: String
            var page: Int
            var box: [Int]
            /// `[width, height]` on the screen; none for the size of the window.
            var size: [Int]?
            /// `[x, y, width, height]` on the page and the code point of each character.
            var glyphs: [[Int]]
            var lines: [[Int]]
        }
        var title: String
        var sheets: [Sheet]
        var entries: [Entry]
    }

    /// Writes the file.
    ///
    /// - Throws: `CorpusError.missingImage`, `.badImage`; `.tooManyPages` when the images exceed `byteLimit`; `FormatsError.system`.
    public func write(_ corpus: Corpus, subset: Subset, to path: String) throws {
        try AtomicFile.write(Array(try html(corpus, subset: subset).utf8), to: path)
    }

    /// A name in the temporary folder, the same for the same corpus and subset.
    public static func usualPath(for corpus: Corpus, _ subset: Subset) throws(CorpusError) -> String {
        let name = try
            "carpedm-view-\(corpus.configuration.scope.rawValue)-\(subset.rawValue)-\(corpus.configurationHash(for: StorageRecipe())).html"
        return FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    }

    /// The text of the file.
    public func html(_ corpus: Corpus, subset: Subset) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(try contents(corpus, subset)), as: UTF8.self)
        // Inside a script element no text may look like its end.
        return ViewerPage.head + json.replacing("<", with: "\\u003c") + ViewerPage.tail
    }

    private func contents(_ corpus: Corpus, _ subset: Subset) throws -> Contents {
        var sheets: [Contents.Sheet] = []
        var sizes: [Box] = []
        var sheetOfPage: [[Int]: Int] = [:]
        var bytes = 0
        let entries = try corpus[subset].map { excerpt in
            let book = corpus.books[excerpt.book]
            let glyphs = corpus.glyphs(of: excerpt)
            let page = book.glyphs[excerpt.glyphs.lowerBound].page
            if sheetOfPage[[excerpt.book, page]] == nil {
                // Checks that the image is whole, so that what is shown is what is trained on.
                sizes.append(try book.image(of: page, as: .gray).bounds)
                let file = try book.pages[page].file()
                bytes += file.count
                guard bytes <= byteLimit else { throw CorpusError.tooManyPages(bytes: bytes, limit: byteLimit) }
                let kind = ImageFormat(signatureOf: file)?.rawValue ?? "jpeg"
                sheets.append(
                    .init(name: book.pages[page].name, source: "data:image/\(kind);base64," + Data(file).base64EncodedString()))
                sheetOfPage[[excerpt.book, page]] = sheets.count - 1
            }
            let sheet = sheetOfPage[[excerpt.book, page]] ?? 0
            let box = corpus.bounds(of: excerpt) ?? sizes[sheet]
            let shown = shape == .unchanged ? nil : shape.size(forHeight: box.height, width: box.width)
            return Contents.Entry(
                id: corpus.identifier(of: excerpt), page: sheet, box: Self.numbers(box),
                size: shown.map { [$0.width, $0.height] },
                glyphs: glyphs.map { Self.numbers($0.box) + [Int($0.scalar.value)] },
                lines: LineRule.lines(of: glyphs.map(\.box)).map(Self.numbers))
        }
        return Contents(
            title: "\(corpus.configuration.repertoire.name) \(corpus.configuration.scope.rawValue) \(subset.rawValue)",
            sheets: sheets, entries: entries)
    }

    private static func numbers(_ box: Box) -> [Int] { [box.x, box.y, box.width, box.height] }
}
