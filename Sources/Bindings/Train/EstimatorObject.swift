import Imaging
import ScriptRuntime
import Training

/// An estimator as a script's object.
final class EstimatorObject: HostMembers {
    let estimator: Estimator
    let parameters: SettingsObject<HParams>
    private unowned let engine: Engine

    /// From the arguments `(model_fn, config, params, callbacks)`.
    convenience init(_ call: Call, _ engine: Engine) throws {
        guard case .host(let box) = call[0], let function = box.object as? ModelFunctionObject else {
            throw call.mismatch(0, "what task.model_fn(...) gives")
        }
        let config = try call[1].isNone ? RunConfig() : call.host(1, as: SettingsObject<RunConfig>.self).settings
        let parameters = try call[2].isNone ? SettingsObject(HParams()) : call.host(2, as: SettingsObject<HParams>.self)
        try self.init(function.function, config, parameters, callbacks: call.interpreter.items(of: call[3]), engine)
    }

    init(
        _ function: ModelFunction, _ config: RunConfig, _ parameters: SettingsObject<HParams>, callbacks: [Value],
        _ engine: Engine
    ) throws {
        var config = config
        if config.seed == nil { config.seed = engine.seed }
        (self.parameters, self.engine) = (parameters, engine)
        estimator = Estimator(function, config: config, hyperparameters: parameters.settings)
        engine.equip(estimator)
        estimator.callbacks = try callbacks.map { try engine.callback($0, of: self) }
    }

    /// Trains; the run is what `train.current` shows from then on.
    ///
    /// What a script's hook raises gets a note that names the step; the interruption of a run ends the script.
    func train(_ spec: TrainSpec, _ evaluations: [EvalSpec]) throws -> RunOutcome {
        let run = RunObject(self, spec, evaluations, engine)
        let outer = engine.currentRun
        engine.currentRun = run
        defer { if let outer, outer.status == .running { engine.currentRun = outer } }
        estimator.hyperparameters = parameters.settings
        do {
            let outcome = try estimator.trainAndEvaluate(spec, evaluations)
            run.status = outcome.status == .interrupted ? .interrupted : .ended
            return outcome
        } catch let raised as Raised {
            let isInterruption = raised.stop != nil || raised.isInstance(of: .keyboardInterrupt, engine.interpreter)
            run.status = isInterruption ? .interrupted : .failed
            throw engine.noted(
                raised, "raised within the training loop, step \(estimator.step + 1) of \(estimator.function.model.name)")
        } catch {
            run.status = .failed
            throw error
        }
    }

    /// What changed in the script's settings counts from the next step on.
    func takeSettings() { estimator.hyperparameters = parameters.settings }

    var scriptTypeName: String { "Estimator" }
    var scriptSummary: String { "<Estimator of \(estimator.function.model.name)>" }
    var memberNames: [String] { ["model_dir", "params", "step", "history"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "model_dir": estimator.config.modelDir.map { .str($0) } ?? Value.none
        case "params": interpreter.value(of: parameters)
        case "step": .int(estimator.step)
        case "history": engine.historyValue(estimator.history)
        default: nil
        }
    }
}

extension Engine {
    /// Gives an estimator what it needs of its surroundings: where progress goes, what interrupts it, pictures.
    func equip(_ estimator: Estimator) {
        estimator.progress = { [unowned self] in progress($0) }
        let interrupt = interpreter.interrupt
        estimator.isInterrupted = { interrupt.isSet }
        estimator.imageEncoder = encodeImage
    }

    var encodeImage: ImageEncoder {
        { pixels, height, width, channels in
            try Image(width: width, height: height, format: channels == 1 ? .gray : .rgb, pixels: pixels).encoded(as: .png)
        }
    }

    /// The exception with a line that says where in the engine it was raised.
    func noted(_ raised: Raised, _ note: String) -> Raised {
        guard let exception = interpreter.exception(of: raised) else { return raised }
        // A script's class may have an add_note of its own that fails; the exception itself matters more.
        _ = try? interpreter.callMethod(.instance(exception), named: "add_note", [.str(note)])
        return raised
    }

    /// Evaluations as dicts with `step`, `data` and the numbers.
    func historyValue(_ history: [EvaluationRecord]) -> Value {
        .list(
            history.map { record in
                let numbers = record.metrics.filter { $0.key != "global_step" }.sorted { $0.key < $1.key }
                return interpreter.dict(
                    [("step", .int(record.step)), ("data", .str(record.name))] + numbers.map { ($0.key, .float($0.value)) })
            })
    }
}

/// Numbers by name, sorted.
func metricsValue(_ metrics: [String: Double], _ interpreter: Interpreter) -> Value {
    interpreter.dict(metrics.sorted { $0.key < $1.key }.map { ($0.key, .float($0.value)) })
}
