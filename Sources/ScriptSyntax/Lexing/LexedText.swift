/// The tokens of a text that need not be a program: for tools that look at what is being written.
package struct LexedText {
    package enum Kind: Equatable, Sendable {
        case name, keyword, number, string
        /// A string literal that does not end; the span begins at its prefix.
        case openString
        case punctuation, newline
    }

    package struct Piece: Sendable {
        package let kind: Kind
        package let span: SourceSpan
    }

    package let source: SourceText
    package let pieces: [Piece]
    /// Whether the text ends inside a comment.
    package let endsInComment: Bool

    package init(_ source: SourceText) {
        self.source = source
        guard SourceCheck.refusal(of: source, limits: SyntaxLimits()) == nil else {
            (pieces, endsInComment) = ([], false)
            return
        }
        var lexer = Lexer(bytes: source.utf8, range: 0..<source.utf8.count, names: NameTable(), limits: SyntaxLimits())
        lexer.run()
        pieces = lexer.tokens.compactMap { token in
            Self.kind(of: token, source.utf8).map { Piece(kind: $0, span: token.span) }
        }
        endsInComment = lexer.comments.last.map { Int($0.end) == source.utf8.count } ?? false
    }

    package func text(_ piece: Piece) -> String { source.text(of: piece.span) }

    private static func kind(of token: Token, _ bytes: [UInt8]) -> Kind? {
        switch token.kind {
        case .endOfFile, .indent, .dedent: return nil
        case .newline: return .newline
        case .name: return .name
        case .integer, .float: return .number
        case .string: return .string
        case .error:
            let text = bytes[Int(token.start)..<min(Int(token.end), bytes.count)]
            let letters = text.prefix { ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 }
            guard letters.count < 3, let quote = text.dropFirst(letters.count).first, quote == 34 || quote == 39 else {
                return .punctuation
            }
            return .openString
        default: return token.kind.isKeyword ? .keyword : .punctuation
        }
    }
}
