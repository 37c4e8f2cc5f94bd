import Foundation
import NeuralNetworks
import Randomness
import Tensors
import Testing
import Training

/// A folder for one test, removed when the test lets go of it.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/carpedm-training-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Points around three centres in four dimensions, shuffled anew in every epoch; the last batch of an epoch may be short.
final class ToyPoints: BatchSource {
    private(set) var position = DataPosition()
    let count: Int
    let batchSize: Int
    let repeats: Bool

    init(count: Int, batchSize: Int, repeats: Bool) {
        (self.count, self.batchSize, self.repeats) = (count, batchSize, repeats)
    }

    var batchesPerEpoch: Int? { (count + batchSize - 1) / batchSize }

    func next() throws -> Batch? {
        guard position.example < count else { return nil }
        let order = repeats ? Key(seed: 11).folded(position.epoch).permutation(of: count) : Array(0..<count)
        let chosen = order[position.example..<min(count, position.example + batchSize)]
        position.example += chosen.count
        if position.example == count, repeats { position = DataPosition(epoch: position.epoch + 1) }
        return try Self.batch(Array(chosen))
    }

    func seek(to position: DataPosition) { self.position = position }

    static func batch(_ examples: [Int]) throws -> Batch {
        let values = examples.flatMap { example in
            (0..<4).map { axis in
                let noise = Float(Key(seed: 5).folded(example).uniform(at: UInt64(axis)))
                return (axis == example % 3 ? 1 : 0) + noise - 0.5
            }
        }
        return Batch(
            features: ["points": try Tensor(values, shape: [examples.count, 4])],
            targets: .dense(try Tensor(examples.map { Int32($0 % 3) }, shape: [examples.count])),
            ids: examples.map { "point\($0)" })
    }
}

/// Two dense layers with dropout between them, so that randomness in the pass counts too.
final class ToyModel: Model {
    let name: String
    let units: Int

    init(name: String = "toy", units: Int = 8) {
        (self.name, self.units) = (name, units)
    }

    func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        guard let points = features["points"] else { throw CancellationError() }
        var hidden = try Dense(units: units, activation: .tanh, name: "hidden")(points, pass)
        if pass.isTraining {
            let kept = try Tensor.bernoulli(pass.drawKey("dropout"), hidden.shape, probability: 0.8).converted(to: .float32)
            hidden = try hidden * kept
        }
        return .tensor(try Dense(units: 3, name: "logits")(hidden, pass))
    }
}

/// Three-way classification of the points.
final class ToyTask: TrainingTask {
    /// Step-like count of losses asked for in training; the loss of call `spoiltCall` is NaN.
    var trainingCalls = 0
    var spoiltCall: Int?
    var names: [String] = []
    func classNames() throws -> [String] { names }
    let mainMetric = MainMetric(name: "accuracy", isBetterWhenHigher: true)

    func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool) throws -> Tensor {
        guard case .dense(let labels) = targets else { throw CancellationError() }
        let losses = try Tensor.softmaxCrossEntropy(logits: output.logits, labels: labels)
        if isTraining { trainingCalls += 1 }
        return isTraining && trainingCalls == spoiltCall ? try losses * Double.nan : losses
    }

    func results(_ outcome: StepOutcome) throws -> StepResults {
        var results = StepResults(logged: ["towers": Double(outcome.outputs.count)])
        for (index, output) in outcome.outputs.enumerated() {
            let answers = try output.logits.argmax(axis: 1)
            results.predictions["classes\(index)"] = answers
            guard case .dense(let labels)? = outcome.targets.dropFirst(index).first else { continue }
            results.predictions["classes"] = results.predictions["classes"].map { $0 } ?? answers
            results.predictions["probabilities"] = try output.logits.softmax()
            let confusion = try Confusion(classes: 3, labels: labels.integers, answers: answers.integers)
            results.metrics["confusion"] =
                try results.metrics["confusion"]?.joined(with: confusion, name: "confusion") ?? confusion
        }
        if let confusion = results.metrics["confusion"] as? Confusion { results.metrics["accuracy"] = confusion.accuracy }
        outcome.summaries.text("note", ["step"])
        results.texts = ["ids": outcome.ids]
        if !names.isEmpty, case .dense(let labels)? = outcome.targets.first, let answers = results.predictions["classes"] {
            results.texts["gt"] = labels.integers.map { names[$0] }
            results.texts["decoded"] = answers.integers.map { $0 == 0 ? "" : names[$0] }
        }
        return results
    }
}

/// Settings of a toy run; `changes` are set last.
func toyEstimator(
    _ folder: String?, towers: Int = 1, task: ToyTask = ToyTask(), model: ToyModel = ToyModel(), config: [(String, Setting)] = [],
    _ changes: [(String, Setting)] = []
) throws -> Estimator {
    let hyperparameters = try HParams(
        [("optimizer", .text("adam")), ("learning_rate", .number(0.01)), ("weight_decay", .number(1e-3)), ("seed", .integer(3))]
            + changes)
    let config = try RunConfig((folder.map { [("model_dir", .text($0))] } ?? []) + [("save_summary_steps", .integer(5))] + config)
    return Estimator(
        try ModelFunction(task: task, model: model, towers: towers), config: config, hyperparameters: hyperparameters)
}

func toySpec(_ maxSteps: Int?, count: Int = 50) throws -> TrainSpec {
    try TrainSpec(input: { ToyPoints(count: count, batchSize: 16, repeats: true) }, maxSteps: maxSteps)
}

func toyEvaluation(_ schedule: EvalSpec.Schedule = .epochs(1), name: String? = nil) throws -> EvalSpec {
    try EvalSpec(input: { ToyPoints(count: 31, batchSize: 10, repeats: false) }, name: name, schedule: schedule)
}

/// The bits of all variables, by name.
func bits(_ estimator: Estimator) -> [String: [UInt32]] {
    Dictionary(uniqueKeysWithValues: estimator.parameters.map { ($0.name, $0.value.elements(as: Float.self).map(\.bitPattern)) })
}
