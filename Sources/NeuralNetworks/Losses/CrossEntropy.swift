public import Tensors

extension Tensor {
    /// -log softmax(logits)[label] for every example: logits `[..., k]`, labels `[...]` of whole numbers; gives `[...]`.
    ///
    /// - Throws: `NeuralNetworkError.labelOutOfRange` for a label that is not in `0..<k`.
    public static func softmaxCrossEntropy(logits: Tensor, labels: Tensor) throws -> Tensor {
        guard logits.rank > 0, Array(logits.shape.dropLast()) == labels.shape else {
            throw TensorError.shapeMismatch(
                operation: "softmax_cross_entropy", left: logits.shape, right: labels.shape, axis: nil)
        }
        guard labels.dtype.isInteger else {
            throw TensorError.wrongDType(operation: "softmax_cross_entropy", found: labels.dtype, needed: [.int32, .int64])
        }
        let classes = logits.shape[logits.rank - 1]
        for (position, label) in labels.integers.enumerated() where label < 0 || label >= classes {
            throw NeuralNetworkError.labelOutOfRange(position: position, label: label, classes: classes)
        }
        let chosen = try labels.detached.converted(to: .int32)
        let wantsSlope = logits.isTraced
        var slope: Tensor?
        return try Tape.unary(logits.converted(to: logits.dtype.floating)) { logits in
            let (losses, difference) = try logits.crossEntropyRows(chosen, wantsSlope: wantsSlope)
            slope = difference
            return losses
        } pullback: { x, _ in
            // The fused slope softmax - one-hot serves unless it must itself be differentiated.
            if let slope, !x.isTraced { return { g in try slope * g.expanded(at: -1) } }
            return { g in try (x.softmax() - Tensor.oneHot(chosen, depth: classes, x.dtype)) * g.expanded(at: -1) }
        }
    }

    /// -Σ target · log softmax(logits) for every example, both `[..., k]`; gives `[...]`.
    public static func softmaxCrossEntropy(logits: Tensor, targets: Tensor) throws -> Tensor {
        guard logits.rank > 0, logits.shape == targets.shape else {
            throw TensorError.shapeMismatch(
                operation: "softmax_cross_entropy", left: logits.shape, right: targets.shape, axis: nil)
        }
        return try (targets * logits.logSoftmax()).sum(axes: [-1]).negated()
    }

    /// ½ Σ v², the penalty whose slope is v.
    public func halfSquaredNorm() throws -> Tensor {
        try Tape.unary(converted(to: dtype.floating)) { x in
            guard x.dtype == .float32 else { return try x.squared().sum() * 0.5 }
            return try Tensor(Reduction.sumOfSquares(x.float32, x.count) * 0.5)
        } pullback: { x, _ in
            { try $0 * x }
        }
    }

    /// The mean of squared differences, over all elements.
    public static func meanSquaredError(_ predictions: Tensor, _ targets: Tensor) throws -> Tensor {
        guard predictions.shape == targets.shape else {
            throw TensorError.shapeMismatch(
                operation: "mean_squared_error", left: predictions.shape, right: targets.shape, axis: nil)
        }
        return try (predictions - targets).squared().mean()
    }

    // MARK: - Implementation

    private func crossEntropyRows(_ labels: Tensor, wantsSlope: Bool) throws -> (losses: Tensor, slope: Tensor?) {
        let columns = shape[rank - 1]
        guard dtype == .float32 else {
            let picked = try logSoftmax() * Tensor.oneHot(labels, depth: columns, dtype)
            return (try picked.sum(axes: [-1]).negated(), nil)
        }
        let losses = try Tensor.uninitialized(labels.shape, .float32, "softmax_cross_entropy")
        let slope = wantsSlope ? try Tensor.uninitialized(shape, .float32, "softmax_cross_entropy") : nil
        Rows.softmaxCrossEntropy(
            float32, labels: labels.start(of: Int32.self), scale: 1, losses: losses.float32, gradient: slope?.float32,
            rows: labels.count, columns: columns)
        return (losses, slope)
    }
}
