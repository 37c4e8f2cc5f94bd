extension Parser {
    /// A compound statement, or nil when the current token begins a simple one.
    mutating func parseCompound() throws(ParseFailure) -> StatementNode? {
        switch current.kind {
        case .kwIf: return try parseIf()
        case .kwWhile: return try parseWhile()
        case .kwFor: return try parseFor()
        case .kwTry: return try parseTry()
        case .kwWith: return try parseWith()
        case .kwDef: return try parseFunction(decorators: [], start: current.start)
        case .kwClass: return try parseClass(decorators: [], start: current.start)
        case .at: return try parseDecorated()
        case .kwAsync:
            refuse(.async(current.span))
            advance()
            return try parseCompound()
        case .indent: throw unexpectedIndent()
        case .kwElse, .kwElif, .kwExcept, .kwFinally: throw fail(.orphanClause(current.span, names[current.value]))
        case .name where current.value == Token.matchIndex && beginsMatch:
            let span = current.span
            isDroppingMatch = true
            throw fail(.match(span))
        default: return nil
        }
    }

    // MARK: - Blocks

    /// `":" block`; leaves `height` at that of the tallest statement.
    mutating func parseBlock(of owner: Token, _ what: String) throws(ParseFailure) -> [StatementNode] {
        try expectColon(owner, what)
        blockNesting += 1
        defer { blockNesting -= 1 }
        var body: [StatementNode] = []
        guard accept(.newline) else {
            if current.kind.beginsCompound { throw fail(.compoundOnOneLine(current.span, names[current.value])) }
            try parseSimpleLine(into: &body)
            return body
        }
        guard current.kind == .indent else {
            if current.kind == .error { throw ParseFailure() }
            report(.expectedBlock(current.span, owner.span, what))
            height = 1
            return body
        }
        advance()
        var tallest = 0
        while current.kind != .dedent, current.kind != .endOfFile {
            parseStatement(into: &body)
            tallest = max(tallest, height)
        }
        height = tallest
        if current.kind == .dedent { advance() }
        return body
    }

    private mutating func expectColon(_ owner: Token, _ what: String) throws(ParseFailure) {
        if accept(.colon) { return }
        if current.kind == .equal { throw fail(.assignmentInCondition(current.span, what)) }
        if let form = newcomerForm() { throw fail(form) }
        guard current.kind == .newline else {
            if current.kind == .error || isInUnclosedBracket { throw unexpected("':'") }
            if current.kind.startsExpression || current.kind.isKeyword || current.kind == .leftBrace {
                throw fail(.expectedColon(current.span, owner.span, what, insertAt: nil))
            }
            throw unexpected("':'")
        }
        report(.expectedColon(current.span, owner.span, what, insertAt: previous.end))
    }

    private var isInUnclosedBracket: Bool {
        unclosed.contains { $0.open < Int(current.start) && Int(current.start) <= $0.end }
    }

    private func end(of blocks: [StatementNode]..., default start: Int32) -> Int32 {
        for block in blocks { if let last = block.last { return last.span.end } }
        return max(start, index > 0 ? tokens[index - 1].start : start)
    }

    // MARK: - if, while, for

    private mutating func parseIf() throws(ParseFailure) -> StatementNode {
        var branches: [(start: Int32, test: ExpressionNode, body: [StatementNode], height: Int)] = []
        var orelse: [StatementNode] = []
        var tallest = 0
        while true {
            let owner = current
            advance()
            let test = try parseNamed()
            tallest = height
            let body = try parseBlock(of: owner, owner.kind == .kwIf && branches.isEmpty ? "if" : "elif")
            branches.append((owner.start, test, body, max(tallest, height)))
            tallest = 0
            if current.kind == .kwElif { continue }
            guard current.kind == .kwElse else { break }
            if next.kind == .kwIf {
                report(.elseIf(SourceSpan(start: current.start, end: next.end)))
                advance()
                continue
            }
            orelse = try parseElse()
            tallest = height
            break
        }
        // `elif` nests to the right: fold from the back, and never higher than a tree may be, lest its release overflow the stack.
        while let branch = branches.popLast() {
            tallest = max(tallest, branch.height) + 1
            try grow(to: tallest)
            let span = SourceSpan(start: branch.start, end: end(of: orelse, branch.body, default: branch.start))
            let kind = StatementNode.Kind.if(test: branch.test, body: branch.body, orelse: orelse)
            orelse = [StatementNode(kind, span)]
        }
        return orelse[0]
    }

    private mutating func parseElse() throws(ParseFailure) -> [StatementNode] {
        let owner = current
        advance()
        return try parseBlock(of: owner, "else")
    }

    /// An `else` block when there is one; raises `tallest` to its height.
    private mutating func parseOptionalElse(_ tallest: inout Int) throws(ParseFailure) -> [StatementNode] {
        guard current.kind == .kwElse else { return [] }
        let body = try parseElse()
        tallest = max(tallest, height)
        return body
    }

    private mutating func parseWhile() throws(ParseFailure) -> StatementNode {
        let owner = current
        advance()
        let test = try parseNamed()
        var tallest = height
        let body = try parseBlock(of: owner, "while")
        tallest = max(tallest, height)
        let orelse = try parseOptionalElse(&tallest)
        try grow(to: tallest + 1)
        return StatementNode(
            .while(test: test, body: body, orelse: orelse),
            SourceSpan(start: owner.start, end: end(of: orelse, body, default: owner.start)))
    }

    private mutating func parseFor() throws(ParseFailure) -> StatementNode {
        let owner = current
        advance()
        let target = try parseLoopTarget()
        var tallest = height
        try expect(.kwIn, "'in'")
        let iterable = try parseExpressionList()
        try refuseLoneStar(iterable)
        tallest = max(tallest, height)
        let body = try parseBlock(of: owner, "for")
        tallest = max(tallest, height)
        let orelse = try parseOptionalElse(&tallest)
        try grow(to: tallest + 1)
        return StatementNode(
            .for(target: target, iterable: iterable, body: body, orelse: orelse),
            SourceSpan(start: owner.start, end: end(of: orelse, body, default: owner.start)))
    }

    // MARK: - try

    private mutating func parseTry() throws(ParseFailure) -> StatementNode {
        let owner = current
        advance()
        let body = try parseBlock(of: owner, "try")
        var tallest = height
        var handlers: [HandlerNode] = []
        while current.kind == .kwExcept {
            handlers.append(try parseHandler())
            tallest = max(tallest, height)
        }
        let orelse = handlers.isEmpty ? [] : try parseOptionalElse(&tallest)
        var finalBody: [StatementNode] = []
        if current.kind == .kwFinally {
            let owner = current
            advance()
            finalBody = try parseBlock(of: owner, "finally")
            tallest = max(tallest, height)
        } else if handlers.isEmpty {
            if current.kind == .error { throw ParseFailure() }
            report(.tryWithoutHandler(current.span, owner.span))
        }
        for handler in handlers.dropLast() where handler.type == nil {
            refuse(.bareExceptNotLast(SourceSpan(start: handler.span.start, end: handler.span.start + 6)))
        }
        try grow(to: tallest + 1)
        let end = end(of: finalBody, orelse, handlers.last?.body ?? [], body, default: owner.start)
        return StatementNode(
            .try(TryNode(body: body, handlers: handlers, orelse: orelse, finalBody: finalBody)),
            SourceSpan(start: owner.start, end: end))
    }

    private mutating func parseHandler() throws(ParseFailure) -> HandlerNode {
        let owner = current
        advance()
        if current.kind == .star { throw fail(.exceptStar(SourceSpan(start: owner.start, end: current.end))) }
        var type: ExpressionNode?
        var name: Identifier?
        var tallest = 0
        if current.kind != .colon, current.kind != .newline {
            let value = try parseTest()
            type = value
            tallest = height
            if current.kind == .comma { throw fail(try unparenthesizedTypes(value)) }
            if accept(.kwAs) {
                let target = try parseIdentifier("the name for the exception")
                if target.text == "__debug__" { throw fail(.assignToDebug(target.span)) }
                name = target
            }
        }
        let body = try parseBlock(of: owner, "except")
        try grow(to: max(tallest, height) + 1)
        return HandlerNode(
            type: type, name: name, body: body,
            span: SourceSpan(start: owner.start, end: end(of: body, default: owner.start)))
    }

    private mutating func unparenthesizedTypes(_ first: ExpressionNode) throws(ParseFailure) -> Diagnostic {
        var last = first
        while accept(.comma), current.kind.startsExpression { last = try parseTest() }
        return .unparenthesizedTypes(first.span.joined(with: last.span))
    }

    // MARK: - with

    private mutating func parseWith() throws(ParseFailure) -> StatementNode {
        let owner = current
        advance()
        var tallest = 0
        let items: [WithItemNode]
        if let enclosed = try parseEnclosedItems(&tallest) { items = enclosed } else { items = try parseItems(&tallest) }
        let body = try parseBlock(of: owner, "with")
        try grow(to: max(tallest, height) + 1)
        return StatementNode(
            .with(items: items, body: body),
            SourceSpan(start: owner.start, end: end(of: body, default: owner.start)))
    }

    private mutating func parseItems(_ tallest: inout Int) throws(ParseFailure) -> [WithItemNode] {
        var items: [WithItemNode] = []
        repeat { items.append(try parseItem(&tallest)) } while accept(.comma)
        return items
    }

    private mutating func parseItem(_ tallest: inout Int) throws(ParseFailure) -> WithItemNode {
        let context = try parseTest()
        tallest = max(tallest, height)
        guard accept(.kwAs) else { return WithItemNode(context: context, target: nil) }
        let target = current.kind == .star ? try parseStarred() : try parsePostfix()
        try checkTarget(target)
        tallest = max(tallest, height)
        return WithItemNode(context: context, target: target)
    }

    /// `with (a as b, c):` — the parentheses enclose items when a colon follows them and what they hold can
    /// be read as items; else nil, with nothing read.
    private mutating func parseEnclosedItems(_ tallest: inout Int) throws(ParseFailure) -> [WithItemNode]? {
        guard current.kind == .leftParenthesis, colonFollowsBracket else { return nil }
        let saved = self
        if let items = try? readEnclosedItems(&tallest), diagnostics.count == saved.diagnostics.count { return items }
        // More text could still make items of them.
        if isAtEnd { throw ParseFailure() }
        self = saved
        tallest = 0
        return nil
    }

    private mutating func readEnclosedItems(_ tallest: inout Int) throws(ParseFailure) -> [WithItemNode] {
        advance()
        var items: [WithItemNode] = []
        repeat {
            if current.kind == .rightParenthesis { break }
            items.append(try parseItem(&tallest))
        } while accept(.comma)
        try expect(.rightParenthesis, "')'")
        if items.isEmpty { throw ParseFailure() }
        return items
    }

    /// Whether the bracket that closes the current one is followed by a colon, or has yet to come.
    private var colonFollowsBracket: Bool {
        var depth = 0
        var offset = index
        while offset < tokens.count {
            switch tokens[offset].kind {
            case .leftParenthesis, .leftBracket, .leftBrace: depth += 1
            case .rightParenthesis, .rightBracket, .rightBrace:
                depth -= 1
                if depth == 0 { return offset + 1 < tokens.count && tokens[offset + 1].kind == .colon }
            case .newline, .endOfFile: return depth > 0
            default: break
            }
            offset += 1
        }
        return false
    }
}

extension TokenKind {
    var beginsCompound: Bool {
        switch self {
        case .kwIf, .kwWhile, .kwFor, .kwTry, .kwWith, .kwDef, .kwClass: true
        default: false
        }
    }
}
