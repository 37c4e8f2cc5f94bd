/// `isinstance`, `issubclass` and `__class__`.
extension Interpreter {
    /// `isinstance(value, type)`; `type` may be a tuple, a union of classes, or an object that tells its `__bases__`.
    public func isInstance(_ value: Value, of type: Value) throws(Raised) -> Bool {
        switch type {
        case .type(let type):
            if self.type(of: value).isSubtype(of: type) { return true }
            return try statedClass(of: value)?.isSubtype(of: type) ?? false
        case .tuple(let tuple):
            try checkStack()
            for index in 0..<tuple.count {
                if try isInstance(value, of: tuple[index]) { return true }
                try charge(steps: 1)
            }
            return false
        default:
            if let union = union(type) {
                for type in union.parts where try isInstance(value, of: type) { return true }
                return false
            }
            if isAlias(type) { throw .type("isinstance() argument 2 cannot be a parameterized generic") }
            guard try bases(of: type) != nil else { throw .type("isinstance() arg 2 must be a type, a tuple of types, or a union") }
            guard let own = try known(value, Symbol(.__class__)) else { return false }
            return try isDerived(own, from: type)
        }
    }

    /// `issubclass(type, classes)`; both may be objects that tell their `__bases__`.
    public func isSubclass(_ type: Value, of classes: Value) throws(Raised) -> Bool {
        if case .tuple(let tuple) = classes {
            try checkStack()
            for index in 0..<tuple.count where try isSubclass(type, of: tuple[index]) { return true }
            return false
        }
        if case .type(let type) = type {
            if case .type(let other) = classes { return type.isSubtype(of: other) }
        } else if try bases(of: type) == nil {
            throw .type("issubclass() arg 1 must be a class")
        }
        if let union = union(classes) {
            for other in union.parts where try isSubclass(type, of: other) { return true }
            return false
        }
        if isAlias(classes) { throw .type("issubclass() argument 2 cannot be a parameterized generic") }
        guard try bases(of: classes) != nil else {
            throw .type("issubclass() arg 2 must be a class, a tuple of classes, or a union")
        }
        return try isDerived(type, from: classes)
    }

    private func union(_ value: Value) -> UnionObject? {
        if case .host(let box) = value { return box.object as? UnionObject }
        return nil
    }

    private func isAlias(_ value: Value) -> Bool {
        if case .host(let box) = value { return box.type === types.genericAlias }
        return false
    }

    /// The attribute, nil when there is none. Every other error passes.
    private func known(_ value: Value, _ name: Symbol) throws(Raised) -> Value? {
        do { return try find(value, name) } catch {
            guard error.isInstance(of: .attributeError, self) else { throw error }
            return nil
        }
    }

    /// `value.__bases__`, nil where that is no tuple.
    private func bases(of value: Value) throws(Raised) -> TupleObject? {
        guard case .tuple(let bases)? = try known(value, Symbol(.__bases__)) else { return nil }
        return bases
    }

    /// Whether one leads to the other by `__bases__`.
    private func isDerived(_ value: Value, from other: Value) throws(Raised) -> Bool {
        try checkStack()
        if value.isIdentical(to: other) { return true }
        try charge(steps: 1)
        guard let bases = try bases(of: value) else { return false }
        for base in bases.items where try isDerived(base, from: other) { return true }
        return false
    }

    /// What an object with a `__getattribute__` of its own says its `__class__` is: a proxy's is the class of what it stands for.
    func statedClass(of value: Value) throws(Raised) -> TypeObject? {
        guard case .instance(let instance) = value, instance.type.overrides(.__getattribute__) != nil else { return nil }
        do {
            if case .type(let type)? = try find(value, Symbol(.__class__)) { return type }
        } catch {
            guard error.isInstance(of: .attributeError, self) else { throw error }
        }
        return nil
    }

    /// `instance.__class__ = value`: the attributes stay.
    func changeClass(_ instance: InstanceObject, to value: Value) throws(Raised) {
        guard case .type(let type) = value else {
            throw .type("__class__ must be set to a class, not '\(typeName(of: value))' object")
        }
        guard instance.type.isScriptClass, type.isScriptClass else {
            throw .type("__class__ assignment only supported for mutable types or ModuleType subclasses")
        }
        func builtin(_ type: TypeObject) -> TypeObject? { type.lineage.first { !$0.isScriptClass } }
        guard instance.type.layout == type.layout, builtin(instance.type) === builtin(type) else {
            throw .type("__class__ assignment: '\(type.name)' object layout differs from '\(instance.type.name)'")
        }
        instance.become(type)
    }
}
