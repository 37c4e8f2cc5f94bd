import NeuralNetworks
import Randomness
import Tensors
import Testing

/// Everything that must hold of any layer: the shape of its result, its parameters' names and count, gradients equal to central
/// differences in float64, one step of descent lowers a loss, values survive being saved and loaded, and the same seed gives
/// the same bits.
struct LayerCheck {
    let layer: @Sendable (Tensor, Pass) throws -> Tensor
    let input: [Int]
    let output: [Int]
    /// Names and sizes in the order they are made.
    let parameters: [(String, [Int])]
    /// A layer such as dropout is random in training; its gradient is checked with a fixed draw.
    var isTraining = true
    /// Largest difference between slope and central difference, relative to the larger of 1 and the slope.
    var tolerance = 1e-6

    private let key = Key(seed: 42)

    func run(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let store = ParameterStore(key: key)
        let x = try Tensor.uniform(key.folded("x"), input, from: -1, to: 1, .float64)
        let result = try forward(x, store)
        #expect(result.shape == output, "\(name): shape", sourceLocation: sourceLocation)
        #expect(store.names == parameters.map(\.0), "\(name): names", sourceLocation: sourceLocation)
        #expect(store.parameters.map(\.value.shape) == parameters.map(\.1), "\(name): sizes", sourceLocation: sourceLocation)
        try sameSeed(x, result, name, sourceLocation)
        try savedAndLoaded(x, store, result, name, sourceLocation)
        try gradients(x, store, name, sourceLocation)
        try oneStep(name, sourceLocation)
    }

    private func forward(_ x: Tensor, _ store: ParameterStore, _ tape: Tape? = nil) throws -> Tensor {
        try layer(x, Pass(store: store, isTraining: isTraining, key: key.folded("pass"), tape: tape, dtype: x.dtype))
    }

    private func sameSeed(_ x: Tensor, _ result: Tensor, _ name: String, _ location: SourceLocation) throws {
        let again: [Double] = try forward(x, ParameterStore(key: key)).elements()
        #expect(again == result.elements(), "\(name): same seed, same bits", sourceLocation: location)
    }

    private func savedAndLoaded(
        _ x: Tensor, _ store: ParameterStore, _ result: Tensor, _ name: String, _ location: SourceLocation
    ) throws {
        let other = ParameterStore(key: Key(seed: 7))
        _ = try forward(x, other)
        for parameter in store.parameters { try other.assign(parameter.value, to: parameter.name) }
        #expect(try forward(x, other).elements() == result.elements() as [Double], "\(name): loaded", sourceLocation: location)
    }

    private func gradients(_ x: Tensor, _ store: ParameterStore, _ name: String, _ location: SourceLocation) throws {
        let tape = Tape()
        let pass = Pass(store: store, isTraining: isTraining, key: key.folded("pass"), tape: tape, dtype: .float64)
        let watched = try tape.watch(x)
        let weights = try Tensor.uniform(key.folded("weights"), output, from: 0.5, to: 1.5, .float64)
        let loss = try (layer(watched, pass) * weights).sum()
        let variables = pass.variables
        let slopes = try tape.gradient(of: loss, for: [watched] + variables.map(\.value))
        func lossNow(_ x: Tensor) throws -> Double { try (forward(x, store) * weights).sum().item() }
        try compare(x, slopes[0], "\(name): input", location) { try lossNow($0) }
        for (variable, slope) in zip(variables, slopes.dropFirst()) {
            let value = variable.value.detached
            try compare(value, slope, "\(name): \(variable.name)", location) { moved in
                try store.assign(moved, to: variable.name)
                return try lossNow(x)
            }
            try store.assign(value, to: variable.name)
        }
    }

    /// At most 40 elements, spread over the tensor.
    private func compare(
        _ value: Tensor, _ slope: Tensor, _ name: String, _ location: SourceLocation, _ loss: (Tensor) throws -> Double
    ) throws {
        let (values, slopes): ([Double], [Double]) = (value.elements(), slope.elements())
        let step = 1e-5
        for element in Swift.stride(from: 0, to: values.count, by: max(1, values.count / 40)) {
            func at(_ offset: Double) throws -> Double {
                var moved = values
                moved[element] += offset
                return try loss(Tensor(moved, shape: value.shape))
            }
            let difference = try (at(step) - at(-step)) / (2 * step)
            #expect(
                abs(difference - slopes[element]) <= tolerance * max(1, abs(difference)),
                "\(name)[\(element)]: \(slopes[element]), by differences \(difference)", sourceLocation: location)
        }
    }

    /// In float32, as in real training.
    private func oneStep(_ name: String, _ location: SourceLocation) throws {
        let store = ParameterStore(key: key)
        let x = try Tensor.uniform(key.folded("x"), input, from: -1, to: 1)
        var optimizer = Optimizer(.descent)
        var losses: [Double] = []
        for _ in 0..<2 {
            let pass = Pass(store: store, isTraining: isTraining, key: key.folded("pass"), tape: Tape())
            let loss = try layer(x, pass).squared().mean()
            losses.append(try loss.item())
            let gradients = try pass.gradients(of: loss)
            if gradients.isEmpty { return }
            try optimizer.apply(gradients, to: store, rate: 1e-2)
        }
        #expect(losses[1] < losses[0], "\(name): a step lowers the loss", sourceLocation: location)
    }
}
