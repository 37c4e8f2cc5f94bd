/// How tightly operators bind; see the precedence table of the language.
enum Power {
    static let or = 20
    static let and = 30
    static let not = 40
    static let comparison = 50
    static let bitOr = 60
}

extension TokenKind {
    /// Arithmetic operators with their binding power; all associate to the left.
    @inline(__always)
    var binaryOperator: (BinaryOperator, power: Int)? {
        switch self {
        case .bar: (.bitOr, 60)
        case .caret: (.bitXor, 70)
        case .ampersand: (.bitAnd, 80)
        case .leftShift: (.lShift, 90)
        case .rightShift: (.rShift, 90)
        case .plus: (.add, 100)
        case .minus: (.sub, 100)
        case .star: (.mult, 110)
        case .slash: (.div, 110)
        case .doubleSlash: (.floorDiv, 110)
        case .percent: (.mod, 110)
        case .at: (.matMult, 110)
        default: nil
        }
    }

    var startsExpression: Bool {
        switch self {
        case .name, .integer, .float, .string, .leftParenthesis, .leftBracket, .leftBrace, .minus, .plus, .tilde,
            .ellipsis, .kwNone, .kwTrue, .kwFalse, .kwNot, .kwLambda, .kwAwait, .error:
            true
        default: false
        }
    }
}

// MARK: - Lists of expressions

extension Parser {
    /// `exprlist`: expressions and stars; a comma makes a tuple.
    mutating func parseExpressionList() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        let first = try parseStarExpression()
        guard current.kind == .comma else { return first }
        var elements = [first]
        var tallest = height
        while accept(.comma) {
            guard current.kind.startsExpression || current.kind == .star else { break }
            elements.append(try parseStarExpression())
            tallest = max(tallest, height)
        }
        try grow(to: tallest + 1)
        return ExpressionNode(.tuple(elements), span(from: start))
    }

    /// An expression list on the right of `=` or in an expression statement, where `yield` may stand too.
    mutating func parseExpressionListOrYield() throws(ParseFailure) -> ExpressionNode {
        current.kind == .kwYield ? try parseYield() : try parseExpressionList()
    }

    mutating func parseStarExpression() throws(ParseFailure) -> ExpressionNode {
        current.kind == .star ? try parseStarred() : try parseTest()
    }

    mutating func parseStarred() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        advance()
        let value = try parseBinary(Power.bitOr)
        try grow(to: height + 1)
        return ExpressionNode(.starred(value), span(from: start))
    }

    mutating func parseYield() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        advance()
        if accept(.kwFrom) {
            let value = try parseTest()
            try grow(to: height + 1)
            return ExpressionNode(.yieldFrom(value), span(from: start))
        }
        guard current.kind.startsExpression || current.kind == .star else {
            height = 1
            return ExpressionNode(.yield(nil), span(from: start))
        }
        let value = try parseExpressionList()
        try grow(to: height + 1)
        return ExpressionNode(.yield(value), span(from: start))
    }
}

// MARK: - One expression

extension Parser {
    /// `NAME := test`, or a test.
    mutating func parseNamed() throws(ParseFailure) -> ExpressionNode {
        guard current.kind == .name, next.kind == .walrus else {
            let value = try parseTest()
            if current.kind == .walrus { throw fail(.walrusTarget(value, current.span)) }
            return value
        }
        let start = current.start
        let target = ExpressionNode(.name(names[current.value]), current.span)
        try checkBindable(target)
        advance()
        advance()
        let value = try parseTest()
        try grow(to: height + 1)
        return ExpressionNode(.namedExpr(target: target, value: value), span(from: start))
    }

    /// A conditional, a lambda or an operator expression.
    mutating func parseTest() throws(ParseFailure) -> ExpressionNode {
        try enter()
        defer { leave() }
        if current.kind == .kwLambda { return try parseLambda() }
        let start = current.start
        let body = try parseBinary(Power.or)
        guard current.kind == .kwIf else { return body }
        var tallest = height
        advance()
        let test = try parseBinary(Power.or)
        tallest = max(tallest, height)
        guard accept(.kwElse) else {
            if current.kind == .error { throw ParseFailure() }
            throw fail(.conditionalWithoutElse(span(from: start), current.span))
        }
        let orelse = try parseTest()
        try grow(to: max(tallest, height) + 1)
        return ExpressionNode(.ifExp(test: test, body: body, orelse: orelse), span(from: start))
    }

    /// Operators that bind at least as tightly as `minimum`.
    mutating func parseBinary(_ minimum: Int) throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        var left = current.kind == .kwNot ? try parseNot(minimum) : try parseUnary()
        while true {
            let kind = current.kind
            if let (op, power) = kind.binaryOperator {
                guard power >= minimum else { return left }
                var tallest = height
                advance()
                let right = try parseBinary(power + 1)
                tallest = max(tallest, height)
                try grow(to: tallest + 1)
                left = ExpressionNode(.binOp(left: left, op, right: right), span(from: start))
            } else if kind == .kwOr || kind == .kwAnd {
                guard (kind == .kwOr ? Power.or : Power.and) >= minimum else { return left }
                left = try parseBoolean(left, kind, start)
            } else if minimum <= Power.comparison, isComparison {
                left = try parseComparison(left, start)
            } else {
                return left
            }
        }
    }

    private mutating func parseNot(_ minimum: Int) throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        guard minimum <= Power.not else { throw fail(.notAfterOperator(current.span)) }
        try enter()
        defer { leave() }
        advance()
        let operand = try parseBinary(Power.not)
        try grow(to: height + 1)
        return ExpressionNode(.unaryOp(.not, operand: operand), span(from: start))
    }

    private mutating func parseBoolean(
        _ left: ExpressionNode, _ kind: TokenKind, _ start: Int32
    ) throws(ParseFailure) -> ExpressionNode {
        var values = [left]
        var tallest = height
        while accept(kind) {
            values.append(try parseBinary(kind == .kwOr ? Power.and : Power.not))
            tallest = max(tallest, height)
        }
        try grow(to: tallest + 1)
        return ExpressionNode(.boolOp(kind == .kwOr ? .or : .and, values: values), span(from: start))
    }

    private var isComparison: Bool {
        switch current.kind {
        case .less, .greater, .lessEqual, .greaterEqual, .doubleEqual, .notEqual, .kwIn, .kwIs: true
        case .kwNot: next.kind == .kwIn
        default: false
        }
    }

    private mutating func parseComparison(
        _ left: ExpressionNode, _ start: Int32
    ) throws(ParseFailure) -> ExpressionNode {
        var operators: [ComparisonOperator] = []
        var comparators: [ExpressionNode] = []
        var tallest = height
        while let op = acceptComparison() {
            operators.append(op)
            comparators.append(try parseBinary(Power.bitOr))
            tallest = max(tallest, height)
        }
        try grow(to: tallest + 1)
        return ExpressionNode(.compare(left: left, ops: operators, comparators: comparators), span(from: start))
    }

    private mutating func acceptComparison() -> ComparisonOperator? {
        let op: ComparisonOperator
        switch current.kind {
        case .less: op = .lt
        case .greater: op = .gt
        case .lessEqual: op = .ltE
        case .greaterEqual: op = .gtE
        case .doubleEqual: op = .eq
        case .notEqual: op = .notEq
        case .kwIn: op = .in
        case .kwIs:
            advance()
            return accept(.kwNot) ? .isNot : .is
        case .kwNot where next.kind == .kwIn:
            advance()
            op = .notIn
        default: return nil
        }
        advance()
        return op
    }

    private mutating func parseUnary() throws(ParseFailure) -> ExpressionNode {
        let op: UnaryOperator
        switch current.kind {
        case .minus: op = .uSub
        case .plus: op = .uAdd
        case .tilde: op = .invert
        default: return try parsePower()
        }
        let start = current.start
        try enter()
        defer { leave() }
        advance()
        let operand = try parseUnary()
        try grow(to: height + 1)
        return ExpressionNode(.unaryOp(op, operand: operand), span(from: start))
    }

    private mutating func parsePower() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        if current.kind == .kwAwait {
            refuse(.await(current.span))
            advance()
        }
        let base = try parsePostfix()
        guard current.kind == .doubleStar else { return base }
        let tallest = height
        try enter()
        defer { leave() }
        advance()
        let exponent = try parseUnary()
        try grow(to: max(tallest, height) + 1)
        return ExpressionNode(.binOp(left: base, .pow, right: exponent), span(from: start))
    }

    /// Calls, subscripts and attributes behind an atom.
    mutating func parsePostfix() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        var value = try parseAtom()
        while true {
            let tallest = height
            switch current.kind {
            case .dot:
                advance()
                let name = try parseIdentifier("the name of an attribute")
                try grow(to: tallest + 1)
                value = ExpressionNode(.attribute(value: value, name: name), span(from: start))
            case .leftParenthesis:
                let (arguments, keywords) = try parseCallArguments()
                try grow(to: max(tallest, height) + 1)
                value = ExpressionNode(
                    .call(function: value, arguments: arguments, keywords: keywords), span(from: start))
            case .leftBracket:
                let index = try parseSubscript()
                try grow(to: max(tallest, height) + 1)
                value = ExpressionNode(.subscript(value: value, index: index), span(from: start))
            default:
                return value
            }
        }
    }
}
