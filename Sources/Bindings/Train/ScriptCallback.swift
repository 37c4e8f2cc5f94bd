import ScriptRuntime
import TextDistance
import Training

extension Engine {
    /// What a script gave as a callback: a built-in one, an object with some of the methods, or a function that is called after every step.
    ///
    /// - Throws: `TypeError` for an object with none of the methods, or with one that no loop calls.
    func callback(_ value: Value, of owner: EstimatorObject) throws -> any TrainingCallback {
        if case .host(let box) = interpreter.plain(value), let object = box.object as? CallbackObject {
            return try object.make(owner.estimator)
        }
        let names = Moment.allCases.map(\.rawValue)
        let own = interpreter.dir(value).filter { $0.hasPrefix("on_") }
        if let wrong = own.first(where: { !names.contains($0) }) {
            let near = nearest(to: wrong, among: names).map { "Did you mean '\($0)'? " } ?? ""
            throw Raised(
                .typeError, "a callback has a method '\(wrong)', which is never called",
                hint: near + "The methods are \(names.joined(separator: ", ")).")
        }
        var methods: [Moment: Value] = [:]
        for name in own {
            if let moment = Moment(rawValue: name), let method = try interpreter.find(value, Symbol(name)) {
                methods[moment] = method
            }
        }
        if methods.isEmpty {
            guard interpreter.isCallable(value) else {
                throw Raised(
                    .typeError, "a callback must be a function or an object with methods, not \(interpreter.typeName(of: value))",
                    hint: "The methods are \(names.joined(separator: ", ")); a function is called after every step.")
            }
            methods = [.step: value]
        }
        return ScriptCallback(methods, owner, self)
    }
}

/// When a callback is called; the name of its method.
enum Moment: String, CaseIterable {
    case start = "on_start"
    case step = "on_step"
    case epoch = "on_epoch"
    case evaluation = "on_evaluation"
    case checkpoint = "on_checkpoint"
    case end = "on_end"
}

/// Functions of a script, called with the run and, after an evaluation, checkpoint or end, with what came of it. A string that they
/// return stops the run.
final class ScriptCallback: TrainingCallback {
    private let methods: [Moment: Value]
    private weak var owner: EstimatorObject?
    private unowned let engine: Engine

    init(_ methods: [Moment: Value], _ owner: EstimatorObject, _ engine: Engine) {
        (self.methods, self.owner, self.engine) = (methods, owner, engine)
    }

    func started(_ start: RunStart, _ estimator: Estimator) throws { _ = try tell(.start, estimator) }

    func stepEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? { try tell(.step, estimator) }

    func epochEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? { try tell(.epoch, estimator) }

    func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? {
        guard methods[.evaluation] != nil, let owner else { return nil }
        return try tell(.evaluation, estimator, engine.interpreter.value(of: EvaluationObject(evaluation, owner)))
    }

    func saved(path: String, step: Int, _ estimator: Estimator) throws { _ = try tell(.checkpoint, estimator, .str(path)) }

    func ended(_ outcome: RunOutcome, _ estimator: Estimator) throws {
        guard methods[.end] != nil, let owner else { return }
        _ = try tell(.end, estimator, engine.interpreter.value(of: ResultObject(outcome, owner)))
    }

    private func tell(_ moment: Moment, _ estimator: Estimator, _ extra: Value? = nil) throws -> StopReason? {
        guard let method = methods[moment], let run = engine.currentRun, let owner else { return nil }
        let interpreter = engine.interpreter
        let answer = try engine.running(nil, estimator.recorder) {
            do {
                return try interpreter.call(method, [interpreter.value(of: run)] + (extra.map { [$0] } ?? []))
            } catch {
                throw engine.noted(interpreter.convert(error), "in a callback's \(moment.rawValue), called by the training loop")
            }
        }
        owner.takeSettings()
        guard case .str(let reason) = answer else { return nil }
        return reason.string
    }
}
