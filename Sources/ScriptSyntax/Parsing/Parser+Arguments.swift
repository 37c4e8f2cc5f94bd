// MARK: - Calls

extension Parser {
    /// The arguments of a call, parentheses included; leaves `height` at the tallest argument.
    mutating func parseCallArguments() throws(ParseFailure) -> ([ExpressionNode], [KeywordNode]) {
        let open = current
        advance()
        var arguments: [ExpressionNode] = []
        var keywords: [KeywordNode] = []
        var tallest = 0
        while current.kind != .rightParenthesis {
            if current.kind == .name, next.kind == .equal {
                keywords.append(try parseKeyword())
            } else if current.kind == .doubleStar {
                let start = current.start
                advance()
                let value = try parseTest()
                keywords.append(KeywordNode(name: nil, value: value, span: span(from: start)))
            } else {
                let argument = try parsePositional(after: arguments.count, keywords, open)
                arguments.append(argument)
            }
            tallest = max(tallest, height)
            guard accept(.comma) else { break }
        }
        try closeCall(open)
        height = tallest
        try checkRepetition(of: keywords)
        return (arguments, keywords)
    }

    private mutating func closeCall(_ open: Token) throws(ParseFailure) {
        if current.kind == .rightParenthesis { return advance() }
        if current.kind == .equal { throw fail(.keywordIsNotName(previous.span, current.span)) }
        try close(.rightParenthesis, open)
    }

    private mutating func parseKeyword() throws(ParseFailure) -> KeywordNode {
        let name = Identifier(names[current.value], current.span)
        if name.text == "__debug__" { throw fail(.assignToDebug(current.span)) }
        advance()
        advance()
        let value = try parseTest()
        if current.kind == .kwFor { throw fail(.generatorAsKeyword(value.span)) }
        return KeywordNode(name: name, value: value, span: span(from: name.span.start))
    }

    private mutating func parsePositional(
        after count: Int, _ keywords: [KeywordNode], _ open: Token
    ) throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        if current.kind == .star {
            if let unpacked = keywords.first(where: { $0.name == nil }) {
                throw fail(.starAfterDoubleStar(current.span, unpacked.span))
            }
            advance()
            let value = try parseTest()
            try grow(to: height + 1)
            return ExpressionNode(.starred(value), span(from: start))
        }
        let argument = try parseNamed()
        if current.kind == .kwFor || current.kind == .kwAsync {
            let isFirst = count == 0 && keywords.isEmpty
            let node = try parseComprehension(argument, value: nil, close: nil, open)
            if !isFirst || current.kind == .comma { throw fail(.bareGenerator(span(from: start))) }
            guard current.kind == .rightParenthesis else {
                try close(.rightParenthesis, open)
                throw ParseFailure()
            }
            return ExpressionNode(.generatorExp(node), SourceSpan(start: open.start, end: current.end))
        }
        if current.kind == .equal { throw fail(.keywordIsNotName(argument.span, current.span)) }
        if let keyword = keywords.first {
            throw fail(.positionalAfterKeyword(argument.span, keyword.span, unpacked: keyword.name == nil))
        }
        return argument
    }

    /// The same keyword twice is an error before the call happens.
    private mutating func checkRepetition(of keywords: [KeywordNode]) throws(ParseFailure) {
        guard keywords.count > 1 else { return }
        var seen: [String: SourceSpan] = [:]
        for keyword in keywords {
            guard let name = keyword.name else { continue }
            if let first = seen[name.text] { refuse(.repeatedKeyword(name, first)) }
            seen[name.text] = name.span
        }
    }

    // MARK: - Subscripts

    /// What stands between `[` and `]`; leaves `height` at its height.
    mutating func parseSubscript() throws(ParseFailure) -> ExpressionNode {
        let open = current
        advance()
        let start = current.start
        let first = try parseSubscriptItem()
        var elements = [first]
        var tallest = height
        var isTuple = false
        if case .starred = first.kind { isTuple = true }
        while accept(.comma) {
            isTuple = true
            if current.kind == .rightBracket { break }
            elements.append(try parseSubscriptItem())
            tallest = max(tallest, height)
        }
        let span = span(from: start)
        try close(.rightBracket, open)
        guard isTuple else {
            height = tallest
            return first
        }
        try grow(to: tallest + 1)
        return ExpressionNode(.tuple(elements), span)
    }

    private mutating func parseSubscriptItem() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        if current.kind == .star { return try parseStarred() }
        var lower: ExpressionNode?
        var tallest = 0
        if current.kind != .colon {
            let value = try parseNamed()
            guard current.kind == .colon else { return value }
            if case .namedExpr = value.kind, previous.kind != .rightParenthesis { throw unexpected("']'") }
            lower = value
            tallest = height
        }
        advance()
        var upper: ExpressionNode?
        var step: ExpressionNode?
        if current.kind != .colon, current.kind != .comma, current.kind != .rightBracket {
            upper = try parseTest()
            tallest = max(tallest, height)
        }
        if accept(.colon), current.kind != .comma, current.kind != .rightBracket {
            step = try parseTest()
            tallest = max(tallest, height)
        }
        try grow(to: tallest + 1)
        return ExpressionNode(.slice(lower: lower, upper: upper, step: step), span(from: start))
    }
}

// MARK: - Parameters

extension Parser {
    mutating func parseLambda() throws(ParseFailure) -> ExpressionNode {
        let start = current.start
        advance()
        let scope = newScope()
        let arguments = try parseParameters(until: .colon, annotated: false)
        let tallest = height
        try expect(.colon, "':' and the body of the lambda")
        let body = try parseTest()
        try grow(to: max(tallest, height) + 1)
        return ExpressionNode(
            .lambda(LambdaNode(scope: scope, arguments: arguments, body: body)), span(from: start))
    }

    /// Parameters up to `end`, which is left; `height` is that of the tallest default or annotation.
    mutating func parseParameters(until end: TokenKind, annotated: Bool) throws(ParseFailure) -> ArgumentsNode {
        var list = ParameterList()
        var tallest = 0
        while current.kind != end {
            height = 0
            switch current.kind {
            case .slash: try parseSlash(&list)
            case .star: try parseStarParameter(&list, annotated: annotated)
            case .doubleStar: try parseKeywordsParameter(&list, annotated: annotated)
            default: try parsePlainParameter(&list, annotated: annotated)
            }
            tallest = max(tallest, height)
            guard accept(.comma) else { break }
        }
        if let star = list.bareStar, list.arguments.keywordOnly.isEmpty { throw fail(.bareStar(star)) }
        height = tallest
        try checkDuplicates(list.arguments)
        return list.arguments
    }

    /// Parameters read so far and the markers met between them.
    private struct ParameterList {
        var arguments = ArgumentsNode()
        var star: SourceSpan?
        /// A `*` without a name that no keyword-only parameter has followed yet.
        var bareStar: SourceSpan?
        var slash: SourceSpan?
        var firstDefault: SourceSpan?
    }

    private mutating func parseSlash(_ list: inout ParameterList) throws(ParseFailure) {
        if list.star != nil || list.slash != nil || list.arguments.variadicKeywords != nil
            || list.arguments.positional.isEmpty
        {
            throw fail(.misplacedMarker(current.span, "/"))
        }
        list.slash = current.span
        list.arguments.positionalOnly = list.arguments.positional
        list.arguments.positional = []
        advance()
    }

    private mutating func parseStarParameter(_ list: inout ParameterList, annotated: Bool) throws(ParseFailure) {
        if list.star != nil || list.arguments.variadicKeywords != nil {
            throw fail(.misplacedMarker(current.span, "*"))
        }
        list.star = current.span
        advance()
        guard current.kind == .name else {
            list.bareStar = list.star
            guard current.kind == .comma else {
                if let star = list.star, current.kind != .error { throw fail(.bareStar(star)) }
                throw unexpected("',' or a name")
            }
            return
        }
        let name = try parseParameterName()
        var annotation: ExpressionNode?
        if annotated, accept(.colon) { annotation = try parseStarExpression() }
        list.arguments.variadic = ParameterNode(name: name, annotation: annotation)
        if current.kind == .equal { throw fail(.defaultOnVariadic(name.span)) }
    }

    private mutating func parseKeywordsParameter(_ list: inout ParameterList, annotated: Bool) throws(ParseFailure) {
        if list.arguments.variadicKeywords != nil { throw fail(.misplacedMarker(current.span, "**")) }
        advance()
        let name = try parseParameterName()
        list.arguments.variadicKeywords = ParameterNode(name: name, annotation: try parseAnnotation(annotated))
        if current.kind == .equal { throw fail(.defaultOnVariadic(name.span)) }
    }

    private mutating func parsePlainParameter(_ list: inout ParameterList, annotated: Bool) throws(ParseFailure) {
        let name = try parseParameterName()
        if list.arguments.variadicKeywords != nil { throw fail(.parameterAfterKeywords(name.span)) }
        let parameter = ParameterNode(name: name, annotation: try parseAnnotation(annotated))
        var tallest = height
        var value: ExpressionNode?
        if accept(.equal) {
            value = try parseTest()
            tallest = max(tallest, height)
        }
        height = tallest
        if list.star != nil {
            list.arguments.keywordOnly.append(parameter)
            list.arguments.keywordDefaults.append(value)
            list.bareStar = nil
            return
        }
        list.arguments.positional.append(parameter)
        if let value {
            list.arguments.defaults.append(value)
            list.firstDefault = list.firstDefault ?? name.span
        } else if let earlier = list.firstDefault {
            throw fail(.requiredAfterDefault(name.span, earlier))
        }
    }

    private mutating func parseParameterName() throws(ParseFailure) -> Identifier {
        let name = try parseIdentifier("the name of a parameter")
        if name.text == "__debug__" { throw fail(.assignToDebug(name.span)) }
        return name
    }

    private mutating func parseAnnotation(_ annotated: Bool) throws(ParseFailure) -> ExpressionNode? {
        guard annotated, accept(.colon) else { return nil }
        return try parseTest()
    }

    private mutating func checkDuplicates(_ arguments: ArgumentsNode) throws(ParseFailure) {
        let all = arguments.all
        guard all.count > 1 else { return }
        var seen: [String: SourceSpan] = [:]
        for parameter in all.map(\.name) {
            if let first = seen[parameter.text] { refuse(.duplicateParameter(parameter, first)) }
            seen[parameter.text] = parameter.span
        }
    }
}
