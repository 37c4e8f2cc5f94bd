import Formats
import Foundation

/// The numbers of one evaluation.
public struct EvaluationRecord: Codable, Equatable, Sendable {
    public var step: Int
    /// Name of the evaluation's data, empty for the only one.
    public var name: String
    public var metrics: [String: Double]

    package init(step: Int, name: String, metrics: [String: Double]) {
        (self.step, self.name, self.metrics) = (step, name, metrics)
    }
}

/// What the evaluations of a run gave, kept beside the checkpoints; `history.csv` has the same for people.
struct EvaluationLog: Codable, Equatable {
    private(set) var entries: [EvaluationRecord] = []
    /// The metric that decides which checkpoint is best.
    var mainMetric: MainMetric?

    /// The log in a run's folder up to `step`: what a run did after the checkpoint it goes on from will be done again.
    init(folder: String?, upTo step: Int) {
        guard let folder, let data = try? Data(contentsOf: URL(fileURLWithPath: Self.path(folder))),
            let log = try? JSONDecoder.withNumbers.decode(EvaluationLog.self, from: data)
        else { return }
        (entries, mainMetric) = (log.entries.filter { $0.step <= step }, log.mainMetric)
    }

    func isEvaluated(_ step: Int) -> Bool { entries.contains { $0.step == step } }

    /// Adds an entry, in the place of one for the same step and data, and writes the log.
    mutating func add(_ entry: EvaluationRecord, folder: String?) throws {
        entries.removeAll { $0.step == entry.step && $0.name == entry.name }
        entries.append(entry)
        guard let folder else { return }
        let encoder = JSONEncoder.withNumbers
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try AtomicFile.write(encoder.encode(self), to: Self.path(folder))
        try AtomicFile.write(table.utf8, to: "\(folder)/history.csv", isDurable: false)
    }

    /// A row for each evaluation, a column for each measure.
    private var table: String {
        let names = Set(entries.flatMap(\.metrics.keys)).subtracting(["global_step"]).sorted()
        let rows = entries.map { entry in
            CommaSeparated.row(
                [String(entry.step), entry.name] + names.map { entry.metrics[$0].map(String.init(describing:)) ?? "" })
        }
        return CommaSeparated.row(["step", "data"] + names) + rows.joined()
    }

    /// Steps of the `count` best evaluations by `metric`, the best first; of equal ones the earlier.
    func best(_ metric: MainMetric, name: String, count: Int) -> [(step: Int, value: Double)] {
        let values = entries.filter { $0.name == name }.compactMap { entry in
            entry.metrics[metric.name].map { (step: entry.step, value: $0) }
        }
        let ranked = values.filter { !$0.value.isNaN }.sorted { left, right in
            left.value == right.value ? left.step < right.step : metric.isBetter(left.value, than: right.value)
        }
        return Array(ranked.prefix(max(0, count)))
    }

    private static func path(_ folder: String) -> String { "\(folder)/evaluations.json" }
}

extension JSONEncoder {
    /// Undefined measures are written as words.
    fileprivate static var withNumbers: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }
}

extension JSONDecoder {
    fileprivate static var withNumbers: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}
