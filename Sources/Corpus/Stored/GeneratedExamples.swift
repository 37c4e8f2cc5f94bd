import Formats
import Foundation

/// The examples of a subset made from the pages and kept without files (`format_store='generator'`): in memory up to a limit, beyond it
/// in a file without a name that ends with the process.
public struct GeneratedExamples: ExampleStore, ExampleAccess {
    public let subset: Subset
    public let vocabulary: Vocabulary
    private let spool: RecordSpool
    /// Where each record is.
    private let records: [(place: Int, count: Int)]

    /// Makes the examples; each page is read once.
    ///
    /// - Parameter threads: 0 for one per processor.
    /// - Throws: `CorpusError`, naming file and row; `.interrupted` when the monitor says so.
    public init(
        _ corpus: Corpus, subset: Subset, recipe: StorageRecipe, threads: Int = 0, memoryLimit: Int = 256 << 20,
        monitor: GenerationMonitor = GenerationMonitor()
    ) throws {
        try recipe.validate()
        try DatasetGenerator.check(threads: threads)
        var recipe = recipe
        recipe.format = .tfrecords
        let spool = RecordSpool(folder: FileManager.default.temporaryDirectory.path, memoryLimit: memoryLimit)
        let generator = DatasetGenerator(
            corpus: corpus, subsets: [subset], recipe: recipe,
            threads: threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount, monitor: monitor)
        var records: [(place: Int, count: Int)] = []
        for made in try generator.examples(in: spool) {
            for excerpt in 0..<made.count {
                let place = try made.place(of: excerpt)
                // An excerpt of one example is one record; one of several is read again for their lengths.
                if made.hasOneEach {
                    records.append(Self.payload(of: place.start, place.byteCount))
                    continue
                }
                let reader = TFRecordReader(bytes: Array(try made.records(of: excerpt)))
                var start = 0
                while try reader.next() != nil {
                    records.append(Self.payload(of: place.start + start, reader.offset - start))
                    start = reader.offset
                }
            }
        }
        self.records = records
        self.subset = subset
        self.spool = spool
        vocabulary = corpus.vocabulary
    }

    private static func payload(of place: Int, _ count: Int) -> (place: Int, count: Int) {
        let framing = TFRecordWriter.framing
        return (place + framing.before, count - framing.before - framing.after)
    }

    public var count: Int { records.count }
    public var bytes: Int { records.reduce(0) { $0 + $1.count } }
    public var partCount: Int { 1 }

    public func forEachExample(ofPart part: Int, _ body: (Int, StoredExample) throws -> Void) throws {
        for place in records.indices { try body(place, example(ofPart: part, at: place, number: place)) }
    }

    public func access() throws -> any ExampleAccess { self }

    public func example(ofPart part: Int, at place: Int, number: Int) throws -> StoredExample {
        try StoredExample(
            record: Array(spool.bytes(at: records[place].place, count: records[place].count)), file: "<generated \(subset.rawValue)>",
            number: number)
    }
}
