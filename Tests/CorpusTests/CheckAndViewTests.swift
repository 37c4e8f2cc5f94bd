import Corpus
import Foundation
import Imaging
import Testing

struct CheckAndViewTests {
    private let shop: Workshop

    /// Two books of one page each: two crops of the same pixels, one blank, one too small, bad rows and a page that is missing.
    init() throws {
        shop = try Workshop()
        var pixels = [UInt8](repeating: 220, count: 60 * 40)
        for y in 5..<15 { for x in 5..<15 { pixels[y * 60 + x] = UInt8((x * 7 + y * 13) % 200) } }
        let page = try Image(width: 60, height: 40, format: .gray, pixels: pixels).encoded(as: .png)
        for book in ["a", "b"] { try shop.write(page, to: "\(book)/images/p.png") }
        try shop.table(
            "a",
            [
                "U+3042,p,5,5,B0001,C0001,10,10", "U+3042,p,30,20,B0001,C0002,10,10", "U+3044,p,5,5,B0001,C0003,3,10",
                "U+3044,p,55,5,B0001,C0004,10,10", "nonsense,p,1,1,B0001,C0005,10,10",
            ])
        try shop.table(
            "b", ["U+3042,p,5,5,B0001,C0001,10,10", "U+3046,p,4,4,B0001,C0002,10,10", "U+3042,q,5,5,B0001,C0003,10,10"])
    }

    private var configuration: CorpusConfiguration {
        get throws {
            var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "kana"))
            (configuration.testSplit, configuration.devSplit) = ("b", "0")
            return configuration
        }
    }

    @Test func everyProblemIsFoundWithItsPlace() throws {
        let a = "\(shop.path)/a/a_coordinate.csv"
        let b = "\(shop.path)/b/b_coordinate.csv"
        let findings = try CorpusCheck().findings(for: configuration)
        #expect(
            findings
                == [
                    .unusable(.badLabel(file: a, row: 6, value: "nonsense")),
                    .unusable(
                        .boxOutsidePage(
                            file: a, row: 5, box: Box(x: 55, y: 5, width: 10, height: 10), image: "\(shop.path)/a/images/p.png",
                            width: 60, height: 40)),
                    .blank(id: "a/p/C0002", spread: 0), .tiny(id: "a/p/C0003", width: 3, height: 10),
                    .unusable(.missingImage(file: b, row: 4, image: "\(shop.path)/b/images/q.jpg")),
                    .duplicate(ids: ["test b/p/C0001", "train a/p/C0001"]),
                    .rare(label: "U+3046", inTrain: 0, asked: 1),
                    .imbalance(subset: .test, label: "U+3042", share: 2.0 / 3),
                ].sorted(like: findings))
        #expect(findings.allSatisfy { !$0.message.isEmpty })
    }

    @Test func theSampleHasNoUnusableRowsAndNoLeaks() throws {
        let sample = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        for finding in try CorpusCheck().findings(for: sample) {
            switch finding {
            case .unusable, .duplicate, .blank, .imbalance: Issue.record("\(finding.message)")
            case .tiny, .rare: break
            }
        }
    }

    @Test func theViewerIsOneFileWithEverything() throws {
        try FileManager.default.removeItem(atPath: "\(shop.path)/a")
        try shop.table("c", ["U+3042,p,5,5,B0001,C0001,10,10", "U+3044,p,6,20,B0001,C0002,10,12"])
        try shop.write(Image(width: 60, height: 40, format: .gray, filling: 9).encoded(as: .png), to: "c/images/p.png")
        var configuration = try configuration
        configuration.scope = .line
        let html = try CorpusViewer().html(Corpus(configuration), subset: .train)
        #expect(!html.contains("http://") && !html.contains("https://") && html.contains("data:image/png;base64,iVBOR"))
        let json = try #require(html.split(separator: "application/json\">").last?.split(separator: "</script>").first)
        let data = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let entries = try #require(data["entries"] as? [[String: Any]])
        #expect(entries.count == 1 && entries[0]["id"] as? String == "c/p/C0001-C0002")
        #expect(entries[0]["box"] as? [Int] == [5, 5, 11, 27] && entries[0]["lines"] as? [[Int]] == [[5, 5, 11, 27]])
        #expect(entries[0]["glyphs"] as? [[Int]] == [[5, 5, 10, 10, 0x3042], [6, 20, 10, 12, 0x3044]])
    }

    /// Pages that are too large give way to crops, and more examples than are wanted to an even choice.
    @Test func largeSetsAreShownAsCrops() throws {
        var configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        func made(_ change: (inout CorpusViewer) -> Void) throws -> (CorpusViewer.Summary, [String: Any], Corpus) {
            let corpus = try Corpus(configuration)
            var viewer = CorpusViewer()
            change(&viewer)
            let path = "\(shop.path)/view.html"
            let summary = try viewer.write(corpus, subset: .dev, to: path)
            let html = try String(contentsOfFile: path, encoding: .utf8)
            let json = try #require(html.split(separator: "application/json\">").last?.split(separator: "</script>").first)
            return (summary, try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]), corpus)
        }
        let (whole, all, corpus) = try made { _ in }
        #expect(whole.note == nil && all["note"] == nil && (all["entries"] as? [Any])?.count == corpus[.dev].count)

        let (limited, few, _) = try made { $0.limit = 10 }
        #expect(limited.note == "10 of \(corpus[.dev].count) examples, evenly chosen" && few["note"] as? String == limited.note)
        let ids = try #require(few["entries"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(ids == (0..<10).map { corpus.identifier(of: corpus[.dev][$0 * corpus[.dev].count / 10]) })

        let (crops, parts, _) = try made { $0.byteLimit = 3_000_000 }
        #expect(
            crops.note?.hasSuffix("examples; crops alone, since the pages have 3 MB") == true && crops.shown == corpus[.dev].count
        )
        let first = try #require((parts["entries"] as? [[String: Any]])?.first)
        let source = try #require((first["image"] as? String)?.split(separator: ",").last)
        let crop = try Image.decode([UInt8](#require(Data(base64Encoded: String(source)))), named: "crop")
        #expect(first["box"] as? [Int] == corpus.bounds(of: corpus[.dev][0]).map { [$0.x, $0.y, $0.width, $0.height] })
        #expect((first["box"] as? [Int])?.suffix(2) == [crop.width, crop.height])
        #expect((parts["sheets"] as? [[String: Any]])?.allSatisfy { $0["source"] == nil } == true)

        // Too many crops, too: as many as fit. And whole pages are scaled down.
        let (thin, _, _) = try made { $0.byteLimit = 300_000 }
        #expect(thin.shown > 10 && thin.shown < corpus[.dev].count)
        configuration.scope = .page
        let (_, pages, _) = try made { $0.byteLimit = 100 }
        let page = try #require(((pages["entries"] as? [[String: Any]])?.first?["image"] as? String)?.split(separator: ",").last)
        let small = try Image.decode([UInt8](#require(Data(base64Encoded: String(page)))), named: "page")
        #expect(max(small.width, small.height) == CorpusViewer.greatestCropSide)
        #expect(throws: CorpusError.badArgument(argument: "limit", value: "0", rule: "at least 1")) { try made { $0.limit = 0 } }
    }
}

extension [CorpusCheck.Finding] {
    /// Findings of one page come in no promised order among kinds: compares as sets, keeping a readable difference.
    fileprivate func sorted(like other: [CorpusCheck.Finding]) -> [CorpusCheck.Finding] {
        count == other.count && allSatisfy(other.contains) ? other : self
    }
}
