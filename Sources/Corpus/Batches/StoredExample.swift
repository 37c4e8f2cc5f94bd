public import Formats
import Foundation
public import Imaging
import Synchronization

/// One example as it was stored.
public struct StoredExample: Sendable {
    public var image: Image
    /// The classes of its characters in order; none where labels were not stored.
    public var targets: [Int32]
    /// Everything that was stored.
    public var features: SequenceExample

    init(image: Image, targets: [Int32], features: SequenceExample) {
        self.image = image
        self.targets = targets
        self.features = features
    }

    /// - Throws: `CorpusError.badRecord`, `FormatsError.badMessage`.
    init(record: [UInt8], file: String, number: Int) throws {
        do {
            features = try SequenceExample(serialized: record)
            let channels = features.context["image/channels"] == nil ? 3 : try features.integer("image/channels")
            guard let format = PixelFormat(rawValue: channels) else {
                throw CorpusError.badRecord(file: file, number: number, problem: "\(channels) channels")
            }
            image = try Image(
                width: features.integer("image/width"), height: features.integer("image/height"), format: format,
                pixels: features.bytes("image/data"))
            let ids = features.featureLists["image/seq/char/id"] == nil ? [] : try features.integers("image/seq/char/id")
            targets = try ids.map { id in
                guard let target = Int32(exactly: id), target >= 0 else {
                    throw CorpusError.badRecord(file: file, number: number, problem: "class \(id)")
                }
                return target
            }
        } catch let error as CorpusError {
            throw error
        } catch let error as ImagingError {
            throw CorpusError.badRecord(file: file, number: number, problem: error.localizedDescription)
        } catch let error as FormatsError {
            throw CorpusError.badRecord(file: file, number: number, problem: error.localizedDescription)
        }
    }
}

extension DatasetStore: ExampleStore {
    public var bytes: Int { shards.reduce(0) { $0 + $1.bytes } }
    public var partCount: Int { shards.count }

    /// Each part is a shard, and the place of an example the byte at which its record begins.
    public func forEachExample(ofPart part: Int, _ body: (Int, StoredExample) throws -> Void) throws {
        guard isReadable else { throw CorpusError.notReadable(folder: folder) }
        let shard = shards[part]
        let reader = try TFRecordReader(path: shard.path)
        var number = 0
        var offset = reader.offset
        while let record = try reader.next() {
            try body(offset, StoredExample(record: record, file: shard.path, number: number))
            number += 1
            offset = reader.offset
        }
        guard number == shard.count else {
            throw CorpusError.badRecord(file: shard.path, number: number, problem: "the file should have \(shard.count) records")
        }
    }

    public func access() throws -> any ExampleAccess {
        OpenShards(readers: try shards.map { try OpenShards.Reader(path: $0.path) })
    }
}

/// The shards of a dataset, each opened once.
private struct OpenShards: ExampleAccess {
    /// A reader that one caller uses at a time.
    final class Reader: Sendable {
        let path: String
        private let reader: Mutex<TFRecordReader>

        init(path: String) throws {
            self.path = path
            reader = Mutex(try TFRecordReader(path: path))
        }

        func record(at offset: Int) throws -> [UInt8]? {
            try reader.withLock { reader in
                try reader.seek(to: offset)
                return try reader.next()
            }
        }
    }

    let readers: [Reader]

    func example(ofPart part: Int, at place: Int, number: Int) throws -> StoredExample {
        let path = readers[part].path
        guard let record = try readers[part].record(at: place) else {
            throw CorpusError.badRecord(file: path, number: number, problem: "the file has become shorter")
        }
        return try StoredExample(record: record, file: path, number: number)
    }
}
