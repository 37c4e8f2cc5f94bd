public import Formats
import Foundation
public import Imaging

/// One example as it was stored.
public struct StoredExample: Sendable {
    public var image: Image
    /// The classes of its characters in order; none where labels were not stored.
    public var targets: [Int32]
    /// Everything that was stored.
    public var features: SequenceExample

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

extension DatasetStore {
    /// Hands over every example in order.
    ///
    /// - Throws: `FormatsError` for damaged files, `CorpusError.badRecord`, and what `body` throws.
    public func forEachExample(_ body: (Int, StoredExample) throws -> Void) throws {
        var number = 0
        for shard in shards {
            try forEachExample(of: shard) { _, example in
                try body(number, example)
                number += 1
            }
        }
    }

    /// Hands over the examples of a shard with the byte at which each begins.
    func forEachExample(of shard: Shard, _ body: (Int, StoredExample) throws -> Void) throws {
        guard isReadable else { throw CorpusError.notReadable(folder: folder) }
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
}
