import ScriptRuntime
import Training

/// A built-in callback as a script's object; it is made for the estimator that gets it.
final class CallbackObject: HostObject {
    let name: String
    let make: (Estimator) throws -> any TrainingCallback

    init(_ name: String, _ make: @escaping (Estimator) throws -> any TrainingCallback) { (self.name, self.make) = (name, make) }

    var scriptTypeName: String { name }
    var scriptSummary: String { "<\(name)>" }
}

extension Engine {
    /// `train.EarlyStopping` and `train.ReduceOnPlateau`.
    var callbackTypes: [NativeType] {
        [
            NativeType(
                "EarlyStopping",
                doc: """
                    Ends a run when a measure has not improved for `patience` evaluations: metric (the task's own by default), patience, \
                    min_delta (what a change must exceed), mode ('max' or 'min'; None goes by the metric's name).
                    """, module: "carpedm.train",
                constructor: Native(
                    "EarlyStopping(metric=None, patience=5, min_delta=0.0, mode=None)",
                    "Ends a run when a measure has not improved."
                ) { call in
                    let (name, patience, change) = (try call.optionalString(0), try call.int(1), try call.double(2))
                    let mode = try call.optionalString(3)
                    return call.interpreter.value(
                        of: CallbackObject("EarlyStopping") { estimator in
                            let metric = try MainMetric(named: name, mode: mode, of: estimator.function.task)
                            return try EarlyStopping(metric: metric, patience: patience, minimumChange: change)
                        })
                }.namingArguments.hintingWords),
            NativeType(
                "ReduceOnPlateau",
                doc: """
                    Multiplies the learning rate by `factor` when a measure has not improved for more than `patience` evaluations; \
                    `lowest` bounds the product of the factors.
                    """, module: "carpedm.train",
                constructor: Native(
                    "ReduceOnPlateau(metric=None, factor=0.1, patience=3, lowest=0.0, mode=None)",
                    "Lowers the learning rate when a measure has not improved."
                ) { call in
                    let (name, factor, patience) = (try call.optionalString(0), try call.double(1), try call.int(2))
                    let (lowest, mode) = (try call.double(3), try call.optionalString(4))
                    return call.interpreter.value(
                        of: CallbackObject("ReduceOnPlateau") { estimator in
                            let metric = try MainMetric(named: name, mode: mode, of: estimator.function.task)
                            return try RateReduction(metric: metric, factor: factor, patience: patience, lowest: lowest)
                        })
                }.namingArguments.hintingWords),
        ]
    }
}
