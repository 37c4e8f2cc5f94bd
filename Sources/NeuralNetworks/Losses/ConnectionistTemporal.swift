import Foundation
public import Tensors

/// Label sequences of a batch, each as long as it is.
public typealias LabelSequences = [[Int]]

extension Tensor {
    /// -log p(labels | logits) for every sequence of `[n, t, k]`, summed over all alignments; the last class is the blank, and the
    /// softmax is included. Gives `[n]`.
    ///
    /// - Parameters:
    ///   - labels: in `0..<k - 1`, one sequence for each of the batch; it may be empty.
    ///   - lengths: true steps `[n]`, or nil when all are full.
    /// - Throws: `NeuralNetworkError.labelsDoNotFit`, naming the first example whose labels need more steps than it has.
    /// - Source: Graves et al., 2006.
    public static func temporalClassificationLoss(
        logits: Tensor, labels: LabelSequences, lengths: Tensor? = nil
    ) throws -> Tensor {
        guard logits.rank == 3, logits.shape[2] > 0 else {
            throw TensorError.invalidShape(operation: "ctc_loss", shape: logits.shape, rule: "[n, t, k]")
        }
        let (sequences, steps, classes) = (logits.shape[0], logits.shape[1], logits.shape[2])
        guard labels.count == sequences else {
            throw TensorError.shapeMismatch(operation: "ctc_loss", left: logits.shape, right: [labels.count], axis: nil)
        }
        let own = try lengths.map { try SequenceLengths.checked($0, sequences: sequences, steps: steps, "ctc_loss") }
        let counts = own?.integers ?? Array(repeating: steps, count: sequences)
        try TemporalFit.check(labels, steps: counts, classes: classes)
        let batch = TemporalBatch(labels: labels, lengths: own, counts: counts)
        let isTraced = logits.isTraced
        var slope: Tensor?
        return try Tape.unary(logits.converted(to: logits.dtype.floating)) { logits in
            let (losses, gradient) = try batch.losses(logits, wantsSlope: isTraced)
            slope = gradient
            return losses
        } pullback: { logits, _ in
            let kept = slope
            return { g in
                // The kept slope depends on the logits, which no outer tape would see.
                _ = try logits.plain(for: "ctc_loss")
                guard let kept else { preconditionFailure("the value was computed before its rule was made") }
                return try kept * g.plain(for: "ctc_loss").reshaped([sequences, 1, 1])
            }
        }
    }
}

/// Whether labels can be laid over their steps: one step for each, and one blank between equal neighbours.
public enum TemporalFit {
    /// The least number of steps for `labels`.
    public static func steps(for labels: [Int]) -> Int { labels.count + zip(labels, labels.dropFirst()).count { $0 == $1 } }

    /// - Throws: `labelsDoNotFit` or `labelOutOfRange` for the first example that is wrong; to be called before training.
    public static func check(_ labels: LabelSequences, steps: [Int], classes: Int) throws {
        for (example, (sequence, available)) in zip(labels, steps).enumerated() {
            for (position, label) in sequence.enumerated() where label < 0 || label >= classes - 1 {
                throw NeuralNetworkError.labelOutOfRange(position: position, label: label, classes: classes - 1)
            }
            let needed = Self.steps(for: sequence)
            if needed > available {
                let most = labels.reduce(0) { max($0, Self.steps(for: $1)) }
                throw NeuralNetworkError.labelsDoNotFit(
                    example: example, labels: sequence.count, repeats: needed - sequence.count, steps: available,
                    fitting: [labels.count, most, classes])
            }
        }
    }
}

// MARK: - Implementation

private struct TemporalBatch {
    let labels: LabelSequences
    let lengths: Tensor?
    let counts: [Int]

    func losses(_ logits: Tensor, wantsSlope: Bool) throws -> (Tensor, slope: Tensor?) {
        guard logits.dtype == .float32 else { return try plainLosses(logits) }
        let losses = try Tensor.uninitialized([labels.count], .float32, "ctc_loss")
        let slope = wantsSlope ? try Tensor.uninitialized(logits.shape, .float32, "ctc_loss") : nil
        let flat = labels.flatMap { $0.map { Int32(truncatingIfNeeded: $0) } }
        let sizes = labels.map { Int32(truncatingIfNeeded: $0.count) }
        // The kernel reads no element of an empty list; the spare one gives it an address.
        (flat + [0]).withUnsafeBufferPointer { flat in
            sizes.withUnsafeBufferPointer { sizes in
                guard let flat = flat.baseAddress, let sizes = sizes.baseAddress else { return }
                CTC.loss(
                    logits.float32, sequences: logits.shape[0], steps: logits.shape[1], classes: logits.shape[2],
                    lengths: lengths.map { UnsafePointer($0.start(of: Int32.self)) }, labels: flat, labelCounts: sizes, scale: 1,
                    losses: losses.float32, gradient: slope?.float32)
            }
        }
        return (losses, slope)
    }

    /// The same in float64, for checks.
    private func plainLosses(_ logits: Tensor) throws -> (Tensor, slope: Tensor?) {
        let logs = try logits.logSoftmax()
        let slope = try Tensor.zeros(like: logits)
        let stride = logits.shape[1] * logits.shape[2]
        let losses = labels.indices.map { example in
            PlainAlignment(
                logs: UnsafePointer(logs.float64 + example * stride), steps: counts[example], classes: logits.shape[2],
                labels: labels[example]
            ).loss(slope.float64 + example * stride)
        }
        return (try Tensor(losses), slope)
    }
}

/// The forward and backward sums over the alignments of one sequence, in logarithms.
private struct PlainAlignment {
    let logs: UnsafePointer<Double>
    let steps: Int
    let classes: Int
    /// Labels with blanks around them.
    private let states: [Int]

    init(logs: UnsafePointer<Double>, steps: Int, classes: Int, labels: [Int]) {
        (self.logs, self.steps, self.classes) = (logs, steps, classes)
        states = [classes - 1] + labels.flatMap { [$0, classes - 1] }
    }

    /// The loss; the slope along the logits is written to `slope`.
    func loss(_ slope: UnsafeMutablePointer<Double>) -> Double {
        if steps == 0 { return 0 }
        let (before, after) = (sums(Array(0..<steps), states), sums(Array((0..<steps).reversed()), states.reversed()))
        let total = states.indices.suffix(2).reduce(-Double.infinity) { Self.add($0, before[steps - 1][$1]) }
        for time in 0..<steps {
            var shares = [Double](repeating: -.infinity, count: classes)
            for (state, label) in states.enumerated() {
                // Both sums hold this step's probability.
                let both = before[time][state] + after[steps - 1 - time][states.count - 1 - state] - logs[time * classes + label]
                shares[label] = Self.add(shares[label], both)
            }
            for label in 0..<classes {
                slope[time * classes + label] = exp(logs[time * classes + label]) - exp(shares[label] - total)
            }
        }
        return -total
    }

    private func sums(_ times: [Int], _ states: [Int]) -> [[Double]] {
        var rows: [[Double]] = []
        for time in times {
            let previous = rows.last
            rows.append(
                states.indices.map { state in
                    let here = logs[time * classes + states[state]]
                    guard let previous else { return state < 2 ? here : -.infinity }
                    var sum = previous[state]
                    if state > 0 { sum = Self.add(sum, previous[state - 1]) }
                    if state > 1, states[state] != classes - 1, states[state] != states[state - 2] {
                        sum = Self.add(sum, previous[state - 2])
                    }
                    return sum + here
                })
        }
        return rows
    }

    private static func add(_ a: Double, _ b: Double) -> Double {
        let (more, less) = a > b ? (a, b) : (b, a)
        return less == -.infinity ? more : more + log1p(exp(less - more))
    }
}
