import Corpus
import Formats
import Foundation
import Imaging
import Testing

struct DatasetStoreTests {
    private let shop: Workshop
    private var folder: String { "\(shop.path)/out" }

    init() throws { shop = try Workshop() }

    private func sample(_ change: (inout CorpusConfiguration) -> Void = { _ in }) throws -> Corpus {
        var configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        change(&configuration)
        return try Corpus(configuration)
    }

    private func request(_ subset: Subset, _ change: (inout DatasetRequest) -> Void = { _ in }) -> DatasetRequest {
        var request = DatasetRequest(folder: folder, subset: subset)
        change(&request)
        return request
    }

    @Test func theSampleIsStoredOnceAndFoundAgain() throws {
        let corpus = try sample()
        for subset in Subset.allCases {
            let store = try DatasetStore.open(corpus, request(subset))
            #expect(store.wasGenerated && store.count == corpus[subset].count && store.shards.count == 8)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        let shards = ["dev", "test", "train"].flatMap { name in (1...8).map { "\(name)-0000\($0)-of-00008" } }
        #expect(names == (shards + ["manifest.json", "num_examples.json", "vocab.txt"]).sorted())
        #expect(try ExampleCounts.read(in: folder) == [.train: 2906, .dev: 351, .test: 255])
        let counts = try String(contentsOfFile: "\(folder)/num_examples.json", encoding: .utf8)
        #expect(counts == "{\"train\": 2906, \"dev\": 351, \"test\": 255}\n")
        #expect(try String(contentsOfFile: "\(folder)/vocab.txt", encoding: .utf8) == corpus.vocabulary.text())

        let again = try DatasetStore.open(corpus, request(.train))
        #expect(!again.wasGenerated && again.vocabulary == corpus.vocabulary)
        #expect(try !DatasetStore.open(folder: folder, subset: .dev).wasGenerated)
    }

    @Test func recordsHoldTheCropsInTheOrderOfTheSplit() throws {
        let corpus = try sample()
        let store = try DatasetStore.open(corpus, request(.dev) { $0.recipe.color = .rgb })
        var pages: [String: Image] = [:]
        try store.forEachExample { number, example in
            let excerpt = corpus[.dev][number]
            let path = corpus.page(of: excerpt).path
            if pages[path] == nil { pages[path] = try Image.read(path, as: .rgb) }
            let box = try #require(corpus.bounds(of: excerpt))
            #expect(try example.image == pages[path]?.cropped(to: box))
            #expect(example.targets == corpus.targets(of: excerpt).map { Int32($0) })
            #expect(try example.features.integer("image/char/count") == 1)
            #expect(
                Set(example.features.context.keys) == [
                    "image/data", "image/height", "image/width", "image/channels", "image/char/count",
                ])
        }
    }

    @Test func bytesDoNotDependOnThreads() throws {
        let corpus = try sample()
        var seen: [[String: [UInt8]]] = []
        for threads in [1, 2, 5] {
            let place = "\(shop.path)/threads\(threads)"
            var request = DatasetRequest(folder: place, subset: .train)
            request.threads = threads
            request.shardCount = 3
            request.recipe.shape = try Shape(height: .pixels(20), width: .free)
            _ = try DatasetStore.open(corpus, request)
            let names = try FileManager.default.contentsOfDirectory(atPath: place)
            seen.append(
                try Dictionary(
                    uniqueKeysWithValues: names.map { ($0, try [UInt8](Data(contentsOf: URL(filePath: "\(place)/\($0)")))) }))
        }
        #expect(seen[0] == seen[1] && seen[0] == seen[2] && seen[0].count == 7)
    }

    @Test func staleDataIsRefusedOrReplaced() throws {
        _ = try DatasetStore.open(sample(), request(.dev))
        let other = try sample {
            $0.seed = 7; $0.minimumFrequency = 2
        }
        #expect(
            throws: CorpusError.staleDataset(
                folder: folder,
                differences: [
                    StaleArgument(name: "min_freq", stored: "0", wanted: "2"),
                    StaleArgument(name: "seed", stored: "123456", wanted: "7"),
                ])
        ) { try DatasetStore.open(other, request(.dev)) }
        #expect(throws: CorpusError.self) {
            try DatasetStore.open(sample(), request(.dev) { $0.recipe.color = .rgb })
        }
        // Adding a subset to the same folder needs the same configuration too.
        #expect(throws: CorpusError.self) { try DatasetStore.open(other, request(.test)) }
        let replaced = try DatasetStore.open(other, request(.dev) { $0.overwrite = true })
        #expect(replaced.wasGenerated)
        #expect(try !DatasetStore.open(other, request(.dev)).wasGenerated)
    }

    @Test func halfWrittenDataIsMadeAgain() throws {
        let corpus = try sample()
        let store = try DatasetStore.open(corpus, request(.dev))
        let path = store.shards[2].path
        let whole = try [UInt8](Data(contentsOf: URL(filePath: path)))
        let spoil: [() throws -> Void] = [
            { try FileManager.default.removeItem(atPath: path) }, { try Data(whole.dropLast(7)).write(to: URL(filePath: path)) },
            { try Data().write(to: URL(filePath: path)) },
        ]
        for harm in spoil {
            try harm()
            try Data([1, 2, 3]).write(to: URL(filePath: "\(folder)/.dev-00003-of-00008.partial-1-1"))
            #expect(throws: CorpusError.notGenerated(folder: folder, subset: "dev")) {
                try DatasetStore.open(folder: folder, subset: .dev)
            }
            #expect(try DatasetStore.open(corpus, request(.dev)).wasGenerated)
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == whole)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/.dev-00003-of-00008.partial-1-1"))
        }
        var flipped = whole
        flipped[whole.count / 2] ^= 0x10
        try Data(flipped).write(to: URL(filePath: path))
        #expect(throws: FormatsError.self) { try DatasetStore.open(corpus, request(.dev)).forEachExample { _, _ in } }
    }

    @Test func filesOfUnknownOriginAreNotTouched() throws {
        try shop.write("mine", to: "out/train-00001-of-00002")
        #expect(throws: CorpusError.foreignFiles(folder: folder, names: ["train-00001-of-00002"])) {
            try DatasetStore.open(sample(), request(.train))
        }
        #expect(try DatasetStore.open(sample(), request(.dev)).wasGenerated)
        #expect(try String(contentsOfFile: "\(folder)/train-00001-of-00002", encoding: .utf8) == "mine")
        for text in ["{", "{}", "[1]"] {
            try shop.write(text, to: "out/manifest.json")
            #expect(throws: CorpusError.badManifest(file: "\(folder)/manifest.json", problem: "it is no manifest")) {
                try DatasetStore.open(sample(), request(.dev))
            }
        }
        #expect(try DatasetStore.open(sample(), request(.dev) { $0.overwrite = true }).wasGenerated)
    }

    @Test func badPagesAreNamedAndNothingIsTakenForWhole() throws {
        let page = try Image(width: 40, height: 30, format: .gray, filling: 200)
        let good = try page.encoded(as: .jpeg)
        try shop.write(good, to: "data/a/images/p.jpg")
        let rows = (0..<3).map { "U+3042,p,\($0),2,B0001,C000\($0 + 1),5,6" }
        try shop.table("data/a", rows)
        try FileManager.default.moveItem(
            atPath: "\(shop.path)/data/a/data/a_coordinate.csv", toPath: "\(shop.path)/data/a/a_coordinate.csv")
        let table = "\(shop.path)/data/a/a_coordinate.csv"
        let image = "\(shop.path)/data/a/images/p.jpg"
        func corpus() throws -> Corpus {
            var configuration = CorpusConfiguration(dataFolder: "\(shop.path)/data", repertoire: try Repertoire(named: "kana"))
            (configuration.testSplit, configuration.devSplit) = ("0", "0")
            return try Corpus(configuration)
        }
        func fails(with error: CorpusError) throws {
            #expect(throws: error) { try DatasetStore.open(corpus(), request(.train) { $0.overwrite = true }) }
            #expect(throws: CorpusError.notGenerated(folder: folder, subset: "train")) {
                try DatasetStore.open(folder: folder, subset: .train)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains("train") }
            #expect(left.isEmpty, "\(error) left \(left)")
        }
        try FileManager.default.removeItem(atPath: image)
        try fails(with: .missingImage(file: table, row: 2, image: image))
        try Data().write(to: URL(filePath: image))
        try fails(with: .badImage(.emptyFile(file: image), file: table, row: 2))
        try Data("text".utf8).write(to: URL(filePath: image))
        try fails(with: .badImage(.unknownFormat(file: image), file: table, row: 2))
        try Data(good.prefix(good.count / 2)).write(to: URL(filePath: image))
        #expect(throws: CorpusError.self) { try DatasetStore.open(corpus(), request(.train) { $0.overwrite = true }) }
        try Data(good).write(to: URL(filePath: image))
        #expect(try DatasetStore.open(corpus(), request(.train) { $0.overwrite = true }).count == 3)

        let text = ([Workshop.header] + rows + ["U+3044,p,38,2,B0001,C0004,5,6"]).joined(separator: "\n")
        try Data(text.utf8).write(to: URL(filePath: table))
        try fails(
            with: .boxOutsidePage(
                file: table, row: 5, box: Box(x: 38, y: 2, width: 5, height: 6), image: image, width: 40, height: 30))
    }

    @Test func foldersThatCannotBeWrittenAreNamed() throws {
        try shop.write("a file", to: "file")
        #expect(throws: CorpusError.unwritable(path: "\(shop.path)/file", code: ENOTDIR)) {
            try DatasetStore.open(sample(), DatasetRequest(folder: "\(shop.path)/file/out", subset: .dev))
        }
        #expect(throws: CorpusError.badArgument(argument: "num_shards", value: "0", rule: "from 1 to 99999")) {
            try DatasetStore.open(sample(), request(.dev) { $0.shardCount = 0 })
        }
    }

    @Test func oneOfTwoCallersGenerates() async throws {
        let corpus = try sample()
        let request = request(.dev)
        let made = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 { group.addTask { try DatasetStore.open(corpus, request).wasGenerated } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(made.filter { $0 }.count == 1)
    }

    @Test func imageFilesLieByClassWithTheirTables() throws {
        let corpus = try sample()
        for format in [StorageRecipe.Format.png, .jpg] {
            let place = "\(shop.path)/\(format)"
            var request = DatasetRequest(folder: place, subset: .dev)
            request.recipe.format = format
            request.recipe.boxes = .pixel
            request.shardCount = 2
            let store = try DatasetStore.open(corpus, request)
            #expect(store.count == 351)
            let targets = try String(contentsOfFile: "\(place)/dev/targets_1.csv", encoding: .utf8).split(separator: "\r\n")
            #expect(targets[0] == "file_id,unicodes,bounding_boxes (x:y:w:h)" && targets.count == 177)
            let excerpt = corpus[.dev][175]
            let (box, label) = (try #require(corpus.bounds(of: excerpt)), corpus.labels(of: excerpt)[0])
            #expect(targets[1] == "1_0,\(label),0.0:0.0:\(Double(box.width)):\(Double(box.height))")
            let parents = try String(contentsOfFile: "\(place)/dev/parents_1.csv", encoding: .utf8).split(separator: "\r\n")
            #expect(parents[1] == "1_0,\(corpus.page(of: excerpt).name),\(box.x),\(box.y),\(box.width),\(box.height)")
            let image = try Image.read("\(place)/dev/\(label)/1_0.\(format.rawValue)")
            #expect(image.width == box.width && image.height == box.height)
            if format == .png { #expect(try image == Image.read(corpus.page(of: excerpt).path, as: .gray).cropped(to: box)) }
            #expect(try !DatasetStore.open(corpus, request).wasGenerated)
            #expect(throws: CorpusError.notReadable(folder: place)) { try store.forEachExample { _, _ in } }
        }
    }

    /// Two characters, boxes and lines by hand.
    @Test func pagesHaveBoxesLinesMasksAndTiles() throws {
        var pixels = [UInt8](repeating: 100, count: 40 * 30)
        pixels[0] = 0
        let page = try Image(width: 40, height: 30, format: .gray, pixels: pixels)
        try shop.write(page.encoded(as: .png), to: "data/a/images/p.png")
        try shop.write(
            [
                Workshop.header, "U+3042,p,30,2,B0001,C0001,6,8", "U+3044,p,30,12,B0001,C0002,8,8",
                "U+3042,p,4,2,B0001,C0003,10,10",
            ]
            .joined(separator: "\n"), to: "data/a/a_coordinate.csv")
        var configuration = CorpusConfiguration(dataFolder: "\(shop.path)/data", repertoire: try Repertoire(named: "kana"))
        (configuration.testSplit, configuration.devSplit, configuration.scope) = ("0", "0", .page)
        let corpus = try Corpus(configuration)
        var request = request(.train)
        request.recipe.shape = try Shape(height: .pixels(15), width: .free)
        request.recipe.boxes = .pixel
        request.recipe.hasLines = true
        request.recipe.hasMasks = true
        var examples: [StoredExample] = []
        try DatasetStore.open(corpus, request).forEachExample { examples.append($1) }
        var features = try #require(examples.first).features
        #expect(examples.count == 1 && examples[0].image.width == 20 && examples[0].image.height == 15)
        #expect(try features.integer("image/char/count") == 3 && features.integer("image/line/count") == 2)
        #expect(
            try features.floats("image/seq/char/bbox/xmin") == [15, 15, 2]
                && features.floats("image/seq/char/bbox/ymax") == [5, 10, 6])
        #expect(
            try features.floats("image/seq/line/bbox/xmax") == [19, 7] && features.floats("image/seq/line/bbox/ymin") == [1, 1])
        let mask = try features.bytes("image/mask/char")
        // 3 x 4, 4 x 4 and 5 x 5 pixels; the first two do not touch.
        #expect(mask.count == 300 && mask.reduce(0) { $0 + Int($1) } == 12 + 16 + 25)
        // Lines of 4 x 9 and 5 x 5.
        #expect(try features.bytes("image/mask/line").reduce(0) { $0 + Int($1) } == 36 + 25)
        #expect(try features.bytes("image/mask/class")[4 * (1 * 20 + 15)] == UInt8(corpus.vocabulary.id(of: "U+3042")))

        request.overwrite = true
        request.recipe.boxes = .ratio
        examples = []
        try DatasetStore.open(corpus, request).forEachExample { examples.append($1) }
        features = examples[0].features
        #expect(try features.floats("image/seq/char/bbox/xmin") == [0.75, 0.75, 0.1])

        request.recipe = StorageRecipe()
        request.recipe.isChunked = true
        #expect(throws: CorpusError.chunksNeedSize(shape: "(None, None)")) { try DatasetStore.open(corpus, request) }
        request.recipe.shape = try Shape(height: .pixels(20), width: .pixels(20))
        request.recipe.boxes = .pixel
        examples = []
        let store = try DatasetStore.open(corpus, request)
        try store.forEachExample { examples.append($1) }
        // 40 x 30 gives two rows of two tiles; the lower ones are filled up with the mean.
        #expect(examples.count == 4 && store.count == 4)
        #expect(examples.map(\.targets.count) == [1, 2, 0, 0])
        #expect(try examples[1].features.floats("image/seq/char/bbox/xmin") == [10, 10])
        #expect(examples[2].image[5, 15] == [100])
    }

    @Test func greatestSizesAreThoseOfTheShapes() throws {
        let corpus = try sample()
        let sizes = corpus[.dev].compactMap { corpus.bounds(of: $0) }
        let greatest = try corpus.greatestSize(of: .dev)
        #expect(greatest == (sizes.map(\.height).max(), sizes.map(\.width).max()))
        #expect(try corpus.greatestSize(of: nil, shape: Shape(height: .pixels(64), width: .pixels(48))) == (64, 48))
    }
}
