import ArgumentParser
import Corpus
import Foundation
import Imaging
import Randomness

struct DataStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Count the characters of each subset.",
        discussion:
            "A table on standard output; --csv gives the counts as CSV instead, --save also writes <set>_counts.csv and a chart.")

    @OptionGroup var options: CorpusOptions

    @Option(help: "Subsets, with commas.")
    var sets = "train,dev,test"

    @Option(help: "What to tell: majority, frequency, unknowns, with commas.")
    var stats = "majority,frequency,unknowns"

    @Option(help: "A folder for <set>_counts.csv and the chart <first>-<end>_frequency.svg.")
    var save: String?

    @Option(help: "Classes FIRST:END, the end not included, for the table and the chart.")
    var include: String?

    @Option(help: "The most rows of the table.")
    var limit = 20

    @Flag(help: "Print the counts of all characters as CSV.")
    var csv = false

    func run() throws {
        try reporting {
            let subsets = try sets.split(separator: ",").map { try Subset(named: String($0)) }
            let topics = try stats.split(separator: ",").map { try CorpusStatistics.Topic(named: String($0)) }
            let corpus = try options.corpus()
            let statistics = CorpusStatistics(corpus, subsets: subsets)
            let classes = try classes(corpus.vocabulary)
            if csv {
                print(statistics.table, terminator: "")
            } else {
                print(CorpusSummary(corpus).text)
                print(try statistics.report(topics, classes: classes, limit: limit), terminator: "")
            }
            if let save {
                for path in try statistics.save(to: save, classes: classes) {
                    FileHandle.standardError.write(Data("wrote \(path)\n".utf8))
                }
            }
        }
    }

    private func classes(_ vocabulary: Vocabulary) throws -> Range<Int>? {
        guard let include else { return nil }
        let ends = include.split(separator: ":", omittingEmptySubsequences: false)
        let first = ends[0].isEmpty ? vocabulary.reservedCount : Int(ends[0])
        let end = ends.count < 2 || ends[1].isEmpty ? vocabulary.count : Int(ends[1])
        guard ends.count == 2, let first, let end, first >= 0, first <= end else {
            throw CorpusError.badArgument(
                argument: "--include", value: "'\(include)'", rule: "FIRST:END with 0 <= FIRST <= END, such as 4:20")
        }
        return first..<end
    }
}

struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look through rows, pages and crops for what makes training fail or lie.",
        discussion: """
            One line per finding: its kind, then what and where. Kinds: unusable (rows, tables, pages), duplicate (the same pixels in \
            different subsets), blank, tiny, rare, imbalance. Exit code 1 when something is unusable or a duplicate, else 0.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "Crops whose grey levels spread less than this are blank.")
    var blank = 6.0

    @Option(help: "Crops with a side below this are tiny.")
    var tiny = 6

    @Option(help: "Characters that come less often than this in train are rare.")
    var rare = 2

    func run() throws {
        try reporting {
            var check = CorpusCheck()
            (check.blankSpread, check.tinySide, check.rareCount) = (blank, tiny, rare)
            let findings = try check.findings(for: options.configuration())
            for finding in findings { print("\(finding.kind): \(finding.message)") }
            let kinds = ["unusable", "duplicate", "blank", "tiny", "rare", "imbalance"]
            let counts = kinds.map { kind in "\(findings.count { $0.kind == kind }) \(kind)" }
            print(findings.isEmpty ? "nothing found" : "\(findings.count) findings: \(counts.joined(separator: ", "))")
            if findings.contains(where: { ["unusable", "duplicate"].contains($0.kind) }) { throw ExitCode(1) }
        }
    }
}

struct DataViewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Write a page to leaf through a subset in a browser.",
        discussion: """
            One HTML file with everything in it: it needs no network and works from a disk. Where the pages are too large for one file \
            (\(CorpusViewer().byteLimit >> 20) MB), it has the crops alone, of \(CorpusViewer.usualCropLimit) examples at most, and says so.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "train, dev or test.")
    var subset = "train"

    @Option(help: "The size at which images are shown, HEIGHTxWIDTH or a factor; without it that of the window.")
    var shape: ShapeArgument?

    @Option(help: "The most examples, evenly chosen from all.")
    var limit: Int?

    @Option(name: [.short, .long], help: "The file to write; without it one in the temporary folder.")
    var output: String?

    func run() throws {
        try reporting {
            let subset = try Subset(named: subset)
            let corpus = try options.corpus()
            var viewer = CorpusViewer()
            if let shape { viewer.shape = shape.shape }
            viewer.limit = limit
            let path = try output ?? CorpusViewer.usualPath(for: corpus, subset)
            if let note = try viewer.write(corpus, subset: subset, to: path).note { printNote(note) }
            print("wrote \(path); open it in a browser")
        }
    }
}

struct DataShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show examples as a model sees them.",
        discussion: """
            In a terminal that can show images (kitty, iTerm2, sixel) they are drawn in it; elsewhere a PNG file is written. \
            CARPEDM_IMAGES=kitty|iterm|sixel|none chooses.
            """)

    @OptionGroup var options: CorpusOptions
    @OptionGroup var augmentations: AugmentationOptions

    @Option(help: "train, dev or test.")
    var subset = "train"

    @Option(help: "How many examples.")
    var count = 40

    @Option(help: "The frame that images are fitted into, HEIGHTxWIDTH.")
    var shape: ShapeArgument?

    @Flag(help: "In shuffled order, by --seed and --epoch.")
    var shuffle = false

    @Option(name: [.short, .long], help: "The image file to write (.png, .jpg).")
    var output: String?

    func run() throws {
        try reporting {
            let corpus = try options.corpus()
            let frame = try corpus.frame(try shape?.shape ?? Shape(height: .pixels(64), width: .pixels(64)))
            let key = Key(seed: UInt64(bitPattern: Int64(options.seed ?? 0)))
            let sheet = try corpus.contactSheet(
                of: Subset(named: subset), count: count, frame: frame, order: shuffle ? key : nil, epoch: augmentations.epoch,
                augmentation: (try augmentations.augmentation(), key))
            let texts = sheet.texts.map { $0.joined(separator: " ") }.joined(separator: "\n")
            if output == nil, try PictureOutput.draw(try sheet.image.encoded(as: .png), write: { print($0, terminator: "") }) {
                print(texts)
                return
            }
            let path = output ?? FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-show-\(subset).png").path
            try sheet.image.save(to: path)
            print(texts)
            print("wrote \(path) (\(sheet.image.width) x \(sheet.image.height) pixels)")
        }
    }
}
