/// The three parts of a corpus.
public enum Subset: String, Sendable, CaseIterable, Codable {
    case train, dev, test

    /// - Throws: `CorpusError.unknownChoice` for other names.
    public init(named text: String) throws(CorpusError) {
        guard let subset = Subset(rawValue: text) else {
            throw .unknownChoice(argument: "subset", value: text, known: Self.allCases.map(\.rawValue))
        }
        self = subset
    }
}

/// Which examples a subset gets: a share of all, or certain books.
public enum SplitRule: Sendable, Equatable {
    case fraction(Double)
    case books([String])

    /// The rule that `text` states: the id of a book, a number from 0 to 1, or ids of books with commas between them.
    ///
    /// - Parameters:
    ///   - argument: `test_split` or `dev_split`, for messages.
    ///   - known: the books that are there.
    /// - Throws: `CorpusError.fractionOutOfRange`, `.unknownBook`, `.bookNamedTwice`.
    public init(_ text: String, argument: String, among known: [String]) throws(CorpusError) {
        if known.contains(text) {
            self = .books([text])
            return
        }
        let looksLikeBook = text.utf8.count > 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if let value = Double(text[...].trimmed), !looksLikeBook {
            guard (0...1).contains(value) else { throw .fractionOutOfRange(argument: argument, value: text) }
            self = .fraction(value)
            return
        }
        var books: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let id = part.trimmed
            guard known.contains(id) else {
                throw .unknownBook(argument: argument, id: id, known: known)
            }
            guard !books.contains(id) else { throw .bookNamedTwice(argument: argument, id: id) }
            books.append(id)
        }
        self = .books(books)
    }
}
