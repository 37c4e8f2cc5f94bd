/// A recursive-descent parser of the language's grammar; operators by binding power.
///
/// It accepts what CPython's parser accepts, minus the refusals. It never throws to the outside: a statement
/// that cannot be read is reported and left out, and reading goes on behind it.
public struct Parser {
    /// After so many errors the rest of a source is not read.
    public static let maximumErrors = 20

    let source: SourceText
    let limits: SyntaxLimits
    var tokens: [Token]
    var index = 0
    var current: Token
    var names: NameTable
    var diagnostics: [Diagnostic] = []
    /// Statements that could not be read.
    var dropped: [SourceSpan] = []
    /// The statement being left out is a `match`, whose clauses are no news.
    var isDroppingMatch = false
    var unclosed: [Lexer.UnclosedRegion] = []
    var scopeCount = 1
    /// Depth of the calls that read nested expressions.
    var nesting = 0
    /// Levels of indentation around the current statement.
    var blockNesting = 0
    /// Levels of the tree read last, from its root to its deepest leaf.
    var height = 0
    /// Full-width characters met inside f-strings.
    var embeddedFullWidth: [(edit: Diagnostic.Edit, scalar: Unicode.Scalar)] = []
    /// The tokens are those of an f-string's braces.
    var isEmbedded = false
    /// Tells, once an error was met, whether it was met at the end of the text.
    var firstErrorAtEnd: Bool?

    /// Reads `source` as a whole file.
    public static func parse(_ source: SourceText, limits: SyntaxLimits = SyntaxLimits()) -> ParsedSource {
        if let refusal = SourceCheck.refusal(of: source, limits: limits) {
            return ParsedSource(
                source: source, module: ModuleNode(body: [], scopeCount: 1), diagnostics: [refusal], comments: [],
                dropped: [], isTruncated: true, ending: .invalid)
        }
        let start = source.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var lexer = Lexer(bytes: source.utf8, range: start..<source.utf8.count, names: NameTable(), limits: limits)
        lexer.run()
        var parser = Parser(source: source, lexer: lexer, limits: limits)
        let body = parser.parseFile()
        return parser.finish(body, lexer)
    }

    init(source: SourceText, lexer: Lexer, limits: SyntaxLimits) {
        self.source = source
        self.limits = limits
        tokens = lexer.tokens
        names = lexer.names
        unclosed = lexer.unclosed
        diagnostics = lexer.diagnostics
        current = lexer.tokens[0]
    }

    private mutating func finish(_ body: [StatementNode], _ lexer: Lexer) -> ParsedSource {
        reportTabs(lexer.tabs)
        reportFullWidth((lexer.fullWidth + embeddedFullWidth).sorted { $0.edit.span.start < $1.edit.span.start })
        var sorted = diagnostics.enumerated().sorted {
            ($0.element.primary.span.start, $0.offset) < ($1.element.primary.span.start, $1.offset)
        }.map(\.element)
        if sorted.count > Parser.maximumErrors { sorted.removeSubrange(Parser.maximumErrors...) }
        let ending: ParsedSource.Ending =
            if lexer.openEnd != .none, !lexerFailedBeforeEnd(lexer) {
                .openToken
            } else if sorted.isEmpty {
                .complete
            } else if lexer.diagnostics.isEmpty, firstErrorAtEnd == true {
                .owedBlock
            } else {
                .invalid
            }
        return ParsedSource(
            source: source, module: ModuleNode(body: body, scopeCount: scopeCount), diagnostics: sorted,
            comments: lexer.comments, dropped: dropped, isTruncated: diagnostics.count >= Parser.maximumErrors,
            ending: ending)
    }

    /// An error in front of the open bracket, quote or backslash makes the text invalid whatever follows.
    private func lexerFailedBeforeEnd(_ lexer: Lexer) -> Bool {
        lexer.diagnostics.count > lexer.endCount || firstErrorAtEnd == false
    }
}

/// Thrown after a diagnostic was recorded; carries nothing.
struct ParseFailure: Error {}

// MARK: - Tokens

extension Parser {
    @inline(__always)
    mutating func advance() {
        if index + 1 < tokens.count { index += 1 }
        current = tokens[index]
    }

    @inline(__always)
    var next: Token { index + 1 < tokens.count ? tokens[index + 1] : current }

    /// The token before the current one.
    var previous: Token { index > 0 ? tokens[index - 1] : current }

    @inline(__always)
    mutating func accept(_ kind: TokenKind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    @inline(__always)
    mutating func expect(_ kind: TokenKind, _ expected: String) throws(ParseFailure) {
        guard current.kind == kind else { throw unexpected(expected) }
        advance()
    }

    /// The span from `start` to the end of the last token read.
    @inline(__always)
    func span(from start: Int32) -> SourceSpan {
        SourceSpan(start: start, end: index > 0 ? tokens[index - 1].end : start)
    }

    mutating func parseIdentifier(_ expected: String) throws(ParseFailure) -> Identifier {
        guard current.kind == .name else { throw unexpected(expected) }
        let identifier = Identifier(names[current.value], current.span)
        advance()
        return identifier
    }

    mutating func newScope() -> ScopeID {
        let id = ScopeID(scopeCount)
        scopeCount += 1
        return id
    }
}

// MARK: - Limits

extension Parser {
    @inline(__always)
    mutating func enter() throws(ParseFailure) {
        nesting += 1
        if nesting > limits.expressionNesting + 1 {
            // The lexer counts brackets and may have said so already.
            if diagnostics.contains(where: { $0.code == DiagnosticCode.nestingTooDeep.rawValue }) { throw ParseFailure() }
            throw fail(.nestingTooDeep(current.span, limit: limits.expressionNesting))
        }
    }

    @inline(__always)
    mutating func leave() { nesting -= 1 }

    @inline(__always)
    mutating func grow(to height: Int) throws(ParseFailure) {
        self.height = height
        if height > limits.treeDepth { throw fail(.treeTooDeep(current.span, limit: limits.treeDepth)) }
    }
}

// MARK: - Errors

extension Parser {
    /// Records a diagnostic that does not stop the statement.
    mutating func report(_ diagnostic: Diagnostic) {
        if firstErrorAtEnd == nil { firstErrorAtEnd = isAtEnd && !isEmbedded }
        diagnostics.append(diagnostic)
        if diagnostics.count >= Parser.maximumErrors {
            index = tokens.count - 1
            current = tokens[index]
        }
    }

    /// Records something that more text could not mend.
    mutating func refuse(_ diagnostic: Diagnostic) {
        firstErrorAtEnd = firstErrorAtEnd ?? false
        report(diagnostic)
    }

    mutating func fail(_ diagnostic: Diagnostic) -> ParseFailure {
        report(diagnostic)
        return ParseFailure()
    }

    var isAtEnd: Bool {
        switch current.kind {
        case .endOfFile: true
        case .error: Int(current.start) >= source.utf8.count
        case .dedent: tokens[index...].allSatisfy { $0.kind == .dedent || $0.kind == .endOfFile }
        default: false
        }
    }

    /// The current token cannot stand here. Silent when the lexer has said why.
    mutating func unexpected(_ expected: String) -> ParseFailure {
        if current.kind == .error { return ParseFailure() }
        if isBehindUnclosedBracket {
            firstErrorAtEnd = firstErrorAtEnd ?? false
            return ParseFailure()
        }
        return fail(newcomerForm() ?? .unexpectedToken(current, text: source.text(of: current.span), expected: expected))
    }

    /// Follow-up trouble on the lines after a bracket that was never closed.
    var isBehindUnclosedBracket: Bool {
        unclosed.contains { region in
            region.open < Int(current.start) && Int(current.start) <= region.end
                && source.line(at: region.open) < source.line(at: Int(current.start))
        }
    }

    private mutating func reportTabs(_ tabs: [SourceSpan]) {
        guard let first = tabs.first else { return }
        diagnostics.append(.tabInIndentation(first, all: tabs))
    }

    private mutating func reportFullWidth(_ characters: [(edit: Diagnostic.Edit, scalar: Unicode.Scalar)]) {
        var rest = characters[...]
        while let first = rest.first {
            let line = source.line(at: Int(first.edit.span.start))
            let end = rest.firstIndex { source.line(at: Int($0.edit.span.start)) != line } ?? rest.endIndex
            diagnostics.append(.fullWidth(Array(rest[..<end])))
            rest = rest[end...]
        }
    }
}
