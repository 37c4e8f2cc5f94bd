/// `raise`, `with`, `def` and `class`.
extension Interpreter {
    func raise(_ value: Value, from cause: Value?) throws(Raised) -> Raised {
        let exception = try raised(value)
        if let cause {
            exception.exception.suppressContext = true
            if cause.isNone {
                exception.exception.cause = .none
            } else {
                switch cause {
                case .instance(let instance) where instance.type.layout == .exception: exception.exception.cause = cause
                case .type(let type) where type.layout == .exception:
                    let made = try instantiate(type, [])
                    guard case .instance(let instance) = made, instance.type.layout == .exception else { fallthrough }
                    exception.exception.cause = made
                default: throw .type("exception causes must derive from BaseException")
                }
            }
        }
        return Raised(exception: exception)
    }

    @inline(never)
    func enterContext(_ context: Value, _ a: UnsafeMutablePointer<Value>) throws(Raised) {
        let type = type(of: context)
        if let enter = type.lookup(.__enter__), let exit = type.lookup(.__exit__) {
            a.pointee = try bind(exit, context, type)
            (a + 1).pointee = try callMethod(enter, context)
            return
        }
        if case .host(let box) = plain(context), let object = box.object as? any HostContext {
            a.pointee = .native(
                NativeFunction(
                    Native("__exit__(type, value, traceback, /)") { call in .bool(try object.exit(call[1], call.interpreter)) }))
            (a + 1).pointee = try converting { try object.enter(self) }
            return
        }
        throw .type(
            type.lookup(.__enter__) == nil
                ? "'\(type.name)' object does not support the context manager protocol"
                : "'\(type.name)' object does not support the context manager protocol (missed __exit__ method)")
    }

    @inline(never)
    func exitContext(_ exit: UnsafeMutablePointer<Value>, _ exception: Value) throws(Raised) -> Bool {
        let method = exit.pointee
        switch exception {
        case .undefined:
            try call(method, [.none, .none, .none])
            return false
        case .instance(let instance):
            let traceback = try attribute(exception, Symbol(.__traceback__))
            return try truth(call(method, [.type(instance.type), exception, traceback]))
        default:
            // A limit or cancellation: the context may clean up, but cannot go on.
            let kind = types.exception(.keyboardInterrupt)
            try call(method, [.type(kind), .instance(InstanceObject(kind)), .none])
            return false
        }
    }

    // MARK: - Definitions

    func makeFunction(_ word: UInt64, _ a: UnsafeMutablePointer<Value>, _ registers: UnsafeMutablePointer<Value>) throws(Raised) -> Value {
        let frame = frames[depth]
        let code = frame.code.takeUnretainedValue().codes[Word.b(word)]
        let around = frame.function.takeUnretainedValue()
        var closure: [CellObject] = []
        for capture in code.captures {
            switch capture {
            case .register(let register): if case .cell(let cell) = registers[register] { closure.append(cell) }
            case .free(let index): closure.append(around.closure[index])
            }
        }
        var defaults: [Value] = []
        if Word.d(word) & 1 != 0, case .tuple(let tuple) = (a + 1).pointee { defaults = tuple.items }
        var keywordDefaults: [Value] = []
        if Word.d(word) & 2 != 0, case .tuple(let tuple) = (a + 2).pointee { keywordDefaults = tuple.items }
        try note(256)
        return .function(
            FunctionObject(code, module: around.module, closure: closure, defaults: defaults, keywordDefaults: keywordDefaults))
    }

    /// The names that a class body bound, as a dict; the cell `__class__` among them.
    func namespace() -> Value {
        let frame = frames[depth]
        let dict = DictObject()
        for (register, name) in frame.code.takeUnretainedValue().variables.enumerated() {
            switch frame.registers[register] {
            case .undefined: break
            case .cell(let cell) where name == Symbol(.__class__): dict["__classcell__"] = .cell(cell)
            case .cell(let cell): if !cell.value.isUndefined { dict[name.text] = cell.value }
            case let value: dict[name.text] = value
            }
        }
        return .dict(dict)
    }

    @inline(never)
    func makeClass(_ body: Value, _ parent: Value) throws(Raised) -> Value {
        guard case .function(let function) = body else { return .none }
        var base = types.object
        switch parent {
        case .undefined: break
        case .type(let type): base = type
        case .host(let box) where box.object is GenericAlias: base = (box.object as? GenericAlias)?.origin ?? base
        default: throw .type("bases must be types, not \(typeName(of: parent))")
        }
        guard base.isInheritable else { throw notABase(base) }
        guard case .dict(let names) = try call(body) else { return .none }
        let type = try makeClass(function.code.name, base: base, module: function.module.name, doc: function.code.doc)
        type.qualifiedName = function.code.qualifiedName
        for (key, value) in names.entries {
            guard case .str(let name) = key else { continue }
            if case .cell(let cell) = value, name == StrObject.make("__classcell__") {
                cell.value = .type(type)
                continue
            }
            if name == StrObject.make("__doc__"), case .str(let doc) = value { type.doc = doc.string }
            if name == StrObject.make("__qualname__"), case .str(let text) = value { type.qualifiedName = text.string }
            if case .function = value, ["__init_subclass__", "__class_getitem__"].contains(name.string) {
                type.set(Symbol(name), .descriptor(DescriptorObject(.classMethod, value)))
                continue
            }
            type.set(Symbol(name), value)
        }
        if type.own(Symbol(.__eq__)) != nil && type.own(Symbol(.__hash__)) == nil { type.set(Symbol(.__hash__), .none) }
        if case .descriptor(let hook)? = base.lookup(.__init_subclass__) {
            try call(hook.first, [.type(type)])
        }
        return .type(type)
    }
}
