import ScriptRuntime

/// What stands in square brackets, and escapes.
extension RegexParser {
    mutating func set() throws -> RegexNode {
        let here = position - 1
        let isNegated = take("^")
        var items: [RegexNode.SetItem] = []
        let first = position
        while true {
            guard let token = try next() else { throw error("unterminated character set", at: here) }
            if !token.isEscaped, token.unit == 93, position - token.length != first { break }
            let start = position - token.length
            let low = try setItem(token)
            guard take("-") else {
                items.append(low)
                continue
            }
            guard let end = try next() else { throw error("unterminated character set", at: here) }
            if !end.isEscaped, end.unit == 93 {
                items += [low, .one(45)]
                break
            }
            let high = try setItem(end)
            guard case .one(let a) = low, case .one(let b) = high, a <= b else {
                throw error("bad character range \(pattern.slice(start, position).string)", at: start)
            }
            items.append(.range(a, b))
        }
        return .set(items, isNegated: isNegated)
    }

    private mutating func setItem(_ token: Token) throws -> RegexNode.SetItem {
        guard token.isEscaped else { return .one(token.unit) }
        let start = position - 2
        if let category = RegexParser.category(token.unit) { return .category(category) }
        if token.unit == 98 { return .one(8) }
        if let unit = try character(token, start) { return .one(unit) }
        if token.unit &- 48 < 8 {
            let more = digits(2) { $0 &- 48 < 8 }
            let value = ([token.unit] + more).reduce(UInt32(0)) { $0 * 8 + $1 - 48 }
            if value > 0o377 {
                throw error("octal escape value \(pattern.slice(start, position).string) outside of range 0-0o377", at: start)
            }
            return .one(value)
        }
        if isASCIILetter(token.unit) || token.unit &- 48 < 10 { throw error("bad escape \(pattern.slice(start, position).string)", at: start) }
        return .one(token.unit)
    }

    // MARK: - Escapes

    private static func category(_ unit: UInt32) -> RegexNode.Category? {
        switch Unicode.Scalar(unit) {
        case "d", "s", "w": return RegexNode.Category(letter: UInt8(unit), isNegated: false)
        case "D", "S", "W": return RegexNode.Category(letter: UInt8(unit | 32), isNegated: true)
        default: return nil
        }
    }

    private func isASCIILetter(_ unit: UInt32) -> Bool { (unit | 32) &- 97 < 26 }

    /// Escapes that mean the same inside and outside of sets.
    mutating func character(_ token: Token, _ start: Int) throws -> UInt32? {
        func isHex(_ unit: UInt32) -> Bool { unit &- 48 < 10 || (unit | 32) &- 97 < 6 }
        func hex(_ count: Int) throws -> UInt32 {
            let found = digits(count, isHex)
            if found.count != count { throw error("incomplete escape \(pattern.slice(start, position).string)", at: start) }
            return found.reduce(0) { $0 << 4 | ($1 < 58 ? $1 - 48 : ($1 | 32) - 87) }
        }
        switch Unicode.Scalar(token.unit) {
        case "a": return 7
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "v": return 11
        case "\\": return 92
        case "x": return try hex(2)
        case "u" where !isBytes: return try hex(4)
        case "U" where !isBytes:
            let value = try hex(8)
            if value >= 0x110000 { throw error("bad escape \(pattern.slice(start, position).string)", at: start) }
            return value
        case "N" where !isBytes:
            guard take("{") else { throw error("missing {") }
            let nameStart = position
            while position < pattern.count, pattern[position] != 125 { position += 1 }
            let name = pattern.slice(nameStart, position)
            guard take("}") else {
                throw name.isEmpty ? error("missing character name") : error("missing }, unterminated name", at: nameStart)
            }
            if name.isEmpty { throw error("missing character name", back: 1) }
            guard let unit = UnicodeNames.character(named: name.string) else {
                throw error("undefined character name \(quoted(name))", back: name.count + 4)
            }
            return unit
        default: return nil
        }
    }

    mutating func escape(_ token: Token) throws -> RegexNode {
        let start = position - 2
        if let category = RegexParser.category(token.unit) { return .category(category) }
        switch Unicode.Scalar(token.unit) {
        case "A": return .at(.textStart)
        case "Z": return .at(.textEnd)
        case "b": return .at(.boundary)
        case "B": return .at(.noBoundary)
        default: break
        }
        if let unit = try character(token, start) { return .literal(unit) }
        if token.unit == 48 {
            let more = digits(2) { $0 &- 48 < 8 }
            return .literal(more.reduce(0) { $0 * 8 + $1 - 48 })
        }
        if token.unit &- 48 < 10 { return try numbered(token, start) }
        if isASCIILetter(token.unit) { throw error("bad escape \(pattern.slice(start, position).string)", at: start) }
        return .literal(token.unit)
    }

    /// `\1`, `\12`, or an octal number of three digits.
    private mutating func numbered(_ token: Token, _ start: Int) throws -> RegexNode {
        var number = Int(token.unit) - 48
        if position < pattern.count, pattern[position] &- 48 < 10 {
            let second = pattern[position]
            position += 1
            if token.unit &- 48 < 8, second &- 48 < 8, position < pattern.count, pattern[position] &- 48 < 8 {
                let value = UInt32(number) * 64 + (second - 48) * 8 + pattern[position] - 48
                position += 1
                if value > 0o377 {
                    throw error("octal escape value \(pattern.slice(start, position).string) outside of range 0-0o377", at: start)
                }
                return .literal(value)
            }
            number = number * 10 + Int(second) - 48
        }
        guard number < groupCount else { throw error("invalid group reference \(number)", at: start + 1) }
        return try reference(number, back: position - start)
    }
}
