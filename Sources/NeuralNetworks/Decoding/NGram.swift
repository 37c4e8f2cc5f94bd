import Foundation

/// A character n-gram model with add-k smoothing and back-off by interpolation, learnt from label sequences.
public struct NGram: LabelModel {
    /// How many labels a probability looks at, the one in question included.
    public let order: Int
    private let classes: Int
    private let smoothing: Double
    private var counts: [[Int]: Int] = [:]

    /// - Parameters:
    ///   - classes: how many labels there are, without the blank.
    ///   - smoothing: added to every count.
    public init(order: Int, classes: Int, smoothing: Double = 0.1, from sequences: [[Int]]) throws {
        guard order > 0, classes > 0, smoothing > 0 else {
            throw NeuralNetworkError.badSetting(
                layer: "n-gram", setting: "order, classes and smoothing", value: "\(order), \(classes), \(smoothing)", rule: "numbers above 0")
        }
        (self.order, self.classes, self.smoothing) = (order, classes, smoothing)
        for sequence in sequences {
            for end in sequence.indices {
                for size in 0..<order where size <= end {
                    // The context counts once for every label that follows it.
                    counts[Array(sequence[(end - size)...end]), default: 0] += 1
                    counts[Array(sequence[(end - size)..<end]) + [-1], default: 0] += 1
                }
            }
        }
    }

    /// The shorter contexts' estimates are the prior of the longer ones'.
    public func logProbability(of label: Int, after earlier: ArraySlice<Int>) -> Double {
        var estimate = 1 / Double(classes)
        for size in 0..<order where size <= earlier.count {
            let context = Array(earlier.suffix(size))
            let (seen, all) = (Double(counts[context + [label], default: 0]), Double(counts[context + [-1], default: 0]))
            let strength = smoothing * Double(classes)
            estimate = (seen + strength * estimate) / (all + strength)
        }
        return log(estimate)
    }
}
