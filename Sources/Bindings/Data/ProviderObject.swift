import Corpus
import Imaging
import Randomness
import Recognition
import ScriptRuntime
import Tensors

/// Stored examples as a script's object (`TFDataSet` of the original): they come out in batches.
final class ProviderObject: HostSized {
    let store: any ExampleStore
    let frame: Fitting
    let isSparse: Bool
    let folder: String?
    let format: StorageRecipe.Format?
    let vocabulary: Vocabulary
    /// The stream that `make_batch` draws on, and the size of its batches.
    var stream: (size: Int, source: BatchSource)?

    init(
        _ store: any ExampleStore, frame: Fitting, isSparse: Bool, folder: String?, format: StorageRecipe.Format?,
        vocabulary: Vocabulary
    ) {
        (self.store, self.frame, self.isSparse, self.folder) = (store, frame, isSparse, folder)
        (self.format, self.vocabulary) = (format, vocabulary)
    }

    var scriptTypeName: String { "DataProvider" }
    var scriptSummary: String {
        "<DataProvider of \(store.count) examples (\(store.subset.rawValue)), \(format?.rawValue ?? "generator"), in frames of "
            + "\(frame.height) x \(frame.width)>"
    }
    func length(_ interpreter: Interpreter) throws -> Int { store.count }
}

/// A batch as a script's object; it unpacks into features and targets.
final class BatchObject: HostSized, HostIterable, HostIndexable {
    let batch: Batch
    private let vocabulary: Vocabulary
    private let isSparse: Bool
    private unowned let engine: Engine

    init(_ batch: Batch, _ provider: ProviderObject, _ engine: Engine) {
        (self.batch, vocabulary, isSparse, self.engine) = (batch, provider.vocabulary, provider.isSparse, engine)
    }

    var scriptTypeName: String { "Batch" }
    var scriptSummary: String { "<Batch of \(batch.count) images of \(batch.height) x \(batch.width)>" }
    /// Of the pair, as unpacking sees it.
    func length(_ interpreter: Interpreter) throws -> Int { 2 }

    func features() throws -> Value {
        func numbers(_ value: (Box) -> Int) throws -> Value {
            engine.tensorValue(try Tensor(batch.places.map { Int32(clamping: value($0)) }, shape: [batch.count]))
        }
        return engine.interpreter.dict([
            ("image/data", engine.tensorValue(try Tensor(batch.images, shape: batch.shape))),
            ("image/height", try numbers(\.height)),
            ("image/width", try numbers(\.width)),
            ("image/char/count", engine.tensorValue(try Tensor(batch.lengths, shape: [batch.count]))),
        ])
    }

    func targets() throws -> Value {
        guard isSparse else { return engine.tensorValue(try Tensor(batch.targets, shape: [batch.count, batch.targetLength])) }
        return .list((0..<batch.count).map { n in .list(targets(of: n).map { .int($0) }) })
    }

    private func targets(of n: Int) -> [Int] {
        let start = n * batch.targetLength
        return batch.targets[start..<start + Int(batch.lengths[n])].map(Int.init)
    }

    var texts: [String] {
        (0..<batch.count).map { n in targets(of: n).map { CodePoint.character(of: vocabulary.type(of: $0)) }.joined() }
    }

    func picture() throws -> PictureObject {
        let size = batch.height * batch.width
        let frames = (0..<batch.count).map { Array(batch.images[$0 * size..<($0 + 1) * size]) }
        let sheet = try ContactSheet(frames: frames, texts: texts, height: batch.height, width: batch.width)
        return PictureObject(sheet.image, caption: sheet.texts.map { $0.joined(separator: " ") }.joined(separator: "\n"))
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        switch try interpreter.index(index) {
        case 0, -2: return try features()
        case 1, -1: return try targets()
        default: throw Raised.index("a Batch is (features, targets): its indices are 0 and 1")
        }
    }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        var parts = [try targets(), try features()]
        return ClosureIterator("batch_iterator") { _ in parts.popLast() }
    }
}

extension Engine {
    var batchType: NativeType {
        func property(_ name: String, _ doc: String, _ value: @escaping (BatchObject) throws -> Value) -> NativeProperty {
            NativeProperty(name, doc, get: { try value($0.host(0, as: BatchObject.self)) })
        }
        return NativeType(
            "Batch", doc: "Examples ready for a model: features, targets = batch.", module: "carpedm.data",
            methods: [
                Native("show(self, save_as=None)", Self.showDoc) { [unowned self] call in
                    try show(call.host(0, as: BatchObject.self).picture(), saveAs: try call.optionalString(1))
                }
            ],
            properties: [
                property(
                    "features", "image/data from -1 to 1 [n, height, width, 1], image/height, image/width, image/char/count."
                ) {
                    try $0.features()
                },
                property("targets", "Classes [n, length], filled up with 0; lists of their own lengths with sparse_labels.") {
                    try $0.targets()
                },
                property("texts", "The characters of each example.") { .list($0.texts.map { .str($0) }) },
                property("size", "The number of examples.") { .int($0.batch.count) },
                property("indices", "Which examples of the subset they are.") { .list($0.batch.indices.map { .int($0) }) },
                property("epoch", "Counted from 0.") { .int($0.batch.epoch) },
            ])
    }

    var providerType: NativeType {
        func property(_ name: String, _ doc: String, _ value: @escaping (ProviderObject) throws -> Value) -> NativeProperty {
            NativeProperty(name, doc, get: { try value($0.host(0, as: ProviderObject.self)) })
        }
        return NativeType(
            "DataProvider", doc: "Stored examples, as MetaLoader.generate_dataset makes them.", module: "carpedm.data",
            methods: [
                Native(
                    "make_batch(self, batch_size)",
                    "The next batch of an endless stream: train in another order in each epoch, dev and test as stored."
                ) { [unowned self] call in
                    let provider = try call.host(0, as: ProviderObject.self)
                    let size = try call.int(1)
                    if provider.stream?.size != size {
                        var request = BatchRequest(batchSize: size, frame: provider.frame)
                        if provider.store.subset == .train {
                            request.order = .shuffled(Key(seed: UInt64(bitPattern: Int64(seed))))
                        }
                        try request.ensureRoom(for: provider.store)
                        provider.stream = (size, try BatchSource(provider.store, request))
                    }
                    guard let batch = try provider.stream?.source.next() else { throw Raised(.stopIteration, "") }
                    return call.interpreter.value(of: BatchObject(batch, provider, self))
                },
                Native(
                    "batches(self, batch_size, epochs=1, seed=None, drop_remainder=False, rotation=0.0, shear=0.0, scale=0.0, stretch=0.0, shift=0.0, "
                        + "elastic=0.0, thickness=0.0, contrast=0.0, brightness=0.0, erase=0.0)",
                    "An iterator of batches: as stored, or with seed in another order in each epoch; the extents change the images, each "
                        + "example otherwise in each epoch. epochs=None has no end."
                ) { [unowned self] call in try batches(call) },
            ],
            properties: [
                property("num_examples", "The number of examples.") { .int($0.store.count) },
                property("subset", "'train', 'dev' or 'test'.") { .str($0.store.subset.rawValue) },
                property("data_dir", "The folder of the files; None when there are none.") {
                    $0.folder.map { .str($0) } ?? Value.none
                },
                property("format_store", "'tfrecords', 'png', ... or 'generator'.") { .str($0.format?.rawValue ?? "generator") },
                property("format", "The order of axes.") { _ in .str("channels_last") },
                property("pad_shape", "(height, width) of the frames that images are fitted into.") {
                    .tuple([.int($0.frame.height), .int($0.frame.width)])
                },
                NativeProperty(
                    "vocab", "The classes.",
                    get: { [unowned self] call in
                        vocabularyValue(try call.host(0, as: ProviderObject.self).vocabulary)
                    }),
            ])
    }

    private func batches(_ call: Call) throws -> Value {
        let provider = try call.host(0, as: ProviderObject.self)
        var request = BatchRequest(batchSize: try call.int(1), frame: provider.frame)
        request.epochs = try call.optionalInt(2)
        if let epochs = request.epochs, epochs < 1 { throw Raised.value("epochs must be 1 or more, or None, not \(epochs)") }
        let seed = try call.optionalInt(3)
        let key = Key(seed: UInt64(bitPattern: Int64(seed ?? self.seed)))
        if seed != nil { request.order = .shuffled(key) }
        request.dropsRemainder = try call.truth(4)
        request.augmentation = (try augmentation(call, from: 5), key)
        try request.ensureRoom(for: provider.store)
        let source = try BatchSource(provider.store, request)
        return .iterator(
            ClosureIterator("batch_stream") { [unowned self] interpreter in
                try source.next().map { interpreter.value(of: BatchObject($0, provider, self)) }
            })
    }

    var generateMethod: Native {
        Native(
            "generate_dataset(self, out_dir, subset, format_store='tfrecords', shape_store=None, shape_in=None, num_shards=8, num_threads=4, "
                + "target_id='image/seq/char/id', sparse_labels=False, chunk=False, character=True, line=False, label=True, bbox=False, "
                + "overwrite=False, mask=False, channels=1, quality=95, resize='auto')",
            """
            Store the examples of a subset in out_dir, unless they are there already; gives a DataProvider.
            format_store: 'tfrecords', 'png', 'jpeg', 'jpg', or 'generator' to keep them without files.
            shape_store, shape_in: sizes of stored images and of the model's frames: (height, width), each pixels, a factor or None.
            num_shards, num_threads: files, and threads that make them; the examples depend on neither.
            chunk: store tiles of shape_store with the characters wholly inside. character, label, line, bbox ('pixel' or 'ratio'), mask: \
            what is stored beside the images. channels: 1 or 3. quality: of JPEG files. resize: the kernel, 'auto', 'nearest', 'box', \
            'bilinear', 'bicubic' or 'lanczos'.
            overwrite: replace examples that were made otherwise.
            """
        ) { [unowned self] call in
            let corpus = try call.host(0, as: LoaderObject.self).corpus
            let subset = try Subset(named: try call.string(2))
            let name = try call.string(3)
            guard try call.string(8) == "image/seq/char/id" else {
                throw Raised.value("target_id must be 'image/seq/char/id', not '\(try call.string(8))'")
            }
            var recipe = StorageRecipe()
            if name != "generator" { recipe.format = try StorageRecipe.Format(named: name, besides: ["generator"]) }
            recipe.shape = try interpreter.shape(call[4], name: "shape_store")
            (recipe.isChunked, recipe.hasCharacters) = (try call.truth(10), try call.truth(11))
            (recipe.hasLines, recipe.hasLabels) = (try call.truth(12), try call.truth(13))
            recipe.boxes = try boxUnit(call[14])
            recipe.hasMasks = try call.truth(16)
            recipe.color = try pixelFormat(call, 17)
            recipe.quality = try call.int(18)
            recipe.kernel = try ResizeKernel(named: try call.string(19))
            for notice in recipe.idleArguments(for: corpus.configuration.scope) { log(.warning, notice.message) }
            let frame = try corpus.frame(try interpreter.shape(call[5].isNone ? call[4] : call[5], name: "shape_in"))
            let store: any ExampleStore
            if name == "generator" {
                store = try GeneratedExamples(corpus, subset: subset, recipe: recipe, threads: try call.int(7), monitor: monitor)
            } else {
                var request = DatasetRequest(folder: try call.string(1), subset: subset)
                (request.recipe, request.shardCount, request.threads) = (recipe, try call.int(6), try call.int(7))
                request.overwrite = try call.truth(15)
                request.monitor = monitor
                store = try DatasetStore.open(corpus, request)
            }
            return call.interpreter.value(
                of: ProviderObject(
                    store, frame: frame, isSparse: try call.truth(9), folder: (store as? DatasetStore)?.folder,
                    format: name == "generator" ? nil : recipe.format, vocabulary: corpus.vocabulary))
        }
    }
}
