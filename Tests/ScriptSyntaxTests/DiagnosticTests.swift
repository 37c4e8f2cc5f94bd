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
        for entry in DiagnosticCatalogue.entries where !entry.bad.isEmpty {
            let source = SourceText(name: "example.cdm", utf8: entry.bad)
            for diagnostic in SourceCheckup.diagnostics(of: source, known: builtinNames, limits: entry.limits) {
                page += DiagnosticRenderer.text(diagnostic, in: source) + "\n"
            }
        }
        let recorded = try GoldenFiles.recorded("diagnostics.txt", page)
        #expect(recorded == page)
        for code in DiagnosticCode.allCases where code != .programTooLarge {
            let name = code.severity == .warning ? "warning" : "error"
            let shown = recorded.components(separatedBy: "\n\n").first { $0.contains("\(name)[\(code.rawValue)]: ") }
            #expect(shown?.contains("^") == true, "\(code) has no recorded case with a caret")
        }
    }

    /// The same under Japanese text: names begin with a wide character, and each caret stands where its text does.
    @Test func caretsStandUnderJapaneseText() {
        for entry in DiagnosticCatalogue.entries where !entry.bad.isEmpty && entry.bad.count < 1_000 {
            guard let text = String(validating: entry.bad, as: UTF8.self) else { continue }
            let source = SourceText(name: "例.cdm", text: japanese(text))
            let found = SourceCheckup.diagnostics(of: source, known: builtinNames, limits: entry.limits)
            guard let diagnostic = found.first(where: { $0.code == entry.code.rawValue }) else {
                Issue.record("\(entry.code) is not told of \(japanese(text))")
                continue
            }
            expectCaret(of: diagnostic, in: source, DiagnosticRenderer.text(diagnostic, in: source))
        }
    }

    /// Words that mean something to the language; all others begin with 値 afterwards, inside strings too.
    private static let meaningful: Set<String> = [
        "null", "nil", "true", "false", "exec", "eval", "match", "case", "async", "await", "metaclass", "annotations", "braces", "math",
        "esle", "elif", "else", "if", "for", "while", "def", "class", "return", "lambda", "in", "is", "not", "and", "or", "None", "True",
        "False", "import", "from", "as", "try", "except", "finally", "with", "pass", "break", "continue", "global", "nonlocal", "yield",
        "del", "raise", "assert", "append", "print", "type", "object", "list", "int", "range", "ValueError", "TypeError", "coding", "latin",
    ]

    private func japanese(_ text: String) -> String {
        var result = ""
        var word = ""
        var before: Character?
        for character in text.map(Optional.some) + [nil] {
            let isInside = character.map { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) } ?? false
            if let character, isInside {
                if word.isEmpty && before == "\\" { word = "\\" }
                word.append(character)
                continue
            }
            if let first = word.first, first == "_" || first.isLetter, !word.hasPrefix("__"), !Self.meaningful.contains(word),
                character != "'", character != "\""
            {
                result += "値"
            }
            result += word.hasPrefix("\\") ? String(word.dropFirst()) : word
            word = ""
            if let character { result.append(character) }
            before = character
        }
        return result
    }

    /// The first caret stands at the cell where the span begins, by a count of its own: ASCII one cell, the rest two.
    private func expectCaret(of diagnostic: Diagnostic, in source: SourceText, _ shown: String) {
        // A line that is cut around its caret has no cells to count.
        if shown.contains("…") { return }
        let start = Int(diagnostic.primary.span.start)
        let line = source.line(at: start)
        let before = String(decoding: source.utf8[source.range(ofLine: line).lowerBound..<start], as: UTF8.self)
        let cells = before.unicodeScalars.reduce(0) { $0 + ($1 == "\t" ? 4 : $1.isASCII ? 1 : 2) }
        let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
        guard let index = lines.firstIndex(where: { $0.hasPrefix("\(line) | ") || $0 == "\(line) |" }), index + 1 < lines.count else {
            Issue.record("no source line in \(shown)")
            return
        }
        let caret = lines[index + 1].prefix { $0 != "^" }.count - "\(line) | ".count
        #expect(caret == cells, "\(diagnostic.code)\n\(shown)")
    }

    @Test func applicableFixesLeaveNoError() throws {
        let codes: Set<String> = [
            "E0005", "E0006", "E0102", "E0109", "E0110", "E0118", "E0125", "E0131", "E0138", "E0150",
            "E0151", "E0152", "E0153", "E0154", "E0201", "E0216", "W0604",
        ]
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

    /// As CPython does ("encoding problem: utf8 with BOM").
    @Test(arguments: [("utf-8", true), ("UTF_8", true), ("utf-8-x", true), ("utf8", false), ("latin-1", false)])
    func aByteOrderMarkAllowsOneEncoding(name: String, isFine: Bool) {
        let source = SourceText(name: "a", utf8: [0xEF, 0xBB, 0xBF] + Array("# coding: \(name)\nx = 1\n".utf8))
        #expect(Parser.parse(source).diagnostics.map(\.code) == (isFine ? [] : ["E0021"]))
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

    /// A `match` is one thing to tell, whatever its clauses are; what stands inside them is still read.
    @Test func tellsAMatchOnce() {
        let text = "match x:\n    case 1 | 2:\n        y = = 1\n    case [a, *_] if a: pass\n    case {'k': v, **r}:\n        pass\nz = 1\n"
        #expect(Parser.parse(SourceText(name: "a", text: text)).diagnostics.map(\.code) == ["E0503", "E0101"])
    }

    /// Names in statements that cannot be read may be bound there; all others are still checked.
    @Test func findsNamesBesideErrors() {
        let text = "x = = 1\nprint(x, y)\ndef f(:\n    z = 1\n    return z\nprint(f, q)\n"
        let found = SourceCheckup.diagnostics(of: SourceText(name: "a", text: text), known: builtinNames)
        #expect(found.filter { $0.code == "E0201" }.map(\.message) == ["the name 'y' is not bound anywhere", "the name 'q' is not bound anywhere"])
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
