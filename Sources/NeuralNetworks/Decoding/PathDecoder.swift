import Foundation
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
        let (logs, counts) = try prepared(logits, lengths, "beam_search")
        guard width > 0 else { throw TensorError.valueOutOfRange(operation: "beam_search", value: "width \(width)", rule: "1 or more") }
        let sizes = try Tensor(counts.map { Int32(truncatingIfNeeded: $0) })
        return BeamSearch(width: width).decode(
            try logs.converted(to: .float32).float32, lines: logits.shape[0], steps: logits.shape[1], classes: logits.shape[2],
            lengths: UnsafePointer(sizes.start(of: Int32.self)), count: count
        ).map { $0.map { Reading(labels: $0.labels.map(Int.init), logProbability: $0.logProbability) } }
    }

    /// The same with a model of label sequences: a reading's score is log p + `weight` · log p(model) + `bonus` for each label.
    public static func beam(
        _ logits: Tensor, lengths: Tensor? = nil, width: Int = 100, count: Int = 1, model: any LabelModel, weight: Double,
        bonus: Double = 0
    ) throws -> [[Reading]] {
        let (logs, counts) = try prepared(logits, lengths, "beam_search")
        guard width > 0 else { throw TensorError.valueOutOfRange(operation: "beam_search", value: "width \(width)", rule: "1 or more") }
        let (steps, classes) = (logits.shape[1], logits.shape[2])
        let values: [Double] = logs.elements()
        return counts.enumerated().map { line, count_ in
            var search = GuidedBeam(width: width, model: model, weight: weight, bonus: bonus)
            for step in 0..<count_ {
                let start = (line * steps + step) * classes
                search.advance(values[start..<(start + classes)])
            }
            return search.best(count)
        }
    }

    private static func prepared(_ logits: Tensor, _ lengths: Tensor?, _ name: String) throws -> (Tensor, [Int]) {
        guard logits.rank == 3, logits.shape[2] > 0 else {
            throw TensorError.invalidShape(operation: name, shape: logits.shape, rule: "[n, t, k]")
        }
        let own = try lengths.map { try SequenceLengths.checked($0, sequences: logits.shape[0], steps: logits.shape[1], name) }
        return (try logits.detached.logSoftmax(), own?.integers ?? Array(repeating: logits.shape[1], count: logits.shape[0]))
    }
}

// MARK: - Implementation

/// A prefix beam search whose prefixes are also weighed by a model of labels.
private struct GuidedBeam {
    private struct Entry {
        /// Log probabilities of the alignments that end in a blank, and in the last label.
        var blank: Double
        var label: Double
        /// What the model adds for the whole prefix.
        let guidance: Double

        var total: Double { Self.add(blank, label) }
        var score: Double { total + guidance }

        static func add(_ a: Double, _ b: Double) -> Double {
            let (more, less) = a > b ? (a, b) : (b, a)
            return less == -.infinity ? more : more + log1p(exp(less - more))
        }
    }

    let width: Int
    let model: any LabelModel
    let weight: Double
    let bonus: Double
    private var entries: [(labels: [Int], entry: Entry)] = [([], Entry(blank: 0, label: -.infinity, guidance: 0))]

    init(width: Int, model: any LabelModel, weight: Double, bonus: Double) {
        (self.width, self.model, self.weight, self.bonus) = (width, model, weight, bonus)
    }

    mutating func advance(_ logs: ArraySlice<Double>) {
        let (first, blank) = (logs.startIndex, logs.count - 1)
        var next: [[Int]: Entry] = [:]
        // Prefixes in the order they were found, so that ties do not depend on hashing.
        var order: [[Int]] = []
        func add(_ labels: [Int], blank: Double, label: Double, guidance: () -> Double) {
            if let known = next[labels] {
                next[labels] = Entry(
                    blank: Entry.add(known.blank, blank), label: Entry.add(known.label, label), guidance: known.guidance)
            } else {
                order.append(labels)
                next[labels] = Entry(blank: blank, label: label, guidance: guidance())
            }
        }
        for (labels, entry) in entries {
            let repeated = labels.last.map { entry.label + logs[first + $0] } ?? -.infinity
            add(labels, blank: entry.total + logs[first + blank], label: repeated) { entry.guidance }
            for label in 0..<blank {
                // A repeat of the last label needs a blank between.
                let from = labels.last == label ? entry.blank : entry.total
                if from == -.infinity { continue }
                add(labels + [label], blank: -.infinity, label: from + logs[first + label]) {
                    entry.guidance + weight * model.logProbability(of: label, after: labels[...]) + bonus
                }
            }
        }
        let ranked = order.enumerated().compactMap { place, labels in next[labels].map { (place, labels, $0) } }
            .sorted { $0.2.score != $1.2.score ? $0.2.score > $1.2.score : $0.0 < $1.0 }
        entries = ranked.prefix(width).map { ($0.1, $0.2) }
    }

    func best(_ count: Int) -> [Reading] {
        entries.prefix(max(0, count)).map { Reading(labels: $0.labels, logProbability: $0.entry.total) }
    }
}
