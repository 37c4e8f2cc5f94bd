/// One declared parameter of a native function.
public struct Parameter {
    /// How arguments reach a parameter.
    public enum Kind { case positionalOnly, positionalOrKeyword, variadic, keywordOnly, variadicKeywords }

    public let name: Symbol
    public let kind: Kind
    /// Nil: must be given. `.undefined`: may be left out, and the native sees that.
    public let defaultValue: Value?
}

/// The parameters of a native function, read from text in Python's own notation.
public final class Signature {
    public let parameters: [Parameter]
    /// Parameters that can be given by position.
    let positionalCount: Int
    /// Of these, how many must be given.
    let requiredCount: Int
    /// Only parameters that can be given by position, so that a call may pass its arguments straight through.
    let isSimple: Bool
    let acceptsKeywords: Bool
    /// No positional parameter has a name for callers.
    let isPositionalOnly: Bool
    let variadicIndex: Int?
    let keywordsIndex: Int?
    /// By parameter; `.undefined` where there is none.
    let defaults: [Value]

    init(_ parameters: [Parameter]) {
        self.parameters = parameters
        let positional = parameters.filter { $0.kind == .positionalOnly || $0.kind == .positionalOrKeyword }
        positionalCount = positional.count
        requiredCount = positional.prefix { $0.defaultValue == nil }.count
        isSimple = positional.count == parameters.count
        isPositionalOnly = positional.allSatisfy { $0.kind == .positionalOnly }
        acceptsKeywords = parameters.contains { $0.kind != .positionalOnly && $0.kind != .variadic }
        variadicIndex = parameters.firstIndex { $0.kind == .variadic }
        keywordsIndex = parameters.firstIndex { $0.kind == .variadicKeywords }
        defaults = parameters.map { $0.defaultValue ?? .undefined }
    }

    /// Reads `name(self, a, b=1, /, *args, c=None, d=<unset>, **kw)`; annotations are allowed and skipped.
    ///
    /// A declaration that cannot be read is a mistake in the host program, not in a script: it traps.
    convenience init(declaration: String) {
        guard let open = declaration.firstIndex(of: "("), let close = declaration.lastIndex(of: ")") else {
            preconditionFailure("no parameter list in '\(declaration)'")
        }
        var parameters: [Parameter] = []
        var keywordOnly = false
        for part in Signature.split(declaration[declaration.index(after: open)..<close]) {
            if part == "/" {
                parameters = parameters.map { Parameter(name: $0.name, kind: .positionalOnly, defaultValue: $0.defaultValue) }
            } else if part == "*" {
                keywordOnly = true
            } else if part.hasPrefix("**") {
                parameters.append(Parameter(name: Symbol(Signature.name(part.dropFirst(2))), kind: .variadicKeywords, defaultValue: nil))
            } else if part.hasPrefix("*") {
                parameters.append(Parameter(name: Symbol(Signature.name(part.dropFirst())), kind: .variadic, defaultValue: nil))
                keywordOnly = true
            } else {
                let pieces = part.split(separator: "=", maxSplits: 1).map(String.init)
                let value = pieces.count == 2 ? Signature.literal(pieces[1].trimmed, in: declaration) : nil
                parameters.append(
                    Parameter(
                        name: Symbol(Signature.name(Substring(pieces[0]))),
                        kind: keywordOnly ? .keywordOnly : .positionalOrKeyword, defaultValue: value))
            }
        }
        self.init(parameters)
    }

    private static func name(_ part: Substring) -> String {
        String(part.prefix { $0 != ":" }).trimmed
    }

    /// Splits at commas outside brackets and quotes.
    private static func split(_ text: Substring) -> [String] {
        var parts: [String] = []
        var current = ""
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if "([{<".contains(character) {
                depth += 1
            } else if ")]}>".contains(character) {
                depth -= 1
            } else if character == "," && depth == 0 {
                parts.append(current.trimmed)
                current = ""
                continue
            }
            current.append(character)
        }
        if !current.trimmed.isEmpty { parts.append(current.trimmed) }
        return parts
    }

    private static func literal(_ text: String, in declaration: String) -> Value {
        switch text {
        case "None": return .none
        case "True": return .true
        case "False": return .false
        case "()": return .tuple(TupleObject([]))
        case "...": return .ellipsis
        case "<unset>": return .undefined
        default: break
        }
        if let value = Int(text) { return .int(value) }
        if let value = Double(text) { return .float(value) }
        if text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote {
            let inner = String(text.dropFirst().dropLast())
            return .str(inner.replacing("\\n", with: "\n").replacing("\\t", with: "\t").replacing("\\r", with: "\r"))
        }
        if text.hasPrefix("("), text.hasSuffix(")") {
            return .tuple(TupleObject(split(text.dropFirst().dropLast()).map { literal($0, in: declaration) }))
        }
        preconditionFailure("'\(text)' is no literal default in '\(declaration)'")
    }
}

extension String {
    var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
