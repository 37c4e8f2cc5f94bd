public import Tensors

/// Filters slid over images: `[n, h, w, c]` gives `[n, oh, ow, filters]`. Parameters `kernel` `[ky, kx, c, filters]`, `bias`.
public struct Conv2D: Layer {
    public let name: String
    public let filters: Int
    public let kernel: Extent
    public let stride: Extent
    public let padding: Padding
    public let activation: Activation
    /// Max pooling that follows; 2x2 windows after ReLU are computed in the same pass over memory.
    public let pool: MaxPool2D?
    public let usesBias: Bool
    public let kernelInitializer: Initializer

    public init(
        filters: Int, kernel: Extent = Extent(3), stride: Extent = Extent(1), padding: Padding = .same,
        activation: Activation = .linear, pool: MaxPool2D? = nil, usesBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, name: String = "conv2d"
    ) throws {
        let sizes = [
            ("filters", filters), ("kernel", min(kernel.height, kernel.width)), ("stride", min(stride.height, stride.width)),
        ]
        for (setting, value) in sizes where value < 1 {
            throw NeuralNetworkError.badSetting(layer: name, setting: setting, value: String(value), rule: "1 or more")
        }
        (self.name, self.filters, self.kernel, self.stride, self.padding) = (name, filters, kernel, stride, padding)
        (self.activation, self.pool, self.usesBias, self.kernelInitializer) = (activation, pool, usesBias, kernelInitializer)
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        guard x.rank == 4 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, h, w, c]") }
        let (weights, bias) = try pass.scoped(name) {
            (
                try pass.parameter("kernel", [kernel.height, kernel.width, x.shape[3], filters], kernelInitializer),
                usesBias ? try pass.parameter("bias", [filters], .zeros) : nil
            )
        }
        let tail: ConvolutionTail = activation != .relu ? .linear : pool?.isHalving == true ? .reluMaxPool : .relu
        let filter = pass.scoped(name) { pass.path("kernel") }
        var result = try x.convolved(with: weights, bias: bias, stride: stride, padding: padding, tail: tail) {
            // In training the weights change before they are used again.
            pass.tape == nil ? try pass.store.prepared(filter, for: $0) : nil
        }
        let cells = tail == .reluMaxPool ? convolvedCells(x) : result.count
        if activation != .relu { result = try activation(result) }
        if let pool, tail != .reluMaxPool { result = try pool.applied(to: result) }
        return pass.finish(
            pool == nil ? "conv2d" : "conv2d+pool", name, result, parameters: weights.count + (bias?.count ?? 0),
            multiplyAdds: cells * kernel.height * kernel.width * x.shape[3])
    }

    /// The elements of the convolution's result before pooling.
    private func convolvedCells(_ x: Tensor) -> Int {
        func extent(_ size: Int, _ window: Int, _ step: Int) -> Int {
            padding == .same ? (size + step - 1) / step : max(0, (size - window) / step + 1)
        }
        return x.shape[0] * extent(x.shape[1], kernel.height, stride.height) * extent(x.shape[2], kernel.width, stride.width)
            * filters
    }
}

/// The greatest element of every window; no parameters.
public struct MaxPool2D: Layer, Hashable {
    public let name: String
    public let size: Extent
    public let stride: Extent
    public let padding: Padding

    public init(_ size: Extent = Extent(2), stride: Extent? = nil, padding: Padding = .valid, name: String = "max_pool2d") throws {
        self.name = name
        (self.size, self.stride, self.padding) = (size, stride ?? size, padding)
        guard min(size.height, size.width, self.stride.height, self.stride.width) > 0 else {
            throw NeuralNetworkError.badSetting(
                layer: name, setting: "pool size and stride", value: "\(size), \(self.stride)", rule: "sizes from 1")
        }
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        pass.finish("max_pool2d", name, try applied(to: x))
    }

    func applied(to x: Tensor) throws -> Tensor { try x.maxPooled(size, stride: stride, padding: padding) }

    /// The pooling that convolution kernels do themselves.
    var isHalving: Bool { size == Extent(2) && stride == Extent(2) && padding == .valid }
}

/// The mean of every window; no parameters.
public struct AveragePool2D: Layer, Hashable {
    public let name: String
    public let size: Extent
    public let stride: Extent
    public let padding: Padding

    public init(_ size: Extent = Extent(2), stride: Extent? = nil, padding: Padding = .valid, name: String = "average_pool2d")
        throws
    {
        self.name = name
        (self.size, self.stride, self.padding) = (size, stride ?? size, padding)
        guard min(size.height, size.width, self.stride.height, self.stride.width) > 0 else {
            throw NeuralNetworkError.badSetting(
                layer: name, setting: "pool size and stride", value: "\(size), \(self.stride)", rule: "sizes from 1")
        }
    }

    public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
        pass.finish("average_pool2d", name, try x.averagePooled(size, stride: stride, padding: padding))
    }
}
