import Foundation
import Testing

/// Completion, help, editor, shell, pictures, configuration: as they are at the prompt.
@Suite struct ServiceTests {
    @Test func tabCompletesAndLists() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("import math", 1)
        try terminal.send("math.sq\t")
        try terminal.wait(for: "the only candidate") { $0.line($0.cursor.row) == "In [2]: math.sqrt(" }
        try terminal.send("16)\r")
        try terminal.waitForPrompt(3)
        #expect(terminal.picture.text.contains("Out[2]: 4.0"))
        // Several: what they share, then the list below, and the line again.
        try terminal.send("math.is\t\t\t")
        try terminal.wait(for: "the list") {
            $0.text.contains("isclose") && $0.text.contains("isnan") && $0.line($0.cursor.row) == "In [3]: math.is"
        }
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(3)
        // At the start of a line it is an indentation.
        try terminal.send("\t1\r")
        try terminal.wait(forText: "unexpected indentation")
    }

    @Test func argumentsAndChoicesAreCompleted() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("from carpedm.util import registry", 1)
        try terminal.run("from carpedm import train", 2)
        try terminal.send("registry.task('ocr_single\t")
        try terminal.wait(for: "the task") { $0.line($0.cursor.row).hasPrefix("In [3]: registry.task('ocr_single_kana'") }
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(3)
        try terminal.send("train.HParams(optim\t'mom\t")
        try terminal.wait(for: "the optimizer") { $0.line($0.cursor.row) == "In [3]: train.HParams(optimizer='momentum'" }
    }

    @Test func helpIsShown() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("len?", 1)
        #expect(terminal.picture.text.contains("len(obj, /)"))
        try terminal.run("%time?", 2)
        #expect(terminal.picture.text.contains("Run code once and say how long it took."))
    }

    @Test func inputsAreEditedInTheEditor() throws {
        let home = try TemporaryFolder(["editor.sh": "#!/bin/sh\nsed -i 's/one/仮名/' \"$1\"\n"])
        let terminal = try PseudoTerminal(in: home.url, environment: ["EDITOR": "sh editor.sh"])
        try terminal.waitForPrompt(1)
        try terminal.run("'one' + 'two'", 1)
        try terminal.send("%edit\r")
        // What the editor saved stands at the next prompt, to be run or changed.
        try terminal.wait(for: "the changed input") { $0.line($0.cursor.row) == "In [3]: '仮名' + 'two'" }
        try terminal.send("\r")
        try terminal.waitForPrompt(4)
        #expect(terminal.picture.text.contains("Out[3]: '仮名two'"))
    }

    @Test func linesOfTheShellRun() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("!echo 'from the shell'; exit 3", 1)
        #expect(terminal.picture.text.contains("\nfrom the shell\n"))
        try terminal.run("_exit_code", 2)
        #expect(terminal.picture.text.contains("Out[2]: 3"))
        // Ctrl-C ends the command, not the session.
        try terminal.send("!echo begun; exec sleep 100\r")
        try terminal.wait(forText: "\nbegun\n")
        try terminal.send(PseudoTerminal.controlC)
        try terminal.waitForPrompt(4)
    }

    @Test func configAndStartUpAreRead() throws {
        let files = [
            ".config/carpedm/config.cdm": "images = \"off\"\nhistory_size = 7\nnonsense = 1\n",
            ".config/carpedm/startup.cdm": "import math\nready = '準備'\n",
        ]
        let home = try TemporaryFolder(files)
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        #expect(terminal.picture.text.contains("there is no option 'nonsense'"))
        try terminal.run("ready, math.pi > 3", 1)
        #expect(terminal.picture.text.contains("Out[1]: ('準備', True)"))
        try terminal.run("%config history_size", 2)
        #expect(terminal.picture.text.contains("history_size = 7  (config file;"))
        let bare = try PseudoTerminal(in: home.url, arguments: ["--no-config"])
        try bare.waitForPrompt(1)
        try bare.send("ready\r")
        try bare.wait(forText: "E0201")
        #expect(!bare.picture.text.contains("nonsense"))
    }

    @Test func picturesAreDrawn() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("%config images=block", 1)
        try terminal.run("import carpedm as dm", 2)
        try terminal.run("from carpedm import tensor as T", 3)
        try terminal.send("dm.data.show(T.zeros((16, 24)))\r")
        try terminal.waitForPrompt(5)
        #expect(terminal.picture.text.contains("▀▀▀▀▀▀"), "\(terminal.picture.text)")
    }

    /// In each way that a person may choose; the bytes are those of the terminals' own languages.
    @Test(arguments: [("kitty", "\u{1B}_G"), ("iterm", "\u{1B}]1337;File="), ("sixel", "\u{1B}P"), ("off", "")])
    func theWayOfPicturesCanBeChosen(way: String, mark: String) throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("%config images=\(way)", 1)
        try terminal.run("import carpedm as dm", 2)
        try terminal.run("dm.data.show(dm.tensor.zeros((16, 24)))", 3)
        let text = String(decoding: terminal.bytes, as: UTF8.self)
        for other in ["\u{1B}_G", "\u{1B}]1337;File=", "\u{1B}P"] { #expect(text.contains(other) == (other == mark), "\(way)") }
        #expect(!text.contains("▀"))
    }

    /// The terminal's answer never becomes a key, and keys never get lost in it.
    @Test func theTerminalIsAskedWhatItCanDraw() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url)
        try terminal.waitForPrompt(1)
        try terminal.run("import carpedm as dm", 1)
        try terminal.send("dm.data.show(dm.tensor.zeros((16, 24)))\r")
        try terminal.wait(for: "the question") { _ in terminal.bytes.suffix(3).elementsEqual("\u{1B}[c".utf8) }
        try terminal.send("6 *\u{1B}[?62;4;22c 7\r")
        try terminal.waitForPrompt(4)
        #expect(terminal.picture.text.contains("In [3]: 6 * 7\nOut[3]: 42"), "\(terminal.picture.text)")
        #expect(String(decoding: terminal.bytes, as: UTF8.self).contains("\u{1B}P"))
        // One that comes late.
        try terminal.run("\u{1B}[?1;2c8", 4)
        #expect(terminal.picture.text.contains("In [4]: 8\nOut[4]: 8"), "\(terminal.picture.text)")
    }

    @Test func coloursAreOffOnRequest() throws {
        let home = try TemporaryFolder()
        for (environment, isOn) in [([:], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false)]
            as [([String: String], Bool)]
        {
            let terminal = try PseudoTerminal(in: home.url, environment: environment)
            try terminal.waitForPrompt(1)
            try terminal.run("1 / 0", 1)
            #expect(String(decoding: terminal.bytes, as: UTF8.self).contains("\u{1B}[1;31m") == isOn, "\(environment)")
        }
    }
}
