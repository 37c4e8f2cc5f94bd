import CKernels

/// One LSTM layer over batches of sequences [n, t, c], in one or both directions of time.
///
/// Gate order i, j, f, o: c' = c · σ(f + forget bias) + σ(i) · tanh(j), h = tanh(c') · σ(o). The state starts at zero.
/// Kernels are [c + u, 4u], input rows first; biases [4u]. With two directions the outputs stand side by side: [n, t, 2u].
package struct LSTM: Hashable, Sendable, RecurrentKernel {
    static let gates = 4
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
    /// Floats that `forward` leaves for `backward`: of every step the gates, the cells, and the states that it started from.
    package var savedCount: Int { directions * rows * 6 * units }

    /// Bytes of working memory that `backward` takes: the gradients of the gates, plain and packed.
    package var workingBytes: Int { directions * rows * 8 * units * MemoryLayout<Float>.size }

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
    ///
    /// Numbers below the normal range count as 0: states behind a gate that has closed would make each product with them slow.
    package func forward(
        _ input: UnsafePointer<Float>, lengths: UnsafePointer<Int32>?, _ layers: [Direction],
        output: UnsafeMutablePointer<Float>, saved: UnsafeMutablePointer<Float>
    ) {
        precondition(layers.count == directions, "an LSTM needs parameters for each direction")
        Parallel.flushingDenormals {
            project(input, layers.map(\.kernel)) { gates(saved, $0) }
            overTime(layers.map { $0.kernel + inputs * gateRow }, transposed: false) { direction, _, first, shape, packed, scratch in
                ck_lstm_forward(
                    shape, forgetBias, lengths.map { $0 + first }, packed, layers[direction].bias,
                    gates(saved, direction) + first * steps * gateRow, cells(saved, direction) + first * steps * units,
                    states(saved, direction) + first * steps * units, output + first * shape.out_row + direction * units, scratch)
            }
        }
    }

    /// The gradients of parameters and input from that of the output; `saved` as `forward` left it.
    ///
    /// - Parameter inputGradient: [n, t, c], or nil when nothing before the layer needs one.
    package func backward(
        _ input: UnsafePointer<Float>, _ layers: [Direction], saved: UnsafePointer<Float>,
        outputGradient: UnsafePointer<Float>, gradients: [DirectionGradient], inputGradient: UnsafeMutablePointer<Float>?
    ) {
        precondition(layers.count == directions && gradients.count == directions, "an LSTM needs gradients for each direction")
        let saved = UnsafeMutablePointer(mutating: saved)
        Workspace.floats(directions * (gateCount + groups * biasCount)) { dGates in
            let biases = dGates + directions * gateCount
            overTime(layers.map { $0.kernel + inputs * gateRow }, transposed: true) { direction, group, first, shape, packed, scratch in
                ck_lstm_backward(
                    shape, packed, gates(saved, direction) + first * steps * gateRow,
                    cells(saved, direction) + first * steps * units, outputGradient + first * shape.out_row + direction * units,
                    dGates + direction * gateCount + first * steps * gateRow, biases + (direction * groups + group) * biasCount,
                    scratch)
            }
            let all = 0..<directions
            let dZ = all.map { UnsafePointer(dGates + $0 * gateCount) }
            for direction in all {
                addUp(biases + direction * groups * biasCount, count: biasCount, to: gradients[direction].bias)
            }
            // One product over [x; h], whose other factor is packed once.
            ProductBatch(
                m: inputs, below: units, n: gateRow, k: rows, transposeA: true,
                all.map {
                    .init(
                        input, lda: inputs, below: (UnsafePointer(states(saved, $0)), units), dZ[$0], ldb: gateRow,
                        gradients[$0].kernel, ldc: gateRow)
                }
            ).run()
            if let inputGradient { backproject(dZ, layers.map(\.kernel), to: inputGradient) }
        }
    }

    // MARK: - Implementation

    private func gates(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        saved + direction * rows * 6 * units
    }

    private func cells(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        gates(saved, direction) + gateCount
    }

    private func states(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        cells(saved, direction) + rows * units
    }
}
