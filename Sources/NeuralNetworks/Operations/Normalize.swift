public import Tensors

extension Tensor {
    /// Every channel (last axis) brought to mean 0 and deviation 1 over all others, times `gamma` plus `beta`, both `[c]`.
    ///
    /// - Returns: the result, and the channels' own mean and variance as constants.
    public func batchNormalized(
        gamma: Tensor, beta: Tensor, epsilon: Double
    ) throws -> (result: Tensor, mean: Tensor, variance: Tensor) {
        guard rank >= 2, gamma.shape == [shape[rank - 1]], beta.shape == gamma.shape else {
            throw TensorError.shapeMismatch(operation: "batch_norm", left: shape, right: gamma.shape, axis: -1)
        }
        let (channels, rows) = (shape[rank - 1], count / max(1, shape[rank - 1]))
        guard count > 0, [self, gamma, beta].allSatisfy({ $0.dtype == .float32 }) else {
            let axes = Array(0..<(rank - 1))
            let (mean, variance) = (try mean(axes: axes), try variance(axes: axes))
            let result = try (self - mean) * (gamma / (variance + epsilon).squareRoot()) + beta
            return (result, mean.detached, variance.detached)
        }
        let moments = Channels.moments(float32, rows: rows, channels: channels)
        let norm = ChannelNorm(rows: rows, mean: moments.mean, factors: moments.variance.map { 1 / ($0 + epsilon).squareRoot() })
        let result = try Tape.nary([self, gamma, beta]) {
            try norm.forward($0[0], $0[1], $0[2])
        } pullback: { inputs, _, needs in
            let (x, gamma) = (inputs[0], inputs[1])
            return { try norm.gradients($0, x, gamma, needsInput: needs[0]) }
        }
        return (result, try Tensor(moments.mean).converted(to: .float32), try Tensor(moments.variance).converted(to: .float32))
    }
}

// MARK: - Implementation

/// What a batch's channels are moved and scaled by.
private struct ChannelNorm: Sendable {
    let rows: Int
    let mean: [Double]
    /// One over the deviation.
    let factors: [Double]

    func forward(_ x: Tensor, _ gamma: Tensor, _ beta: Tensor) throws -> Tensor {
        let (gammas, betas): ([Double], [Double]) = (gamma.elements(), beta.elements())
        let scale = zip(gammas, factors).map { $0 * $1 }
        let offset = scale.indices.map { betas[$0] - mean[$0] * scale[$0] }
        let result = try Tensor.uninitialized(x.shape, .float32, "batch_norm")
        Channels.scale(
            x.float32, by: scale.map { Float($0) }, offset: offset.map { Float($0) }, result.float32, rows: rows,
            channels: mean.count)
        return result
    }

    /// Of x, gamma and beta. With x̂ = (x − mean) · factor: Σ g · x̂ for gamma, Σ g for beta, and for x
    /// gamma · factor · (g − mean of g − x̂ · mean of g · x̂).
    func gradients(_ g: Tensor, _ x: Tensor, _ gamma: Tensor, needsInput: Bool) throws -> [Tensor?] {
        let (g, x, gamma) = (try g.plain(for: "batch_norm"), try x.plain(for: "batch_norm"), try gamma.plain(for: "batch_norm"))
        let sums = Channels.gradientSums(
            g.float32, x.float32, middle: mean.map { Float($0) }, rows: rows, channels: mean.count)
        let slopes = zip(sums.products, factors).map { $0 * $1 }
        let dGamma = try Tensor(slopes.map { Float($0) }), dBeta = try Tensor(sums.plain.map { Float($0) })
        guard needsInput else { return [nil, dGamma, dBeta] }
        let (gammas, number): ([Double], Double) = (gamma.elements(), Double(rows))
        let own = zip(gammas, factors).map { $0 * $1 }
        let other = own.indices.map { -own[$0] * factors[$0] * slopes[$0] / number }
        let offset = own.indices.map { -own[$0] * sums.plain[$0] / number - other[$0] * mean[$0] }
        let dx = try Tensor.uninitialized(x.shape, .float32, "batch_norm")
        Channels.blend(
            g.float32, by: own.map { Float($0) }, x.float32, by: other.map { Float($0) }, offset: offset.map { Float($0) },
            dx.float32,
            rows: rows, channels: mean.count)
        return [dx, dGamma, dBeta]
    }
}
