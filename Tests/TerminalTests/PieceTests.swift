import Terminal
import Testing

/// Parts of the prompt that need no terminal.
@Suite struct PieceTests {
    @Test(arguments: [
        ("x = 1", "x = 1"), ("  x = 1", "  x = 1"), ("x = 1\r\ny = 2\r\n\r\n", "x = 1\ny = 2"),
        (">>> def f(x):\n...     return x\n... \n>>> f(1)\n1\n", "def f(x):\n    return x\nf(1)"),
        ("cdm> x = 1\ncdm> for i in range(2):\n...>     i\n0\n", "x = 1\nfor i in range(2):\n    i"),
        ("#~ x = 1\nx\n", "x = 1\nx"), ("#~ cdm> x = 1\ncdm> x\n1\n", "x = 1\nx"),
        ("In [3]: x = 1\n\nIn [4]: x\nOut[4]: 1\n", "x = 1\nx"),
        ("    if a:\n        b()\n    c()", "if a:\n    b()\nc()"), ("if a:\n    b()", "if a:\n    b()"),
        ("print('>>> not a prompt')", "print('>>> not a prompt')"), ("\"\"\"\n    text\n\"\"\"", "\"\"\"\n    text\n\"\"\""),
    ])
    func pastes(text: String, expected: String) { #expect(Paste.cleaned(text) == expected) }

    @Test(
        arguments: [
            (["TERM": "xterm-kitty"], PictureWay.kitty), (["TERM": "xterm", "KITTY_WINDOW_ID": "1"], .kitty),
            (["TERM_PROGRAM": "iTerm.app"], .iterm),
            (["TERM_PROGRAM": "WezTerm"], .iterm), (["TERM": "dumb"], .off), (["TERM": "xterm"], nil),
            (["TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"], nil),
            (["TERM": "xterm-kitty", "CARPEDM_IMAGES": "block"], .block), (["CARPEDM_IMAGES": "none"], .off),
        ] as [([String: String], PictureWay?)])
    func terminalsAreKnown(environment: [String: String], expected: PictureWay?) {
        #expect(PictureSupport.known(environment) == expected)
    }

    /// What terminals answer to the question.
    @Test(arguments: [
        ("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;c", PictureWay.kitty), ("\u{1B}[?62;4;6;22c", .sixel), ("\u{1B}[?1;2c", .block),
        ("", .block),
    ])
    func answers(text: String, expected: PictureWay) { #expect(PictureSupport.reading(text) == expected) }

    /// Keys that were pressed while the question was out are told from the answer.
    @Test func answersAreToldFromKeys() {
        let (answer, typed) = PictureSupport.parts(Array("ab\u{1B}_Gi=31;OK\u{1B}\\c仮\u{1B}[?62;4c\r".utf8))
        #expect(answer == "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;4c")
        #expect(typed == Array("abc仮\r".utf8))
        #expect(PictureSupport.parts(Array("かc\r".utf8)).typed == Array("かc\r".utf8))
    }

    @Test(
        arguments: [
            (ColorChoice.always, [:], true), (.never, ["CLICOLOR_FORCE": "1"], false), (.auto, ["CLICOLOR_FORCE": "1"], true),
            (.auto, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false), (.auto, ["CLICOLOR_FORCE": "0"], false),
            (.auto, ["NO_COLOR": ""], false),
        ] as [(ColorChoice, [String: String], Bool)])
    func colours(choice: ColorChoice, environment: [String: String], expected: Bool) {
        // A descriptor that is no terminal.
        #expect(choice.isOn(for: -1, environment: environment) == expected)
    }
}
