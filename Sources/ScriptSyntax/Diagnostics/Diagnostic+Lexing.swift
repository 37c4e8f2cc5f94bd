/// Texts about characters, tokens and literals.
extension Diagnostic {
    static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func character(_ byte: UInt8) -> String { String(Unicode.Scalar(byte)) }

    static func invalidUTF8(_ span: SourceSpan, byte: UInt8) -> Diagnostic {
        Diagnostic(
            .invalidUTF8, "the source is not UTF-8: byte 0x\(String(byte, radix: 16)) cannot stand here", span,
            help: "Save the file with the encoding UTF-8.")
    }

    static func nullByte(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .nullByte, "the source contains a null byte", span,
            help: "Remove it; the file may not be text, or be saved as UTF-16.")
    }

    /// A source of more bytes than the limit.
    public static func sourceTooLong(_ bytes: Int, limit: Int) -> Diagnostic {
        Diagnostic(
            .sourceTooLong, "the source has \(bytes) bytes; the limit is \(limit)", .zero,
            help: "Split it into several files, or keep data in a data file.")
    }

    static func foreignEncoding(_ span: SourceSpan, name: String) -> Diagnostic {
        Diagnostic(
            .foreignEncoding, "the source declares the encoding '\(name)'; only UTF-8 is read", span,
            help: "Save the file as UTF-8 and remove the declaration.")
    }

    static func invalidCharacter(_ scalar: Unicode.Scalar, _ span: SourceSpan) -> Diagnostic {
        let isVisible = scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
        return Diagnostic(
            .invalidCharacter, "invalid character \(isVisible ? "'\(scalar)' (\(hex(scalar)))" : hex(scalar))", span,
            help: isVisible
                ? "Outside strings and comments only letters, digits, operators and brackets may stand."
                : "It cannot be seen, but it is there; delete it.",
            fixes: isVisible ? [] : [Fix("delete it", [Edit(span, "")])])
    }

    static func fullWidth(_ characters: [(edit: Edit, scalar: Unicode.Scalar)]) -> Diagnostic {
        let first = characters[0]
        let meant = first.edit.replacement
        let what = FullWidth.isFullWidth(first.scalar) ? "full-width" : "typographic"
        let message =
            first.scalar == "\u{3000}"
            ? "full-width space (U+3000); did you mean an ASCII space?"
            : meant == " "
                ? "unusual space (\(hex(first.scalar))); did you mean an ASCII space?"
                : "\(what) '\(first.scalar)' (\(hex(first.scalar))); did you mean '\(meant)'?"
        return Diagnostic(
            .fullWidth, message, first.edit.span,
            secondary: characters.dropFirst().map { Label($0.edit.span) },
            help: "'carpedm fix' replaces such characters by their ASCII forms.",
            fixes: [Fix("write ASCII characters", characters.map(\.edit))])
    }

    static func tabInIndentation(_ first: SourceSpan, all: [SourceSpan]) -> Diagnostic {
        Diagnostic(
            .tabInIndentation, "a tab in indentation", first,
            notes: ["how wide a tab is depends on the editor, so the structure of the program would too"],
            help: "Indent with four spaces a level; 'carpedm fix' does it.",
            fixes: [Fix("write four spaces for each tab", all.map { Edit($0, "    ") })])
    }

    static func inconsistentDedent(_ span: SourceSpan, to column: Int) -> Diagnostic {
        Diagnostic(
            .inconsistentDedent, "this line is indented less than the block above, but like none around it", span,
            help: "Indent it like the line that it should follow; the block around begins at column \(column + 1).")
    }

    static func tooManyIndents(_ span: SourceSpan, limit: Int) -> Diagnostic {
        Diagnostic(
            .nestingTooDeep, "more than \(limit) levels of indentation", span,
            help: "Move inner blocks into functions of their own.")
    }

    static func nestingTooDeep(_ span: SourceSpan, limit: Int) -> Diagnostic {
        Diagnostic(
            .nestingTooDeep, "expressions nested more than \(limit) levels deep", span,
            help: "Give parts of the expression names of their own.")
    }

    static func treeTooDeep(_ span: SourceSpan, limit: Int) -> Diagnostic {
        Diagnostic(
            .nestingTooDeep, "a chain of more than \(limit) operators, calls or branches", span,
            help: "Use a list and a loop, sum(...), ''.join(...) or a dict instead.")
    }

    static func unterminatedString(_ quote: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unterminatedString, "this string is not closed on its line", quote, label: "opened here",
            help: "Close it with the same quote, or use triple quotes for text of several lines.")
    }

    static func unterminatedTripleString(_ quotes: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unterminatedTripleString, "this triple-quoted string is never closed", quotes, label: "opened here",
            help: "Close it with the same three quotes.")
    }

    static func unclosedBracket(_ byte: UInt8, _ span: SourceSpan) -> Diagnostic {
        let partner = byte == 40 ? ")" : byte == 91 ? "]" : "}"
        return Diagnostic(
            .unclosedBracket, "'\(character(byte))' was never closed", span, label: "opened here",
            help: "Write the '\(partner)' that belongs to it.")
    }

    static func unmatchedBracket(_ byte: UInt8, _ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unmatchedBracket, "'\(character(byte))' closes nothing", span,
            help: "Remove it, or write the bracket that it should close.")
    }

    static func mismatchedBracket(
        _ byte: UInt8, _ span: SourceSpan, open: UInt8, _ openSpan: SourceSpan
    ) -> Diagnostic {
        let partner = open == 40 ? ")" : open == 91 ? "]" : "}"
        return Diagnostic(
            .mismatchedBracket, "'\(character(byte))' does not close '\(character(open))'", span,
            label: "expected '\(partner)'", secondary: [Label(openSpan, "opened here")],
            help: "Close brackets in the reverse order of opening them.")
    }

    static func strayBackslash(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .strayBackslash, "something follows the '\\' that joins lines", span,
            help: "A backslash outside strings must be the last character of its line.")
    }

    static func backslashAtEnd(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .strayBackslash, "the source ends behind a '\\' that should join lines", span,
            help: "Remove the backslash, or write the line that continues the statement.")
    }

    static func invalidNumber(_ span: SourceSpan, _ kind: String) -> Diagnostic {
        Diagnostic(
            .invalidNumber, "invalid \(kind) literal", span,
            help: "Put a space or an operator between a number and a name; an underscore may only stand between digits.")
    }

    static func digitOutsideRadix(_ span: SourceSpan, _ kind: String) -> Diagnostic {
        Diagnostic(
            .invalidNumber, "this digit cannot stand in \(kind == "octal" ? "an octal" : "a \(kind)") literal", span,
            help: kind == "octal" ? "Octal digits are 0 to 7." : "Binary digits are 0 and 1.")
    }

    static func leadingZeros(_ span: SourceSpan, digits: String) -> Diagnostic {
        let stripped = String(digits.drop { $0 == "0" || $0 == "_" })
        let isOctal = !stripped.contains { $0 == "8" || $0 == "9" }
        return Diagnostic(
            .leadingZeros, "a decimal number cannot begin with 0", span,
            help: "Write \(stripped)" + (isOctal ? ", or 0o\(stripped) if an octal number is meant." : "."))
    }

    static func complexLiteral(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .complexLiteral, "complex numbers are not in the language", span,
            help: "Keep the real and the imaginary part in two floats.")
    }

    static func hugeDecimal(_ span: SourceSpan, digits: Int, limit: Int) -> Diagnostic {
        Diagnostic(
            .hugeDecimal, "a decimal literal of \(digits) digits; the limit is \(limit)", span,
            help: "Write the number in hexadecimal (0x...), which can be read in linear time.")
    }

    static func truncatedEscape(_ span: SourceSpan, digits: Int) -> Diagnostic {
        Diagnostic(
            .invalidEscape, "this escape needs \(digits) hexadecimal digits", span,
            help: "Write all the digits, or r'...' for a string in which a backslash is just a backslash.")
    }

    static func escapeOutsideUnicode(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .invalidEscape, "this escape is beyond the last character, U+10FFFF", span,
            help: "Use a code point from 0 to 10FFFF.")
    }

    static func malformedNameEscape(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .invalidEscape, "'\\N' needs the name of a character in braces", span,
            help: "Write for example \\N{HIRAGANA LETTER A}, or r'...' for a string in which a backslash is just a backslash.")
    }

    static func unknownCharacterName(_ span: SourceSpan, _ name: String) -> Diagnostic {
        Diagnostic(
            .invalidEscape, "there is no character named '\(name)'", span,
            help: "unicodedata.name(c) gives the name of a character.")
    }

    static func nonASCIIBytes(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .nonASCIIBytes, "a bytes literal can only hold ASCII characters", span,
            help: "Write the bytes as \\x escapes, or 'text'.encode('utf-8').")
    }

    static func mixedBytes(_ span: SourceSpan, _ first: SourceSpan) -> Diagnostic {
        Diagnostic(
            .mixedBytes, "bytes and text cannot be joined", span, secondary: [Label(first, "the string begins here")],
            help: "Give all the parts the prefix b, or none.")
    }

    // MARK: - f-strings

    static func emptyField(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .emptyField, "an f-string's braces need an expression", span,
            help: "Write an expression between the braces, or {{ and }} for the braces themselves.")
    }

    static func backslashInField(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .backslashInField, "an f-string's expression cannot contain a backslash", span,
            help: "Give the part with the backslash a name before the string, and use the name.")
    }

    static func commentInField(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .commentInField, "an f-string's expression cannot contain '#'", span,
            help: "Give the expression a name before the string, and use the name.")
    }

    static func singleBrace(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .singleBrace, "a single '}' in an f-string", span, help: "Write }} for the brace itself.",
            fixes: [Fix("double the brace", [Edit(span, "}}")])])
    }

    static func unclosedField(_ open: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unclosedField, "this '{' of an f-string is not closed by '}'", open, label: "opened here",
            help: "Write the '}', or {{ for the brace itself; quotes inside must differ from those around.")
    }

    static func unknownConversion(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unknownConversion, "unknown conversion in an f-string", span,
            help: "Write !r, !s or !a.")
    }

    static func formatTooDeep(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .formatTooDeep, "fields of an f-string nested more than two levels deep", span,
            help: "Give the inner format a name before the string, and use the name.")
    }
}
