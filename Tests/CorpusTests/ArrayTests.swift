import Corpus
import Formats
import Foundation
import Imaging
import Testing

/// Sets of characters that come as arrays, as MNIST, KMNIST and Kuzushiji-49 do.
struct ArrayTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    /// 28 x 28 as KMNIST has them; image n is a ramp that begins with n.
    private func images(_ count: Int, shape: [Int]? = nil) throws -> StoredArray {
        let pixels = (0..<count).flatMap { n in (0..<784).map { UInt8(truncatingIfNeeded: n * 3 + $0) } }
        return try StoredArray(pixels, shape: shape ?? [count, 28, 28])
    }

    private func labels(_ count: Int, classes: Int = 10) throws -> StoredArray {
        try StoredArray((0..<count).map { UInt8($0 % classes) }, shape: [count])
    }

    private func put(_ array: StoredArray, _ name: String) throws {
        if name.hasSuffix(".npz") {
            try NumpyArchive.write(["arr_0": array], to: "\(shop.path)/\(name)")
        } else if name.hasSuffix(".npy") {
            try shop.write(try NumpyArray.serialized(array), to: name)
        } else {
            let shape = array.shape.flatMap { side in (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * $0)) } }
            try shop.write([0, 0, 8, UInt8(array.shape.count)] + shape + array.bytes, to: name)
        }
    }

    private func classMap() throws {
        let kana = ["304A", "304D", "3059", "3064", "306A", "306F", "307E", "3084", "308C", "3092"]
        let rows = kana.enumerated().map { "\($0),U+\($1),x" }
        try shop.write((["index,codepoint,char"] + rows).joined(separator: "\r\n"), to: "kmnist_classmap.csv")
    }

    private func corpus(_ change: (inout CorpusConfiguration) -> Void = { _ in }) throws -> Corpus {
        var configuration = CorpusConfiguration(dataFolder: shop.path, repertoire: try Repertoire(named: "all"))
        change(&configuration)
        return try Corpus(configuration)
    }

    @Test(arguments: [
        ["kmnist-train-imgs.npz", "kmnist-train-labels.npz", "kmnist-test-imgs.npz", "kmnist-test-labels.npz"],
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
        ["a_train_images.npy", "a_train_labels.npy", "a_test_images.npy", "a_test_labels.npy"],
    ])
    func setsBecomeBooks(_ names: [String]) throws {
        try classMap()
        try put(images(2345), names[0])
        try put(labels(2345), names[1])
        try put(images(30), names[2])
        try put(labels(30), names[3])
        let corpus = try corpus()
        #expect(corpus.books.count == 2 && corpus[.test].count == 30 && corpus[.dev].count == 237 && corpus[.train].count == 2108)
        #expect(Set(corpus.vocabulary.typesAsCharacters.dropFirst(4)) == Set("おきすつなはまやれを".map { String($0) }))
        let book = try #require(corpus.books.first { $0.glyphs.count == 2345 })
        #expect(book.pages.count == 3 && book.glyphs[1234].page == 1 && book.glyphs[1234].row == 1235)
        // Every excerpt has the pixels of its image.
        let pages = PageCache()
        for number in [0, 39, 40, 999, 1000, 2344] {
            let clipping = book.clipping(of: Excerpt(book: 0, glyphs: number..<number + 1))
            let expected = (0..<784).map { UInt8(truncatingIfNeeded: number * 3 + $0) }
            #expect(try clipping.image(pages).pixels == expected)
        }
        let store = try DatasetStore.open(corpus, DatasetRequest(folder: "\(shop.path)/out", subset: .test))
        var checked = 0
        try store.forEachExample { number, example in
            checked += 1
            #expect(example.image.width == 28 && example.targets == corpus.targets(of: corpus[.test][number]).map { Int32($0) })
        }
        #expect(checked == 30)
        #expect(try CorpusViewer().html(corpus, subset: .test).contains("data:image/png;base64,"))
        #expect(try CorpusCheck().findings(for: corpus.configuration).allSatisfy { $0.kind != "unusable" })
    }

    @Test func oneFileMayHoldSeveralSetsAndDigitsNeedNoMap() throws {
        let arrays = [
            "x_train": try images(50), "y_train": try labels(50), "x_test": try images(20, shape: [20, 28, 28, 1]),
            "y_test": try labels(20),
        ]
        try NumpyArchive.write(arrays, to: "\(shop.path)/mnist.npz")
        let misc = try Repertoire(named: "misc")
        let corpus = try corpus { $0.repertoire = misc }
        #expect(corpus.books.map(\.id) == ["test", "train"] && corpus[.test].count == 20)
        #expect(corpus.text(of: corpus[.test][7]) == "7")
    }

    @Test func arraysThatDoNotFitAreRefused() throws {
        try put(images(5), "a-imgs.npz")
        try put(labels(4), "a-labels.npz")
        func message(_ change: (inout CorpusConfiguration) -> Void = { _ in }) -> String {
            do {
                _ = try corpus(change)
                return ""
            } catch { return (error as? any LocalizedError)?.errorDescription ?? "\(error)" }
        }
        #expect(message().contains("4 labels for the 5 images"))
        try put(StoredArray((0..<5).map { UInt8($0 + 8) }, shape: [5]), "a-labels.npz")
        #expect(message { $0.testSplit = "0.2" }.contains("the label of image 2 is 10, and no class map"))
        try put(labels(5), "a-labels.npz")
        #expect(message { ($0.testSplit, $0.scope) = ("0.2", .line) }.contains("consists of single characters"))
        try put(StoredArray([Float](repeating: 0, count: 5 * 784), shape: [5, 28, 28]), "a-imgs.npz")
        #expect(message().contains("its images are F32 [5, 28, 28]"))
        try shop.write(Array("nonsense".utf8), to: "a-imgs.npz")
        #expect(message().contains("a-imgs.npz: not a valid npz file"))
    }
}
