/// Calling values from Swift.
extension Interpreter {
    /// Calls any callable.
    @discardableResult
    public func call(
        _ callee: Value, _ arguments: [Value] = [], keywords: [(name: Symbol, value: Value)] = []
    ) throws(Raised) -> Value {
        try checkStack()
        switch callee {
        case .function(let function): return try invoke(function, arguments, keywords)
        case .native(let native): return try invoke(native, arguments, keywords)
        case .boundMethod(let method):
            let arguments = [method.receiver] + arguments
            guard case .native(let native) = method.function else { return try call(method.function, arguments, keywords: keywords) }
            do throws(Raised) { return try invoke(native, arguments, keywords) } catch { throw renamed(error, native, method.receiver) }
        case .type(let type): return try instantiate(type, arguments, keywords)
        case .host(let box):
            if let object = box.object as? any HostCallable {
                let named = keywords.map { (name: $0.name.name, value: $0.value) }
                return try converting { try object.call(arguments, named, self) }
            }
        case .descriptor(let descriptor) where descriptor.kind == .staticMethod:
            return try call(descriptor.first, arguments, keywords: keywords)
        case .instance(let instance):
            if instance.type.lookup(.__call__) == nil, !instance.base.isUndefined {
                if case .host = instance.base { return try call(instance.base, arguments, keywords: keywords) }
            }
        default: break
        }
        if let method = type(of: callee).lookup(.__call__) {
            return try call(bind(method, callee, type(of: callee)), arguments, keywords: keywords)
        }
        throw .type("'\(typeName(of: callee))' object is not callable")
    }

    /// Whether `call` can work.
    public func isCallable(_ value: Value) -> Bool {
        switch value {
        case .function, .native, .boundMethod, .type: return true
        case .host(let box): return box.object is any HostCallable || box.type.lookup(.__call__) != nil
        case .instance(let instance):
            if case .host(let box) = instance.base, box.object is any HostCallable { return true }
            return instance.type.lookup(.__call__) != nil
        case .descriptor(let descriptor): return descriptor.kind == .staticMethod
        default: return type(of: value).lookup(.__call__) != nil
        }
    }

    /// Calls anything with one argument, without an array.
    public func call(_ callee: Value, with argument: Value) throws(Raised) -> Value {
        let first = try room(1)
        first.initialize(to: argument)
        return try callStacked(callee, 1)
    }

    /// Calls a method found in a class (`method(_:_:)`) with its object.
    public func callMethod(_ method: Value, _ receiver: Value) throws(Raised) -> Value {
        guard Interpreter.takesReceiver(method) else { return try call(bind(method, receiver, type(of: receiver))) }
        let first = try room(1)
        first.initialize(to: receiver)
        return try callStacked(method, 1)
    }

    /// Calls a method found in the receiver's class, with one argument.
    public func callMethod(_ method: Value, _ receiver: Value, _ argument: Value) throws(Raised) -> Value {
        guard Interpreter.takesReceiver(method) else { return try call(bind(method, receiver, type(of: receiver)), [argument]) }
        let first = try room(2)
        first.initialize(to: receiver)
        (first + 1).initialize(to: argument)
        return try callStacked(method, 2)
    }

    /// Calls a method found in the receiver's class, with two arguments.
    public func callMethod(_ method: Value, _ receiver: Value, _ argument: Value, _ second: Value) throws(Raised) -> Value {
        guard Interpreter.takesReceiver(method) else {
            return try call(bind(method, receiver, type(of: receiver)), [argument, second])
        }
        let first = try room(3)
        first.initialize(to: receiver)
        (first + 1).initialize(to: argument)
        (first + 2).initialize(to: second)
        return try callStacked(method, 3)
    }

    /// The same with any number of arguments.
    public func callMethod(_ method: Value, _ receiver: Value, _ arguments: Value...) throws(Raised) -> Value {
        guard Interpreter.takesReceiver(method) else { return try call(bind(method, receiver, type(of: receiver)), arguments) }
        let first = try room(arguments.count + 1)
        first.initialize(to: receiver)
        for (index, argument) in arguments.enumerated() { (first + index + 1).initialize(to: argument) }
        return try callStacked(method, arguments.count + 1)
    }

    private static func takesReceiver(_ method: Value) -> Bool {
        switch method {
        case .function, .native: true
        default: false
        }
    }

    /// Room for values above the top of the stack, not initialized.
    @inline(__always)
    private func room(_ count: Int) throws(Raised) -> UnsafeMutablePointer<Value> {
        if top + count + 64 > stackEnd { throw .recursion() }
        return top
    }

    /// Calls with the `count` values that lie above the top of the stack, and takes them away.
    private func callStacked(_ callee: Value, _ count: Int) throws(Raised) -> Value {
        let first = top
        switch callee {
        case .function(let function) where function.code.directCount == count:
            let registerCount = function.code.registerCount
            do throws(Raised) {
                try checkStack()
                try reserve(registerCount)
            } catch {
                first.release(count)
                throw error
            }
            for index in count..<Swift.max(registerCount, count) { (first + index).initializeUnbound() }
            add(function.codeReference, Unmanaged.passUnretained(function), first, first, .entry)
            let result = try run()
            return withExtendedLifetime(function) { result }
        case .native(let native):
            top = first + count
            defer {
                first.release(count)
                top = first
            }
            return try invoke(native, first, count)
        default:
            let arguments = Array(UnsafeBufferPointer(start: first, count: count))
            first.release(count)
            return try call(callee, arguments)
        }
    }

    /// `value.name(arguments)`.
    @discardableResult
    public func callMethod(
        _ value: Value, named name: Symbol, _ arguments: [Value] = [], keywords: [(name: Symbol, value: Value)] = []
    ) throws(Raised) -> Value {
        try call(attribute(value, name), arguments, keywords: keywords)
    }
}
