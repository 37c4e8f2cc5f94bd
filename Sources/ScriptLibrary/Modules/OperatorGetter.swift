import ScriptRuntime

/// `operator.itemgetter`, `attrgetter` and `methodcaller`: callables that take something from their operand.
final class OperatorGetter: HostObject, HostCallable {
    private enum Kind: String, CaseIterable { case itemgetter, attrgetter, methodcaller }

    private let kind: Kind
    /// Indices, dotted names, or the name of the method and its arguments.
    private let arguments: [Value]
    private let keywords: [(name: String, value: Value)]

    private init(_ kind: Kind, _ arguments: [Value], _ keywords: [(name: String, value: Value)] = []) {
        (self.kind, self.arguments, self.keywords) = (kind, arguments, keywords)
    }

    var scriptTypeName: String { kind.rawValue }
    var scriptSummary: String { "operator.\(kind.rawValue)(...)" }

    func call(_ arguments: [Value], _ keywords: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        guard keywords.isEmpty else { throw Raised.type("\(kind.rawValue)() takes no keyword arguments") }
        guard arguments.count == 1 else { throw Raised.type("\(kind.rawValue) expected 1 argument, got \(arguments.count)") }
        try interpreter.checkStack()
        let object = arguments[0]
        switch kind {
        case .methodcaller:
            guard case .str(let name) = interpreter.plain(self.arguments[0]) else { return .none }
            return try interpreter.callMethod(
                object, named: Symbol(name), Array(self.arguments.dropFirst()), keywords: self.keywords.map { (Symbol($0.name), $0.value) })
        case _ where self.arguments.count == 1: return try take(self.arguments[0], from: object, interpreter)
        default: return .tuple(try self.arguments.map { try take($0, from: object, interpreter) })
        }
    }

    private func take(_ key: Value, from object: Value, _ interpreter: Interpreter) throws -> Value {
        if kind == .itemgetter { return try interpreter.item(of: object, at: key) }
        guard case .str(let name) = interpreter.plain(key) else { return .none }
        return try name.string.split(separator: ".", omittingEmptySubsequences: false).reduce(object) {
            try interpreter.attribute($0, Symbol(String($1)))
        }
    }

    private func shown(_ interpreter: Interpreter) throws -> StrObject {
        try interpreter.checkStack()
        var parts = try arguments.map { try interpreter.repr($0).string }
        parts += try keywords.map { "\($0.name)=\(try interpreter.repr($0.value).string)" }
        return .make("operator.\(kind.rawValue)(\(parts.joined(separator: ", ")))")
    }

    // MARK: - Types

    static var types: [NativeType] {
        [
            type(
                .itemgetter,
                Native("itemgetter(*items)", "Return a callable object that fetches the given item(s) from its operand.") { call in
                    try make(.itemgetter, call)
                }),
            type(
                .attrgetter,
                Native("attrgetter(*attrs)", "Return a callable object that fetches the given attribute(s) from its operand.") { call in
                    for name in call.rest(0) {
                        guard case .str = call.interpreter.plain(name) else { throw Raised.type("attribute name must be a string") }
                    }
                    return try make(.attrgetter, call)
                }),
            type(
                .methodcaller,
                Native("methodcaller(name, /, *args, **kwargs)", "Return a callable object that calls the given method on its operand.") { call in
                    guard case .str = call.plain(0) else { throw Raised.type("method name must be a string") }
                    return call.interpreter.value(of: OperatorGetter(.methodcaller, [call[0]] + call.rest(1), call.keywords(2)))
                }),
        ]
    }

    private static func make(_ kind: Kind, _ call: Call) throws -> Value {
        if call.rest(0).isEmpty { throw Raised.type("\(kind.rawValue) expected 1 argument, got 0") }
        return call.interpreter.value(of: OperatorGetter(kind, call.rest(0)))
    }

    private static func type(_ kind: Kind, _ constructor: Native) -> NativeType {
        NativeType(
            kind.rawValue, doc: constructor.doc, module: "operator", constructor: constructor,
            methods: [Native("__repr__(self, /)", "Return repr(self).") { .str(try $0.host(0, as: OperatorGetter.self).shown($0.interpreter)) }])
    }
}
