import Foundation

/// A measure over examples that is gathered batch by batch.
public protocol Metric: Sendable {
    /// The measure; NaN over no examples.
    var value: Double { get }

    /// The measure over these examples and those of `other`.
    ///
    /// - Throws: `TrainingError.metricsDiffer` when `other` measures something else.
    func joined(with other: any Metric, name: String) throws -> any Metric

    /// For people: the value with its counts.
    var summary: String { get }

    /// More numbers that belong to it, by name suffix (`interval/low`); they go to event files and reports.
    var details: [(suffix: String, value: Double)] { get }
}

extension Metric {
    public var details: [(suffix: String, value: Double)] { [] }

    /// `other` as the same kind of metric.
    func same(_ other: any Metric, _ name: String) throws -> Self {
        guard let other = other as? Self else {
            throw TrainingError.metricsDiffer(name: name, first: "\(Self.self)", second: "\(type(of: other))")
        }
        return other
    }
}

/// A mean over examples, batches or whatever is counted.
public struct MeanMetric: Metric, Equatable {
    public var sum: Double
    public var count: Double

    public init(sum: Double, count: Double) { (self.sum, self.count) = (sum, count) }

    public init(_ values: [Double]) { self.init(sum: values.reduce(0, +), count: Double(values.count)) }

    public var value: Double { count == 0 ? .nan : sum / count }

    public func joined(with other: any Metric, name: String) throws -> any Metric {
        let other = try same(other, name)
        return MeanMetric(sum: sum + other.sum, count: count + other.count)
    }

    public var summary: String { significant(value, 5) }
}

/// The share of examples for which something holds: accuracy, top-k accuracy, sequence error.
public struct Proportion: Metric, Equatable {
    public var hits: Int
    public var count: Int

    public init(hits: Int, count: Int) { (self.hits, self.count) = (hits, count) }

    public init(_ flags: [Bool]) { self.init(hits: flags.count { $0 }, count: flags.count) }

    public var value: Double { count == 0 ? .nan : Double(hits) / Double(count) }

    public func joined(with other: any Metric, name: String) throws -> any Metric {
        let other = try same(other, name)
        return Proportion(hits: hits + other.hits, count: count + other.count)
    }

    /// Bounds between which the true share lies, 19 times out of 20.
    ///
    /// - Source: Wilson, 1927; unlike the usual ±, sound for small counts and for shares near 0 and 1.
    public var interval: ClosedRange<Double> {
        guard count > 0 else { return 0...1 }
        let z = 1.959963984540054
        let n = Double(count)
        let centre = value + z * z / (2 * n)
        let reach = z * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        return max(0, (centre - reach) / scale)...min(1, (centre + reach) / scale)
    }

    public var summary: String {
        guard count > 0 else { return "no examples" }
        return
            "\(percent(value)) (\(hits) of \(count); 95 % interval \(percent(interval.lowerBound)) to \(percent(interval.upperBound)))"
    }

    public var details: [(suffix: String, value: Double)] {
        [("count", Double(count)), ("interval/low", interval.lowerBound), ("interval/high", interval.upperBound)]
    }
}

/// Errors per label over a whole corpus: label error rate, character error rate.
public struct ErrorRate: Metric, Equatable {
    public var errors: Int
    public var labels: Int

    public init(errors: Int, labels: Int) { (self.errors, self.labels) = (errors, labels) }

    /// NaN when there are no labels; above 1 when more was inserted than there is.
    public var value: Double { labels == 0 ? .nan : Double(errors) / Double(labels) }

    public func joined(with other: any Metric, name: String) throws -> any Metric {
        let other = try same(other, name)
        return ErrorRate(errors: errors + other.errors, labels: labels + other.labels)
    }

    public var summary: String { labels == 0 ? "no labels" : "\(percent(value)) (\(errors) errors in \(labels) labels)" }

    public var details: [(suffix: String, value: Double)] { [("labels", Double(labels))] }
}

// MARK: - Implementation

/// `0.6527` → `65.27 %`.
func percent(_ share: Double) -> String { fixed(share * 100, 2) + " %" }

/// `value` with `digits` digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// `value` with about `digits` significant digits, for losses and rates.
func significant(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)g", value) }
