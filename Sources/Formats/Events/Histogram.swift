import Foundation

/// How values are spread, over the buckets that TensorFlow 1 uses: ±1e-12·1.1ᵏ up to 1e20, and one for all beyond.
public struct Histogram: Equatable, Sendable {
    public internal(set) var min: Double
    public internal(set) var max: Double
    public internal(set) var count: Double
    public internal(set) var sum: Double
    public internal(set) var sumOfSquares: Double
    /// Upper limit of each bucket, excluded; runs of empty buckets are joined.
    public internal(set) var limits: [Double]
    /// Values in each bucket.
    public internal(set) var counts: [Double]

    /// - Throws: `FormatsError.badSummary` when a value is not finite.
    public init(_ values: some Sequence<Float>, tag: String = "histogram") throws {
        try self.init(array: Array(values), tag)
    }

    /// Not generic, so that the loop is compiled for arrays wherever it is called from.
    private init(array values: [Float], _ tag: String) throws {
        var spread = [Double](repeating: 0, count: Self.allLimits.count)
        (min, max, count, sum, sumOfSquares) = (.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, 0, 0)
        for value in values {
            guard value.isFinite else { throw FormatsError.badSummary(tag: tag, problem: "value \(Int(count)) is \(value)") }
            let value = Double(value)
            (min, max) = (Swift.min(min, value), Swift.max(max, value))
            count += 1
            sum += value
            sumOfSquares += value * value
            spread[Self.bucket(of: value)] += 1
        }
        if count == 0 { (min, max) = (0, 0) }
        (limits, counts) = Self.joiningEmptyRuns(spread)
    }

    init(min: Double, max: Double, count: Double, sum: Double, sumOfSquares: Double, limits: [Double], counts: [Double]) {
        (self.min, self.max, self.count, self.sum, self.sumOfSquares) = (min, max, count, sum, sumOfSquares)
        (self.limits, self.counts) = (limits, counts)
    }

    // MARK: - Implementation

    private static let allLimits: [Double] = {
        var positive: [Double] = []
        var limit = 1e-12
        while limit < 1e20 {
            positive.append(limit)
            limit *= 1.1
        }
        positive.append(.greatestFiniteMagnitude)
        return positive.reversed().map { -$0 } + [0] + positive
    }()

    private static let zeroBucket = allLimits.count / 2 + 1
    private static let inverseStep = 1 / log(1.1)

    /// Index of the first limit above `value`; finite floats are all below the last one.
    private static func bucket(of value: Double) -> Int {
        if value == 0 { return zeroBucket }
        // A logarithm finds the place but for rounding; the limits themselves decide.
        let size = Swift.max(0, Swift.min(Double(zeroBucket - 3), (log(value.magnitude / 1e-12) * inverseStep).rounded(.down)))
        var place = value > 0 ? zeroBucket + 1 + Int(size) : zeroBucket - 2 - Int(size)
        while place > 0, allLimits[place - 1] > value { place -= 1 }
        while place < allLimits.count - 1, allLimits[place] <= value { place += 1 }
        return place
    }

    private static func joiningEmptyRuns(_ spread: [Double]) -> (limits: [Double], counts: [Double]) {
        var (limits, counts): ([Double], [Double]) = ([], [])
        for (limit, count) in zip(allLimits, spread) {
            if count == 0, counts.last == 0 {
                limits[limits.count - 1] = limit
            } else {
                limits.append(limit)
                counts.append(count)
            }
        }
        return (limits, counts)
    }
}
