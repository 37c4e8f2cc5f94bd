/// Calls of native functions: arguments bound to parameters, and what CPython says when they do not fit.
extension Interpreter {
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

    func bind(
        _ native: NativeFunction, _ signature: Signature, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
        _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) -> [Value] {
        let parameters = signature.parameters
        if let face = native.pythonFace {
            if let problem = pythonProblem(face, signature, count, keywords) { throw problem }
        } else if !keywords.isEmpty, !signature.acceptsKeywords {
            throw .type("\(nameForKeywords(native, count > 0 ? arguments[0] : .none))() takes no keyword arguments")
        } else if let problem = keywordProblem(native, signature, count, keywords) {
            throw problem
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
                if let raised = tooManyKeywords(native, parameters, keywords.count) { throw raised }
                if native.name == "zip_longest" { throw .type("zip_longest() got an unexpected keyword argument") }
                throw Raised(
                    .typeError,
                    native.isWrittenInC
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
        return native.name == "reduce" && native.owner == nil ? native.name : native.countedName
    }

    /// CPython counts before it looks at names.
    private func tooManyKeywords(_ native: NativeFunction, _ parameters: [Parameter], _ keywords: Int) -> Raised? {
        // Of those with `*args` only these count their keywords.
        guard parameters.contains(where: { $0.kind == .variadic }), ["min", "max", "product"].contains(native.name) else { return nil }
        let named = parameters.filter { $0.kind == .keywordOnly }
        guard keywords > named.count else { return nil }
        return .type("\(native.name)() takes at most \(named.count) keyword argument\(named.count == 1 ? "" : "s") (\(keywords) given)")
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
        if native.takesTuple { return takes(native, exact ? "exactly" : "at most", limit, given) }
        if native.name == "log", native.moduleName == "math" { return .type("math.log requires 1 to 2 arguments") }
        let isConstructor = native.name == "__init__" || native.name == native.owner?.name
        if exact && limit == 1 && !isConstructor && native.name != "sorted" { return .type("\(name)() takes exactly one argument (\(given) given)") }
        let arguments = "\(limit) argument\(limit == 1 ? "" : "s")"
        if signature.isPositionalOnly || native.name == "sorted" {
            let name = native.name == "__init__" ? native.owner?.name ?? "" : native.name
            return .type("\(name) expected \(exact ? "" : "at most ")\(arguments), got \(given)")
        }
        // As many as there are parameters, some of which take keywords only.
        let isMixed = given <= signature.parameters.count - hidden
        let what = isMixed ? arguments.replacing("argument", with: "positional argument") : arguments
        return .type("\(native.name)() takes \(exact ? "exactly" : "at most") \(what) (\(given) given)")
    }

    private func takes(_ native: NativeFunction, _ limit: String, _ number: Int, _ given: Int) -> Raised {
        .type("\(native.name)() takes \(limit) \(number) argument\(number == 1 ? "" : "s") (\(given) given)")
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
            if native.takesTuple {
                let exact = signature.requiredCount == signature.positionalCount
                return takes(native, exact ? "exactly" : "at least", required, count - hidden)
            }
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
}
