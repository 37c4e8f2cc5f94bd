import NeuralNetworks
import Randomness
import Tensors
import Testing

struct LayerTests {
    @Test func dense() throws {
        let parameters = [("dense/kernel", [4, 3]), ("dense/bias", [3])]
        for activation in Activation.allCases {
            let layer = try Dense(units: 3, activation: activation)
            try LayerCheck(layer: { try layer($0, $1) }, input: [5, 4], output: [5, 3], parameters: parameters).run(
                "dense \(activation)")
        }
        let free = try Dense(units: 3, usesBias: false, name: "read")
        try LayerCheck(layer: { try free($0, $1) }, input: [2, 5, 4], output: [2, 5, 3], parameters: [("read/kernel", [4, 3])])
            .run("free")
    }

    @Test func convolution() throws {
        let cases: [(Conv2D, [Int], [Int], [Int])] = [
            (try Conv2D(filters: 3), [2, 5, 6, 2], [2, 5, 6, 3], [3, 3, 2, 3]),
            (try Conv2D(filters: 3, activation: .relu), [2, 5, 6, 2], [2, 5, 6, 3], [3, 3, 2, 3]),
            (try Conv2D(filters: 4, activation: .relu, pool: MaxPool2D()), [2, 6, 8, 2], [2, 3, 4, 4], [3, 3, 2, 4]),
            (try Conv2D(filters: 4, activation: .relu, pool: MaxPool2D()), [1, 7, 5, 3], [1, 3, 2, 4], [3, 3, 3, 4]),
            (
                try Conv2D(filters: 2, kernel: Extent(5, 3), stride: Extent(2), padding: .valid), [2, 9, 8, 2], [2, 3, 3, 2],
                [5, 3, 2, 2]
            ),
            (
                try Conv2D(filters: 2, kernel: Extent(2), stride: Extent(3, 2), padding: .same, activation: .tanh), [1, 7, 7, 1],
                [1, 3, 4, 2], [2, 2, 1, 2]
            ),
            (
                try Conv2D(filters: 2, kernel: Extent(1), activation: .relu, pool: MaxPool2D(Extent(3), stride: Extent(2))),
                [1, 7, 7, 3], [1, 3, 3, 2], [1, 1, 3, 2]
            ),
        ]
        for (layer, input, output, kernel) in cases {
            try LayerCheck(
                layer: { try layer($0, $1) }, input: input, output: output,
                parameters: [("conv2d/kernel", kernel), ("conv2d/bias", [kernel[3]])]
            ).run("conv \(input) -> \(output)")
        }
    }

    /// Without gradients the kernel's other form is kept: until the value changes, and for no other stride.
    @Test func inferenceKeepsUpWithTheKernel() throws {
        let store = ParameterStore(key: .init(seed: 3))
        let x = try Tensor.uniform(.init(seed: 4), [2, 9, 8, 16])
        let layer = try Conv2D(filters: 24, activation: .relu, pool: MaxPool2D())
        func both() throws -> (kept: [Float], fresh: [Float]) {
            let pass = Pass(store: store, isTraining: false, key: .init(seed: 1), tape: Tape())
            return (try layer(x, Pass(inference: store)).elements(), try layer(x, pass).elements())
        }
        var results = [try both(), try both()]
        try store.assign(Tensor.uniform(.init(seed: 5), [3, 3, 16, 24]), to: "conv2d/kernel")
        results.append(try both())
        #expect(results.allSatisfy { $0.kept == $0.fresh })
        #expect(results[0].kept == results[1].kept && results[1].kept != results[2].kept)
        let wide = try Conv2D(filters: 24, stride: Extent(2))
        let pass = Pass(store: store, isTraining: false, key: .init(seed: 1), tape: Tape())
        #expect(try wide(x, Pass(inference: store)).elements(as: Float.self) == wide(x, pass).elements())
    }

    @Test func pooling() throws {
        let most = try MaxPool2D(Extent(3, 2), stride: Extent(2), padding: .same)
        try LayerCheck(layer: { try most($0, $1) }, input: [2, 5, 5, 2], output: [2, 3, 3, 2], parameters: []).run("max")
        let mean = try AveragePool2D(Extent(3, 2), stride: Extent(2), padding: .same)
        try LayerCheck(layer: { try mean($0, $1) }, input: [2, 5, 5, 2], output: [2, 3, 3, 2], parameters: []).run("average")
    }

    /// Numbers from a script may be anything: none of them may overflow.
    @Test func enormousSizesAreRefused() throws {
        let image = try Tensor.ones([1, 4, 4, 1])
        for extent in [Extent(.max), Extent(1, .max), Extent(0)] {
            #expect(throws: TensorError.self) { try image.maxPooled(Extent(2), stride: extent, padding: .same) }
            #expect(throws: TensorError.self) { try image.averagePooled(extent, stride: Extent(1), padding: .same) }
            #expect(throws: (any Error).self) {
                try Conv2D(filters: 1, stride: extent)(image, Pass(training: .init(key: .init(seed: 1)), key: .init(seed: 1)))
            }
        }
        #expect(throws: NeuralNetworkError.self) { try LongShortTermMemory(units: .max) }
        #expect(throws: NeuralNetworkError.self) { try GatedRecurrentUnit(units: .max) }
        #expect(throws: TensorError.self) {
            try Dense(units: .max)(image, Pass(training: .init(key: .init(seed: 1)), key: .init(seed: 1)))
        }
        #expect(try PathDecoder.beam(Tensor.zeros([1, 2, 3]), width: .max)[0].count == 1)
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

    @Test func initializersDrawAsTheySay() throws {
        let key = Key(seed: 2)
        for (name, deviation) in [
            ("glorot_normal", (2.0 / 500).squareRoot()), ("he_uniform", (2.0 / 200).squareRoot()),
            ("lecun_normal", (1.0 / 200).squareRoot()),
        ] {
            let value = try Initializer(named: name).value([200, 300], key, .float64)
            // 60,000 draws: the estimate is good to a third of a percent.
            #expect(abs(try value.standardDeviation().item() / deviation - 1) < 0.02, "\(name)")
        }
        for shape in [[3, 3, 4, 10], [10, 3, 5], [6, 6]] {
            let matrix = try Initializer.orthogonal(gain: 2).value(shape, key, .float64).reshaped([-1, shape[shape.count - 1]])
            let isWide = matrix.shape[0] <= matrix.shape[1]
            let products = try isWide ? matrix.matmul(matrix.transposed()) : matrix.transposed().matmul(matrix)
            let distance = try (products - Tensor.eye(products.shape[0], products.shape[0], .float64) * 4).absolute().maximum()
                .item()
            #expect(distance < 1e-12, "\(shape)")
        }
        #expect(throws: NeuralNetworkError.unknownName(kind: "initializer", name: "glorot", known: Initializer.names)) {
            try Initializer(named: "glorot")
        }
    }

    @Test func mistakesNameTheParameter() throws {
        let store = ParameterStore(key: .init(seed: 1))
        _ = try Dense(units: 2)(Tensor.ones([1, 3]), Pass(training: store, key: .init(seed: 1)))
        #expect(throws: NeuralNetworkError.parameterShape(name: "dense/kernel", has: [3, 2], wanted: [4, 2])) {
            try Dense(units: 2)(Tensor.ones([1, 4]), Pass(inference: store))
        }
        #expect(throws: NeuralNetworkError.unknownParameter(name: "x", known: store.names)) {
            try store.assign(Tensor(1.0), to: "x")
        }
        #expect(throws: NeuralNetworkError.badSetting(layer: "dense", setting: "units", value: "0", rule: "1 or more")) {
            try Dense(units: 0)
        }
        #expect(throws: TensorError.self) { try Conv2D(filters: 2)(Tensor.ones([2, 3]), Pass(inference: store)) }
        #expect(throws: TensorError.self) {
            try Conv2D(filters: 2, kernel: Extent(5), padding: .valid)(Tensor.ones([1, 4, 4, 1]), Pass(inference: store))
        }
    }
}

extension LayerTests {
    @Test func recurrent() throws {
        let lengths = try Tensor([4, 2])
        for isBidirectional in [false, true] {
            let width = isBidirectional ? 6 : 3
            let cells = isBidirectional ? ["fw/", "bw/"] : [""]
            let memory = try LongShortTermMemory(units: 3, isBidirectional: isBidirectional, name: "m")
            try LayerCheck(
                layer: { try memory($0, lengths: lengths, $1) }, input: [2, 4, 2], output: [2, 4, width],
                parameters: cells.flatMap {
                    [("m/\($0)basic_lstm_cell/kernel", [5, 12]), ("m/\($0)basic_lstm_cell/bias", [12])]
                }
            ).run("lstm \(isBidirectional)")
            let gated = try GatedRecurrentUnit(units: 3, isBidirectional: isBidirectional, name: "g")
            try LayerCheck(
                layer: { try gated($0, lengths: lengths, $1) }, input: [2, 4, 2], output: [2, 4, width],
                parameters: cells.flatMap {
                    [("g/\($0)kernel", [2, 9]), ("g/\($0)recurrent_kernel", [3, 9]), ("g/\($0)bias", [2, 9])]
                }
            ).run("gru \(isBidirectional)")
        }
        #expect(throws: TensorError.self) {
            try LongShortTermMemory(units: 2)(
                Tensor.ones([1, 3, 2]), lengths: Tensor([4]), Pass(training: .init(key: .init(seed: 1)), key: .init(seed: 1)))
        }
    }

    @Test func normalization() throws {
        let moving = [("b/gamma", [3]), ("b/beta", [3]), ("b/moving_mean", [3]), ("b/moving_variance", [3])]
        let batch = try BatchNormalization(name: "b")
        try LayerCheck(layer: { try batch($0, $1) }, input: [4, 2, 3], output: [4, 2, 3], parameters: moving).run("batch")
        try LayerCheck(layer: { try batch($0, $1) }, input: [4, 3], output: [4, 3], parameters: moving, isTraining: false).run(
            "batch, inference")
        let layer = try LayerNormalization(name: "l")
        try LayerCheck(
            layer: { try layer($0, $1) }, input: [4, 5], output: [4, 5], parameters: [("l/gamma", [5]), ("l/beta", [5])]
        ).run("layer")
    }

    @Test func movingAveragesChangeAtCommit() throws {
        let store = ParameterStore(key: Key(seed: 1))
        let pass = Pass(training: store, key: Key(seed: 1))
        _ = try BatchNormalization(momentum: 0.9, name: "b")(Tensor([1, 3] as [Float], shape: [2, 1]), pass)
        #expect(store["b/moving_mean"]?.elements() == [0] as [Float])
        try pass.commit()
        // Mean 2, unbiased variance 2.
        #expect(abs((try store["b/moving_mean"]?.item() ?? 0) - 0.2) < 1e-6)
        #expect(abs((try store["b/moving_variance"]?.item() ?? 0) - 1.1) < 1e-6)
    }

    @Test func dropoutAndEmbedding() throws {
        let dropout = try Dropout(rate: 0.5)
        try LayerCheck(layer: { try dropout($0, $1) }, input: [4, 5], output: [4, 5], parameters: []).run("dropout")
        let store = ParameterStore(key: Key(seed: 1))
        let ones = try Tensor.ones([100, 100])
        let dropped = try dropout(ones, Pass(training: store, key: Key(seed: 1)))
        // 10,000 draws: the deviation of the mean is 0.01.
        #expect(abs(try dropped.mean().item() - 1) < 0.05)
        #expect(try dropout(ones, Pass(inference: store)).elements() == ones.elements(as: Float.self))
        let table = try Embedding(count: 5, size: 3)
        let rows = try table(Tensor([[4, 0], [4, 4]].flatMap { $0 }, shape: [2, 2]), Pass(training: store, key: Key(seed: 1)))
        #expect(rows.shape == [2, 2, 3])
        #expect(
            try rows.indexed(.at(0), .at(0)).elements() == store["embedding/table"]?.indexed(.at(-1)).elements(as: Float.self))
        #expect(throws: TensorError.self) { try table(Tensor([5]), Pass(training: store, key: Key(seed: 1))) }
        #expect(throws: NeuralNetworkError.self) { try Dropout(rate: 1) }
    }

    @Test func rulesAndSchedules() throws {
        #expect(throws: NeuralNetworkError.unknownName(kind: "optimizer", name: "adm", known: OptimizerRule.names)) {
            try OptimizerRule(named: "adm")
        }
        let staircase = Schedule.staircase(0.1, factor: 0.5, every: 10)
        #expect([0, 9, 10, 25].map { staircase.rate(at: $0) } == [0.1, 0.1, 0.05, 0.025])
        let warm = Schedule.warmUp(steps: 4, then: .constant(1))
        #expect((0..<6).map { warm.rate(at: $0) } == [0.25, 0.5, 0.75, 1, 1, 1])
        let cosine = Schedule.cosine(1, steps: 100)
        #expect(cosine.rate(at: 0) == 1 && abs(cosine.rate(at: 50) - 0.5) < 1e-12 && cosine.rate(at: 200) == 0)
        let cycle = Schedule.oneCycle(peak: 1, steps: 100)
        #expect(abs(cycle.rate(at: 0) - 0.04) < 1e-12 && abs(cycle.rate(at: 30) - 1) < 1e-12 && cycle.rate(at: 100) < 1e-5)
        #expect(throws: NeuralNetworkError.self) { try Schedule.staircase(0.1, factor: 0.5, every: 0).validate() }
        var plateau = try Plateau(factor: 0.5, patience: 1)
        for measure in [3.0, 2, 2, 2, 1] { plateau.observe(measure) }
        #expect(plateau.scale == 0.5)
    }

    @Test func clippingHoldsElementsOrTheWholeLength() throws {
        for (clipping, expected) in [
            (GradientTreatment.Clipping.value(1), [-1.0, 1]), (.globalNorm(2.5), [-1.5, 2]), (.none, [-3.0, 4]),
        ] {
            let store = ParameterStore(key: Key(seed: 1))
            try store.insert("v", Tensor([0, 0] as [Float]))
            var optimizer = Optimizer(.descent, treatment: GradientTreatment(clipping: clipping))
            let norm = try optimizer.apply([("v", Tensor([3, -4] as [Float]))], to: store, rate: 1)
            #expect(store["v"]?.elements() == expected)
            if case .globalNorm = clipping { #expect(norm == 5) }
        }
    }
}
