import ArgumentParser
import Foundation
import ScriptTests

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests of scripts.",
        discussion: """
            Collects functions test_... and methods test_... of classes Test... from .cdm files, and the >>> examples in docstrings. \
            A failing assert shows the values of its parts. Each file runs in a process of its own: a test that hangs, recurses for \
            ever or fills the memory is ended and reported, and the others go on.

            PATH is a file, a folder, or file.cdm::test_name. Exit codes: 0 all passed, 1 some failed, 2 usage or a file that \
            cannot be run.
            """)

    @Option(name: .customShort("k"), help: ArgumentHelp("Only tests whose names match: words, and, or, not.", valueName: "expression"))
    var filter: String?

    @Flag(name: .customShort("x"), help: "Stop at the first failure.")
    var stopsAtFirst = false

    @Option(help: "Start of all randomness that a test leaves open.")
    var seed = 0

    @Option(help: ArgumentHelp("Seconds that one test may take.", valueName: "seconds"))
    var timeout = 60.0

    @Option(name: .customLong("max-memory"), help: ArgumentHelp("Script data that one file may hold, in MiB.", valueName: "MiB"))
    var memory = 1024

    @Option(name: [.customShort("j"), .customLong("jobs")], help: ArgumentHelp("Files at a time; 0 takes all cores.", valueName: "n"))
    var jobs = 0

    @Flag(inversion: .prefixedNo, help: "Run the examples in docstrings.")
    var docstrings = true

    @Option(help: ArgumentHelp("Write a JUnit report.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write a TAP report; '-' for standard output, which then gets nothing else.", valueName: "file"))
    var tap: String?

    @Option(help: .hidden)
    var worker: String?

    @Option(help: .hidden)
    var skip = 0

    @Argument(help: ArgumentHelp("Files, folders, or file.cdm::test_name.", valueName: "path"))
    var paths: [String] = ["."]

    func validate() throws {
        guard timeout > 0, timeout.isFinite else { throw ValidationError("--timeout must be above 0") }
        guard (1...1 << 20).contains(memory) else { throw ValidationError("--max-memory must be from 1 to 1048576") }
        guard (0...256).contains(jobs) else { throw ValidationError("-j must be from 0 to 256") }
    }

    func run() throws {
        if let worker { return try work(worker) }
        let targets: [(file: String, only: String?)]
        do {
            if let filter { _ = try NameFilter(filter) }
            targets = try paths.flatMap(Self.targets)
        } catch let error as ScriptTestError { throw UsageError(error) }

        var pool = WorkerPool(
            environment: TestSessions.environment, parallel: jobs > 0 ? jobs : ProcessInfo.processInfo.activeProcessorCount)
        pool.stopsAtFirstFailure = stopsAtFirst
        let start = Date()
        var report = RunReport()
        var options = TestFileRunner.Options()
        (options.seed, options.timeout, options.memory) = (seed, timeout, memory << 20)
        (options.filter, options.includesDocstrings) = (filter, docstrings)
        let work = try targets.map { target in
            options.only = target.only
            let encoded = try TestSessions.encoded(options)
            return WorkerPool.Job(file: target.file, canGoOn: true) { ["test", target.file, "--worker", encoded, "--skip", String($0)] }
        }
        let isQuiet = tap == "-"
        pool.run(work) { job, answer in
            report.add(answer.results)
            if !isQuiet { print(RunReport.line(for: job.file, answer.results), terminator: "") }
        }
        if !isQuiet { print(report.ending(seconds: Date().timeIntervalSince(start)), terminator: "") }
        if let junit { try TestSessions.write(JUnitReport.text(report.results), to: junit) }
        if let tap { try TestSessions.write(TAPReport.text(report.results), to: tap) }
        if report.results.isEmpty {
            FileHandle.standardError.write(Data("carpedm: no tests were found\n".utf8))
            throw ExitCode(2)
        }
        if report.tally.exitCode != 0 { throw ExitCode(report.tally.exitCode) }
    }

    private func work(_ options: String) throws {
        TestSessions.fixThreads()
        TestFileRunner(
            file: paths[0], options: try TestSessions.decoded(options), makeSession: TestSessions.maker, tell: WorkerMessage.writer()
        ).run(skipping: skip)
    }

    private static func targets(_ path: String) throws -> [(file: String, only: String?)] {
        let parts = path.components(separatedBy: "::")
        guard parts.count > 1, FileManager.default.fileExists(atPath: parts[0]) else {
            return try TestFiles.find([path], endings: [".cdm"], what: "scripts").map { ($0, nil) }
        }
        return [(parts[0], parts.dropFirst().joined(separator: "::"))]
    }
}
