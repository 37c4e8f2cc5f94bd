import Formats
import Foundation

/// What a folder of stored examples says about itself; it is written last, so that what it lists is whole.
struct Manifest: Codable, Equatable {
    /// One file, with what a reader needs to trust it.
    struct Shard: Codable, Equatable {
        var name: String
        var examples: Int
        var bytes: Int
        /// CRC32C of the whole file.
        var checksum: UInt32
    }

    static let name = "manifest.json"
    static let currentVersion = 1

    var version = currentVersion
    /// Everything that the examples depend on, by argument.
    var configuration: [String: String]
    /// CRC32C of the configuration, in hexadecimal; a short name for it.
    var configurationHash: String
    var vocabulary: [String]
    var reserved: Int
    /// The files of each finished subset.
    var subsets: [String: [Shard]] = [:]

    private enum CodingKeys: String, CodingKey {
        case version, configuration, vocabulary, reserved, subsets
        case configurationHash = "configuration_hash"
    }

    init(configuration: [String: String], vocabulary: Vocabulary) {
        self.configuration = configuration
        configurationHash = Self.hash(of: configuration)
        self.vocabulary = vocabulary.types
        reserved = vocabulary.reservedCount
    }

    /// Eight hexadecimal digits that stand for a configuration.
    static func hash(of configuration: [String: String]) -> String {
        let lines = configuration.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        let digits = String(CRC32C.checksum(Array(lines.utf8)), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// The number of examples of a finished subset.
    func count(of subset: Subset) -> Int? {
        subsets[subset.rawValue]?.reduce(0) { $0 + $1.examples }
    }

    /// The manifest of a folder, or nil when it has none.
    ///
    /// - Throws: `CorpusError.badManifest`, `.unreadable`.
    static func read(in folder: String) throws(CorpusError) -> Manifest? {
        let path = "\(folder)/\(name)"
        guard FileSystem.kind(of: path) != nil else { return nil }
        let bytes = try FileSystem.contents(of: path)
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)) else {
            throw .badManifest(file: path, problem: "it is no manifest")
        }
        guard manifest.version == currentVersion else {
            throw .badManifest(file: path, problem: "its version is \(manifest.version), not \(currentVersion)")
        }
        guard manifest.configurationHash == hash(of: manifest.configuration) else {
            throw .badManifest(file: path, problem: "its configuration was changed after it was written")
        }
        for shard in manifest.subsets.values.joined()
        where shard.name.split(separator: "/").contains("..") || shard.name.hasPrefix("/") || shard.examples < 0
            || shard.bytes < 0
        {
            throw .badManifest(file: path, problem: "its entry '\(shard.name)' is no file of this folder")
        }
        return manifest
    }

    /// Writes the vocabulary, the counts and, last, the manifest itself.
    func writeWithTables(in folder: String) throws {
        let vocabulary = try Vocabulary(types: vocabulary, reservedCount: reserved)
        try AtomicFile.write(Array(vocabulary.text().utf8), to: "\(folder)/vocab.txt", isDurable: false)
        let counts = Subset.allCases.map { "\"\($0.rawValue)\": \(count(of: $0).map { "\($0)" } ?? "null")" }
        try AtomicFile.write(
            Array("{\(counts.joined(separator: ", "))}\n".utf8), to: "\(folder)/\(ExampleCounts.name)", isDurable: false)
        try write(in: folder)
    }

    /// Writes the manifest alone. Like the other files of a dataset it is not waited for: what a loss of power takes can be made again, and
    /// what it leaves is known by the sizes here and by the checksums of records.
    func write(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(
            [UInt8](encoder.encode(self)) + [UInt8(ascii: "\n")], to: "\(folder)/\(Self.name)", isDurable: false)
    }

    /// The arguments that differ, with what is stored and what is wanted.
    func differences(from wanted: [String: String]) -> [StaleArgument] {
        Set(configuration.keys).union(wanted.keys).sorted().compactMap { key in
            let (stored, wanted) = (configuration[key] ?? "None", wanted[key] ?? "None")
            return stored == wanted ? nil : StaleArgument(name: key, stored: stored, wanted: wanted)
        }
    }
}

/// One argument in which stored examples differ from those that are wanted.
public struct StaleArgument: Sendable, Equatable {
    public var name: String
    public var stored: String
    public var wanted: String

    public init(name: String, stored: String, wanted: String) {
        self.name = name
        self.stored = stored
        self.wanted = wanted
    }
}

/// `num_examples.json`: how many examples each subset of a folder has.
public enum ExampleCounts {
    static let name = "num_examples.json"

    /// The counts in a folder (`num_examples_per_epoch`); a subset that is not there yet has none.
    ///
    /// - Throws: `CorpusError.unreadable` when there is no such file, `.badManifest` when it is something else.
    public static func read(in folder: String) throws(CorpusError) -> [Subset: Int] {
        let path = "\(folder)/\(name)"
        let bytes = try FileSystem.contents(of: path)
        guard let counts = try? JSONDecoder().decode([String: Int?].self, from: Data(bytes)) else {
            throw .badManifest(file: path, problem: "it is no table of counts")
        }
        return Dictionary(
            uniqueKeysWithValues: Subset.allCases.compactMap { subset in
                counts[subset.rawValue].flatMap { $0 }.map { (subset, $0) }
            })
    }
}
