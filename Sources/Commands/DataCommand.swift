import ArgumentParser
import Corpus
import Foundation
import Imaging

/// `carpedm data ...`: everything that is done with the pages before training.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Count, check, look at, store and fetch the pages of books.",
        subcommands: [
            DataStatsCommand.self, DataCheckCommand.self, DataViewCommand.self, DataShowCommand.self, DataGenerateCommand.self,
            DataDownloadCommand.self,
        ])
}

/// Which books, which characters, and how they are split: the arguments of `MetaLoader`.
struct CorpusOptions: ParsableArguments {
    @Option(name: [.customShort("d"), .long], help: "The folder that holds one folder per book; without it the bundled sample.")
    var dataDir: String?

    @Option(help: "Characters: presets joined by '+' (\(Repertoire.presets.joined(separator: ", "))).")
    var charset = "all"

    @Option(help: "What one example shows: char, seq, line or page.")
    var scope = "char"

    @Option(help: "Characters in a sequence; with --seq-maxlen the fewest.")
    var seqLen: Int?

    @Option(help: "The most characters in a sequence.")
    var seqMaxlen: Int?

    @Option(help: "Distance of the starts of sequences, which then overlap.")
    var stride: Int?

    @Option(help: "Test examples: a share of all (0.1), a book, or books with commas; without it the book the data names.")
    var testSplit: String?

    @Option(help: "Dev examples, likewise.")
    var devSplit = "0.1"

    @Option(help: "The size of dev becomes a multiple of this.")
    var devFactor = 1

    @Option(help: "The most characters that get a class.")
    var vocabSize: Int?

    @Option(help: "How often a character must come in train to get a class.")
    var minFreq = 0

    @Option(help: "Tokens with the first classes, with commas between them.")
    var reserved = "<PAD>,<GO>,<END>,<UNK>"

    @Option(help: "What tells the lines: table (the order of its rows) or geometry (where the boxes are).")
    var linesFrom = "table"

    @Option(help: "Seed of the split.")
    var seed: Int?

    /// Reads the books.
    func corpus() throws -> Corpus {
        let corpus = try Corpus(configuration())
        for notice in corpus.notices { printNote(notice.message) }
        return corpus
    }

    func configuration() throws -> CorpusConfiguration {
        var configuration = CorpusConfiguration(
            dataFolder: try dataDir ?? SampleData.folder(), repertoire: try Repertoire(named: charset))
        configuration.scope = try ImageScope(named: scope)
        (configuration.sequenceLength, configuration.sequenceMaximum, configuration.sequenceStride) = (seqLen, seqMaxlen, stride)
        (configuration.testSplit, configuration.devSplit, configuration.devFactor) = (testSplit, devSplit, devFactor)
        (configuration.vocabularySize, configuration.minimumFrequency) = (vocabSize, minFreq)
        configuration.reserved = reserved.split(separator: ",").map(String.init)
        configuration.seed = seed
        configuration.lineSource = try LineSource(named: linesFrom)
        return configuration
    }
}

/// Changes of images, each with the greatest extent that it may have.
struct AugmentationOptions: ParsableArguments {
    @Option(
        help:
            "Change the images: extents with commas, such as rotation=0.2,shift=0.1,elastic=0.05 (also shear, scale, thickness, contrast, brightness, erase)."
    )
    var augment: String?

    @Option(help: "Which epoch's changes.")
    var epoch = 0

    func augmentation() throws -> Augmentation {
        var augmentation = Augmentation()
        for part in (augment ?? "").split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard let extent = Augmentation.extents.first(where: { $0.name == sides[0] }) else {
                throw CorpusError.unknownChoice(argument: "--augment", value: sides[0], known: Augmentation.extents.map(\.name))
            }
            guard sides.count == 2, let value = Double(sides[1]) else {
                throw CorpusError.badArgument(argument: "--augment", value: "'\(part)'", rule: "such as \(sides[0])=0.1")
            }
            augmentation[keyPath: extent.path] = value
        }
        try augmentation.validate()
        return augmentation
    }
}

/// `64x64`, `64x`, `x64` or a factor such as `0.5`: height and width, as a shape.
struct ShapeArgument: ExpressibleByArgument {
    let shape: Shape

    init?(argument: String) {
        if let factor = Double(argument), argument.contains("."),
            let shape = try? Shape(height: .factor(factor), width: .factor(factor))
        {
            self.shape = shape
            return
        }
        let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        func extent(_ text: Substring) -> Extent? { text.isEmpty ? .free : Int(text).map { .pixels($0) } }
        guard let height = extent(sides[0]), let width = extent(sides[1]), let shape = try? Shape(height: height, width: width)
        else { return nil }
        self.shape = shape
    }
}

extension ParsableCommand {
    /// Runs a command's work; what is wrong with the data is told with what to do about it, and ends with exit code 1.
    func reporting(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch let error as ExitCode {
            throw error
        } catch {
            let hint = (error as? any LocalizedError)?.recoverySuggestion.map { "hint: \($0)\n" } ?? ""
            FileHandle.standardError.write(Data("carpedm: \(error.localizedDescription)\n\(hint)".utf8))
            throw ExitCode(1)
        }
    }

    func printNote(_ text: String) { FileHandle.standardError.write(Data("note: \(text)\n".utf8)) }
}

extension CorpusOptions {
    func printNote(_ text: String) { FileHandle.standardError.write(Data("note: \(text)\n".utf8)) }
}

/// Draws pictures on standard output, where that is a terminal that can.
enum PictureOutput {
    /// False when it cannot.
    static func draw(_ png: [UInt8], write: (String) -> Void) throws -> Bool {
        let environment = ProcessInfo.processInfo.environment
        let isChosen = environment[TerminalPicture.variable]?.isEmpty == false
        guard isChosen || isatty(STDOUT_FILENO) == 1, let terminal = TerminalPicture.protocolOfTerminal(environment) else {
            return false
        }
        write(try terminal.text(drawing: png))
        return true
    }
}
