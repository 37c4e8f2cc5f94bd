extension DiagnosticCatalogue {
    /// So that the example of a long source need not be long.
    private static var smallLimits: SyntaxLimits {
        var limits = SyntaxLimits()
        limits.sourceBytes = 100
        return limits
    }

    static let characters: [Entry] = [
        Entry(
            .invalidUTF8, "Source that is not UTF-8", "Source files are UTF-8. The byte shown cannot occur there.",
            bytes: Array("x = '".utf8) + [0xFF] + Array("'\n".utf8), "x = 'ÿ'\n"),
        Entry(.nullByte, "A null byte in the source", "Text holds no null bytes; UTF-16 files do.", "x = 1\u{0}\n", "x = 1\n"),
        Entry(
            .sourceTooLong, "A source beyond the size limit", "The host limits the size of one source.",
            "x = 1\n" + String(repeating: "# a long text\n", count: 50), "x = 1\n", limits: smallLimits),
        Entry(
            .invalidCharacter, "An invalid character",
            "Outside strings and comments a program consists of names, numbers, operators and brackets.",
            "price = 5€\n", "price = '5€'\n"),
        Entry(
            .fullWidth, "Full-width or typographic punctuation",
            "Input methods produce characters that look like ASCII punctuation and are not. All of a line are reported at once, and can be replaced at once.",
            "濁点 ＝ （1，2）\n", "濁点 = (1,2)\n"),
        Entry(
            .tabInIndentation, "A tab in indentation",
            "How wide a tab is depends on who looks; indentation is structure and must not depend on that.",
            "if True:\n\tx = 1\n", "if True:\n    x = 1\n"),
        Entry(
            .inconsistentDedent, "A dedent to nowhere", "A line that ends a block must be indented like a line before it.",
            "if True:\n        x = 1\n    y = 2\n", "if True:\n    x = 1\n    y = 2\n"),
        Entry(
            .unclosedBracket, "A bracket that is never closed", "The opening bracket is shown, for it is the one to look at.",
            "xs = [1, 2\ndef f():\n    pass\n", "xs = [1, 2]\ndef f():\n    pass\n"),
        Entry(
            .unmatchedBracket, "A bracket that closes nothing", "There is no open bracket in front of it.",
            "x = 1)\n", "x = (1)\n"),
        Entry(
            .mismatchedBracket, "A bracket of the wrong kind", "Brackets close in the reverse order of opening, each by its own partner.",
            "x = [1, (2, 3]\n", "x = [1, (2, 3)]\n"),
        Entry(
            .nestingTooDeep, "Nesting beyond the limit",
            "Expressions nest up to 200 levels and blocks up to 100, and no chain is longer than 1,000.",
            String(repeating: "(", count: 201) + "1" + String(repeating: ")", count: 201) + "\n", "x = ((1))\n"),
        Entry(
            .strayBackslash, "A backslash that joins no lines", "Outside strings a backslash must end its line, and another line must follow.",
            "x = 1 + \\ 2\n", "x = 1 + \\\n    2\n"),
        Entry(
            .foreignEncoding, "Another encoding than UTF-8", "A coding comment may only name UTF-8.",
            "# -*- coding: shift_jis -*-\nx = 1\n", "# -*- coding: utf-8 -*-\nx = 1\n"),
    ]

    static let literals: [Entry] = [
        Entry(
            .unterminatedString, "A string that does not end on its line", "A string in single or double quotes ends on the line where it begins.",
            "print('かな)\n", "print('かな')\n"),
        Entry(
            .unterminatedTripleString, "A triple-quoted string that never ends", "It reaches to the end of the file.",
            "x = '''text\n", "x = '''text'''\n"),
        Entry(
            .invalidNumber, "A malformed number", "A letter follows the digits, or an underscore stands where no digits are around it.",
            "x = 3abc\n", "x = 3\n"),
        Entry(
            .leadingZeros, "A decimal number that begins with 0", "In other languages this means octal; here that is written 0o17.",
            "x = 017\n", "x = 0o17\n"),
        Entry(
            .invalidEscape, "A malformed escape", "\\x needs two hexadecimal digits, \\u four, \\U eight, and \\N a name in braces.",
            "x = '\\u304'\n", "x = '\\u3042'\n"),
        Entry(
            .nonASCIIBytes, "A bytes literal with other than ASCII", "Which bytes a character stands for depends on an encoding.",
            "x = b'か'\n", "x = 'か'.encode('utf-8')\n"),
        Entry(
            .mixedBytes, "Bytes beside text", "Adjacent literals are joined, which needs them to be of one kind.",
            "x = 'a' b'b'\n", "x = 'a' 'b'\n"),
        Entry(
            .hugeDecimal, "A decimal literal that is too long", "Reading decimal digits takes quadratic time, so there is a limit of 4,300.",
            "x = " + String(repeating: "9", count: 4301) + "\n", "x = 0xffff\n"),
        Entry(.emptyField, "Empty braces in an f-string", "Braces hold an expression.", "x = f'{}'\n", "x = f'{{}}'\n"),
        Entry(
            .backslashInField, "A backslash in an f-string's expression", "As in Python up to 3.11.",
            "xs = ['a']\nx = f'{\"\\n\".join(xs)}'\n", "xs = ['a']\nlines = '\\n'.join(xs)\nx = f'{lines}'\n"),
        Entry(
            .commentInField, "A comment in an f-string's expression", "It would hide the rest of the string.",
            "x = f'{1 # one}'\n", "x = f'{1}'  # one\n"),
        Entry(.singleBrace, "A single } in an f-string", "The brace itself is written twice.", "x = f'a}'\n", "x = f'a}}'\n"),
        Entry(
            .unclosedField, "A { of an f-string that is not closed", "The expression must end before the string does.",
            "y = 1\nx = f'{y'\n", "y = 1\nx = f'{y}'\n"),
        Entry(
            .unknownConversion, "An unknown conversion in an f-string", "!r uses repr, !s str and !a ascii.",
            "y = 1\nx = f'{y!z}'\n", "y = 1\nx = f'{y!r}'\n"),
        Entry(
            .formatTooDeep, "A format inside a format inside a format", "A format specification may hold fields, but theirs may not.",
            "y = 1\nx = f'{y:{y:{y}}}'\n", "y = 1\nx = f'{y:{y}}'\n"),
    ]
}
