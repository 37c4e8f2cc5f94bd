/// The mean over the classes of the share that was recognised: frequent classes count no more than rare ones.
public struct BalancedAccuracy: Metric, Equatable {
    public var confusion: Confusion

    public init(_ confusion: Confusion) { self.confusion = confusion }

    public var value: Double { confusion.balancedAccuracy }

    public func joined(with other: any Metric, name: String) throws -> any Metric {
        let other = try same(other, name)
        guard let joined = try confusion.joined(with: other.confusion, name: name) as? Confusion else { return self }
        return BalancedAccuracy(joined)
    }

    public var summary: String {
        let classes = confusion.labelCounts.count { $0 > 0 }
        return classes == 0 ? "no examples" : "\(percent(value)) (mean over \(classes) classes)"
    }
}

extension ErrorRate {
    /// Edits of code points between read and true texts, over the code points of the true ones.
    ///
    /// - Throws: `TrainingError.badShape` for unequal numbers of texts.
    public static func characters(_ truths: [String], answers: [String]) throws -> ErrorRate {
        func points(_ texts: [String]) -> [[Int]] { texts.map { $0.unicodeScalars.map { Int($0.value) } } }
        return try labels(points(truths), answers: points(answers)).labelErrors
    }
}
