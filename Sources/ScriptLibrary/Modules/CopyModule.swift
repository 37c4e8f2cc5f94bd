import ScriptRuntime

/// `copy`.
enum CopyModule {
    static var module: NativeModule {
        NativeModule(
            "copy", doc: "Shallow and deep copy operations.",
            functions: [
                Native("copy(x)", "Shallow copy operation on arbitrary objects.") { try shallow($0[0], $0.interpreter) },
                Native("deepcopy(x, memo=None)", "Deep copy operation on arbitrary objects.") { call in
                    var copier = DeepCopier(call.interpreter)
                    return try copier.copy(call[0])
                },
            ])
    }

    private static func shallow(_ value: Value, _ interpreter: Interpreter) throws -> Value {
        switch value {
        case .list(let list):
            try interpreter.charge(count: list.count, of: 16)
            return .list(list.items)
        case .dict(let dict):
            try interpreter.charge(count: dict.count, of: 48)
            return .dict(dict.copy())
        case .set(let set) where !set.isFrozen:
            try interpreter.charge(count: set.count, of: 32)
            return .set(set.copy(isFrozen: false))
        case .instance(let instance):
            if let method = interpreter.method(value, "__copy__") { return try interpreter.callMethod(method, value) }
            return try DeepCopier.instance(instance, value, interpreter) { $0 }
        case .host:
            if let method = interpreter.method(value, "__copy__") ?? interpreter.method(value, "copy") {
                return try interpreter.callMethod(method, value)
            }
            return value
        default: return value
        }
    }
}

/// Copies what an object holds, each object once.
private struct DeepCopier {
    private let interpreter: Interpreter
    private var known: [Int: Value] = [:]
    private let memo = DictObject()

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    mutating func copy(_ value: Value) throws -> Value {
        switch value {
        case .list, .tuple, .dict, .set, .instance, .host: break
        default: return value
        }
        if let done = known[value.identity] { return done }
        try interpreter.checkStack()
        try interpreter.charge(steps: 1)
        switch value {
        case .list(let list):
            let result = ListObject(capacity: list.count)
            known[value.identity] = .list(result)
            for item in list.items { result.append(try copy(item)) }
            return .list(result)
        case .tuple(let tuple):
            let items = try tuple.items.map { try copy($0) }
            if let done = known[value.identity] { return done }
            if zip(items, tuple.items).allSatisfy({ $0.isIdentical(to: $1) }) { return value }
            known[value.identity] = .tuple(items)
            return .tuple(items)
        case .dict(let dict):
            let result = DictObject()
            known[value.identity] = .dict(result)
            for entry in dict.entries { try interpreter.set(result, copy(entry.key), copy(entry.value)) }
            return .dict(result)
        case .set(let set):
            let result = SetObject()
            for item in set.items { try interpreter.insert(result, copy(item)) }
            return .set(set.isFrozen ? result.copy(isFrozen: true) : result)
        case .instance(let instance):
            if let method = interpreter.method(value, "__deepcopy__") {
                let done = try interpreter.callMethod(method, value, .dict(memo))
                known[value.identity] = done
                return done
            }
            var copier = self
            let made = try DeepCopier.instance(instance, value, interpreter, made: { copier.known[value.identity] = $0 }) { try copier.copy($0) }
            self = copier
            return made
        default:
            guard let method = interpreter.method(value, "__deepcopy__") ?? interpreter.method(value, "copy") else { return value }
            return try interpreter.callMethod(method, value)
        }
    }

    /// A new object of the same class with the same attributes, each passed through `change`; `__init__` is not run.
    static func instance(
        _ instance: InstanceObject, _ value: Value, _ interpreter: Interpreter, made: (Value) -> Void = { _ in },
        _ change: (Value) throws -> Value
    ) throws -> Value {
        let copy = InstanceObject(instance.type)
        made(.instance(copy))
        if !instance.base.isUndefined {
            switch instance.base {
            case .list(let list): copy.base = .list(try list.items.map(change))
            case .dict(let dict):
                let entries = DictObject()
                for entry in dict.entries { try interpreter.set(entries, change(entry.key), change(entry.value)) }
                copy.base = .dict(entries)
            case .set(let set): copy.base = .set(set.copy(isFrozen: set.isFrozen))
            default: copy.base = instance.base
            }
        }
        copy.native = instance.native
        for (name, attribute) in instance.attributes { copy.setAttribute(name, try change(attribute)) }
        if case .tuple(let arguments)? = try interpreter.find(value, "args"), instance.type.lineage.contains(where: { $0.name == "BaseException" }) {
            try interpreter.setAttribute(.instance(copy), "args", .tuple(arguments))
        }
        return .instance(copy)
    }
}
