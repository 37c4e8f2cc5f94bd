import ScriptRuntime
import Training

/// What `train_and_evaluate` gives.
final class ResultObject: HostMembers {
    let outcome: RunOutcome
    let owner: EstimatorObject

    init(_ outcome: RunOutcome, _ owner: EstimatorObject) { (self.outcome, self.owner) = (outcome, owner) }

    var scriptTypeName: String { "TrainingResult" }
    var scriptSummary: String { "<TrainingResult: \(status) at step \(outcome.step)>" }
    var memberNames: [String] { ["step", "status", "metrics", "text", "checkpoint", "best_checkpoint", "evaluation"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "step": .int(outcome.step)
        case "status": .str(status)
        case "metrics": metricsValue(outcome.metrics, interpreter)
        case "text": textsValue(outcome.texts, interpreter)
        case "checkpoint": outcome.checkpoint.map { .str($0) } ?? Value.none
        case "best_checkpoint": outcome.bestCheckpoint.map { .str($0) } ?? Value.none
        case "evaluation": outcome.evaluation.map { interpreter.value(of: EvaluationObject($0, owner)) } ?? Value.none
        default: nil
        }
    }

    private var status: String {
        switch outcome.status {
        case .finished: "finished"
        case .alreadyFinished: "already finished"
        case .interrupted: "interrupted"
        case .stopped(let reason): "stopped: \(reason)"
        case .dataEnded: "data ended"
        }
    }

    static func type(_ report: Native) -> NativeType {
        NativeType(
            "TrainingResult", doc: "How a run ended: step, status, metrics, text, checkpoint, report().", module: "carpedm.train",
            methods: [report])
    }
}

/// What an evaluation found.
final class EvaluationObject: HostMembers {
    let evaluation: Evaluation
    let owner: EstimatorObject

    init(_ evaluation: Evaluation, _ owner: EstimatorObject) { (self.evaluation, self.owner) = (evaluation, owner) }

    var scriptTypeName: String { "Evaluation" }
    var scriptSummary: String { "<\(ProgressText.line(evaluation))>" }
    var memberNames: [String] { ["step", "examples", "metrics", "measures", "text", "confusion", "hardest", "checkpoint"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "step": .int(evaluation.step)
        case "examples": .int(evaluation.examples)
        case "metrics": metricsValue(evaluation.metrics, interpreter)
        case "text": textsValue(evaluation.texts, interpreter)
        case "measures":
            interpreter.dict(
                evaluation.measures.sorted { $0.key < $1.key }.map { ($0.key, interpreter.value(of: MetricObject($0.value))) })
        case "hardest":
            .list(
                evaluation.gallery.hardest.map { example in
                    interpreter.dict([
                        ("id", .str(example.id)), ("loss", .float(example.loss)),
                        ("truth", example.truth.map { .str($0) } ?? .none), ("answer", example.answer.map { .str($0) } ?? .none),
                    ])
                })
        case "confusion": evaluation.confusion.map { interpreter.value(of: MetricObject($0)) } ?? Value.none
        case "checkpoint": evaluation.checkpoint.map { .str($0) } ?? Value.none
        default: nil
        }
    }

    static func type(_ report: Native) -> NativeType {
        NativeType(
            "Evaluation", doc: "What an evaluation found: metrics, measures, text, confusion, hardest, report().",
            module: "carpedm.train",
            methods: [report])
    }
}

private func textsValue(_ texts: [String: [String]], _ interpreter: Interpreter) -> Value {
    interpreter.dict(texts.sorted { $0.key < $1.key }.map { ($0.key, .list($0.value.map { .str($0) })) })
}
