import Foundation
import ScriptSyntax
import Training

/// Runs side by side.
struct RunTable {
    private let runs: [RunRecord]
    private let metric: String?

    init(_ runs: [RunRecord], metric: String?) { (self.runs, self.metric) = (runs, metric) }

    /// The settings whose values differ between the runs.
    private var differing: [String] {
        guard runs.count > 1 else { return [] }
        return Set(runs.flatMap(\.hyperparameters.keys)).sorted().filter { name in
            Set(runs.map { $0.hyperparameters[name] }).count > 1
        }
    }

    /// Columns in terminal cells; paths below `folder`, times by day and minute.
    func text(relativeTo folder: String) -> String {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        let times = DateFormatter()
        times.locale = Locale(identifier: "en_US_POSIX")
        times.dateFormat = "yyyy-MM-dd HH:mm"
        let differing = differing
        let header = ["run", "step", "newest", "best", "changed"] + differing
        let rows = runs.map { run in
            let name = metric ?? run.best?.metric ?? "loss"
            let newest = run.metrics[name].map { "\(name) \(short($0))" } ?? "not evaluated"
            let best = run.best.map { best in
                best.metric == name
                    ? "\(short(best.value)) at \(best.step)" : "\(best.metric) \(short(best.value)) at \(best.step)"
            }
            let path = run.path.hasPrefix(prefix) ? String(run.path.dropFirst(prefix.count)) : run.path
            return [
                path, "\(run.step)\(run.isRunning ? " running" : "")", newest, best ?? "", times.string(from: run.changed),
            ] + differing.map { run.hyperparameters[$0] ?? "" }
        }
        let widths = header.indices.map { column in ([header] + rows).map { TerminalWidth.cells(in: $0[column]) }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            var line = row.indices.map { $0 == row.count - 1 ? row[$0] : padded(row[$0], widths[$0]) }.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A row for each run, a column for each metric and setting.
    var csv: String {
        let metrics = Set(runs.flatMap(\.metrics.keys)).sorted()
        let settings = Set(runs.flatMap(\.hyperparameters.keys)).sorted()
        let header =
            ["path", "model", "step", "running", "changed", "evaluations", "best_metric", "best", "best_step"] + metrics
            + settings
        let times = ISO8601DateFormatter()
        let rows = runs.map { run -> [String] in
            let best = run.best
            let fixed = [
                run.path, run.model, "\(run.step)", run.isRunning ? "true" : "false", times.string(from: run.changed),
                "\(run.evaluations)",
                best?.metric ?? "", best.map { "\($0.value)" } ?? "", best.map { "\($0.step)" } ?? "",
            ]
            return fixed + metrics.map { run.metrics[$0].map { "\($0)" } ?? "" } + settings.map { run.hyperparameters[$0] ?? "" }
        }
        return ([header] + rows).map { row in row.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private func quoted(_ field: String) -> String {
        field.contains { "\",\r\n".contains($0) } ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TerminalWidth.cells(in: text)))
    }

    private func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
