extension Lexer {
    mutating func readOperator(_ start: Int, _ first: UInt8) {
        let second = byte(start + 1)
        if second >= 0x80, FullWidth.meaning(of: scalar(at: start + 1).0) != nil {
            readFullWidth(start)
            return
        }
        guard let (kind, length) = Lexer.operatorToken(first, second, byte(start + 2)) else {
            position += 1
            emit(.error, from: start)
            report(.invalidCharacter(Unicode.Scalar(first), SourceSpan(start..<position)))
            return
        }
        position += length
        accept(kind, first, start)
    }

    private mutating func accept(_ kind: TokenKind, _ first: UInt8, _ start: Int) {
        switch kind {
        case .leftParenthesis, .leftBracket, .leftBrace: open(first, start)
        case .rightParenthesis, .rightBracket, .rightBrace:
            guard close(first, start) else { return }
        default: break
        }
        emit(kind, from: start)
    }

    private mutating func open(_ byte: UInt8, _ start: Int) {
        if brackets.count == limits.expressionNesting {
            report(.nestingTooDeep(SourceSpan(start..<start + 1), limit: limits.expressionNesting))
        }
        brackets.append(Bracket(byte: byte, offset: start))
    }

    private mutating func close(_ byte: UInt8, _ start: Int) -> Bool {
        let span = SourceSpan(start..<start + 1)
        guard let bracket = brackets.last else {
            report(.unmatchedBracket(byte, span))
            emit(.error, from: start)
            return false
        }
        let partner: UInt8 = byte == 41 ? 40 : byte == 93 ? 91 : 123
        if bracket.byte != partner {
            report(.mismatchedBracket(byte, span, open: bracket.byte, SourceSpan(bracket.offset..<bracket.offset + 1)))
            emit(.error, from: start)
            // The closing one may belong further out: forget what was opened in between.
            if let match = brackets.lastIndex(where: { $0.byte == partner }) {
                brackets.removeSubrange(match...)
            } else {
                brackets.removeLast()
            }
            return false
        }
        brackets.removeLast()
        return true
    }

    /// The longest operator at the front of three bytes.
    static func operatorToken(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> (TokenKind, Int)? {
        let equals: UInt8 = 61
        switch a {
        case 40: return (.leftParenthesis, 1)
        case 41: return (.rightParenthesis, 1)
        case 91: return (.leftBracket, 1)
        case 93: return (.rightBracket, 1)
        case 123: return (.leftBrace, 1)
        case 125: return (.rightBrace, 1)
        case 44: return (.comma, 1)
        case 59: return (.semicolon, 1)
        case 126: return (.tilde, 1)
        case 63: return (.question, 1)
        case 36: return (.dollar, 1)
        case 46: return b == 46 && c == 46 ? (.ellipsis, 3) : (.dot, 1)
        case 58: return b == equals ? (.walrus, 2) : (.colon, 1)
        case 61: return b == equals ? (.doubleEqual, 2) : (.equal, 1)
        case 33: return b == equals ? (.notEqual, 2) : (.exclamation, 1)
        case 43: return b == equals ? (.plusEqual, 2) : (.plus, 1)
        case 45: return b == equals ? (.minusEqual, 2) : b == 62 ? (.arrow, 2) : (.minus, 1)
        case 37: return b == equals ? (.percentEqual, 2) : (.percent, 1)
        case 64: return b == equals ? (.atEqual, 2) : (.at, 1)
        case 38: return b == equals ? (.ampersandEqual, 2) : (.ampersand, 1)
        case 124: return b == equals ? (.barEqual, 2) : (.bar, 1)
        case 94: return b == equals ? (.caretEqual, 2) : (.caret, 1)
        case 42: return doubled(a, b, c, .star, .starEqual, .doubleStar, .doubleStarEqual)
        case 47: return doubled(a, b, c, .slash, .slashEqual, .doubleSlash, .doubleSlashEqual)
        case 60: return doubled(a, b, c, .less, .lessEqual, .leftShift, .leftShiftEqual)
        case 62: return doubled(a, b, c, .greater, .greaterEqual, .rightShift, .rightShiftEqual)
        default: return nil
        }
    }

    @inline(__always)
    private static func doubled(
        _ a: UInt8, _ b: UInt8, _ c: UInt8, _ one: TokenKind, _ oneEqual: TokenKind, _ two: TokenKind,
        _ twoEqual: TokenKind
    ) -> (TokenKind, Int) {
        if b == 61 { return (oneEqual, 2) }
        if b == a { return c == 61 ? (twoEqual, 3) : (two, 2) }
        return (one, 1)
    }
}

// MARK: - Full-width input

extension Lexer {
    /// Reads a token in which full-width characters stand for ASCII, and remembers what to replace.
    mutating func readFullWidth(_ start: Int) {
        let (first, length) = meaning(at: start)
        switch first {
        case 32:
            replace(start, length, first)
            position += length
        case 35:
            replace(start, length, first)
            let next = start + length
            position = next
            while position < end, byte(position) != 10, byte(position) != 13 { position += 1 }
        case 34, 39:
            readTypographicString(start, length, quote: first)
        case 48...57:
            readFullWidthNumber(start)
        default:
            readFullWidthOperator(start)
        }
    }

    private func meaning(at offset: Int) -> (UInt8, length: Int) {
        let byte = byte(offset)
        guard byte >= 0x80 else { return (byte, 1) }
        let (scalar, length) = scalar(at: offset)
        return (FullWidth.meaning(of: scalar) ?? 0, length)
    }

    private mutating func replace(_ start: Int, _ length: Int, _ byte: UInt8) {
        guard self.byte(start) >= 0x80 else { return }
        let edit = Diagnostic.Edit(SourceSpan(start..<start + length), String(Unicode.Scalar(byte)))
        fullWidth.append((edit, scalar(at: start).0))
    }

    private mutating func readFullWidthOperator(_ start: Int) {
        var offset = start
        var parts: [(byte: UInt8, start: Int, length: Int)] = []
        for _ in 0..<3 {
            let (byte, length) = meaning(at: offset)
            parts.append((byte, offset, length))
            offset += length
        }
        guard let (kind, count) = Lexer.operatorToken(parts[0].byte, parts[1].byte, parts[2].byte) else {
            position = start + parts[0].length
            emit(.error, from: start)
            report(.invalidCharacter(scalar(at: start).0, SourceSpan(start..<position)))
            return
        }
        for part in parts.prefix(count) {
            replace(part.start, part.length, part.byte)
            position = part.start + part.length
        }
        accept(kind, parts[0].byte, start)
    }

    private mutating func readFullWidthNumber(_ start: Int) {
        while true {
            let (byte, length) = meaning(at: position)
            guard (48...57).contains(byte) || byte == 46 else { break }
            replace(position, length, byte)
            position += length
        }
        emit(.error, from: start)
    }

    private mutating func readTypographicString(_ start: Int, _ length: Int, quote: UInt8) {
        replace(start, length, quote)
        position = start + length
        while position < end, byte(position) != 10, byte(position) != 13 {
            let (byte, length) = meaning(at: position)
            if byte == quote {
                replace(position, length, quote)
                position += length
                emit(.string, from: start, value: StringPrefix.typographic.rawValue)
                return
            }
            position += byte == 0 ? scalar(at: position).length : length
        }
        emit(.error, from: start)
        report(.unterminatedString(SourceSpan(start..<start + length)))
    }
}
