import ScriptRuntime
import Training

/// A run that a person stopped and that `train.resume()` goes on with.
public struct PausedTraining: Sendable {
    public let model: String
    public let step: Int
    public let maxSteps: Int?
    public let folder: String?
}

extension Engine {
    /// The newest run, when it was interrupted: it goes on with `train.resume()`.
    public var pausedTraining: PausedTraining? {
        guard let currentRun, currentRun.status == .interrupted else { return nil }
        let estimator = currentRun.owner.estimator
        return PausedTraining(
            model: estimator.function.model.name, step: estimator.step, maxSteps: currentRun.spec.maxSteps,
            folder: estimator.config.modelDir)
    }

    /// `train.resume(max_steps=None)`: goes on with the newest run exactly where it stopped.
    func resume(_ call: Call) throws -> Value {
        guard let run = currentRun else {
            throw Raised(
                .runtimeError, "there is no run to resume", hint: "Start one with train.train_and_evaluate or train.fit.")
        }
        guard run.status != .running else {
            throw Raised(
                .runtimeError, "the run is going on; it cannot be resumed from within", hint: "Return from the callback.")
        }
        var spec = run.spec
        if let steps = try call.optionalInt(0) { spec = try TrainSpec(input: spec.input, maxSteps: steps) }
        if run.status == .ended, let last = spec.maxSteps, run.owner.estimator.step >= last {
            throw Raised(
                .runtimeError, "the run is finished: step \(last) of \(last)",
                hint: "Give more steps: train.resume(max_steps=\(last * 2)).")
        }
        return try finish(try run.owner.train(spec, run.evaluations), run.owner)
    }
}

/// The newest run, as `train.current` and callbacks see it.
final class RunObject: HostMembers {
    enum Status: String { case running, interrupted, failed, ended }

    let owner: EstimatorObject
    let spec: TrainSpec
    let evaluations: [EvalSpec]
    var status = Status.running
    private unowned let engine: Engine

    init(_ owner: EstimatorObject, _ spec: TrainSpec, _ evaluations: [EvalSpec], _ engine: Engine) {
        (self.owner, self.spec, self.evaluations, self.engine) = (owner, spec, evaluations, engine)
    }

    private var estimator: Estimator { owner.estimator }

    var scriptTypeName: String { "Run" }
    var scriptSummary: String {
        "<Run of \(estimator.function.model.name), \(status.rawValue) at step \(estimator.step)\(spec.maxSteps.map { " of \($0)" } ?? "")>"
    }

    var memberNames: [String] {
        [
            "step", "max_steps", "epoch", "epochs", "loss", "penalty", "losses", "logged", "learning_rate", "examples_per_second",
            "seconds_left", "evaluation", "metrics", "history", "estimator", "params", "model_dir", "status",
        ]
    }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        let newest = estimator.newest
        switch name {
        case "step": return .int(estimator.step)
        case "max_steps": return spec.maxSteps.map { .int($0) } ?? Value.none
        case "epoch": return .int(newest?.epoch ?? 1)
        case "epochs": return newest?.epochs.map { .int($0) } ?? Value.none
        case "loss": return newest.map { .float($0.loss) } ?? Value.none
        case "penalty": return newest.map { .float($0.penalty) } ?? Value.none
        case "losses": return .list(estimator.losses.map { .float($0.loss) })
        case "logged": return metricsValue(newest?.logged ?? [:], interpreter)
        case "learning_rate": return .float(estimator.learningRate)
        case "examples_per_second": return .float(newest?.averageExamplesPerSecond ?? 0)
        case "seconds_left": return newest?.secondsLeft.map { .float($0) } ?? Value.none
        case "evaluation": return estimator.evaluation.map { interpreter.value(of: EvaluationObject($0, owner)) } ?? Value.none
        case "metrics": return metricsValue(estimator.evaluation?.metrics ?? [:], interpreter)
        case "history": return engine.historyValue(estimator.history)
        case "estimator": return interpreter.value(of: owner)
        case "params": return interpreter.value(of: owner.parameters)
        case "model_dir": return estimator.config.modelDir.map { .str($0) } ?? Value.none
        case "status": return .str(status.rawValue)
        default: return nil
        }
    }

    func setMember(_ name: String, to value: Value, _ interpreter: Interpreter) throws -> Bool {
        guard name == "learning_rate" else { return false }
        try owner.parameters.settings.set(name, to: try interpreter.setting(value, name: name))
        owner.takeSettings()
        return true
    }

    static var type: NativeType {
        NativeType(
            "Run",
            doc: "A run as it stands: what train.current is and callbacks get. Setting learning_rate changes the next step.",
            module: "carpedm.train",
            methods: [
                Native(
                    "stop(self, reason='stopped by the script')",
                    "End the run after this step, with a checkpoint and an evaluation."
                ) { call in
                    try call.host(0, as: RunObject.self).estimator.stop(try call.string(1))
                    return .none
                },
                Native("evaluate(self)", "Evaluate the variables as they stand on the run's evaluation data.") { call in
                    let run = try call.host(0, as: RunObject.self)
                    guard let spec = run.evaluations.first else {
                        throw Raised(
                            .runtimeError, "this run has no evaluation data",
                            hint: "Call train.current.estimator.evaluate(input_fn).")
                    }
                    let evaluation = try run.engine.interruptible { try run.estimator.evaluate(spec) }
                    return call.interpreter.value(of: EvaluationObject(evaluation, run.owner))
                },
            ].map(\.namingArguments))
    }
}
