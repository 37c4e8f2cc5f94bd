public import ScriptSyntax

/// One parameter as completion and help show it.
public struct ParameterDescription: Sendable {
    public let name: String
    /// The default as it would be written; nil when the argument must be given, empty when it may be left out.
    public let standard: String?
    /// `*args` and `**kwargs`.
    public let isCollecting: Bool
    public let isPositionalOnly: Bool
    /// What a string given for it may be, as far as that is known.
    public let choices: [String]
}

/// What a host knows about an argument beyond its declaration: for completion.
public struct ParameterHint {
    public let name: String
    /// The default of one that a `**` parameter collects.
    public let standard: String?
    public let choices: () -> [String]

    /// A hint for the argument of this name.
    public init(_ name: String, standard: String? = nil, choices: @escaping () -> [String] = { [] }) {
        (self.name, self.standard, self.choices) = (name, standard, choices)
    }
}

/// What tools may ask of a session without running a script's code.
extension Interpreter {
    /// Names of all modules that can be imported without a file, sorted.
    public var moduleNames: [String] {
        declarePackages()
        return Set(pendingModules.keys).union(modules.keys).filter { $0 != "__main__" }.sorted(by: Interpreter.byScalars)
    }

    /// A module of the library or the host, made when it was not yet; nil when there is none of that name.
    public func nativeModule(_ name: String) -> ModuleObject? {
        declarePackages()
        guard pendingModules[name] != nil || modules[name]?.file == nil && modules[name] != nil, name != "__main__" else {
            return nil
        }
        return try? importModule(name)
    }

    /// The parameters that a call of the value has, the bound ones left out.
    public func parameters(of value: Value) -> [ParameterDescription] {
        switch value {
        case .native(let native): return native.descriptions
        case .function(let function): return descriptions(function)
        case .boundMethod(let method): return Array(parameters(of: method.function).dropFirst())
        case .type(let type):
            if let initializer = type.lookup(.__init__), case .function = initializer {
                return Array(parameters(of: initializer).dropFirst())
            }
            return type.constructor?.descriptions ?? []
        case .descriptor(let descriptor): return parameters(of: descriptor.first)
        default:
            guard let method = type(of: value).lookup(.__call__) else { return [] }
            return Array(parameters(of: method).dropFirst())
        }
    }

    private func descriptions(_ function: FunctionObject) -> [ParameterDescription] {
        let code = function.code
        let names = code.variables.map(\.name)
        var result: [ParameterDescription] = []
        for index in 0..<(code.positionalCount + code.keywordOnlyCount) where index < names.count {
            let standard: Value?
            if index < code.positionalCount {
                let position = index - (code.positionalCount - function.defaults.count)
                standard = position >= 0 ? function.defaults[position] : nil
            } else {
                let position = index - code.positionalCount
                standard = position < function.keywordDefaults.count ? function.keywordDefaults[position] : nil
            }
            result.append(
                ParameterDescription(
                    name: names[index], standard: standard.flatMap { $0.isUndefined ? nil : literalText($0) },
                    isCollecting: false,
                    isPositionalOnly: index < code.positionalOnlyCount, choices: []))
        }
        return result
    }

    /// Where a function was written: its source and a place in it.
    public func definition(of function: FunctionObject) -> (source: SourceText, offset: Int)? {
        let starts = function.code.spans.map { Int($0.start) }.filter { $0 > 0 }
        return (function.code.source, starts.min() ?? 0)
    }
}

extension NativeFunction {
    /// Its parameters, those that the host's hints add included.
    var descriptions: [ParameterDescription] {
        let hints = self.hints()
        let declared = signature.parameters.map { parameter in
            ParameterDescription(
                name: parameter.name.name, standard: parameter.defaultValue.map { $0.isUndefined ? "" : literalText($0) },
                isCollecting: parameter.kind == .variadic || parameter.kind == .variadicKeywords,
                isPositionalOnly: parameter.kind == .positionalOnly,
                choices: hints.first { $0.name == parameter.name.name }?.choices() ?? [])
        }
        let added = hints.filter { hint in !declared.contains { $0.name == hint.name } }.map {
            ParameterDescription(
                name: $0.name, standard: $0.standard ?? "", isCollecting: false, isPositionalOnly: false, choices: $0.choices())
        }
        return declared + added
    }
}

/// A default as it would be written; objects that would need a script's code are shown as `...`.
private func literalText(_ value: Value) -> String {
    switch value {
    case .int(let number): String(number)
    case .float(let number): FloatText.repr(number)
    case .bool(let flag): flag ? "True" : "False"
    case .none: "None"
    case .str(let text): Quoting.repr(text).string
    case .tuple(let tuple): "(" + tuple.items.map(literalText).joined(separator: ", ") + (tuple.count == 1 ? ",)" : ")")
    default: "..."
    }
}
