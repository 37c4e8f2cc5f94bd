import Foundation
import ScriptSyntax

extension ErrorReport {
    /// The report as one JSON object on one line, without a line end; keys in order.
    ///
    /// `kind`, `message`, `hint`, `notes`, `values` (`expression`, `value`, `file`, `span`), `frames` innermost first
    /// (`function`, `file`, `span`, `line`), `causes` (`relation`, `report`), and `limit` when one ended the run. A `span`
    /// has `start`, `end` in bytes and `line`, `column`, `endLine`, `endColumn` from 1, as in the reports of diagnostics.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it can fail to encode: strings and integers only.
        guard let data = try? encoder.encode(ReportRecord(self)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}

// MARK: - Implementation

private struct ReportRecord: Encodable {
    struct Value: Encodable {
        let expression: String
        let value: String
        let file: String
        let span: PlaceRecord
    }
    struct Frame: Encodable {
        let function: String
        let file: String
        let span: PlaceRecord
        let line: String
    }
    struct Cause: Encodable {
        let relation: String
        let report: ReportRecord
    }

    let kind: String
    let message: String
    let hint: String?
    let notes: [String]
    let values: [Value]
    let frames: [Frame]
    let causes: [Cause]
    let limit: String?

    init(_ report: ErrorReport) {
        kind = report.kind
        message = report.message
        hint = report.hint
        notes = report.notes
        values = report.values.map {
            Value(expression: $0.expression, value: $0.value, file: $0.source.name, span: PlaceRecord($0.span, in: $0.source))
        }
        frames = report.frames.map {
            let line = $0.source.text(ofLine: $0.source.line(at: Int($0.span.start)))
            return Frame(function: $0.function, file: $0.source.name, span: PlaceRecord($0.span, in: $0.source), line: line)
        }
        causes = report.causes.map { Cause(relation: $0.relation.rawValue, report: ReportRecord($0.report)) }
        limit = report.stop.map { stop in
            switch stop {
            case .cancelled: "cancelled"
            case .steps: "steps"
            case .memory: "memory"
            case .time: "time"
            case .output: "output"
            }
        }
    }
}
