/// How far numbers with a fraction may be from what a page says.
public struct Tolerance: Sendable, Equatable {
    /// Largest difference, absolute and relative to the expected number; the larger of the two counts.
    public var tol: Double?
    /// Significant digits that must agree.
    public var digits: Int?

    public init(tol: Double? = nil, digits: Int? = nil) {
        self.tol = tol
        self.digits = digits
    }

    /// Every digit counts.
    public static let exact = Tolerance()

    var isExact: Bool { tol == nil && digits == nil }

    /// NaN equals NaN, an infinity equals itself.
    func accepts(_ actual: Double, for expected: Double) -> Bool {
        if expected.isNaN || actual.isNaN { return expected.isNaN && actual.isNaN }
        if expected == actual { return true }
        guard expected.isFinite, actual.isFinite else { return false }
        return abs(actual - expected) <= margin(for: expected)
    }

    func margin(for expected: Double) -> Double {
        var margin = 0.0
        if let tol { margin = max(tol, tol * abs(expected)) }
        if let digits, expected != 0 {
            // Half a unit of the last digit that counts.
            var unit = 1.0
            let size = abs(expected)
            while unit * 10 <= size { unit *= 10 }
            while unit > size { unit /= 10 }
            for _ in 1..<max(digits, 1) { unit /= 10 }
            margin = max(margin, unit / 2)
        }
        return margin
    }
}
