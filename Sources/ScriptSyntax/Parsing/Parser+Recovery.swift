import TextDistance

extension Parser {
    /// Goes on behind a statement that could not be read: past its line, and past the block under it, whose
    /// own mistakes are still found.
    mutating func recover() {
        let isMatch = isDroppingMatch
        isDroppingMatch = false
        skipLine()
        dropBlock(isMatch: isMatch)
        // Clauses of the dropped statement are not news either.
        while current.kind == .kwElse || current.kind == .kwElif || current.kind == .kwExcept
            || current.kind == .kwFinally
        {
            skipLine()
            dropBlock()
        }
        height = 1
    }

    private mutating func skipLine() {
        // Inside an unexpected end there is nothing to skip.
        while current.kind != .newline, current.kind != .endOfFile, current.kind != .indent,
            current.kind != .dedent
        {
            advance()
        }
        _ = accept(.newline)
    }

    private mutating func dropBlock(isMatch: Bool = false) {
        guard current.kind == .indent else {
            return
        }
        advance()
        var dropped: [StatementNode] = []
        blockNesting += 1
        while current.kind != .dedent, current.kind != .endOfFile {
            if isMatch, current.kind == .name, current.value == Token.caseIndex {
                skipLine()
                dropBlock()
            } else {
                parseStatement(into: &dropped)
            }
        }
        blockNesting -= 1
        _ = accept(.dedent)
    }

    /// An indented line where no block is owed; its statements are read as if it were not indented.
    mutating func unexpectedIndent() -> ParseFailure {
        let end = current.start
        let start = source.lineStarts[source.line(at: Int(end)) - 1]
        return fail(.unexpectedIndent(SourceSpan(start: start, end: end)))
    }

    // MARK: - Forms of other languages

    /// A diagnostic for what people write who come from another language, when the current token is that.
    func newcomerForm() -> Diagnostic? {
        let before = previous
        let touches = before.end == current.start
        switch current.kind {
        case .newline, .rightParenthesis, .comma, .semicolon, .endOfFile, .rightBracket, .colon:
            return stepForm()
        case .ampersand where before.kind == .ampersand && touches:
            return .foreignOperator(before.span.joined(with: current.span), "&&", python: "and")
        case .bar where before.kind == .bar && touches:
            return .foreignOperator(before.span.joined(with: current.span), "||", python: "or")
        case .greater where before.kind == .less && touches:
            return .foreignOperator(before.span.joined(with: current.span), "<>", python: "!=")
        case .equal where before.kind == .doubleEqual && touches:
            return .foreignOperator(before.span.joined(with: current.span), "===", python: "==")
        case .exclamation: return .exclamation(current.span)
        case .question: return .questionMark(current.span)
        default: return nil
        }
    }

    /// `x++` and `x--`.
    private func stepForm() -> Diagnostic? {
        guard index >= 2 else { return nil }
        let second = tokens[index - 1]
        let first = tokens[index - 2]
        guard first.kind == second.kind, first.kind == .plus || first.kind == .minus, first.end == second.start else {
            return nil
        }
        let isStatement = index >= 3 && isStatementStart(index - 3) && tokens[index - 3].kind == .name
        return .stepOperator(
            first.span.joined(with: second.span), first.kind == .plus ? "+" : "-", isStatement: isStatement)
    }

    private func isStatementStart(_ index: Int) -> Bool {
        guard index > 0 else { return true }
        switch tokens[index - 1].kind {
        case .newline, .indent, .dedent, .semicolon, .colon: return true
        default: return false
        }
    }

    /// `print x` and `exec x`: a name used like a command.
    func commandForm(_ statement: StatementNode) -> Diagnostic? {
        guard case .expression(let value) = statement.kind, case .name(let name) = value.kind,
            name == "print" || name == "exec", current.kind.startsExpression, current.kind != .error
        else { return nil }
        var last = index
        while last + 1 < tokens.count, tokens[last + 1].kind != .newline, tokens[last + 1].kind != .semicolon {
            last += 1
        }
        let rest = SourceSpan(start: current.start, end: tokens[last].end)
        return .printStatement(value.span, name: name, rest: rest)
    }

    /// `match subject:` with `case` under it.
    var beginsMatch: Bool {
        guard next.kind.startsExpression || next.kind == .star else { return false }
        var offset = index
        while offset < tokens.count, tokens[offset].kind != .newline, tokens[offset].kind != .endOfFile { offset += 1 }
        guard offset > 0, tokens[offset - 1].kind == .colon, offset + 2 < tokens.count else { return false }
        return tokens[offset + 1].kind == .indent && tokens[offset + 2].kind == .name
            && tokens[offset + 2].value == Token.caseIndex
    }

    /// `esle:` and the like: a name and a colon, alone on a line.
    func misspelledKeyword(_ target: ExpressionNode) -> Diagnostic? {
        guard case .name(let name) = target.kind else { return nil }
        let clauses = ["else", "try", "finally", "except"]
        guard let meant = nearest(to: name, among: clauses) else {
            return nil
        }
        return .misspelledKeyword(target.span, name, meant: meant)
    }
}
