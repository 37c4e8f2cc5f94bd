import Corpus
import Foundation
import Imaging
import Testing

struct CoordinateTableTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private func corpus(_ change: (inout CorpusConfiguration) -> Void = { _ in }) throws -> Corpus {
        var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "all"))
        configuration.testSplit = "0"
        configuration.devSplit = "0"
        change(&configuration)
        return try Corpus(configuration)
    }

    private func texts() throws -> [String] {
        try corpus().books.map { String(String.UnicodeScalarView($0.glyphs.map(\.scalar))) }
    }

    /// A packed table gives back what was put into it, whatever repeats and counts in it and whatever does not.
    @Test func packedGlyphsComeBack() throws {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var glyphs: [Glyph] = []
        for place in 0..<3000 {
            let isOrderly = place / 500 % 2 == 0
            let box = Box(
                x: isOrderly ? next(5000) : next(200_000) - 70_000, y: next(65_536), width: 1 + next(isOrderly ? 300 : 70_000), height: 1 + next(99))
            glyphs.append(
                Glyph(
                    scalar: Unicode.Scalar(UInt32(0x3041 + next(80))) ?? "?", box: box, page: isOrderly ? place / 100 : next(9),
                    block: isOrderly ? 1 : next(1_000_000_000), number: isOrderly ? place % 100 + 1 : next(1_000_000_000),
                    row: place + 2 + place / 700))
        }
        let table = GlyphTable(glyphs)
        #expect(Array(table) == glyphs && table == GlyphTable(glyphs) && table != GlyphTable(glyphs.dropLast()))
        for place in glyphs.indices {
            #expect(
                table.scalar(at: place) == glyphs[place].scalar && table.box(at: place) == glyphs[place].box
                    && table.page(at: place) == glyphs[place].page)
        }
        #expect(table[700..<710].map(\.row) == glyphs[700..<710].map(\.row))
    }

    @Test func readsTheWaysInWhichTablesAreWritten() throws {
        let rows = ["U+3042,p,1,2,B0001,C0001,3,4", "U+4E00,p,5,6,B0001,C0002,7,8"]
        try shop.table("plain", rows)
        try shop.table("bom", rows, header: "\u{FEFF}" + Workshop.header)
        try shop.table("lastline", rows, end: "")
        try shop.write(([Workshop.header] + rows).joined(separator: "\n"), to: "unix/unix_coordinate.csv")
        try shop.table("comments", rows.map { $0 + ",a comment,\"another, one\"" })
        try shop.table("blank", [rows[0], "", rows[1], ""])
        try shop.table("quoted", [#""U+3042","p","1","2","B0001","C0001","3","4""#, rows[1]])
        try shop.table(
            "moved", ["C0001,B0001,8,7,2,1,p,U+3042,x", "C0002,B0001,8,7,2,1,p,U+4E00"],
            header: "Char ID,Block ID,Height,Width,Y,X,Image,Unicode,Note")
        try shop.table("lower", ["u+3042,p,1,2,B0001,C0001,3,4", "U+4e00,p, 5 ,6,B0001,C0002,7,8"])
        #expect(try texts() == Array(repeating: "あ一", count: 9))
        let glyph = try #require(try corpus().books.first { $0.id == "comments" }?.glyphs.last)
        #expect(
            glyph.box.x == 5 && glyph.box.y == 6 && glyph.box.width == 7 && glyph.box.height == 8 && glyph.row == 3
                && glyph.number == 2)
    }

    /// Bytes of 頁 and 〻 by Python's codecs: "頁".encode("cp932"), "〻".encode("shift_jisx0213").
    @Test func findsTheEncoding() throws {
        let row: (String, [UInt8]) -> [UInt8] = { label, name in
            Array((Workshop.header + "\r\n\(label),").utf8) + name + Array(",1,2,B0001,C0001,3,4\r\n".utf8)
        }
        try shop.write(row("U+3042", [0x95, 0xC5]), to: "cp932/cp932_coordinate.csv")
        try shop.write(row("U+3042", [0x81, 0xB4]), to: "jisx/jisx_coordinate.csv")
        try shop.write(row("U+3042", Array("頁".utf8)), to: "utf8/utf8_coordinate.csv")
        let names = try corpus().books.map { $0.pages[0].name }
        #expect(names == ["頁", "〻", "頁"])
        try shop.write(row("U+3042", [0xFF, 0xFE, 0x80]), to: "none/none_coordinate.csv")
        let file = "\(shop.path)/none/none_coordinate.csv"
        #expect(throws: CorpusError.undecodable(file: file, tried: ["utf8", "cp932", "shift_jisx0213", "shift_jis"])) {
            try self.corpus()
        }
    }

    @Test func namesFileRowAndValueOfWhatIsWrong() throws {
        let file = "\(shop.path)/b/b_coordinate.csv"
        let good = "U+3042,p,1,2,B0001,C0001,3,4"
        let table: [(row: String, CorpusError)] = [
            ("さ,p,1,2,B0001,C0001,3,4", .badLabel(file: file, row: 3, value: "さ")),
            ("U+D800,p,1,2,B0001,C0001,3,4", .badLabel(file: file, row: 3, value: "U+D800")),
            ("3042,p,1,2,B0001,C0001,3,4", .badLabel(file: file, row: 3, value: "3042")),
            ("U+3042,p,x,2,B0001,C0001,3,4", .badNumber(file: file, row: 3, column: "X", value: "x")),
            ("U+3042,p,1,2.5,B0001,C0001,3,4", .badNumber(file: file, row: 3, column: "Y", value: "2.5")),
            ("U+3042,p,1,2,B0001,C0001,,4", .badNumber(file: file, row: 3, column: "Width", value: "")),
            (
                "U+3042,p,1,2,B0001,C0001,3,99999999999999999999",
                .badNumber(file: file, row: 3, column: "Height", value: "99999999999999999999")
            ),
            ("U+3042,p,1,2,B0001,C0001,0,4", .emptyBox(file: file, row: 3, width: 0, height: 4)),
            ("U+3042,p,1,2,B0001,C0001,3,-4", .emptyBox(file: file, row: 3, width: 3, height: -4)),
            ("U+3042,p,1,2,X0001,C0001,3,4", .badIdentifier(file: file, row: 3, column: "Block ID", value: "X0001")),
            ("U+3042,p,1,2,B0001,C1,3,4", .badIdentifier(file: file, row: 3, column: "Char ID", value: "C1")),
            ("U+3042,../p,1,2,B0001,C0001,3,4", .badImageName(file: file, row: 3, value: "../p")),
            ("U+3042,p,1,2,B0001", .missingField(file: file, row: 3, column: "Char ID")),
            ("U+3042,\"p,1,2,B0001,C0001,3,4", .unterminatedQuote(file: file, row: 3)),
        ]
        for (row, error) in table {
            try shop.table("b", [good, row])
            #expect(throws: error, "\(row)") { try self.corpus() }
            #expect(error.errorDescription?.hasPrefix("\(file):3: ") == true && error.recoverySuggestion != nil, "\(error)")
        }
        try shop.table("b", [good], header: "Unicode,Image,X,Y,Block ID,Char ID,Width")
        #expect(
            throws: CorpusError.missingColumn(
                file: file, column: "Height", present: ["Unicode", "Image", "X", "Y", "Block ID", "Char ID", "Width"])
        ) { try self.corpus() }
        try shop.table("b", [good], header: Workshop.header + ",X")
        #expect(throws: CorpusError.duplicateColumn(file: file, column: "X")) { try self.corpus() }
    }

    @Test func foldersThatAreNoBooksAreNamed() throws {
        #expect(throws: CorpusError.noBooks(path: shop.path)) { try self.corpus() }
        let row = "U+3042,p,1,2,B0001,C0001,3,4"
        try shop.table("b", [row, row])
        try shop.table("empty", [])
        try shop.write("", to: "void/void_coordinate.csv")
        try shop.write("x", to: "photos/readme")
        try shop.write("x", to: "with_underscore/readme")
        let corpus = try self.corpus()
        #expect(corpus.books.map(\.id) == ["b", "empty", "void"])
        #expect(
            corpus.notices == [
                .folderWithoutTable(name: "photos", expected: "photos_coordinate.csv"), .emptyBook(id: "empty"),
                .emptyBook(id: "void"),
            ])
        #expect(throws: CorpusError.noDataFolder(path: "/nowhere")) {
            try Corpus(CorpusConfiguration(dataFolder: "/nowhere", repertoire: Repertoire(named: "all")))
        }
    }

    @Test func argumentsWithoutEffectAreNamed() throws {
        try shop.table("b", (1...9).map { "U+3042,p,1,\(9 * $0),B0001,C000\($0),3,4" })
        try shop.table("c", ["U+3042,p,1,2,B0001,C0001,3,4"])
        func idle(_ scope: ImageScope, _ length: Int?, _ maximum: Int?, _ stride: Int?) throws -> [String] {
            var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "all"))
            (configuration.testSplit, configuration.scope) = ("c", scope)
            (configuration.sequenceLength, configuration.sequenceMaximum, configuration.sequenceStride) = (length, maximum, stride)
            return try Corpus(configuration).notices.map(\.message)
        }
        let reason = "has no effect: it is for image_scope 'seq', and this one is"
        #expect(try idle(.character, 3, nil, nil) == ["seq_len \(reason) 'char'"])
        #expect(try idle(.line, 2, 5, 1) == ["seq_len \(reason) 'line'", "seq_maxlen \(reason) 'line'", "stride \(reason) 'line'"])
        #expect(try idle(.sequence, 2, 3, 1) == ["seq_len has no effect: with stride all sequences have seq_maxlen characters"])
        #expect(try idle(.sequence, 2, 3, nil).isEmpty && idle(.sequence, 2, 2, 1).isEmpty && idle(.page, nil, nil, nil).isEmpty)

        func idle(_ scope: ImageScope, _ change: (inout StorageRecipe) -> Void) -> [String] {
            var recipe = StorageRecipe()
            change(&recipe)
            return recipe.idleArguments(for: scope).map { $0.message.prefix { $0 != " " }.description }
        }
        #expect(idle(.page) { ($0.format, $0.hasMasks, $0.hasLines, $0.quality) = (.png, true, true, 50) } == ["mask", "line", "quality"])
        #expect(idle(.character) { ($0.hasLines, $0.hasMasks) = (true, true) } == ["line"])
        #expect(idle(.line) { ($0.boxes, $0.hasCharacters) = (.pixel, false) } == ["bbox"])
        #expect(idle(.page) { ($0.boxes, $0.hasCharacters, $0.hasLines) = (.pixel, false, true) } == [])
        #expect(idle(.page) { ($0.format, $0.quality) = (.jpeg, 50) } == [] && idle(.character) { _ in } == [])
    }

    @Test func theTestBookIsFoundOrAskedFor() throws {
        let row = "U+3042,p,1,2,B0001,C0001,3,4"
        for book in ["a", "b", "c"] { try shop.table(book, [row, row, row]) }
        let withoutSplit: (inout CorpusConfiguration) -> Void = { $0.testSplit = nil }
        #expect(throws: CorpusError.noDefaultTestSplit(folder: shop.path, books: ["a", "b", "c"])) { try corpus(withoutSplit) }
        try shop.write(#"{"test_split": "b", "name": "mine"}"#, to: "dataset.json")
        #expect(try corpus(withoutSplit).testRule == .books(["b"]))
        try shop.write(#"{"test_split": 0.5}"#, to: "dataset.json")
        #expect(try corpus(withoutSplit).testRule == .fraction(0.5))
        try shop.write(#"{"test_split": "d"}"#, to: "dataset.json")
        #expect(throws: CorpusError.unknownBook(argument: "test_split", id: "d", known: ["a", "b", "c"])) {
            try corpus(withoutSplit)
        }
        for text in ["{", "[]", #"{"test_split": true}"#] {
            try shop.write(text, to: "dataset.json")
            #expect(throws: CorpusError.self, "\(text)") { try corpus(withoutSplit) }
        }
        try shop.table("hnsd00000", [row])
        #expect(try corpus(withoutSplit).testRule == .books(["hnsd00000"]))
    }

    @Test func argumentsAreChecked() throws {
        let row = "U+3042,p,1,2,B0001,C0001,3,4"
        try shop.table("a", [row, row, row])
        try shop.table("b", [row])
        let table: [(CorpusError, (inout CorpusConfiguration) -> Void)] = [
            (.missingSequenceLength, { $0.scope = .sequence }),
            (
                .badSequenceLength(minimum: 0, maximum: 0),
                {
                    $0.scope = .sequence; $0.sequenceLength = 0
                }
            ),
            (
                .badSequenceLength(minimum: 3, maximum: 2),
                {
                    $0.scope = .sequence; $0.sequenceLength = 3; $0.sequenceMaximum = 2
                }
            ),
            (.badArgument(argument: "dev_factor", value: "0", rule: "at least 1"), { $0.devFactor = 0 }),
            (.badArgument(argument: "vocab_size", value: "-1", rule: "0 or more"), { $0.vocabularySize = -1 }),
            (.tooFewExamples(subset: "dev", wanted: 4, available: 4), { $0.devSplit = "1" }),
            (
                .tooFewExamples(subset: "test", wanted: 2, available: 1),
                {
                    $0.testSplit = "0.5"; $0.devSplit = "a"
                }
            ),
            (
                .devFactorUnreachable(factor: 7, available: 4),
                {
                    $0.devFactor = 7; $0.devSplit = "0.25"
                }
            ),
        ]
        for (error, change) in table { #expect(throws: error) { try corpus(change) } }
        #expect(throws: CorpusError.noExamples(folder: shop.path, repertoire: "kanji")) {
            try corpus { $0.repertoire = (try? Repertoire(named: "kanji")) ?? $0.repertoire }
        }
        #expect(throws: CorpusError.self) { try ImageScope(named: "lines") }
        #expect(throws: CorpusError.self) { try Subset(named: "dev1") }
    }
}
