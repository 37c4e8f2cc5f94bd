import ArgumentParser
import Foundation
import ScriptSyntax
import Training

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List and compare training runs.",
        discussion: """
            Every folder under DIR that holds checkpoints is a run. The table shows how far each is, the newest and the best value of the \
            metric that decides, and the settings in which the runs differ.
            """)

    @Argument(help: "Where to look.")
    var folder = "."

    @Flag(help: "Everything as JSON.")
    var json = false

    @Flag(help: "Everything as comma-separated values.")
    var csv = false

    @Option(help: ArgumentHelp("Show this metric.", valueName: "name"))
    var metric: String?

    @Option(help: ArgumentHelp("Sort by 'path', 'time', 'step' or the name of a metric (the best first).", valueName: "key"))
    var sort = "path"

    func validate() throws {
        guard !(json && csv) else { throw ValidationError("--json and --csv exclude each other") }
    }

    func run() throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw UsageError(RunsError.noFolder(folder))
        }
        let runs = try sorted(RunRecord.all(under: folder))
        if let metric, !runs.contains(where: { $0.metrics[metric] != nil }) {
            throw UsageError(RunsError.unknownKey(metric, known: Set(runs.flatMap(\.metrics.keys)).sorted()))
        }
        let text: String
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            text = String(decoding: try encoder.encode(runs), as: UTF8.self) + "\n"
        } else if csv {
            text = RunTable(runs, metric: metric).csv
        } else if runs.isEmpty {
            text = "no runs in \(folder)\n"
        } else {
            text = RunTable(runs, metric: metric).text(relativeTo: folder)
        }
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    private func sorted(_ runs: [RunRecord]) throws -> [RunRecord] {
        switch sort {
        case "path": return runs
        case "time": return runs.sorted { ($1.changed, $0.path) < ($0.changed, $1.path) }
        case "step": return runs.sorted { ($1.step, $0.path) < ($0.step, $1.path) }
        default:
            let known = Set(runs.flatMap(\.metrics.keys))
            guard runs.isEmpty || known.contains(sort) else {
                throw UsageError(RunsError.unknownKey(sort, known: ["path", "time", "step"] + known.sorted()))
            }
            let sign = MainMetric.isBetterWhenHigher(sort) ? -1.0 : 1
            func key(_ run: RunRecord) -> Double { run.metrics[sort].map { sign * $0 } ?? .infinity }
            return runs.sorted { (key($0), $0.path) < (key($1), $1.path) }
        }
    }
}

/// A mistake in asking for runs.
enum RunsError: LocalizedError {
    case noFolder(String)
    case unknownKey(String, known: [String])

    var errorDescription: String? {
        switch self {
        case .noFolder(let path): "there is no folder '\(path)'"
        case .unknownKey(let name, _): "no run knows '\(name)'"
        }
    }

    var recoverySuggestion: String? {
        switch self {
        case .noFolder: "Name the folder of a run, or one that has runs below it (a task's results)."
        case .unknownKey(_, let known): known.isEmpty ? "No run has been evaluated." : "Known: \(known.joined(separator: ", "))."
        }
    }
}
