public import Tensors

/// What a window does at the border: `same` pads with zeros so that a stride of 1 keeps the size, `valid` stays inside.
public enum Padding: String, Sendable, CaseIterable {
    case same, valid
}

/// Two sizes, down and across.
public struct Extent: Sendable, Hashable, CustomStringConvertible {
    public var height: Int
    public var width: Int

    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    public init(_ size: Int) { self.init(size, size) }

    public var description: String { "(\(height), \(width))" }
}

/// What follows a convolution's products in the same pass over memory.
public enum ConvolutionTail: Sendable {
    case linear
    case relu
    /// ReLU, then the maxima of 2x2 windows that do not overlap.
    case reluMaxPool
}

extension Tensor {
    /// The convolution of images `[n, h, w, c]` with `kernel` `[ky, kx, c, f]`: `[n, oh, ow, f]`.
    ///
    /// - Parameter bias: `[f]`, added before the tail.
    /// - Throws: `TensorError.shapeMismatch` when channels or bias do not fit, `invalidShape` when the window is too large.
    public func convolved(
        with kernel: Tensor, bias: Tensor? = nil, stride: Extent = Extent(1), padding: Padding = .same,
        tail: ConvolutionTail = .linear
    ) throws -> Tensor {
        try convolved(with: kernel, bias: bias, stride: stride, padding: padding, tail: tail) { _ in nil }
    }

    /// The same with what `prepared` knows of the kernel already.
    func convolved(
        with kernel: Tensor, bias: Tensor?, stride: Extent, padding: Padding, tail: ConvolutionTail,
        prepared: (Convolution) throws -> PreparedFilter?
    ) throws -> Tensor {
        let kind = dtype.promoted(with: kernel.dtype).floating
        let inputs = try ([self, kernel] + (bias.map { [$0] } ?? [])).map { try $0.converted(to: kind) }
        let sizes = try Convolving.sizes(self, kernel, bias, stride, padding)
        let isTraced = inputs.contains(where: \.isTraced)
        var places: Tensor?
        return try Tape.nary(inputs) { inputs in
            let (result, argmax) = try Convolving.forward(sizes, inputs, tail, prepared(sizes), wantsPlaces: isTraced)
            places = argmax
            return result
        } pullback: { inputs, y, needs in
            let saved = Convolving.Saved(
                x: needs[1] || needs.count > 2 && needs[2] ? inputs[0] : nil, kernel: needs[0] ? inputs[1] : nil,
                output: tail == .relu ? y : nil, places: places)
            return { try Convolving.gradients(sizes, saved, $0, tail, hasBias: needs.count > 2) }
        }
    }
}

// MARK: - Implementation

/// The kernels' sizes for an operand, and their calls with tensors.
private enum Convolving {
    struct Saved: Sendable {
        let x: Tensor?
        let kernel: Tensor?
        let output: Tensor?
        let places: Tensor?
    }

    static func sizes(_ x: Tensor, _ kernel: Tensor, _ bias: Tensor?, _ stride: Extent, _ padding: Padding) throws -> Convolution {
        let name = "conv2d"
        guard x.rank == 4 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, h, w, c]") }
        guard kernel.rank == 4 else {
            throw TensorError.invalidShape(operation: name, shape: kernel.shape, rule: "[ky, kx, c, f] for the kernel")
        }
        guard x.shape[3] == kernel.shape[2] else {
            throw TensorError.shapeMismatch(operation: name, left: x.shape, right: kernel.shape, axis: 3, other: 2)
        }
        if let bias, bias.shape != [kernel.shape[3]] {
            throw TensorError.shapeMismatch(operation: "conv2d bias", left: bias.shape, right: [kernel.shape[3]], axis: nil)
        }
        let sizes = Convolution(
            images: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3], filters: kernel.shape[3],
            kernel: (kernel.shape[0], kernel.shape[1]), stride: (stride.height, stride.width),
            padding: padding == .same ? .same : .valid)
        guard let sizes else {
            throw TensorError.invalidShape(
                operation: name, shape: x.shape,
                rule: "images that hold a \(kernel.shape[0])x\(kernel.shape[1]) window with strides from 1, "
                    + "and fewer than 2**30 numbers in each image")
        }
        return sizes
    }

    static func forward(
        _ sizes: Convolution, _ inputs: [Tensor], _ tail: ConvolutionTail, _ filter: PreparedFilter?, wantsPlaces: Bool
    ) throws -> (Tensor, places: Tensor?) {
        let pools = tail == .reluMaxPool
        let shape = [
            sizes.images, pools ? sizes.pooledHeight : sizes.outputHeight, pools ? sizes.pooledWidth : sizes.outputWidth,
            sizes.filters,
        ]
        let (x, kernel) = (inputs[0], inputs[1])
        let result = try Tensor.uninitialized(shape, x.dtype, "conv2d")
        let places = pools && wantsPlaces ? try Tensor.uninitialized(shape, .uint8, "conv2d") : nil
        let argmax = places?.start(of: UInt8.self)
        if result.count == 0 { return (result, places) }
        try MemoryPool.ensureRoom(sizes.workingBytes(x.dtype.size), "conv2d")
        if x.dtype == .float32 {
            let bias = inputs.count > 2 ? UnsafePointer(inputs[2].float32) : nil
            if let filter {
                sizes.forward(x.float32, filter: filter, bias: bias, tail: tail.kernel, output: result.float32, argmax: argmax)
            } else {
                sizes.forward(
                    x.float32, weights: kernel.float32, bias: bias, tail: tail.kernel, output: result.float32, argmax: argmax)
            }
        } else {
            sizes.forward(
                x.float64, weights: kernel.float64, bias: inputs.count > 2 ? UnsafePointer(inputs[2].float64) : nil,
                tail: tail.kernel,
                output: result.float64, argmax: argmax)
        }
        return (result, places)
    }

    static func gradients(
        _ sizes: Convolution, _ saved: Saved, _ g: Tensor, _ tail: ConvolutionTail, hasBias: Bool
    ) throws -> [Tensor?] {
        let g = try g.plain(for: "conv2d")
        let x = try saved.x?.plain(for: "conv2d")
        let kernel = try saved.kernel?.plain(for: "conv2d")
        let kernelShape = [sizes.kernelHeight, sizes.kernelWidth, sizes.channels, sizes.filters]
        let dKernel = try x.map { _ in try Tensor.uninitialized(kernelShape, g.dtype, "conv2d") }
        let dBias = hasBias && x != nil ? try Tensor.uninitialized([sizes.filters], g.dtype, "conv2d") : nil
        let dx = try kernel.map { _ in
            try Tensor.uninitialized([sizes.images, sizes.height, sizes.width, sizes.channels], g.dtype, "conv2d")
        }
        let places = saved.places.map { UnsafePointer($0.start(of: UInt8.self)) }
        try MemoryPool.ensureRoom(sizes.workingBytes(g.dtype.size), "conv2d")
        if g.dtype == .float32 {
            let incoming = tail.gradient(g.float32, saved.output?.float32, places)
            if let x, let dKernel { sizes.weightGradient(x.float32, incoming, weights: dKernel.float32, bias: dBias?.float32) }
            if let kernel, let dx { sizes.inputGradient(incoming, weights: kernel.float32, input: dx.float32) }
        } else {
            let incoming = tail.gradient(g.float64, saved.output?.float64, places)
            if let x, let dKernel { sizes.weightGradient(x.float64, incoming, weights: dKernel.float64, bias: dBias?.float64) }
            if let kernel, let dx { sizes.inputGradient(incoming, weights: kernel.float64, input: dx.float64) }
        }
        return hasBias ? [dx, dKernel, dBias] : [dx, dKernel]
    }
}

extension ConvolutionTail {
    fileprivate var kernel: Convolution.Tail {
        switch self {
        case .linear: .linear
        case .relu: .relu
        case .reluMaxPool: .reluMaxPool
        }
    }

    /// The form in which the kernels take a gradient: never expanded behind a pool.
    fileprivate func gradient<Element>(
        _ g: UnsafeMutablePointer<Element>, _ output: UnsafeMutablePointer<Element>?, _ places: UnsafePointer<UInt8>?
    ) -> Convolution.Gradient<Element> {
        switch self {
        case .linear: return .linear(g)
        case .relu:
            guard let output else { preconditionFailure("a ReLU keeps its output") }
            return .relu(g, output: output)
        case .reluMaxPool:
            guard let places else { preconditionFailure("a pooled convolution on a tape keeps its places") }
            return .reluMaxPool(g, argmax: places)
        }
    }
}
