import Formats
import Imaging
import Synchronization

/// The examples of a dataset fitted into one frame: kept in memory where they are few, read again where they are many.
final class FrameStore: Sendable {
    /// Where the fitted pixels of an example are, and what is around them.
    private struct Kept: Sendable {
        var start: Int
        var place: Box
        var surround: Float
    }

    /// A reader that one caller uses at a time.
    private final class Source: Sendable {
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

    private enum Contents: Sendable {
        case memory(pixels: [UInt8], kept: [Kept])
        case files([Source], places: [(shard: Int, offset: Int)])
    }

    let fitting: Fitting
    /// The classes of each example.
    let targets: [[Int32]]
    private let contents: Contents

    var count: Int { targets.count }

    /// Reads the dataset once, checking every record.
    ///
    /// - Parameter memoryLimit: how many bytes of fitted pixels may stay in memory.
    init(_ store: DatasetStore, fitting: Fitting, memoryLimit: Int, threads: Int) throws {
        self.fitting = fitting
        let isSmall = store.shards.reduce(0) { $0 + $1.bytes } <= memoryLimit
        let parts = Slots<Part>(count: store.shards.count)
        try inParallel(store.shards.count, threads: threads) { i in
            parts[i] = try Part(store, shard: i, fitting: isSmall ? fitting : nil)
        }
        targets = parts.values.flatMap(\.targets)
        if isSmall {
            var pixels: [UInt8] = []
            var kept: [Kept] = []
            for fitted in parts.values.flatMap(\.fitted) {
                kept.append(Kept(start: pixels.count, place: fitted.place, surround: fitted.surround))
                pixels += fitted.pixels
            }
            contents = .memory(pixels: pixels, kept: kept)
        } else {
            let places = parts.values.enumerated().flatMap { shard, part in part.offsets.map { (shard, $0) } }
            contents = .files(try store.shards.map { try Source(path: $0.path) }, places: places)
        }
    }

    /// Writes the frame of an example and says where its image lies in it, and what is around it.
    func fill(_ target: UnsafeMutableBufferPointer<Float>, with example: Int) throws -> (place: Box, surround: Float) {
        switch contents {
        case .memory(let pixels, let kept):
            let one = kept[example]
            pixels.withUnsafeBufferPointer { all in
                // The pixels of `one` were appended from `start` on, as many as its place has.
                let part = UnsafeBufferPointer(rebasing: all[one.start..<one.start + one.place.width * one.place.height])
                fitting.fill(target, place: one.place, pixels: part, surround: one.surround)
            }
            return (one.place, one.surround)
        case .files(let sources, let places):
            let (shard, offset) = places[example]
            guard let record = try sources[shard].record(at: offset) else {
                throw CorpusError.badRecord(file: sources[shard].path, number: example, problem: "the file has become shorter")
            }
            let fitted = try fitting.fitted(StoredExample(record: record, file: sources[shard].path, number: example).image)
            fitted.pixels.withUnsafeBufferPointer { fitting.fill(target, place: fitted.place, pixels: $0, surround: fitted.surround) }
            return (fitted.place, fitted.surround)
        }
    }

    /// What one shard contributes.
    private struct Part: Sendable {
        var targets: [[Int32]] = []
        var fitted: [Fitting.Fitted] = []
        var offsets: [Int] = []

        init(_ store: DatasetStore, shard: Int, fitting: Fitting?) throws {
            try store.forEachExample(of: store.shards[shard]) { offset, example in
                targets.append(example.targets)
                offsets.append(offset)
                if let fitting { fitted.append(try fitting.fitted(example.image)) }
            }
        }
    }
}
