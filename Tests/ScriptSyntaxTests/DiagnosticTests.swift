import Foundation
import ScriptSyntax
import Testing

@Suite struct DiagnosticTests {
    @Test func everyCodeIsExplainedOnce() {
        let explained = DiagnosticCatalogue.entries.map(\.code.rawValue)
        #expect(Set(explained).count == explained.count)
        #expect(Set(explained) == Set(DiagnosticCode.allCases.map(\.rawValue)))
        for entry in DiagnosticCatalogue.entries {
            #expect(!entry.title.isEmpty && entry.explanation.hasSuffix("."), "\(entry.code)")
        }
    }

    @Test func everyBadExampleIsToldAndEveryFixedOneIsFine() {
        for entry in DiagnosticCatalogue.entries where !entry.bad.isEmpty {
            let bad = SourceCheckup.diagnostics(of: SourceText(name: "bad", utf8: entry.bad), known: builtinNames, limits: entry.limits)
            #expect(bad.contains { $0.code == entry.code.rawValue }, "\(entry.code): \(bad.map(\.message))")
            #expect(bad.allSatisfy { !$0.help.isEmpty || $0.code == "E0101" }, "\(entry.code)")
            let fixed = SourceCheckup.diagnostics(of: SourceText(name: "fixed", text: entry.fixed), known: builtinNames, limits: entry.limits)
            #expect(fixed.map(\.message) == [], "\(entry.code)")
        }
    }

    /// One page of all diagnostics with their carets, to be read when it changes.
    @Test func everyDiagnosticIsShownAsRecorded() throws {
        var page = ""
        for entry in DiagnosticCatalogue.entries where entry.bad.count < 1_000 {
            let source = SourceText(name: "example.cdm", utf8: entry.bad)
            for diagnostic in SourceCheckup.diagnostics(of: source, known: builtinNames, limits: entry.limits) {
                page += DiagnosticRenderer.text(diagnostic, in: source) + "\n"
            }
        }
        #expect(try GoldenFiles.recorded("diagnostics.txt", page) == page)
    }

    @Test func applicableFixesLeaveNoError() throws {
        let codes: Set<String> = ["E0005", "E0006", "E0102", "E0109", "E0110", "E0118", "E0125", "E0131", "E0138", "E0150",
            "E0151", "E0152", "E0153", "E0154", "E0201", "E0216", "W0604"]
        for entry in DiagnosticCatalogue.entries where codes.contains(entry.code.rawValue) {
            let source = SourceText(name: "bad", utf8: entry.bad)
            let result = FixApplication.apply(SourceCheckup.diagnostics(of: source, known: builtinNames), to: source)
            #expect(result.count > 0, "\(entry.code)")
            let rest = SourceCheckup.diagnostics(of: SourceText(name: "fixed", utf8: result.utf8), known: builtinNames)
            #expect(rest.map(\.message) == [], "\(entry.code): \(String(decoding: result.utf8, as: UTF8.self))")
        }
    }

    /// The layout is that of the language document, carets under Japanese text included.
    @Test func placesCaretsInTerminalCells() {
        let source = SourceText(name: "new_task_model.cdm", text: "def f():\n        濁度 = logits - expected\n")
        let diagnostic = Diagnostic(
            code: "E0417", message: "cannot broadcast (32, 76) with (32, 3, 76) in '-'",
            primary: Diagnostic.Label(SourceSpan(26..<32), "shape (32, 76), f32"),
            secondary: [Diagnostic.Label(SourceSpan(35..<43), "shape (32, 3, 76), f32", isPrimary: true)],
            notes: ["aligned from the right, axis 1 is 32 on the left and 3 on the right"],
            help: ["to add the missing axis, write logits[:, None, :]"])
        #expect(
            DiagnosticRenderer.text(diagnostic, in: source) == """
                error[E0417]: cannot broadcast (32, 76) with (32, 3, 76) in '-'
                 --> new_task_model.cdm:2:14
                  |
                2 |         濁度 = logits - expected
                  |                ^^^^^^   ^^^^^^^^ shape (32, 3, 76), f32
                  |                |
                  |                shape (32, 76), f32
                  = note: aligned from the right, axis 1 is 32 on the left and 3 on the right
                  = help: to add the missing axis, write logits[:, None, :]

                """)
    }

    @Test func writesJSON() throws {
        let source = SourceText(name: "a.cdm", text: "濁 = （1)\n")
        let diagnostic = try #require(Parser.parse(source).diagnostics.first)
        let object = try JSONSerialization.jsonObject(with: Data(DiagnosticRenderer.json(diagnostic, in: source).utf8))
        let record = try #require(object as? [String: Any])
        #expect(record["code"] as? String == "E0005")
        #expect(record["file"] as? String == "a.cdm")
        let span = try #require(record["span"] as? [String: Int])
        #expect(span == ["start": 6, "end": 9, "line": 1, "column": 5, "endLine": 1, "endColumn": 6])
        let fixes = try #require(record["fixes"] as? [[String: Any]])
        let edits = try #require(fixes.first?["edits"] as? [[String: Any]])
        #expect(edits.first?["replacement"] as? String == "(")
    }

    @Test func tellsFullWidthPunctuationOncePerLine() {
        let source = SourceText(name: "a", text: "x　＝　［1，2］\ny ＝ “か”\nz = '＝'  # （\n")
        let diagnostics = Parser.parse(source).diagnostics
        #expect(diagnostics.map(\.code) == ["E0005", "E0005"])
        let fixed = FixApplication.apply(diagnostics, to: source)
        #expect(String(decoding: fixed.utf8, as: UTF8.self) == "x = [1,2]\ny = \"か\"\nz = '＝'  # （\n")
    }

    @Test func findsErrorsBehindErrors() {
        let text = "x = = 1\nif y = 2:\n    a b\n    c = 1\nelse:\n    d e\ndef f(:\n    return\nz = 3 +\n"
        let lines = Parser.parse(SourceText(name: "a", text: text)).diagnostics.map { diagnostic in
            SourceText(name: "a", text: text).position(at: Int(diagnostic.primary.span.start)).line
        }
        #expect(Set([1, 2, 3, 6, 7, 9]).isSubset(of: Set(lines)))
        let many = String(repeating: "x = = 1\n", count: 100)
        #expect(Parser.parse(SourceText(name: "a", text: many)).diagnostics.count == Parser.maximumErrors)
    }

    /// `wcwidth` 0.2.13.
    @Test(arguments: [
        ("a", 1), ("か", 2), ("ｶ", 1), ("ﾞ", 1), ("か\u{3099}", 2), ("（", 2), ("e\u{301}", 1), ("\u{1B000}", 2), ("漢字", 4),
        ("\u{FE0F}", 0), ("😀", 2), ("\u{200B}", 0), ("é", 1), ("\u{3000}", 2), ("\u{20000}", 2), ("한", 2), ("\u{1160}", 0),
    ])
    func measuresCells(text: String, cells: Int) {
        #expect(TerminalWidth.cells(in: text) == cells)
    }

    @Test func findsCells() {
        let text = "import os\n# %% load the pages \nx = '''\n# %% not a cell\n'''\n#%%\ny = 1\n"
        let source = SourceText(name: "a", text: text)
        let cells = Parser.parse(source).cells
        #expect(cells.map(\.title) == ["", "load the pages", ""])
        #expect(
            cells.map { source.text(of: $0.body) } == ["import os\n", "x = '''\n# %% not a cell\n'''\n", "y = 1\n"])
    }

    @Test func findsDocstrings() {
        let text = "'''M'''\ndef f():\n    '''F'''\nclass C:\n    'C'\n    def g(self):\n        '''G\n        two'''\n"
        let found = Docstring.all(in: Parser.parse(SourceText(name: "a", text: text)).module)
        #expect(found.map(\.qualifiedName) == ["", "f", "C", "C.g"])
        #expect(found.map(\.text) == ["M", "F", "C", "G\ntwo"])
    }
}
