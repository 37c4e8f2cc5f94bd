import Foundation
import NeuralNetworks
import Randomness
import Tensors
import Testing

/// Layers, CTC and optimizers against PyTorch and TensorFlow, from `Fixtures/networks.json`, which
/// `Scripts/fixtures/network_reference.py` made.
struct FixtureTests {
    @Test func layersEqualPyTorch() throws {
        let file = try Fixture.load()
        #expect(file.cases.count == 33)
        for item in file.cases {
            let tape = Tape()
            let x = try tape.watch(item.input.tensor())
            let weights = try item.weights.map { try tape.watch($0.tensor()) }
            let y = try item.run(x, weights)
            try expectClose(y, item.output, item.kind)
            let scale = (0..<y.count).map { 1 + Float($0 % 7) / 7 }
            let slopes = try tape.gradient(of: (y * Tensor(scale, shape: y.shape)).sum(), for: [x] + weights)
            for (place, (slope, wanted)) in zip(slopes, item.gradients).enumerated() {
                try expectClose(slope, wanted, "\(item.kind): gradient \(place)")
            }
        }
    }

    @Test func optimizersEqualTensorFlowStepForStep() throws {
        let file = try Fixture.load()
        for item in file.optimizers {
            let store = ParameterStore(key: Key(seed: 1))
            try store.insert("v", file.start.tensor())
            var optimizer = Optimizer(try OptimizerRule(named: item.name, momentum: item.name == "sgd" ? 0 : 0.9))
            for (step, (gradient, values)) in zip(file.gradients, item.values).enumerated() {
                try optimizer.apply([("v", gradient.tensor())], to: store, rate: 0.1)
                try expectClose(store["v"] ?? Tensor(0.0), values, "\(item.name), step \(step)")
            }
            #expect(optimizer.step == 5)
        }
    }

    /// float32 in another order of additions, by the largest of the numbers: Winograd's convolution loses a digit of that, and
    /// sums over hundreds of pixels may cancel each other.
    private func expectClose(_ found: Tensor, _ wanted: Fixture.Numbers, _ name: String) throws {
        #expect(found.shape == wanted.shape, "\(name)")
        let allowed = 2e-5 * wanted.values.reduce(1) { max($0, abs($1)) }
        for (place, (a, b)) in zip(found.elements(as: Double.self), wanted.values).enumerated() where abs(a - b) > allowed {
            Issue.record("\(name)[\(place)]: \(a), not \(b)")
            return
        }
    }
}

private struct Fixture: Decodable {
    struct Numbers: Decodable {
        let shape: [Int]
        let values: [Double]

        func tensor() throws -> Tensor { try Tensor(values, shape: shape).converted(to: .float32) }
    }

    struct Case: Decodable {
        let kind: String
        let input: Numbers
        let weights: [Numbers]
        let output: Numbers
        let gradients: [Numbers]
        let lengths: [Int]?
        let labels: [[Int]]?

        struct Unknown: Error {}

        func run(_ x: Tensor, _ w: [Tensor]) throws -> Tensor {
            let sizes = lengths ?? []
            switch kind {
            case "lstm":
                return try x.longShortTermMemory(
                    stride(from: 0, to: w.count, by: 2).map { (w[$0], w[$0 + 1]) }, lengths: lengths.map { try Tensor($0) })
            case "gru":
                return try x.gatedRecurrence(
                    stride(from: 0, to: w.count, by: 3).map { (w[$0], w[$0 + 1], w[$0 + 2]) },
                    lengths: lengths.map { try Tensor($0) })
            case "batch_norm": return try x.batchNormalized(gamma: w[0], beta: w[1], epsilon: 1e-3).result
            case "layer_norm": return try normalized(LayerNormalization(name: "n"), x, w)
            case "max_pool":
                return try x.maxPooled(
                    Extent(sizes[0], sizes[1]), stride: Extent(sizes[2], sizes[3]), padding: sizes.count > 4 ? .same : .valid)
            case "average_pool":
                return try x.averagePooled(
                    Extent(sizes[0], sizes[1]), stride: Extent(sizes[2], sizes[3]), padding: sizes.count > 4 ? .same : .valid)
            case "conv2d":
                let tails = [ConvolutionTail.linear, .relu, .reluMaxPool]
                return try x.convolved(
                    with: w[0], bias: w[1], stride: Extent(sizes[0], sizes[1]), padding: sizes[2] == 1 ? .same : .valid,
                    tail: tails[sizes[3]])
            case "dense": return try x.connected(with: w[0], bias: w[1], relu: sizes[0] == 1)
            case "embedding": return try x.gathered(Tensor(sizes))
            case "sparse_cross_entropy": return try Tensor.softmaxCrossEntropy(logits: x, labels: Tensor(sizes))
            case "cross_entropy": return try Tensor.softmaxCrossEntropy(logits: x, targets: w[0])
            case "mean_squared_error": return try Tensor.meanSquaredError(x, w[0])
            case "l2": return try x.halfSquaredNorm()
            case "ctc": return try Tensor.temporalClassificationLoss(logits: x, labels: labels ?? [], lengths: Tensor(sizes))
            default: throw Unknown()
            }
        }

        /// The layer's own parameters are scale 1 and shift 0; the case's are put in after it by their meaning.
        private func normalized(_ layer: some Layer, _ x: Tensor, _ w: [Tensor]) throws -> Tensor {
            try layer(x, Pass(store: ParameterStore(key: Key(seed: 1)), isTraining: true, key: Key(seed: 1))) * w[0] + w[1]
        }
    }

    struct Optimizer: Decodable {
        let name: String
        let values: [Numbers]
    }

    let start: Numbers
    let gradients: [Numbers]
    let optimizers: [Optimizer]
    let cases: [Case]

    static func load() throws -> Fixture {
        guard let url = Bundle.module.url(forResource: "networks", withExtension: "json", subdirectory: "Fixtures") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }
}
