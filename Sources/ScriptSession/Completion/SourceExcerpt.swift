import ScriptRuntime
import ScriptSyntax

extension Interpreter {
    /// The lines in which a function or a class was written; nil for what is not written in script.
    func sourceText(of value: Value) -> String? {
        switch value {
        case .function(let function):
            guard let place = definition(of: function) else { return nil }
            return SourceExcerpt.lines(of: function.name, keyword: "def", in: place.source, before: place.offset)
        case .boundMethod(let method): return sourceText(of: method.function)
        case .descriptor(let descriptor): return sourceText(of: descriptor.first)
        case .type(let type) where type.isScriptClass:
            for (_, member) in type.attributes {
                guard case .function(let function) = member, let place = definition(of: function) else { continue }
                return SourceExcerpt.lines(of: type.name, keyword: "class", in: place.source, before: place.offset)
            }
            return nil
        default: return nil
        }
    }
}

/// Definitions as stretches of lines.
enum SourceExcerpt {
    /// The nearest `def name` or `class name` at or above a place, with its decorators, down to its last indented line.
    static func lines(of name: String, keyword: String, in source: SourceText, before offset: Int) -> String? {
        var line = source.line(at: offset)
        let opening = "\(keyword) \(name)"
        while line > 0, !begins(source.text(ofLine: line), opening) { line -= 1 }
        guard line > 0 else { return nil }
        let indent = indentation(source.text(ofLine: line))
        var first = line
        while first > 1, source.text(ofLine: first - 1).trimmingBlanks.hasPrefix("@") { first -= 1 }
        var last = line
        var next = line + 1
        // A signature may go on over several lines; its end is no deeper than its start.
        var isOpen = !source.text(ofLine: line).trimmingBlanks.hasSuffix(":")
        while next <= source.lineCount {
            let text = source.text(ofLine: next)
            if text.trimmingBlanks.isEmpty {
                next += 1
                continue
            }
            guard indentation(text) > indent || isOpen else { break }
            if isOpen, text.trimmingBlanks.hasSuffix(":") { isOpen = false }
            last = next
            next += 1
        }
        return (first...last).map { String(source.text(ofLine: $0).dropFirst(indent)) }.joined(separator: "\n")
    }

    private static func begins(_ line: String, _ opening: String) -> Bool {
        let text = line.trimmingBlanks
        guard text.hasPrefix(opening) else { return false }
        return text.dropFirst(opening.count).first.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? false
    }

    private static func indentation(_ line: String) -> Int { line.prefix { $0 == " " }.count }
}
