import Foundation
import NeuralNetworks
import Randomness
import Tensors
import Testing

/// The single-kana network against PyTorch: the losses of the first steps and every gradient of the first, from the numbers in
/// `Tests/RecognitionTests/Fixtures/single_kana_reference.json` (its recipe and the command that made it are in the file).
struct ReferenceTests {
    struct Fixture: Decodable {
        struct Gradient: Decodable {
            let shape: [Int]
            let norm: Double
            let indices: [Int]
            let values: [Double]
        }
        let losses: [Double]
        let data_losses: [Double]
        let gradients: [String: Gradient]
        let weight_seed: Int
        let data_seed: Int
        let used_labels: Int
    }

    @Test func firstStepsEqualPyTorch() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../RecognitionTests/Fixtures")
        let fixture = try JSONDecoder().decode(
            Fixture.self, from: Data(contentsOf: folder.appending(path: "single_kana_reference.json")))
        let network = try Network()
        let store = ParameterStore(key: Key(seed: 0))
        _ = try network(Tensor.zeros([1, 64, 64, 1]), Pass(training: store, key: Key(seed: 0)))
        try Recipe.fill(store, seed: fixture.weight_seed)
        var batches = Recipe.Batches(seed: fixture.data_seed, used: fixture.used_labels)
        var optimizer = Optimizer(.momentum(0.96), treatment: GradientTreatment(decay: 2e-4))
        // Fewer steps than the fixture has: this is the arithmetic, the whole curve is the estimator's.
        for step in 0..<5 {
            let (images, labels) = try batches.next(32)
            let pass = Pass(training: store, key: Key(seed: 0))
            let loss = try Tensor.softmaxCrossEntropy(logits: network(images, pass), labels: labels).mean()
            #expect(abs(try loss.item() - fixture.data_losses[step]) < 1e-5 * fixture.data_losses[step], "step \(step)")
            let gradients = try pass.gradients(of: loss)
            if step == 0 { try compare(gradients, store, fixture) }
            try optimizer.apply(gradients, to: store, rate: 1e-3)
        }
    }

    /// Sampled elements differ by at most 1e-5 of the gradient's length: float32 sums in another order.
    private func compare(_ gradients: [(name: String, value: Tensor)], _ store: ParameterStore, _ fixture: Fixture) throws {
        #expect(Set(gradients.map(\.name)) == Set(fixture.gradients.keys))
        for (name, gradient) in gradients {
            guard let expected = fixture.gradients[name], let value = store[name] else { continue }
            let total: [Double] = try (gradient + value * 2e-4).elements()
            let norm = total.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(gradient.shape == expected.shape)
            #expect(abs(norm - expected.norm) < 1e-5 * expected.norm, "\(name)")
            for (index, number) in zip(expected.indices, expected.values) {
                #expect(abs(total[index] - number) < 1e-5 * expected.norm, "\(name)[\(index)]")
            }
        }
    }
}

/// Four convolutions and three dense layers.
private struct Network {
    let convolutions: [Conv2D]
    let dense: [Dense]

    init() throws {
        convolutions = try [64, 96, 128, 160].enumerated().map {
            try Conv2D(filters: $1, activation: .relu, pool: MaxPool2D(), name: "conv\($0)")
        }
        dense = [
            try Dense(units: 200, activation: .relu, name: "dense1"), try Dense(units: 200, activation: .relu, name: "dense2"),
            try Dense(units: 73, name: "logits"),
        ]
    }

    func callAsFunction(_ images: Tensor, _ pass: Pass) throws -> Tensor {
        var x = images
        for layer in convolutions { x = try layer(x, pass) }
        x = try x.flattened(from: 1)
        for layer in dense { x = try layer(x, pass) }
        return x
    }
}

/// The numbers that the fixture's recipe describes.
private enum Recipe {
    static func fill(_ store: ParameterStore, seed: Int) throws {
        var generator = MersenneTwister(seed: seed)
        for parameter in store.parameters {
            let shape = parameter.value.shape
            if shape.count == 1 { continue }
            let window = shape.dropLast(2).reduce(1, *)
            let limit = (6 / Double(window * shape[shape.count - 2] + window * shape[shape.count - 1])).squareRoot()
            let values = (0..<parameter.value.count).map { _ in Float(limit * (2 * generator.random() - 1)) }
            try store.assign(Tensor(values, shape: shape), to: parameter.name)
        }
    }

    struct Batches {
        private var generator: MersenneTwister
        private let used: Int
        private let prototypes: [[Double]]

        init(seed: Int, used: Int) {
            var generator = MersenneTwister(seed: seed)
            prototypes = (0..<used).map { _ in (0..<64).map { _ in 2 * generator.random() - 1 } }
            self.generator = generator
            self.used = used
        }

        mutating func next(_ size: Int) throws -> (images: Tensor, labels: Tensor) {
            var (pixels, labels): ([Float], [Int]) = ([], [])
            for _ in 0..<size {
                let chosen = Int(generator.random() * Double(used))
                labels.append(2 + chosen)
                for row in 0..<64 {
                    for column in 0..<64 {
                        let cell = prototypes[chosen][row / 8 * 8 + column / 8]
                        pixels.append(Float(0.75 * cell + 0.25 * (2 * generator.random() - 1)))
                    }
                }
            }
            return (try Tensor(pixels, shape: [size, 64, 64, 1]), try Tensor(labels))
        }
    }
}
