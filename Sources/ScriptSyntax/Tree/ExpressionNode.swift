/// One expression: where it stands and what it is.
///
/// The cases mirror CPython's `ast` node for node and field for field, except that there is no `ctx`: the
/// position decides it (a target of an assignment, `for`, `with`, `del`, a comprehension or a walrus is stored
/// to; so are the elements of a tuple, list or star that is such a target; everything else is loaded).
///
/// A tree is at most `SyntaxLimits.treeDepth` levels deep, so walking it by recursion is safe.
public struct ExpressionNode: Sendable {
    public let span: SourceSpan
    public let kind: Kind

    /// An expression and its place.
    public init(_ kind: Kind, _ span: SourceSpan) {
        self.span = span
        self.kind = kind
    }

    /// What an expression is, with its parts.
    public indirect enum Kind: Sendable {
        case boolOp(BooleanOperator, values: [ExpressionNode])
        case namedExpr(target: ExpressionNode, value: ExpressionNode)
        case binOp(left: ExpressionNode, BinaryOperator, right: ExpressionNode)
        case unaryOp(UnaryOperator, operand: ExpressionNode)
        case lambda(LambdaNode)
        case ifExp(test: ExpressionNode, body: ExpressionNode, orelse: ExpressionNode)
        /// A nil key is `**value`.
        case dict(keys: [ExpressionNode?], values: [ExpressionNode])
        case set([ExpressionNode])
        case listComp(ComprehensionNode)
        case setComp(ComprehensionNode)
        /// `ComprehensionNode.element` is the key, `.value` the value.
        case dictComp(ComprehensionNode)
        case generatorExp(ComprehensionNode)
        case yield(ExpressionNode?)
        case yieldFrom(ExpressionNode)
        case compare(left: ExpressionNode, ops: [ComparisonOperator], comparators: [ExpressionNode])
        case call(function: ExpressionNode, arguments: [ExpressionNode], keywords: [KeywordNode])
        case formattedValue(FormattedValueNode)
        /// The values are string constants and formatted values.
        case joinedStr([ExpressionNode])
        /// `unicodePrefix`: written `u'...'` (CPython's `kind='u'`).
        case constant(ConstantValue, unicodePrefix: Bool)
        case attribute(value: ExpressionNode, name: Identifier)
        case `subscript`(value: ExpressionNode, index: ExpressionNode)
        case starred(ExpressionNode)
        case name(String)
        case list([ExpressionNode])
        case tuple([ExpressionNode])
        case slice(lower: ExpressionNode?, upper: ExpressionNode?, step: ExpressionNode?)
    }
}

/// A literal's value.
public enum ConstantValue: Sendable {
    case none
    case bool(Bool)
    case ellipsis
    case int(Int)
    /// An integer outside `Int`: its digits in the radix (2, 8, 10 or 16), no prefix, no underscores.
    case bigInt(digits: String, radix: Int)
    case float(Double)
    /// Compare by scalars: Swift's `==` calls canonically equivalent strings equal, Python does not.
    case string(String)
    /// A string with a lone surrogate (`'\ud800'`), which a Swift `String` cannot hold: its code points.
    case codePoints([UInt32])
    case bytes([UInt8])
}

/// A name as written in source, in normal form NFKC.
public struct Identifier: Sendable {
    public let text: String
    public let span: SourceSpan

    /// A name and its place.
    public init(_ text: String, _ span: SourceSpan) {
        self.text = text
        self.span = span
    }
}

/// `and`, `or`.
public enum BooleanOperator: Sendable { case and, or }

/// An operator between two operands.
public enum BinaryOperator: Sendable {
    case add, sub, mult, matMult, div, mod, pow, lShift, rShift, bitOr, bitXor, bitAnd, floorDiv
}

/// An operator before its operand.
public enum UnaryOperator: Sendable { case invert, not, uAdd, uSub }

/// An operator of a chain of comparisons.
public enum ComparisonOperator: Sendable {
    case eq, notEq, lt, ltE, gt, gtE, `is`, isNot, `in`, notIn
}

/// Names the scope that a function, lambda, class or comprehension opens: an index into `ScopeTable`.
/// The module's is 0.
public struct ScopeID: Hashable, Sendable {
    public let index: Int

    /// The scope of this number.
    public init(_ index: Int) { self.index = index }

    public static let module = ScopeID(0)
}

/// `lambda parameters: body`
public struct LambdaNode: Sendable {
    public let scope: ScopeID
    public let arguments: ArgumentsNode
    public let body: ExpressionNode
}

/// A list, set or dict comprehension or a generator expression.
public struct ComprehensionNode: Sendable {
    public let scope: ScopeID
    /// The element; the key of a dict comprehension.
    public let element: ExpressionNode
    /// The value of a dict comprehension, else nil.
    public let value: ExpressionNode?
    /// At least one.
    public let generators: [GeneratorClause]
}

/// `for target in iterable if condition ...` inside a comprehension (CPython's `comprehension`).
public struct GeneratorClause: Sendable {
    public let target: ExpressionNode
    public let iterable: ExpressionNode
    public let conditions: [ExpressionNode]
}

/// `{expression!conversion:format}` in an f-string.
public struct FormattedValueNode: Sendable {
    /// `!s`, `!r` or `!a`.
    public enum Conversion: UInt8, Sendable {
        case none = 0, string = 115, repr = 114, ascii = 97
    }

    public let value: ExpressionNode
    public let conversion: Conversion
    /// A `joinedStr`, or nil.
    public let formatSpec: ExpressionNode?
}

/// `name=value`, or `**value` when the name is nil.
public struct KeywordNode: Sendable {
    public let name: Identifier?
    public let value: ExpressionNode
    public let span: SourceSpan
}

/// The parameters of a function or lambda.
public struct ArgumentsNode: Sendable {
    public var positionalOnly: [ParameterNode] = []
    public var positional: [ParameterNode] = []
    public var variadic: ParameterNode?
    public var keywordOnly: [ParameterNode] = []
    /// As many as `keywordOnly`; nil where there is no default.
    public var keywordDefaults: [ExpressionNode?] = []
    public var variadicKeywords: ParameterNode?
    /// Of the last `defaults.count` of `positionalOnly + positional`.
    public var defaults: [ExpressionNode] = []

    /// No parameters.
    public init() {}

    /// All parameters in the order of CPython's local slots: positional-only, positional, keyword-only, `*`, `**`.
    public var all: [ParameterNode] {
        positionalOnly + positional + keywordOnly + (variadic.map { [$0] } ?? []) + (variadicKeywords.map { [$0] } ?? [])
    }
}

/// One parameter (CPython's `arg`).
public struct ParameterNode: Sendable {
    public let name: Identifier
    public let annotation: ExpressionNode?
}
