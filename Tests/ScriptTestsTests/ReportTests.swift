import Foundation
import ScriptTests
import Testing

@Suite("Selections, edits and reports")
struct ReportTests {
    @Test(
        "a selection",
        arguments: [
            ("shape", "test_shape", true), ("SHAPE", "test_Shape", true), ("not shape", "test_shape", false),
            ("a and b", "ab", true), ("a and not b", "ab", false), ("a and (b or c)", "ac", true), ("a or b and c", "a", true),
            ("not (a or b)", "c", true), ("か", "test_かな", true),
        ])
    func selection(_ text: String, _ name: String, _ matches: Bool) throws {
        #expect(try NameFilter(text).matches(name) == matches)
    }

    @Test("a selection that makes no sense", arguments: ["", "and", "a b", "(a", "a)", "not", "a or"])
    func badSelection(_ text: String) {
        #expect(throws: ScriptTestError.self) { try NameFilter(text) }
    }

    @Test("edits replace their bytes only, whatever their order")
    func edits() {
        let bytes = [UInt8]("one\r\ntwo\r\nthree".utf8)
        let result = Edit.apply([Edit(range: 10..<15, old: "three", text: "3"), Edit(range: 0..<5, old: "one\r\n", text: "1\r\n")], to: bytes)
        #expect(result.map { String(decoding: $0, as: UTF8.self) } == "1\r\ntwo\r\n3")
        #expect(Edit.apply([Edit(range: 10..<99, old: "three", text: "x")], to: bytes) == nil)
        #expect(Edit.apply([Edit(range: 0..<3, old: "two", text: "x")], to: bytes) == nil)
        #expect(Edit.apply([Edit(range: 0..<3, old: "one", text: ""), Edit(range: 2..<3, old: "e", text: "")], to: bytes) == nil)
    }

    static let results = [
        CaseResult(file: "a.cdm", name: "test_<a>", line: 3, seconds: 0.25),
        CaseResult(file: "a.cdm", name: "b", line: 9, verdict: .failed, summary: "1 & 2", detail: "x\u{1B}\n", output: "o"),
        CaseResult(file: "b.md", name: "c", line: 1, verdict: .skipped, summary: "later # no"),
    ]

    @Test("JUnit's XML is well-formed and counts")
    func junit() throws {
        let text = JUnitReport.text(Self.results)
        #expect(
            text == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites tests="3" failures="1" errors="0" skipped="1" time="0.250">
                  <testsuite name="a.cdm" tests="2" failures="1" errors="0" skipped="0" time="0.250">
                    <testcase classname="a.cdm" name="test_&lt;a&gt;" file="a.cdm" line="3" time="0.250"/>
                    <testcase classname="a.cdm" name="b" file="a.cdm" line="9" time="0.000">
                      <failure message="1 &amp; 2">x\u{FFFD}
                </failure>
                      <system-out>o</system-out>
                    </testcase>
                  </testsuite>
                  <testsuite name="b.md" tests="1" failures="0" errors="0" skipped="1" time="0.000">
                    <testcase classname="b.md" name="c" file="b.md" line="1" time="0.000">
                      <skipped message="later # no"/>
                    </testcase>
                  </testsuite>
                </testsuites>

                """)
    }

    @Test("TAP numbers every case")
    func tap() {
        #expect(
            TAPReport.text(Self.results) == """
                TAP version 13
                1..3
                ok 1 - a.cdm:3:1 test_<a>
                not ok 2 - a.cdm:9:1 b
                  ---
                  verdict: failed
                  message: |
                    x\u{1B}
                    
                  ...
                ok 3 - b.md:1:1 c # SKIP later \\# no

                """)
    }

    @Test("exit codes: 1 when a test failed, 2 when only files could not be run")
    func exitCodes() {
        func code(_ verdicts: CaseResult.Verdict...) -> Int32 {
            Tally(verdicts.map { CaseResult(file: "f", name: "n", line: 1, verdict: $0) }).exitCode
        }
        #expect(code() == 0)
        #expect(code(.passed, .skipped) == 0)
        #expect(code(.broken, .passed) == 2)
        #expect(code(.broken, .failed) == 1)
        #expect(code(.stopped) == 1)
    }
}
