import Corpus
import Imaging
import Randomness
import Testing

struct StripComposerTests {
    private let corpus: Corpus

    init() throws {
        var configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        configuration.scope = .sequence
        configuration.sequenceLength = 3
        corpus = try Corpus(configuration)
    }

    /// Characters by hand: kana with a class, in books with training examples, and in no example of dev or test.
    @Test func nothingComesFromDevOrTest() throws {
        let heldOut = Dictionary(grouping: [Subset.dev, .test].flatMap { corpus[$0] }, by: \.book).mapValues { Set($0.flatMap(\.glyphs)) }
        let books = Set(corpus[.train].map(\.book))
        let usable = books.reduce(0) { sum, book in
            sum
                + corpus.books[book].glyphs.indices.count { glyph in
                    let scalar = corpus.books[book].glyphs[glyph].scalar
                    return corpus.configuration.repertoire.contains(scalar) && corpus.vocabulary.contains(scalar)
                        && heldOut[book]?.contains(glyph) != true
                }
        }
        #expect(try StripComposer(corpus, .init(shortest: 1, longest: 3)).characterCount == usable)
        #expect(!books.contains { corpus.books[$0].id == "synt00015" })
    }

    @Test func stripsAreFunctionsOfTheirKeys() throws {
        let composer = try StripComposer(corpus, .init(shortest: 2, longest: 4, realShare: 0.5))
        var lengths: Set<Int> = []
        for number in 0..<40 {
            let strip = try composer.strip(Key(seed: 1).folded(number))
            #expect(try composer.strip(Key(seed: 1).folded(number)) == strip)
            #expect(
                strip.targets.allSatisfy { (corpus.vocabulary.reservedCount..<corpus.vocabulary.count).contains(Int($0)) },
                "\(strip.targets)")
            lengths.insert(strip.targets.count)
        }
        // A stretch of a real column may be shorter, where the column is.
        #expect(lengths.isSubset(of: [1, 2, 3, 4]) && lengths.isSuperset(of: [2, 3, 4]))
    }

    /// A real stretch is the part of the page around its characters.
    @Test func realStretchesArePartsOfPages() throws {
        let composer = try StripComposer(corpus, .init(shortest: 1, longest: 1, realShare: 1))
        let kana = try composer.strip(Key(seed: 5))
        #expect(kana.targets.count == 1 && kana.image.format == .gray)
        let scalar = corpus.vocabulary.type(of: Int(kana.targets[0]))
        let boxes = corpus.books.flatMap { book in
            book.glyphs.filter { $0.label == scalar }.map { ($0.box, book.pages[$0.page].path) }
        }
        let same = try boxes.contains { box, path in
            guard box.width == kana.image.width, box.height == kana.image.height else { return false }
            return try Image.read(path, as: .gray).cropped(to: box) == kana.image
        }
        #expect(same)
    }

    /// Characters set anew stand one under the other on paper of the page's shade.
    @Test func setStripsHoldEveryCharacter() throws {
        let composer = try StripComposer(corpus, .init(shortest: 5, longest: 5, realShare: 0))
        for number in 0..<10 {
            let strip = try composer.strip(Key(seed: 2).folded(number))
            #expect(strip.targets.count == 5)
            #expect(strip.image.height > 60 && strip.image.width < 120)
        }
    }

    @Test func batchesHoldMadeUpSequences() throws {
        let shop = try Workshop()
        let store = try DatasetStore.open(corpus, DatasetRequest(folder: "\(shop.path)/out", subset: .dev))
        var request = BatchRequest(batchSize: 25, frame: try Fitting(height: 300, width: 64))
        request.marginBelow = 16
        request.composed = (19, try StripComposer(corpus, .init(shortest: 1, longest: 5)), Key(seed: 3))
        request.epochs = 2
        let source = try BatchSource(store, request)
        #expect(source.count == store.count + 19 && source.batchesPerEpoch == 4)
        var (seen, images) = ([Int](), [[Float]]())
        while let batch = try source.next() {
            #expect(batch.height == (batch.places.map(\.height).max() ?? 0) + 16 && batch.places.allSatisfy { $0.y == 0 })
            #expect(batch.lengths.allSatisfy { (1...5).contains($0) })
            for (n, index) in batch.indices.enumerated() where index >= store.count {
                images.append(Array(batch.images[n * batch.height * 64..<n * batch.height * 64 + 20 * 64]))
            }
            seen += batch.indices
        }
        #expect(seen == Array(0..<source.count) + Array(0..<source.count))
        // Other sequences in the second epoch.
        #expect(images.count == 38 && images[0] != images[19])
    }

    @Test func badRecipesAreRefused() {
        #expect(throws: CorpusError.self) { try StripComposer.Recipe(shortest: 0, longest: 2).validate() }
        #expect(throws: CorpusError.self) { try StripComposer.Recipe(shortest: 3, longest: 2).validate() }
        #expect(throws: CorpusError.self) { try StripComposer.Recipe(shortest: 1, longest: 2, realShare: 1.5).validate() }
    }
}
