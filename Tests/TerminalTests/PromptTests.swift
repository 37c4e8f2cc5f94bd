import Foundation
import Testing

/// What a person sees at the prompt. Each test has a terminal and a home folder of its own.
@Suite struct PromptTests {
    @Test func answersAreNumbered() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("1 + 1", 1)
        try terminal.run("x = 5", 2)
        try terminal.run("x;", 3)
        try terminal.run("_1 + x", 4)
        #expect(
            terminal.picture.text.contains(
                "In [1]: 1 + 1\nOut[1]: 2\nIn [2]: x = 5\nIn [3]: x;\nIn [4]: _1 + x\nOut[4]: 7\nIn [5]:"))
        try terminal.send(PseudoTerminal.controlD)
        #expect(try terminal.waitForExit() == 0)
    }

    @Test func blocksGoOnUntilABlankLine() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("def f(n):\r")
        // The next line begins with the block's indentation.
        try terminal.wait(for: "continuation") { $0.line($0.cursor.row) == "   ...:" && $0.cursor.column == 12 }
        try terminal.send("return n * 2\r\r")
        try terminal.waitForPrompt(2)
        try terminal.run("f(21)", 2)
        #expect(terminal.picture.text.contains("Out[2]: 42"))
    }

    @Test func backspaceGoesBackOneLevel() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("if False:\r")
        try terminal.wait(for: "indentation") { $0.cursor.column == 12 }
        try terminal.send("1\r")
        try terminal.wait(for: "next line") { $0.line($0.cursor.row) == "   ...:" && $0.cursor.column == 12 }
        try terminal.send("\u{7F}else:\r")
        try terminal.wait(for: "else") { $0.text.contains("   ...: else:") && $0.cursor.column == 12 }
        try terminal.send("2\r\r")
        try terminal.waitForPrompt(2)
    }

    @Test func controlCCancelsTheLine() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("1 / ")
        try terminal.wait(forText: "In [1]: 1 /")
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(1)
        // In the middle of a block it drops the whole block.
        try terminal.send("def f():\r")
        try terminal.wait(for: "continuation") { $0.cursor.column == 12 }
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(1)
        // Keys that come with it are for the next line.
        try terminal.send("1 /" + PseudoTerminal.controlC + "6 * 7\r")
        try terminal.waitForPrompt(2)
        #expect(terminal.picture.text.contains("Out[1]: 42"))
    }

    @Test func controlCEndsWhatRunsAndKeepsEverything() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("kept = [1, 2, 3]", 1)
        try terminal.run("print('started')", 2)
        // Ctrl-C throws away keys that the program has not read yet: it is pressed when the loop is known to run.
        try terminal.send("while True: kept[0] += 1; kept[0] == 50 and print('running')\r\r")
        try terminal.wait(forText: "\nrunning\n")
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(4)
        // Nothing of the terminal's own ^C is left beside it.
        #expect(terminal.picture.text.contains("\nrunning\ninterrupted\nIn [4]:"), "\(terminal.picture.text)")
        try terminal.run("len(kept)", 4)
        #expect(terminal.picture.text.contains("Out[4]: 3"))
    }

    @Test func errorsHaveACaretUnderWideText() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("濁点 = 1", 1)
        try terminal.run("print('仮名') + 濁点 + 'か\u{3099}'", 2)
        let lines = terminal.picture.text.split(separator: "\n").map(String.init)
        let source = try #require(lines.firstIndex { $0.hasPrefix("1 | print('仮名')") })
        #expect(lines[source + 1].hasPrefix("  | ^^^^^^^^^^^^^"), "\(lines[source + 1])")
        #expect(terminal.picture.text.contains("TypeError"))
    }

    @Test func theCursorStandsRightInWideText() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        // Wide, combining, and beyond U+FFFF: hentaigana are two cells wide.
        try terminal.send("s = '変体仮名\u{1B002}'")
        try terminal.wait(for: "the line") { $0.cursor.column == "In [1]: s = '".count + 5 * 2 + 1 }
        for _ in 0..<3 { try terminal.send("\u{1B}[D") }
        try terminal.wait(for: "three to the left") { $0.cursor.column == "In [1]: s = '".count + 3 * 2 }
        try terminal.send("字")
        try terminal.wait(for: "one inserted") {
            $0.line(0 + $0.cursor.row) == "In [1]: s = '変体仮字名\u{1B002}'" && $0.cursor.column == "In [1]: s = '".count + 4 * 2
        }
        try terminal.send("\r")
        try terminal.waitForPrompt(2)
        try terminal.run("len(s), s", 2)
        #expect(terminal.picture.text.contains("Out[2]: (6, '変体仮字名\u{1B002}')"))
    }

    @Test func combiningMarksTakeNoRoom() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("'か\u{3099}' + 'x'")
        try terminal.wait(for: "the line") { $0.cursor.column == "In [1]: ".count + 2 + 2 + 6 }
        for _ in 0..<6 { try terminal.send("\u{1B}[D") }
        try terminal.wait(for: "six to the left") { $0.cursor.column == "In [1]: ".count + 4 }
        try terminal.send("\u{1B}[D\u{1B}[D")
        try terminal.wait(for: "on the letter with its mark") { $0.cursor.column == "In [1]: ".count + 1 }
        try terminal.send("\r")
        try terminal.waitForPrompt(2)
        #expect(terminal.picture.text.contains("Out[1]: 'か\u{3099}x'"))
    }

    @Test func exitCodesAreKept() throws {
        for (line, code) in [("exit", 0), ("exit 3", 3), ("exit(4)", 4), ("import sys; sys.exit(5)", 5), ("quit()", 0)]
            as [(String, Int32)]
        {
            let home = try TemporaryFolder()
            let terminal = try PseudoTerminal(in: home.url)
            try terminal.waitForPrompt(1)
            try terminal.send(line + "\r")
            #expect(try terminal.waitForExit() == code, "\(line)")
        }
    }

    @Test func inputReadsALineAndControlCEndsIt() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("name = input('name? ')\r")
        try terminal.wait(for: "question") { $0.line($0.cursor.row) == "name?" }
        try terminal.send("仮名\r")
        try terminal.waitForPrompt(2)
        try terminal.run("name", 2)
        #expect(terminal.picture.text.contains("Out[2]: '仮名'"))
        try terminal.send("input('again? ')\r")
        try terminal.wait(for: "question") { $0.line($0.cursor.row) == "again?" }
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(4)
    }

    @Test func pastesRunAtEnterOnly() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send(PseudoTerminal.pasted("for i in range(2):\n    print('line', i)\n\nprint('end')\n"))
        try terminal.wait(for: "the paste") { $0.line($0.cursor.row).hasSuffix("print('end')") }
        #expect(!terminal.picture.text.contains("line 0"))
        try terminal.send("\r")
        try terminal.waitForPrompt(2)
        #expect(terminal.picture.text.contains("line 0\nline 1\nend\n"))
    }

    @Test func pagesCanBePastedBack() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send(
            PseudoTerminal.pasted("In [7]: def f(x):\n   ...:     return x + 1\n   ...: \nIn [8]: f(41)\nOut[8]: 42\n"))
        try terminal.wait(for: "the code alone") { $0.line($0.cursor.row) == "f(41)" }
        try terminal.send("\r")
        // Each of its inputs is one here.
        try terminal.waitForPrompt(3)
        #expect(terminal.picture.text.contains("In [2]: f(41)\nOut[2]: 42\n"))
    }

    @Test func tenThousandLinesCanBePasted() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        let lines = (0..<10_000).map { "x\($0) = \($0)" }.joined(separator: "\n")
        try terminal.send(PseudoTerminal.pasted(lines))
        try terminal.wait(seconds: PseudoTerminal.long, for: "the last line") { $0.line($0.cursor.row).hasSuffix("x9999 = 9999") }
        try terminal.send("\r")
        try terminal.waitForPrompt(2, seconds: PseudoTerminal.long)
        try terminal.run("x0 + x9999", 2)
        #expect(terminal.picture.text.contains("Out[2]: 9999"))
    }

    @Test func theWindowMayChangeItsSize() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url, columns: 60)
        try terminal.waitForPrompt(1)
        terminal.resize(columns: 30, rows: 20)
        try terminal.send("value = 'あいうえおかきくけこさしすせそ'")
        // 8 + 9 cells of letters, 30 of kana, one quote: the second row holds what 30 columns do not.
        try terminal.wait(for: "the wrapped line") {
            $0.cursor.column == (8 + 9 + 30 + 1) - 29 || $0.cursor.column == (8 + 9 + 30 + 1) - 30
        }
        try terminal.send("\r")
        try terminal.waitForPrompt(2)
        terminal.resize(columns: 100, rows: 30)
        try terminal.run("len(value)", 2)
        #expect(terminal.picture.text.contains("Out[2]: 15"))
    }

    @Test func theTerminalGetsItsSettingsBack() throws {
        let home = try TemporaryFolder()
        for signal in [SIGTERM, SIGSEGV] {
            let terminal = try PseudoTerminal(in: home.url)
            try terminal.waitForPrompt(1)
            kill(terminal.process, signal)
            #expect(try terminal.waitForExit() == 128 + signal)
            // Bracketed paste is switched off again.
            #expect(String(decoding: terminal.bytes, as: UTF8.self).hasSuffix("\u{1B}[?2004l"))
        }
    }
}
