import CKernels

/// Connectionist temporal classification, blank last: the loss of label sequences that are shorter than their inputs.
package enum CTC {
    /// losses[n] = −log p(labels | logits), the softmax included; gradient = scale · d Σ losses / d logits.
    ///
    /// - Parameters:
    ///   - logits: [n, t, k].
    ///   - lengths: steps of each sequence, 0...t, or nil when all are full; the gradient beyond them is zero.
    ///   - labels: of all sequences, one after another; sequence i has `labelCounts[i]`, each in `0..<k − 1`, as the caller
    ///     has checked.
    ///   - gradient: [n, t, k], or nil when it is not wanted.
    ///
    /// Labels that do not fit their steps (labels + adjacent repeats > steps) give an infinite loss and no gradient.
    package static func loss(
        _ logits: UnsafePointer<Float>, sequences: Int, steps: Int, classes: Int, lengths: UnsafePointer<Int32>?,
        labels: UnsafePointer<Int32>, labelCounts: UnsafePointer<Int32>, scale: Float, losses: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>?
    ) {
        var starts = [0]
        for sequence in 0..<sequences { starts.append(starts[sequence] + Int(labelCounts[sequence])) }
        let longest = (0..<sequences).reduce(0) { max($0, Int(labelCounts[$1])) }
        let scratchStride = (ck_ctc_scratch(steps, longest) + 15) / 16 * 16 + 64
        Workspace.floats(Parallel.workers * scratchStride) { scratch in
            Parallel.run(sequences) { sequence, worker in
                let own = lengths.map { min(steps, max(0, Int($0[sequence]))) } ?? steps
                let at = sequence * steps * classes
                losses[sequence] = ck_ctc(
                    logits + at, own, classes, labels + starts[sequence], Int(labelCounts[sequence]), scale,
                    gradient.map { $0 + at }, scratch + worker * scratchStride)
                if let gradient { (gradient + at + own * classes).update(repeating: 0, count: (steps - own) * classes) }
            }
        }
    }
}
