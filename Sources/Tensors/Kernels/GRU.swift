import CKernels

/// One GRU layer over batches of sequences [n, t, c], in one or both directions of time.
///
/// Gate order r, z, n: n = tanh(x·Wn + bn + r · (h·Un + cn)), h' = n + z · (h - n).
/// Kernels are [c, 3u], those of the state [u, 3u]; biases [2, 3u], of input and state.
package struct GRU: Hashable, Sendable, RecurrentKernel {
    package let sequences, steps, inputs, units, directions: Int
    static let gates = 3

    package init(sequences: Int, steps: Int, inputs: Int, units: Int, directions: Int) {
        (self.sequences, self.steps, self.inputs, self.units) = (sequences, steps, inputs, units)
        self.directions = directions
    }

    /// Floats that `forward` leaves for `backward`: of every step the gates, what the state gave n, and the states that it started from.
    package var savedCount: Int { directions * rows * 5 * units }

    /// Bytes of working memory that `backward` takes: the gradients of the gates, plain and packed.
    package var workingBytes: Int { directions * rows * 12 * units * MemoryLayout<Float>.size }

    /// Parameters of one direction, or where their gradients go.
    package struct Direction<Pointer> {
        let kernel, recurrent, bias: Pointer
        package init(kernel: Pointer, recurrent: Pointer, bias: Pointer) {
            (self.kernel, self.recurrent, self.bias) = (kernel, recurrent, bias)
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
        _ input: UnsafePointer<Float>, lengths: UnsafePointer<Int32>?, _ layers: [Direction<UnsafePointer<Float>>],
        output: UnsafeMutablePointer<Float>, saved: UnsafeMutablePointer<Float>
    ) {
        precondition(layers.count == directions, "a GRU needs parameters for each direction")
        Parallel.flushingDenormals {
            project(input, layers.map(\.kernel)) { gates(saved, $0) }
            overTime(layers.map(\.recurrent), transposed: false) { direction, _, first, shape, packed, scratch in
                ck_gru_forward(
                    shape, lengths.map { $0 + first }, packed, layers[direction].bias, gates(saved, direction) + first * steps * gateRow,
                    own(saved, direction) + first * steps * units, states(saved, direction) + first * steps * units,
                    output + first * shape.out_row + direction * units, scratch)
            }
        }
    }

    /// The gradients of parameters and input from that of the output; `saved` as `forward` left it. They are
    /// overwritten.
    ///
    /// - Parameter inputGradient: [n, t, c], or nil when nothing before the layer needs one.
    package func backward(
        _ input: UnsafePointer<Float>, lengths: UnsafePointer<Int32>?, _ layers: [Direction<UnsafePointer<Float>>],
        saved: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        gradients: [Direction<UnsafeMutablePointer<Float>>], inputGradient: UnsafeMutablePointer<Float>?
    ) {
        precondition(layers.count == directions && gradients.count == directions, "a GRU needs gradients for each direction")
        let saved = UnsafeMutablePointer(mutating: saved), all = 0..<directions
        Workspace.floats(directions * (2 * gateCount + groups * 2 * gateRow)) { memory in
            let given = all.map { memory + $0 * gateCount }, asked = all.map { memory + (directions + $0) * gateCount }
            let biases = memory + 2 * directions * gateCount
            overTime(layers.map(\.recurrent), transposed: true) { direction, group, first, shape, packed, scratch in
                let here = first * steps * gateRow, out = first * shape.out_row + direction * units
                ck_gru_backward(
                    shape, lengths.map { $0 + first }, packed, gates(saved, direction) + here,
                    own(saved, direction) + first * steps * units, states(saved, direction) + first * steps * units,
                    outputGradient + out, given[direction] + here, asked[direction] + here,
                    biases + (direction * groups + group) * 2 * gateRow, scratch)
            }
            for direction in all {
                addUp(biases + direction * groups * 2 * gateRow, count: 2 * gateRow, to: gradients[direction].bias)
            }
            ProductBatch(
                m: inputs, n: gateRow, k: rows, transposeA: true,
                all.map { .init(input, lda: inputs, given[$0], ldb: gateRow, gradients[$0].kernel, ldc: gateRow) }
            ).run()
            ProductBatch(
                m: units, n: gateRow, k: rows, transposeA: true,
                all.map { .init(states(saved, $0), lda: units, asked[$0], ldb: gateRow, gradients[$0].recurrent, ldc: gateRow) }
            ).run()
            if let inputGradient { backproject(given.map { UnsafePointer($0) }, layers.map(\.kernel), to: inputGradient) }
        }
    }

    // MARK: - Implementation

    private func gates(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        saved + direction * rows * 5 * units
    }

    private func own(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        gates(saved, direction) + gateCount
    }

    private func states(_ saved: UnsafeMutablePointer<Float>, _ direction: Int) -> UnsafeMutablePointer<Float> {
        own(saved, direction) + rows * units
    }
}
