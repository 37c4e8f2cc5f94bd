import Foundation
import NeuralNetworks
import Randomness
import Tensors

/// Weights and batches of `Scripts/fixtures/reference.py`: the same numbers as every peer gets.
enum Inputs {
    /// Gives the store's parameters, in their order, the recipe's first values.
    static func fill(_ store: ParameterStore) throws {
        var generator = MersenneTwister(seed: 1)
        for parameter in store.parameters {
            let shape = parameter.value.shape
            if shape.count == 1 {
                try store.assign(.zeros(shape), to: parameter.name)
                continue
            }
            let window = shape.dropLast(2).reduce(1, *)
            let limit = (6 / Double(window * shape[shape.count - 2] + window * shape[shape.count - 1])).squareRoot()
            let values = (0..<parameter.value.count).map { _ in Float(limit * (2 * generator.random() - 1)) }
            try store.assign(Tensor(values, shape: shape), to: parameter.name)
        }
    }

    /// Pictures `[size, 64 · length, 64, 1]` and their labels.
    static func batch(_ size: Int, length: Int) throws -> (images: Tensor, labels: [[Int]]) {
        let used = 12
        var generator = MersenneTwister(seed: 2)
        let prototypes = (0..<used).map { _ in (0..<64).map { _ in 2 * generator.random() - 1 } }
        var pixels: [Float] = []
        var labels: [[Int]] = []
        for _ in 0..<size {
            let chosen = (0..<length).map { _ in Int(generator.random() * Double(used)) }
            labels.append(chosen.map { 2 + $0 })
            for row in 0..<64 * length {
                for column in 0..<64 {
                    let cell = prototypes[chosen[row / 64]][row % 64 / 8 * 8 + column / 8]
                    pixels.append(Float(0.75 * cell + 0.25 * (2 * generator.random() - 1)))
                }
            }
        }
        return (try Tensor(pixels, shape: [size, 64 * length, 64, 1]), labels)
    }

    static func uniform(_ shape: [Int]) throws -> Tensor {
        var generator = MersenneTwister(seed: 2)
        return try Tensor((0..<shape.reduce(1, *)).map { _ in Float(2 * generator.random() - 1) }, shape: shape)
    }

    static func normal(_ scale: Double, _ shape: [Int]) throws -> Tensor {
        var generator = MersenneTwister(seed: 2)
        let values = (0..<shape.reduce(1, *)).map { _ in
            let (first, second) = (generator.random(), generator.random())
            return Float(scale * (-2 * log(1 - first)).squareRoot() * cos(2 * .pi * second))
        }
        return try Tensor(values, shape: shape)
    }
}
