import ArgumentParser
import Distribution
import Foundation
import ScriptRuntime

struct DataDownloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Fetch the books of a dataset.",
        discussion: """
            Books that are there already are left alone; a run that was ended goes on where it was. Archives are checked and unpacked \
            beside their place, so that a book is there whole or not at all.
            """)

    @Option(name: [.customShort("d"), .long], help: "The folder to put the books in.")
    var dataDir: String

    @Option(name: [.customShort("i"), .long], help: "The dataset: \(Catalog.all.map(\.name).joined(separator: ", ")).")
    var dataset = "pmjtc"

    @Option(help: "Only these books, with commas.")
    var books: String?

    @Option(help: "Another place that holds <id>/<id>.zip, such as a mirror's.")
    var baseUrl: String?

    @Option(help: "Tries that bring nothing before a book is given up.")
    var tries = 6

    @Option(help: "Seconds without a byte after which a try ends.")
    var patience = 30

    @Flag(help: "Keep the archives.")
    var keep = false

    @Flag(help: "Only list the dataset's books, and which are there.")
    var list = false

    func validate() throws {
        guard (1...100).contains(tries) else { throw ValidationError("--tries must be from 1 to 100") }
        guard (1...3600).contains(patience) else { throw ValidationError("--patience must be from 1 to 3600") }
    }

    func run() throws {
        try reporting {
            var download = DatasetDownload(try Catalog(named: dataset), to: dataDir)
            download.books = books.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
            (download.base, download.keepsArchives) = (baseUrl, keep)
            (download.policy.tries, download.policy.patience) = (tries, patience)
            if list {
                for (book, isThere) in try download.state() { print("\(book)  \(isThere ? "there" : "not there")") }
                return
            }
            let interrupt = Interrupt()
            let signal = InterruptSignal(for: interrupt)
            let display = CountDisplay()
            download.isCancelled = { interrupt.isSet }
            download.policy.wait = { seconds in Self.wait(seconds, interrupt) }
            download.progress = { progress in
                if let line = progress.line { display.end(); print(line) } else { display.show(progress.text) }
            }
            do {
                try withExtendedLifetime(signal) { try download.run() }
                display.end()
            } catch DistributionError.interrupted {
                display.end()
                FileHandle.standardError.write(Data("interrupted; run again to go on\n".utf8))
                throw ExitCode(130)
            } catch {
                display.end()
                throw error
            }
        }
    }

    /// Waits in small steps, so that Ctrl-C is heard.
    private static func wait(_ seconds: Double, _ interrupt: Interrupt) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if interrupt.isSet { return false }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return true
    }
}
