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
    func write(_ entries: [[DatasetGenerator.Entry]], from spool: RecordSpool) throws -> [Manifest.Shard] {
        let ranges = Self.ranges(of: entries.count, shards: shardCount)
        var shards = Array(repeating: Manifest.Shard(name: "", examples: 0, bytes: 0, checksum: 0), count: shardCount)
        let parts = ranges.map { entries[$0].flatMap { $0 } }
        if recipe.format == .tfrecords {
            let made = Slots<Manifest.Shard>(count: shardCount)
            try inParallel(shardCount, threads: threads) { i in made[i] = try writeRecords(parts[i], number: i, from: spool) }
            shards = made.values
        } else {
            shards = try writeImages(parts, from: spool)
        }
        return shards
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

    private func writeRecords(_ entries: [DatasetGenerator.Entry], number: Int, from spool: RecordSpool) throws -> Manifest.Shard
    {
        let name = Self.shardName(subset, number, of: shardCount)
        let path = "\(folder)/\(name)"
        return try AtomicFile.replace(path) { file in
            let writer = TFRecordWriter(file)
            for entry in entries { try writer.append(try spool.record(entry.record)) }
            return Manifest.Shard(name: name, examples: entries.count, bytes: file.count, checksum: writer.checksum)
        }
    }

    // MARK: - Image files

    /// Writes a folder of images and two tables per shard beside its place, then puts it there whole.
    private func writeImages(_ parts: [[DatasetGenerator.Entry]], from spool: RecordSpool) throws -> [Manifest.Shard] {
        let final = "\(folder)/\(subset.rawValue)"
        let temporary = AtomicFile.partialPath(for: final)
        do {
            try FileSystem.makeFolder(temporary)
            if hasClassFolders {
                for label in Set(parts.joined().compactMap { $0.caption?.label }) {
                    try FileSystem.makeFolder("\(temporary)/\(label)")
                }
            }
            let made = Slots<Manifest.Shard>(count: shardCount)
            try inParallel(shardCount, threads: threads) { i in
                made[i] = try writeImages(parts[i], number: i, to: temporary, from: spool)
            }
            try AtomicFile.move(temporary, to: final)
            return made.values
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    private func writeImages(
        _ entries: [DatasetGenerator.Entry], number: Int, to temporary: String, from spool: RecordSpool
    ) throws -> Manifest.Shard {
        var targets = CommaSeparated.row(["file_id", "unicodes", "bounding_boxes (x:y:w:h)"])
        var parents = CommaSeparated.row(["file_id", "image_id", "X", "Y", "Width", "Height"])
        for (n, entry) in entries.enumerated() {
            let id = "\(number)_\(n)"
            guard let caption = entry.caption else { continue }
            let place = hasClassFolders ? caption.label.map { "/\($0)" } ?? "" : ""
            let file = try OutputFile(path: "\(temporary)\(place)/\(id).\(recipe.format.rawValue)")
            try file.write(try spool.record(entry.record))
            try file.close()
            targets += CommaSeparated.row([id, caption.label ?? "", caption.boxes])
            let region = caption.region
            parents += CommaSeparated.row([id, caption.page, "\(region.x)", "\(region.y)", "\(region.width)", "\(region.height)"])
        }
        try AtomicFile.write(Array(parents.utf8), to: "\(temporary)/parents_\(number).csv")
        let bytes = Array(targets.utf8)
        try AtomicFile.write(bytes, to: "\(temporary)/targets_\(number).csv")
        return Manifest.Shard(
            name: "\(subset.rawValue)/targets_\(number).csv", examples: entries.count, bytes: bytes.count,
            checksum: CRC32C.checksum(bytes))
    }
}
