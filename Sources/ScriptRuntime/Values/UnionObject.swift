/// `int | str`: what `isinstance` and `issubclass` take for a tuple of classes.
final class UnionObject: HostObject, HostComparable, HostHashable {
    /// Classes, each once; never fewer than two.
    let classes: [TypeObject]

    init(_ classes: [TypeObject]) { self.classes = classes }

    var scriptTypeName: String { "UnionType" }
    var scriptSummary: String { classes.map { UnionObject.shown($0) }.joined(separator: " | ") }

    private static func shown(_ type: TypeObject) -> String {
        if type.name == "NoneType" { return "None" }
        return type.moduleName == "builtins" ? type.qualifiedName : "\(type.moduleName).\(type.qualifiedName)"
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .equal || operation == .notEqual, case .host(let box) = other, let other = box.object as? UnionObject else { return nil }
        let isEqual = Set(classes.map { ObjectIdentifier($0) }) == Set(other.classes.map { ObjectIdentifier($0) })
        return .bool(isEqual == (operation == .equal))
    }

    func scriptHash(_ interpreter: Interpreter) throws -> Int {
        classes.reduce(0) { $0 ^ Int(bitPattern: ObjectIdentifier($1)) >> 4 }
    }
}

extension Interpreter {
    /// `a | b` of classes, None and unions of them; nil for anything else.
    func union(_ a: Value, _ b: Value) -> Value? {
        func parts(_ value: Value) -> [TypeObject]? {
            switch value {
            case .type(let type): return [type]
            case .none: return [types.noneType]
            case .host(let box): return (box.object as? UnionObject)?.classes
            default: return nil
            }
        }
        if a.isNone && b.isNone { return nil }
        guard let first = parts(a), let second = parts(b) else { return nil }
        var classes = first
        for type in second where !classes.contains(where: { $0 === type }) { classes.append(type) }
        return classes.count == 1 ? .type(classes[0]) : .host(HostBox(UnionObject(classes), types.unionType))
    }
}
