/// Text under construction: code points, which may be lone surrogates.
struct TextBuilder {
    var points: [UInt32] = []
    /// Where the first of it stands.
    var start: Int32?
    var end: Int32 = 0

    var value: ConstantValue {
        var text = String.UnicodeScalarView()
        for point in points {
            guard let scalar = Unicode.Scalar(point) else { return .codePoints(points) }
            text.append(scalar)
        }
        return .string(String(text))
    }
}

extension Parser {
    /// Adjacent string literals, which make one.
    mutating func parseStrings() throws(ParseFailure) -> ExpressionNode {
        let first = current
        let prefix = StringPrefix(rawValue: first.value)
        if next.kind != .string, let node = plainString(first, prefix) {
            advance()
            return node
        }
        if prefix.contains(.bytes) { return try parseBytes() }
        var pieces = StringPieces(unicodePrefix: prefix.contains(.unicode))
        while current.kind == .string {
            let prefix = StringPrefix(rawValue: current.value)
            if prefix.contains(.bytes) { throw fail(.mixedBytes(current.span, first.span)) }
            try readPieces(of: current, prefix, into: &pieces)
            advance()
        }
        let span = span(from: first.start)
        guard pieces.isFormatted else {
            return ExpressionNode(.constant(pieces.text.value, unicodePrefix: pieces.unicodePrefix), span)
        }
        pieces.flush()
        try grow(to: max(height, pieces.height) + 1)
        return ExpressionNode(.joinedStr(pieces.values), span)
    }

    /// The common case: one literal without prefix and escapes.
    private func plainString(_ token: Token, _ prefix: StringPrefix) -> ExpressionNode? {
        guard prefix.rawValue & ~StringPrefix.tripleQuoted.rawValue == 0 else { return nil }
        let range = contentRange(of: token, prefix)
        for byte in source.utf8[range] where byte == 92 || byte == 13 { return nil }
        let text = String(decoding: source.utf8[range], as: UTF8.self)
        return ExpressionNode(.constant(.string(text), unicodePrefix: false), token.span)
    }

    func contentRange(of token: Token, _ prefix: StringPrefix) -> Range<Int> {
        let quotes = prefix.contains(.tripleQuoted) ? 3 : 1
        let start = Int(token.start) + prefix.letterCount + quotes
        return start..<max(start, Int(token.end) - quotes)
    }

    private mutating func readPieces(
        of token: Token, _ prefix: StringPrefix, into pieces: inout StringPieces
    ) throws(ParseFailure) {
        if prefix.contains(.typographic) { return }
        let range = contentRange(of: token, prefix)
        if prefix.contains(.format) {
            pieces.isFormatted = true
            var reader = FormatReader(position: range.lowerBound, end: range.upperBound, isRaw: prefix.contains(.raw))
            try readFormat(&reader, level: 0, into: &pieces)
        } else {
            try decode(range, isRaw: prefix.contains(.raw), into: &pieces.text)
        }
    }

    // MARK: - Escapes

    /// Appends the text of `range`, escapes resolved and line ends made `\n`.
    mutating func decode(_ range: Range<Int>, isRaw: Bool, into text: inout TextBuilder) throws(ParseFailure) {
        if range.isEmpty { return }
        text.start = text.start ?? Int32(clamping: range.lowerBound)
        text.end = Int32(clamping: range.upperBound)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let byte = source.utf8[offset]
            if byte == 92, !isRaw {
                try decodeEscape(&offset, range.upperBound, into: &text.points)
            } else if byte == 13 {
                text.points.append(10)
                offset += offset + 1 < range.upperBound && source.utf8[offset + 1] == 10 ? 2 : 1
            } else if byte < 0x80 {
                text.points.append(UInt32(byte))
                offset += 1
            } else {
                let (scalar, length) = scalar(at: offset, before: range.upperBound)
                text.points.append(scalar.value)
                offset += length
            }
        }
    }

    private func scalar(at offset: Int, before end: Int) -> (Unicode.Scalar, Int) {
        let first = source.utf8[offset]
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard offset + length <= end else { return ("\u{FFFD}", 1) }
        let text = String(decoding: source.utf8[offset..<offset + length], as: UTF8.self)
        return (text.unicodeScalars.first ?? "\u{FFFD}", length)
    }

    private mutating func decodeEscape(
        _ offset: inout Int, _ end: Int, into points: inout [UInt32]
    ) throws(ParseFailure) {
        let start = offset
        guard start + 1 < end else {
            points.append(92)
            offset += 1
            return
        }
        let letter = source.utf8[start + 1]
        offset += 2
        if let simple = Parser.simpleEscape(letter) { return points.append(simple) }
        switch letter {
        case 10: return
        case 13:
            if offset < end, source.utf8[offset] == 10 { offset += 1 }
        case 48...55: points.append(octalEscape(&offset, end))
        case 120: points.append(try hexEscape(&offset, end, digits: 2, start))
        case 117: points.append(try hexEscape(&offset, end, digits: 4, start))
        case 85: points.append(try hexEscape(&offset, end, digits: 8, start))
        case 78: points.append(try namedEscape(&offset, end, start))
        default:
            points.append(92)
            offset -= 1
        }
    }

    private static func simpleEscape(_ letter: UInt8) -> UInt32? {
        switch letter {
        case 92, 39, 34: UInt32(letter)
        case 97: 7
        case 98: 8
        case 102: 12
        case 110: 10
        case 114: 13
        case 116: 9
        case 118: 11
        default: nil
        }
    }

    /// Up to three octal digits, of which the first has been read.
    private func octalEscape(_ offset: inout Int, _ end: Int) -> UInt32 {
        var value = UInt32(source.utf8[offset - 1] - 48)
        var count = 1
        while count < 3, offset < end, source.utf8[offset] >= 48, source.utf8[offset] <= 55 {
            value = value * 8 + UInt32(source.utf8[offset] - 48)
            offset += 1
            count += 1
        }
        return value
    }

    private mutating func hexEscape(
        _ offset: inout Int, _ end: Int, digits: Int, _ start: Int
    ) throws(ParseFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard offset < end, let digit = Parser.hexDigit(source.utf8[offset]) else {
                throw fail(.truncatedEscape(SourceSpan(start..<offset), digits: digits))
            }
            // Eight digits fit 32 bits.
            value = value << 4 | digit
            offset += 1
        }
        guard value <= 0x10FFFF else { throw fail(.escapeOutsideUnicode(SourceSpan(start..<offset))) }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte - 48)
        case 65...70: UInt32(byte - 55)
        case 97...102: UInt32(byte - 87)
        default: nil
        }
    }

    private mutating func namedEscape(
        _ offset: inout Int, _ end: Int, _ start: Int
    ) throws(ParseFailure) -> UInt32 {
        guard offset < end, source.utf8[offset] == 123,
            let close = source.utf8[offset..<end].firstIndex(of: 125), close > offset + 1
        else { throw fail(.malformedNameEscape(SourceSpan(start..<offset))) }
        let name = String(decoding: source.utf8[offset + 1..<close], as: UTF8.self)
        offset = close + 1
        guard let scalar = CharacterNames.scalar(named: name) else {
            throw fail(.unknownCharacterName(SourceSpan(start..<offset), name))
        }
        return scalar.value
    }

    // MARK: - Bytes

    private mutating func parseBytes() throws(ParseFailure) -> ExpressionNode {
        let first = current
        var result: [UInt8] = []
        while current.kind == .string {
            let prefix = StringPrefix(rawValue: current.value)
            guard prefix.contains(.bytes) else { throw fail(.mixedBytes(current.span, first.span)) }
            let range = contentRange(of: current, prefix)
            if let offset = source.utf8[range].firstIndex(where: { $0 >= 0x80 }) {
                let length = scalar(at: offset, before: range.upperBound).1
                throw fail(.nonASCIIBytes(SourceSpan(offset..<offset + length)))
            }
            try decodeBytes(range, isRaw: prefix.contains(.raw), into: &result)
            advance()
        }
        return ExpressionNode(.constant(.bytes(result), unicodePrefix: false), span(from: first.start))
    }

    private mutating func decodeBytes(
        _ range: Range<Int>, isRaw: Bool, into result: inout [UInt8]
    ) throws(ParseFailure) {
        var offset = range.lowerBound
        let end = range.upperBound
        while offset < end {
            let byte = source.utf8[offset]
            offset += 1
            if byte == 13 {
                result.append(10)
                if offset < end, source.utf8[offset] == 10 { offset += 1 }
                continue
            }
            guard byte == 92, !isRaw, offset < end else {
                result.append(byte)
                continue
            }
            let start = offset - 1
            let letter = source.utf8[offset]
            offset += 1
            if let simple = Parser.simpleEscape(letter) {
                result.append(UInt8(truncatingIfNeeded: simple))
            } else if (48...55).contains(letter) {
                result.append(UInt8(truncatingIfNeeded: octalEscape(&offset, end)))
            } else if letter == 120 {
                result.append(UInt8(truncatingIfNeeded: try hexEscape(&offset, end, digits: 2, start)))
            } else if letter == 13 {
                if offset < end, source.utf8[offset] == 10 { offset += 1 }
            } else if letter != 10 {
                result.append(92)
                offset -= 1
            }
        }
    }
}
