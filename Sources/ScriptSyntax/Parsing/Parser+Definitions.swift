extension Parser {
    mutating func parseDecorated() throws(ParseFailure) -> StatementNode {
        var decorators: [ExpressionNode] = []
        var tallest = 0
        while accept(.at) {
            decorators.append(try parseNamed())
            tallest = max(tallest, height)
            try expect(.newline, "the end of the line")
        }
        if current.kind == .kwAsync {
            refuse(.async(current.span))
            advance()
        }
        let start = current.start
        let statement: StatementNode
        switch current.kind {
        case .kwDef: statement = try parseFunction(decorators: decorators, start: start)
        case .kwClass: statement = try parseClass(decorators: decorators, start: start)
        default: throw unexpected("'def' or 'class' after a decorator")
        }
        try grow(to: max(height, tallest + 1))
        return statement
    }

    mutating func parseFunction(decorators: [ExpressionNode], start: Int32) throws(ParseFailure) -> StatementNode {
        let owner = current
        advance()
        let name = try parseIdentifier("the name of the function")
        let scope = newScope()
        let open = current
        try expect(.leftParenthesis, "'(' and the parameters")
        let arguments = try parseParameters(until: .rightParenthesis, annotated: true)
        var tallest = height
        try close(.rightParenthesis, open)
        var returns: ExpressionNode?
        if accept(.arrow) {
            returns = try parseTest()
            tallest = max(tallest, height)
        }
        let body = try parseBlock(of: owner, "def")
        try grow(to: max(tallest, height) + 1)
        let node = FunctionNode(
            scope: scope, name: name, arguments: arguments, body: body, decorators: decorators, returns: returns)
        return StatementNode(.functionDef(node), SourceSpan(start: start, end: body.last?.span.end ?? name.span.end))
    }

    mutating func parseClass(decorators: [ExpressionNode], start: Int32) throws(ParseFailure) -> StatementNode {
        let owner = current
        advance()
        let name = try parseIdentifier("the name of the class")
        let scope = newScope()
        var bases: [ExpressionNode] = []
        var tallest = 0
        if current.kind == .leftParenthesis {
            let (arguments, keywords) = try parseCallArguments()
            tallest = height
            bases = arguments
            checkBases(bases, keywords)
        }
        let body = try parseBlock(of: owner, "class")
        refuseSpecials(in: body)
        try grow(to: max(tallest, height) + 1)
        let node = ClassNode(scope: scope, name: name, bases: bases, body: body, decorators: decorators)
        return StatementNode(.classDef(node), SourceSpan(start: start, end: body.last?.span.end ?? name.span.end))
    }

    private mutating func checkBases(_ bases: [ExpressionNode], _ keywords: [KeywordNode]) {
        if bases.count > 1 { refuse(.multipleInheritance(bases[1].span, first: bases[0].span)) }
        for base in bases {
            if case .starred = base.kind { refuse(.unpackedBases(base.span)) }
            if case .name("type") = base.kind { refuse(.metaclass(base.span)) }
        }
        if let keyword = keywords.first { refuse(.classKeyword(keyword)) }
    }

    /// Members by which a class would change how classes work.
    private mutating func refuseSpecials(in body: [StatementNode]) {
        for statement in body {
            switch statement.kind {
            case .functionDef(let function):
                if let refusal = Diagnostic.refusedMethod(function.name) { refuse(refusal) }
            case .assign(let targets, _):
                for target in targets {
                    if case .name("__slots__") = target.kind { refuse(.slots(target.span)) }
                    if case .name("__class__") = target.kind, let refusal = Diagnostic.refusedMethod(Identifier("__class__", target.span)) {
                        refuse(refusal)
                    }
                }
            case .annAssign(let target, _, _, _):
                if case .name("__slots__") = target.kind { refuse(.slots(target.span)) }
            default: break
            }
        }
    }
}
