/// A run of tests for people.
public struct RunReport {
    public private(set) var results: [CaseResult] = []
    private let showsOutput: Bool

    /// - Parameter showsOutput: show what failing tests printed.
    public init(showsOutput: Bool = true) { self.showsOutput = showsOutput }

    public mutating func add(_ results: [CaseResult]) { self.results += results }

    public var tally: Tally { Tally(results) }

    /// One line for a file that is done: `tests/test_a.cdm: 3 passed, 1 failed`.
    public static func line(for file: String, _ results: [CaseResult]) -> String {
        "\(file): \(results.isEmpty ? "nothing to run" : Tally(results).text)\n"
    }

    /// A failing case: place and name, the report, what it printed, the command that repeats it.
    public func text(of result: CaseResult) -> String {
        var text = "\n\(result.verdict.rawValue.uppercased()) \(result.place) \(result.name)\n"
        text += Self.indented(result.detail.isEmpty ? result.summary + "\n" : result.detail)
        if showsOutput, !result.output.isEmpty { text += "  printed:\n" + Self.indented(result.output, by: "    ") }
        if !result.again.isEmpty { text += "  again: \(result.again)\n" }
        return text
    }

    /// The failures, the reasons of what was skipped, and the counts.
    public func ending(seconds: Double) -> String {
        var text = results.filter { !$0.verdict.isFine }.map(self.text(of:)).joined()
        let skipped = results.filter { $0.verdict == .skipped }
        if !skipped.isEmpty {
            text += "\nskipped:\n" + skipped.map { "  \($0.place) \($0.name): \($0.summary)\n" }.joined()
        }
        let tenths = Int((seconds * 10).rounded())
        return text + (text.isEmpty ? "" : "\n") + "\(tally.text) in \(tenths / 10).\(tenths % 10) s\n"
    }

    private static func indented(_ text: String, by blanks: String = "  ") -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map { $0.isEmpty ? "\n" : blanks + $0 + "\n" }.joined()
    }
}
