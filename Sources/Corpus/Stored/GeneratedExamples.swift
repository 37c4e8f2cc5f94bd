import Foundation

/// The examples of a subset made from the pages and kept without files (`format_store='generator'`): in memory up to a limit, beyond it
/// in a file without a name that ends with the process.
public struct GeneratedExamples: ExampleStore, ExampleAccess {
    public let subset: Subset
    public let vocabulary: Vocabulary
    private let spool: RecordSpool
    private let records: [RecordSpool.Handle]

    /// Makes the examples; each page is read once.
    ///
    /// - Parameter threads: 0 for one per processor.
    /// - Throws: `CorpusError`, naming file and row; `.interrupted` when the monitor says so.
    public init(
        _ corpus: Corpus, subset: Subset, recipe: StorageRecipe, threads: Int = 0, memoryLimit: Int = 256 << 20,
        monitor: GenerationMonitor = GenerationMonitor()
    ) throws {
        try recipe.validate()
        var recipe = recipe
        recipe.format = .tfrecords
        let spool = RecordSpool(folder: FileManager.default.temporaryDirectory.path, memoryLimit: memoryLimit)
        let generator = DatasetGenerator(
            corpus: corpus, subsets: [subset], recipe: recipe,
            threads: threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount, monitor: monitor)
        records = try generator.entries(in: spool).joined().flatMap { $0.map(\.record) }
        self.subset = subset
        self.spool = spool
        vocabulary = corpus.vocabulary
    }

    public var count: Int { records.count }
    public var bytes: Int { records.reduce(0) { $0 + $1.count } }
    public var partCount: Int { 1 }

    public func forEachExample(ofPart part: Int, _ body: (Int, StoredExample) throws -> Void) throws {
        for place in records.indices { try body(place, example(ofPart: part, at: place, number: place)) }
    }

    public func access() throws -> any ExampleAccess { self }

    public func example(ofPart part: Int, at place: Int, number: Int) throws -> StoredExample {
        try StoredExample(record: spool.record(records[place]), file: "<generated \(subset.rawValue)>", number: number)
    }
}
