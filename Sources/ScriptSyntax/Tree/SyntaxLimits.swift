/// What the parser refuses for the sake of everything that walks its trees by recursion.
public struct SyntaxLimits: Sendable {
    /// Brackets, operators' right sides, lambdas and conditionals inside each other (CPython: 200 brackets).
    public var expressionNesting = 200
    /// Levels of indentation (CPython: 100).
    public var statementNesting = 100
    /// Levels of a tree, reached by chains without nesting such as `a + b + c + ...` or `elif` after `elif`.
    public var treeDepth = 1_000
    /// Bytes of one source.
    public var sourceBytes = 64 << 20

    /// The standard limits.
    public init() {}
}
