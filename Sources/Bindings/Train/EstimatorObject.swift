import Imaging
import ScriptRuntime
import Training

/// An estimator as a script's object.
final class EstimatorObject: HostMembers {
    let estimator: Estimator
    private let parameters: SettingsObject<HParams>

    /// From the arguments `(model_fn, config, params, callbacks)`.
    init(_ call: Call, _ engine: Engine) throws {
        guard case .host(let box) = call[0], let function = box.object as? ModelFunctionObject else {
            throw call.mismatch(0, "what task.model_fn(...) gives")
        }
        var config = try Self.settings(call, 1) ?? RunConfig()
        if config.seed == nil { config.seed = engine.seed }
        parameters = try call[2].isNone ? SettingsObject(HParams()) : call.host(2, as: SettingsObject<HParams>.self)
        estimator = Estimator(function.function, config: config, hyperparameters: parameters.settings)
        estimator.progress = { [unowned engine] in engine.progress($0) }
        let interrupt = engine.interpreter.interrupt
        estimator.isInterrupted = { interrupt.isSet }
        estimator.imageEncoder = { pixels, height, width, channels in
            try Image(width: width, height: height, format: channels == 1 ? .gray : .rgb, pixels: pixels).encoded(as: .png)
        }
        estimator.callbacks = try call.interpreter.items(of: call[3]).map { ScriptCallback($0, engine) }
    }

    private static func settings(_ call: Call, _ index: Int) throws -> RunConfig? {
        call[index].isNone ? nil : try call.host(index, as: SettingsObject<RunConfig>.self).settings
    }

    func trainAndEvaluate(_ spec: TrainSpec, _ evaluations: [EvalSpec]) throws -> RunOutcome {
        estimator.hyperparameters = parameters.settings
        return try estimator.trainAndEvaluate(spec, evaluations)
    }

    var scriptTypeName: String { "Estimator" }
    var scriptSummary: String { "<Estimator of \(estimator.function.model.name)>" }
    var memberNames: [String] { ["model_dir", "params"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "model_dir": estimator.config.modelDir.map { .str($0) } ?? Value.none
        case "params": interpreter.value(of: parameters)
        default: nil
        }
    }
}

/// A script's object with `step_ended(progress)` and `evaluated(metrics)`, each optional; a string they return stops the run.
final class ScriptCallback: TrainingCallback {
    private let object: Value
    private unowned let engine: Engine

    init(_ object: Value, _ engine: Engine) { (self.object, self.engine) = (object, engine) }

    func stepEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? {
        let entries: [(String, Value)] = [
            ("step", .int(progress.step)), ("epoch", .int(progress.epoch)), ("loss", .float(progress.loss)),
            ("learning_rate", .float(progress.learningRate)), ("examples_per_second", .float(progress.examplesPerSecond)),
        ]
        return try tell("step_ended", engine.interpreter.dict(entries))
    }

    func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? {
        try tell("evaluated", metricsValue(evaluation.metrics, engine.interpreter))
    }

    private func tell(_ method: Symbol, _ argument: Value) throws -> StopReason? {
        let interpreter = engine.interpreter
        guard let function = try interpreter.find(object, method) else { return nil }
        guard case .str(let reason) = try interpreter.call(function, [argument]) else { return nil }
        return reason.string
    }
}

/// Numbers by name, sorted.
func metricsValue(_ metrics: [String: Double], _ interpreter: Interpreter) -> Value {
    interpreter.dict(metrics.sorted { $0.key < $1.key }.map { ($0.key, .float($0.value)) })
}
