import CKernels

/// A recurrent layer over batches of sequences [n, t, c], in one or both directions of time, whose state starts at zero. With two
/// directions the outputs stand side by side: [n, t, 2u].
protocol RecurrentKernel {
    var sequences: Int { get }
    var steps: Int { get }
    var inputs: Int { get }
    var units: Int { get }
    var directions: Int { get }
    /// Gates of a unit: a weight matrix has gates · u columns.
    static var gates: Int { get }
}

extension RecurrentKernel {
    var rows: Int { sequences * steps }
    var gateRow: Int { Self.gates * units }
    var gateCount: Int { rows * gateRow }

    /// Runs over time, a group of sequences of one direction after the other.
    ///
    /// - Parameters:
    ///   - weights: of the state [u, gates · u], one for each direction; packed for the way forward, or transposed for the way back.
    ///   - body: works on the sequences of `group`, which begin with `first`; the last two arguments are its packed weights and scratch
    ///     memory.
    func overTime(
        _ weights: [UnsafePointer<Float>], transposed: Bool,
        _ body: (
            _ direction: Int, _ group: Int, _ first: Int, ck_recurrence, UnsafePointer<Float>, UnsafeMutablePointer<Float>
        ) -> Void
    ) {
        let packedStride = (ck_recurrent_packed_count(units, Self.gates) + 15) / 16 * 16
        let scratchStride = ck_recurrent_scratch(group, units) + 64
        Workspace.floats(directions * packedStride + Parallel.workers * scratchStride) { memory in
            Parallel.run(directions) { direction, _ in
                let packed = memory + direction * packedStride
                if transposed {
                    ck_recurrent_pack_transposed(weights[direction], units, Self.gates, packed)
                } else {
                    ck_recurrent_pack(weights[direction], units, Self.gates, packed)
                }
            }
            Parallel.run(directions * groups) { task, worker in
                let direction = task / groups, first = task % groups * group
                let shape = ck_recurrence(
                    rows: min(group, sequences - first), steps: steps, units: units, out_row: steps * units * directions,
                    out_step: units * directions, reversed: direction == 1 ? 1 : 0)
                body(
                    direction, task % groups, first, shape, memory + direction * packedStride,
                    memory + directions * packedStride + worker * scratchStride)
            }
        }
    }

    /// What the input gives the gates of all directions: `input` · kernel [c, gates · u] for all steps at once.
    func project(
        _ input: UnsafePointer<Float>, _ kernels: [UnsafePointer<Float>], to gates: (Int) -> UnsafeMutablePointer<Float>
    ) {
        ProductBatch(
            m: rows, n: gateRow, k: inputs,
            kernels.enumerated().map { .init(input, lda: inputs, $1, ldb: gateRow, gates($0), ldc: gateRow) }
        ).run()
    }

    /// The gradient of the input, which all directions add to.
    func backproject(
        _ gates: [UnsafePointer<Float>], _ kernels: [UnsafePointer<Float>], to inputGradient: UnsafeMutablePointer<Float>
    ) {
        ProductBatch(
            m: rows, n: inputs, k: gateRow, transposeB: true,
            zip(gates, kernels).enumerated().map {
                .init($1.0, lda: gateRow, $1.1, ldb: gateRow, beta: $0 == 0 ? 0 : 1, inputGradient, ldc: inputs)
            }
        ).run()
    }

    /// Adds up what the groups of sequences, in their order, gave the gradient of a direction's bias.
    func addUp(_ sums: UnsafePointer<Float>, count: Int, to gradient: UnsafeMutablePointer<Float>) {
        gradient.update(from: sums, count: count)
        for group in 1..<max(1, groups) {
            for index in 0..<count { gradient[index] += sums[group * count + index] }
        }
    }

    /// Sixteen sequences are a task: enough rows to fill the registers, few enough to share.
    private var group: Int { 16 }
    var groups: Int { (sequences + group - 1) / group }
}
