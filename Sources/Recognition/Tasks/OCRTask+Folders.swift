import Corpus
import Foundation
import Imaging

extension OCRTask {
    /// `OCRSingleKana_kana-68-5f0c2a1b`: class, characters, number of classes that are characters, and eight digits that stand for
    /// everything else the examples depend on, so that two variants never share a folder.
    public func taskID() throws -> String {
        let corpus = try corpus()
        let configuration = corpus.configuration
        let characters = corpus.vocabulary.count - configuration.reserved.count
        let name = configuration.repertoire.name.filter { !"/\0".contains($0) }
        return "\(definition.typeName)_\(name)-\(characters)-\(fingerprint(Self.details(corpus)))"
    }

    /// Where this task's examples are stored.
    public func dataFolder() throws -> String {
        let corpus = try corpus()
        let split = "test=\(corpus.testRule.text)_dev=\(corpus.devRule.text)"
        return joined(
            settings.taskFolder, try taskID(), "data", settings.datasetFormat, Self.folderName(of: settings.storedShape), split)
    }

    /// Where this task's runs are kept.
    public func logFolder() throws -> String { joined(settings.taskFolder, try taskID(), "results") }

    /// The folder of the run `experiment` of `model`: `<log folder>/<experiment>/64_64/<model>`; it becomes the task's job.
    public func jobFolder(_ experiment: String, model: String) throws -> String {
        jobID = joined(experiment, Self.folderName(of: settings.inputShape), model)
        return joined(try logFolder(), jobID)
    }

    /// What the examples depend on and the folder's name does not show.
    private static func details(_ corpus: Corpus) -> String {
        let configuration = corpus.configuration
        return [
            "\(configuration.scope)", "\(configuration.sequenceLength ?? 0)", "\(configuration.sequenceMaximum ?? 0)",
            "\(configuration.seed ?? CorpusConfiguration.defaultSeed)", "\(configuration.minimumFrequency)",
            "\(configuration.vocabularySize ?? -1)", "\(configuration.devFactor)", configuration.reserved.joined(separator: "|"),
            configuration.repertoire.ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: "|"),
            corpus.books.map(\.id).joined(separator: "|"),
        ].joined(separator: ";")
    }

    /// `(64, None)` → `64_None`.
    private static func folderName(of shape: Shape) -> String {
        shape == .unchanged ? "None" : "\(shape.height)_\(shape.width)"
    }
}

// MARK: - Implementation

/// A path of its parts, with one slash between them.
private func joined(_ parts: String...) -> String {
    parts.enumerated().map { place, part in
        place == parts.count - 1 || !part.hasSuffix("/") || part == "/" ? part : String(part.dropLast())
    }.joined(separator: "/")
}

/// Eight hexadecimal digits that stand for a text (FNV-1a, folded to 32 bits).
private func fingerprint(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
