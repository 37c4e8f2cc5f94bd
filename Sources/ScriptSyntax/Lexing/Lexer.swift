/// Turns bytes into tokens: indentation, brackets, comments, names and operators. Numbers and strings are next door.
///
/// It never stops at a mistake: it reports it, leaves an `error` token and goes on, so that the parser can
/// find the mistakes further down. Byte offsets below 2^31 are guaranteed by the size limit of sources.
struct Lexer {
    let bytes: [UInt8]
    /// Offset to stop at; everything at or behind it reads as 0.
    let end: Int
    var position: Int
    var tokens: [Token] = []
    var names: NameTable
    var diagnostics: [Diagnostic] = []
    var comments: [SourceSpan] = []

    /// An open bracket: its byte and offset.
    struct Bracket {
        let byte: UInt8
        let offset: Int
    }
    /// From an opening bracket that never finds its partner to the place where the lexer gave up on it.
    struct UnclosedRegion {
        let open: Int
        let end: Int
    }
    var brackets: [Bracket] = []
    var unclosed: [UnclosedRegion] = []
    /// Full-width characters taken for ASCII, for one diagnostic per line.
    var fullWidth: [(edit: Diagnostic.Edit, scalar: Unicode.Scalar)] = []
    var tabs: [SourceSpan] = []
    /// What the text ends inside of: the reason to ask for more input.
    var openEnd: OpenEnd = .none

    /// How many of the diagnostics came only of the text ending.
    var endCount = 0

    enum OpenEnd { case none, bracket, tripleQuote, backslash }

    let limits: SyntaxLimits
    private var indents: [Int] = [0]
    private var atLineStart: Bool
    /// Set in an f-string's braces: line ends are blanks and nothing is owed at the end.
    private let isExpression: Bool
    private var lineBeganInBrackets = false

    init(
        bytes: [UInt8], range: Range<Int>, names: NameTable, limits: SyntaxLimits, isExpression: Bool = false
    ) {
        self.bytes = bytes
        self.end = range.upperBound
        self.position = range.lowerBound
        self.names = names
        self.limits = limits
        self.isExpression = isExpression
        atLineStart = !isExpression
        tokens.reserveCapacity(range.count / 4 + 8)
    }

    mutating func run() {
        while position < end {
            if atLineStart, brackets.isEmpty { readIndentation() }
            readToken()
        }
        finish()
    }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { offset < end ? bytes[offset] : 0 }

    @inline(__always)
    mutating func emit(_ kind: TokenKind, from start: Int, value: Int32 = 0) {
        tokens.append(
            Token(kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: position), value: value))
    }

    mutating func report(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
    }
}

// MARK: - Tokens

extension Lexer {
    private mutating func readToken() {
        let start = position
        let first = byte(start)
        switch first {
        case 32, 9, 12:
            position += 1
        case 97...122, 65...90, 95:
            readName(start)
        case 10, 13:
            readLineEnd(first)
        case 35:
            readComment()
        case 48...57:
            lineBeganInBrackets = false
            readNumber()
        case 34, 39:
            lineBeganInBrackets = false
            readString(start: start, prefix: [])
        case 46 where (48...57).contains(byte(start + 1)):
            lineBeganInBrackets = false
            readNumber()
        case 92:
            readBackslash()
        case 0x80...:
            readNonASCII(start)
        case 0:
            position += 1
        default:
            lineBeganInBrackets = false
            readOperator(start, first)
        }
    }

    private mutating func readName(_ start: Int) {
        var hash = NameTable.hashSeed
        var offset = start
        while true {
            let byte = byte(offset)
            let lower = byte | 0x20
            if (lower >= 97 && lower <= 122) || byte == 95 || (byte >= 48 && byte <= 57) {
                hash = NameTable.mix(hash, byte)
                offset += 1
            } else if byte >= 0x80 {
                let (scalar, length) = scalar(at: offset)
                guard NormalForm.continuesName(scalar) else { break }
                for index in offset..<offset + length { hash = NameTable.mix(hash, byteUnchecked(index)) }
                offset += length
            } else {
                break
            }
        }
        position = offset
        if offset - start <= 2, byte(offset) == 34 || byte(offset) == 39,
            let prefix = Lexer.stringPrefix(bytes[start..<offset])
        {
            lineBeganInBrackets = false
            readString(start: start, prefix: prefix)
            return
        }
        let index = names.index(of: bytes, from: start, to: offset, hash: hash)
        var kind = TokenKind.name
        if index < Int32(Token.keywordCount),
            let keyword = TokenKind(rawValue: TokenKind.kwFalse.rawValue + UInt8(truncatingIfNeeded: index))
        {
            kind = keyword
            if lineBeganInBrackets, keyword.beginsStatementOnly { giveUpOnBrackets(before: start) }
        }
        lineBeganInBrackets = false
        emit(kind, from: start, value: index)
    }

    private func byteUnchecked(_ offset: Int) -> UInt8 { bytes[offset] }

    private static func stringPrefix(_ letters: ArraySlice<UInt8>) -> StringPrefix? {
        var prefix: StringPrefix = []
        for letter in letters {
            let flag: StringPrefix
            switch letter | 0x20 {
            case 114: flag = .raw
            case 98: flag = .bytes
            case 102: flag = .format
            case 117 where letters.count == 1: flag = letter == 117 ? .unicode : []
            default: return nil
            }
            guard flag.isEmpty || !prefix.contains(flag) else { return nil }
            prefix.insert(flag)
        }
        if prefix.contains([.bytes, .format]) { return nil }
        return prefix.with(letterCount: letters.count)
    }

    private mutating func readLineEnd(_ first: UInt8) {
        let start = position
        position += first == 13 && byte(start + 1) == 10 ? 2 : 1
        if brackets.isEmpty, !isExpression {
            let end = position
            position = start
            emit(.newline, from: start)
            position = end
            atLineStart = true
        } else {
            lineBeganInBrackets = !isExpression
        }
    }

    private mutating func readComment() {
        let start = position
        while position < end, byte(position) != 10, byte(position) != 13 { position += 1 }
        comments.append(SourceSpan(start..<position))
    }

    private mutating func readBackslash() {
        let start = position
        position += 1
        let next = byte(position)
        if next == 10 || next == 13 {
            position += next == 13 && byte(position + 1) == 10 ? 2 : 1
            if position >= end { reportBackslashAtEnd(start, isLast: false) }
        } else if position >= end {
            reportBackslashAtEnd(start, isLast: true)
        } else {
            emit(.error, from: start)
            report(.strayBackslash(SourceSpan(start..<start + 1)))
        }
    }

    /// A backslash that is the very last character asks for another line; one that has its line end does not.
    private mutating func reportBackslashAtEnd(_ start: Int, isLast: Bool) {
        guard openEnd == .none else { return }
        if isLast {
            openEnd = .backslash
            endCount += 1
        }
        emit(.error, from: start)
        report(.backslashAtEnd(SourceSpan(start..<start + 1)))
    }

    private mutating func readNonASCII(_ start: Int) {
        let (scalar, length) = scalar(at: start)
        if NormalForm.beginsName(scalar) {
            readName(start)
        } else if FullWidth.meaning(of: scalar) != nil {
            readFullWidth(start)
        } else {
            lineBeganInBrackets = false
            position += length
            emit(.error, from: start)
            report(.invalidCharacter(scalar, SourceSpan(start..<position)))
        }
    }

    /// The scalar whose first byte is at `offset`; the source has been checked to be UTF-8.
    func scalar(at offset: Int) -> (Unicode.Scalar, length: Int) {
        let first = byte(offset)
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard offset + length <= end,
            let scalar = String(decoding: bytes[offset..<offset + length], as: UTF8.self).unicodeScalars.first
        else { return ("\u{FFFD}", 1) }
        return (scalar, length)
    }
}

// MARK: - Indentation and ends

extension Lexer {
    private mutating func readIndentation() {
        while true {
            let lineStart = position
            let column = measureIndentation()
            let next = byte(position)
            if position >= end { return }
            if next == 35 { readComment() }
            let after = byte(position)
            if after == 10 || after == 13 {
                position += after == 13 && byte(position + 1) == 10 ? 2 : 1
                continue
            }
            if position >= end { return }
            for offset in lineStart..<position where bytes[offset] == 9 { tabs.append(SourceSpan(offset..<offset + 1)) }
            atLineStart = false
            changeIndentation(to: column)
            return
        }
    }

    /// Columns of blanks; a tab goes to the next multiple of 8, a joined line counts where it began.
    private mutating func measureIndentation() -> Int {
        var column = 0
        var joined: Int?
        while true {
            switch byte(position) {
            case 32: column += 1
            case 9: column = (column / 8 + 1) * 8
            case 12: column = 0
            case 92 where byte(position + 1) == 10 || byte(position + 1) == 13:
                joined = joined ?? column
                if byte(position + 1) == 13, byte(position + 2) == 10 { position += 1 }
                position += 1
                if position + 1 >= end {
                    let start = position - 1
                    position = end
                    reportBackslashAtEnd(start, isLast: false)
                    return joined ?? column
                }
            case 0xE3 where byte(position + 1) == 0x80 && byte(position + 2) == 0x80:
                let edit = Diagnostic.Edit(SourceSpan(position..<position + 3), "  ")
                fullWidth.append((edit, "\u{3000}"))
                column += 2
                position += 2
            default: return joined ?? column
            }
            position += 1
        }
    }

    private mutating func changeIndentation(to column: Int) {
        let current = indents.last ?? 0
        if column > current {
            if indents.count > limits.statementNesting {
                report(.tooManyIndents(SourceSpan(position..<position), limit: limits.statementNesting))
                emit(.error, from: position)
            }
            indents.append(column)
            emit(.indent, from: position)
            return
        }
        while let last = indents.last, column < last {
            indents.removeLast()
            emit(.dedent, from: position)
        }
        if let last = indents.last, column > last {
            let start = lineStart(of: position)
            report(.inconsistentDedent(SourceSpan(start..<position), to: last))
        }
    }

    private func lineStart(of offset: Int) -> Int {
        var start = offset
        while start > 0, bytes[start - 1] != 10, bytes[start - 1] != 13 { start -= 1 }
        return start
    }

    /// A statement begins inside brackets: the innermost open one was forgotten.
    private mutating func giveUpOnBrackets(before start: Int) {
        guard let bracket = brackets.last, !isExpression else { return }
        let resume = position
        position = start
        reportUnclosed(bracket)
        emit(.error, from: start)
        emit(.newline, from: start)
        brackets.removeAll()
        position = lineStart(of: start)
        atLineStart = true
        readIndentation()
        position = resume
    }

    private mutating func reportUnclosed(_ bracket: Bracket) {
        unclosed.append(UnclosedRegion(open: bracket.offset, end: position))
        report(.unclosedBracket(bracket.byte, SourceSpan(bracket.offset..<bracket.offset + 1)))
    }

    private mutating func finish() {
        position = end
        if let bracket = brackets.last {
            if openEnd == .none { openEnd = .bracket }
            endCount += 1
            reportUnclosed(bracket)
            emit(.error, from: end)
        }
        if !isExpression {
            if let last = tokens.last, last.kind != .newline { emit(.newline, from: end) }
            for _ in indents.dropFirst() { emit(.dedent, from: end) }
        }
        emit(.endOfFile, from: end)
    }
}
