public import NeuralNetworks
public import Tensors

/// What a model is trained for: how its answers are judged. Written in Swift, or in a script through an adapter.
public protocol TrainingTask: AnyObject {
    /// How wrong `output` is.
    ///
    /// - Returns: one loss for each example, `[n]`; or their mean as a scalar.
    func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool) throws -> Tensor

    /// What is added to the loss for the sake of small variables.
    func regularization(_ hyperparameters: HParams, _ pass: Pass) throws -> Regularization

    /// What is logged, predicted and measured for a batch.
    func results(_ outcome: StepOutcome) throws -> StepResults

    /// What the classes are called, by number: for reports, and to carry what was learnt over to other classes. Empty where that is unknown.
    func classNames() throws -> [String]

    /// Which way a metric goes, and which one decides what the best checkpoint is.
    var mainMetric: MainMetric { get }
}

extension TrainingTask {
    public func regularization(_ hyperparameters: HParams, _ pass: Pass) throws -> Regularization {
        hyperparameters.weightDecay == 0 ? .none : .squaredLength(weight: hyperparameters.weightDecay)
    }

    public func classNames() throws -> [String] { [] }

    public var mainMetric: MainMetric { MainMetric(name: "loss", isBetterWhenHigher: false) }
}

/// What is added to the loss, once per step.
public enum Regularization: Sendable {
    case none
    /// `weight · Σ ½‖v‖²` over all trainable variables; its slope is added in the optimizer's own loop, which costs nothing.
    case squaredLength(weight: Double)
    /// Any scalar made of `pass.variables`.
    case penalty(Tensor)
}

/// The metric that decides which checkpoint is best.
public struct MainMetric: Codable, Equatable, Sendable {
    public var name: String
    public var isBetterWhenHigher: Bool

    public init(name: String, isBetterWhenHigher: Bool) {
        (self.name, self.isBetterWhenHigher) = (name, isBetterWhenHigher)
    }

    /// The metric called `name`, or the task's own; `mode` is `max`, `min`, or nil where the name tells.
    ///
    /// - Throws: `TrainingError.unknownName` for another mode.
    public init(named name: String?, mode: String?, of task: any TrainingTask) throws {
        let own = task.mainMetric
        let name = name ?? own.name
        switch mode {
        case nil:
            self.init(name: name, isBetterWhenHigher: name == own.name ? own.isBetterWhenHigher : Self.isBetterWhenHigher(name))
        case "max": self.init(name: name, isBetterWhenHigher: true)
        case "min": self.init(name: name, isBetterWhenHigher: false)
        case let other?: throw TrainingError.unknownName(kind: "mode", name: other, known: Self.modes)
        }
    }

    /// What may be said of a measure: the greatest or the least is best.
    public static let modes = ["max", "min"]

    /// Losses and error rates are better when they are lower, everything else when it is higher.
    public static func isBetterWhenHigher(_ name: String) -> Bool {
        !["loss", "penalty", "error", "ler", "ser", "cer"].contains { name.lowercased().contains($0) }
    }

    /// Whether `value` is better than `best`; an undefined value is never better.
    func isBetter(_ value: Double, than best: Double?) -> Bool {
        guard !value.isNaN else { return false }
        guard let best else { return true }
        return isBetterWhenHigher ? value > best : value < best
    }
}

/// Why a model is run.
public enum Mode: String, Sendable {
    case train
    case evaluate = "eval"
    case predict = "infer"
}

/// A batch with what came of it. There is one entry for each tower (a share of the batch); with one tower, one.
public struct StepOutcome {
    public var mode: Mode
    /// Mean loss of the examples, with the penalty in training; `nil` in prediction.
    public var loss: Tensor?
    /// The loss of each example in the batch's order, when the task gives them.
    public var exampleLosses: Tensor?
    public var features: [[String: Tensor]]
    public var outputs: [ModelOutput]
    /// Empty in prediction.
    public var targets: [Targets]
    public var ids: [String]
    /// Collects images, texts and histograms for the event file.
    public var summaries: SummaryRecorder

    public var isTraining: Bool { mode == .train }

    package init(
        mode: Mode, loss: Tensor?, exampleLosses: Tensor?, features: [[String: Tensor]], outputs: [ModelOutput],
        targets: [Targets],
        ids: [String], summaries: SummaryRecorder
    ) {
        (self.mode, self.loss, self.exampleLosses, self.features) = (mode, loss, exampleLosses, features)
        (self.outputs, self.targets, self.ids, self.summaries) = (outputs, targets, ids, summaries)
    }
}

/// What a task has to say about a batch.
public struct StepResults: Sendable {
    /// Numbers shown beside the progress.
    public var logged: [String: Double]
    /// By name; the first axis counts the examples.
    public var predictions: [String: Tensor]
    /// Texts for people: decoded and true strings, one for each example.
    public var texts: [String: [String]]
    /// Parts of metrics, put together over all batches of an evaluation.
    public var metrics: [String: any Metric]

    public init(
        logged: [String: Double] = [:], predictions: [String: Tensor] = [:], texts: [String: [String]] = [:],
        metrics: [String: any Metric] = [:]
    ) {
        (self.logged, self.predictions, self.texts, self.metrics) = (logged, predictions, texts, metrics)
    }
}
