public import Tensors

/// Long short-term memory over `[n, t, c]`, in one direction of time or both. Parameters `basic_lstm_cell/kernel`
/// `[c + units, 4·units]` and `basic_lstm_cell/bias`, under `fw/` and `bw/` when bidirectional.
public struct LongShortTermMemory: Layer {
    public let name: String
    public let units: Int
    public let isBidirectional: Bool
    public let forgetBias: Double

    public init(units: Int, isBidirectional: Bool = false, forgetBias: Double = 1, name: String = "lstm") throws {
        guard (1...1 << 24).contains(units) else {
            throw NeuralNetworkError.badSetting(
                layer: name, setting: "units", value: String(units), rule: "a number from 1 to 16,777,216")
        }
        (self.name, self.units, self.isBidirectional, self.forgetBias) = (name, units, isBidirectional, forgetBias)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try self(x, lengths: nil, pass) }

    /// - Parameter lengths: the true lengths `[n]`; results beyond them are zero.
    public func callAsFunction(_ x: Tensor, lengths: Tensor?, _ pass: Pass) throws -> Tensor {
        guard x.rank == 3 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, t, c]") }
        let depth = x.shape[2]
        let directions = try pass.scoped(name) {
            try (isBidirectional ? ["fw/basic_lstm_cell", "bw/basic_lstm_cell"] : ["basic_lstm_cell"]).map { cell in
                try pass.scoped(cell) {
                    (
                        kernel: try pass.parameter("kernel", [depth + units, 4 * units], .glorotUniform),
                        bias: try pass.parameter("bias", [4 * units], .zeros)
                    )
                }
            }
        }
        let result = try x.longShortTermMemory(directions, lengths: lengths, forgetBias: forgetBias)
        let weights = directions.reduce(0) { $0 + $1.kernel.count }
        return pass.finish(
            isBidirectional ? "bilstm" : "lstm", name, result, parameters: weights + directions.count * 4 * units,
            multiplyAdds: x.shape[0] * x.shape[1] * weights)
    }
}

/// A gated recurrent unit over `[n, t, c]`, in one direction of time or both. Parameters `kernel` `[c, 3·units]`,
/// `recurrent_kernel` `[units, 3·units]` and `bias` `[2, 3·units]`, under `fw/` and `bw/` when bidirectional.
public struct GatedRecurrentUnit: Layer {
    public let name: String
    public let units: Int
    public let isBidirectional: Bool

    public init(units: Int, isBidirectional: Bool = false, name: String = "gru") throws {
        guard (1...1 << 24).contains(units) else {
            throw NeuralNetworkError.badSetting(
                layer: name, setting: "units", value: String(units), rule: "a number from 1 to 16,777,216")
        }
        (self.name, self.units, self.isBidirectional) = (name, units, isBidirectional)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try self(x, lengths: nil, pass) }

    /// - Parameter lengths: the true lengths `[n]`; results beyond them are zero.
    public func callAsFunction(_ x: Tensor, lengths: Tensor?, _ pass: Pass) throws -> Tensor {
        guard x.rank == 3 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, t, c]") }
        let depth = x.shape[2]
        func weights() throws -> (kernel: Tensor, recurrent: Tensor, bias: Tensor) {
            (
                try pass.parameter("kernel", [depth, 3 * units], .glorotUniform),
                try pass.parameter("recurrent_kernel", [units, 3 * units], .glorotUniform),
                try pass.parameter("bias", [2, 3 * units], .zeros)
            )
        }
        let directions = try pass.scoped(name) {
            isBidirectional ? try ["fw", "bw"].map { try pass.scoped($0) { try weights() } } : [try weights()]
        }
        let result = try x.gatedRecurrence(directions, lengths: lengths)
        let count = directions.reduce(0) { $0 + $1.kernel.count + $1.recurrent.count }
        return pass.finish(
            isBidirectional ? "bigru" : "gru", name, result, parameters: count + directions.count * 6 * units,
            multiplyAdds: x.shape[0] * x.shape[1] * count)
    }
}
