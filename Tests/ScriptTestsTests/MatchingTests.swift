import ScriptTests
import Testing

@Suite("Comparing outputs")
struct MatchingTests {
    /// Expected, actual, whether they agree: exactly, and within 1e-3.
    static let lines: [(expected: String, actual: String, exactly: Bool, roughly: Bool)] = [
        ("", "", true, true),
        ("a", "a  ", true, true),
        ("a b", "a  b", false, true),
        ("か\u{3099}", "が", false, false),
        ("loss 0.1234", "loss 0.1239", false, true),
        ("loss 0.1234", "loss 0.1259", false, false),
        ("0.1234 x", "0.1239 y", false, false),
        ("(32, 10)", "(32, 11)", false, false),
        ("3", "3.0", false, false),
        ("1.0", "1.0000001", false, true),
        ("1e-05", "1.0e-05", false, true),
        ("nan", "nan", true, true),
        ("nan", "1.0", false, false),
        ("inf", "-inf", false, false),
        ("[0.1  0.2]", "[0.1001 0.2]", false, true),
        ("x1.5", "x1.6", false, false),
        ("at [..] s", "at 3.2 s", true, true),
        ("at [..] s", "at 3.2 m", false, false),
        ("[..]", "", true, true),
        ("[..]b[..]", "aabcb", true, true),
        ("[..]b", "aabc", false, false),
        ("{[..]: 0.5}", "{'a': 0.5004}", false, true),
        ("1000000.0", "1000500.0", false, true),
        ("v1.2.3", "v1.2.3", true, true),
    ]

    @Test("a line", arguments: lines)
    func line(_ row: (expected: String, actual: String, exactly: Bool, roughly: Bool)) {
        #expect(LinePattern(row.expected).matches(row.actual) == row.exactly)
        #expect(LinePattern(row.expected, tolerance: Tolerance(tol: 1e-3)).matches(row.actual) == row.roughly)
    }

    @Test("digits count from the first one that is not zero")
    func digits() {
        let four = Tolerance(digits: 4)
        #expect(LinePattern("0.0012345", tolerance: four).matches("0.0012347"))
        #expect(!LinePattern("0.0012345", tolerance: four).matches("0.0012355"))
        #expect(LinePattern("12345.6", tolerance: four).matches("12349.9"))
        #expect(!LinePattern("12345.6", tolerance: four).matches("12356.0"))
    }

    static let texts: [(expected: [String], actual: [String], agree: Bool, corrected: [String])] = [
        ([], [], true, []),
        (["a"], [], false, []),
        ([], ["a"], false, ["a"]),
        (["..."], [], true, ["..."]),
        (["..."], ["a", "b"], true, ["..."]),
        (["0", "...", "9"], ["0", "1", "2", "9"], true, ["0", "...", "9"]),
        (["0", "...", "8"], ["0", "1", "2", "9"], false, ["0", "...", "9"]),
        (["at [..]", "old"], ["at 3 s", "new"], false, ["at [..]", "new"]),
        (["a", "b", "c"], ["a", "x", "b", "c"], false, ["a", "x", "b", "c"]),
        (["a", "...", "c", "d"], ["a", "c", "e"], false, ["a", "...", "c", "e"]),
        (["a", "", "b"], ["a", "", "b"], true, ["a", "", "b"]),
    ]

    @Test("several lines", arguments: texts)
    func text(_ row: (expected: [String], actual: [String], agree: Bool, corrected: [String])) {
        let comparison = Comparison(expected: row.expected, actual: row.actual)
        #expect(comparison.isEqual == row.agree)
        #expect(comparison.corrected == row.corrected)
    }

    @Test("the difference shows blanks where only they differ, and numbers that miss")
    func difference() {
        #expect(Comparison(expected: ["a b"], actual: ["ab"]).difference == "- a·b⏎\n+ ab⏎\n")
        let close = Comparison(expected: ["x 0.5"], actual: ["x 0.75"], tolerance: Tolerance(tol: 0.125))
        #expect(close.difference == "- x 0.5\n+ x 0.75\n  ~ expected 0.5, got 0.75: off by 0.25, allowed 0.125\n")
    }

    @Test("text too long to align is still compared")
    func long() {
        let many = (0..<3000).map(String.init)
        #expect(Comparison(expected: many, actual: many).isEqual)
        #expect(!Comparison(expected: many, actual: many.reversed()).isEqual)
    }
}
