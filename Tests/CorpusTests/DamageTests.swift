import Corpus
import Formats
import Foundation
import Imaging
import Testing

/// Files that were damaged: each is refused with an error that names it, or read; nothing traps.
struct DamageTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    /// SplitMix64 with a fixed start, so that every run damages the same bytes.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }

    private func damaged(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        let place = Int.random(in: 0..<bytes.count, using: &dice)
        switch Int.random(in: 0..<6, using: &dice) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
        case 1: bytes = Array(bytes.prefix(place))
        case 2: for i in place..<min(bytes.count, place + 8) { bytes[i] = UInt8.random(in: 0...255, using: &dice) }
        case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
        case 4: bytes.removeSubrange(place..<min(bytes.count, place + 12))
        default:
            for _ in 0..<20 { bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice) }
        }
        return bytes
    }

    /// What is said names the file.
    private func expectNamed(_ name: String, or other: String = "\0", _ body: () throws -> Void) {
        do { try body() } catch {
            let text = (error as? any LocalizedError)?.errorDescription ?? ""
            #expect(text.contains(name) || text.contains(other), "\(error)")
        }
    }

    private func configuration() throws -> CorpusConfiguration {
        var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "all"))
        (configuration.testSplit, configuration.devSplit) = ("0.2", "0.2")
        return configuration
    }

    private func sample() throws -> (table: [UInt8], image: Image) {
        let folder = "\(try SampleData.folder(environment: [:]))/synt00001"
        let table = try Data(contentsOf: URL(filePath: "\(folder)/synt00001_coordinate.csv"))
        return (Array(table), try Image.read("\(folder)/images/synt00001_00001_1.jpg"))
    }

    @Test func twoHundredDamagedTables() throws {
        let table = try sample().table
        var dice = Dice(state: 1)
        for _ in 0..<200 {
            try shop.write(damaged(table, &dice), to: "b/b_coordinate.csv")
            let configuration = try configuration()
            // A table that lost its end may be fine and have too few rows.
            expectNamed("b_coordinate.csv", or: "example") { _ = try Corpus(configuration) }
        }
    }

    @Test(arguments: ["jpeg", "png"])
    func twoHundredDamagedPages(_ kind: String) throws {
        let format = try #require(ImageFormat(rawValue: kind))
        let page = try sample().image.resized(width: 240, height: 320)
        let bytes = try page.encoded(as: format)
        try shop.table("b", (1...4).map { "U+304\($0),p,\($0 * 40),40,B0001,C000\($0),30,30" })
        let corpus = try Corpus(configuration())
        var dice = Dice(state: 2)
        for _ in 0..<200 {
            try shop.write(damaged(bytes, &dice), to: "b/images/p.\(kind == "jpeg" ? "jpg" : "png")")
            let again = try Corpus(corpus.configuration)
            expectNamed("images/p") { _ = try GeneratedExamples(again, subset: .train, recipe: StorageRecipe()) }
        }
    }

    @Test func twoHundredDamagedShards() throws {
        let page = try sample().image.resized(width: 240, height: 320)
        try shop.write(try page.encoded(as: .png), to: "b/images/p.png")
        try shop.table("b", (1...6).map { "U+304\($0),p,\($0 * 30),40,B0001,C000\($0),30,30" })
        let corpus = try Corpus(configuration())
        var request = DatasetRequest(folder: "\(shop.path)/out", subset: .train)
        request.shardCount = 1
        let store = try DatasetStore.open(corpus, request)
        let path = store.shards[0].path
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        var dice = Dice(state: 3)
        for _ in 0..<200 {
            try Data(damaged(bytes, &dice)).write(to: URL(filePath: path))
            expectNamed("train-00001") { try store.forEachExample { _, _ in } }
        }
    }

    @Test(arguments: [false, true])
    func twoHundredDamagedArchives(_ compressed: Bool) throws {
        let images = try StoredArray((0..<20 * 64).map { UInt8(truncatingIfNeeded: $0 * 7) }, shape: [20, 8, 8])
        let labels = try StoredArray((0..<20).map { UInt8($0 % 10) }, shape: [20])
        let bytes = try NumpyArchive.serialized(["arr_0": images], compressed: compressed)
        try NumpyArchive.write(["arr_0": labels], to: "\(shop.path)/k-labels.npz")
        var dice = Dice(state: 4)
        for _ in 0..<200 {
            try shop.write(damaged(bytes, &dice), to: "k-imgs.npz")
            let configuration = try configuration()
            expectNamed("k-") { _ = try Corpus(configuration) }
        }
    }
}
