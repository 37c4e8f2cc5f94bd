import Formats
import Foundation
public import Imaging

/// What to generate, and where.
public struct DatasetRequest: Sendable {
    public var folder: String
    public var subset: Subset
    public var recipe = StorageRecipe()
    public var shardCount = 8
    /// 0 for one per processor.
    public var threads = 0
    /// Replace stored examples that were made otherwise.
    public var overwrite = false
    public var monitor = GenerationMonitor()

    public init(folder: String, subset: Subset) {
        self.folder = folder
        self.subset = subset
    }
}

/// The stored examples of one subset: whole, and made from what the corpus says now.
public struct DatasetStore: Sendable {
    /// One file of records.
    public struct Shard: Sendable {
        public var path: String
        public var count: Int
        public var bytes: Int
    }

    public let folder: String
    public let subset: Subset
    public let shards: [Shard]
    public let vocabulary: Vocabulary
    /// Eight hexadecimal digits that stand for everything the examples depend on.
    public let configurationHash: String
    /// Whether this call wrote the files.
    public let wasGenerated: Bool
    /// Whether the files are TFRecords, which can be read back.
    public let isReadable: Bool

    public var count: Int { shards.reduce(0) { $0 + $1.count } }

    /// The stored examples of a subset of `corpus`, generated where they are not there yet.
    ///
    /// - Throws: as `open(_:_:subsets:)`.
    public static func open(_ corpus: Corpus, _ request: DatasetRequest) throws -> DatasetStore {
        try open(corpus, request, subsets: [request.subset])[0]
    }

    /// The stored examples of several subsets; each page is read once for all that are not there yet.
    ///
    /// Two callers that want the same folder at once wait for each other; the second finds what the first has made.
    ///
    /// - Throws: `CorpusError.staleDataset` when the folder holds examples that were made otherwise and `overwrite` is off;
    ///   `.foreignFiles` when files of these names are there that no manifest lists; what reading pages and writing files throws. After
    ///   an error the folder holds no file that looks whole and is not.
    public static func open(_ corpus: Corpus, _ request: DatasetRequest, subsets: [Subset]) throws -> [DatasetStore] {
        try request.recipe.validate()
        guard request.shardCount >= 1, request.shardCount <= 99_999 else {
            throw CorpusError.badArgument(argument: "num_shards", value: "\(request.shardCount)", rule: "from 1 to 99999")
        }
        try DatasetGenerator.check(threads: request.threads)
        let wanted = try corpus.entries(for: request.recipe)
        // A finished dataset can be used from a folder that nobody may write to.
        if !request.overwrite, let manifest = try Manifest.read(in: request.folder), manifest.differences(from: wanted).isEmpty,
            subsets.allSatisfy({ isWhole(manifest, $0, in: request.folder) })
        {
            return try subsets.map { try DatasetStore(manifest, $0, in: request.folder, generated: false) }
        }
        try FileSystem.makeFolder(request.folder)
        let lock = try FolderLock(request.folder)
        return try withExtendedLifetime(lock) { try prepare(corpus, request, subsets, wanted) }
    }

    /// The stored examples in a folder, whatever they were made from.
    ///
    /// - Throws: `CorpusError.notGenerated` when the subset is not there, whole.
    public static func open(folder: String, subset: Subset) throws -> DatasetStore {
        guard let manifest = try Manifest.read(in: folder), isWhole(manifest, subset, in: folder) else {
            throw CorpusError.notGenerated(folder: folder, subset: subset.rawValue)
        }
        return try DatasetStore(manifest, subset, in: folder, generated: false)
    }

    // MARK: - Implementation

    private init(_ manifest: Manifest, _ subset: Subset, in folder: String, generated: Bool) throws {
        self.folder = folder
        self.subset = subset
        shards = (manifest.subsets[subset.rawValue] ?? []).map {
            Shard(path: "\(folder)/\($0.name)", count: $0.examples, bytes: $0.bytes)
        }
        vocabulary = try Vocabulary(types: manifest.vocabulary, reservedCount: manifest.reserved)
        configurationHash = manifest.configurationHash
        wasGenerated = generated
        isReadable = manifest.configuration["format_store"] == StorageRecipe.Format.tfrecords.rawValue
    }

    /// Whether every file that the manifest lists for a subset is there with its size.
    private static func isWhole(_ manifest: Manifest, _ subset: Subset, in folder: String) -> Bool {
        guard let shards = manifest.subsets[subset.rawValue] else { return false }
        return shards.allSatisfy { FileSystem.size(of: "\(folder)/\($0.name)") == $0.bytes }
    }

    /// Under the lock: decides what stays, then generates the rest.
    private static func prepare(
        _ corpus: Corpus, _ request: DatasetRequest, _ subsets: [Subset], _ wanted: [String: String]
    ) throws -> [DatasetStore] {
        let folder = request.folder
        var manifest = Manifest(configuration: wanted, vocabulary: corpus.vocabulary)
        var missing = subsets
        var isOurs = false
        if let stored = try readForReplacement(request) {
            isOurs = true
            let differences = stored.differences(from: wanted)
            if differences.isEmpty {
                manifest.subsets = stored.subsets
                // Another process may have made some while this one waited.
                if !request.overwrite { missing = subsets.filter { !isWhole(stored, $0, in: folder) } }
            } else {
                guard request.overwrite else { throw CorpusError.staleDataset(folder: folder, differences: differences) }
                for subset in Subset.allCases { try remove(stored, subset, in: folder) }
            }
        } else if !request.overwrite {
            let foreign = try subsets.flatMap { try files(of: $0, in: folder) }
            guard foreign.isEmpty else { throw CorpusError.foreignFiles(folder: folder, names: foreign) }
        }
        for subset in missing {
            try remove(manifest, subset, in: folder)
            manifest.subsets[subset.rawValue] = nil
            try removeLeftovers(of: subset, in: folder, isOurs: isOurs)
        }
        // From here on what is in the folder is ours, also after a crash.
        try manifest.write(in: folder)
        do {
            if !missing.isEmpty { try generate(corpus, request, missing, into: &manifest) }
        } catch {
            // What is not whole goes again, as far as that is possible; the error that is told is the first. Where somebody's files were
            // to be replaced there may still be some of them.
            for subset in missing where manifest.subsets[subset.rawValue] == nil {
                try? removeLeftovers(of: subset, in: folder, isOurs: isOurs || !request.overwrite)
            }
            if manifest.subsets.isEmpty { try? FileSystem.remove("\(folder)/\(Manifest.name)") }
            throw error
        }
        return try subsets.map { try DatasetStore(manifest, $0, in: folder, generated: missing.contains($0)) }
    }

    /// The manifest in the folder; one that cannot be read is as good as none when everything is to be replaced.
    private static func readForReplacement(_ request: DatasetRequest) throws -> Manifest? {
        do {
            return try Manifest.read(in: request.folder)
        } catch CorpusError.badManifest where request.overwrite {
            return nil
        }
    }

    /// Makes the examples of all subsets in one pass over the pages, then writes one subset after the other; each is listed when it is
    /// whole, so that a run that is ended has made these for good.
    private static func generate(
        _ corpus: Corpus, _ request: DatasetRequest, _ subsets: [Subset], into manifest: inout Manifest
    ) throws {
        let threads = request.threads > 0 ? request.threads : ProcessInfo.processInfo.activeProcessorCount
        let spool = RecordSpool(folder: request.folder)
        let generator = DatasetGenerator(
            corpus: corpus, subsets: subsets, recipe: request.recipe, threads: threads, monitor: request.monitor)
        for (subset, examples) in zip(subsets, try generator.examples(in: spool)) {
            let writer = DatasetWriter(
                folder: request.folder, subset: subset, recipe: request.recipe,
                hasClassFolders: corpus.configuration.scope == .character && !request.recipe.isChunked,
                shardCount: request.shardCount, threads: threads)
            manifest.subsets[subset.rawValue] = try writer.write(examples)
            try manifest.writeWithTables(in: request.folder)
        }
    }

    /// Deletes what a manifest lists for a subset, and nothing else.
    private static func remove(_ manifest: Manifest, _ subset: Subset, in folder: String) throws(CorpusError) {
        for shard in manifest.subsets[subset.rawValue] ?? [] {
            // The tables of image files stand for the folder that was written with them.
            let name = shard.name.split(separator: "/").first.map(String.init) ?? shard.name
            try FileSystem.remove("\(folder)/\(name)")
        }
    }

    /// Deletes what a writer of this subset began and did not finish; under the lock none is at work.
    ///
    /// - Parameter isOurs: a manifest is there, so that also what was finished and not yet listed is known to be ours.
    private static func removeLeftovers(of subset: Subset, in folder: String, isOurs: Bool) throws(CorpusError) {
        if isOurs {
            for name in try files(of: subset, in: folder) { try FileSystem.remove("\(folder)/\(name)") }
        }
        for name in try FileSystem.names(in: folder) where name.contains(".partial-") {
            if [subset.rawValue, "spool"].contains(where: { name.hasPrefix(".\($0)") }) {
                try FileSystem.remove("\(folder)/\(name)")
            }
        }
    }

    /// The files whose names are those of shards, or of the folder of images, of a subset.
    private static func files(of subset: Subset, in folder: String) throws(CorpusError) -> [String] {
        try FileSystem.names(in: folder).filter { name in
            name == subset.rawValue
                || name.wholeMatch(of: #/[a-z]+-[0-9]{5}-of-[0-9]{5}/#) != nil && name.hasPrefix("\(subset.rawValue)-")
        }
    }
}

extension Corpus {
    /// Everything that stored examples depend on, by argument; the tables by their checksums, the images by their sizes.
    func entries(for recipe: StorageRecipe) throws(CorpusError) -> [String: String] {
        var lines: [String] = []
        for book in books {
            lines.append("\(book.id) \(book.tableChecksum)")
            lines += book.pages.map { "\($0.name) \(FileSystem.size(of: $0.path) ?? -1)" }
        }
        let fingerprint = CRC32C.checksum(Array(lines.joined(separator: "\n").utf8))
        return configuration.entries(books: books, testRule: testRule, devRule: devRule, fingerprint: fingerprint)
            .merging(recipe.entries) { first, _ in first }
    }

    /// Eight hexadecimal digits that stand for everything that stored examples depend on: a short name for a folder.
    public func configurationHash(for recipe: StorageRecipe) throws(CorpusError) -> String {
        Manifest.hash(of: try entries(for: recipe))
    }

    /// The greatest height and width that images have after `shape` is applied (`max_image_size`).
    ///
    /// - Parameter subset: nil for all.
    /// - Throws: `CorpusError.missingImage`, `.badImage` for whole pages, whose headers are read.
    public func greatestSize(of subset: Subset?, shape: Shape = .unchanged) throws(CorpusError) -> (height: Int, width: Int) {
        var greatest = (height: 1, width: 1)
        for subset in subset.map({ [$0] }) ?? Subset.allCases {
            for excerpt in self[subset] {
                let (height, width) = try originalSize(of: excerpt)
                let size = shape.size(forHeight: height, width: width)
                greatest = (max(greatest.height, size.height), max(greatest.width, size.width))
            }
        }
        return greatest
    }

    /// The size of an excerpt in pixels of its page.
    func originalSize(of excerpt: Excerpt) throws(CorpusError) -> (height: Int, width: Int) {
        if let box = bounds(of: excerpt) { return (box.height, box.width) }
        let book = books[excerpt.book]
        let glyph = book.glyphs[excerpt.glyphs.lowerBound]
        do {
            let size = try book.pages[glyph.page].size()
            return (size.height, size.width)
        } catch { throw book.problem(with: glyph.page, error) }
    }
}
