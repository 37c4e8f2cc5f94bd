import ArgumentParser
import Corpus
import Foundation
import Imaging
import ScriptRuntime

struct DataGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Store the examples of subsets as files.",
        discussion: """
            TFRecords with the original's feature names, or image files with tables beside them. Each page is read once. What is there \
            already and still right is left alone; a run that was ended goes on with the subsets that are missing.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(name: [.short, .long], help: "The folder to write to.")
    var outDir: String

    @Option(help: "Subsets, with commas.")
    var sets = "train,dev,test"

    @Option(help: "tfrecords, png, jpeg or jpg.")
    var format = "tfrecords"

    @Option(help: "The size of stored images: HEIGHTxWIDTH, one side with the proportions kept (64x), or a factor (0.5).")
    var shape: ShapeArgument?

    @Option(help: "Files per subset.")
    var shards = 8

    @Option(help: "Threads; 0 for one per processor. The files do not depend on it.")
    var threads = 0

    @Option(help: "Store boxes: pixel or ratio.")
    var bbox: String?

    @Option(help: "1 for grey, 3 for colours.")
    var channels = 1

    @Option(help: "Of JPEG files, 1 to 100.")
    var quality = 95

    @Option(help: "How images are scaled: auto, nearest, box, bilinear, bicubic, lanczos.")
    var resize = "auto"

    @Flag(help: "Store tiles of --shape with the characters wholly inside.")
    var chunk = false

    @Flag(help: "Store the lines of whole pages.")
    var line = false

    @Flag(help: "Store masks of characters, lines and classes.")
    var mask = false

    @Flag(inversion: .prefixedNo, help: "Store the number of characters.")
    var character = true

    @Flag(inversion: .prefixedNo, help: "Store the classes of characters.")
    var label = true

    @Flag(help: "Replace what was made otherwise.")
    var overwrite = false

    func validate() throws {
        guard PixelFormat(rawValue: channels) != nil else { throw ValidationError("--channels must be 1 or 3") }
        guard (1...100).contains(quality) else { throw ValidationError("--quality must be from 1 to 100") }
        guard (0...1024).contains(threads) else { throw ValidationError("--threads must be from 0 to 1024") }
    }

    func run() throws {
        try reporting {
            var recipe = StorageRecipe()
            recipe.format = try StorageRecipe.Format(named: format)
            if let shape { recipe.shape = shape.shape }
            recipe.color = PixelFormat(rawValue: channels) ?? .gray
            (recipe.quality, recipe.isChunked, recipe.hasLines, recipe.hasMasks) = (quality, chunk, line, mask)
            (recipe.hasCharacters, recipe.hasLabels) = (character, label)
            recipe.kernel = try ResizeKernel(named: resize)
            recipe.boxes = try bbox.map { try StorageRecipe.BoxUnit(named: $0) }
            let subsets = try sets.split(separator: ",").map { try Subset(named: String($0)) }
            let corpus = try options.corpus()
            for notice in recipe.idleArguments(for: corpus.configuration.scope) { printNote(notice.message) }
            let interrupt = Interrupt()
            let signal = InterruptSignal(for: interrupt)
            let display = CountDisplay()
            var request = DatasetRequest(folder: outDir, subset: subsets.first ?? .train)
            (request.recipe, request.shardCount, request.threads, request.overwrite) = (recipe, shards, threads, overwrite)
            request.monitor = GenerationMonitor(
                progress: { display.show("\($0.pagesDone) of \($0.pages) pages, \($0.examples) examples") },
                isCancelled: { interrupt.isSet })
            do {
                let stores = try withExtendedLifetime(signal) { try DatasetStore.open(corpus, request, subsets: subsets) }
                display.end()
                for store in stores { print(Self.line(store)) }
            } catch CorpusError.interrupted {
                display.end()
                FileHandle.standardError.write(Data("interrupted; run again to go on\n".utf8))
                throw ExitCode(130)
            } catch {
                display.end()
                throw error
            }
        }
    }

    private static func line(_ store: DatasetStore) -> String {
        let size = store.shards.reduce(0) { $0 + $1.bytes }
        return "\(store.subset.rawValue): \(store.count) examples in \(store.shards.count) files, \(size) bytes"
            + (store.wasGenerated ? "" : " (there already)")
    }
}
