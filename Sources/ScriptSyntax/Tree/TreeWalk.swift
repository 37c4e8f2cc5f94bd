/// The parts of nodes, for tools that visit a whole tree.
public enum TreeWalk {
    /// The blocks directly inside a statement.
    public static func blocks(of statement: StatementNode) -> [[StatementNode]] {
        switch statement.kind {
        case .functionDef(let node): [node.body]
        case .classDef(let node): [node.body]
        case .for(_, _, let body, let orelse), .while(_, let body, let orelse), .if(_, let body, let orelse): [body, orelse]
        case .with(_, let body): [body]
        case .try(let node): [node.body] + node.handlers.map(\.body) + [node.orelse, node.finalBody]
        default: []
        }
    }

    /// The expressions directly inside a statement, in the order of its fields; not those of its blocks.
    public static func expressions(of statement: StatementNode) -> [ExpressionNode] {
        switch statement.kind {
        case .functionDef(let node): node.decorators + expressions(of: node.arguments) + optional(node.returns)
        case .classDef(let node): node.decorators + node.bases
        case .return(let value): optional(value)
        case .delete(let targets): targets
        case .assign(let targets, let value): targets + [value]
        case .augAssign(let target, _, let value): [target, value]
        case .annAssign(let target, let annotation, let value, _): [target, annotation] + optional(value)
        case .for(let target, let iterable, _, _): [target, iterable]
        case .while(let test, _, _), .if(let test, _, _): [test]
        case .with(let items, _): items.flatMap { [$0.context] + optional($0.target) }
        case .raise(let exception, let cause): optional(exception) + optional(cause)
        case .try(let node): node.handlers.compactMap(\.type)
        case .assert(let test, let message): [test] + optional(message)
        case .expression(let value): [value]
        case .import, .importFrom, .global, .nonlocal, .pass, .break, .continue: []
        }
    }

    /// Annotations and defaults.
    public static func expressions(of arguments: ArgumentsNode) -> [ExpressionNode] {
        arguments.all.compactMap(\.annotation) + arguments.defaults + arguments.keywordDefaults.compactMap { $0 }
    }

    /// The expressions directly inside an expression.
    public static func children(of expression: ExpressionNode) -> [ExpressionNode] {
        switch expression.kind {
        case .boolOp(_, let values), .set(let values), .joinedStr(let values), .list(let values), .tuple(let values): values
        case .namedExpr(let target, let value): [target, value]
        case .binOp(let left, _, let right): [left, right]
        case .unaryOp(_, let operand), .starred(let operand), .yieldFrom(let operand): [operand]
        case .lambda(let node): expressions(of: node.arguments) + [node.body]
        case .ifExp(let test, let body, let orelse): [test, body, orelse]
        case .dict(let keys, let values): zip(keys, values).flatMap { optional($0) + [$1] }
        case .listComp(let node), .setComp(let node), .dictComp(let node), .generatorExp(let node):
            [node.element] + optional(node.value)
                + node.generators.flatMap { [$0.target, $0.iterable] + $0.conditions }
        case .yield(let value): optional(value)
        case .compare(let left, _, let comparators): [left] + comparators
        case .call(let function, let arguments, let keywords): [function] + arguments + keywords.map(\.value)
        case .formattedValue(let node): [node.value] + optional(node.formatSpec)
        case .attribute(let value, _): [value]
        case .subscript(let value, let index): [value, index]
        case .slice(let lower, let upper, let step): optional(lower) + optional(upper) + optional(step)
        case .constant, .name: []
        }
    }

    private static func optional(_ value: ExpressionNode?) -> [ExpressionNode] { value.map { [$0] } ?? [] }
}
