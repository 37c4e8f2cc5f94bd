/// The datasets that can be fetched by name.
public struct Catalog: Sendable, Equatable {
    public let name: String
    /// What the archives' addresses begin with; `<id>/<id>.zip` follows.
    public let base: String
    public let books: [String]

    /// The Pre-Modern Japanese Text dataset (now "Kuzushiji dataset") of the Center for Open Data in the Humanities.
    public static let pmjtc = Catalog(
        name: "pmjtc", base: "http://codh.rois.ac.jp/char-shape/book",
        books: [
            "200003076", "200003967", "200014740", "200021637", "200021660", "200021712", "200021763", "200021802", "200021851",
            "200021853",
            "200021869", "200021925", "200022050", "brsk00000", "hnsd00000",
        ])

    public static let all = [pmjtc]

    /// - Throws: `DistributionError.unknownDataset`.
    public init(named name: String) throws(DistributionError) {
        guard let known = Self.all.first(where: { $0.name == name }) else {
            throw .unknownDataset(name, known: Self.all.map(\.name))
        }
        self = known
    }

    private init(name: String, base: String, books: [String]) {
        (self.name, self.base, self.books) = (name, base, books)
    }

    /// Those of the wanted books, all without any, in the order of the catalogue.
    ///
    /// - Throws: `DistributionError.unknownBook`.
    func chosen(_ wanted: [String]?) throws(DistributionError) -> [String] {
        guard let wanted else { return books }
        for id in wanted where !books.contains(id) { throw .unknownBook(id, dataset: name, known: books) }
        return books.filter(wanted.contains)
    }
}
