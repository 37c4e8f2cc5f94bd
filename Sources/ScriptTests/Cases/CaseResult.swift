/// How one test function, docstring or block of a page ended.
public struct CaseResult: Codable, Sendable, Equatable {
    public enum Verdict: String, Codable, Sendable {
        case passed
        /// It ran, and the result was not the expected one.
        case failed
        /// It could not be run: no program, a wrong option, a failing import.
        case broken
        /// A limit of time or memory ended it, or its process died.
        case stopped
        case skipped

        /// Whether a run with such a case succeeds.
        public var isFine: Bool { self == .passed || self == .skipped }
    }

    /// As the person named it, or found below what was named.
    public var file: String
    public var name: String
    /// From 1.
    public var line: Int
    /// In code points, from 1.
    public var column: Int
    public var verdict: Verdict
    public var seconds: Double
    /// One line: what went wrong, or why it was skipped; empty when it passed.
    public var summary: String
    /// The report for people, several lines; empty when it passed.
    public var detail: String
    /// What it printed.
    public var output: String
    /// The command that runs this case again.
    public var again: String

    public init(
        file: String, name: String, line: Int, column: Int = 1, verdict: Verdict = .passed, seconds: Double = 0, summary: String = "",
        detail: String = "", output: String = "", again: String = ""
    ) {
        self.file = file
        self.name = name
        self.line = line
        self.column = column
        self.verdict = verdict
        self.seconds = seconds
        self.summary = summary
        self.detail = detail
        self.output = output
        self.again = again
    }

    /// `page.md:42:7`.
    public var place: String { "\(file):\(line):\(column)" }
}

/// How many cases ended how.
public struct Tally: Sendable, Equatable {
    public private(set) var passed = 0
    /// Failed, broken and stopped ones.
    public private(set) var failed = 0
    public private(set) var skipped = 0
    public private(set) var broken = 0

    public init(_ results: [CaseResult] = []) {
        for result in results { add(result) }
    }

    public mutating func add(_ result: CaseResult) {
        switch result.verdict {
        case .passed: passed += 1
        case .skipped: skipped += 1
        case .failed, .stopped: failed += 1
        case .broken:
            failed += 1
            broken += 1
        }
    }

    /// `12 passed, 1 failed, 2 skipped`.
    public var text: String { "\(passed) passed, \(failed) failed" + (skipped > 0 ? ", \(skipped) skipped" : "") }

    /// 0 when all is well, 2 when the only failures are files that could not be run at all, else 1.
    public var exitCode: Int32 { failed == 0 ? 0 : failed == broken ? 2 : 1 }
}
