import Corpus
import Foundation
import Imaging
import Randomness
import ScriptRuntime

/// The books of a folder, split into examples, as a script's object.
final class LoaderObject: HostSized, HostIndexable, HostIterable {
    let corpus: Corpus
    private unowned let engine: Engine

    init(_ corpus: Corpus, _ engine: Engine) { (self.corpus, self.engine) = (corpus, engine) }

    var scriptTypeName: String { "MetaLoader" }
    var scriptSummary: String {
        let sizes = Subset.allCases.map { "\(corpus[$0].count) \($0.rawValue)" }.joined(separator: ", ")
        return "<MetaLoader of \(corpus.configuration.repertoire.name) \(corpus.configuration.scope.rawValue): \(sizes)>"
    }

    func length(_ interpreter: Interpreter) throws -> Int { Subset.allCases.reduce(0) { $0 + corpus[$1].count } }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        guard case .str(let name) = interpreter.plain(index) else {
            throw Raised.type("a MetaLoader is indexed by 'train', 'dev' or 'test', not by \(interpreter.typeName(of: index))")
        }
        return subset(try Subset(named: name.string))
    }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        let parts = Subset.allCases.map { SubsetObject(self, $0, engine) }
        var (part, place) = (0, 0)
        return ClosureIterator("metaloader_iterator") { _ in
            while part < parts.count, place >= parts[part].excerpts.count { (part, place) = (part + 1, 0) }
            guard part < parts.count else { return nil }
            place += 1
            return parts[part].example(place - 1)
        }
    }

    func subset(_ subset: Subset) -> Value { engine.interpreter.value(of: SubsetObject(self, subset, engine)) }
}

/// The examples of a subset as a script's sequence.
final class SubsetObject: HostSized, HostIndexable, HostIterable {
    let loader: LoaderObject
    let subset: Subset
    private unowned let engine: Engine

    init(_ loader: LoaderObject, _ subset: Subset, _ engine: Engine) {
        (self.loader, self.subset, self.engine) = (loader, subset, engine)
    }

    var excerpts: SpooledArray<Excerpt> { loader.corpus[subset] }
    var scriptTypeName: String { "Subset" }
    var scriptSummary: String { "<\(subset.rawValue) of \(excerpts.count) examples>" }

    func length(_ interpreter: Interpreter) throws -> Int { excerpts.count }

    func example(_ place: Int) -> Value {
        engine.imageMetaValue(loader.corpus.clipping(of: excerpts[place]), loader.corpus.vocabulary)
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        if case .slice(let slice) = index {
            let (start, step, count) = try interpreter.resolve(slice, count: excerpts.count)
            return .list((0..<count).map { example(start + $0 * step) })
        }
        let place = try interpreter.index(index)
        guard place >= -excerpts.count, place < excerpts.count else {
            throw Raised.index("\(subset.rawValue) has \(excerpts.count) examples; there is none at \(place)")
        }
        return example(place < 0 ? place + excerpts.count : place)
    }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        var place = 0
        return ClosureIterator("subset_iterator", hint: { self.excerpts.count - place }) { [self] _ in
            guard place < excerpts.count else { return nil }
            place += 1
            return example(place - 1)
        }
    }
}

extension Engine {
    var subsetType: NativeType {
        NativeType(
            "Subset", doc: "The examples of a subset in the order of the split; each is an ImageMeta.", module: "carpedm.data",
            properties: [
                NativeProperty(
                    "name", "'train', 'dev' or 'test'.", get: { .str(try $0.host(0, as: SubsetObject.self).subset.rawValue) }),
                NativeProperty(
                    "ids", "A name for each example: book/page/characters.",
                    get: { call in
                        let object = try call.host(0, as: SubsetObject.self)
                        return .list(object.excerpts.map { .str(object.loader.corpus.identifier(of: $0)) })
                    }),
            ])
    }

    var loaderType: NativeType {
        NativeType(
            "MetaLoader", doc: Self.loaderDoc, module: "carpedm.data",
            constructor: Native(
                "MetaLoader(data_dir, test_split=None, dev_split=0.1, dev_factor=1, vocab_size=None, min_freq=0, reserved=None, charset='all', "
                    + "image_scope='char', seq_len=None, seq_maxlen=None, verbose=False, seed=None, stride=None, lines_from='table')",
                Self.loaderDoc
            ) { [unowned self] call in
                let corpus = try Corpus(try corpusConfiguration(call))
                for notice in corpus.notices { log(.warning, notice.message) }
                if try call.truth(11) { try interpreter.write(CorpusSummary(corpus).text) }
                return call.interpreter.value(of: LoaderObject(corpus, self))
            }.hintingWords,
            methods: loaderMethods.map(\.hintingWords), properties: loaderProperties)
    }

    private static let loaderDoc = """
        The books of a folder, cut into examples and split into train, dev and test. Making one reads the tables, no image.
        data_dir: a folder with one folder per book.
        test_split, dev_split: a share of all examples (0.1), a book, or books with commas between them; without test_split the book \
        that the data itself names.
        dev_factor: the size of dev becomes a multiple of it.
        vocab_size, min_freq: the most characters with a class, and how often one must come in train to have one.
        reserved: tokens with the first classes; None for '<PAD>', '<GO>', '<END>', '<UNK>'.
        charset: a CharacterSet, names of presets joined by '+', or a list of characters.
        image_scope: 'char', 'seq', 'line' or 'page'.
        seq_len, seq_maxlen: characters in a sequence; with both the length is random between them. stride: distance of the starts of \
        sequences, which then overlap.
        verbose: say what was found. seed: of the split.
        lines_from: what tells lines, and with them sequences: 'table' (the order of its rows, as in the original) or 'geometry' (where the \
        boxes are, for tables in another order; the characters of each page are then read in the order of the lines found).
        """

    private func corpusConfiguration(_ call: Call) throws -> CorpusConfiguration {
        var configuration = CorpusConfiguration(
            dataFolder: try path(call[0], "data_dir"), repertoire: try repertoire(call[7], "charset"))
        configuration.testSplit = try call[1].isNone ? nil : split(call[1], "test_split")
        configuration.devSplit = try split(call[2], "dev_split")
        configuration.devFactor = try call.int(3)
        configuration.vocabularySize = try call.optionalInt(4)
        configuration.minimumFrequency = try call.int(5)
        if !call[6].isNone { configuration.reserved = try interpreter.stringList(call[6], name: "reserved") }
        configuration.scope = try ImageScope(named: try call.string(8))
        configuration.sequenceLength = try call.optionalInt(9)
        configuration.sequenceMaximum = try call.optionalInt(10)
        configuration.seed = try call.optionalInt(12)
        configuration.sequenceStride = try call.optionalInt(13)
        configuration.lineSource = try LineSource(named: try call.string(14))
        return configuration
    }

    private var loaderProperties: [NativeProperty] {
        func property(_ name: String, _ doc: String, _ value: @escaping (Engine, LoaderObject) throws -> Value) -> NativeProperty {
            NativeProperty(name, doc, get: { [unowned self] in try value(self, $0.host(0, as: LoaderObject.self)) })
        }
        return [
            property("train", "The examples for training.") { $1.subset(.train) },
            property("dev", "The examples for choosing.") { $1.subset(.dev) },
            property("test", "The examples for the last word.") { $1.subset(.test) },
            property("vocab", "The classes: reserved tokens, then the characters of train.") {
                $0.vocabularyValue($1.corpus.vocabulary)
            },
            property("charset", "The characters of interest.") { $0.repertoireValue($1.corpus.configuration.repertoire) },
            property("image_scope", "'char', 'seq', 'line' or 'page'.") { .str($1.corpus.configuration.scope.rawValue) },
            property("data_dir", "The folder of the books.") { .str($1.corpus.configuration.dataFolder) },
            property("books", "The ids of the books, sorted.") { .list($1.corpus.books.map { .str($0.id) }) },
            property("test_split", "What test was split by.") { .str($1.corpus.testRule.text) },
            property("dev_split", "What dev was split by.") { .str($1.corpus.devRule.text) },
            property("notices", "What is worth knowing: empty books, folders without a table, arguments without effect, ...") {
                .list($1.corpus.notices.map { .str($0.message) })
            },
        ]
    }
}
