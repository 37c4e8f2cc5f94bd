extension Parser {
    mutating func parseFile() -> [StatementNode] {
        var body: [StatementNode] = []
        var tallest = 0
        while current.kind != .endOfFile {
            parseStatement(into: &body)
            tallest = max(tallest, height)
        }
        height = tallest
        return body
    }

    /// Reads one line or compound statement; when that fails, goes on behind it.
    mutating func parseStatement(into body: inout [StatementNode]) {
        let blocks = blockNesting
        let count = body.count
        let start = current.start
        do {
            if let statement = try parseCompound() {
                body.append(statement)
            } else {
                try parseSimpleLine(into: &body)
            }
        } catch {
            body.removeSubrange(count...)
            nesting = 0
            blockNesting = blocks
            recover()
            dropped.append(span(from: start))
        }
    }

    // MARK: - Simple statements

    /// `small { ";" small } NEWLINE`
    mutating func parseSimpleLine(into body: inout [StatementNode]) throws(ParseFailure) {
        var tallest = 0
        repeat {
            if current.kind == .newline { break }
            body.append(try parseSimple())
            tallest = max(tallest, height)
        } while accept(.semicolon)
        height = tallest
        if accept(.newline) { return }
        if current.kind == .endOfFile { return }
        throw unexpectedAfterStatement(body.last)
    }

    private mutating func unexpectedAfterStatement(_ statement: StatementNode?) -> ParseFailure {
        if let statement, let form = commandForm(statement) { return fail(form) }
        return unexpected("the end of the statement")
    }

    private mutating func parseSimple() throws(ParseFailure) -> StatementNode {
        let start = current.start
        height = 1
        let kind: StatementNode.Kind
        switch current.kind {
        case .kwPass: kind = keywordAlone(.pass)
        case .kwBreak: kind = keywordAlone(.break)
        case .kwContinue: kind = keywordAlone(.continue)
        case .kwReturn: kind = try parseReturn()
        case .kwRaise: kind = try parseRaise()
        case .kwAssert: kind = try parseAssert()
        case .kwDel: kind = try parseDelete()
        case .kwGlobal: kind = .global(try parseNames())
        case .kwNonlocal: kind = .nonlocal(try parseNames())
        case .kwImport: kind = try parseImport()
        case .kwFrom: kind = try parseFromImport()
        default: kind = try parseExpressionStatement()
        }
        try grow(to: height + 1)
        return StatementNode(kind, span(from: start))
    }

    private mutating func keywordAlone(_ kind: StatementNode.Kind) -> StatementNode.Kind {
        advance()
        return kind
    }

    private mutating func parseReturn() throws(ParseFailure) -> StatementNode.Kind {
        advance()
        guard current.kind != .newline, current.kind != .semicolon else { return .return(nil) }
        let value = try parseExpressionList()
        try refuseLoneStar(value)
        return .return(value)
    }

    private mutating func parseRaise() throws(ParseFailure) -> StatementNode.Kind {
        advance()
        guard current.kind != .newline, current.kind != .semicolon else { return .raise(exception: nil, cause: nil) }
        let exception = try parseTest()
        let tallest = height
        guard accept(.kwFrom) else { return .raise(exception: exception, cause: nil) }
        let cause = try parseTest()
        height = max(tallest, height)
        return .raise(exception: exception, cause: cause)
    }

    private mutating func parseAssert() throws(ParseFailure) -> StatementNode.Kind {
        advance()
        let test = try parseTest()
        let tallest = height
        guard accept(.comma) else { return .assert(test: test, message: nil) }
        let message = try parseTest()
        height = max(tallest, height)
        return .assert(test: test, message: message)
    }

    private mutating func parseDelete() throws(ParseFailure) -> StatementNode.Kind {
        advance()
        let hasParenthesis = current.kind == .leftParenthesis
        let start = current.start
        let list = try parseExpressionList()
        try checkDeletable(list)
        // `del a, b` has two targets, `del (a, b)` one that is a tuple.
        if case .tuple(let elements) = list.kind, !hasParenthesis || list.span.start != start || isOpenTuple(list) {
            return .delete(elements)
        }
        return .delete([list])
    }

    /// A tuple that begins with a parenthesis but is not enclosed in it, as in `(a), b`.
    private func isOpenTuple(_ tuple: ExpressionNode) -> Bool {
        guard case .tuple(let elements) = tuple.kind else { return false }
        if elements.isEmpty { return false }
        // An enclosed tuple ends with the bracket that closes its first byte.
        var depth = 0
        for token in tokens where token.start >= tuple.span.start && token.end <= tuple.span.end {
            switch token.kind {
            case .leftParenthesis, .leftBracket, .leftBrace: depth += 1
            case .rightParenthesis, .rightBracket, .rightBrace:
                depth -= 1
                if depth == 0 { return token.end != tuple.span.end }
            default: break
            }
        }
        return false
    }

    private mutating func parseNames() throws(ParseFailure) -> [Identifier] {
        advance()
        var names: [Identifier] = []
        repeat { names.append(try parseIdentifier("a name")) } while accept(.comma)
        return names
    }

    // MARK: - Imports

    private mutating func parseImport() throws(ParseFailure) -> StatementNode.Kind {
        advance()
        var names: [AliasNode] = []
        repeat {
            let name = try parseDottedName()
            names.append(AliasNode(name: name, alias: try parseAlias()))
        } while accept(.comma)
        return .import(names)
    }

    private mutating func parseAlias() throws(ParseFailure) -> Identifier? {
        accept(.kwAs) ? try parseIdentifier("a name") : nil
    }

    private mutating func parseDottedName() throws(ParseFailure) -> Identifier {
        let first = try parseIdentifier("the name of a module")
        guard current.kind == .dot else { return first }
        var text = first.text
        while accept(.dot) {
            text += "."
            text += try parseIdentifier("a name").text
        }
        return Identifier(text, span(from: first.span.start))
    }

    private mutating func parseFromImport() throws(ParseFailure) -> StatementNode.Kind {
        advance()
        if current.kind == .dot || current.kind == .ellipsis {
            let start = current.start
            while current.kind == .dot || current.kind == .ellipsis { advance() }
            if current.kind == .name { _ = try parseDottedName() }
            throw fail(.relativeImport(span(from: start)))
        }
        let module = try parseDottedName()
        try expect(.kwImport, "'import'")
        if current.kind == .star { throw fail(.starImport(current.span, module: module.text)) }
        let open = current
        let inParentheses = accept(.leftParenthesis)
        var names: [AliasNode] = []
        while true {
            let name = try parseIdentifier("a name to import")
            names.append(AliasNode(name: name, alias: try parseAlias()))
            guard current.kind == .comma else { break }
            let comma = current.span
            advance()
            if inParentheses, current.kind == .rightParenthesis { break }
            if !inParentheses, current.kind == .newline { throw fail(.trailingImportComma(comma)) }
        }
        if inParentheses { try close(.rightParenthesis, open) }
        height = 1
        return .importFrom(module: module, names: names)
    }

    // MARK: - Expressions and assignments

    private mutating func parseExpressionStatement() throws(ParseFailure) -> StatementNode.Kind {
        let startsWithParenthesis = current.kind == .leftParenthesis
        let first = try parseExpressionListOrYield()
        switch current.kind {
        case .newline, .semicolon:
            try refuseLoneStar(first)
            return .expression(first)
        case .equal: return try parseAssignment(first)
        case .colon: return try parseAnnotated(first, startsWithParenthesis)
        case .walrus: throw fail(.walrusStatement(first, current.span))
        default: break
        }
        guard let op = current.kind.augmentedOperator else { return .expression(first) }
        try checkAugmentable(first)
        var tallest = height
        advance()
        let value = try parseExpressionListOrYield()
        try refuseLoneStar(value)
        tallest = max(tallest, height)
        height = tallest
        return .augAssign(target: first, op, value: value)
    }

    private mutating func parseAssignment(_ first: ExpressionNode) throws(ParseFailure) -> StatementNode.Kind {
        var targets: [ExpressionNode] = []
        var value = first
        var tallest = height
        while current.kind == .equal {
            try checkTarget(value)
            advance()
            targets.append(value)
            value = try parseExpressionListOrYield()
            tallest = max(tallest, height)
        }
        try refuseLoneStar(value)
        height = tallest
        return .assign(targets: targets, value: value)
    }

    private mutating func parseAnnotated(
        _ target: ExpressionNode, _ startsWithParenthesis: Bool
    ) throws(ParseFailure) -> StatementNode.Kind {
        if next.kind == .newline || next.kind == .endOfFile, let form = misspelledKeyword(target) { throw fail(form) }
        try checkAnnotatable(target)
        var tallest = height
        advance()
        let annotation = try parseTest()
        tallest = max(tallest, height)
        var value: ExpressionNode?
        if accept(.equal) {
            let right = try parseExpressionListOrYield()
            try refuseLoneStar(right)
            value = right
            tallest = max(tallest, height)
        }
        height = tallest
        var simple = false
        if case .name = target.kind { simple = !startsWithParenthesis }
        return .annAssign(target: target, annotation: annotation, value: value, simple: simple)
    }
}

extension TokenKind {
    var augmentedOperator: BinaryOperator? {
        switch self {
        case .plusEqual: .add
        case .minusEqual: .sub
        case .starEqual: .mult
        case .slashEqual: .div
        case .doubleSlashEqual: .floorDiv
        case .percentEqual: .mod
        case .atEqual: .matMult
        case .doubleStarEqual: .pow
        case .leftShiftEqual: .lShift
        case .rightShiftEqual: .rShift
        case .ampersandEqual: .bitAnd
        case .barEqual: .bitOr
        case .caretEqual: .bitXor
        default: nil
        }
    }
}
