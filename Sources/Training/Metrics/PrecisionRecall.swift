public import Tensors

/// Precision and recall at each of some thresholds of a score from 0 to 1.
///
/// - Source: the counting of TensorBoard's `pr_curves` plugin, so that its dashboard shows the same curve.
public struct PrecisionRecall: Metric, Equatable {
    /// By threshold i / (n - 1): scores of things that are so, and of things that are not, in the bucket that begins there.
    private var hits: [Int]
    private var misses: [Int]

    public init(thresholds: Int = 101) {
        hits = [Int](repeating: 0, count: max(2, thresholds))
        misses = hits
    }

    /// - Parameters:
    ///   - truths: whether each thing is so.
    ///   - scores: as many numbers; what lies outside of 0...1 counts as the nearer end, NaN as 0.
    /// - Throws: `TrainingError.badShape` for unequal numbers of them.
    public init(truths: [Bool], scores: [Float], thresholds: Int = 101) throws {
        self.init(thresholds: thresholds)
        guard truths.count == scores.count else {
            throw TrainingError.badShape(
                what: "scores", found: [scores.count], expected: "as many as the labels, \(truths.count)")
        }
        for (truth, score) in zip(truths, scores) { count(truth, score) }
    }

    /// Every class against the rest, all together.
    ///
    /// - Parameters:
    ///   - labels: n integers.
    ///   - probabilities: `[n, classes]`.
    public init(labels: [Int], probabilities: Tensor, thresholds: Int = 101) throws {
        self.init(thresholds: thresholds)
        guard probabilities.rank == 2, probabilities.shape[0] == labels.count else {
            throw TrainingError.badShape(
                what: "probabilities", found: probabilities.shape, expected: "[\(labels.count), classes]")
        }
        let classes = probabilities.shape[1]
        let scores: [Float] = probabilities.elements(as: Float.self)
        for (row, label) in labels.enumerated() {
            for number in 0..<classes { count(number == label, scores[row * classes + number]) }
        }
    }

    /// Six rows of a number for each threshold: true and false positives, true and false negatives, precision, recall.
    public var rows: [[Float]] {
        func above(_ counts: [Int]) -> [Int] {
            var sum = 0
            return Array(
                counts.reversed().map { count -> Int in
                    sum += count
                    return sum
                }.reversed())
        }
        let (found, wrong) = (above(hits), above(misses))
        let rest = wrong.map { wrong[0] - $0 }
        let missed = found.map { found[0] - $0 }
        let precision = zip(found, wrong).map { Float($0) / max(1e-7, Float($0 + $1)) }
        let recall = zip(found, missed).map { Float($0) / max(1e-7, Float($0 + $1)) }
        return [found, wrong, rest, missed].map { $0.map(Float.init) } + [precision, recall]
    }

    /// The mean precision over recall: the sum of the precision at each threshold times what recall gains there.
    public var value: Double {
        let rows = rows
        guard rows[0][0] > 0 else { return .nan }
        var (sum, last) = (0.0, 0.0)
        for index in rows[4].indices.reversed() {
            sum += Double(rows[4][index]) * (Double(rows[5][index]) - last)
            last = Double(rows[5][index])
        }
        return sum
    }

    public func joined(with other: any Metric, name: String) throws -> any Metric {
        let other = try same(other, name)
        guard hits.count == other.hits.count else {
            throw TrainingError.metricsDiffer(
                name: name, first: "\(hits.count) thresholds", second: "\(other.hits.count) thresholds")
        }
        var joined = self
        for index in hits.indices {
            joined.hits[index] += other.hits[index]
            joined.misses[index] += other.misses[index]
        }
        return joined
    }

    public var summary: String { "average precision \(significant(value, 4))" }

    private mutating func count(_ truth: Bool, _ score: Float) {
        let last = hits.count - 1
        let place = score >= 1 ? last : score > 0 ? Int(score * Float(last)) : 0
        if truth { hits[place] += 1 } else { misses[place] += 1 }
    }
}
