/// How instances are made.
extension Interpreter {
    /// `type(arguments)`.
    public func instantiate(
        _ type: TypeObject, _ arguments: [Value], _ keywords: [(name: Symbol, value: Value)] = []
    ) throws(Raised) -> Value {
        switch type.layout {
        case .value where arguments.isEmpty && keywords.isEmpty && type === self.type(of: .none): return .none
        case .value where arguments.isEmpty && keywords.isEmpty && type === self.type(of: .ellipsis): return .ellipsis
        case .value where arguments.isEmpty && keywords.isEmpty && type === self.type(of: .notImplemented): return .notImplemented
        case .value:
            guard let constructor = type.constructor, type.isInheritable || constructor.owner === type else {
                throw .type("cannot create '\(type.name)' instances")
            }
            return try invoke(constructor, arguments, keywords)
        case .host:
            guard let constructor = type.constructor, constructor.owner !== types.object else {
                throw .type("cannot create '\(type.name)' instances")
            }
            return try invoke(constructor, arguments, keywords)
        case .plain, .exception, .wrapper, .hostWrapper: break
        }
        // A native class that starts its instances in `__init__` does not want the constructor that it inherits.
        if !type.isScriptClass, type.layout == .plain, let constructor = type.constructor,
            constructor.owner === type || type.own(Symbol(.__init__)) == nil
        {
            return try invoke(constructor, arguments, keywords)
        }
        let value = try makeInstance(type, arguments, keywords)
        try initialize(value, type, arguments, keywords)
        return value
    }

    /// The object before its `__init__`.
    func makeInstance(
        _ type: TypeObject, _ arguments: [Value], _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) -> Value {
        allocated = allocated &+ 96
        if allocated > nextLook { try lookAtMemory() }
        let instance = InstanceObject(type.layout == .exception ? systemErrorType(type, arguments) : type)
        switch type.layout {
        case .exception: instance.exception.arguments = TupleObject(arguments)
        case .wrapper:
            if let makeBase = type.emptyBase {
                instance.base = makeBase()
            } else if let constructor = type.constructor {
                let initializer = type.overrides(.__init__)
                // As in Python: an immutable base takes the arguments itself; keywords are left to `__init__`.
                instance.base = try invoke(constructor, arguments, initializer == nil ? keywords : [])
            }
        default: break
        }
        return .instance(instance)
    }

    /// Runs `__init__`.
    func initialize(
        _ value: Value, _ type: TypeObject, _ arguments: [Value], _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) {
        guard let initializer = type.lookup(.__init__) else {
            switch type.layout {
            case .hostWrapper:
                if case .instance(let instance) = value { _ = try call(baseInitializer(instance), arguments, keywords: keywords) }
            case .plain where !(arguments.isEmpty && keywords.isEmpty): throw .type("\(type.name)() takes no arguments")
            default: break
            }
            return
        }
        // What `BaseException.__init__` does has been done.
        if type.layout == .exception, keywords.isEmpty, case .native(let native) = initializer,
            native.owner === types.exception(.baseException)
        {
            return
        }
        let result = try call(bind(initializer, value, type), arguments, keywords: keywords)
        if !result.isNone { throw .type("__init__() should return None, not '\(typeName(of: result))'") }
    }

    /// What `super().__init__` is when no script class above defines it.
    func baseInitializer(_ instance: InstanceObject) -> Value {
        guard instance.type.layout == .hostWrapper, let constructor = instance.type.constructor else {
            let isPlain = instance.type.layout == .plain
            return .native(
                NativeFunction(
                    Native("__init__(*args, **kwargs)", "Initialize self.") { call in
                        if isPlain, try call.tuple(0).count > 0 || call.dict(1).count > 0 {
                            throw Raised.type("object.__init__() takes exactly one argument (the instance to initialize)")
                        }
                        return .none
                    }))
        }
        let parameters = constructor.declaration.drop { $0 != "(" }
        return .native(
            NativeFunction(
                Native("__init__" + parameters, constructor.doc) { [unowned instance] call in
                    let made = try constructor.body(call)
                    instance.base = made
                    if case .host(let box) = made, let object = box.object as? any HostSubclassable {
                        object.scriptInstance = instance
                        try object.attached(to: instance, call.interpreter)
                    }
                    return .none
                }))
    }
}
