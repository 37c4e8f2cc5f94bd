/// `list[int]`: a class with the types that annotations mean for it. Calling it and its attributes are the class's own.
final class GenericAlias: HostObject, HostCallable, HostMembers, HostComparable, HostHashable {
    let origin: TypeObject
    let arguments: TupleObject

    init(_ origin: TypeObject, _ arguments: TupleObject) { (self.origin, self.arguments) = (origin, arguments) }

    var scriptTypeName: String { "GenericAlias" }
    var scriptSummary: String { "\(UnionObject.shown(origin))[...]" }

    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        try interpreter.call(.type(origin), arguments, keywords: keywords.map { (Symbol($0.name), $0.value) })
    }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch name {
        case "__origin__": return .type(origin)
        case "__args__": return .tuple(arguments)
        case "__name__", "__qualname__", "__module__", "__doc__": break
        default: if name.hasPrefix("__") && name.hasSuffix("__") { return nil }
        }
        return try interpreter.find(.type(origin), Symbol(name))
    }

    var memberNames: [String] { origin.attributes.map(\.name.name) }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .equal || operation == .notEqual, case .host(let box) = other, let other = box.object as? GenericAlias else { return nil }
        let isEqual = try origin === other.origin && interpreter.equal(.tuple(arguments), .tuple(other.arguments))
        return .bool(isEqual == (operation == .equal))
    }

    func scriptHash(_ interpreter: Interpreter) throws -> Int {
        try interpreter.hash(.type(origin)) ^ interpreter.hash(.tuple(arguments))
    }
}

extension Interpreter {
    /// `type[arguments]`.
    func alias(of type: TypeObject, _ arguments: Value) throws(Raised) -> Value {
        let isGeneric = type.lineage.contains { !$0.isScriptClass && Interpreter.generic.contains("\($0.moduleName).\($0.name)") }
        guard isGeneric else { throw .type("type '\(type.messageName)' is not subscriptable") }
        var parts = TupleObject([arguments])
        if case .tuple(let tuple) = arguments { parts = tuple }
        return .host(HostBox(GenericAlias(type, parts), types.genericAlias))
    }

    /// The classes that take types, and with them what derives from them.
    private static let generic: Set<String> = [
        "builtins.type", "builtins.list", "builtins.tuple", "builtins.dict", "builtins.set", "builtins.frozenset", "builtins.enumerate",
        "collections.deque", "collections.defaultdict", "collections.OrderedDict", "collections.Counter", "functools.partial",
        "itertools.chain", "re.Pattern", "re.Match",
    ]

    /// Its `repr`: classes by their names.
    func repr(_ alias: GenericAlias) throws(Raised) -> StrObject {
        try checkStack()
        var parts: [String] = []
        for argument in alias.arguments.items {
            switch argument {
            case .type(let type): parts.append(UnionObject.shown(type, isNone: false))
            case .ellipsis: parts.append("...")
            default: parts.append(try repr(argument).string)
            }
        }
        if parts.isEmpty { parts = ["()"] }
        return .make("\(UnionObject.shown(alias.origin))[\(parts.joined(separator: ", "))]")
    }
}
