/// One expected line: text, `[..]` for anything within the line, numbers within a tolerance.
///
/// Blanks at the end never count. Under a tolerance runs of blanks count as one, for digits shift columns.
public struct LinePattern {
    private enum Token: Equatable {
        case scalar(Unicode.Scalar)
        case number(Double)
        case anything
    }

    private let tokens: [Token]
    private let tolerance: Tolerance

    public init(_ line: String, tolerance: Tolerance = .exact) {
        self.tolerance = tolerance
        tokens = Self.tokens(of: line, tolerance, isPattern: true)
    }

    public func matches(_ line: String) -> Bool {
        let actual = Self.tokens(of: line, tolerance, isPattern: false)
        // Greedy matching with one place to come back to: the last `[..]`.
        var (here, there) = (0, 0)
        var retry: (here: Int, there: Int)?
        while there < actual.count {
            if here < tokens.count, tokens[here] == .anything {
                here += 1
                retry = (here, there)
            } else if here < tokens.count, accepts(tokens[here], actual[there]) {
                here += 1
                there += 1
            } else if let place = retry {
                here = place.here
                there = place.there + 1
                retry = (here, there)
            } else {
                return false
            }
        }
        return tokens[here...].allSatisfy { $0 == .anything }
    }

    /// The numbers that are out of tolerance when all else of the line matches; nil when the lines differ in more.
    func misses(_ line: String) -> [(expected: Double, actual: Double)]? {
        let actual = Self.tokens(of: line, tolerance, isPattern: false)
        guard !tolerance.isExact, actual.count == tokens.count else { return nil }
        var misses: [(expected: Double, actual: Double)] = []
        for (a, b) in zip(tokens, actual) where !accepts(a, b) {
            guard case .number(let expected) = a, case .number(let found) = b else { return nil }
            misses.append((expected, found))
        }
        return misses
    }

    private func accepts(_ expected: Token, _ actual: Token) -> Bool {
        if case .number(let a) = expected, case .number(let b) = actual { return tolerance.accepts(b, for: a) }
        return expected == actual
    }

    // MARK: - Implementation

    private static func tokens(of line: String, _ tolerance: Tolerance, isPattern: Bool) -> [Token] {
        var scalars = Array(line.unicodeScalars)
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        var tokens: [Token] = []
        var index = 0
        while index < scalars.count {
            if isPattern, scalars[index...].starts(with: ["[", ".", ".", "]"]) {
                tokens.append(.anything)
                index += 4
            } else if !tolerance.isExact, let (number, end) = number(scalars, index) {
                tokens.append(.number(number))
                index = end
            } else {
                let scalar = scalars[index]
                if tolerance.isExact || !isBlank(scalar) || tokens.last != .scalar(" ") {
                    tokens.append(.scalar(!tolerance.isExact && isBlank(scalar) ? " " : scalar))
                }
                index += 1
            }
        }
        return tokens
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\r" }

    /// A number with a fraction or an exponent, `nan` or `inf`, that begins here; whole numbers are text.
    private static func number(_ scalars: [Unicode.Scalar], _ start: Int) -> (Double, end: Int)? {
        if start > 0, isWordPart(scalars[start - 1]) { return nil }
        var index = start
        if scalars[index] == "-" || scalars[index] == "+" { index += 1 }
        for (word, value) in [("nan", Double.nan), ("inf", Double.infinity)] where scalars[index...].starts(with: word.unicodeScalars) {
            let end = index + 3
            if end < scalars.count, isWordPart(scalars[end]) { return nil }
            return (scalars[start] == "-" ? -value : value, end)
        }
        func skipDigits() -> Int {
            let before = index
            while index < scalars.count, isDigit(scalars[index]) { index += 1 }
            return index - before
        }
        var digits = skipDigits()
        var isFraction = false
        if index < scalars.count, scalars[index] == "." {
            index += 1
            isFraction = true
            digits += skipDigits()
        }
        guard digits > 0 else { return nil }
        if index < scalars.count, scalars[index] == "e" || scalars[index] == "E" {
            let before = index
            index += 1
            if index < scalars.count, scalars[index] == "-" || scalars[index] == "+" { index += 1 }
            if skipDigits() > 0 { isFraction = true } else { index = before }
        }
        guard isFraction else { return nil }
        if index < scalars.count, isWordPart(scalars[index]) { return nil }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<index])
        var written = String(text)
        if written.hasSuffix(".") { written += "0" }
        return Double(written.replacing(".e", with: ".0e").replacing(".E", with: ".0e")).map { ($0, index) }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        isDigit(scalar) || scalar == "_" || scalar.properties.isAlphabetic
    }
}
