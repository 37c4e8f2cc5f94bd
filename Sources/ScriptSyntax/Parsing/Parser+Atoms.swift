extension Parser {
    mutating func parseAtom() throws(ParseFailure) -> ExpressionNode {
        let token = current
        height = 1
        switch token.kind {
        case .name:
            advance()
            return ExpressionNode(.name(names[token.value]), token.span)
        case .integer: return constant(try parseInteger(token), token)
        case .float: return constant(try parseFloat(token), token)
        case .string: return try parseStrings()
        case .kwNone: return constant(.none, token)
        case .kwTrue: return constant(.bool(true), token)
        case .kwFalse: return constant(.bool(false), token)
        case .ellipsis: return constant(.ellipsis, token)
        case .leftParenthesis: return try parseParentheses()
        case .leftBracket: return try parseList()
        case .leftBrace: return try parseBraces()
        default: throw unexpected("an expression")
        }
    }

    private mutating func constant(_ value: ConstantValue, _ token: Token) -> ExpressionNode {
        advance()
        return ExpressionNode(.constant(value, unicodePrefix: false), token.span)
    }

    // MARK: - Brackets

    private mutating func parseParentheses() throws(ParseFailure) -> ExpressionNode {
        let open = current
        advance()
        if accept(.rightParenthesis) {
            height = 1
            return ExpressionNode(.tuple([]), span(from: open.start))
        }
        if current.kind == .kwYield {
            let value = try parseYield()
            try close(.rightParenthesis, open)
            return value
        }
        let first = try parseElement()
        switch current.kind {
        case .kwFor, .kwAsync:
            let node = try parseComprehension(first, value: nil, close: .rightParenthesis, open)
            return ExpressionNode(.generatorExp(node), span(from: open.start))
        case .comma:
            let elements = try parseElements(first, close: .rightParenthesis, open)
            return ExpressionNode(.tuple(elements), span(from: open.start))
        default:
            if case .starred = first.kind { throw fail(.misplacedStar(first.span)) }
            try close(.rightParenthesis, open)
            return first
        }
    }

    private mutating func parseList() throws(ParseFailure) -> ExpressionNode {
        let open = current
        advance()
        if accept(.rightBracket) {
            height = 1
            return ExpressionNode(.list([]), span(from: open.start))
        }
        let first = try parseElement()
        if current.kind == .kwFor || current.kind == .kwAsync {
            let node = try parseComprehension(first, value: nil, close: .rightBracket, open)
            return ExpressionNode(.listComp(node), span(from: open.start))
        }
        let elements = try parseElements(first, close: .rightBracket, open)
        return ExpressionNode(.list(elements), span(from: open.start))
    }

    private mutating func parseBraces() throws(ParseFailure) -> ExpressionNode {
        let open = current
        advance()
        if accept(.rightBrace) {
            height = 1
            return ExpressionNode(.dict(keys: [], values: []), span(from: open.start))
        }
        if current.kind == .doubleStar { return try parseDict(open, firstKey: nil) }
        let first = try parseElement()
        switch current.kind {
        case .colon:
            if case .starred = first.kind { throw unexpected("',' or '}'") }
            if case .namedExpr = first.kind, previousIsNotClosing { throw unexpected("',' or '}'") }
            return try parseDict(open, firstKey: first)
        case .kwFor, .kwAsync:
            let node = try parseComprehension(first, value: nil, close: .rightBrace, open)
            return ExpressionNode(.setComp(node), span(from: open.start))
        default:
            let elements = try parseElements(first, close: .rightBrace, open)
            return ExpressionNode(.set(elements), span(from: open.start))
        }
    }

    /// A walrus as a dict key must stand in parentheses.
    private var previousIsNotClosing: Bool { previous.kind != .rightParenthesis }

    private mutating func parseElement() throws(ParseFailure) -> ExpressionNode {
        current.kind == .star ? try parseStarred() : try parseNamed()
    }

    /// The elements behind `first`, up to and with the closing bracket.
    private mutating func parseElements(
        _ first: ExpressionNode, close kind: TokenKind, _ open: Token
    ) throws(ParseFailure) -> [ExpressionNode] {
        var elements = [first]
        var tallest = height
        while accept(.comma), current.kind != kind {
            elements.append(try parseElement())
            tallest = max(tallest, height)
            if current.kind == .kwFor, let last = elements.last {
                throw fail(.unparenthesizedElement(last.span, current.span))
            }
        }
        try close(kind, open)
        try grow(to: tallest + 1)
        return elements
    }

    /// Expects the bracket that closes `open`.
    mutating func close(_ kind: TokenKind, _ open: Token) throws(ParseFailure) {
        if current.kind == kind {
            advance()
            return
        }
        let bracket = kind == .rightParenthesis ? ")" : kind == .rightBracket ? "]" : "}"
        if current.kind.startsExpression, current.kind != .error, previous.end <= current.start {
            if let form = newcomerForm() { throw fail(form) }
            if isBehindUnclosedBracket { throw unexpected("") }
            throw fail(.missingComma(previous.span, current.span))
        }
        throw unexpected("',' or '\(bracket)'")
    }

    private mutating func parseDict(
        _ open: Token, firstKey: ExpressionNode?
    ) throws(ParseFailure) -> ExpressionNode {
        var keys: [ExpressionNode?] = []
        var values: [ExpressionNode] = []
        var tallest = height
        var key = firstKey
        repeat {
            if current.kind == .rightBrace { break }
            if current.kind == .doubleStar {
                advance()
                keys.append(nil)
                values.append(try parseBinary(Power.bitOr))
                tallest = max(tallest, height)
                if current.kind == .kwFor { throw fail(.unpackingInComprehension(span(from: open.start))) }
                continue
            }
            let name: ExpressionNode
            if let first = key {
                name = first
                key = nil
            } else {
                name = try parseTest()
                tallest = max(tallest, height)
            }
            try expect(.colon, "':' and the value that belongs to the key")
            let value = try parseTest()
            tallest = max(tallest, height)
            if keys.isEmpty, current.kind == .kwFor || current.kind == .kwAsync {
                height = tallest
                let node = try parseComprehension(name, value: value, close: .rightBrace, open)
                return ExpressionNode(.dictComp(node), span(from: open.start))
            }
            keys.append(name)
            values.append(value)
        } while accept(.comma)
        try close(.rightBrace, open)
        try grow(to: tallest + 1)
        return ExpressionNode(.dict(keys: keys, values: values), span(from: open.start))
    }

    // MARK: - Comprehensions

    /// The `for` clauses behind an element, up to and with the closing bracket if one is named.
    mutating func parseComprehension(
        _ element: ExpressionNode, value: ExpressionNode?, close kind: TokenKind?, _ open: Token
    ) throws(ParseFailure) -> ComprehensionNode {
        if case .starred = element.kind { throw fail(.unpackingInComprehension(element.span)) }
        let scope = newScope()
        var tallest = height
        var clauses: [GeneratorClause] = []
        while current.kind == .kwFor || current.kind == .kwAsync {
            if current.kind == .kwAsync {
                report(.async(current.span))
                advance()
            }
            try expect(.kwFor, "'for'")
            let target = try parseLoopTarget()
            tallest = max(tallest, height)
            try expect(.kwIn, "'in'")
            let iterable = try parseBinary(Power.or)
            tallest = max(tallest, height)
            var conditions: [ExpressionNode] = []
            while accept(.kwIf) {
                conditions.append(try parseBinary(Power.or))
                tallest = max(tallest, height)
            }
            clauses.append(GeneratorClause(target: target, iterable: iterable, conditions: conditions))
        }
        if let kind { try close(kind, open) }
        try grow(to: tallest + 1)
        return ComprehensionNode(scope: scope, element: element, value: value, generators: clauses)
    }

    /// The target of `for`, in statements and comprehensions.
    mutating func parseLoopTarget() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        let first = current.kind == .star ? try parseStarred() : try parseBinary(Power.bitOr)
        var target = first
        if current.kind == .comma {
            var elements = [first]
            var tallest = height
            while accept(.comma) {
                guard current.kind.startsExpression || current.kind == .star else { break }
                elements.append(current.kind == .star ? try parseStarred() : try parseBinary(Power.bitOr))
                tallest = max(tallest, height)
            }
            try grow(to: tallest + 1)
            target = ExpressionNode(.tuple(elements), span(from: start))
        }
        try checkTarget(target)
        return target
    }
}
