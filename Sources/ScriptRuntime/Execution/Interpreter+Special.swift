import ScriptSyntax

/// Attributes that the runtime itself provides: `__class__`, `__name__`, `__doc__`, `__dict__`, ...
extension Interpreter {
    func findSpecial(_ value: Value, _ name: Symbol) throws(Raised) -> Value? {
        guard name.id < Int32(Dunder.allCases.count), let dunder = Dunder(rawValue: name.id) else {
            switch value {
            case .function(let function): return function.attributes?[name.text]
            case .boundMethod(let method): return try find(method.function, name)
            default: return nil
            }
        }
        if dunder == .__class__ { return .type(type(of: value)) }
        if let special = try special(value, dunder, name) { return special }
        if case .type(let type) = value, let method = type.answer(name) { return method }
        if let method = type(of: value).answer(name) { return .boundMethod(BoundMethod(method, value)) }
        guard let method = objectMethod(name) else { return nil }
        if case .type(let type) = value, dunder != .__init_subclass__ {
            return type.layout == .hostWrapper && dunder == .__init__ ? try hostInitializer(type) : method
        }
        if dunder == .__init_subclass__ { return method }
        return .boundMethod(BoundMethod(method, value))
    }

    /// `Base.__init__` of a host class, called with the instance.
    private func hostInitializer(_ type: TypeObject) throws(Raised) -> Value {
        .native(
            NativeFunction(
                Native("__init__(self, /, *args, **kwargs)", "Initialize self.") { call in
                    guard case .instance(let instance) = call[0] else { throw call.mismatch(0, type.name) }
                    let keywords = try call.dict(2).entries.map { (name: Symbol(try call.interpreter.str($0.key)), value: $0.value) }
                    return try call.interpreter.call(
                        call.interpreter.baseInitializer(instance), call.tuple(1).items, keywords: keywords)
                }))
    }

    private func special(_ value: Value, _ dunder: Dunder, _ name: Symbol) throws(Raised) -> Value? {
        switch value {
        case .function(let function): return special(function, dunder, name)
        case .native(let native): return special(native, dunder)
        case .boundMethod(let method):
            switch dunder {
            case .__self__: return method.receiver
            case .__func__: return method.function
            case .__call__: return nil
            default: return try find(method.function, name)
            }
        case .type(let type): return special(type, dunder)
        case .instance(let instance): return special(instance, dunder)
        case .descriptor(let descriptor): return special(descriptor, dunder)
        case .slice(let slice):
            switch dunder {
            case .start: return slice.start
            case .stop: return slice.stop
            case .step: return slice.step
            default: return nil
            }
        case .range(let range):
            switch dunder {
            case .start: return .int(range.start)
            case .stop: return .int(range.stop)
            case .step: return .int(range.step)
            default: return nil
            }
        case .host(let box) where box.type === types.range:
            guard let range = box.object as? LongRange else { return nil }
            switch dunder {
            case .start: return .integer(range.start)
            case .stop: return .integer(range.stop)
            case .step: return .integer(range.step)
            default: return nil
            }
        case .iterator(let iterator):
            if let generator = iterator as? GeneratorObject {
                if dunder == .__name__ { return .str(generator.function.name) }
                if dunder == .__qualname__ { return .str(generator.name) }
            }
            if dunder == .__length_hint__, isSized(iterator) {
                return .native(
                    NativeFunction(
                        Native("__length_hint__()", "How many items are left.") { .int(try iterator.lengthHint($0.interpreter) ?? 0) }))
            }
            return nil
        default:
            if dunder == .__doc__ { return type(of: value).doc.map { .str($0) } ?? Value.none }
            return nil
        }
    }

    /// Whether it knows how many items are left, or would tell if the sequence did not fail.
    private func isSized(_ iterator: IteratorObject) -> Bool {
        do { return try iterator.lengthHint(self) != nil } catch { return true }
    }

    private func special(_ function: FunctionObject, _ dunder: Dunder, _ name: Symbol) -> Value? {
        if let value = function.attributes?[name.text] { return value }
        switch dunder {
        case .__name__: return .str(Symbol(existing: function.name)?.text ?? .make(function.name))
        case .__qualname__:
            // One text for one name: what a wrapper was given is what the wrapped function has.
            let isOwn = function.qualifiedName == function.code.qualifiedName
            return .str((isOwn ? Symbol(function.qualifiedName) : Symbol(existing: function.qualifiedName))?.text ?? .make(function.qualifiedName))
        case .__doc__: return function.code.docText.map { .str($0) } ?? Value.none
        case .__module__: return .str(Symbol(function.module.name).text)
        case .__defaults__: return function.defaults.isEmpty ? Value.none : .tuple(function.defaults)
        case .__kwdefaults__:
            let dict = DictObject()
            for (index, value) in function.keywordDefaults.enumerated() where !value.isUndefined {
                dict[function.code.variables[function.code.positionalCount + index].text] = value
            }
            return dict.count == 0 ? Value.none : .dict(dict)
        case .__annotations__, .__dict__:
            let dict = DictObject()
            if dunder == .__annotations__ {
                for (name, text) in function.code.annotations { dict[name] = .str(text) }
                function.attributes = function.attributes ?? DictObject()
                function.attributes?[name.text] = .dict(dict)
            } else {
                function.attributes = function.attributes ?? dict
                return function.attributes.map { .dict($0) }
            }
            return .dict(dict)
        case .__closure__:
            return function.closure.isEmpty ? Value.none : .tuple(function.closure.map { .cell($0) })
        default: return nil
        }
    }

    private func special(_ native: NativeFunction, _ dunder: Dunder) -> Value? {
        switch dunder {
        case .__name__: return .str(native.name)
        case .__qualname__: return .str(native.owner.map { "\($0.name).\(native.name)" } ?? native.name)
        case .__doc__: return native.doc.isEmpty ? Value.none : .str(native.doc)
        case .__module__: return native.moduleName.map { .str($0) } ?? Value.none
        default: return nil
        }
    }

    private func special(_ type: TypeObject, _ dunder: Dunder) -> Value? {
        switch dunder {
        case .__name__: return .str(type.name)
        case .__qualname__: return .str(type.qualifiedName)
        case .__module__: return .str(type.moduleName)
        case .__doc__: return type.doc.map { .str($0) } ?? Value.none
        case .__base__: return type.base.map { .type($0) } ?? Value.none
        case .__bases__: return .tuple([type.base, type.secondBase].compactMap { $0.map { .type($0) } })
        case .__mro__: return .tuple(type.lineage.map { .type($0) })
        case .__dict__:
            return readOnly(namespace(of: type))
        case .__annotations__: return .dict(DictObject())
        default: return nil
        }
    }

    private func special(_ instance: InstanceObject, _ dunder: Dunder) -> Value? {
        switch dunder {
        case .__dict__: return instance.type === types.object ? nil : .dict(instance.dictionary)
        case .__doc__:
            for type in instance.type.lineage { if let doc = type.doc { return .str(doc) } else { break } }
            return Value.none
        case .__module__: return .str(instance.type.moduleName)
        default: return nil
        }
    }

    private func special(_ descriptor: DescriptorObject, _ dunder: Dunder) -> Value? {
        switch (descriptor.kind, dunder) {
        case (.superObject, .__self__): return descriptor.first
        case (.superObject, .__thisclass__): return descriptor.second
        case (.superObject, .__self_class__): return descriptor.first.isNone ? Value.none : .type(type(of: descriptor.first))
        case (.property, .fget): return descriptor.first
        case (.property, .fset): return descriptor.second
        case (.property, .fdel): return descriptor.third
        case (.staticMethod, .__func__), (.classMethod, .__func__), (.staticMethod, .__wrapped__), (.classMethod, .__wrapped__):
            return descriptor.first
        case (.staticMethod, .__name__), (.staticMethod, .__qualname__), (.staticMethod, .__module__), (.staticMethod, .__doc__),
            (.staticMethod, .__annotations__), (.classMethod, .__name__), (.classMethod, .__qualname__), (.classMethod, .__module__),
            (.classMethod, .__doc__), (.classMethod, .__annotations__):
            return try? find(descriptor.first, Symbol(dunder))
        case (.property, .__doc__):
            if !descriptor.doc.isNone { return descriptor.doc }
            return (try? find(descriptor.first, Symbol(.__doc__))) ?? Value.none
        default: return nil
        }
    }
}
