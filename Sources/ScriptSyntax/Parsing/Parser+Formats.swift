/// The literal text and the fields of adjacent strings.
struct StringPieces {
    let unicodePrefix: Bool
    var isFormatted = false
    var text = TextBuilder()
    var values: [ExpressionNode] = []
    var height = 1

    init(unicodePrefix: Bool) { self.unicodePrefix = unicodePrefix }

    /// Turns the pending text into a constant.
    mutating func flush() {
        guard !text.points.isEmpty else { return }
        let span = SourceSpan(start: text.start ?? text.end, end: text.end)
        values.append(ExpressionNode(.constant(text.value, unicodePrefix: unicodePrefix), span))
        text = TextBuilder()
    }
}

/// A position inside the quotes of an f-string.
struct FormatReader {
    var position: Int
    let end: Int
    let isRaw: Bool

    /// `!`, `:`, `=`, `<`, `>` and `}`.
    static func mayEndField(_ byte: UInt8) -> Bool {
        switch byte {
        case 33, 58, 60, 61, 62, 125: true
        default: false
        }
    }
}

/// f-strings, by the rules of CPython 3.11: an expression has no backslash, no comment and not the string's own quotes.
extension Parser {
    /// Reads text and fields up to the end, or inside a format spec (`level` > 0) up to its `}`.
    mutating func readFormat(
        _ reader: inout FormatReader, level: Int, into pieces: inout StringPieces
    ) throws(ParseFailure) {
        while reader.position < reader.end {
            try readLiteral(&reader, level: level, into: &pieces)
            guard reader.position < reader.end else { return }
            if source.utf8[reader.position] == 125 { return }
            try readField(&reader, level: level, into: &pieces)
        }
    }

    /// Text up to a field, the end, or the `}` that ends a format spec.
    private mutating func readLiteral(
        _ reader: inout FormatReader, level: Int, into pieces: inout StringPieces
    ) throws(ParseFailure) {
        var start = reader.position
        while reader.position < reader.end {
            let byte = source.utf8[reader.position]
            if byte == 92, !reader.isRaw {
                skipEscape(&reader)
                continue
            }
            guard byte == 123 || byte == 125 else {
                reader.position += 1
                continue
            }
            let isDoubled = reader.position + 1 < reader.end && source.utf8[reader.position + 1] == byte
            if level == 0, isDoubled {
                try decode(start..<reader.position + 1, isRaw: reader.isRaw, into: &pieces.text)
                reader.position += 2
                start = reader.position
                continue
            }
            if level == 0, byte == 125 {
                throw fail(.singleBrace(SourceSpan(reader.position..<reader.position + 1)))
            }
            break
        }
        try decode(start..<reader.position, isRaw: reader.isRaw, into: &pieces.text)
    }

    /// A backslash hides no brace, except in `\N{...}`.
    private func skipEscape(_ reader: inout FormatReader) {
        let next = reader.position + 1
        guard next < reader.end else {
            reader.position = reader.end
            return
        }
        let letter = source.utf8[next]
        if letter == 78, next + 1 < reader.end, source.utf8[next + 1] == 123 {
            let close = source.utf8[next..<reader.end].firstIndex(of: 125)
            reader.position = (close ?? reader.end - 1) + 1
        } else {
            reader.position = letter == 123 || letter == 125 ? next : next + 1
        }
    }

    /// `{expression=!r:spec}`
    private mutating func readField(
        _ reader: inout FormatReader, level: Int, into pieces: inout StringPieces
    ) throws(ParseFailure) {
        let open = SourceSpan(reader.position..<reader.position + 1)
        if level >= 2 { throw fail(.formatTooDeep(open)) }
        reader.position += 1
        let start = reader.position
        try findFieldEnd(&reader, open)
        let range = start..<reader.position
        let value = try parseEmbedded(range, open)
        var tallest = height
        var selfText: Range<Int>?
        if reader.position < reader.end, source.utf8[reader.position] == 61 {
            reader.position += 1
            skipBlanks(&reader)
            selfText = start..<reader.position
        }
        var conversion = try readConversion(&reader, open)
        var spec: ExpressionNode?
        if reader.position < reader.end, source.utf8[reader.position] == 58 {
            reader.position += 1
            spec = try readSpec(&reader, level: level, pieces.unicodePrefix)
            tallest = max(tallest, height)
        }
        guard reader.position < reader.end, source.utf8[reader.position] == 125 else {
            throw fail(.unclosedField(open))
        }
        reader.position += 1
        if let selfText {
            try decode(selfText, isRaw: true, into: &pieces.text)
            if spec == nil, conversion == .none { conversion = .repr }
        }
        pieces.flush()
        let field = FormattedValueNode(value: value, conversion: conversion, formatSpec: spec)
        let span = SourceSpan(start: open.start, end: Int32(clamping: reader.position))
        pieces.values.append(ExpressionNode(.formattedValue(field), span))
        pieces.height = max(pieces.height, tallest + 1)
    }

    private func skipBlanks(_ reader: inout FormatReader) {
        while reader.position < reader.end {
            switch source.utf8[reader.position] {
            case 32, 9, 10, 11, 12, 13: reader.position += 1
            default: return
            }
        }
    }

    private mutating func readConversion(
        _ reader: inout FormatReader, _ open: SourceSpan
    ) throws(ParseFailure) -> FormattedValueNode.Conversion {
        guard reader.position < reader.end, source.utf8[reader.position] == 33 else { return .none }
        reader.position += 1
        guard reader.position < reader.end else { throw fail(.unclosedField(open)) }
        let letter = source.utf8[reader.position]
        guard letter != 0, let conversion = FormattedValueNode.Conversion(rawValue: letter) else {
            throw fail(.unknownConversion(SourceSpan(reader.position..<reader.position + 1)))
        }
        reader.position += 1
        guard reader.position < reader.end, source.utf8[reader.position] == 58 || source.utf8[reader.position] == 125
        else { throw fail(.unclosedField(open)) }
        return conversion
    }

    private mutating func readSpec(
        _ reader: inout FormatReader, level: Int, _ unicodePrefix: Bool
    ) throws(ParseFailure) -> ExpressionNode {
        let start = reader.position
        var pieces = StringPieces(unicodePrefix: unicodePrefix)
        try readFormat(&reader, level: level + 1, into: &pieces)
        pieces.flush()
        try grow(to: pieces.height + 1)
        return ExpressionNode(.joinedStr(pieces.values), SourceSpan(start..<reader.position))
    }

    /// Moves to the `=`, `!`, `:` or `}` that ends the expression of a field.
    private mutating func findFieldEnd(_ reader: inout FormatReader, _ open: SourceSpan) throws(ParseFailure) {
        var brackets: [(byte: UInt8, offset: Int)] = []
        var quote: (byte: UInt8, count: Int, offset: Int)?
        while reader.position < reader.end {
            let byte = source.utf8[reader.position]
            let here = SourceSpan(reader.position..<reader.position + 1)
            if byte == 92 { throw fail(.backslashInField(here)) }
            if let inside = quote {
                if byte == inside.byte, quoteCount(at: reader, byte) >= inside.count {
                    reader.position += inside.count
                    quote = nil
                } else {
                    reader.position += 1
                }
                continue
            }
            if brackets.isEmpty, FormatReader.mayEndField(byte) {
                let next = reader.position + 1 < reader.end ? source.utf8[reader.position + 1] : 0
                if next == 61, byte != 58, byte != 125 {
                    reader.position += 2
                    continue
                }
                // A lone `<` or `>` is an operator.
                if byte != 60, byte != 62 { return }
            }
            switch byte {
            case 34, 39:
                let count = quoteCount(at: reader, byte) >= 3 ? 3 : 1
                quote = (byte, count, reader.position)
                reader.position += count
                continue
            case 40, 91, 123: brackets.append((byte, reader.position))
            case 35: throw fail(.commentInField(here))
            case 41, 93, 125: try closeInField(byte, here, &brackets)
            default: break
            }
            reader.position += 1
        }
        if let quote { throw fail(.unterminatedString(SourceSpan(quote.offset..<quote.offset + 1))) }
        if let bracket = brackets.last {
            throw fail(.unclosedBracket(bracket.byte, SourceSpan(bracket.offset..<bracket.offset + 1)))
        }
        throw fail(.unclosedField(open))
    }

    private func quoteCount(at reader: FormatReader, _ byte: UInt8) -> Int {
        var count = 0
        while count < 3, reader.position + count < reader.end, source.utf8[reader.position + count] == byte {
            count += 1
        }
        return count
    }

    private mutating func closeInField(
        _ byte: UInt8, _ here: SourceSpan, _ brackets: inout [(byte: UInt8, offset: Int)]
    ) throws(ParseFailure) {
        guard let open = brackets.popLast() else { throw fail(.unmatchedBracket(byte, here)) }
        let partner: UInt8 = byte == 41 ? 40 : byte == 93 ? 91 : 123
        if open.byte != partner {
            let span = SourceSpan(open.offset..<open.offset + 1)
            throw fail(.mismatchedBracket(byte, here, open: open.byte, span))
        }
    }

    /// Parses the expression between the braces as if it stood in parentheses.
    private mutating func parseEmbedded(_ range: Range<Int>, _ open: SourceSpan) throws(ParseFailure) -> ExpressionNode {
        let isBlank = source.utf8[range].allSatisfy { $0 == 32 || ($0 >= 9 && $0 <= 13) }
        if isBlank { throw fail(.emptyField(SourceSpan(start: open.start, end: Int32(clamping: range.upperBound + 1)))) }
        try enter()
        defer { leave() }
        var lexer = Lexer(
            bytes: source.utf8, range: range, names: names, limits: limits, isExpression: true)
        names = .lent
        lexer.run()
        names = lexer.names
        diagnostics += lexer.diagnostics
        if !lexer.diagnostics.isEmpty { firstErrorAtEnd = firstErrorAtEnd ?? false }
        embeddedFullWidth += lexer.fullWidth
        let outer = (tokens, index, current)
        tokens = lexer.tokens
        index = 0
        current = tokens[0]
        let wasEmbedded = isEmbedded
        isEmbedded = true
        defer {
            (tokens, index, current) = outer
            isEmbedded = wasEmbedded
        }
        let value = try parseEmbeddedList()
        guard current.kind == .endOfFile else { throw unexpected("'}'") }
        return value
    }

    private mutating func parseEmbeddedList() throws(ParseFailure) -> ExpressionNode {
        if current.kind == .kwYield { return try parseYield() }
        let start = current.start
        let first = current.kind == .star ? try parseStarred() : try parseNamed()
        if current.kind == .kwFor || current.kind == .kwAsync {
            let node = try parseComprehension(first, value: nil, close: nil, current)
            return ExpressionNode(.generatorExp(node), span(from: start))
        }
        guard current.kind == .comma else {
            try refuseLoneStar(first)
            return first
        }
        var elements = [first]
        var tallest = height
        while accept(.comma), current.kind != .endOfFile {
            elements.append(current.kind == .star ? try parseStarred() : try parseNamed())
            tallest = max(tallest, height)
        }
        try grow(to: tallest + 1)
        return ExpressionNode(.tuple(elements), span(from: start))
    }
}
