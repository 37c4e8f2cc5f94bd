import ScriptSyntax
import TextDistance

/// `value.name`, read, set and deleted.
extension Interpreter {
    /// `value.name`.
    /// - Throws: `AttributeError` with the nearest name as hint.
    public func attribute(_ value: Value, _ name: Symbol) throws(Raised) -> Value {
        if let found = try find(value, name) { return found }
        throw detailed(missingAttribute(value, name), [("name", .str(name.text)), ("obj", value)])
    }

    /// The same, nil when there is none.
    public func find(_ value: Value, _ name: Symbol) throws(Raised) -> Value? {
        do {
            if case .instance(let instance) = value, let hook = instance.type.overrides(.__getattribute__) {
                return try callMethod(hook, value, .str(name.text))
            }
            if let found = try findPlain(value, name) { return found }
        } catch {
            guard error.isInstance(of: .attributeError, self), type(of: value).lookup(.__getattr__) != nil else { throw error }
        }
        if let method = type(of: value).lookup(.__getattr__) { return try callMethod(method, value, .str(name.text)) }
        return nil
    }

    /// `object.__getattribute__(value, name)`: asks no method of the class.
    func plainAttribute(_ value: Value, _ name: Symbol) throws(Raised) -> Value {
        if let found = try findPlain(value, name) { return found }
        throw detailed(missingAttribute(value, name), [("name", .str(name.text)), ("obj", value)])
    }

    private func findPlain(_ value: Value, _ name: Symbol) throws(Raised) -> Value? {
        switch value {
        case .instance(let instance): return try find(instance, value, name)
        case .module(let module): return try find(module, name)
        case .type(let type): return try find(type, name)
        case .descriptor(let descriptor) where descriptor.kind == .superObject && !descriptor.first.isNone:
            return try findInSuper(descriptor, name)
        default: break
        }
        let type = type(of: value)
        if let attribute = type.lookup(name) { return try bind(attribute, value, type) }
        if case .host(let box) = value, let object = box.object as? any HostMembers,
            let member = try converting({ try object.member(name.name, self) })
        {
            return member
        }
        return try findSpecial(value, name)
    }

    private func find(_ instance: InstanceObject, _ value: Value, _ name: Symbol) throws(Raised) -> Value? {
        let attribute = instance.type.lookup(name)
        // A property of the class goes before the instance's own attribute, a method after it.
        if let attribute, case .descriptor(let descriptor) = attribute, descriptor.kind == .property {
            return try bind(attribute, value, instance.type)
        }
        if let own = instance.attribute(name) { return own }
        if let attribute { return try bind(attribute, value, instance.type) }
        if case .host(let box) = instance.base, let object = box.object as? any HostMembers,
            let member = try converting({ try object.member(name.name, self) })
        {
            return member
        }
        return try findSpecial(value, name)
    }

    private func find(_ module: ModuleObject, _ name: Symbol) throws(Raised) -> Value? {
        if let value = module[name] { return value }
        if let missing = module.missing, let value = try converting({ try missing(name) }) { return value }
        if name == Symbol(.__name__) { return .str(module.name) }
        if name == Symbol(.__doc__) { return module.doc.map { .str($0) } ?? Value.none }
        if name == Symbol(.__file__) { return module.file.map { .str($0) } }
        if name == Symbol(.__package__), module === main { return Value.none }
        if name == Symbol(.__dict__) {
            let dict = DictObject()
            for (name, value) in module.members { dict[name.text] = value }
            return readOnly(dict)
        }
        return try findSpecial(.module(module), name)
    }

    private func find(_ type: TypeObject, _ name: Symbol) throws(Raised) -> Value? {
        if let attribute = type.lookup(name) {
            switch attribute {
            case .descriptor(let descriptor):
                switch descriptor.kind {
                case .staticMethod: return descriptor.first
                case .classMethod: return try bind(descriptor, to: type)
                default: return attribute
                }
            default: return attribute
            }
        }
        if let attribute = types.type.lookup(name) { return try bind(attribute, .type(type), types.type) }
        return try findSpecial(.type(type), name)
    }

    private func findInSuper(_ descriptor: DescriptorObject, _ name: Symbol) throws(Raised) -> Value? {
        guard case .type(let start) = descriptor.second else { return nil }
        var search = start.base
        while let type = search {
            if let attribute = type.own(name) {
                if case .type(let receiver) = descriptor.first {
                    if case .descriptor(let inner) = attribute, inner.kind == .classMethod { return try bind(inner, to: receiver) }
                    if case .descriptor(let inner) = attribute, inner.kind == .staticMethod { return inner.first }
                    return attribute
                }
                return try bind(attribute, descriptor.first, type)
            }
            search = type.base
        }
        if name == Symbol(.__init__), case .instance(let instance) = descriptor.first { return baseInitializer(instance) }
        if case .instance(let instance) = descriptor.first, case .host(let box) = instance.base,
            let object = box.object as? any HostMembers
        {
            return try converting { try object.member(name.name, self) }
        }
        guard let method = start.base?.answer(name) ?? objectMethod(name) else { return nil }
        return name == Symbol(.__init_subclass__) ? method : .boundMethod(BoundMethod(method, descriptor.first))
    }

    /// An attribute of a class as seen through an instance: functions become methods, properties are read.
    @inline(__always)
    func bind(_ attribute: Value, _ receiver: Value, _ type: TypeObject) throws(Raised) -> Value {
        switch attribute {
        case .function: return .boundMethod(BoundMethod(attribute, receiver))
        case .native(let native): return native.owner == nil ? attribute : .boundMethod(BoundMethod(attribute, receiver))
        case .descriptor(let descriptor):
            switch descriptor.kind {
            case .property:
                if descriptor.first.isNone { throw .attribute("property of '\(type.name)' object has no getter") }
                return try callMethod(descriptor.first, receiver)
            case .staticMethod: return descriptor.first
            case .classMethod: return try bind(descriptor, to: self.type(of: receiver))
            case .superObject: return attribute
            }
        case .host(let box) where box.object is any HostMethod: return .boundMethod(BoundMethod(attribute, receiver))
        default: return attribute
        }
    }

    /// A class method as seen through a class: what it stands around is bound to the class.
    private func bind(_ method: DescriptorObject, to type: TypeObject) throws(Raised) -> Value {
        guard case .descriptor(let inner) = method.first else { return .boundMethod(BoundMethod(method.first, .type(type))) }
        return try bind(.descriptor(inner), .type(type), types.type)
    }

    func missingAttribute(_ value: Value, _ name: Symbol) -> Raised {
        let hint =
            Diagnostic.refusal(ofAttribute: name.name)?.advice
            ?? nearest(to: name.name, among: dir(value)).map { "Did you mean '\($0)'?" }
        switch value {
        case .module(let module):
            return .attribute("module '\(module.name)' has no attribute '\(name.name)'", hint: hint)
        case .type(let type):
            return .attribute("type object '\(type.messageName)' has no attribute '\(name.name)'", hint: hint)
        case .descriptor(let descriptor) where descriptor.kind == .superObject:
            return .attribute("'super' object has no attribute '\(name.name)'")
        case .descriptor where name == Symbol(.__dict__):
            return .attribute(
                "'\(typeName(of: value))' object has no attribute '__dict__'",
                hint: "Keep it in a variable. More: carpedm explain \(DiagnosticCode.refusedAttribute.rawValue)")
        default:
            if case .instance(let instance) = value, instance.type.layout == .hostWrapper, instance.base.isUndefined {
                return .attribute(
                    "'\(instance.type.name)' object has no attribute '\(name.name)'",
                    hint: "Call super().__init__(...) before using what the base class provides.")
            }
            return .attribute("'\(typeName(of: value))' object has no attribute '\(name.name)'", hint: hint)
        }
    }

    // MARK: - Set and delete

    /// `value.name = newValue`
    public func setAttribute(_ value: Value, _ name: Symbol, _ newValue: Value) throws(Raised) {
        switch value {
        case .instance(let instance):
            if let method = instance.type.overrides(.__setattr__) {
                _ = try callMethod(method, value, .str(name.text), newValue)
                return
            }
            try setPlainAttribute(instance, value, name, newValue)
        case .type(let type):
            guard type.isScriptClass else {
                throw .type("cannot set '\(name.name)' attribute of immutable type '\(type.name)'")
            }
            if name == Symbol(.__name__) || name == Symbol(.__qualname__) {
                guard case .str(let text) = plain(newValue) else {
                    throw .type("can only assign string to \(type.name).\(name.name), not '\(typeName(of: newValue))'")
                }
                if name == Symbol(.__name__) { try checkTypeName(text) }
            }
            if name == Symbol(.__bases__) || name == Symbol(.__mro__) || name == Symbol(.__base__) || name == Symbol(.__class__) {
                throw Raised(
                    .typeError, "the attribute '\(name.name)' of a class cannot be changed",
                    hint: "Make another class. More: carpedm explain \(DiagnosticCode.refusedAttribute.rawValue)")
            }
            type.set(name, newValue)
        case .module(let module): module[name] = newValue
        case .function(let function): try setAttribute(function, name, newValue)
        case .host(let box):
            if let descriptor = property(box.type, name) {
                try set(descriptor, value, name, newValue)
            } else if let object = box.object as? any HostMembers,
                try converting({ try object.setMember(name.name, to: newValue, self) })
            {
            } else {
                throw readOnly(value, name)
            }
        case .descriptor(let descriptor) where name == Symbol(.__doc__): descriptor.doc = newValue
        default:
            guard let descriptor = property(type(of: value), name) else { throw readOnly(value, name) }
            try set(descriptor, value, name, newValue)
        }
    }

    private func readOnly(_ value: Value, _ name: Symbol) -> Raised {
        let type = type(of: value)
        if name == Symbol(.__class__) { return .type("__class__ assignment only supported for mutable types or ModuleType subclasses") }
        if type === types.range || type === types.slice, ["start", "stop", "step"].contains(name.name) { return .attribute("readonly attribute") }
        if type.lookup(name) != nil {
            return .attribute("'\(typeName(of: value))' object attribute '\(name.name)' is read-only")
        }
        return .attribute("'\(typeName(of: value))' object has no attribute '\(name.name)'")
    }

    private func property(_ type: TypeObject, _ name: Symbol) -> DescriptorObject? {
        if case .descriptor(let descriptor)? = type.lookup(name), descriptor.kind == .property { return descriptor }
        return nil
    }

    private func set(_ descriptor: DescriptorObject, _ value: Value, _ name: Symbol, _ newValue: Value) throws(Raised) {
        if descriptor.second.isNone {
            throw .attribute("property '\(name.name)' of '\(typeName(of: value))' object has no setter")
        }
        _ = try callMethod(descriptor.second, value, newValue)
    }

    /// `object.__setattr__`.
    func setPlainAttribute(_ instance: InstanceObject, _ value: Value, _ name: Symbol, _ newValue: Value) throws(Raised) {
        if let descriptor = property(instance.type, name) {
            try set(descriptor, value, name, newValue)
            return
        }
        if name == Symbol(.__class__) { return try changeClass(instance, to: newValue) }
        if name == Symbol(.__dict__) {
            guard case .dict(let dict) = newValue else {
                throw .type("__dict__ must be set to a dictionary, not a '\(typeName(of: newValue))'")
            }
            instance.dictionary = dict
            return
        }
        if case .host(let box) = instance.base, instance.type.lookup(name) == nil, let object = box.object as? any HostMembers,
            try converting({ try object.setMember(name.name, to: newValue, self) })
        {
            return
        }
        if !instance.type.isScriptClass && instance.type.layout != .exception {
            guard instance.type.isOpen || instance.type.lookup(name) == nil else { throw readOnly(value, name) }
            if instance.type === types.object { throw readOnly(value, name) }
        }
        if Interpreter.mayHoldReferences(newValue) { track(instance) }
        if instance.shape.slot(of: name) == nil { try charge(bytes: 16) }
        instance.setAttribute(name, newValue)
    }

    private func setAttribute(_ function: FunctionObject, _ name: Symbol, _ newValue: Value) throws(Raised) {
        switch name {
        case Symbol(.__name__), Symbol(.__qualname__):
            guard case .str(let text) = newValue else { throw .type("\(name.name) must be set to a string object") }
            if name == Symbol(.__name__) { function.name = text.string } else { function.qualifiedName = text.string }
            return
        case Symbol(.__defaults__):
            guard case .tuple(let values) = newValue.isNone ? Value.tuple(TupleObject([])) : plain(newValue) else {
                throw .type("__defaults__ must be set to a tuple object")
            }
            function.replaceDefaults(values)
            return
        case Symbol(.__kwdefaults__):
            guard case .dict(let dict) = newValue.isNone ? .dict(DictObject()) : plain(newValue) else {
                throw .type("__kwdefaults__ must be set to a dict object")
            }
            function.replaceKeywordDefaults(dict)
            return
        case Symbol(.__dict__):
            guard case .dict(let dict) = newValue else {
                throw .type("__dict__ must be set to a dictionary, not a '\(typeName(of: newValue))'")
            }
            function.attributes = dict
            return
        case Symbol(.__closure__), Symbol(.__code__), Symbol(.__globals__): throw .attribute("readonly attribute")
        default: break
        }
        let attributes = function.attributes ?? DictObject()
        function.attributes = attributes
        attributes[name.text] = newValue
    }

    /// `del value.name`
    public func deleteAttribute(_ value: Value, _ name: Symbol) throws(Raised) {
        switch value {
        case .instance(let instance):
            if let method = instance.type.overrides(.__delattr__) {
                _ = try callMethod(method, value, .str(name.text))
                return
            }
            try deletePlainAttribute(instance, value, name)
        case .type(let type):
            guard type.isScriptClass else {
                throw .type("cannot delete '\(name.name)' attribute of immutable type '\(type.name)'")
            }
            if !type.remove(name) { throw .attribute("type object '\(type.name)' has no attribute '\(name.name)'") }
        case .module(let module):
            guard module[name] != nil else { throw missingAttribute(value, name) }
            module[name] = nil
        case .function(let function) where function.attributes?[name.text] != nil:
            function.attributes?[name.text] = nil
        case .function(let function) where name == Symbol(.__defaults__): function.replaceDefaults(TupleObject([]))
        case .function(let function) where name == Symbol(.__kwdefaults__): function.replaceKeywordDefaults(DictObject())
        case .function(let function) where name == Symbol(.__doc__) || name == Symbol(.__module__): try setAttribute(function, name, .none)
        case .function where name == Symbol(.__dict__): throw .type("cannot delete __dict__")
        case .function where name == Symbol(.__name__) || name == Symbol(.__qualname__):
            throw .type("\(name.name) must be set to a string object")
        default:
            if name == Symbol(.__class__) { throw .type("can't delete __class__ attribute") }
            guard let descriptor = property(type(of: value), name) else { throw missingAttribute(value, name) }
            try delete(descriptor, value, name)
        }
    }

    private func delete(_ descriptor: DescriptorObject, _ value: Value, _ name: Symbol) throws(Raised) {
        if descriptor.third.isNone {
            throw .attribute("property '\(name.name)' of '\(typeName(of: value))' object has no deleter")
        }
        _ = try callMethod(descriptor.third, value)
    }

    func deletePlainAttribute(_ instance: InstanceObject, _ value: Value, _ name: Symbol) throws(Raised) {
        if let descriptor = property(instance.type, name) {
            try delete(descriptor, value, name)
        } else if name == Symbol(.__class__) {
            throw .type("can't delete __class__ attribute")
        } else if name == Symbol(.__dict__), instance.type !== types.object {
            instance.dictionary = DictObject()
        } else if !instance.deleteAttribute(name) {
            throw missingAttribute(value, name)
        }
    }

    // MARK: - Methods

    /// The method of the value's class, ready to be called with the value first (see `callMethod`); nil when missing.
    public func method(_ value: Value, _ name: Symbol) -> Value? { type(of: value).lookup(name) }

    /// What a script class defines over its native or host base; nil when it overrides nothing.
    public func overriding(_ instance: InstanceObject, _ name: Symbol) -> Value? {
        guard let value = instance.type.lookup(name) else { return nil }
        var search: TypeObject? = instance.type
        while let type = search, type.isScriptClass {
            if type.own(name) != nil { return value }
            search = type.base
        }
        return nil
    }

    /// Names of all attributes, sorted: `dir(value)`.
    public func dir(_ value: Value) -> [String] {
        var names: Set<String> = []
        switch value {
        case .instance(let instance):
            for (name, _) in instance.attributes { names.insert(name.name) }
            if case .host(let box) = instance.base, let object = box.object as? any HostMembers {
                names.formUnion(object.memberNames)
            }
        case .module(let module):
            for (name, _) in module.members { names.insert(name.name) }
            names.formUnion(submoduleNames(of: module.name))
            return names.sorted(by: Interpreter.byScalars)
        case .type(let type):
            names.formUnion(attributeNames(of: type))
            if type.isScriptClass { names.formUnion(["__dict__", "__module__"]) }
            return names.sorted(by: Interpreter.byScalars)
        case .host(let box):
            if let object = box.object as? any HostMembers { names.formUnion(object.memberNames) }
        case .function(let function): names.formUnion(Interpreter.ownNames(of: function))
        case .boundMethod(let method): if case .function(let function) = method.function { names.formUnion(Interpreter.ownNames(of: function)) }
        default: break
        }
        names.formUnion(attributeNames(of: type(of: value)))
        names.formUnion(Interpreter.specialNames(of: value))
        return names.sorted(by: Interpreter.byScalars)
    }

    private static func ownNames(of function: FunctionObject) -> [String] {
        (function.attributes?.keys ?? []).compactMap { if case .str(let name) = $0 { name.string } else { nil } }
    }

    /// What `findSpecial` gives beyond the tables of the classes.
    private static func specialNames(of value: Value) -> [String] {
        switch value {
        case .function: ["__closure__", "__defaults__", "__dict__", "__kwdefaults__", "__module__", "__name__", "__qualname__"]
        case .native: ["__module__", "__name__", "__qualname__", "__self__"]
        case .boundMethod: ["__func__", "__self__"]
        case .range, .slice: ["start", "step", "stop"]
        case .instance(let instance): instance.type.isScriptClass ? ["__dict__", "__module__"] : []
        case .iterator(let iterator): iterator is GeneratorObject ? ["__name__", "__qualname__"] : []
        case .descriptor(let descriptor):
            switch descriptor.kind {
            case .property: ["fdel", "fget", "fset"]
            case .staticMethod, .classMethod: ["__dict__", "__func__", "__module__", "__name__", "__qualname__", "__wrapped__"]
            case .superObject: ["__self__", "__self_class__", "__thisclass__"]
            }
        default: []
        }
    }

    private func attributeNames(of type: TypeObject) -> Set<String> {
        var names = Set(Interpreter.objectMethodNames)
        for type in type.lineage {
            for (name, _) in type.attributes { names.insert(name.name) }
            for name in type.answerNames { names.insert(name.name) }
        }
        return names
    }

    static func byScalars(_ a: String, _ b: String) -> Bool { a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars) }

    func nearest(to name: String, among names: [String]) -> String? {
        TextDistance.nearest(to: name, among: names.filter { !$0.hasPrefix("__") })
    }
}
