import ScriptRuntime
import Training

/// A report as a script's object: `print` shows the text, a notebook the page.
final class ReportObject: HostMembers, HostDisplay {
    private let report: EvaluationReport

    init(_ report: EvaluationReport) { self.report = report }

    var scriptTypeName: String { "Report" }
    var scriptSummary: String { "<Report of step \(report.evaluation.step), \(report.evaluation.examples) examples>" }
    var memberNames: [String] { ["text", "html", "save"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "text": return .str(report.text)
        case "html": return .str(report.html)
        case "save":
            return interpreter.value(
                of: Native("save(path)", "Write the page where path ends in .html, else the text.") { [report] call in
                    try report.write(to: try call.string(0))
                    return .none
                })
        default: return nil
        }
    }

    func displayText(_ interpreter: Interpreter) throws -> String { report.text }

    func richForms(_ interpreter: Interpreter) throws -> [(type: String, data: [UInt8])] {
        [("text/html", Array(report.html.utf8))]
    }
}

extension Engine {
    /// `dm.report(...)`.
    var reportFunction: Native {
        Native(
            "report(result, path=None)",
            """
            The report of a result or an evaluation: measures with counts and intervals, classes, confusions, examples and curves. With a \
            path it is written there, as one page (.html) or as text.
            """
        ) { [unowned self] call in
            guard case .host(let box) = call[0] else { throw call.mismatch(0, "a result of training or an evaluation") }
            switch box.object {
            case let result as ResultObject: return try report(result.outcome.evaluation, result.owner, call, 1)
            case let evaluation as EvaluationObject: return try report(evaluation.evaluation, evaluation.owner, call, 1)
            case let run as RunObject: return try report(run.owner.estimator.evaluation, run.owner, call, 1)
            default: throw call.mismatch(0, "a result of training or an evaluation")
            }
        }
    }

    /// `result.report(path=None)` and `evaluation.report(path=None)`; `self` is argument 0.
    var reportMethod: Native {
        Native(
            "report(self, path=None)", "The report; written to path (.html: one page, else text) when one is given.",
            reportFunction.body)
    }

    private func report(_ evaluation: Evaluation?, _ owner: EstimatorObject, _ call: Call, _ pathIndex: Int) throws -> Value {
        guard let evaluation else {
            throw Raised(
                .valueError, "there was no evaluation to report",
                hint: "Give train_and_evaluate an eval_spec, or call estimator.evaluate.")
        }
        let report = EvaluationReport(evaluation, owner.estimator)
        if let path = try call.optionalString(pathIndex) { try report.write(to: path) }
        return interpreter.value(of: ReportObject(report))
    }
}
