/// Calls with anything but plain positional arguments to a plain function.
extension Interpreter {
    typealias Keywords = [(name: Symbol, value: Value)]

    /// Starts a call: true when a frame was put on top, false when the result is there already.
    @inline(never)
    func begin(
        _ register: UnsafeMutablePointer<Value>, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ names: [Symbol],
        _ result: UnsafeMutablePointer<Value>
    ) throws(Raised) -> Bool {
        if register.tag == Tag.type, names.isEmpty {
            let type = register.object(TypeObject.self).toOpaque()
            if count == 1, type == Unmanaged.passUnretained(types.str).toOpaque() {
                result.put(.str(arguments.tag == Tag.int ? .make(decimal: arguments.bits) : try str(arguments.pointee)))
                return false
            }
            if type == Unmanaged.passUnretained(types.range).toOpaque(), let range = plainRange(arguments, count) {
                result.put(.range(range))
                return false
            }
            // The callee's register keeps the class.
            let layout = register.object(TypeObject.self)._withUnsafeGuaranteedRef { $0.layout }
            if layout == .exception, makeException(register.object(TypeObject.self).takeUnretainedValue(), arguments, count, result) {
                return false
            }
        }
        let callee = register.pointee
        if names.isEmpty {
            switch callee {
            case .function(let function):
                if let isFrame = try beginPlainly(function, nil, arguments, count, result) { return isFrame }
            case .boundMethod(let method):
                if case .function(let function) = method.function,
                    let isFrame = try beginPlainly(function, method, arguments, count, result)
                {
                    return isFrame
                }
            default: break
            }
        }
        if names.isEmpty, case .type(let type) = callee {
            switch type.layout {
            case .value:
                if let constructor = type.constructor, constructor.owner === type {
                    result.put(try invoke(constructor, arguments, count))
                    return false
                }
            case .plain: if try beginInstance(type, arguments, count, result) { return true }
            default: break
            }
        }
        let positional = count - names.count
        var keywords: Keywords = []
        for (index, name) in names.enumerated() { keywords.append((name, arguments[positional + index])) }
        return try begin(callee, Array(UnsafeBufferPointer(start: arguments, count: positional)), keywords, arguments - 1, result)
    }

    /// `range(...)` of plain numbers; nil where that needs more care, or is an error.
    private func plainRange(_ arguments: UnsafeMutablePointer<Value>, _ count: Int) -> RangeObject? {
        guard count >= 1, count <= 3 else { return nil }
        for index in 0..<count where (arguments + index).tag != Tag.int { return nil }
        if count == 1 { return RangeObject(start: 0, stop: arguments.bits, step: 1) }
        return RangeObject(start: arguments.bits, stop: (arguments + 1).bits, step: count == 3 ? (arguments + 2).bits : 1)
    }

    /// Starts a function that takes arguments by position only, with defaults for the last ones, or makes its generator.
    /// Nil when the call needs more care. The callee's register keeps the function.
    private func beginPlainly(
        _ function: FunctionObject, _ method: BoundMethod?, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
        _ result: UnsafeMutablePointer<Value>
    ) throws(Raised) -> Bool? {
        let code = function.code
        let given = count + (method == nil ? 0 : 1)
        let positional = code.positionalCount
        guard code.parameterCount == positional, given <= positional, given >= positional - function.defaults.count else { return nil }
        let registers: UnsafeMutablePointer<Value>
        if code.isGenerator {
            try note(256 &+ code.registerCount &* 16)
            registers = .allocate(capacity: Swift.max(code.registerCount, 1))
        } else {
            registers = top
            try reserve(code.registerCount)
        }
        var next = registers
        if let method {
            next.initialize(to: method.receiver)
            next += 1
        }
        for index in 0..<count {
            (arguments + index).hand(to: next)
            next += 1
        }
        for index in given..<positional {
            next.initialize(to: function.defaults[function.defaults.count - positional + index])
            next += 1
        }
        while next < registers + code.registerCount {
            next.initializeUnbound()
            next += 1
        }
        if code.isGenerator {
            result.put(.iterator(GeneratorObject(function, registers: registers)))
            return false
        }
        add(function.codeReference, Unmanaged.passUnretained(function), registers, result, .call)
        return true
    }

    /// Starts the `__init__` of a new instance of a plain script class, when its parameters are what is given.
    private func beginInstance(
        _ type: TypeObject, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ result: UnsafeMutablePointer<Value>
    ) throws(Raised) -> Bool {
        guard type.isScriptClass,
            case .function(let initializer)? = type.lookup(.__init__), initializer.code.isSimple,
            initializer.code.positionalCount == count + 1
        else { return false }
        let registers = top
        let registerCount = initializer.code.registerCount
        try reserve(registerCount)
        allocated = allocated &+ 96
        if allocated > nextLook { try lookAtMemory() }
        let instance = Value.instance(InstanceObject(type))
        registers.initialize(to: instance)
        for index in 0..<count { (arguments + index).hand(to: registers + index + 1) }
        for index in (count + 1)..<Swift.max(registerCount, count + 1) { (registers + index).initializeUnbound() }
        (arguments - 1).pointee = instance
        add(initializer.codeReference, Unmanaged.passRetained(initializer), registers, result, .initializer)
        frames[depth].kept = arguments - 1
        return true
    }

    /// Makes an exception whose class has no `__init__` of its own; false for anything else.
    private func makeException(
        _ type: TypeObject, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ result: UnsafeMutablePointer<Value>
    ) -> Bool {
        if !type.hasFound(.__init__, exceptionInitializer) {
            guard case .native(let initializer)? = type.lookup(.__init__),
                initializer.owner === types.exception(.baseException)
            else { return false }
            exceptionInitializer = Unmanaged.passUnretained(initializer).toOpaque()
        }
        allocated = allocated &+ 256
        let exception = InstanceObject(type)
        exception.exception.arguments = .make(copying: arguments, count: count)
        result.put(.instance(exception))
        return true
    }

    /// Starts `callee(*list, **dict)`.
    @inline(never)
    func beginSpread(_ a: UnsafeMutablePointer<Value>, _ result: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        var keywords: Keywords = []
        if case .dict(let dict) = (a + 2).pointee {
            for (key, value) in dict.entries {
                guard case .str(let name) = plain(key) else { throw .type("keywords must be strings") }
                keywords.append((Symbol(name), value))
            }
        }
        let arguments: [Value]
        switch (a + 1).pointee {
        case .list(let list): arguments = list.items
        case .tuple(let tuple): arguments = tuple.items
        case let iterable:
            do { arguments = try items(of: iterable, asking: true) } catch {
                guard case .pending(.typeError, let message, _, _) = error.content, message.hasSuffix("object is not iterable") else { throw error }
                throw .type("\(callText(a.pointee)) argument after * must be an iterable, not \(typeName(of: iterable))")
            }
        }
        return try begin(a.pointee, arguments, keywords, a, result)
    }

    /// A callable as messages about its starred arguments name it: `module.f()`.
    func callText(_ callee: Value) -> String {
        func text(_ name: Dunder) -> String? {
            guard let found = try? find(callee, Symbol(name)), case .str(let text) = found else { return nil }
            return text.string
        }
        guard let name = text(.__qualname__) else { return (try? str(callee).string) ?? typeName(of: callee) }
        let module = text(.__module__) ?? "builtins"
        return module == "builtins" ? "\(name)()" : "\(module).\(name)()"
    }

    private func begin(
        _ callee: Value, _ arguments: [Value], _ keywords: Keywords, _ kept: UnsafeMutablePointer<Value>,
        _ result: UnsafeMutablePointer<Value>
    ) throws(Raised) -> Bool {
        switch callee {
        case .function(let function): return try begin(function, arguments, keywords, kept, result, .call)
        case .boundMethod(let method):
            if case .function(let function) = method.function {
                return try begin(function, [method.receiver] + arguments, keywords, kept, result, .call)
            }
        case .type(let type) where type.isScriptClass && type.layout != .value:
            let instance = try makeInstance(type, arguments, keywords)
            if case .function(let initializer)? = type.lookup(.__init__) {
                // Kept in a register of the call, so that a failing `__init__` leaves the target of the assignment alone.
                kept.pointee = instance
                return try begin(initializer, [instance] + arguments, keywords, kept, result, .initializer)
            }
            try initialize(instance, type, arguments, keywords)
            result.pointee = instance
            return false
        default: break
        }
        result.pointee = try call(callee, arguments, keywords: keywords)
        return false
    }

    private func begin(
        _ function: FunctionObject, _ arguments: [Value], _ keywords: Keywords, _ kept: UnsafeMutablePointer<Value>,
        _ result: UnsafeMutablePointer<Value>, _ kind: Frame.Kind
    ) throws(Raised) -> Bool {
        if function.code.isGenerator {
            let generator = try makeGenerator(function, arguments, keywords)
            if kind == .call { result.pointee = generator } else { throw .type("__init__() should return None, not 'generator'") }
            return false
        }
        let registers = top
        try reserve(function.code.registerCount)
        try bind(function, arguments, keywords, into: registers)
        // The function must outlive its frame; a method's is only held by the class.
        if kind == .initializer {
            add(function.codeReference, Unmanaged.passRetained(function), registers, result, kind)
        } else {
            kept.pointee = .function(function)
            add(function.codeReference, Unmanaged.passUnretained(function), registers, result, kind)
        }
        frames[depth].kept = kept
        return true
    }

    /// Calls a script function from Swift.
    func invoke(_ function: FunctionObject, _ arguments: [Value], _ keywords: Keywords) throws(Raised) -> Value {
        if function.code.isGenerator { return try makeGenerator(function, arguments, keywords) }
        let registers = top
        let registerCount = function.code.registerCount
        try reserve(registerCount)
        if keywords.isEmpty, function.code.directCount == arguments.count {
            for index in 0..<arguments.count { (registers + index).initialize(to: arguments[index]) }
            for index in arguments.count..<Swift.max(registerCount, arguments.count) { (registers + index).initializeUnbound() }
        } else {
            try bind(function, arguments, keywords, into: registers)
        }
        add(function.codeReference, Unmanaged.passUnretained(function), registers, registers, .entry)
        let result = try run()
        return withExtendedLifetime(function) { result }
    }

    func makeGenerator(_ function: FunctionObject, _ arguments: [Value], _ keywords: Keywords) throws(Raised) -> Value {
        let count = function.code.registerCount
        try note(256 &+ count &* 16)
        let registers = UnsafeMutablePointer<Value>.allocate(capacity: Swift.max(count, 1))
        do { try bind(function, arguments, keywords, into: registers) } catch {
            registers.deallocate()
            throw error
        }
        return .iterator(GeneratorObject(function, registers: registers))
    }

    // MARK: - Binding

    /// Initializes the registers of a call; on failure they are uninitialized again.
    func bind(
        _ function: FunctionObject, _ arguments: [Value], _ keywords: Keywords, into registers: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let code = function.code
        for index in 0..<code.registerCount { (registers + index).initializeUnbound() }
        do { try fill(function, code, arguments, keywords, registers) } catch {
            registers.release(code.registerCount)
            throw error
        }
    }

    private func fill(
        _ function: FunctionObject, _ code: CodeObject, _ arguments: [Value], _ keywords: Keywords,
        _ registers: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let positional = code.positionalCount
        for index in 0..<Swift.min(arguments.count, positional) { registers[index] = arguments[index] }
        if code.hasVariadic {
            registers[positional + code.keywordOnlyCount] = .tuple(TupleObject(arguments.dropFirst(positional)))
        }
        try fillKeywords(function, code, keywords, registers)
        if !code.hasVariadic, arguments.count > positional {
            let named = (positional..<positional + code.keywordOnlyCount).count { !registers[$0].isUndefined }
            throw ArgumentError.tooMany(
                function.qualifiedName, least: positional - function.defaults.count, most: positional, given: arguments.count, named: named)
        }
        let firstDefault = positional - function.defaults.count
        var missing: [String] = []
        for index in 0..<positional where registers[index].isUndefined {
            if index >= firstDefault {
                registers[index] = function.defaults[index - firstDefault]
            } else {
                missing.append(code.variables[index].name)
            }
        }
        if !missing.isEmpty { throw ArgumentError.missing(function.qualifiedName, missing, "positional") }
        for index in 0..<code.keywordOnlyCount where registers[positional + index].isUndefined {
            let value = index < function.keywordDefaults.count ? function.keywordDefaults[index] : .undefined
            if value.isUndefined { missing.append(code.variables[positional + index].name) } else { registers[positional + index] = value }
        }
        if !missing.isEmpty { throw ArgumentError.missing(function.qualifiedName, missing, "keyword-only") }
    }

    private func fillKeywords(
        _ function: FunctionObject, _ code: CodeObject, _ keywords: Keywords, _ registers: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        var rest: DictObject?
        let named = code.positionalCount + code.keywordOnlyCount
        if code.hasKeywords {
            let dict = DictObject()
            registers[named + (code.hasVariadic ? 1 : 0)] = .dict(dict)
            rest = dict
        }
        for (name, value) in keywords {
            var index = code.positionalOnlyCount
            while index < named, code.variables[index] != name { index += 1 }
            if index < named {
                if !registers[index].isUndefined {
                    throw .type("\(function.qualifiedName)() got multiple values for argument '\(name.name)'")
                }
                registers[index] = value
            } else if let rest {
                rest[name.text] = value
            } else if code.variables.prefix(code.positionalOnlyCount).contains(name) {
                let passed = code.variables.prefix(code.positionalOnlyCount).filter { name in keywords.contains { $0.name == name } }
                let names = passed.map(\.name).joined(separator: ", ")
                throw .type("\(function.qualifiedName)() got some positional-only arguments passed as keyword arguments: '\(names)'")
            } else {
                let names = code.variables[code.positionalOnlyCount..<named].map(\.name)
                throw Raised(
                    .typeError, "\(function.qualifiedName)() got an unexpected keyword argument '\(name.name)'",
                    hint: nearest(to: name.name, among: names).map { "Did you mean '\($0)'?" })
            }
        }
    }
}
