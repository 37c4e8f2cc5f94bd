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
        case .boundMethod(let method): return try call(method.function, [method.receiver] + arguments, keywords: keywords)
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

    // MARK: - Natives

    /// Calls a native with arguments to be bound to its parameters.
    func invoke(
        _ native: NativeFunction, _ arguments: [Value], _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) -> Value {
        var arguments = arguments
        return try converting {
            try arguments.withUnsafeMutableBufferPointer { buffer in
                // An empty array may have no address; then no argument is read either.
                try self.invoke(native, buffer.baseAddress ?? self.top, buffer.count, keywords)
            }
        }
    }

    /// - Parameter arguments: `count` initialized values, which stay the caller's.
    @inline(__always)
    func invoke(
        _ native: NativeFunction, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
        _ keywords: [(name: Symbol, value: Value)] = []
    ) throws(Raised) -> Value {
        let signature = native.signature
        if signature.isSimple, count == signature.positionalCount, keywords.isEmpty {
            do { return try native.body(Call(self, arguments, count)) } catch { throw convert(error) }
        }
        return try invokeBinding(native, signature, arguments, count, keywords)
    }

    @inline(never)
    private func invokeBinding(
        _ native: NativeFunction, _ signature: Signature, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
        _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) -> Value {
        var bound = try bind(native, signature, arguments, count, keywords)
        return try converting {
            try bound.withUnsafeMutableBufferPointer { buffer in
                try native.body(Call(self, buffer.baseAddress ?? self.top, buffer.count))
            }
        }
    }

    /// Completes the arguments above the top of the stack, where nothing is initialized.
    private func invokeWithDefaults(
        _ native: NativeFunction, _ signature: Signature, _ arguments: UnsafeMutablePointer<Value>, _ count: Int
    ) throws(Raised) -> Value {
        let total = signature.positionalCount
        let first = top
        if first + total + 64 > stackEnd { throw .recursion() }
        for index in 0..<count { (first + index).copy(from: arguments + index) }
        for index in count..<total { (first + index).initialize(to: signature.defaults[index]) }
        top = first + total
        defer {
            first.release(total)
            top = first
        }
        do { return try native.body(Call(self, first, total)) } catch { throw convert(error) }
    }

    private func bind(
        _ native: NativeFunction, _ signature: Signature, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
        _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) -> [Value] {
        let parameters = signature.parameters
        if let face = native.pythonFace {
            if let problem = pythonProblem(face, signature, count, keywords) { throw problem }
        } else if !keywords.isEmpty, !signature.acceptsKeywords {
            throw .type("\(nameForKeywords(native, count > 0 ? arguments[0] : .none))() takes no keyword arguments")
        }
        var bound: [Value] = parameters.map { _ in .undefined }
        var given = [Bool](repeating: false, count: parameters.count)
        if count > signature.positionalCount && signature.variadicIndex == nil {
            throw tooMany(native, signature, count)
        }
        for index in 0..<Swift.min(count, signature.positionalCount) {
            bound[index] = arguments[index]
            given[index] = true
        }
        if let index = signature.variadicIndex {
            let extra = Swift.max(count - signature.positionalCount, 0)
            bound[index] = .tuple(TupleObject(copying: arguments + (count - extra), count: extra))
            given[index] = true
        }
        let rest = signature.keywordsIndex.map { index in
            let dict = DictObject()
            bound[index] = .dict(dict)
            given[index] = true
            return dict
        }
        for (name, value) in keywords {
            if let index = parameters.firstIndex(where: {
                $0.name == name && ($0.kind == .positionalOrKeyword || $0.kind == .keywordOnly)
            }) {
                if given[index] { throw .type("\(native.name)() got multiple values for argument '\(name.name)'") }
                bound[index] = value
                given[index] = true
            } else if let rest {
                rest[name.text] = value
            } else {
                let names = parameters.filter { $0.kind != .positionalOnly }.map(\.name.name)
                let hint = nearest(to: name.name, among: names).map { "Did you mean '\($0)'?" }
                if let raised = tooManyKeywords(native, parameters, count, keywords.count) { throw raised }
                let isBuiltin = native.moduleName == nil && (native.owner.map { $0.moduleName == "re" } ?? true)
                throw Raised(
                    .typeError,
                    isBuiltin
                        ? "'\(name.name)' is an invalid keyword argument for \(native.name)()"
                        : "\(native.name)() got an unexpected keyword argument '\(name.name)'",
                    hint: hint ?? "It takes \(names.joined(separator: ", ")).")
            }
        }
        for (index, parameter) in parameters.enumerated() where !given[index] {
            guard let value = parameter.defaultValue else { throw missing(native, signature, parameter, count) }
            bound[index] = value
        }
        return bound
    }

    private func shownName(_ native: NativeFunction) -> String { native.countedName }

    /// Exceptions answer for the class that is made.
    private func nameForKeywords(_ native: NativeFunction, _ receiver: Value) -> String {
        if native.name == "__init__", native.owner?.layout == .exception { return typeName(of: receiver) }
        return native.countedName
    }

    /// CPython counts before it looks at names.
    private func tooManyKeywords(_ native: NativeFunction, _ parameters: [Parameter], _ count: Int, _ keywords: Int) -> Raised? {
        // In CPython these are written in C; functions written in Python name the argument instead.
        let inC: Set<String> = ["builtins", "itertools", "math", "operator", "time", "sys", "unicodedata"]
        guard inC.contains(native.owner?.moduleName ?? native.moduleName ?? "builtins") else { return nil }
        let hidden = hiddenCount(native)
        let isVariadic = parameters.contains { $0.kind == .variadic }
        // Of those with `*args` only these count their keywords.
        if isVariadic, !["min", "max", "product"].contains(native.name) { return nil }
        let named = isVariadic ? parameters.filter { $0.kind == .keywordOnly } : Array(parameters.dropFirst(hidden))
        let positional = isVariadic ? 0 : count - hidden
        guard positional + keywords > named.count else { return nil }
        let limit = named.contains { $0.defaultValue != nil } ? "at most" : "exactly"
        let what = "\(positional == 0 ? "keyword " : "")argument\(named.count == 1 ? "" : "s")"
        return .type("\(native.name)() takes \(limit) \(named.count) \(what) (\(positional + keywords) given)")
    }

    /// The receiver, which messages do not count.
    private func hiddenCount(_ native: NativeFunction) -> Int {
        native.owner != nil && (native.declaration.contains("(self") || native.declaration.contains("(cls")) ? 1 : 0
    }

    private func tooMany(_ native: NativeFunction, _ signature: Signature, _ count: Int) -> Raised {
        let hidden = hiddenCount(native)
        let limit = signature.positionalCount - hidden
        let given = count - hidden
        let name = shownName(native)
        if hidden == 1, Interpreter.isSlot(native) {
            return slotCount(native, limit, given, exact: signature.requiredCount == signature.positionalCount)
        }
        if native.owner === types.object, native.name == "object" { return .type("object() takes no arguments") }
        if limit == 0 {
            let hasNamed = signature.parameters.contains { $0.kind == .keywordOnly }
            return .type(hasNamed ? "\(native.name)() takes no positional arguments" : "\(name)() takes no arguments (\(given) given)")
        }
        let exact = signature.requiredCount == signature.positionalCount
        let isConstructor = native.name == "__init__" || native.name == native.owner?.name
        if exact && limit == 1 && !isConstructor { return .type("\(name)() takes exactly one argument (\(given) given)") }
        let arguments = "\(limit) argument\(limit == 1 ? "" : "s")"
        if signature.isPositionalOnly {
            let name = native.name == "__init__" ? native.owner?.name ?? "" : native.name
            return .type("\(name) expected \(exact ? "" : "at most ")\(arguments), got \(given)")
        }
        // As many as there are parameters, some of which take keywords only.
        let isMixed = given <= signature.parameters.count - hidden
        let what = isMixed ? arguments.replacing("argument", with: "positional argument") : arguments
        return .type("\(native.name)() takes \(exact ? "exactly" : "at most") \(what) (\(given) given)")
    }

    private func missing(_ native: NativeFunction, _ signature: Signature, _ parameter: Parameter, _ count: Int) -> Raised {
        let hidden = hiddenCount(native)
        if parameter.kind == .keywordOnly {
            return .type("\(native.name)() missing 1 required keyword-only argument: '\(parameter.name.name)'")
        }
        if hidden == 1, count == 0, let owner = native.owner, owner.moduleName == "builtins" {
            return .type(
                Interpreter.isSlot(native)
                    ? "descriptor '\(native.name)' of '\(owner.name)' object needs an argument"
                    : "unbound method \(shownName(native))() needs an argument")
        }
        if parameter.kind == .positionalOnly {
            let required = signature.requiredCount - hidden
            if native.name == "map", native.owner?.name == "map" { return .type("map() must have at least two arguments.") }
            if hidden == 1, Interpreter.isSlot(native) {
                return slotCount(native, required, count - hidden, exact: signature.requiredCount == signature.positionalCount, "at least")
            }
            if required == 1 && signature.isSimple && signature.positionalCount - hidden == 1 && native.name != native.owner?.name {
                return .type("\(shownName(native))() takes exactly one argument (\(count - hidden) given)")
            }
            let bound = signature.requiredCount == signature.positionalCount ? "" : "at least "
            return .type("\(native.name) expected \(bound)\(required) argument\(required == 1 ? "" : "s"), got \(Swift.max(count - hidden, 0))")
        }
        return .type("\(native.name)() missing required argument '\(parameter.name.name)' (pos \(count + 1 - hidden))")
    }

    /// Whether CPython makes the method from the operation of a built-in class, which words its errors in its own way.
    static func isSlot(_ native: NativeFunction) -> Bool {
        guard let owner = native.owner, owner.moduleName == "builtins", !owner.isScriptClass else { return false }
        switch native.name {
        case "__getitem__": return owner.name != "list" && owner.name != "dict"
        case "__contains__": return owner.name != "dict" && owner.name != "set" && owner.name != "frozenset"
        default: return Interpreter.slotNames.contains(native.name)
        }
    }

    /// Whether it is shown as such a one.
    static func isWrapper(_ native: NativeFunction) -> Bool { native.name == "__init__" || isSlot(native) }

    private static let slotNames: Set<String> = {
        let binary = ["add", "sub", "mul", "mod", "divmod", "lshift", "rshift", "and", "xor", "or", "floordiv", "truediv", "matmul", "pow"]
        let others = [
            "neg", "pos", "abs", "bool", "invert", "int", "float", "index", "len", "iter", "next", "hash", "repr", "str", "setitem", "delitem",
            "setattr", "delattr", "getattribute", "eq", "ne", "lt", "le", "gt", "ge",
        ]
        return Set((binary + binary.map { "r" + $0 } + binary.map { "i" + $0 } + others).map { "__\($0)__" })
    }()

    private func slotCount(_ native: NativeFunction, _ limit: Int, _ given: Int, exact: Bool, _ bound: String = "at most") -> Raised {
        // The name that some operations put before it is empty.
        let isRepetition = native.name == "__mul__" || native.name == "__rmul__"
        let space = !exact || isRepetition && native.owner?.name != "int" && native.owner?.name != "float" ? " " : ""
        return .type("\(space)expected \(exact ? "" : bound + " ")\(limit) argument\(limit == 1 ? "" : "s"), got \(given)")
    }

    // MARK: - Classes

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
