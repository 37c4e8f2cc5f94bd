public import Tensors

/// A reading of one sequence.
public struct Reading: Sendable, Equatable {
    public let labels: [Int]
    /// Natural logarithm of the labels' probability, or of the one alignment in greedy decoding.
    public let logProbability: Double
}

/// How likely a label is after others: a character n-gram model, for instance.
public protocol LabelModel: Sendable {
    /// Natural logarithm of the probability of `label` after `earlier`.
    func logProbability(of label: Int, after earlier: ArraySlice<Int>) -> Double
}

/// From logits `[n, t, k]` with the blank last to label sequences.
public enum PathDecoder {
    /// The likeliest class of every step, repeats merged, blanks dropped.
    public static func greedy(_ logits: Tensor, lengths: Tensor? = nil) throws -> [Reading] {
        let (logs, counts) = try prepared(logits, lengths, "greedy_decode")
        let (steps, classes) = (logits.shape[1], logits.shape[2])
        let best = try logs.argmax(axis: 2).integers
        let heights: [Double] = try logs.maximum(axes: [2]).elements()
        return counts.enumerated().map { line, count in
            let path = best[(line * steps)..<(line * steps + count)]
            var (labels, previous) = ([Int](), classes - 1)
            for label in path {
                if label != previous && label != classes - 1 { labels.append(label) }
                previous = label
            }
            return Reading(labels: labels, logProbability: heights[(line * steps)..<(line * steps + count)].reduce(0, +))
        }
    }

    /// The likeliest label sequences by prefix beam search, alignments summed; real repeats are kept.
    ///
    /// - Returns: for every line the best `count` readings, best first.
    public static func beam(_ logits: Tensor, lengths: Tensor? = nil, width: Int = 100, count: Int = 1) throws -> [[Reading]] {
        try search(logits, lengths, width, count, nil)
    }

    /// The same with a model of label sequences: a reading's score is log p + `weight` · log p(model) + `bonus` for each label.
    ///
    /// - Parameter weight: from 0; the model's logarithms are at most 0.
    public static func beam(
        _ logits: Tensor, lengths: Tensor? = nil, width: Int = 100, count: Int = 1, model: any LabelModel, weight: Double,
        bonus: Double = 0
    ) throws -> [[Reading]] {
        guard weight >= 0, weight.isFinite, bonus.isFinite else {
            throw TensorError.valueOutOfRange(
                operation: "beam_search", value: "weight \(weight), bonus \(bonus)", rule: "a weight from 0 and a finite bonus")
        }
        let guide = BeamSearch.Guide(most: max(0, bonus)) { label, earlier in
            weight * min(0, model.logProbability(of: Int(label), after: earlier.map(Int.init)[...])) + bonus
        }
        return try search(logits, lengths, width, count, guide)
    }

    private static func search(
        _ logits: Tensor, _ lengths: Tensor?, _ width: Int, _ count: Int, _ guide: BeamSearch.Guide?
    ) throws -> [[Reading]] {
        let (logs, counts) = try prepared(logits, lengths, "beam_search")
        guard width > 0 else {
            throw TensorError.valueOutOfRange(operation: "beam_search", value: "width \(width)", rule: "1 or more")
        }
        let sizes = try Tensor(counts.map { Int32(truncatingIfNeeded: $0) })
        let single = try logs.converted(to: .float32)
        let lines = withExtendedLifetime((single, sizes)) {
            BeamSearch(width: width, guide: guide).decode(
                single.float32, lines: logits.shape[0], steps: logits.shape[1], classes: logits.shape[2],
                lengths: UnsafePointer(sizes.start(of: Int32.self)), count: count)
        }
        return lines.map { $0.map { Reading(labels: $0.labels.map(Int.init), logProbability: $0.logProbability) } }
    }

    private static func prepared(_ logits: Tensor, _ lengths: Tensor?, _ name: String) throws -> (Tensor, [Int]) {
        guard logits.rank == 3, logits.shape[2] > 0 else {
            throw TensorError.invalidShape(operation: name, shape: logits.shape, rule: "[n, t, k]")
        }
        let (bytes, overflow) = logits.shape[0].multipliedReportingOverflow(by: 256)
        try MemoryPool.ensureRoom(overflow ? .max : bytes, name)
        let own = try lengths.map { try SequenceLengths.checked($0, sequences: logits.shape[0], steps: logits.shape[1], name) }
        return (try logits.detached.logSoftmax(), own?.integers ?? Array(repeating: logits.shape[1], count: logits.shape[0]))
    }
}
