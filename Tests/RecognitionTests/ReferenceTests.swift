import Foundation
import NeuralNetworks
import Randomness
import Recognition
import Tensors
import Testing
import Training

/// The first 50 steps of the baseline models, against PyTorch's from the same start; how the fixtures were made is written in them.
@Suite struct ReferenceTests {
    /// One of the two networks, with what differs between them.
    enum Case: String, CaseIterable {
        case single = "single_kana_reference"
        case sequence = "seq_kana3_reference"

        func model(_ classes: Int) throws -> any Model {
            switch self {
            case .single: try SingleCharacterBaseline(classes: classes)
            case .sequence: try SequenceBaseline(classes: classes)
            }
        }

        var optimizer: String { self == .single ? "sgd" : "adam" }
    }

    /// The losses of the built-in tasks, without books.
    final class Judge: TrainingTask {
        func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool) throws -> Tensor {
            switch targets {
            case .dense(let labels): try Tensor.softmaxCrossEntropy(logits: output.logits, labels: labels)
            case .sequences(let labels):
                try Tensor.temporalClassificationLoss(logits: output.logits, labels: labels, lengths: output.named("seq_len"))
            case .unknown: throw CancellationError()
            }
        }

        func results(_ outcome: StepOutcome) throws -> StepResults { StepResults() }
    }

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
        var momentum: Double?
        var weight_decay: Double
        var batch: Int
        var steps: Int
        var classes: Int
        var weight_seed: Int
        var data_seed: Int
        var used_labels: Int
        var label_length: Int?

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

        /// The batches of images with a block of 64 rows for each label, by the recipe in the fixture.
        func batches(_ steps: Int) throws -> [Batch] {
            var random = MersenneTwister(seed: data_seed)
            let cells = (0..<used_labels).map { _ in (0..<64).map { _ in 2 * random.random() - 1 } }
            let length = label_length ?? 1
            return try (0..<steps).map { _ in
                var (pixels, labels): ([Float], [[Int]]) = ([], [])
                pixels.reserveCapacity(batch * length * 4096)
                for _ in 0..<batch {
                    let chosen = (0..<length).map { _ in Int(random.random() * Double(used_labels)) }
                    labels.append(chosen.map { 2 + $0 })
                    for pixel in 0..<length * 4096 {
                        let cell = cells[chosen[pixel / 4096]][pixel % 4096 / 512 * 8 + pixel % 64 / 8]
                        pixels.append(Float(0.75 * cell + 0.25 * (2 * random.random() - 1)))
                    }
                }
                return Batch(
                    features: ["image/data": try Tensor(pixels, shape: [batch, 64 * length, 64, 1])],
                    targets: label_length == nil ? .dense(try Tensor(labels.flatMap { $0 }, shape: [batch])) : .sequences(labels))
            }
        }
    }

    @Test(arguments: Case.allCases) func fiftyLossesEqualPyTorchs(_ chosen: Case) throws {
        let fixture = try Fixture(named: chosen.rawValue)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try chosen.model(fixture.classes)
        var state = RunState()
        state.model = model.name
        let weights = Dictionary(uniqueKeysWithValues: try fixture.weights().map { ("\(model.name)/\($0.name)", $0.value) })
        state.variables = weights.keys.sorted()
        try RunFolder(path: folder.path).save(Checkpoint(state: state, parameters: weights, slots: [:]))

        let hyperparameters = try HParams([
            ("optimizer", .text(chosen.optimizer)), ("learning_rate", .number(fixture.learning_rate)),
            ("momentum", .number(fixture.momentum ?? 0)), ("weight_decay", .number(fixture.weight_decay)),
            ("init_dir", .text(folder.path)),
        ])
        let function = try ModelFunction(task: Judge(), model: model)
        let estimator = Estimator(function, config: RunConfig(), hyperparameters: hyperparameters)
        var losses: [Double] = []
        estimator.progress = { if case .step(let progress) = $0 { losses.append(progress.loss) } }
        let batches = try fixture.batches(fixture.steps)
        _ = try estimator.train(TrainSpec(input: { FixedBatches(batches, repeats: true) }, maxSteps: fixture.steps))

        #expect(losses.count == 50)
        let worst = zip(losses, fixture.losses).map { abs($0 - $1) / $1 }.max() ?? .infinity
        #expect(worst < 1e-3, "largest relative difference \(worst): \(losses)")
    }

    @Test(arguments: Case.allCases) func gradientsOfStepOneEqualPyTorchs(_ chosen: Case) throws {
        let fixture = try Fixture(named: chosen.rawValue)
        let store = ParameterStore(key: Key(seed: 0))
        for (name, value) in try fixture.weights() { try store.insert(name, value) }
        let pass = Pass(training: store, key: Key(seed: 0))
        let batch = try #require(try fixture.batches(1).first)
        let output = try chosen.model(fixture.classes).forward(batch.features, pass)
        let loss = try Judge().loss(features: batch.features, output: output, targets: batch.targets, isTraining: true).mean()
        let gradients = try pass.gradients(of: loss)
        #expect(gradients.count == fixture.gradients.count)
        for (name, value) in gradients {
            let expected = try #require(fixture.gradients[name])
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
