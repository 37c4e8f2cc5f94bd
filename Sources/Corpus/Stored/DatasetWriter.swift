import Formats
import Foundation
import Imaging

/// Puts the entries of a subset into files, each whole or absent.
struct DatasetWriter: Sendable {
    let folder: String
    let subset: Subset
    let recipe: StorageRecipe
    /// Whether image files lie in one folder per class.
    let hasClassFolders: Bool
    let shardCount: Int
    let threads: Int

    /// Writes the files and gives what the manifest says of them.
    func write(_ entries: ArraySlice<DatasetGenerator.Entry>, from spool: RecordSpool) throws -> [Manifest.Shard] {
        let parts = Self.ranges(of: entries.count, shards: shardCount).map {
            entries[entries.startIndex + $0.lowerBound..<entries.startIndex + $0.upperBound]
        }
        guard recipe.format == .tfrecords else { return try writeImages(parts, from: spool) }
        let made = Slots<Manifest.Shard>(count: shardCount)
        try inParallel(shardCount, threads: threads) { i in made[i] = try writeRecords(parts[i], number: i, from: spool) }
        return made.values
    }

    /// Which excerpts each shard has: neighbouring ones, as even as can be.
    static func ranges(of count: Int, shards: Int) -> [Range<Int>] {
        (0..<shards).map { count * $0 / shards..<count * ($0 + 1) / shards }
    }

    /// `train-00001-of-00008`
    static func shardName(_ subset: Subset, _ number: Int, of count: Int) -> String {
        func padded(_ value: Int) -> String { String(repeating: "0", count: max(0, 5 - "\(value)".count)) + "\(value)" }
        return "\(subset.rawValue)-\(padded(number + 1))-of-\(padded(count))"
    }

    private func writeRecords(_ entries: ArraySlice<DatasetGenerator.Entry>, number: Int, from spool: RecordSpool) throws
        -> Manifest.Shard
    {
        let name = Self.shardName(subset, number, of: shardCount)
        return try AtomicFile.replace("\(folder)/\(name)", isDurable: false) { file in
            let writer = TFRecordWriter(file)
            for entry in entries {
                try writer.append(
                    framed: try spool.bytes(at: entry.place, count: Int(entry.byteCount)), count: Int(entry.examples))
            }
            return Manifest.Shard(name: name, examples: writer.count, bytes: file.count, checksum: writer.checksum)
        }
    }

    // MARK: - Image files

    /// Writes a folder of images and two tables per shard beside its place, then puts it there whole.
    private func writeImages(_ parts: [ArraySlice<DatasetGenerator.Entry>], from spool: RecordSpool) throws -> [Manifest.Shard] {
        let final = "\(folder)/\(subset.rawValue)"
        let temporary = AtomicFile.partialPath(for: final)
        do {
            try FileSystem.makeFolder(temporary)
            let made = Slots<Manifest.Shard>(count: shardCount)
            try inParallel(shardCount, threads: threads) { i in
                made[i] = try writeImages(parts[i], number: i, to: temporary, from: spool)
            }
            try AtomicFile.move(temporary, to: final, isDurable: false)
            return made.values
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    private func writeImages(
        _ entries: ArraySlice<DatasetGenerator.Entry>, number: Int, to temporary: String, from spool: RecordSpool
    ) throws -> Manifest.Shard {
        var targets = CommaSeparated.row(["file_id", "unicodes", "bounding_boxes (x:y:w:h)"])
        var parents = CommaSeparated.row(["file_id", "image_id", "X", "Y", "Width", "Height"])
        var folders: Set<String> = []
        var count = 0
        for entry in entries {
            let records = TFRecordReader(bytes: Array(try spool.bytes(at: entry.place, count: Int(entry.byteCount))), name: folder)
            while let caption = try records.next().map(ImageCaption.init(serialized:)), let image = try records.next() {
                let id = "\(number)_\(count)"
                let place = hasClassFolders ? caption.label.map { "/\($0)" } ?? "" : ""
                if folders.insert(place).inserted { try FileSystem.makeFolder("\(temporary)\(place)") }
                let file = try OutputFile(path: "\(temporary)\(place)/\(id).\(recipe.format.rawValue)")
                try file.write(image)
                try file.close()
                targets += CommaSeparated.row([id, caption.label ?? "", caption.boxes])
                parents += CommaSeparated.row([id, caption.page] + caption.region.map { "\($0)" })
                count += 1
            }
        }
        try AtomicFile.write(Array(parents.utf8), to: "\(temporary)/parents_\(number).csv", isDurable: false)
        let bytes = Array(targets.utf8)
        try AtomicFile.write(bytes, to: "\(temporary)/targets_\(number).csv", isDurable: false)
        return Manifest.Shard(
            name: "\(subset.rawValue)/targets_\(number).csv", examples: count, bytes: bytes.count,
            checksum: CRC32C.checksum(bytes))
    }
}
