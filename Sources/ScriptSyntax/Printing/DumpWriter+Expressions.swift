extension DumpWriter {
    mutating func expression(_ expression: ExpressionNode, _ context: Context = .load) {
        switch expression.kind {
        case .name(let id):
            node("Name") {
                $0.string("id", id)
                $0.context(context)
            }
        case .attribute(let value, let name):
            node("Attribute") {
                $0.expression("value", value)
                $0.string("attr", name.text)
                $0.context(context)
            }
        case .subscript(let value, let index):
            node("Subscript") {
                $0.expression("value", value)
                $0.expression("slice", index)
                $0.context(context)
            }
        case .starred(let value):
            node("Starred") {
                $0.expression("value", value, context)
                $0.context(context)
            }
        case .list(let elements), .tuple(let elements):
            let isList = if case .list = expression.kind { true } else { false }
            node(isList ? "List" : "Tuple") {
                $0.expressions("elts", elements, context)
                $0.context(context)
            }
        case .constant(let value, let unicodePrefix):
            node("Constant") {
                $0.raw("value", PythonRepr.text(of: value))
                if unicodePrefix { $0.raw("kind", "'u'") }
            }
        default: loaded(expression)
        }
    }

    /// Kinds that have no context.
    private mutating func loaded(_ expression: ExpressionNode) {
        switch expression.kind {
        case .boolOp(let op, let values):
            node("BoolOp") {
                $0.raw("op", op == .and ? "And()" : "Or()")
                $0.expressions("values", values)
            }
        case .namedExpr(let target, let value):
            node("NamedExpr") {
                $0.expression("target", target, .store)
                $0.expression("value", value)
            }
        case .binOp(let left, let op, let right):
            node("BinOp") {
                $0.expression("left", left)
                $0.raw("op", op.pythonName + "()")
                $0.expression("right", right)
            }
        case .unaryOp(let op, let operand):
            node("UnaryOp") {
                $0.raw("op", op.pythonName + "()")
                $0.expression("operand", operand)
            }
        case .ifExp(let test, let body, let orelse):
            node("IfExp") {
                $0.expression("test", test)
                $0.expression("body", body)
                $0.expression("orelse", orelse)
            }
        case .compare(let left, let ops, let comparators):
            node("Compare") {
                $0.expression("left", left)
                $0.list("ops", ops) { $0.text += $1.pythonName + "()" }
                $0.expressions("comparators", comparators)
            }
        case .call(let function, let arguments, let keywords):
            node("Call") {
                $0.expression("func", function)
                $0.expressions("args", arguments)
                $0.list("keywords", keywords) { $0.keyword($1) }
            }
        case .slice(let lower, let upper, let step):
            node("Slice") {
                $0.expression("lower", lower)
                $0.expression("upper", upper)
                $0.expression("step", step)
            }
        case .yield(let value): node("Yield") { $0.expression("value", value) }
        case .yieldFrom(let value): node("YieldFrom") { $0.expression("value", value) }
        case .lambda(let lambda):
            node("Lambda") {
                $0.field("args") { $0.arguments(lambda.arguments) }
                $0.expression("body", lambda.body)
            }
        default: display(expression)
        }
    }

    /// Displays, comprehensions and f-strings.
    private mutating func display(_ expression: ExpressionNode) {
        switch expression.kind {
        case .dict(let keys, let values):
            node("Dict") {
                $0.list("keys", keys) { writer, key in
                    if let key { writer.expression(key) } else { writer.text += "None" }
                }
                $0.expressions("values", values)
            }
        case .set(let elements): node("Set") { $0.expressions("elts", elements) }
        case .listComp(let value): comprehension("ListComp", value)
        case .setComp(let value): comprehension("SetComp", value)
        case .dictComp(let value): comprehension("DictComp", value)
        case .generatorExp(let value): comprehension("GeneratorExp", value)
        case .joinedStr(let values): node("JoinedStr") { $0.expressions("values", values) }
        case .formattedValue(let value):
            node("FormattedValue") {
                $0.expression("value", value.value)
                $0.raw("conversion", value.conversion == .none ? "-1" : String(value.conversion.rawValue))
                $0.expression("format_spec", value.formatSpec)
            }
        default: break
        }
    }

    private mutating func comprehension(_ name: String, _ value: ComprehensionNode) {
        node(name) {
            $0.expression(value.value == nil ? "elt" : "key", value.element)
            $0.expression("value", value.value)
            $0.list("generators", value.generators) { writer, clause in
                writer.node("comprehension") {
                    $0.expression("target", clause.target, .store)
                    $0.expression("iter", clause.iterable)
                    $0.expressions("ifs", clause.conditions)
                    $0.raw("is_async", "0")
                }
            }
        }
    }

    mutating func keyword(_ keyword: KeywordNode) {
        node("keyword") {
            $0.string("arg", keyword.name?.text)
            $0.expression("value", keyword.value)
        }
    }

    mutating func arguments(_ arguments: ArgumentsNode) {
        node("arguments") {
            $0.list("posonlyargs", arguments.positionalOnly) { $0.parameter($1) }
            $0.list("args", arguments.positional) { $0.parameter($1) }
            if let variadic = arguments.variadic { $0.field("vararg") { $0.parameter(variadic) } }
            $0.list("kwonlyargs", arguments.keywordOnly) { $0.parameter($1) }
            $0.list("kw_defaults", arguments.keywordDefaults) { writer, value in
                if let value { writer.expression(value) } else { writer.text += "None" }
            }
            if let variadic = arguments.variadicKeywords { $0.field("kwarg") { $0.parameter(variadic) } }
            $0.expressions("defaults", arguments.defaults)
        }
    }

    private mutating func parameter(_ parameter: ParameterNode) {
        node("arg") {
            $0.string("arg", parameter.name.text)
            $0.expression("annotation", parameter.annotation)
        }
    }
}

extension BinaryOperator {
    /// The class of `ast`.
    public var pythonName: String {
        switch self {
        case .add: "Add"
        case .sub: "Sub"
        case .mult: "Mult"
        case .matMult: "MatMult"
        case .div: "Div"
        case .mod: "Mod"
        case .pow: "Pow"
        case .lShift: "LShift"
        case .rShift: "RShift"
        case .bitOr: "BitOr"
        case .bitXor: "BitXor"
        case .bitAnd: "BitAnd"
        case .floorDiv: "FloorDiv"
        }
    }
}

extension UnaryOperator {
    /// The class of `ast`.
    public var pythonName: String {
        switch self {
        case .invert: "Invert"
        case .not: "Not"
        case .uAdd: "UAdd"
        case .uSub: "USub"
        }
    }
}

extension ComparisonOperator {
    /// The class of `ast`.
    public var pythonName: String {
        switch self {
        case .eq: "Eq"
        case .notEq: "NotEq"
        case .lt: "Lt"
        case .ltE: "LtE"
        case .gt: "Gt"
        case .gtE: "GtE"
        case .is: "Is"
        case .isNot: "IsNot"
        case .in: "In"
        case .notIn: "NotIn"
        }
    }
}
