import Foundation

/// The books that a data folder holds, found without reading their tables.
struct Shelf {
    let folder: String
    /// Sorted.
    let ids: [String]
    /// Sets of arrays; they are books too.
    private let arrays: ArrayShelf
    let notices: [CorpusNotice]

    /// - Throws: `CorpusError.noDataFolder`, `.noBooks`, `.unreadable`.
    init(folder: String) throws(CorpusError) {
        guard FileSystem.kind(of: folder) == .folder else { throw .noDataFolder(path: folder) }
        var ids: [String] = []
        var notices: [CorpusNotice] = []
        // Names with a dot or an underscore are never books, as in the original.
        let names = try FileSystem.names(in: folder)
        for name in names where !name.contains(".") && !name.contains("_") {
            guard FileSystem.kind(of: "\(folder)/\(name)") == .folder else { continue }
            let table = "\(name)_coordinate.csv"
            if FileSystem.kind(of: "\(folder)/\(name)/\(table)") == .file {
                ids.append(name)
            } else {
                notices.append(.folderWithoutTable(name: name, expected: table))
            }
        }
        do { arrays = try ArrayShelf(folder: folder, names: names) } catch { throw .unreadableArrays(error) }
        ids = (ids + arrays.ids).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard !ids.isEmpty else { throw .noBooks(path: folder) }
        self.folder = folder
        self.ids = ids
        self.notices = notices
    }

    /// What reading a book gave: the rows that cannot be used, and the book without them or why there is none.
    struct Reading: Sendable {
        fileprivate var problems: [CorpusError] = []
        fileprivate var result: Result<Book, CorpusError>

        /// The book.
        ///
        /// - Parameter problem: told of each row that cannot be used, which is then left out; to stop at the first, throw.
        func book(problem: (CorpusError) throws(CorpusError) -> Void) throws(CorpusError) -> Book {
            for each in problems { try problem(each) }
            return try result.get()
        }
    }

    /// Reads the books one after the other, in fact some at a time.
    var readings: some Sequence<(id: String, reading: Reading)> {
        stride(from: 0, to: ids.count, by: 16).lazy.flatMap { start in
            let some = ids[start..<min(start + 16, ids.count)]
            let readings = Slots<Reading>(count: some.count)
            inParallel(some.count, threads: ProcessInfo.processInfo.activeProcessorCount) { readings[$0] = reading(of: ids[start + $0]) }
            return zip(some, readings.values).map { (id: $0, reading: $1) }
        }
    }

    private func reading(of id: String) -> Reading {
        var problems: [CorpusError] = []
        do throws(CorpusError) {
            let book = try book(id) { (problem) throws(CorpusError) in problems.append(problem) }
            return Reading(problems: problems, result: .success(book))
        } catch {
            return Reading(problems: problems, result: .failure(error))
        }
    }

    private func book(_ id: String, problem: (CorpusError) throws(CorpusError) -> Void) throws(CorpusError) -> Book {
        do {
            if let book = try arrays.book(id) { return book }
        } catch { throw .unreadableArrays(error) }
        return try CoordinateTable.read(book: id, in: folder, problem: problem)
    }

    /// Which of the books come as arrays, of single characters.
    func isArrays(_ id: String) -> Bool { arrays.ids.contains(id) }

    /// The rule for the test set: the one given; else the book that the original holds out, where it is present; else the one that
    /// `dataset.json` names.
    ///
    /// - Throws: `CorpusError.noDefaultTestSplit` when there is none, and as `SplitRule.init`.
    func testRule(_ text: String?) throws(CorpusError) -> SplitRule {
        if let text { return try SplitRule(text, argument: "test_split", among: ids) }
        if ids.contains("hnsd00000") { return .books(["hnsd00000"]) }
        guard let named = try description()?.testSplit ?? arrays.testID else {
            throw .noDefaultTestSplit(folder: folder, books: ids)
        }
        return try SplitRule(named, argument: "test_split", among: ids)
    }

    /// What a data folder says about itself.
    private struct Description: Decodable {
        var testSplit: String?

        private enum CodingKeys: String, CodingKey { case testSplit = "test_split" }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            do {
                testSplit = try values.decodeIfPresent(String.self, forKey: .testSplit)
            } catch DecodingError.typeMismatch {
                testSplit = String(try values.decode(Double.self, forKey: .testSplit))
            }
        }
    }

    private func description() throws(CorpusError) -> Description? {
        let path = "\(folder)/dataset.json"
        guard FileSystem.kind(of: path) != nil else { return nil }
        let bytes = try FileSystem.contents(of: path)
        do {
            return try JSONDecoder().decode(Description.self, from: Data(bytes))
        } catch {
            throw .badDescription(file: path, problem: Self.problem(error))
        }
    }

    private static func problem(_ error: any Error) -> String {
        switch error {
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context): context.debugDescription
        default: "not valid JSON"
        }
    }
}
