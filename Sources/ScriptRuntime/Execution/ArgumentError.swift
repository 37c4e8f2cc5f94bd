/// What CPython says about the arguments of functions written in Python.
enum ArgumentError {
    static func tooMany(_ name: String, least: Int, most: Int, given: Int, named: Int = 0) -> Raised {
        let takes =
            least == most
            ? "\(most) positional argument\(most == 1 ? "" : "s")"
            : "from \(least) to \(most) positional arguments"
        let more =
            named == 0
            ? ""
            : " positional argument\(given == 1 ? "" : "s") (and \(named) keyword-only argument\(named == 1 ? "" : "s"))"
        return .type("\(name)() takes \(takes) but \(given)\(more) \(given == 1 && named == 0 ? "was" : "were") given")
    }

    static func missing(_ name: String, _ names: [String], _ kind: String) -> Raised {
        let quoted = names.map { "'\($0)'" }
        let list: String
        switch quoted.count {
        case 1: list = quoted[0]
        case 2: list = "\(quoted[0]) and \(quoted[1])"
        default: list = quoted.dropLast().joined(separator: ", ") + ", and \(quoted[quoted.count - 1])"
        }
        return .type("\(name)() missing \(names.count) required \(kind) argument\(names.count == 1 ? "" : "s"): \(list)")
    }
}

extension NativeFunction {
    /// `pythonFace`, from where it belongs and its name.
    func findPythonFace() -> (name: String, hidden: Int)? {
        if let owner {
            switch (owner.moduleName, owner.name) {
            case ("collections", "Counter"), ("json.decoder", _), ("json.encoder", _), ("re", "error"): return ("\(owner.name).\(name)", 0)
            case ("random", _): return NativeFunction.drawing.contains(name) ? nil : ("\(owner.name).\(name)", 0)
            default: return nil
            }
        }
        switch moduleName {
        case "re", "json", "string", "copy", "os.path": return (name, 0)
        case "random": return NativeFunction.drawing.contains(name) ? nil : ("Random.\(name)", 1)
        case "functools", "heapq", "collections", "os": return NativeFunction.writtenInPython.contains(name) ? (name, 0) : nil
        default: return nil
        }
    }

    private static let drawing: Set<String> = ["random", "getrandbits"]
    private static let writtenInPython: Set<String> = [
        "update_wrapper", "wraps", "lru_cache", "cache", "total_ordering", "cached_property", "nlargest", "nsmallest", "merge", "namedtuple",
        "makedirs", "walk", "getenv", "fspath",
    ]

    /// The name before `() takes no arguments`: CPython puts the module before functions that it has written in C there.
    var countedName: String {
        if let owner { return name == owner.name ? name : "\(owner.name).\(name)" }
        guard let moduleName, let shown = NativeFunction.nativeModules[moduleName] else { return name }
        return "\(shown).\(name)"
    }

    private static let nativeModules = [
        "math": "math", "unicodedata": "unicodedata", "time": "time", "sys": "sys", "itertools": "itertools", "heapq": "_heapq",
        "operator": "_operator", "bisect": "_bisect", "functools": "_functools", "os": "posix", "random": "Random",
    ]
}

extension Interpreter {
    /// What is wrong with the arguments, in the order in which a function written in Python finds it; nil when nothing is.
    func pythonProblem(
        _ face: (name: String, hidden: Int), _ signature: Signature, _ count: Int, _ keywords: [(name: Symbol, value: Value)]
    ) -> Raised? {
        let positional = signature.parameters.filter { $0.kind == .positionalOnly || $0.kind == .positionalOrKeyword }
        let others = signature.parameters.filter { $0.kind == .keywordOnly }
        var given = Set(positional.prefix(count).map(\.name))
        // Those of json hand what they do not know on to the class that does the work.
        let worker = ["dump": "JSONEncoder", "dumps": "JSONEncoder", "load": "JSONDecoder", "loads": "JSONDecoder"][face.name]
        var unknown: Raised?
        for (name, _) in keywords {
            if (positional + others).contains(where: { $0.name == name && $0.kind != .positionalOnly }) {
                guard given.insert(name).inserted else { return .type("\(face.name)() got multiple values for argument '\(name.name)'") }
            } else if signature.keywordsIndex == nil {
                let names = (positional + others).map(\.name.name)
                let shown = worker.map { "\($0).__init__" } ?? face.name
                let hint = nearest(to: name.name, among: names).map { "Did you mean '\($0)'?" } ?? "It takes \(names.joined(separator: ", "))."
                unknown = unknown ?? Raised(.typeError, "\(shown)() got an unexpected keyword argument '\(name.name)'", hint: hint)
                if worker == nil { return unknown }
            }
        }
        if count > positional.count, signature.variadicIndex == nil {
            return ArgumentError.tooMany(
                face.name, least: signature.requiredCount + face.hidden, most: positional.count + face.hidden, given: count + face.hidden,
                named: others.count { given.contains($0.name) })
        }
        func missing(_ parameters: [Parameter]) -> [String] {
            parameters.filter { $0.defaultValue == nil && !given.contains($0.name) }.map(\.name.name)
        }
        if case let names = missing(positional), !names.isEmpty { return ArgumentError.missing(face.name, names, "positional") }
        if case let names = missing(others), !names.isEmpty { return ArgumentError.missing(face.name, names, "keyword-only") }
        return unknown
    }
}

// MARK: - Functions that CPython has written in C

extension NativeFunction {
    /// Whether CPython has written it in C, with named parameters: then `keywordProblem` speaks for it.
    var isWrittenInC: Bool {
        pythonFace == nil && NativeFunction.modulesInC.contains(owner?.moduleName ?? moduleName ?? "builtins")
    }

    private static let modulesInC: Set<String> = [
        "builtins", "itertools", "math", "operator", "time", "sys", "unicodedata", "re", "collections", "functools", "_io", "types",
    ]

    /// Whether CPython takes its arguments apart by a format, which counts them in words of its own.
    var takesTuple: Bool {
        switch owner?.name {
        case "str", "bytes", "bytearray": NativeFunction.searches.contains(name)
        case "deque": name == "insert"
        default: false
        }
    }

    private static let searches: Set<String> = ["find", "rfind", "index", "rindex", "count", "startswith", "endswith"]

    /// Whether CPython takes all its arguments as one tuple: called through a bound method, it is named without its class.
    var isVariadicInC: Bool { takesTuple || owner?.name.hasSuffix("set") == true && signature.variadicIndex != nil }
}

extension Interpreter {
    /// The receiver, which messages do not count.
    func hiddenCount(_ native: NativeFunction) -> Int {
        native.owner != nil && (native.declaration.contains("(self") || native.declaration.contains("(cls")) ? 1 : 0
    }

    /// What is wrong with the arguments of a function with named parameters that CPython has written in C, in the order in which
    /// it looks at them; nil when nothing is, or when it is no such function.
    func keywordProblem(
        _ native: NativeFunction, _ signature: Signature, _ count: Int, _ keywords: [(name: Symbol, value: Value)]
    ) -> Raised? {
        guard signature.acceptsKeywords, signature.variadicIndex == nil, signature.keywordsIndex == nil, native.isWrittenInC else { return nil }
        let hidden = hiddenCount(native)
        if count < hidden || native.name == "sorted" && count != 1 { return nil }
        let (given, parameters) = (count - hidden, Array(signature.parameters.dropFirst(hidden)))
        let name = native.name == "__init__" ? native.owner?.name ?? "" : native.name
        func takes(_ limit: String, _ number: Int, _ kind: String, _ given: Int) -> Raised {
            .type("\(name)() takes \(limit) \(number) \(kind)argument\(number == 1 ? "" : "s") (\(given) given)")
        }
        if given + keywords.count > parameters.count {
            return takes("at most", parameters.count, given == 0 ? "keyword " : "", given + keywords.count)
        }
        let positional = parameters.filter { $0.kind != .keywordOnly }
        if given > positional.count {
            if positional.isEmpty { return .type("\(name)() takes no positional arguments") }
            let isFixed = positional.allSatisfy { $0.defaultValue == nil }
            return takes(isFixed ? "exactly" : "at most", positional.count, "positional ", given)
        }
        let unnamed = positional.prefix { $0.kind == .positionalOnly && $0.defaultValue == nil }.count
        if given < unnamed { return takes(unnamed < positional.count ? "at least" : "exactly", unnamed, "positional ", given) }
        for (place, parameter) in parameters.enumerated().dropFirst(given) where parameter.defaultValue == nil {
            if keywords.contains(where: { $0.name == parameter.name }) { continue }
            let position = native.name == "enumerate" ? "" : " (pos \(place + 1))"
            return .type("\(name)() missing required argument '\(parameter.name.name)'\(position)")
        }
        let named = parameters.filter { $0.kind != .positionalOnly }
        for (keyword, _) in keywords {
            if let place = parameters.firstIndex(where: { $0.name == keyword && $0.kind != .positionalOnly }) {
                if place >= given { continue }
                return .type("argument for \(name)() given by name ('\(keyword.name)') and position (\(place + 1))")
            }
            let names = named.map(\.name.name)
            return Raised(
                .typeError, "'\(keyword.name)' is an invalid keyword argument for \(native.name == "sorted" ? "sort" : name)()",
                hint: nearest(to: keyword.name, among: names).map { "Did you mean '\($0)'?" } ?? "It takes \(names.joined(separator: ", ")).")
        }
        return nil
    }

    /// Called through a bound method, a built-in one names the class of the object before itself, not the one that defines it.
    func renamed(_ raised: Raised, _ native: NativeFunction, _ receiver: Value) -> Raised {
        guard case .pending(.typeError, let message, _, _) = raised.content, let owner = native.owner else { return raised }
        let name = "\(owner.name).\(native.name)() takes "
        let type = if case .type(let type) = receiver { type } else { self.type(of: receiver) }
        // The machine calls all methods of bools this way.
        if case .bool = receiver { return raised }
        guard message.hasPrefix(name) else { return raised }
        let shown = native.isVariadicInC ? native.name : "\(type.qualifiedName).\(native.name)"
        return .type("\(shown)() takes " + message.dropFirst(name.count))
    }
}
