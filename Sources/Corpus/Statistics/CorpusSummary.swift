/// What a corpus consists of, in a few lines for a person.
public struct CorpusSummary: Sendable {
    /// Lines of text, each with its end.
    public let text: String

    public init(_ corpus: Corpus) {
        let configuration = corpus.configuration
        let pages = corpus.books.reduce(0) { $0 + $1.pages.count }
        let rows = corpus.books.reduce(0) { $0 + $1.glyphs.count }
        let sizes = Subset.allCases.map { "\(corpus[$0].count) \($0.rawValue)" }.joined(separator: ", ")
        let total = Subset.allCases.reduce(0) { $0 + corpus[$1].count }
        var lines = [
            "\(configuration.dataFolder): \(corpus.books.count) books, \(pages) pages, \(rows) characters",
            "\(total) examples of \(configuration.repertoire.name) by \(configuration.scope.rawValue): \(sizes)",
            "test is \(corpus.testRule.text), dev is \(corpus.devRule.text)",
            "vocabulary: \(corpus.vocabulary.count) types, \(corpus.vocabulary.reservedCount) of them reserved",
        ]
        lines += corpus.notices.map { "note: \($0.message)" }
        text = lines.map { $0 + "\n" }.joined()
    }
}
