/// Attributes and methods that no inline cache knows yet.
extension Interpreter {
    @inline(never)
    func slowAttribute(_ value: Value, _ cache: UnsafeMutablePointer<InlineCache>) throws(Raised) -> Value {
        let name = cache.pointee.name
        if case .instance(let instance) = value, let slot = instance.shape.slot(of: name), !instance.slots[slot].isUndefined,
            instance.type.overrides(.__getattribute__) == nil
        {
            if case .descriptor(let descriptor)? = instance.type.lookup(name), descriptor.kind == .property {
                return try attribute(value, name)
            }
            cache.renew()
            cache.pointee.key = instance.shape.id
            cache.pointee.slot = slot
            return instance.slots[slot]
        }
        return try attribute(value, name)
    }

    @inline(never)
    func slowSetAttribute(_ value: Value, _ cache: UnsafeMutablePointer<InlineCache>, _ newValue: Value) throws(Raised) {
        let name = cache.pointee.name
        guard case .instance(let instance) = value, instance.type.isScriptClass, instance.type.layout != .hostWrapper,
            instance.type.overrides(.__setattr__) == nil, name != Symbol(.__class__), name != Symbol(.__dict__)
        else { return try setAttribute(value, name, newValue) }
        if case .descriptor(let descriptor)? = instance.type.lookup(name), descriptor.kind == .property {
            return try setAttribute(value, name, newValue)
        }
        let shape = instance.shape
        cache.renew()
        if let slot = shape.slot(of: name) {
            cache.pointee.key = shape.id
            cache.pointee.slot = slot
            cache.pointee.next = nil
            instance.setAttribute(name, newValue)
        } else if shape.canGrow {
            let next = shape.adding(name)
            cache.pointee.key = shape.id
            cache.pointee.next = Unmanaged.passUnretained(next)
            allocated = allocated &+ 16
            instance.append(next, newValue)
        } else {
            try setAttribute(value, name, newValue)
        }
    }

    /// Fills the two registers before a method call.
    @inline(never)
    func slowMethod(_ value: Value, _ a: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>) throws(Raised) {
        let name = cache.pointee.name
        switch value {
        case .instance(let instance):
            guard let method = instance.type.lookup(name), Interpreter.isMethod(method), instance.attribute(name) == nil,
                instance.type.overrides(.__getattribute__) == nil
            else { break }
            // An attribute in a dict does not change the shape, so the absence of one cannot be remembered.
            if instance.shape.canGrow {
                cache.renew()
                cache.pointee.key = instance.shape.id
                cache.pointee.slot = -1
                cache.pointee.value = method
            }
            (a + 1).pointee = value
            a.pointee = method
            return
        case .str, .list, .tuple, .dict, .set, .bytes, .int, .float, .iterator:
            guard let method = type(of: value).lookup(name), Interpreter.isMethod(method) else { break }
            (a + 1).pointee = value
            let key = builtinKey(a + 1)
            if key > -1_000 {
                cache.pointee.key = key
                cache.pointee.slot = -1
                cache.pointee.value = method
            }
            a.pointee = method
            return
        case .host(let box):
            guard let method = box.type.lookup(name), Interpreter.isMethod(method) else { break }
            (a + 1).pointee = value
            a.pointee = method
            return
        case .descriptor(let descriptor) where descriptor.kind == .superObject:
            if let (method, receiver) = superMethod(descriptor, name) {
                if case .type(let start) = descriptor.second {
                    cache.pointee.key = Interpreter.superKey(start)
                    cache.pointee.slot = -1
                    cache.pointee.value = method
                }
                (a + 1).pointee = receiver
                a.pointee = method
                return
            }
        default: break
        }
        let found = try attribute(value, name)
        (a + 1).pointee = .undefined
        a.pointee = found
    }

    private static func isMethod(_ value: Value) -> Bool {
        switch value {
        case .function: return true
        case .native(let native): return native.owner != nil
        default: return false
        }
    }

    private func superMethod(_ descriptor: DescriptorObject, _ name: Symbol) -> (Value, Value)? {
        guard case .type(let start) = descriptor.second else { return nil }
        if case .type = descriptor.first { return nil }
        var search = start.base
        while let type = search {
            if let method = type.own(name) { return Interpreter.isMethod(method) ? (method, descriptor.first) : nil }
            search = type.base
        }
        return nil
    }
}
