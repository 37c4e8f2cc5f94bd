public import Tensors

/// Every output is a weighted sum of all inputs: `[..., in]` gives `[..., units]`. Parameters `kernel` `[in, units]`, `bias`.
public struct Dense: Layer {
    public let name: String
    public let units: Int
    public let activation: Activation
    public let usesBias: Bool
    public let kernelInitializer: Initializer

    public init(
        units: Int, activation: Activation = .linear, usesBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
        name: String = "dense"
    ) throws {
        guard units > 0 else {
            throw NeuralNetworkError.badSetting(layer: name, setting: "units", value: String(units), rule: "1 or more")
        }
        (self.name, self.units, self.activation) = (name, units, activation)
        (self.usesBias, self.kernelInitializer) = (usesBias, kernelInitializer)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        guard let depth = x.shape.last, depth > 0 else {
            throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[..., in]")
        }
        let (kernel, bias) = try pass.scoped(name) {
            (
                try pass.parameter("kernel", [depth, units], kernelInitializer),
                usesBias ? try pass.parameter("bias", [units], .zeros) : nil
            )
        }
        var result = try x.connected(with: kernel, bias: bias, relu: activation == .relu)
        if activation != .relu { result = try activation(result) }
        return pass.finish(
            "dense", name, result, parameters: kernel.count + (bias?.count ?? 0), multiplyAdds: x.count / depth * kernel.count)
    }
}
