import ScriptRuntime
import ScriptSyntax

/// Follows an expression of names, dots and calls without running code of a script.
struct Evaluation {
    enum Found {
        case value(Value)
        /// Some instance of a class: what a call of the class gives.
        case instance(TypeObject)
    }

    let resolver: Resolver
    let lexed: LexedText

    init(_ resolver: Resolver, _ lexed: LexedText) { (self.resolver, self.lexed) = (resolver, lexed) }

    func value(_ pieces: [LexedText.Piece]) -> Found? {
        guard let first = pieces.first else { return nil }
        let interpreter = resolver.session.interpreter
        var index = 1
        var found: Found?
        switch first.kind {
        case .name: found = resolver.value(ofName: lexed.text(first)).map { .value($0) }
        case .string:
            let isBytes = lexed.text(first).prefix { $0.isLetter }.lowercased().contains("b")
            found = .value(isBytes ? .bytes(BytesObject([])) : .str(.empty))
        case .punctuation:
            guard let end = closing(pieces, 0), end + 1 < pieces.count || end == pieces.count - 1 else { return nil }
            index = end + 1
            switch lexed.text(first) {
            case "[": found = .value(.list([]))
            // What is in braces tells which of the two it is.
            case "{":
                found = contains(pieces[..<end], ":") || end == 1 ? .value(.dict(DictObject())) : .instance(interpreter.types.set)
            case "(": found = value(Array(pieces[1..<end]))
            default: return nil
            }
        default: return nil
        }
        while let current = found, index < pieces.count {
            switch lexed.text(pieces[index]) {
            case ".":
                guard index + 1 < pieces.count else { return nil }
                found = member(lexed.text(pieces[index + 1]), of: current)
                index += 2
            case "(":
                guard let end = closing(pieces, index) else { return nil }
                found = call(current, Array(pieces[(index + 1)..<end]))
                index = end + 1
            default: return nil
            }
        }
        return found
    }

    private func contains(_ pieces: ArraySlice<LexedText.Piece>, _ sign: String) -> Bool {
        pieces.contains { lexed.text($0) == sign }
    }

    private func member(_ name: String, of found: Found) -> Found? {
        switch found {
        case .value(let value):
            guard let member = resolver.member(name, of: value).flatMap(plain) else { return nil }
            switch value {
            case .type, .module: return member
            default: return bound(member, value)
            }
        case .instance(let type):
            return Symbol(existing: name).flatMap { type.lookup($0) }.flatMap(plain).map { bound($0, .none) }
        }
    }

    /// A function of a class, as it is when it is reached through an object: without its first parameter.
    private func bound(_ found: Found, _ receiver: Value) -> Found {
        switch found {
        case .value(.function), .value(.native):
            guard case .value(let function) = found else { return found }
            return .value(.boundMethod(BoundMethod(function, receiver)))
        default: return found
        }
    }

    /// A property is not computed.
    private func plain(_ value: Value) -> Found? {
        if case .descriptor(let descriptor) = value { return descriptor.kind == .property ? nil : .value(descriptor.first) }
        return .value(value)
    }

    private func call(_ found: Found, _ arguments: [LexedText.Piece]) -> Found? {
        guard case .value(let callee) = found else { return nil }
        switch callee {
        case .type(let type): return .instance(type)
        case .native(let native) where native.isLookup:
            let interpreter = resolver.session.interpreter
            guard arguments.count == 1, arguments[0].kind == .string else { return nil }
            let text = lexed.text(arguments[0])
            guard let quote = text.first, quote == "\"" || quote == "'", !text.contains("\\") else { return nil }
            return (try? interpreter.call(callee, [.str(String(text.dropFirst().dropLast()))])).map { .value($0) }
        default: return nil
        }
    }

    private func closing(_ pieces: [LexedText.Piece], _ open: Int) -> Int? {
        var depth = 0
        for index in open..<pieces.count where pieces[index].kind == .punctuation {
            switch lexed.text(pieces[index]) {
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
        }
        return nil
    }
}
