import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSyntax
import TextDistance

extension ScriptSession {
    /// What is known about a name, as text; nil when there is none of that name. Runs no code of a script.
    ///
    /// - Parameters:
    ///   - subject: names joined by dots, or `%command`.
    ///   - detail: with the source, when it was written in script.
    public func inspection(of subject: String, detail: Bool = false) -> String? {
        if subject.hasPrefix("%") { return magicHelp(subject) }
        guard let value = Resolver(self).value(ofPath: subject) else { return magicHelp(subject) }
        var parts: [String] = []
        switch value {
        case .function, .native, .boundMethod, .type, .module: break
        default:
            parts.append("type: \(interpreter.typeName(of: value))")
            if let text = shortText(of: value) { parts.append("value: \(text)") }
        }
        if detail, let source = interpreter.sourceText(of: value) {
            parts.append(source)
        } else if let help = try? HelpText.text(for: value, interpreter) {
            parts.append(help)
        }
        return parts.joined(separator: "\n")
    }

    /// The same for the name around a place in a text, for editors: `offset` in bytes.
    public func inspection(in text: String, at offset: Int, detail: Bool = false) -> String? {
        let bytes = Array(text.utf8)
        func isPart(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == 95 || byte == 46 || (48...57).contains(byte) || (65...90).contains(byte & 0xdf)
        }
        var start = min(max(offset, 0), bytes.count)
        var end = start
        // Behind an opening bracket the function is meant.
        if start > 0, bytes[start - 1] == 40 { (start, end) = (start - 1, start - 1) }
        while start > 0, isPart(bytes[start - 1]) { start -= 1 }
        while end < bytes.count, isPart(bytes[end]), bytes[end] != 46 { end += 1 }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        return Input.isPath(name) ? inspection(of: name, detail: detail) : nil
    }

    /// Plain data only: other values would run code to show themselves.
    private func shortText(of value: Value) -> String? {
        switch value {
        case .int, .float, .bool, .str, .bytes, .none, .bigInt: try? glance(value, width: 200)
        case .host(let box): box.object.scriptSummary
        case .list(let list): "\(list.count) items"
        case .dict(let dict): "\(dict.count) entries"
        default: nil
        }
    }

    func answerQuestion(_ subject: String, detail: Bool) throws {
        if subject.isEmpty {
            interpreter.output(magics.overview + "\n")
            return
        }
        if let quote = subject.first, quote == "\"" || quote == "'" {
            let text = String(subject.dropFirst().dropLast())
            let found = search(text)
            if found.isEmpty { throw SessionError("nothing in the help mentions '\(text)'") }
            interpreter.output(found.joined(separator: "\n") + "\n")
            return
        }
        guard let text = inspection(of: subject, detail: detail) else {
            let names = Resolver(self).names
            throw SessionError(
                "there is no '\(subject)'", hint: TextDistance.nearest(to: subject, among: names).map { "Did you mean '\($0)'?" })
        }
        interpreter.output(text + "\n")
    }

    /// Every name whose help mentions a text: one line each.
    package func search(_ text: String) -> [String] {
        let needle = text.lowercased()
        var lines: [String] = []
        func look(_ name: String, _ doc: String) {
            if name.lowercased().contains(needle) || doc.lowercased().contains(needle) {
                lines.append("\(name)  \(doc.split(separator: "\n").first ?? "")".trimmingBlanks)
            }
        }
        for magic in magics.all { look("%" + magic.name, magic.help) }
        for option in options.all { look("%config \(option.name)", option.help) }
        for (name, value) in interpreter.builtins.members { look(name.name, Self.doc(of: value)) }
        for name in interpreter.moduleNames where name != "builtins" && name != "__main__" {
            guard let module = interpreter.nativeModule(name) else { continue }
            look(name, module.doc ?? "")
            for (member, value) in module.members where !member.name.hasPrefix("_") {
                look("\(name).\(member.name)", Self.doc(of: value))
                guard case .type(let type) = value else { continue }
                for (method, value) in type.attributes where !method.name.hasPrefix("_") {
                    look("\(name).\(type.name).\(method.name)", Self.doc(of: value))
                }
            }
        }
        for (name, value) in boundNames { look(name, Self.doc(of: value)) }
        return lines
    }

    private static func doc(of value: Value) -> String {
        switch value {
        case .native(let native): native.doc
        case .function(let function): function.doc ?? ""
        case .type(let type): type.doc ?? ""
        case .module(let module): module.doc ?? ""
        case .descriptor(let descriptor):
            if case .str(let text) = descriptor.doc { text.string } else { doc(of: descriptor.first) }
        default: ""
        }
    }
}
