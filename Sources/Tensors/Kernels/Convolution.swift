import CKernels

/// A convolution of images [n, h, w, c] with filters [ky, kx, c, f], dilation 1: its sizes, and its kernels.
///
/// The kernels take raw memory in the canonical layout and find the fastest way for the shape themselves. They are exact
/// float32 (no reduced precision), use all workers, and give the same bits for any number of them.
package struct Convolution: Hashable, Sendable {
    package enum Padding: Sendable { case same, valid }

    /// What follows the products, in the same pass.
    package enum Tail: Sendable {
        /// The bias.
        case linear
        /// The bias, then ReLU.
        case relu
        /// The bias, then ReLU, then max pooling by 2×2 windows that do not overlap; an odd last row or column is dropped.
        case reluMaxPool
    }

    package let images, height, width, channels, filters: Int
    package let kernelHeight, kernelWidth, strideY, strideX: Int
    package let padTop, padLeft, outputHeight, outputWidth: Int

    /// Nil when the window is larger than the padded image, or a size is not positive, or too large for the kernels.
    ///
    /// `.same` pads as TensorFlow does: ⌈size / stride⌉ outputs, the odd pixel of padding below and to the right.
    package init?(
        images: Int, height: Int, width: Int, channels: Int, filters: Int, kernel: (height: Int, width: Int) = (3, 3),
        stride: (y: Int, x: Int) = (1, 1), padding: Padding = .same
    ) {
        let sizes = [height, width, channels, filters, kernel.height, kernel.width, stride.y, stride.x]
        guard images >= 0, sizes.allSatisfy({ $0 > 0 && $0 < 1 << 24 }) else { return nil }
        // Offsets inside one image are 32-bit in places.
        let product = Double(height) * Double(width) * Double(max(channels, filters))
        guard product < Double(1 << 30), Double(kernel.height * kernel.width) * Double(channels) < Double(1 << 30) else {
            return nil
        }
        self.images = images
        (self.height, self.width, self.channels, self.filters) = (height, width, channels, filters)
        (kernelHeight, kernelWidth, strideY, strideX) = (kernel.height, kernel.width, stride.y, stride.x)
        func extent(_ size: Int, _ window: Int, _ stride: Int) -> (outputs: Int, before: Int) {
            if padding == .valid { return ((size - window + stride) / stride, 0) }
            let outputs = (size + stride - 1) / stride
            return (outputs, max((outputs - 1) * stride + window - size, 0) / 2)
        }
        guard padding == .same || (height >= kernel.height && width >= kernel.width) else { return nil }
        (outputHeight, padTop) = extent(height, kernel.height, stride.y)
        (outputWidth, padLeft) = extent(width, kernel.width, stride.x)
    }

    /// Sizes after `reluMaxPool`.
    package var pooledHeight: Int { outputHeight / 2 }
    package var pooledWidth: Int { outputWidth / 2 }
    package var inputCount: Int { images * height * width * channels }
    package var outputCount: Int { images * outputHeight * outputWidth * filters }
    package var pooledCount: Int { images * pooledHeight * pooledWidth * filters }
    package var weightCount: Int { kernelHeight * kernelWidth * channels * filters }

    /// The gradient that comes back to a convolution, together with what its tail needs to undo itself.
    package enum Gradient<Element> {
        /// With respect to the linear output [n, oh, ow, f].
        case linear(UnsafePointer<Element>)
        /// With respect to the output of the ReLU, and that output.
        case relu(UnsafePointer<Element>, output: UnsafePointer<Element>)
        /// With respect to the pooled output [n, oh/2, ow/2, f], and where each maximum was (4: nowhere).
        case reluMaxPool(UnsafePointer<Element>, argmax: UnsafePointer<UInt8>)
    }
}

extension Convolution {
    /// output = tail(input ∗ weights + bias).
    ///
    /// - Parameters:
    ///   - output: [n, oh, ow, f], or [n, oh/2, ow/2, f] for `reluMaxPool`.
    ///   - argmax: of `reluMaxPool`, as many bytes as outputs: the place of each maximum in its window, 0...3 in reading
    ///     order, or 4 where the maximum is not positive. The gradients need it; inference may leave it out.
    package func forward(
        _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, tail: Tail,
        output: UnsafeMutablePointer<Float>, argmax: UnsafeMutablePointer<UInt8>? = nil
    ) {
        switch way(tail) {
        case .grey:
            greyForward(input, weights: weights, bias: bias, output: output, argmax: argmax)
        case .threeByThree:
            Workspace.floats(ck_conv3x3_prepared_count(plane)) { prepared in
                prepare(weights, into: prepared)
                winogradForward(input, prepared: prepared, bias: bias, tail: tail, output: output, argmax: argmax)
            }
        case .general:
            generalForward(input, weights: weights, bias: bias, tail: tail, output: output, argmax: argmax)
        }
    }

    /// Whether `forward` works with weights in another form, which batches may share. The tail makes no difference to that.
    package var preparesFilters: Bool { way(.linear) == .threeByThree }

    /// Weights in that form, where there is one.
    package func prepare(_ weights: UnsafePointer<Float>) throws -> PreparedFilter {
        precondition(preparesFilters, "this shape takes its weights as they are")
        let filter = PreparedFilter(
            storage: try Storage(bytes: ck_conv3x3_prepared_count(plane) * MemoryLayout<Float>.size, "conv2d"), path: .current)
        prepare(weights, into: filter.points)
        return filter
    }

    /// As `forward` with the weights that `filter` was made from, for this shape or another number or size of images.
    package func forward(
        _ input: UnsafePointer<Float>, filter: PreparedFilter, bias: UnsafePointer<Float>?, tail: Tail,
        output: UnsafeMutablePointer<Float>, argmax: UnsafeMutablePointer<UInt8>? = nil
    ) {
        winogradForward(input, prepared: filter.points, bias: bias, tail: tail, output: output, argmax: argmax)
    }

    /// The same in double precision, for checks.
    package func forward(
        _ input: UnsafePointer<Double>, weights: UnsafePointer<Double>, bias: UnsafePointer<Double>?, tail: Tail,
        output: UnsafeMutablePointer<Double>, argmax: UnsafeMutablePointer<UInt8>? = nil
    ) {
        generalForward(input, weights: weights, bias: bias, tail: tail, output: output, argmax: argmax)
    }

    /// The gradients of the weights [ky, kx, c, f] and of the bias [f], summed over the images; both are overwritten.
    package func weightGradient(
        _ input: UnsafePointer<Float>, _ gradient: Gradient<Float>, weights: UnsafeMutablePointer<Float>,
        bias: UnsafeMutablePointer<Float>?
    ) {
        if case .reluMaxPool(let pooled, let argmax) = gradient {
            switch way(.reluMaxPool) {
            case .grey: return greyWeightGradient(input, pooled, argmax, weights: weights, bias: bias)
            case .threeByThree: return pooledWeightGradient(input, pooled, argmax, weights: weights, bias: bias)
            case .general: break
            }
        }
        generalWeightGradient(input, gradient, weights: weights, bias: bias)
    }

    package func weightGradient(
        _ input: UnsafePointer<Double>, _ gradient: Gradient<Double>, weights: UnsafeMutablePointer<Double>,
        bias: UnsafeMutablePointer<Double>?
    ) {
        generalWeightGradient(input, gradient, weights: weights, bias: bias)
    }

    /// The gradient of the input [n, h, w, c]; it is overwritten.
    package func inputGradient(
        _ gradient: Gradient<Float>, weights: UnsafePointer<Float>, input: UnsafeMutablePointer<Float>
    ) {
        guard way(.linear) == .threeByThree else {
            return generalInputGradient(gradient, weights: weights, input: input)
        }
        switch gradient {
        case .linear(let dy): winogradInputGradient(dy, output: nil, weights: weights, input: input)
        case .relu(let dy, let y): winogradInputGradient(dy, output: y, weights: weights, input: input)
        case .reluMaxPool(let dy, let argmax): pooledInputGradient(dy, argmax, weights: weights, input: input)
        }
    }

    package func inputGradient(
        _ gradient: Gradient<Double>, weights: UnsafePointer<Double>, input: UnsafeMutablePointer<Double>
    ) {
        generalInputGradient(gradient, weights: weights, input: input)
    }
}

/// The weights of one convolution as the kernels want them.
package struct PreparedFilter: Sendable {
    fileprivate let storage: Storage
    /// The code path that made it: another one's would differ in the last bits.
    package let path: CPUPath

    /// Written by `Convolution.prepare` only, before anyone else has the filter.
    fileprivate var points: UnsafeMutablePointer<Float> { storage.pointer.assumingMemoryBound(to: Float.self) }
}
