public import Tensors

/// Every channel (last axis) brought to mean 0 and deviation 1 over the batch, then scaled and moved. Parameters `gamma`, `beta`;
/// `moving_mean` and `moving_variance` are kept for inference and change at `Pass.commit`.
///
/// The moving variance takes the unbiased estimate, as PyTorch does. Source: Ioffe and Szegedy, 2015.
public struct BatchNormalization: Layer {
    public let name: String
    /// The share of the moving averages that a step keeps.
    public let momentum: Double
    public let epsilon: Double

    public init(momentum: Double = 0.99, epsilon: Double = 1e-3, name: String = "batch_normalization") throws {
        guard (0...1).contains(momentum), epsilon > 0 else {
            throw NeuralNetworkError.badSetting(
                layer: name, setting: "momentum and epsilon", value: "\(momentum), \(epsilon)",
                rule: "a share from 0 to 1, and a number above 0")
        }
        (self.name, self.momentum, self.epsilon) = (name, momentum, epsilon)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        guard x.rank >= 2 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, ..., c]") }
        let channels = x.shape[x.rank - 1]
        return try pass.scoped(name) {
            let gamma = try pass.parameter("gamma", [channels], .ones)
            let beta = try pass.parameter("beta", [channels], .zeros)
            let mean = try pass.parameter("moving_mean", [channels], .zeros, isTrainable: false)
            let variance = try pass.parameter("moving_variance", [channels], .ones, isTrainable: false)
            guard pass.isTraining else {
                return pass.finish(
                    "batch_norm", "out", try (x - mean) * (gamma / (variance + epsilon).squareRoot()) + beta,
                    parameters: 2 * channels)
            }
            let (result, batchMean, batchVariance) = try x.batchNormalized(gamma: gamma, beta: beta, epsilon: epsilon)
            let number = Double(x.count / max(1, channels))
            let unbiased = try batchVariance * (number / max(1, number - 1))
            pass.assignLater(try mean * momentum + batchMean * (1 - momentum), to: "moving_mean")
            pass.assignLater(try variance * momentum + unbiased * (1 - momentum), to: "moving_variance")
            return pass.finish("batch_norm", "out", result, parameters: 2 * channels)
        }
    }
}

/// Every example brought to mean 0 and deviation 1 over its last axis, then scaled and moved. Parameters `gamma`, `beta`.
public struct LayerNormalization: Layer {
    public let name: String
    public let epsilon: Double

    public init(epsilon: Double = 1e-5, name: String = "layer_normalization") throws {
        guard epsilon > 0 else {
            throw NeuralNetworkError.badSetting(layer: name, setting: "epsilon", value: "\(epsilon)", rule: "a number above 0")
        }
        (self.name, self.epsilon) = (name, epsilon)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        guard let channels = x.shape.last else {
            throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[..., c]")
        }
        let (gamma, beta) = try pass.scoped(name) {
            (try pass.parameter("gamma", [channels], .ones), try pass.parameter("beta", [channels], .zeros))
        }
        let centred = try x - x.mean(axes: [-1], keepDims: true)
        let deviation = try (centred.squared().mean(axes: [-1], keepDims: true) + epsilon).squareRoot()
        return pass.finish("layer_norm", name, try centred / deviation * gamma + beta, parameters: 2 * channels)
    }
}

/// In training every element is 0 with probability `rate`, and the others are scaled up so that the mean stays; else unchanged.
public struct Dropout: Layer {
    public let name: String
    public let rate: Double

    public init(rate: Double, name: String = "dropout") throws {
        guard (0..<1).contains(rate) else {
            throw NeuralNetworkError.badSetting(layer: name, setting: "rate", value: "\(rate)", rule: "a share from 0 to below 1")
        }
        (self.name, self.rate) = (name, rate)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        guard pass.isTraining, rate > 0 else { return x }
        let keep = try Tensor.bernoulli(pass.drawKey(name), x.shape, probability: 1 - rate)
        return pass.finish("dropout", name, try Tensor.select(keep, x * (1 / (1 - rate)), 0))
    }
}

/// A learnt row for every number from 0 to below `count`: `[...]` of whole numbers gives `[..., size]`. Parameter `table`.
public struct Embedding: Layer {
    public let name: String
    public let count: Int
    public let size: Int

    public init(count: Int, size: Int, name: String = "embedding") throws {
        guard count > 0, size > 0 else {
            throw NeuralNetworkError.badSetting(
                layer: name, setting: "count and size", value: "\(count), \(size)", rule: "numbers from 1")
        }
        (self.name, self.count, self.size) = (name, count, size)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        let table = try pass.scoped(name) { try pass.parameter("table", [count, size], .uniform(from: -0.05, to: 0.05)) }
        return pass.finish("embedding", name, try table.gathered(x), parameters: table.count)
    }
}
