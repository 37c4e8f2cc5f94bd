import ArgumentParser
import Foundation
import ScriptTests

struct DoctestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctest", abstract: "Run the examples in Markdown pages.",
        discussion: """
            Runs the blocks marked cdm of every page, in order, in one session a page, and compares what they print with the block \
            marked output behind them, or with the answers in a cdm> transcript. PATH is a page, a folder, or page.md:LINE for the \
            block at that line.

            Exit codes: 0 all passed, 1 some failed, 2 usage or a page that is written wrongly.
            """)

    @Flag(help: "Print what runs, hidden lines included, and run nothing.")
    var show = false

    @Flag(help: "Put the right outputs into the pages.")
    var bless = false

    @Flag(help: "With --bless: also in pages that have uncommitted changes.")
    var force = false

    @Flag(help: "Run the blocks marked slow too.")
    var slow = false

    @Option(help: ArgumentHelp("Seconds for a block that does not say otherwise.", valueName: "seconds"))
    var timeout = 10.0

    @Option(name: [.customShort("j"), .customLong("jobs")], help: ArgumentHelp("Pages at a time; 0 takes all cores.", valueName: "n"))
    var jobs = 0

    @Option(help: ArgumentHelp("Write a JUnit report.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write a TAP report; '-' for standard output, which then gets nothing else.", valueName: "file"))
    var tap: String?

    @Option(help: .hidden)
    var worker: String?

    @Argument(help: ArgumentHelp("Pages, folders, or page.md:LINE.", valueName: "path"))
    var paths: [String]

    func validate() throws {
        guard timeout > 0, timeout.isFinite else { throw ValidationError("--timeout must be above 0") }
        guard (0...256).contains(jobs) else { throw ValidationError("-j must be from 0 to 256") }
        guard bless || !force else { throw ValidationError("--force goes with --bless") }
        guard !bless || !show else { throw ValidationError("--show changes nothing; leave out --bless") }
    }

    func run() throws {
        if let worker { return try work(worker) }
        let targets: [(page: String, line: Int?)]
        do {
            targets = try paths.flatMap(Self.targets)
            if bless, !force {
                for target in targets where TestFiles.hasUncommittedChanges(target.page) { throw ScriptTestError.changedFile(target.page) }
            }
        } catch let error as ScriptTestError { throw UsageError(error) }

        if show { return try list(targets) }
        let pool = WorkerPool(
            environment: TestSessions.environment, parallel: jobs > 0 ? jobs : ProcessInfo.processInfo.activeProcessorCount)
        var options = PageRunner.Options()
        (options.includesSlow, options.timeout, options.blesses) = (slow, timeout, bless)
        let work = try targets.map { target in
            options.line = target.line
            let encoded = try TestSessions.encoded(options)
            return WorkerPool.Job(file: target.page, canGoOn: false) { _ in ["doctest", target.page, "--worker", encoded] }
        }
        let start = Date()
        var report = RunReport()
        var blessed: [(page: String, edits: [Edit])] = []
        let isQuiet = tap == "-"
        pool.run(work) { job, answer in
            report.add(answer.results)
            if !answer.edits.isEmpty { blessed.append((job.file, answer.edits)) }
            if !isQuiet, !answer.results.isEmpty { print(RunReport.line(for: job.file, answer.results), terminator: "") }
        }
        if !isQuiet { print(report.ending(seconds: Date().timeIntervalSince(start)), terminator: "") }
        if let junit { try TestSessions.write(JUnitReport.text(report.results), to: junit) }
        if let tap { try TestSessions.write(TAPReport.text(report.results), to: tap) }
        do {
            for (page, edits) in blessed { print("blessed \(try TestFiles.apply(edits, to: page))", terminator: "") }
        } catch let error as ScriptTestError { throw UsageError(error) }
        if report.tally.exitCode != 0 { throw ExitCode(report.tally.exitCode) }
    }

    private func list(_ targets: [(page: String, line: Int?)]) throws {
        for target in targets {
            do {
                let page = Page(name: target.page, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: target.page))))
                print(page.listing(at: target.line), terminator: "")
            } catch { throw UsageError(ScriptTestError.notReadable(path: target.page, reason: error.localizedDescription)) }
        }
    }

    private func work(_ options: String) throws {
        TestSessions.fixThreads()
        try PageRunner(
            path: paths[0], options: try TestSessions.decoded(options), makeSession: TestSessions.maker, tell: WorkerMessage.writer()
        ).run()
    }

    private static func targets(_ path: String) throws -> [(page: String, line: Int?)] {
        if let colon = path.lastIndex(of: ":"), let line = Int(path[path.index(after: colon)...]), line > 0,
            FileManager.default.fileExists(atPath: String(path[..<colon]))
        {
            return [(String(path[..<colon]), line)]
        }
        return try TestFiles.find([path], endings: [".md"], what: "pages").map { ($0, nil) }
    }
}
