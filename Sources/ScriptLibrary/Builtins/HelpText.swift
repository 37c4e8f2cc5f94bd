package import ScriptRuntime

/// What `help(x)` prints: the signature, the documentation, where it comes from, and its members.
package enum HelpText {
    package static let introduction = """
        help(x) shows what is known about x: a function, a class, a module or any value.
        dir(x) lists the names that x has; dir() is not available, for names are known before a program runs.
        """

    package static func text(for value: Value, _ interpreter: Interpreter) throws -> String {
        switch value {
        case .module(let module): return moduleText(module, interpreter)
        case .type(let type): return typeText(type, interpreter)
        case .function, .native, .boundMethod:
            return (lines(of: value, interpreter) + origin(of: value, interpreter)).joined(separator: "\n")
        case .none: return "None: the absence of a value. A function that returns nothing returns it; test for it with is None."
        case .ellipsis: return "Ellipsis, also written ...: stands for what is left out; an index of a tensor may hold one."
        case .notImplemented: return "NotImplemented: what an operator method returns when it leaves the work to the other operand."
        default:
            let type = interpreter.type(of: value)
            return "\(article(type.name)) \(type.name)\n\n" + typeText(type, interpreter)
        }
    }

    /// `name(parameters)`, with annotations and defaults.
    package static func signature(of value: Value, _ interpreter: Interpreter) -> String {
        switch value {
        case .native(let native): return native.declaration.replacing("=<unset>", with: "=...")
        case .boundMethod(let method): return signature(of: method.function, interpreter)
        case .function(let function):
            return function.name + function.signatureText { (try? interpreter.repr($0).string) ?? "..." }
        case .type(let type): return classSignature(type, interpreter)
        default: return ""
        }
    }

    // MARK: - Implementation

    private static func article(_ name: String) -> String { "aeiou".contains(name.first?.lowercased() ?? "x") ? "an" : "a" }

    /// As a call: the constructor's parameters, or those of `__init__` without self.
    private static func classSignature(_ type: TypeObject, _ interpreter: Interpreter) -> String {
        if case .function(let function)? = type.lookup("__init__") {
            let text = function.signatureText { (try? interpreter.repr($0).string) ?? "..." }
            let parameters = text.dropFirst().drop { $0 != "," && $0 != ")" }
            return type.name + "(" + (parameters.first == "," ? parameters.dropFirst(2) : parameters)
        }
        if type.isSubtype(of: interpreter.types.exception(.baseException)), !type.isScriptClass {
            let start = "__init__(self, /, "
            if case .native(let native)? = type.lookup("__init__"), native.declaration.hasPrefix(start + "*args") {
                return type.name + "(" + native.declaration.dropFirst(start.count)
            }
        }
        // A constructor that is only inherited is not this class's.
        guard let constructor = type.constructor, constructor.name == type.name else { return type.name }
        return constructor.declaration.replacing("=<unset>", with: "=...")
    }

    private static func lines(of value: Value, _ interpreter: Interpreter) -> [String] {
        var doc = ""
        if case .str(let text)? = try? interpreter.find(value, "__doc__") { doc = text.string }
        return [signature(of: value, interpreter)] + indented(cleaned(doc), "    ")
    }

    /// Where a function comes from, behind an empty line.
    private static func origin(of value: Value, _ interpreter: Interpreter) -> [String] {
        switch value {
        case .function(let function): return ["", "defined in \(function.fileName)"]
        case .boundMethod(let method): return origin(of: method.function, interpreter)
        case .native(let native):
            if let owner = native.owner { return ["", "a method of \(owner.name)"] }
            return ["", native.moduleName.map { "from the module \($0)" } ?? "built in"]
        default: return []
        }
    }

    /// Docstrings without the indentation of their source.
    private static func cleaned(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let margin = lines.dropFirst().filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        var result =
            [lines.first.map { String($0.drop { $0 == " " }) } ?? ""] + lines.dropFirst().map { String($0.dropFirst(margin)) }
        while result.count > 1, result.last?.allSatisfy({ $0 == " " }) == true { result.removeLast() }
        return result.joined(separator: "\n")
    }

    private static func indented(_ text: String, _ indent: String) -> [String] {
        text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : indent + $0 }
    }

    private static func typeText(_ type: TypeObject, _ interpreter: Interpreter) -> String {
        var text = ["class " + classSignature(type, interpreter)]
        if let base = type.base, base.name != "object" { text[0] += ", derived from \(base.name)" }
        text += indented(cleaned(type.doc ?? ""), "    ")
        if type.moduleName != "builtins" { text += ["", "    from the module \(type.moduleName)"] }
        for (name, value) in type.attributes where !name.name.hasPrefix("_") { text += member(name.name, value, interpreter) }
        return text.joined(separator: "\n")
    }

    /// One attribute of a class or module, indented, behind an empty line.
    private static func member(_ name: String, _ value: Value, _ interpreter: Interpreter) -> [String] {
        switch value {
        case .native, .function: return [""] + lines(of: value, interpreter).map { $0.isEmpty ? "" : "    " + $0 }
        case .descriptor(let descriptor) where descriptor.kind == .property:
            guard case .str(let doc) = descriptor.doc else { return ["", "    \(name)"] }
            return ["", "    \(name)"] + indented(cleaned(doc.string), "        ")
        case .descriptor(let descriptor): return member(name, descriptor.first, interpreter)
        case .type(let type):
            return ["", "    class " + classSignature(type, interpreter)] + indented(cleaned(type.doc ?? ""), "        ")
        case .module, .undefined: return []
        default:
            guard let shown = try? interpreter.repr(value), shown.count <= 80 else { return ["", "    \(name)"] }
            return ["", "    \(name) = \(shown.string)"]
        }
    }

    private static func moduleText(_ module: ModuleObject, _ interpreter: Interpreter) -> String {
        var text = ["module \(module.name)"] + indented(cleaned(module.doc ?? ""), "    ")
        if let file = module.file { text += ["", "    from \(file)"] }
        for (name, value) in module.members where !name.name.hasPrefix("_") { text += member(name.name, value, interpreter) }
        return text.joined(separator: "\n")
    }
}
