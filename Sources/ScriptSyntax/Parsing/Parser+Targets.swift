extension ExpressionNode {
    /// What a reader would call this kind of expression.
    var describedKind: String {
        switch kind {
        case .boolOp, .binOp, .unaryOp: "an operator expression"
        case .namedExpr: "a named expression"
        case .lambda: "a lambda"
        case .ifExp: "a conditional expression"
        case .dict: "a dict"
        case .set: "a set"
        case .listComp, .setComp, .dictComp: "a comprehension"
        case .generatorExp: "a generator expression"
        case .yield, .yieldFrom: "a yield expression"
        case .compare: "a comparison"
        case .call: "a function call"
        case .formattedValue, .joinedStr: "an f-string"
        case .constant(let value, _):
            switch value {
            case .none: "None"
            case .bool(let value): value ? "True" : "False"
            case .ellipsis: "'...'"
            default: "a literal"
            }
        case .attribute: "an attribute"
        case .subscript: "an item"
        case .starred: "a starred expression"
        case .name: "a name"
        case .list: "a list"
        case .tuple: "a tuple"
        case .slice: "a slice"
        }
    }
}

extension Parser {
    /// Throws unless `target` can be assigned to as a whole.
    mutating func checkTarget(_ target: ExpressionNode) throws(ParseFailure) {
        if case .starred = target.kind { throw fail(.loneStarTarget(target.span)) }
        try checkNested(target)
    }

    private mutating func checkNested(_ target: ExpressionNode) throws(ParseFailure) {
        switch target.kind {
        case .name, .attribute: try checkBindable(target)
        case .subscript: break
        case .tuple(let elements), .list(let elements):
            var star: SourceSpan?
            for element in elements {
                if case .starred(let inner) = element.kind {
                    if let star { throw fail(.multipleStars(element.span, star)) }
                    star = element.span
                    try checkNested(inner)
                } else {
                    try checkNested(element)
                }
            }
        default:
            throw fail(.cannotAssign(target, equal: current.kind == .equal ? current.span : nil))
        }
    }

    mutating func checkBindable(_ target: ExpressionNode) throws(ParseFailure) {
        switch target.kind {
        case .name("__debug__"): throw fail(.assignToDebug(target.span))
        case .attribute(_, let name) where name.text == "__debug__": throw fail(.assignToDebug(name.span))
        default: break
        }
    }

    mutating func checkDeletable(_ target: ExpressionNode) throws(ParseFailure) {
        switch target.kind {
        case .name, .attribute: try checkBindable(target)
        case .subscript: break
        case .tuple(let elements), .list(let elements):
            for element in elements { try checkDeletable(element) }
        default: throw fail(.cannotDelete(target))
        }
    }

    mutating func checkAugmentable(_ target: ExpressionNode) throws(ParseFailure) {
        switch target.kind {
        case .name, .attribute: try checkBindable(target)
        case .subscript: break
        default: throw fail(.cannotAugment(target))
        }
    }

    mutating func checkAnnotatable(_ target: ExpressionNode) throws(ParseFailure) {
        switch target.kind {
        case .name, .attribute: try checkBindable(target)
        case .subscript: break
        default: throw fail(.cannotAnnotate(target))
        }
    }

    /// A star that is neither in a list, a tuple, a set nor a call.
    mutating func refuseLoneStar(_ value: ExpressionNode) throws(ParseFailure) {
        if case .starred = value.kind { throw fail(.misplacedStar(value.span)) }
    }
}
