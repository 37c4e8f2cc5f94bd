/// `int | str`: what `isinstance` and `issubclass` take for a tuple of classes.
final class UnionObject: HostObject, HostComparable, HostHashable {
    /// Classes and aliases like `list[int]`, each once; never fewer than two.
    let parts: [Value]

    init(_ parts: [Value]) { self.parts = parts }

    var scriptTypeName: String { "UnionType" }
    var scriptSummary: String { "int | ..." }

    static func shown(_ type: TypeObject, isNone: Bool = true) -> String {
        if isNone, type.name == "NoneType" { return "None" }
        return type.moduleName == "builtins" ? type.qualifiedName : "\(type.moduleName).\(type.qualifiedName)"
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .equal || operation == .notEqual, case .host(let box) = other, let other = box.object as? UnionObject else { return nil }
        var isEqual = parts.count == other.parts.count
        for part in parts where isEqual { isEqual = try other.has(part, interpreter) }
        return .bool(isEqual == (operation == .equal))
    }

    func scriptHash(_ interpreter: Interpreter) throws -> Int {
        try parts.reduce(0) { try $0 ^ interpreter.hash($1) }
    }

    private func has(_ part: Value, _ interpreter: Interpreter) throws(Raised) -> Bool {
        for own in parts where try interpreter.same(own, part) { return true }
        return false
    }
}

extension Interpreter {
    /// `a | b` of classes, None and unions of them; nil for anything else.
    func union(_ a: Value, _ b: Value) throws(Raised) -> Value? {
        func parts(_ value: Value) -> [Value]? {
            switch value {
            case .type: return [value]
            case .none: return [.type(types.noneType)]
            case .host(let box): return box.object is GenericAlias ? [value] : (box.object as? UnionObject)?.parts
            default: return nil
            }
        }
        if a.isNone && b.isNone { return nil }
        guard let first = parts(a), let second = parts(b) else { return nil }
        var all: [Value] = []
        next: for part in first + second {
            for known in all where try same(known, part) { continue next }
            all.append(part)
        }
        return all.count == 1 ? all[0] : .host(HostBox(UnionObject(all), types.unionType))
    }
}

extension Interpreter {
    /// Its `repr`.
    func repr(_ union: UnionObject) throws(Raised) -> StrObject {
        var parts: [String] = []
        for part in union.parts {
            if case .type(let type) = part { parts.append(UnionObject.shown(type)) } else { parts.append(try repr(part).string) }
        }
        return .make(parts.joined(separator: " | "))
    }
}
