public import Tensors

extension Proportion {
    /// The share of equal class numbers.
    ///
    /// - Parameters:
    ///   - labels: integers of any shape.
    ///   - answers: as many integers.
    /// - Throws: `TrainingError.badShape` for unequal numbers of them.
    public static func accuracy(labels: Tensor, answers: Tensor) throws -> Proportion {
        guard labels.count == answers.count else {
            throw TrainingError.badShape(
                what: "answers", found: answers.shape, expected: "as many as the labels, \(labels.shape)")
        }
        let pairs: [Bool] = zip(labels.integers, answers.integers).map(==)
        return Proportion(pairs)
    }

    /// The share of examples whose label is among the `k` largest logits. Of equal logits, the lower class goes first.
    ///
    /// - Parameters:
    ///   - labels: n integers.
    ///   - logits: `[n, classes]`.
    public static func top(_ k: Int, labels: Tensor, logits: Tensor) throws -> Proportion {
        guard logits.rank == 2, labels.count == logits.shape[0] else {
            throw TrainingError.badShape(what: "logits", found: logits.shape, expected: "[\(labels.count), classes]")
        }
        let classes = logits.shape[1]
        let scores: [Float] = logits.elements(as: Float.self)
        let labels = labels.integers
        let flags = try labels.enumerated().map { row, label in
            guard (0..<classes).contains(label) else { throw TrainingError.classOutOfRange(label: label, classes: classes) }
            let own = scores[row * classes + label]
            let better = (0..<classes).count {
                scores[row * classes + $0] > own || (scores[row * classes + $0] == own && $0 < label)
            }
            return better < k
        }
        return Proportion(flags)
    }
}

extension ErrorRate {
    /// Insertions, deletions and replacements between answers and labels, over the number of labels.
    ///
    /// - Throws: `TrainingError.badShape` for unequal numbers of sequences.
    public static func labels(_ labels: [[Int]], answers: [[Int]]) throws -> (labelErrors: ErrorRate, sequenceErrors: Proportion) {
        guard labels.count == answers.count else {
            throw TrainingError.badShape(
                what: "answers", found: [answers.count], expected: "\(labels.count) sequences, as the labels")
        }
        let distances = zip(labels, answers).map(sequenceDistance)
        return (
            ErrorRate(errors: distances.reduce(0, +), labels: labels.reduce(0) { $0 + $1.count }),
            Proportion(distances.map { $0 > 0 })
        )
    }
}

/// The least number of insertions, deletions and replacements that turn `first` into `second` (Levenshtein).
public func sequenceDistance(_ first: [Int], _ second: [Int]) -> Int {
    var last = Array(0...second.count)
    for (row, item) in first.enumerated() {
        var line = [row + 1]
        for (column, other) in second.enumerated() {
            line.append(min(last[column] + (item == other ? 0 : 1), last[column + 1] + 1, line[column] + 1))
        }
        last = line
    }
    return last[second.count]
}
