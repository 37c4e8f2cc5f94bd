import NeuralNetworks
import Recognition
import ScriptRuntime
import Tensors
import Training

/// What a task's `regularization` gives when the optimizer itself does it: `super().regularization(hparams)`.
final class RegularizationObject: HostArithmetic {
    let regularization: Regularization
    private let penalty: () throws -> Value

    init(_ regularization: Regularization, penalty: @escaping () throws -> Value) {
        (self.regularization, self.penalty) = (regularization, penalty)
    }

    var scriptTypeName: String { "Regularization" }
    var scriptSummary: String { "<\(regularization)>" }

    /// Reckoned with, it becomes the number it stands for.
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        let own = try penalty()
        return reflected ? try interpreter.binary(operation, other, own) : try interpreter.binary(operation, own, other)
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? {
        try interpreter.unary(operation, penalty())
    }
}

extension Engine {
    /// Runs a hook of a script; an exception that leaves it says from where it was called.
    func hook<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch {
            let raised = interpreter.convert(error)
            if let exception = interpreter.exception(of: raised) {
                let step = currentRun.map { $0.status == .running ? ", step \($0.owner.estimator.step)" : "" } ?? ""
                try interpreter.callMethod(
                    .instance(exception), named: "add_note", [.str("raised in \(name), called by the host\(step)")])
            }
            throw raised
        }
    }

    /// What `super()` reaches in a task of a script, beyond `loss_fn`.
    var builtInHooks: [Native] {
        [
            Native(
                "regularization(self, hparams)",
                "What is added to the loss for the sake of small variables: weight_decay times half their squares."
            ) {
                [unowned self] call in
                let object = try call.host(0, as: TaskObject.self)
                let settings = try call.host(1, as: SettingsObject<HParams>.self).settings
                return try withPass { pass in
                    let regularization = try object.builtIn.regularization(settings, pass)
                    let variables = pass.variables.map(\.value)
                    return interpreter.value(
                        of: RegularizationObject(regularization) { [unowned self] in
                            tensorValue(try Self.penalty(regularization, variables))
                        })
                }
            },
            Native(
                "results(self, loss, tower_features, tower_preds, tower_targets, is_training)",
                "What is logged, predicted and measured for a batch: three dicts."
            ) { [unowned self] call in
                let object = try call.host(0, as: TaskObject.self)
                guard var outcome else {
                    throw Raised(
                        .runtimeError, "results belongs to a step of a run",
                        hint: "Call super().results(...) in the results of a task that is trained.")
                }
                outcome.loss = call[1].isNone ? nil : try tensor(call[1], "loss")
                outcome.features = try interpreter.items(of: call[2]).map { try features($0, "tower_features") }
                outcome.outputs = try interpreter.items(of: call[3]).map { try output($0, "tower_preds") }
                outcome.targets = try interpreter.items(of: call[4]).map { try targets($0) }
                return stepResultsValue(try object.builtIn.results(outcome, object.task))
            },
        ]
    }

    private static func penalty(_ regularization: Regularization, _ variables: [Tensor]) throws -> Tensor {
        switch regularization {
        case .none: return try Tensor(Float(0))
        case .penalty(let tensor): return tensor
        case .squaredLength(let weight):
            var sum = try Tensor(Float(0))
            for variable in variables { sum = try sum + variable.halfSquaredNorm() }
            return try sum * weight
        }
    }

    private func stepResultsValue(_ results: StepResults) -> Value {
        let predictions = results.predictions.mapValues { tensorValue($0) }
            .merging(results.texts.mapValues { .list($0.map { .str($0) }) }) { first, _ in first }
        func dict(_ values: [String: Value]) -> Value {
            interpreter.dict(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
        return .tuple([
            dict(results.logged.mapValues { .float($0) }), dict(predictions),
            dict(results.metrics.mapValues { interpreter.value(of: MetricObject($0)) }),
        ])
    }
}
