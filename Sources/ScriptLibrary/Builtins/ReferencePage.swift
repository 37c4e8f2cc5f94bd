public import ScriptRuntime

/// The reference pages of a session's modules as Markdown: what `help` says, laid out for reading.
public struct ReferencePage {
    private let interpreter: Interpreter

    /// Chapters on what this interpreter knows.
    public init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    /// The built-in functions, exceptions and types with their methods.
    public func builtins() -> String {
        let members = interpreter.builtins.members.map { (name: $0.name.name, value: $0.value) }.filter { !$0.name.hasPrefix("_") }
        return functions(members) + types(members)
    }

    /// A chapter for one module: its text, functions and classes.
    ///
    /// - Throws: when the module cannot be imported.
    public func module(_ name: String) throws -> String {
        let module = try interpreter.importModule(name)
        // What a module only passes on is described where it is at home.
        let members = module.members.map { (name: $0.name.name, value: $0.value) }
            .filter { !$0.name.hasPrefix("_") && isAtHome($0.value, name) }
        var text = "\n## `\(name)`\n"
        if let doc = module.doc, !doc.isEmpty { text += "\n\(doc)\n" }
        return text + functions(members) + types(members) + constants(members)
    }

    // MARK: - Implementation

    private func isAtHome(_ value: Value, _ module: String) -> Bool {
        guard case .type(let type) = value else { return true }
        return type.moduleName == module || type.moduleName == "builtins"
    }

    private func functions(_ members: [(name: String, value: Value)]) -> String {
        let lines = members.compactMap { member in entry(member.name, member.value) }
        return lines.isEmpty ? "" : "\n" + lines.joined()
    }

    private func types(_ members: [(name: String, value: Value)]) -> String {
        members.map { member in
            guard case .type(let type) = member.value else { return "" }
            var text = "\n### class `\(HelpText.signature(of: member.value, interpreter))`\n"
            if let base = type.base, base.name != "object" {
                text += "\nDerives from `\(base.name)`. \(type.doc ?? "")\n"
            } else if let doc = type.doc {
                text += "\n\(doc)\n"
            }
            let own = type.attributes.map { (name: $0.name.name, value: $0.value) }.filter { !$0.name.hasPrefix("_") }
            return text + functions(own)
        }.joined()
    }

    private func constants(_ members: [(name: String, value: Value)]) -> String {
        let names = members.filter { member in
            switch member.value {
            case .native, .function, .type, .module: false
            default: true
            }
        }.map { "`\($0.name)`" }
        return names.isEmpty ? "" : "\nConstants: \(names.joined(separator: ", ")).\n"
    }

    /// One line of a list, nil for what is no function or property.
    private func entry(_ name: String, _ value: Value) -> String? {
        switch value {
        case .native, .function: return line(HelpText.signature(of: value, interpreter), doc(value))
        case .descriptor(let descriptor):
            guard descriptor.kind == .property else { return line(HelpText.signature(of: descriptor.first, interpreter), doc(descriptor.first)) }
            if case .str(let text) = descriptor.doc { return line(name, text.string) }
            return line(name, "")
        default: return nil
        }
    }

    private func doc(_ value: Value) -> String {
        // An attribute that cannot be read documents nothing.
        let found = (try? interpreter.find(value, "__doc__")) ?? nil
        if case .str(let text)? = found { return text.string }
        return ""
    }

    private func line(_ signature: String, _ doc: String) -> String {
        "- `\(signature)`" + (doc.isEmpty ? "" : ": " + doc.replacing("\n", with: "\n  ")) + "\n"
    }
}
