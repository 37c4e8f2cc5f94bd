import Formats
import Foundation
public import Imaging

/// Makes one HTML file in which a person can leaf through a subset (`view_images`): it needs no network and no other file.
///
/// Where the pages are too large for one file, it has the crops alone, scaled down where they are large, of as many examples as fit; what is
/// left out is said in the file.
public struct CorpusViewer: Sendable {
    /// The most bytes of images that are put into one file.
    public var byteLimit = 256 << 20
    /// The most examples, evenly chosen from all; nil for all whose pages fit, else `usualCropLimit`.
    public var limit: Int?
    /// The size at which images are shown; unchanged fits them to the window.
    public var shape = Shape.unchanged

    /// How many crops a file has at most where pages do not fit and no limit is given: a browser opens them in some seconds.
    public static let usualCropLimit = 20_000
    /// Crops are scaled down to this many pixels on their longer side.
    public static let greatestCropSide = 900

    public init() {}

    /// What was put into a file.
    public struct Summary: Sendable, Equatable {
        public var shown: Int
        public var examples: Int
        /// Bytes of the pages, where they were too many and only crops were taken.
        public var pageBytes: Int?

        /// What a person should know of what is missing; nil when nothing is.
        public var note: String? {
            guard shown < examples || pageBytes != nil else { return nil }
            let choice = shown < examples ? "\(shown) of \(examples) examples, evenly chosen" : "all \(examples) examples"
            guard let pageBytes else { return choice }
            return choice + "; crops alone, since the pages have \(pageBytes >> 20) MB"
        }
    }

    /// Writes the file.
    ///
    /// - Throws: `CorpusError.missingImage`, `.badImage`, `.boxOutsidePage`; `.badArgument` for a limit below 1; `FormatsError.system`.
    @discardableResult
    public func write(_ corpus: Corpus, subset: Subset, to path: String) throws -> Summary {
        let (page, summary) = try bytes(corpus, subset)
        try AtomicFile.write(page, to: path)
        return summary
    }

    /// A name in the temporary folder, the same for the same corpus and subset.
    public static func usualPath(for corpus: Corpus, _ subset: Subset) throws(CorpusError) -> String {
        let name = try "carpedm-view-\(corpus.configuration.scope.rawValue)-\(subset.rawValue)-\(corpus.configurationHash(for: StorageRecipe())).html"
        return FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    }

    /// The text of the file.
    public func html(_ corpus: Corpus, subset: Subset) throws -> String {
        String(decoding: try bytes(corpus, subset).page, as: UTF8.self)
    }

    // MARK: - Implementation

    private func bytes(_ corpus: Corpus, _ subset: Subset) throws -> (page: [UInt8], summary: Summary) {
        let (contents, summary) = try ViewerContents.made(of: corpus, subset, by: self)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var page = Array(ViewerPage.head.utf8)
        // Inside a script element no text may look like its end.
        for byte in try encoder.encode(contents) {
            if byte == UInt8(ascii: "<") { page += Array("\\u003c".utf8) } else { page.append(byte) }
        }
        page += Array(ViewerPage.tail.utf8)
        return (page, summary)
    }
}
