import NeuralNetworks
import Tensors

/// The loss of a batch and what it is made of.
struct LossTerms {
    /// Mean over the examples, without penalty; on the pass's tape.
    var data: Tensor
    /// `[n]`, when the task gives one loss for each example.
    var examples: Tensor?
    var regularization: Regularization
    /// Value of the penalty.
    var penalty: Double
}

extension LossTerms {
    /// Asks the task.
    ///
    /// - Parameter knownPenalty: value of the penalty where it is known and no slope is wanted, so that it is not computed again.
    /// - Throws: `TrainingError.badShape` when the task gives neither a scalar nor one loss for each example.
    init(
        _ task: any TrainingTask, batch: Batch, output: ModelOutput, towers: Towers, pass: Pass, _ hyperparameters: HParams,
        knownPenalty: Double? = nil
    ) throws {
        for part in output.parts where part.tensor.shape.first != batch.count {
            throw TrainingError.badShape(
                what: part.name, found: part.tensor.shape, expected: "\(batch.count) examples, as the batch")
        }
        let (features, outputs) = (try towers.features(batch.features), try towers.outputs(output))
        let targets = try towers.targets(batch.targets)
        var losses: [Tensor] = []
        for index in towers.members.indices {
            let loss = try task.loss(
                features: features[index], output: outputs[index], targets: targets[index], isTraining: pass.isTraining)
            let count = towers.members[index].count
            guard loss.shape.isEmpty || loss.shape == [count] else {
                throw TrainingError.badShape(
                    what: "the loss", found: loss.shape, expected: "[\(count)] (one loss for each example) or []")
            }
            losses.append(loss)
        }
        if losses.allSatisfy({ $0.rank == 1 }) {
            let all = try towers.reordered(losses)
            (data, examples) = (try all.mean(), all.detached)
        } else {
            // Means of shares, weighted by their sizes.
            let weighted = try zip(losses, towers.members).map { loss, rows in
                try (loss.rank == 1 ? loss.mean() : loss) * (Double(rows.count) / Double(batch.count))
            }
            data = try weighted.dropFirst().reduce(weighted[0]) { try $0 + $1 }
            examples = nil
        }
        if let knownPenalty {
            (regularization, penalty) = (.none, knownPenalty)
            return
        }
        regularization = try task.regularization(hyperparameters, pass)
        penalty = try Self.value(of: regularization, pass.store)
    }

    /// Where the gradient starts: the penalty is in it only when the task made it of tensors.
    var differentiable: Tensor {
        get throws {
            if case .penalty(let tensor) = regularization { return try data + tensor }
            return data
        }
    }

    /// Weight of the penalty whose slope the optimizer adds.
    var decay: Double {
        if case .squaredLength(let weight) = regularization { return weight }
        return 0
    }

    static func value(of regularization: Regularization, _ store: ParameterStore) throws -> Double {
        switch regularization {
        case .none: return 0
        case .penalty(let tensor):
            guard tensor.count == 1 else {
                throw TrainingError.badShape(what: "the penalty", found: tensor.shape, expected: "[]")
            }
            return try tensor.detached.item()
        case .squaredLength(let weight):
            let squares = store.trainable.reduce(0.0) { sum, variable in
                variable.value.dtype == .float32
                    ? sum + Double(Reduction.sumOfSquares(variable.value.float32, variable.value.count))
                    : variable.value.elements(as: Double.self).reduce(sum) { $0 + $1 * $1 }
            }
            return weight * squares / 2
        }
    }
}
