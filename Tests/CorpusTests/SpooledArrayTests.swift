import Corpus
import Imaging
import Testing

struct SpooledArrayTests {
    @Test(arguments: [0, 1000, 1 << 20])
    func valuesAreTheSameInMemoryAndInTheFile(memoryLimit: Int) {
        let spool = ArraySpool(memoryLimit: memoryLimit)
        let given = (0..<4).map { n in (0..<n * 5000).map { UInt32(n << 24 | $0) } }
        let kept = given.map { spool.kept($0) }
        for (values, array) in zip(given, kept) {
            #expect(array.count == values.count && Array(array) == values && array.elementsEqual(values) && array == spool.kept(values))
            #expect(array.indices.reversed().allSatisfy { array[$0] == values[$0] })
            #expect(array.values(in: values.count / 3..<values.count / 2) == Array(values[values.count / 3..<values.count / 2]))
        }
        #expect(kept[1] != kept[2])
    }

    /// More characters than stay in memory: each still has what its row says.
    @Test func aLargeCorpusIsReadAsItsTablesAre() throws {
        let (books, rows) = (12, 9000)
        func code(_ book: Int, _ row: Int) -> Int { 0x3041 + (book * 7 + row) % 80 }
        let workshop = try Workshop()
        for book in 0..<books {
            try workshop.table(
                "book\(10 + book)",
                (0..<rows).map { row in
                    let label = String(code(book, row), radix: 16, uppercase: true)
                    return "U+\(label),page\(row / 1000),\(row % 1000),\(book),B0001,C\(1000 + row % 1000),\(5 + row % 3),9"
                })
        }
        var configuration = CorpusConfiguration(dataFolder: workshop.path, repertoire: try Repertoire(named: "all"))
        configuration.testSplit = "book11"
        let corpus = try Corpus(configuration)
        var (ids, wrong): (Set<String>, [String]) = ([], [])
        for subset in Subset.allCases {
            for excerpt in corpus[subset] {
                let (book, row) = (excerpt.book, excerpt.glyphs.lowerBound)
                let glyph = corpus.books[book].glyphs[row]
                let isRight =
                    corpus.glyphs(of: excerpt) == [glyph] && glyph.scalar.value == UInt32(code(book, row)) && glyph.row == row + 2
                    && corpus.bounds(of: excerpt) == Box(x: row % 1000, y: book, width: 5 + row % 3, height: 9)
                    && (book == 1) == (subset == .test)
                if !isRight { wrong.append(corpus.identifier(of: excerpt)) }
                ids.insert(corpus.identifier(of: excerpt))
            }
        }
        #expect(ids.count == books * rows && wrong.isEmpty)
        let last = corpus.books[books - 1].glyphs
        #expect(last.elementsEqual(last.indices.map { last[$0] }))
    }
}
