import NeuralNetworks
import Randomness
import Tensors

/// Four convolutions with ReLU and halving pools, as both baseline models begin.
struct Convolutions {
    private let layers: [Conv2D]

    init() throws {
        layers = try [64, 96, 128, 160].enumerated().map {
            try Conv2D(filters: $1, activation: .relu, pool: MaxPool2D(), name: "conv\($0)")
        }
    }

    func callAsFunction(_ images: Tensor, _ pass: Pass) throws -> Tensor { try layers.reduce(images) { try $1($0, pass) } }
}

protocol Network {
    func callAsFunction(_ images: Tensor, _ pass: Pass) throws -> Tensor
}

struct SingleKana: Network {
    private let convolutions: Convolutions
    private let layers: [Dense]

    init() throws {
        convolutions = try Convolutions()
        layers = [
            try Dense(units: 200, activation: .relu, name: "dense1"), try Dense(units: 200, activation: .relu, name: "dense2"),
            try Dense(units: 73, name: "logits"),
        ]
    }

    func callAsFunction(_ images: Tensor, _ pass: Pass) throws -> Tensor {
        try layers.reduce(convolutions(images, pass).flattened(from: 1)) { try $1($0, pass) }
    }
}

/// Two bidirectional layers, with the names of the original's checkpoints.
struct Memory {
    private let layers: [LongShortTermMemory]

    init() throws {
        layers = try (0..<2).map { try LongShortTermMemory(units: 100, isBidirectional: true, name: "BLSTM_\($0)") }
    }

    func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try layers.reduce(x) { try $1($0, pass) } }
}

struct SequenceOfKana: Network {
    private let convolutions: Convolutions
    private let memory: Memory
    private let logits: Dense

    init() throws {
        convolutions = try Convolutions()
        memory = try Memory()
        logits = try Dense(units: 71, name: "logits")
    }

    func callAsFunction(_ images: Tensor, _ pass: Pass) throws -> Tensor {
        // Time is the height of the picture.
        try logits(memory(convolutions(images, pass).flattened(from: 2), pass), pass)
    }
}

extension ParameterStore {
    /// The parameters that `body` asks for, with the recipe's values.
    static func filled(_ body: (Pass) throws -> Void) throws -> ParameterStore {
        let store = ParameterStore(key: Key(seed: 0))
        try body(Pass(inference: store))
        try Inputs.fill(store)
        return store
    }
}
