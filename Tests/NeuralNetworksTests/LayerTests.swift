import NeuralNetworks
import Randomness
import Tensors
import Testing

struct LayerTests {
    @Test func dense() throws {
        let parameters = [("dense/kernel", [4, 3]), ("dense/bias", [3])]
        for activation in Activation.allCases {
            let layer = try Dense(units: 3, activation: activation)
            try LayerCheck(layer: { try layer($0, $1) }, input: [5, 4], output: [5, 3], parameters: parameters).run("dense \(activation)")
        }
        let free = try Dense(units: 3, usesBias: false, name: "read")
        try LayerCheck(layer: { try free($0, $1) }, input: [2, 5, 4], output: [2, 5, 3], parameters: [("read/kernel", [4, 3])]).run("free")
    }

    @Test func convolution() throws {
        let cases: [(Conv2D, [Int], [Int], [Int])] = [
            (try Conv2D(filters: 3), [2, 5, 6, 2], [2, 5, 6, 3], [3, 3, 2, 3]),
            (try Conv2D(filters: 3, activation: .relu), [2, 5, 6, 2], [2, 5, 6, 3], [3, 3, 2, 3]),
            (try Conv2D(filters: 4, activation: .relu, pool: MaxPool2D()), [2, 6, 8, 2], [2, 3, 4, 4], [3, 3, 2, 4]),
            (try Conv2D(filters: 4, activation: .relu, pool: MaxPool2D()), [1, 7, 5, 3], [1, 3, 2, 4], [3, 3, 3, 4]),
            (try Conv2D(filters: 2, kernel: Extent(5, 3), stride: Extent(2), padding: .valid), [2, 9, 8, 2], [2, 3, 3, 2], [5, 3, 2, 2]),
            (try Conv2D(filters: 2, kernel: Extent(2), stride: Extent(3, 2), padding: .same, activation: .tanh), [1, 7, 7, 1], [1, 3, 4, 2], [2, 2, 1, 2]),
            (try Conv2D(filters: 2, kernel: Extent(1), activation: .relu, pool: MaxPool2D(Extent(3), stride: Extent(2))), [1, 7, 7, 3], [1, 3, 3, 2], [1, 1, 3, 2]),
        ]
        for (layer, input, output, kernel) in cases {
            try LayerCheck(
                layer: { try layer($0, $1) }, input: input, output: output,
                parameters: [("conv2d/kernel", kernel), ("conv2d/bias", [kernel[3]])]
            ).run("conv \(input) -> \(output)")
        }
    }

    @Test func pooling() throws {
        let most = try MaxPool2D(Extent(3, 2), stride: Extent(2), padding: .same)
        try LayerCheck(layer: { try most($0, $1) }, input: [2, 5, 5, 2], output: [2, 3, 3, 2], parameters: []).run("max")
        let mean = try AveragePool2D(Extent(3, 2), stride: Extent(2), padding: .same)
        try LayerCheck(layer: { try mean($0, $1) }, input: [2, 5, 5, 2], output: [2, 3, 3, 2], parameters: []).run("average")
    }

    @Test func scopesNameParameters() throws {
        let store = ParameterStore(key: .init(seed: 1))
        let pass = Pass(training: store, key: .init(seed: 1))
        let x = try Tensor.ones([1, 2])
        _ = try pass.scoped("encoder") { try Dense(units: 2, name: pass.unusedName("dense"))(x, pass) }
        _ = try pass.scoped("encoder") { try Dense(units: 2, name: pass.unusedName("dense"))(x, pass) }
        #expect(store.names == ["encoder/dense/kernel", "encoder/dense/bias", "encoder/dense_1/kernel", "encoder/dense_1/bias"])
        #expect(store.trainableCount == 12)
    }

    @Test func firstValuesDoNotDependOnTheOrder() throws {
        let shapes = [("a/kernel", [3, 4]), ("b/kernel", [3, 4])]
        let (one, two) = (ParameterStore(key: .init(seed: 5)), ParameterStore(key: .init(seed: 5)))
        for (name, shape) in shapes { _ = try one.parameter(name, shape, .glorotUniform) }
        for (name, shape) in shapes.reversed() { _ = try two.parameter(name, shape, .glorotUniform) }
        for (name, _) in shapes { #expect(one[name]?.elements(as: Float.self) == two[name]?.elements(as: Float.self)) }
        #expect(one["a/kernel"]?.elements(as: Float.self) != one["b/kernel"]?.elements(as: Float.self))
    }

    @Test func mistakesNameTheParameter() throws {
        let store = ParameterStore(key: .init(seed: 1))
        _ = try Dense(units: 2)(Tensor.ones([1, 3]), Pass(training: store, key: .init(seed: 1)))
        #expect(throws: NeuralNetworkError.parameterShape(name: "dense/kernel", has: [3, 2], wanted: [4, 2])) {
            try Dense(units: 2)(Tensor.ones([1, 4]), Pass(inference: store))
        }
        #expect(throws: NeuralNetworkError.unknownParameter(name: "x", known: store.names)) { try store.assign(Tensor(1.0), to: "x") }
        #expect(throws: NeuralNetworkError.badSetting(layer: "dense", setting: "units", value: "0", rule: "1 or more")) { try Dense(units: 0) }
        #expect(throws: TensorError.self) { try Conv2D(filters: 2)(Tensor.ones([2, 3]), Pass(inference: store)) }
        #expect(throws: TensorError.self) {
            try Conv2D(filters: 2, kernel: Extent(5), padding: .valid)(Tensor.ones([1, 4, 4, 1]), Pass(inference: store))
        }
    }
}
