import ScriptRuntime

/// The replacement of `re.sub`: literal text and references to groups.
struct RegexTemplate {
    enum Part {
        case text(StrObject)
        case group(Int)
    }

    let parts: [Part]
    let isBytes: Bool
    /// Whether some of it is text of its own.
    var hasText: Bool {
        parts.isEmpty
            || parts.contains { part in
                if case .text = part { return true }
                return false
            }
    }

    init(_ template: StrObject, _ program: RegexProgram, isBytes: Bool) throws {
        self.isBytes = isBytes
        var parser = TemplateParser(template, program, isBytes)
        parts = try parser.parse()
    }

    /// How many code points `expand` adds, and the bytes that those of its own text take.
    func size(_ match: [Int]) -> (count: Int, width: Int) {
        var count = 0
        var width = 1
        for part in parts {
            switch part {
            case .text(let literal):
                count += literal.count
                width = max(width, literal.width)
            case .group(let number): count += match[number * 2 + 1] - match[number * 2]
            }
        }
        return (count, width)
    }

    func expand(_ match: [Int], _ text: StrObject, into builder: inout StrBuilder) {
        for part in parts {
            switch part {
            case .text(let literal): builder.append(literal)
            case .group(let number):
                if match[number * 2] >= 0 { builder.append(text, from: match[number * 2], to: match[number * 2 + 1]) }
            }
        }
    }
}

private struct TemplateParser {
    private let template: StrObject
    private let program: RegexProgram
    private let isBytes: Bool
    private var parts: [RegexTemplate.Part] = []
    private var literal = StrBuilder(capacity: 16)
    private var position = 0

    init(_ template: StrObject, _ program: RegexProgram, _ isBytes: Bool) {
        self.template = template
        self.program = program
        self.isBytes = isBytes
    }

    mutating func parse() throws -> [RegexTemplate.Part] {
        while position < template.count {
            let unit = template[position]
            position += 1
            guard unit == 92 else {
                literal.append(unit)
                continue
            }
            guard position < template.count else {
                throw failure("bad escape (end of pattern)", at: template.count - 1)
            }
            let escaped = template[position]
            position += 1
            try escape(escaped)
        }
        flush()
        return parts
    }

    private mutating func flush() {
        if literal.count > 0 { parts.append(.text(literal.finish())) }
    }

    private mutating func add(_ group: Int, at place: Int) throws {
        guard group <= program.groups else { throw failure("invalid group reference \(group)", at: place) }
        flush()
        parts.append(.group(group))
    }

    private func digit(_ ahead: Int = 0) -> UInt32? {
        guard position + ahead < template.count, template[position + ahead] &- 48 < 10 else { return nil }
        return template[position + ahead] - 48
    }

    private mutating func escape(_ unit: UInt32) throws {
        let start = position - 2
        switch Unicode.Scalar(unit) {
        case "g": try named()
        case "0":
            var value: UInt32 = 0
            for _ in 0..<2 {
                guard let next = digit(), next < 8 else { break }
                value = value * 8 + next
                position += 1
            }
            literal.append(value & 0xFF)
        case "1", "2", "3", "4", "5", "6", "7", "8", "9":
            var number = Int(unit) - 48
            if let second = digit() {
                position += 1
                if unit < 56, second < 8, let third = digit(), third < 8 {
                    position += 1
                    let value = UInt32(number) * 64 + second * 8 + third
                    if value > 0o377 {
                        throw failure(
                            "octal escape value \(template.slice(start, position).string) outside of range 0-0o377", at: start)
                    }
                    literal.append(value)
                    return
                }
                number = number * 10 + Int(second)
            }
            try add(number, at: start + 1)
        case "a": literal.append(7)
        case "b": literal.append(8)
        case "f": literal.append(12)
        case "n": literal.append(10)
        case "r": literal.append(13)
        case "t": literal.append(9)
        case "v": literal.append(11)
        case "\\": literal.append(92)
        default:
            if (unit | 32) &- 97 < 26 {
                throw failure("bad escape \(template.slice(start, position).string)", at: start)
            }
            literal.append(92)
            literal.append(unit)
        }
    }

    private mutating func named() throws {
        guard position < template.count, template[position] == 60 else {
            throw failure("missing <", at: position)
        }
        position += 1
        let start = position
        while position < template.count, template[position] != 62 { position += 1 }
        let name = template.slice(start, position)
        guard position < template.count else {
            throw failure(name.isEmpty ? "missing group name" : "missing >, unterminated name", at: name.isEmpty ? position : start)
        }
        position += 1
        if name.isEmpty { throw failure("missing group name", at: start) }
        if name.isIdentifier {
            guard let known = program.names.first(where: { $0.name == name.string }) else {
                throw Raised.index("unknown group name \(shown(name))")
            }
            return try add(known.number, at: start)
        }
        guard name.all({ $0 &- 48 < 10 }) else {
            throw failure("bad character in group name \(shown(name))", at: start)
        }
        guard let number = Int(name.string), number <= program.groups else {
            throw failure("invalid group reference \(name.string)", at: start)
        }
        try add(number, at: start)
    }

    private func failure(_ message: String, at position: Int) -> RegexError {
        RegexError(message: message, position: position, pattern: template.units)
    }

    private func shown(_ name: StrObject) -> String {
        (isBytes ? Quoting.repr(name.units.map { UInt8(truncatingIfNeeded: $0) }) : Quoting.repr(name)).string
    }
}
