/// One statement: where it stands and what it is. The cases mirror CPython's `ast`.
public struct StatementNode: Sendable {
    public let span: SourceSpan
    public let kind: Kind

    /// A statement and its place.
    public init(_ kind: Kind, _ span: SourceSpan) {
        self.span = span
        self.kind = kind
    }

    /// What a statement is, with its parts.
    public indirect enum Kind: Sendable {
        case functionDef(FunctionNode)
        case classDef(ClassNode)
        case `return`(ExpressionNode?)
        case delete([ExpressionNode])
        case assign(targets: [ExpressionNode], value: ExpressionNode)
        case augAssign(target: ExpressionNode, BinaryOperator, value: ExpressionNode)
        /// `simple`: the target is a name without parentheses.
        case annAssign(target: ExpressionNode, annotation: ExpressionNode, value: ExpressionNode?, simple: Bool)
        case `for`(target: ExpressionNode, iterable: ExpressionNode, body: [StatementNode], orelse: [StatementNode])
        case `while`(test: ExpressionNode, body: [StatementNode], orelse: [StatementNode])
        /// `elif` is an `if` alone in `orelse`, as in `ast`.
        case `if`(test: ExpressionNode, body: [StatementNode], orelse: [StatementNode])
        case with(items: [WithItemNode], body: [StatementNode])
        case raise(exception: ExpressionNode?, cause: ExpressionNode?)
        case `try`(TryNode)
        case assert(test: ExpressionNode, message: ExpressionNode?)
        case `import`([AliasNode])
        case importFrom(module: Identifier, names: [AliasNode])
        case global([Identifier])
        case nonlocal([Identifier])
        case expression(ExpressionNode)
        case pass
        case `break`
        case `continue`
    }
}

/// `def`, with its decorators.
public struct FunctionNode: Sendable {
    public let scope: ScopeID
    public let name: Identifier
    public let arguments: ArgumentsNode
    public let body: [StatementNode]
    public let decorators: [ExpressionNode]
    public let returns: ExpressionNode?

    /// The first statement's text when it is a plain string, as `ast.get_docstring(clean=False)`.
    public var docstring: String? { body.docstring }
}

/// `class`, with its decorators.
public struct ClassNode: Sendable {
    public let scope: ScopeID
    public let name: Identifier
    /// None or one: multiple inheritance is refused.
    public let bases: [ExpressionNode]
    public let body: [StatementNode]
    public let decorators: [ExpressionNode]

    public var docstring: String? { body.docstring }
}

/// `try` with its handlers and other branches.
public struct TryNode: Sendable {
    public let body: [StatementNode]
    public let handlers: [HandlerNode]
    public let orelse: [StatementNode]
    public let finalBody: [StatementNode]
}

/// `except type as name:`; both may be missing.
public struct HandlerNode: Sendable {
    public let type: ExpressionNode?
    public let name: Identifier?
    public let body: [StatementNode]
    public let span: SourceSpan
}

/// One `expression as target` of a `with`.
public struct WithItemNode: Sendable {
    public let context: ExpressionNode
    public let target: ExpressionNode?
}

/// `name as alias` of an import; the name of `import` may be dotted.
public struct AliasNode: Sendable {
    public let name: Identifier
    public let alias: Identifier?

    /// The name that the import binds: the alias, else the part before the first dot.
    public var boundName: String {
        if let alias { return alias.text }
        guard let dot = name.text.utf8.firstIndex(of: 46) else { return name.text }
        return String(name.text[..<dot])
    }
}

/// A whole file, cell or prompt input.
public struct ModuleNode: Sendable {
    public let body: [StatementNode]
    /// Scopes are numbered 0 ..< `scopeCount`; 0 is the module's.
    public let scopeCount: Int

    /// A program's statements.
    public init(body: [StatementNode], scopeCount: Int) {
        self.body = body
        self.scopeCount = scopeCount
    }

    public var docstring: String? { body.docstring }
}

extension [StatementNode] {
    /// The text of a leading string statement.
    public var docstring: String? {
        guard let first, case .expression(let value) = first.kind,
            case .constant(.string(let text), _) = value.kind
        else { return nil }
        return text
    }
}
