import CKernels

/// One LSTM layer over batches of sequences [n, t, c], in one or both directions of time.
///
/// Gate order i, j, f, o: c' = c · σ(f + forget bias) + σ(i) · tanh(j), h = tanh(c') · σ(o). The state starts at zero.
/// Kernels are [c + u, 4u], input rows first; biases [4u]. With two directions the outputs stand side by side: [n, t, 2u].
package struct LSTM: Hashable, Sendable {
    package let sequences, steps, inputs, units: Int
    package let forgetBias: Float
    package let bidirectional: Bool

    package init(
        sequences: Int, steps: Int, inputs: Int, units: Int, forgetBias: Float = 1, bidirectional: Bool = false
    ) {
        (self.sequences, self.steps, self.inputs, self.units) = (sequences, steps, inputs, units)
        (self.forgetBias, self.bidirectional) = (forgetBias, bidirectional)
    }

    package var directions: Int { bidirectional ? 2 : 1 }
    package var inputCount: Int { sequences * steps * inputs }
    package var outputCount: Int { sequences * steps * units * directions }
    package var kernelCount: Int { (inputs + units) * 4 * units }
    package var biasCount: Int { 4 * units }
    /// Floats that `forward` leaves for `backward`: gates and cells of every step.
    package var savedCount: Int { directions * sequences * steps * 5 * units }

    /// The parameters of one direction.
    package struct Direction {
        let kernel: UnsafePointer<Float>
        let bias: UnsafePointer<Float>
        package init(kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>) { (self.kernel, self.bias) = (kernel, bias) }
    }

    /// Where the gradients of one direction go; they are overwritten.
    package struct DirectionGradient {
        let kernel: UnsafeMutablePointer<Float>
        let bias: UnsafeMutablePointer<Float>
        package init(kernel: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>) {
            (self.kernel, self.bias) = (kernel, bias)
        }
    }

    /// - Parameters:
    ///   - lengths: of the sequences, 0...steps, or nil when all are full. Outputs beyond a length are zero, and the backward
    ///     direction starts at the last real step.
    ///   - layers: one per direction, forward in time first.
    ///   - saved: `savedCount` floats, which the gradient needs.
    package func forward(
        _ input: UnsafePointer<Float>, lengths: UnsafePointer<Int32>?, _ layers: [Direction],
        output: UnsafeMutablePointer<Float>, saved: UnsafeMutablePointer<Float>
    ) {
        precondition(layers.count == directions, "an LSTM needs parameters for each direction")
        let rows = sequences * steps
        ProductBatch(
            m: rows, n: 4 * units, k: inputs,
            layers.enumerated().map {
                .init(input, lda: inputs, $1.kernel, ldb: 4 * units, gates(saved, $0), ldc: 4 * units)
            }
        ).run()
        let packedCount = ck_lstm_packed_count(units)
        withRecurrence(packedCount: packedCount) { packed, direction in
            ck_lstm_pack(layers[direction].kernel + inputs * 4 * units, units, packed)
        } body: { direction, first, shape, packed, scratch in
            ck_lstm_forward(
                shape, lengths.map { $0 + first }, packed, layers[direction].bias,
                gates(saved, direction) + first * steps * 4 * units,
                cells(saved, direction) + first * steps * units, output + first * shape.out_row + direction * units, scratch)
        }
    }

    /// The gradients of parameters and input from that of the output; `output` and `saved` as `forward` left them.
    ///
    /// - Parameter inputGradient: [n, t, c], or nil when nothing before the layer needs one.
    package func backward(
        _ input: UnsafePointer<Float>, _ layers: [Direction], output: UnsafePointer<Float>, saved: UnsafePointer<Float>,
        outputGradient: UnsafePointer<Float>, gradients: [DirectionGradient], inputGradient: UnsafeMutablePointer<Float>?
    ) {
        precondition(layers.count == directions && gradients.count == directions, "an LSTM needs gradients for each direction")
        let rows = sequences * steps, saved = UnsafeMutablePointer(mutating: saved)
        let gateCount = rows * 4 * units
        Workspace.floats(directions * (gateCount + rows * units)) { dGates in
            withRecurrence(packedCount: 4 * units * (units + 15)) { packed, direction in
                ck_lstm_pack_transposed(layers[direction].kernel + inputs * 4 * units, units, packed)
            } body: { direction, first, shape, packed, scratch in
                ck_lstm_backward(
                    shape, packed, gates(saved, direction) + first * steps * 4 * units,
                    cells(saved, direction) + first * steps * units,
                    outputGradient + first * shape.out_row + direction * units,
                    dGates + direction * gateCount + first * steps * 4 * units, scratch)
            }
            let all = 0..<directions, gateRow = 4 * units
            let earlier = all.map { dGates + directions * gateCount + $0 * rows * units }
            let dZ = all.map { UnsafePointer(dGates + $0 * gateCount) }
            Parallel.run(directions) { direction, _ in
                copyEarlierStates(output + direction * units, reversed: direction == 1, to: earlier[direction])
                ck_column_sums(dZ[direction], gradients[direction].bias, rows, gateRow, 0, gateRow)
            }
            ProductBatch(
                m: inputs, n: gateRow, k: rows, transposeA: true,
                all.map { .init(input, lda: inputs, dZ[$0], ldb: gateRow, gradients[$0].kernel, ldc: gateRow) }
            ).run()
            ProductBatch(
                m: units, n: gateRow, k: rows, transposeA: true,
                all.map {
                    .init(earlier[$0], lda: units, dZ[$0], ldb: gateRow, gradients[$0].kernel + inputs * gateRow, ldc: gateRow)
                }
            ).run()
            if let inputGradient {
                ProductBatch(
                    m: rows, n: inputs, k: gateRow, transposeB: true,
                    all.map {
                        .init(
                            dZ[$0], lda: gateRow, layers[$0].kernel, ldb: gateRow, beta: $0 == 0 ? 0 : 1, inputGradient,
                            ldc: inputs)
                    }
                ).run()
            }
        }
    }

    // MARK: - Implementation

    private func gates(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        saved + direction * sequences * steps * 5 * units
    }

    private func cells(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        gates(saved, direction) + sequences * steps * 4 * units
    }

    /// Sixteen sequences of one direction are a task: enough rows to fill the registers, few enough to share.
    private func withRecurrence(
        packedCount: Int, pack: (UnsafeMutablePointer<Float>, Int) -> Void,
        body: (_ direction: Int, _ first: Int, ck_lstm, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let group = 16, groups = (sequences + group - 1) / group
        let packedStride = (packedCount + 15) / 16 * 16, scratchStride = ck_lstm_scratch(group, units) + 64
        Workspace.floats(directions * packedStride + Parallel.workers * scratchStride) { memory in
            Parallel.run(directions) { direction, _ in pack(memory + direction * packedStride, direction) }
            Parallel.run(directions * groups) { task, worker in
                let direction = task / groups, first = task % groups * group
                let shape = ck_lstm(
                    rows: min(group, sequences - first), steps: steps, units: units, out_row: steps * units * directions,
                    out_step: units * directions, reversed: direction == 1 ? 1 : 0, forget_bias: forgetBias)
                body(
                    direction, first, shape, memory + direction * packedStride,
                    memory + directions * packedStride + worker * scratchStride)
            }
        }
    }

    /// The state that each step started from, as one matrix [n · t, u].
    private func copyEarlierStates(_ output: UnsafePointer<Float>, reversed: Bool, to states: UnsafeMutablePointer<Float>) {
        for row in 0..<sequences * steps {
            let step = row % steps, earlier = reversed ? row + 1 : row - 1
            if reversed ? step == steps - 1 : step == 0 {
                (states + row * units).update(repeating: 0, count: units)
            } else {
                (states + row * units).update(from: output + earlier * units * directions, count: units)
            }
        }
    }
}
