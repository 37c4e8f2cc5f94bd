package import ScriptRuntime

/// What `help(x)` prints: the signature, the documentation, where it comes from, and its members.
package enum HelpText {
    package static let introduction = """
        help(x) shows what is known about x: a function, a class, a module or any value.
        dir(x) lists the names that x has, dir() is not available: names are known before a program runs.
        """

    package static func text(for value: Value, _ interpreter: Interpreter) throws -> String {
        switch value {
        case .module(let module): return moduleText(module, interpreter)
        case .type(let type): return typeText(type, interpreter)
        case .function, .native, .boundMethod: return try callableText(value, indent: "", interpreter)
        default: return typeText(interpreter.type(of: value), interpreter)
        }
    }

    private static func callableText(_ value: Value, indent: String, _ interpreter: Interpreter) throws -> String {
        let doc: String
        if case .str(let text)? = try interpreter.find(value, "__doc__") { doc = text.string } else { doc = "" }
        return ([signature(of: value)] + indented(doc, "    ")).map { indent + $0 }.joined(separator: "\n")
    }

    /// `name(parameters)`.
    package static func signature(of value: Value) -> String {
        switch value {
        case .native(let native): return native.declaration.replacing("=<unset>", with: "=...")
        case .boundMethod(let method): return signature(of: method.function)
        case .function(let function): return function.qualifiedName + "(...)"
        case .type(let type):
            // A constructor that is only inherited is not this class's.
            guard let constructor = type.constructor, constructor.name == type.name else { return type.name }
            return constructor.declaration.replacing("=<unset>", with: "=...")
        default: return ""
        }
    }

    private static func indented(_ text: String, _ indent: String) -> [String] {
        text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : indent + $0 }
    }

    private static func typeText(_ type: TypeObject, _ interpreter: Interpreter) -> String {
        var lines = ["class " + signature(of: .type(type))]
        if let base = type.base, base.name != "object" { lines[0] += ", derived from \(base.name)" }
        lines += indented(type.doc ?? "", "    ")
        for (name, value) in type.attributes where !name.name.hasPrefix("_") {
            switch value {
            case .native, .function:
                lines.append("")
                lines.append((try? callableText(value, indent: "    ", interpreter)) ?? "    \(name.name)")
            case .descriptor(let descriptor):
                lines.append("")
                if descriptor.kind == .property {
                    lines.append("    \(name.name)")
                    if case .str(let doc) = descriptor.doc { lines += indented(doc.string, "        ") }
                } else {
                    lines.append((try? callableText(descriptor.first, indent: "    ", interpreter)) ?? "    \(name.name)")
                }
            default: break
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func moduleText(_ module: ModuleObject, _ interpreter: Interpreter) -> String {
        var lines = ["module \(module.name)"] + indented(module.doc ?? "", "    ")
        if let file = module.file { lines.append("    \(file)") }
        for (name, value) in module.members where !name.name.hasPrefix("_") {
            switch value {
            case .native, .function:
                lines.append("")
                lines.append((try? callableText(value, indent: "    ", interpreter)) ?? "    \(name.name)")
            case .type(let type):
                lines.append("")
                lines.append("    class " + signature(of: value))
                lines += indented(type.doc ?? "", "        ")
            default: break
            }
        }
        return lines.joined(separator: "\n")
    }
}
