import ScriptRuntime
import TextDistance
import Training

extension Engine {
    /// `train.fit` and what comes before a long run.
    var shortForms: [Native] {
        [
            Native(
                """
                fit(task, model, epochs=10, *, max_steps=None, batch_size=32, eval_batch_size=None, subset='dev', name='fit', \
                model_dir=None, every='1 epoch', patience=None, callbacks=(), num_gpus=0, **settings)
                """,
                """
                Train a model on a task and evaluate it: the short form of Estimator, specifications and train_and_evaluate.

                model is an object, a class or a registered name. The run is kept in model_dir, else in task.job_dir(name, model); \
                calling again goes on where it stopped. every says when to evaluate ('2 epochs', '500 steps', '10 minutes'), patience \
                ends the run after so many evaluations without improvement. Other settings are those of HParams and RunConfig.
                """
            ) { [unowned self] call in try fit(call) }
            .hinting { [unowned self] in [ParameterHint("model", choices: { self.models.names })] + HParams.hints + RunConfig.hints }
            .hintingWords,
            Native(
                "find_learning_rate(estimator, input_fn, low=1e-6, high=1.0, steps=100)",
                "Train in memory with rising rates; gives rates, losses, smoothed and suggestion. The estimator is not changed."
            ) { [unowned self] call in
                let owner = try call.host(0, as: EstimatorObject.self)
                owner.takeSettings()
                let (low, high, steps) = (try call.double(2), try call.double(3), try call.int(4))
                let input = try inputFunction(call[1])
                let search = try interruptible { try owner.estimator.findRate(input, from: low, to: high, steps: steps) }
                return interpreter.value(of: RateSearchObject(search))
            },
            Native(
                "sanity_check(estimator, train_spec, eval_spec=(), steps=2)",
                """
                Go through everything a run will do, with few batches and without writing anything; gives losses, gradients, evaluations \
                and problems (a list that is empty when all is well).
                """
            ) { [unowned self] call in
                let owner = try call.host(0, as: EstimatorObject.self)
                owner.takeSettings()
                let (spec, steps) = (try call.host(1, as: TrainSpecObject.self).spec, try call.int(3))
                let evaluations = try evaluations(call[2], call)
                let rehearsal = try interruptible { try owner.estimator.rehearse(spec, evaluations, steps: steps) }
                return interpreter.value(of: RehearsalObject(rehearsal, owner))
            },
            Native(
                "overfit_one_batch(estimator, input_fn, steps=100)",
                "Train in memory on the first batch alone: a sound model learns it by heart; gives losses and problems."
            ) { [unowned self] call in
                let owner = try call.host(0, as: EstimatorObject.self)
                owner.takeSettings()
                let (input, steps) = (try inputFunction(call[1]), try call.int(2))
                let rehearsal = try interruptible { try owner.estimator.overfit(input, steps: steps) }
                return interpreter.value(of: RehearsalObject(rehearsal, owner))
            },
        ]
    }

    /// Task methods are called as a script would call them, so that a script's own come first.
    private func fit(_ call: Call) throws -> Value {
        let task = call[0]
        guard try interpreter.find(task, "input_fn") != nil, try interpreter.find(task, "model_fn") != nil else {
            throw call.mismatch(0, "a task")
        }
        let model = try model(named: call[1], for: task)
        let name = try call.string(7)
        var (parameters, config) = (HParams(), RunConfig())
        parameters.trainBatchSize = try call.int(4)
        parameters.evalBatchSize = try call.optionalInt(5) ?? parameters.trainBatchSize
        config.modelDir =
            try call.optionalString(8)
            ?? text(try interpreter.callMethod(task, named: "job_dir", [.str(name), model]), "job_dir")
        try distribute(try interpreter.settings(call[13]), &parameters, &config)

        func batches(_ size: Int, _ subset: String) throws -> InputFunction {
            try inputFunction(try interpreter.callMethod(task, named: "input_fn", [.int(size), .str(subset)]))
        }
        let input = try batches(parameters.trainBatchSize, "train")
        let evaluation = try EvalSpec(
            input: batches(parameters.evalBatchSize, try call.string(6)), schedule: EvalSpec.schedule(try call.string(9)))
        let steps = try call.optionalInt(3) ?? epochs(try call.int(2), of: input)
        let function = try interpreter.callMethod(
            task, named: "model_fn", [model], keywords: [(name: "num_gpus", value: call[12])])
        guard case .host(let box) = function, let object = box.object as? ModelFunctionObject else {
            throw Raised.type("model_fn must give what task.model_fn gives, not \(interpreter.typeName(of: function))")
        }
        let owner = try EstimatorObject(
            object.function, config, SettingsObject(parameters), callbacks: interpreter.items(of: call[11]), self)
        if let patience = try call.optionalInt(10) {
            owner.estimator.callbacks.append(try EarlyStopping(metric: object.function.task.mainMetric, patience: patience))
        }
        return try finish(try owner.train(try TrainSpec(input: input, maxSteps: steps), [evaluation]), owner)
    }

    private func epochs(_ count: Int, of input: InputFunction) throws -> Int {
        guard count >= 1 else { throw Raised.value("epochs must be 1 or more, not \(count)") }
        guard let batches = try input().batchesPerEpoch else {
            throw Raised(.valueError, "the length of an epoch is not known", hint: "Give max_steps.")
        }
        let (steps, overflow) = count.multipliedReportingOverflow(by: max(1, batches))
        return overflow ? .max : steps
    }

    /// A model object; of a class or a registered name, one made for the task's classes.
    private func model(named value: Value, for task: Value) throws -> Value {
        let type: Value
        switch value {
        case .str(let name): type = try models.entry(name.string)
        case .type: type = value
        default: return value
        }
        return try interpreter.call(
            type, keywords: [(name: "num_classes", value: try interpreter.attribute(task, "num_classes"))])
    }

    /// Settings to the group that knows them.
    private func distribute(_ settings: [(name: String, value: Setting)], _ parameters: inout HParams, _ config: inout RunConfig)
        throws
    {
        let known = (own: HParams.fields.map(\.name), run: RunConfig.fields.map(\.name))
        var given: (Set<String>, Set<String>) = ([], [])
        for (name, value) in settings {
            if known.own.contains(name) {
                try parameters.set(name, to: value)
                given.0.insert(name)
            } else if known.run.contains(name) {
                try config.set(name, to: value)
                given.1.insert(name)
            } else {
                throw TrainingError.unknownName(kind: "setting of fit", name: name, known: known.own + known.run)
            }
        }
        try parameters.validate(given: given.0)
        try config.validate(given: given.1)
    }

    private func text(_ value: Value, _ what: String) throws -> String {
        guard case .str(let text) = value else { throw Raised.type("\(what) must give a string") }
        return text.string
    }
}

/// What `find_learning_rate` gives.
final class RateSearchObject: HostMembers, HostDisplay {
    let search: RateSearch

    init(_ search: RateSearch) { self.search = search }

    var scriptTypeName: String { "RateSearch" }
    var scriptSummary: String {
        "<RateSearch: \(search.rates.count) rates, suggestion \(search.suggestion.map { "\($0)" } ?? "None")>"
    }
    var memberNames: [String] { ["rates", "losses", "smoothed", "suggestion"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "rates": .list(search.rates.map { .float($0) })
        case "losses": .list(search.losses.map { .float($0) })
        case "smoothed": .list(search.smoothed.map { .float($0) })
        case "suggestion": search.suggestion.map { .float($0) } ?? Value.none
        default: nil
        }
    }

    func displayText(_ interpreter: Interpreter) throws -> String { scriptSummary }
}

/// What `sanity_check` and `overfit_one_batch` give.
final class RehearsalObject: HostMembers, HostTruth {
    let rehearsal: Rehearsal
    private let owner: EstimatorObject

    init(_ rehearsal: Rehearsal, _ owner: EstimatorObject) { (self.rehearsal, self.owner) = (rehearsal, owner) }

    var scriptTypeName: String { "Rehearsal" }
    var scriptSummary: String {
        let problems = rehearsal.problems.isEmpty ? "no problems" : rehearsal.problems.joined(separator: "; ")
        return "<Rehearsal: \(rehearsal.losses.count) steps, \(problems)>"
    }

    var memberNames: [String] { ["losses", "even_loss", "gradients", "evaluations", "problems"] }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "losses": .list(rehearsal.losses.map { .float($0) })
        case "even_loss": rehearsal.evenLoss.map { .float($0) } ?? Value.none
        case "gradients": interpreter.dict(rehearsal.gradients.map { ($0.name, .float($0.length)) })
        case "evaluations": .list(rehearsal.evaluations.map { interpreter.value(of: EvaluationObject($0, owner)) })
        case "problems": .list(rehearsal.problems.map { .str($0) })
        default: nil
        }
    }

    /// True when nothing looks wrong.
    func truth(_ interpreter: Interpreter) throws -> Bool { rehearsal.problems.isEmpty }
}
