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
    func write(_ examples: MadeExamples) throws -> [Manifest.Shard] {
        let parts = Self.ranges(of: examples.count, shards: shardCount)
        guard recipe.format == .tfrecords else { return try writeImages(examples, parts) }
        let made = Slots<Manifest.Shard>(count: shardCount)
        try inParallel(shardCount, threads: threads) { i in made[i] = try writeRecords(examples, parts[i], number: i) }
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

    private func writeRecords(_ examples: MadeExamples, _ part: Range<Int>, number: Int) throws -> Manifest.Shard {
        let name = Self.shardName(subset, number, of: shardCount)
        return try AtomicFile.replace("\(folder)/\(name)", isDurable: false) { file in
            let writer = TFRecordWriter(file)
            for excerpt in part {
                let records = try examples.records(of: excerpt)
                try writer.append(framed: records, count: examples.hasOneEach ? 1 : TFRecordReader.count(ofRecordsIn: records))
            }
            return Manifest.Shard(name: name, examples: writer.count, bytes: file.count, checksum: writer.checksum)
        }
    }

    // MARK: - Image files

    /// Writes a folder of images and two tables per shard beside its place, then puts it there whole.
    private func writeImages(_ examples: MadeExamples, _ parts: [Range<Int>]) throws -> [Manifest.Shard] {
        let final = "\(folder)/\(subset.rawValue)"
        let temporary = AtomicFile.partialPath(for: final)
        do {
            try FileSystem.makeFolder(temporary)
            let made = Slots<Manifest.Shard>(count: shardCount)
            try inParallel(shardCount, threads: threads) { i in
                made[i] = try writeImages(examples, parts[i], number: i, to: temporary)
            }
            try AtomicFile.move(temporary, to: final, isDurable: false)
            return made.values
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    private func writeImages(
        _ examples: MadeExamples, _ part: Range<Int>, number: Int, to temporary: String
    ) throws -> Manifest.Shard {
        var targets = CommaSeparated.row(["file_id", "unicodes", "bounding_boxes (x:y:w:h)"])
        var parents = CommaSeparated.row(["file_id", "image_id", "X", "Y", "Width", "Height"])
        var folders: Set<String> = []
        var count = 0
        for excerpt in part {
            let records = TFRecordReader(bytes: Array(try examples.records(of: excerpt)), name: folder)
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
