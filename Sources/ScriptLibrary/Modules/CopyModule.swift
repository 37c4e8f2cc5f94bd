import ScriptRuntime
import ScriptSyntax

/// `copy`.
enum CopyModule {
    static var module: NativeModule {
        NativeModule(
            "copy", doc: "Shallow and deep copy operations.",
            functions: [
                Native("copy(x)", "Shallow copy operation on arbitrary objects.") { try shallow($0[0], $0.interpreter) },
                Native("deepcopy(x, memo=None)", "Deep copy operation on arbitrary objects.") { call in
                    guard !call[1].isNone else { return try deepCopy(call[0], DictObject(), call.interpreter) }
                    guard case .dict(let memo) = call.plain(1) else { throw call.mismatch(1, "dict") }
                    return try deepCopy(call[0], memo, call.interpreter)
                },
            ])
    }

    /// `copy.deepcopy(value, memo)`
    static func deepCopy(_ value: Value, _ memo: DictObject, _ interpreter: Interpreter) throws -> Value {
        try DeepCopier(interpreter: interpreter, memo: memo).copy(value)
    }

    fileprivate static func shallow(_ value: Value, _ interpreter: Interpreter) throws -> Value {
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
            try refuse(value, interpreter)
            return value
        case .iterator(let iterator): return try copied(iterator, value, interpreter) { $0 }
        case .module, .cell: throw Raised.type("cannot pickle '\(interpreter.typeName(of: value))' object")
        case .descriptor(let descriptor) where descriptor.kind == .staticMethod || descriptor.kind == .classMethod:
            throw Raised.type("cannot pickle '\(interpreter.typeName(of: value))' object")
        default: return value
        }
    }
}

extension CopyModule {
    /// An iterator over the rest of what this one walks over.
    fileprivate static func copied(
        _ iterator: IteratorObject, _ value: Value, _ interpreter: Interpreter, _ change: (Value) throws -> Value
    ) throws -> Value {
        if let copy = try iterator.copied(change) { return .iterator(copy) }
        let name = interpreter.typeName(of: value)
        if name == "generator" { throw Raised.type("cannot pickle 'generator' object") }
        throw Raised(
            .typeError, "cannot copy '\(name)' object",
            hint: "Make a list of it, or use itertools.tee. More: carpedm explain \(DiagnosticCode.refusedAttribute.rawValue)")
    }

    /// Views of other objects cannot be copied.
    fileprivate static func refuse(_ value: Value, _ interpreter: Interpreter) throws {
        guard case .host(let box) = value else { return }
        if box.object is MemoryView { throw Raised.type("cannot pickle memoryview objects") }
        guard box.object is DictView else { return }
        throw Raised.type("cannot pickle '\(interpreter.typeName(of: value))' object")
    }
}

/// Copies what an object holds, each object once. `memo` is CPython's: copies by the identity of what was copied, and under its
/// own identity a list that keeps the originals.
private struct DeepCopier {
    let interpreter: Interpreter
    let memo: DictObject

    private func remember(_ value: Value, _ copy: Value) throws {
        if copy.isIdentical(to: value) { return }
        try interpreter.set(memo, .int(value.identity), copy)
        let own = Value.int(Value.dict(memo).identity)
        if case .list(let kept)? = try interpreter.get(memo, own) {
            kept.append(value)
        } else {
            try interpreter.set(memo, own, .list([value]))
        }
    }

    func copy(_ value: Value) throws -> Value {
        switch value {
        case .list, .tuple, .dict, .set, .instance, .host, .boundMethod, .slice, .iterator: break
        default: return try CopyModule.shallow(value, interpreter)
        }
        if let done = try interpreter.get(memo, .int(value.identity)) { return done }
        try interpreter.checkStack()
        try interpreter.charge(steps: 1)
        switch value {
        case .list(let list):
            let result = ListObject(capacity: list.count)
            try remember(value, .list(result))
            // Copying an item may change the list.
            var index = 0
            while index < list.count {
                try interpreter.append(copy(list[index]), to: result)
                index += 1
            }
            return .list(result)
        case .tuple(let tuple):
            let items = try tuple.items.map { try copy($0) }
            if let done = try interpreter.get(memo, .int(value.identity)) { return done }
            if zip(items, tuple.items).allSatisfy({ $0.isIdentical(to: $1) }) { return value }
            let result = Value.tuple(items)
            try remember(value, result)
            return result
        case .dict(let dict):
            let result = DictObject()
            try remember(value, .dict(result))
            for entry in dict.entries { try interpreter.set(result, copy(entry.key), copy(entry.value)) }
            return .dict(result)
        case .set(let set):
            let result = SetObject()
            for item in set.items { try interpreter.insert(result, copy(item)) }
            let made = Value.set(set.isFrozen ? result.copy(isFrozen: true) : result)
            try remember(value, made)
            return made
        case .slice(let slice):
            let made = Value.slice(SliceObject(try copy(slice.start), try copy(slice.stop), try copy(slice.step)))
            try remember(value, made)
            return made
        case .iterator(let iterator):
            let made = try CopyModule.copied(iterator, value, interpreter) { try copy($0) }
            try remember(value, made)
            return made
        case .boundMethod(let method):
            return .boundMethod(BoundMethod(method.function, try copy(method.receiver)))
        case .instance(let instance):
            if let method = interpreter.method(value, "__deepcopy__") {
                let done = try interpreter.callMethod(method, value, .dict(memo))
                try remember(value, done)
                return done
            }
            return try DeepCopier.instance(instance, value, interpreter, made: { try remember(value, $0) }) { try copy($0) }
        default:
            if let method = interpreter.method(value, "__deepcopy__") { return try interpreter.callMethod(method, value, .dict(memo)) }
            guard let method = interpreter.method(value, "copy") else {
                try CopyModule.refuse(value, interpreter)
                return value
            }
            return try interpreter.callMethod(method, value)
        }
    }

    /// Methods by which CPython's copy lets a class say what its state is; the language has `__copy__` and `__deepcopy__` for it.
    private static let hooks = ["__reduce_ex__", "__reduce__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__"]

    /// A new object of the same class with the same attributes, each passed through `change`; `__init__` is not run.
    static func instance(
        _ instance: InstanceObject, _ value: Value, _ interpreter: Interpreter, made: (Value) throws -> Void = { _ in },
        _ change: (Value) throws -> Value
    ) throws -> Value {
        for name in hooks {
            if interpreter.overriding(instance, Symbol(name)) != nil, let refusal = Diagnostic.refusal(ofAttribute: name) {
                throw Raised.refused(refusal)
            }
        }
        let copy = InstanceObject(instance.type)
        try made(.instance(copy))
        if !instance.base.isUndefined {
            switch instance.base {
            case .list(let list): copy.base = .list(try list.items.map(change))
            case .tuple(let tuple): copy.base = .tuple(try tuple.items.map(change))
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
