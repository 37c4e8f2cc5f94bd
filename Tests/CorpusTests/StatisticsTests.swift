import Corpus
import Foundation
import FoundationXML
import Testing

struct StatisticsTests {
    private let shop: Workshop
    private let corpus: Corpus

    /// Book a trains (あああいう), book b is dev (あえ), book c tests (いいえ); う is too rare for a class.
    init() throws {
        shop = try Workshop()
        for (book, text) in [("a", "あああいいう"), ("b", "あえ"), ("c", "いいえ")] {
            try shop.table(
                book,
                text.unicodeScalars.enumerated().map { "U+\(String($1.value, radix: 16)),p,1,\($0 * 9),B0001,C000\($0 + 1),5,6" })
        }
        var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "kana"))
        (configuration.testSplit, configuration.devSplit, configuration.minimumFrequency) = ("c", "b", 2)
        configuration.reserved = ["<PAD>", "<UNK>"]
        corpus = try Corpus(configuration)
    }

    /// All numbers by counting the texts above.
    @Test func countsMajoritiesAndUnknowns() throws {
        let statistics = CorpusStatistics(corpus)
        #expect(statistics.counts(of: .train).map(\.count) == [3, 2, 1] && statistics.counts(of: .train)[0].label == "U+3042")
        let majority = try #require(statistics.majority(of: .train))
        #expect(majority.scalar == "あ" && majority.count == 3 && majority.share == 0.5)
        #expect(statistics.share(of: "あ", in: .dev) == 0.5 && statistics.share(of: "あ", in: .test) == 0)
        #expect(
            statistics.unknowns(in: .train).map(\.label) == ["U+3046"] && statistics.unknowns(in: .dev).map(\.label) == ["U+3048"]
        )
        let lines = try statistics.report([.majority, .unknowns]).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "Majority class from train: 2 (あ), 50.00 %", "    of dev: 50.00 %", "    of test: 0.00 %",
                "Majority class from dev: 2 (あ), 50.00 %", "    of train: 50.00 %", "    of test: 0.00 %",
                "Majority class from test: 3 (い), 66.67 %", "    of train: 33.33 %", "    of dev: 0.00 %",
                "Unknowns in train: 1 (う)", "Unknowns in dev: 1 (え)", "Unknowns in test: 1 (え)",
            ])
        let table = try statistics.report([.frequency]).split(separator: "\n").map(String.init)
        #expect(table.count == 5 && table[1] == "    2  あ U+3042         3       1       0")
        #expect(throws: CorpusError.badArgument(argument: "include", value: "(0, 9)", rule: "within 0 to 4")) {
            try statistics.report(classes: 0..<9)
        }
    }

    @Test func tablesAndChartAreWritten() throws {
        let statistics = CorpusStatistics(corpus, subsets: [.train, .test])
        let paths = try statistics.save(to: "\(shop.path)/stats")
        #expect(
            paths.map { $0.split(separator: "/").last ?? "" } == ["train_counts.csv", "test_counts.csv", "2-4_frequency.svg"])
        let text = try String(contentsOfFile: paths[0], encoding: .utf8)
        #expect(text == "class,(unicode),count\r\nU+3042,(あ),3\r\nU+3044,(い),2\r\nU+3046,(う),1\r\n")
        let chart = try String(contentsOfFile: paths[2], encoding: .utf8)
        let document = XMLParser(data: Data(chart.utf8))
        #expect(document.parse() && chart.contains(">い</text>") && chart.contains("<title>い test: 2</title>"))
        #expect(chart.contains("Noto Sans CJK JP"))
    }
}
