/// Expected lines laid beside actual ones.
///
/// A line `...` alone stands for any number of lines. The alignment with the fewest changed lines is found; there is
/// no difference when it needs none. The same alignment gives the report and the corrected text.
public struct Comparison {
    /// One step of the alignment.
    enum Step {
        case same(expected: String)
        /// `...` and the lines that it stands for.
        case skipped(String, [String])
        case changed(expected: String, actual: String)
        case missing(String)
        case extra(String)
    }

    let steps: [Step]
    private let tolerance: Tolerance

    public init(expected: [String], actual: [String], tolerance: Tolerance = .exact) {
        self.tolerance = tolerance
        steps = Self.align(expected, actual, tolerance)
    }

    public var isEqual: Bool {
        steps.allSatisfy {
            switch $0 {
            case .same, .skipped: true
            case .changed, .missing, .extra: false
            }
        }
    }

    /// The difference, a line each: two blanks before what is equal, `-` before what was expected, `+` before what came.
    public var difference: String {
        var text = ""
        for step in steps {
            switch step {
            case .same(let line): text += "  \(line)\n"
            case .skipped(let line, let lines): text += "  \(line)\(lines.isEmpty ? "" : "    (\(lines.count) lines)")\n"
            case .missing(let line): text += "- \(line)\n"
            case .extra(let line): text += "+ \(line)\n"
            case .changed(let expected, let actual):
                let showsBlanks = Self.withoutBlanks(expected) == Self.withoutBlanks(actual)
                text += "- \(showsBlanks ? Self.visible(expected) : expected)\n+ \(showsBlanks ? Self.visible(actual) : actual)\n"
                for miss in LinePattern(expected, tolerance: tolerance).misses(actual) ?? [] {
                    text += "  ~ expected \(miss.expected), got \(miss.actual): off by \(abs(miss.actual - miss.expected)),"
                    text += " allowed \(tolerance.margin(for: miss.expected))\n"
                }
            }
        }
        return text
    }

    /// The expected lines with what is wrong in them put right; `...`, `[..]` and numbers that still hold stay.
    public var corrected: [String] {
        steps.compactMap {
            switch $0 {
            case .same(let line), .skipped(let line, _): line
            case .changed(_, let line), .extra(let line): line
            case .missing: nil
            }
        }
    }

    // MARK: - Implementation

    private static let ellipsis = "..."

    private static func isEllipsis(_ line: String) -> Bool { line.filter { $0 != " " } == ellipsis }

    /// The cheapest alignment; `cost[i][j]` is that of the first `i` expected and the first `j` actual lines.
    private static func align(_ expected: [String], _ actual: [String], _ tolerance: Tolerance) -> [Step] {
        let patterns = expected.map { isEllipsis($0) ? nil : LinePattern($0, tolerance: tolerance) }
        // Equal beginnings need no table.
        var head: [Step] = []
        while head.count < expected.count, head.count < actual.count, let pattern = patterns[head.count],
            pattern.matches(actual[head.count])
        {
            head.append(.same(expected: expected[head.count]))
        }
        let (start, rows, columns) = (head.count, expected.count - head.count, actual.count - head.count)
        let (cells, overflow) = (rows + 1).multipliedReportingOverflow(by: columns + 1)
        if overflow || cells > 4_000_000 {
            // Too long to align: all of it differs.
            return head + expected[start...].map { .missing($0) } + actual[start...].map { .extra($0) }
        }
        var cost = [Int32](repeating: 0, count: cells)
        var isSame = [Bool](repeating: false, count: cells)
        func at(_ row: Int, _ column: Int) -> Int { row * (columns + 1) + column }
        for row in 0...rows {
            for column in 0...columns where row > 0 || column > 0 {
                var best = Int32.max
                if row > 0, patterns[start + row - 1] == nil {
                    best = cost[at(row - 1, column)]
                    if column > 0 { best = min(best, cost[at(row, column - 1)]) }
                } else {
                    if row > 0 { best = cost[at(row - 1, column)] + 1 }
                    if row > 0, column > 0, let pattern = patterns[start + row - 1] {
                        let same = pattern.matches(actual[start + column - 1])
                        isSame[at(row, column)] = same
                        best = min(best, cost[at(row - 1, column - 1)] + (same ? 0 : 1))
                    }
                }
                if column > 0 { best = min(best, cost[at(row, column - 1)] + 1) }
                cost[at(row, column)] = best
            }
        }
        return head + walk(rows, columns)

        func walk(_ rows: Int, _ columns: Int) -> [Step] {
            var (row, column) = (rows, columns)
            var steps: [Step] = []
            while row > 0 || column > 0 {
                let here = cost[at(row, column)]
                if row > 0, patterns[start + row - 1] == nil {
                    var lines: [String] = []
                    while column > 0, cost[at(row - 1, column)] != cost[at(row, column)] {
                        column -= 1
                        lines.append(actual[start + column])
                    }
                    steps.append(.skipped(expected[start + row - 1], lines.reversed()))
                    row -= 1
                } else if row > 0, column > 0, isSame[at(row, column)], here == cost[at(row - 1, column - 1)] {
                    steps.append(.same(expected: expected[start + row - 1]))
                    (row, column) = (row - 1, column - 1)
                } else if row > 0, column > 0, !isSame[at(row, column)], here == cost[at(row - 1, column - 1)] + 1 {
                    steps.append(.changed(expected: expected[start + row - 1], actual: actual[start + column - 1]))
                    (row, column) = (row - 1, column - 1)
                } else if column > 0, here == cost[at(row, column - 1)] + 1 {
                    steps.append(.extra(actual[start + column - 1]))
                    column -= 1
                } else {
                    steps.append(.missing(expected[start + row - 1]))
                    row -= 1
                }
            }
            return steps.reversed()
        }
    }

    private static func withoutBlanks(_ line: String) -> [UInt8] { line.utf8.filter { $0 != 32 && $0 != 9 } }

    private static func visible(_ line: String) -> String {
        line.replacing(" ", with: "·").replacing("\t", with: "→") + "⏎"
    }
}

/// Lines of an output: without the last line's end, so that nothing printed is no lines.
func outputLines(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if scalar == "\n" {
            lines.append(String(line))
            line = String.UnicodeScalarView()
        } else {
            line.append(scalar)
        }
    }
    if !line.isEmpty { lines.append(String(line)) }
    return lines
}
