/// What a token is. Keywords keep the order of `Token.keywords`.
enum TokenKind: UInt8, Sendable {
    case endOfFile, newline, indent, dedent
    /// Something the lexer has already complained about: the statement is dropped without another word.
    case error
    case name, integer, float, string

    case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, colon, semicolon, dot, ellipsis, arrow, walrus, equal
    case plus, minus, star, slash, doubleSlash, percent, at, doubleStar
    case leftShift, rightShift, ampersand, bar, caret, tilde
    case less, greater, lessEqual, greaterEqual, doubleEqual, notEqual
    case plusEqual, minusEqual, starEqual, slashEqual, doubleSlashEqual, percentEqual, atEqual
    case doubleStarEqual, leftShiftEqual, rightShiftEqual, ampersandEqual, barEqual, caretEqual
    /// Not Python, but written by people who come from elsewhere.
    case exclamation, question, dollar

    case kwFalse, kwNone, kwTrue, kwAnd, kwAs, kwAssert, kwAsync, kwAwait, kwBreak, kwClass, kwContinue
    case kwDef, kwDel, kwElif, kwElse, kwExcept, kwFinally, kwFor, kwFrom, kwGlobal, kwIf, kwImport
    case kwIn, kwIs, kwLambda, kwNonlocal, kwNot, kwOr, kwPass, kwRaise, kwReturn, kwTry, kwWhile
    case kwWith, kwYield

    var isKeyword: Bool { rawValue >= TokenKind.kwFalse.rawValue }

    /// Keywords that begin a statement and can stand nowhere inside an expression.
    var beginsStatementOnly: Bool {
        switch self {
        case .kwAssert, .kwBreak, .kwClass, .kwContinue, .kwDef, .kwDel, .kwElif, .kwExcept, .kwFinally,
            .kwGlobal, .kwImport, .kwNonlocal, .kwPass, .kwRaise, .kwReturn, .kwTry, .kwWhile, .kwWith:
            true
        default: false
        }
    }
}

struct Token: Sendable {
    var kind: TokenKind
    var start: Int32
    var end: Int32
    /// Of a name: its index in the `NameTable`. Of a string: its `StringPrefix`.
    var value: Int32 = 0

    var span: SourceSpan { SourceSpan(start: start, end: end) }

    static let keywordCount = 35

    /// Names that the parser looks for; they follow the keywords in every `NameTable`.
    static let matchIndex: Int32 = 35
    static let caseIndex: Int32 = 36
    static let printIndex: Int32 = 37
    static let execIndex: Int32 = 38
    static let softKeywords = ["match", "case", "print", "exec"]

    static let keywords = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
        "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
        "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
        "with", "yield",
    ]
}

/// How a string literal is written: its prefix letters and its quotes.
struct StringPrefix: OptionSet, Sendable {
    let rawValue: Int32

    static let raw = StringPrefix(rawValue: 1)
    static let bytes = StringPrefix(rawValue: 2)
    static let format = StringPrefix(rawValue: 4)
    /// A lower-case `u`, which `ast` records.
    static let unicode = StringPrefix(rawValue: 8)
    static let tripleQuoted = StringPrefix(rawValue: 16)
    /// Opened by a typographic quote; reported already.
    static let typographic = StringPrefix(rawValue: 32)

    /// Bytes of prefix letters, in the bits above the flags.
    var letterCount: Int { Int(rawValue >> 8) }

    func with(letterCount: Int) -> StringPrefix {
        StringPrefix(rawValue: (rawValue & 0xff) | Int32(letterCount) << 8)
    }
}
