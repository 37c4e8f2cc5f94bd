import Foundation
import Testing

/// Keys beside those that write: searching, the person's own key file, names of characters, Ctrl-C pressed again and again.
@Suite struct KeyTests {
    @Test func controlRAndControlSSearch() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("alpha = 'first'", 1)
        try terminal.run("beta = 2", 2)
        try terminal.run("alpha = 'second'", 3)
        try terminal.send("\u{12}alpha")
        try terminal.wait(for: "the newest") { $0.line($0.cursor.row).hasSuffix("alpha = 'second'") }
        try terminal.send("\u{12}")
        try terminal.wait(for: "the one before") { $0.line($0.cursor.row).hasSuffix("alpha = 'first'") }
        // Forwards again: the key does not stop the terminal.
        try terminal.send("\u{13}")
        try terminal.wait(for: "the same, forwards") { $0.line($0.cursor.row).hasPrefix("(i-search)`alpha': alpha = 'first'") }
        try terminal.send("\u{13}")
        try terminal.wait(for: "the newest again") { $0.line($0.cursor.row).hasSuffix("alpha = 'second'") }
        try terminal.send("\r")
        try terminal.waitForPrompt(5)
        try terminal.run("alpha", 5)
        #expect(terminal.picture.text.contains("Out[5]: 'second'"))
    }

    @Test func theKeyFileOfThePersonHolds() throws {
        let home = try TemporaryFolder(["keys": "\"\\C-t\": \"6 * 7\"\n\"\\e[A\": beginning-of-line\n\"\\C-i\": \"0\"\n"])
        let terminal = try PseudoTerminal(in: home.url, environment: ["INPUTRC": home.url.path + "/keys"])
        try terminal.waitForPrompt(1)
        try terminal.run("\u{14}", 1)
        #expect(terminal.picture.text.contains("Out[1]: 42"))
        // A key that it gives to something else is not taken away from it.
        try terminal.send("2\u{1B}[A4\t")
        try terminal.wait(for: "figures in front") { $0.line($0.cursor.row) == "In [2]: 402" }
    }

    @Test func charactersAreFoundByNumberAndName() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("'\\u{1B002}\t\\u304B\t")
        try terminal.wait(for: "both characters") { $0.line($0.cursor.row) == "In [1]: '\u{1B002}か" }
        #expect(terminal.picture.cursor.column == "In [1]: '".count + 4)
        try terminal.send("\\N{HENTAIGANA LETTER KA-11}\t'\r")
        try terminal.waitForPrompt(2)
        try terminal.run("[ord(c) > 0xFFFF for c in _]", 2)
        #expect(terminal.picture.text.contains("Out[2]: [True, False, True]"))
    }

    /// The locale of many servers knows no Japanese: the prompt does all the same.
    @Test func wideTextNeedsNoLocale() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url, environment: ["LC_ALL": "C"])
        try terminal.waitForPrompt(1)
        try terminal.send("'変体'")
        try terminal.wait(for: "the line") { $0.line($0.cursor.row) == "In [1]: '変体'" && $0.cursor.column == 8 + 6 }
        try terminal.send("\u{1B}[D\u{1B}[D")
        try terminal.wait(for: "two to the left") { $0.cursor.column == 8 + 3 }
        try terminal.send("\u{7F}\r")
        try terminal.waitForPrompt(2)
        #expect(terminal.picture.text.contains("Out[1]: '体'"))
    }

    /// Code that hears nothing is ended by pressing again, with a word about what is kept.
    @Test func controlCPressedAgainEndsAtOnce() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        // The program waits for a command that does not hear the key either.
        try terminal.send("lines = !trap '' INT; echo begun >&2; exec sleep 1000\r")
        try terminal.wait(forText: "\nbegun\n")
        // Presses within 150 ms are those of a key that is held down.
        while !terminal.hasEnded() {
            try terminal.send(PseudoTerminal.controlC)
            terminal.listen(seconds: 0.3)
        }
        #expect(try terminal.waitForExit() == 130)
        #expect(terminal.picture.text.contains("interrupted twice: ended at once. Inputs are in the history file"))
        let history = try String(contentsOf: home.url.appendingPathComponent(ReplProgram.history), encoding: .utf8)
        #expect(history.contains("exec sleep 1000"))
    }

    /// Output without end does not hold the prompt up.
    @Test func controlCEndsAFloodOfText() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.send("while True: print('変体仮名' * 20)\r\r")
        try terminal.wait(for: "text") { $0.line(0).hasPrefix("変体仮名") }
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(2)
        try terminal.run("1 + 1", 2)
        #expect(terminal.picture.text.contains("Out[2]: 2"))
    }
}
