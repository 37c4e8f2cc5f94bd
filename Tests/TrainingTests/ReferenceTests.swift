import Foundation
import NeuralNetworks
import Randomness
import Tensors
import Testing
import Training

/// The first 50 steps of the single-kana network, against PyTorch's from the same start; how the fixture was made is written in it.
@Suite struct ReferenceTests {
    struct Fixture: Decodable {
        struct Gradient: Decodable {
            var shape: [Int]
            var norm: Double
            var indices: [Int]
            var values: [Double]
        }

        struct Variable: Decodable {
            var name: String
            var shape: [Int]

            init(from decoder: any Decoder) throws {
                var parts = try decoder.unkeyedContainer()
                (name, shape) = (try parts.decode(String.self), try parts.decode([Int].self))
            }
        }

        var variables: [Variable]
        var losses: [Double]
        var gradients: [String: Gradient]
        var learning_rate: Double
        var momentum: Double
        var weight_decay: Double
        var batch: Int
        var steps: Int
        var classes: Int
        var weight_seed: Int
        var data_seed: Int
        var used_labels: Int

        init(named name: String) throws {
            let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
            self = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
        }

        /// The starting values, by the recipe in the fixture.
        func weights() throws -> [(name: String, value: Tensor)] {
            var random = MersenneTwister(seed: weight_seed)
            return try variables.map { variable in
                guard variable.shape.count > 1 else { return (variable.name, try Tensor.zeros(variable.shape)) }
                let window = variable.shape.dropLast(2).reduce(1, *)
                let fans = window * variable.shape[variable.shape.count - 2] + window * variable.shape[variable.shape.count - 1]
                let limit = (6 / Double(fans)).squareRoot()
                let values = (0..<variable.shape.reduce(1, *)).map { _ in Float(limit * (2 * random.random() - 1)) }
                return (variable.name, try Tensor(values, shape: variable.shape))
            }
        }

        /// The batches of one-block images, by the recipe in the fixture.
        func batches() throws -> [Batch] {
            var random = MersenneTwister(seed: data_seed)
            let cells = (0..<used_labels).map { _ in (0..<64).map { _ in 2 * random.random() - 1 } }
            return try (0..<steps).map { _ in
                var (pixels, labels): ([Float], [Int32]) = ([], [])
                pixels.reserveCapacity(batch * 4096)
                for _ in 0..<batch {
                    let chosen = Int(random.random() * Double(used_labels))
                    labels.append(Int32(2 + chosen))
                    for pixel in 0..<4096 {
                        let cell = cells[chosen][pixel / 512 * 8 + pixel % 64 / 8]
                        pixels.append(Float(0.75 * cell + 0.25 * (2 * random.random() - 1)))
                    }
                }
                return Batch(
                    features: ["image/data": try Tensor(pixels, shape: [batch, 64, 64, 1])],
                    targets: .dense(try Tensor(labels, shape: [batch])))
            }
        }
    }

    /// Four convolutions with pooling, three dense layers.
    final class Network: Model {
        let name = "network"
        let classes: Int

        init(classes: Int) { self.classes = classes }

        func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
            var x = try #require(features["image/data"])
            for (index, filters) in [64, 96, 128, 160].enumerated() {
                x = try Conv2D(filters: filters, activation: .relu, pool: MaxPool2D(), name: "conv\(index)")(x, pass)
            }
            x = try x.reshaped([x.shape[0], -1])
            for name in ["dense1", "dense2"] { x = try Dense(units: 200, activation: .relu, name: name)(x, pass) }
            return .tensor(try Dense(units: classes, name: "logits")(x, pass))
        }

        func initializePretrained(from folder: String) -> [(theirs: String, ours: String)] { [("", "network/")] }
    }

    final class Classification: TrainingTask {
        func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool) throws -> Tensor {
            guard case .dense(let labels) = targets else { throw CancellationError() }
            return try Tensor.softmaxCrossEntropy(logits: output.logits, labels: labels)
        }

        func results(_ outcome: StepOutcome) throws -> StepResults { StepResults() }
    }

    @Test func fiftyLossesEqualPyTorchs() throws {
        let fixture = try Fixture(named: "single_kana_reference")
        let scratch = try ScratchFolder()
        var state = RunState()
        state.variables = fixture.variables.map(\.name)
        let weights = Dictionary(uniqueKeysWithValues: try fixture.weights().map { ($0.name, $0.value) })
        try RunFolder(path: scratch.path).save(Checkpoint(state: state, parameters: weights, slots: [:]))

        let hyperparameters = try HParams([
            ("optimizer", .text("sgd")), ("learning_rate", .number(fixture.learning_rate)),
            ("momentum", .number(fixture.momentum)),
            ("weight_decay", .number(fixture.weight_decay)), ("init_dir", .text(scratch.path)),
        ])
        let function = try ModelFunction(task: Classification(), model: Network(classes: fixture.classes))
        let estimator = Estimator(function, config: RunConfig(), hyperparameters: hyperparameters)
        var losses: [Double] = []
        estimator.progress = { if case .step(let progress) = $0 { losses.append(progress.loss) } }
        let batches = try fixture.batches()
        _ = try estimator.train(TrainSpec(input: { FixedBatches(batches, repeats: true) }, maxSteps: fixture.steps))

        #expect(losses.count == 50)
        let worst = zip(losses, fixture.losses).map { abs($0 - $1) / $1 }.max() ?? .infinity
        #expect(worst < 1e-3, "largest relative difference \(worst): \(losses)")
    }

    @Test func gradientsOfStepOneEqualPyTorchs() throws {
        let fixture = try Fixture(named: "single_kana_reference")
        let store = ParameterStore(key: Key(seed: 0))
        for (name, value) in try fixture.weights() { try store.insert("network/" + name, value) }
        let pass = Pass(training: store, key: Key(seed: 0))
        let batch = try #require(try fixture.batches().first)
        let output = try pass.scoped("network") { try Network(classes: fixture.classes).forward(batch.features, pass) }
        let loss = try Classification().loss(features: batch.features, output: output, targets: batch.targets, isTraining: true)
            .mean()
        let gradients = try pass.gradients(of: loss)
        #expect(gradients.count == fixture.gradients.count)
        for (name, value) in gradients {
            let expected = try #require(fixture.gradients[String(name.dropFirst("network/".count))])
            #expect(value.shape == expected.shape)
            let variable: [Double] = try #require(store[name]).elements()
            let slopes: [Double] = zip(value.elements(as: Double.self), variable).map { $0 + fixture.weight_decay * $1 }
            let norm = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(norm - expected.norm) / expected.norm < 1e-4, "\(name)")
            // Single slopes are sums of many terms that cancel: they are compared on the scale of the largest of them.
            let scale = expected.values.map(abs).max() ?? 0
            let worst = zip(expected.indices, expected.values).map { abs(slopes[$0] - $1) / scale }.max() ?? .infinity
            #expect(worst < 1e-4, "\(name): largest difference \(worst) of the largest slope")
        }
    }
}
