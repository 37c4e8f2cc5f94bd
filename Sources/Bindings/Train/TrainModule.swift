import Foundation
import Imaging
import ScriptRuntime
import Tensors
import Training

/// `carpedm.train`: settings, specifications and the estimator, keyword by keyword as in TensorFlow's estimator workflow.
extension Engine {
    func trainModule() -> NativeModule {
        defineTrainTypes()
        return NativeModule(
            "carpedm.train", doc: "Training, evaluation, checkpoints.",
            functions: ([
                Native(
                    "train_and_evaluate(estimator, train_spec, eval_spec)",
                    "Train until max_steps, evaluating after every epoch and at the end; gives the result with step, metrics and text."
                ) { [unowned self] call in
                    let estimator = try call.host(0, as: EstimatorObject.self)
                    let train = try call.host(1, as: TrainSpecObject.self)
                    return try finish(try estimator.train(train.spec, try evaluations(call[2], call)), estimator)
                },
                Native(
                    "resume(max_steps=None)",
                    "Go on with the newest run exactly where it was interrupted, with the bits of a run that was not."
                ) { [unowned self] call in try resume(call) },
            ] + shortForms).map(\.namingArguments),
            members: { [unowned self] _ in trainTypes.map { ($0.name, .type($0)) } },
            missing: { [unowned self] name, interpreter in
                // What is newest changes: it is looked up each time.
                guard name == "current" else { return nil }
                return currentRun.map { interpreter.value(of: $0) } ?? Value.none
            })
    }

    /// One specification, or several.
    func evaluations(_ value: Value, _ call: Call) throws -> [EvalSpec] {
        let items: [Value]
        switch value {
        case .list, .tuple: items = try call.interpreter.items(of: value)
        default: items = [value]
        }
        return try items.map { item in
            guard case .host(let box) = item, let spec = box.object as? EvalSpecObject else {
                throw Raised.type("eval_spec must be an EvalSpec, not \(call.interpreter.typeName(of: item))")
            }
            return spec.spec
        }
    }

    /// A result as a value; an interrupted run ends the script, after its checkpoint was written.
    func finish(_ outcome: RunOutcome, _ estimator: EstimatorObject) throws -> Value {
        if case .interrupted = outcome.status { try interpreter.checkInterrupt() }
        return interpreter.value(of: ResultObject(outcome, estimator))
    }

    /// What is interrupted ends the script.
    func interruptible<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch TrainingError.interrupted(let what) {
            try interpreter.checkInterrupt()
            throw TrainingError.interrupted(what: what)
        }
    }

    private func defineTrainTypes() {
        guard trainTypes.isEmpty else { return }
        trainTypes =
            [
                interpreter.define(settingsType(HParams.self, "The hyper-parameters of a run.") { SettingsObject($0) }),
                interpreter.define(
                    settingsType(SessionConfig.self, "How the machine is used.") { SettingsObject($0) }),
                interpreter.define(runConfigType()), interpreter.define(TrainSpecObject.type),
                interpreter.define(EvalSpecObject.type),
                interpreter.define(ModelFunctionObject.type), interpreter.define(InputObject.type),
                interpreter.define(estimatorType()), interpreter.define(ResultObject.type(reportMethod)),
                interpreter.define(EvaluationObject.type(reportMethod)),
                interpreter.define(RunObject.type),
            ] + (callbackTypes + [summaryWriterType]).map { interpreter.define($0) }
    }

    private func settingsType<Group: Settings>(
        _ group: Group.Type, _ doc: String, _ make: @escaping (Group) -> SettingsObject<Group>
    ) -> NativeType {
        NativeType(
            Group.title, doc: doc + "\n\n" + Group.documentation, module: "carpedm.train",
            constructor: Native("\(Group.title)(**settings)", doc) { call in
                call.interpreter.value(of: make(try Group(call.interpreter.settings(call[0]))))
            }.namingArguments.hinting { Group.hints })
    }

    private func runConfigType() -> NativeType {
        NativeType(
            RunConfig.title, doc: "Where and how often a run keeps and says things.\n\n" + RunConfig.documentation,
            module: "carpedm.train",
            constructor: Native(
                "RunConfig(*, session_config=None, **settings)", "Where and how often a run keeps and says things."
            ) {
                call in
                var config = try RunConfig(call.interpreter.settings(call[1]))
                if case .host(let box) = call[0], let session = box.object as? SettingsObject<SessionConfig> {
                    config.sessionConfig = session.settings
                } else if !call[0].isNone {
                    throw call.mismatch(0, "SessionConfig")
                }
                return call.interpreter.value(
                    of: SettingsObject(
                        config,
                        extras: [
                            "is_chief": { .bool($0.isChief) }, "num_worker_replicas": { .int($0.numWorkerReplicas) },
                            "session_config": { call.interpreter.value(of: SettingsObject($0.sessionConfig)) },
                        ]))
            }.namingArguments.hinting { RunConfig.hints })
    }

    private func estimatorType() -> NativeType {
        NativeType(
            "Estimator", doc: "Trains, evaluates and uses a model, with checkpoints and event files in a folder.",
            module: "carpedm.train",
            constructor: Native(
                "Estimator(model_fn, config=None, params=None, callbacks=())",
                "Trains, evaluates and uses a model, with checkpoints and event files in a folder."
            ) { [unowned self] call in
                call.interpreter.value(of: try EstimatorObject(call, self))
            }.namingArguments,
            methods: [
                Native("train(self, input_fn, max_steps=None)", "Train until step max_steps.") { [unowned self] call in
                    let estimator = try call.host(0, as: EstimatorObject.self)
                    let spec = try TrainSpec(input: try inputFunction(call[1]), maxSteps: try call.optionalInt(2))
                    return try finish(try estimator.train(spec, []), estimator)
                },
                Native(
                    "evaluate(self, input_fn, steps=None, name=None, checkpoint=None)",
                    "Evaluate what is in memory, else the newest checkpoint; checkpoint names another (result.best_checkpoint)."
                ) { [unowned self] call in
                    let estimator = try call.host(0, as: EstimatorObject.self)
                    let spec = try EvalSpec(
                        input: try inputFunction(call[1]), steps: try call.optionalInt(2), name: try call.optionalString(3))
                    let checkpoint = try call.optionalString(4)
                    let evaluation = try interruptible { try estimator.estimator.evaluate(spec, checkpoint: checkpoint) }
                    return call.interpreter.value(of: EvaluationObject(evaluation, estimator))
                },
                Native(
                    "predict(self, input_fn, checkpoint=None)",
                    "A dict of predictions for every batch; checkpoint as for evaluate."
                ) { [unowned self] call in
                    let estimator = try call.host(0, as: EstimatorObject.self)
                    let input = try inputFunction(call[1])
                    let checkpoint = try call.optionalString(2)
                    let results = try interruptible { try estimator.estimator.predict(input, checkpoint: checkpoint) }
                    return .list(
                        results.map { result in
                            let tensors = result.predictions.sorted { $0.key < $1.key }.map { ($0.key, tensorValue($0.value)) }
                            let texts = result.texts.sorted { $0.key < $1.key }.map {
                                ($0.key, Value.list($0.value.map { .str($0) }))
                            }
                            return interpreter.dict(tensors + texts)
                        })
                },
            ].map(\.namingArguments))
    }

    /// The source of batches behind an `input_fn` argument.
    func inputFunction(_ value: Value) throws -> InputFunction {
        guard case .host(let box) = value, let input = box.object as? InputObject else {
            throw Raised(
                .typeError, "input_fn must be what task.input_fn(...) gives, not \(interpreter.typeName(of: value))",
                hint: "Write input_fn=task.input_fn(batch_size, subset=\"train\").")
        }
        return input.function
    }
}

/// What `task.input_fn(...)` gives; called, it gives the batches themselves.
final class InputObject: HostCallable {
    let function: InputFunction
    let subset: String
    private unowned let engine: Engine

    init(_ function: @escaping InputFunction, subset: String, _ engine: Engine) {
        (self.function, self.subset, self.engine) = (function, subset, engine)
    }

    var scriptTypeName: String { "InputFunction" }
    var scriptSummary: String { "<input function of '\(subset)'>" }
    static var type: NativeType {
        NativeType(
            "InputFunction",
            doc: """
                Batches of a subset, as task.input_fn makes them. Called, input_fn() gives an iterator of (features, targets), what the \
                model and the loss are given: without end for training, once through the others.
                """,
            module: "carpedm.train")
    }

    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        guard arguments.isEmpty, keywords.isEmpty else { throw Raised.type("an InputFunction takes no arguments") }
        let source = try function()
        return .iterator(
            ClosureIterator("batch_stream") { [unowned engine] _ in
                guard let batch = try source.next() else { return nil }
                return .tuple([engine.featuresValue(batch.features), try engine.targetsValue(batch.targets)])
            })
    }
}

/// What `task.model_fn(...)` gives.
final class ModelFunctionObject: HostObject {
    let function: ModelFunction

    init(_ function: ModelFunction) { self.function = function }

    var scriptTypeName: String { "ModelFunction" }
    var scriptSummary: String { "<model function of \(function.model.name)>" }
    static var type: NativeType {
        NativeType("ModelFunction", doc: "A task and a model put together, as task.model_fn makes them.", module: "carpedm.train")
    }
}

final class TrainSpecObject: HostObject {
    let spec: TrainSpec

    init(_ spec: TrainSpec) { self.spec = spec }

    var scriptTypeName: String { "TrainSpec" }
    var scriptSummary: String { "TrainSpec(max_steps=\(spec.maxSteps.map(String.init) ?? "None"))" }
    static var type: NativeType {
        NativeType(
            "TrainSpec", doc: "What to train on and how long.", module: "carpedm.train",
            constructor: Native("TrainSpec(input_fn, max_steps=None)", "What to train on; max_steps counts all steps ever made.") { call in
                guard case .host(let box) = call[0], let input = box.object as? InputObject else {
                    throw call.mismatch(0, "what task.input_fn(...) gives")
                }
                return call.interpreter.value(
                    of: TrainSpecObject(try TrainSpec(input: input.function, maxSteps: try call.optionalInt(1))))
            }.namingArguments)
    }
}

final class EvalSpecObject: HostObject {
    let spec: EvalSpec

    init(_ spec: EvalSpec) { self.spec = spec }

    var scriptTypeName: String { "EvalSpec" }
    var scriptSummary: String { "EvalSpec(steps=\(spec.steps.map(String.init) ?? "None"))" }
    static var type: NativeType {
        NativeType(
            "EvalSpec", doc: "What to evaluate on and when; one evaluation is always made at the end.", module: "carpedm.train",
            constructor: Native(
                "EvalSpec(input_fn, steps=None, name=None, *, every=None, every_epochs=None, every_steps=None, throttle_secs=None, start_delay_secs=None)",
                """
                What to evaluate on: steps batches (None: all), every epoch unless every ('2 epochs', '500 steps', '10 minutes'), \
                every_epochs, every_steps or throttle_secs says otherwise.
                """
            ) { call in
                guard case .host(let box) = call[0], let input = box.object as? InputObject else {
                    throw call.mismatch(0, "what task.input_fn(...) gives")
                }
                let schedules: [EvalSpec.Schedule] = [
                    try call.optionalString(3).map { try EvalSpec.schedule($0) }, try call.optionalInt(4).map { .epochs($0) },
                    try call.optionalInt(5).map { .steps($0) }, call[6].isNone ? nil : .seconds(try call.double(6)),
                ].compactMap { $0 }
                guard schedules.count < 2 else {
                    throw Raised.value("every, every_epochs, every_steps and throttle_secs exclude each other")
                }
                return call.interpreter.value(
                    of: EvalSpecObject(
                        try EvalSpec(
                            input: input.function, steps: try call.optionalInt(1), name: try call.optionalString(2),
                            schedule: schedules.first ?? .epochs(1))))
            }.namingArguments.hintingWords)
    }
}
