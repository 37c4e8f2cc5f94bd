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
        for (name, _) in keywords {
            if (positional + others).contains(where: { $0.name == name && $0.kind != .positionalOnly }) {
                guard given.insert(name).inserted else { return .type("\(face.name)() got multiple values for argument '\(name.name)'") }
            } else if signature.keywordsIndex == nil {
                let names = (positional + others).map(\.name.name)
                return Raised(
                    .typeError, "\(face.name)() got an unexpected keyword argument '\(name.name)'",
                    hint: nearest(to: name.name, among: names).map { "Did you mean '\($0)'?" } ?? "It takes \(names.joined(separator: ", ")).")
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
        return nil
    }
}
