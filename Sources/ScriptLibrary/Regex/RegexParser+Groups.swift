import ScriptRuntime

/// What stands in round brackets.
extension RegexParser {
    mutating func group(isVerbose: Bool, isFirst: Bool) throws -> RegexNode? {
        let start = position - 1
        var isVerbose = isVerbose
        var name: String?
        var kind = GroupKind.capture
        if take("?") {
            guard let token = try next() else { throw error("unexpected end of pattern") }
            let unit = token.isEscaped ? 92 : token.unit
            switch Unicode.Scalar(unit) {
            case "P":
                if take("<") {
                    name = try groupName(until: 62)
                } else if take("=") {
                    return try namedReference()
                } else {
                    guard let other = try next() else { throw error("unexpected end of pattern") }
                    throw error("unknown extension ?P" + shown(other), back: other.length + 2)
                }
            case ":": kind = .plain([], [])
            case "#":
                while true {
                    guard let skipped = try next() else { throw error("missing ), unterminated comment", at: start) }
                    if !skipped.isEscaped, skipped.unit == 41 { return nil }
                }
            case "=", "!", "<": return try look(unit, start, isVerbose: isVerbose)
            case "(": return try conditional(start, isVerbose: isVerbose)
            case ">": kind = .atomic
            default:
                guard unit == 45 || RegexFlags.letters[unit] != nil else {
                    throw error("unknown extension ?" + shown(token), back: token.length + 1)
                }
                guard let (adding, removing) = try inlineFlags(unit) else {
                    if !isFirst { throw error("global flags not at the start of the expression", at: start) }
                    if flags.contains(.verbose), !isVerbose { throw NeedsVerbose() }
                    return nil
                }
                isVerbose = (isVerbose || adding.contains(.verbose)) && !removing.contains(.verbose)
                kind = .plain(adding, removing)
            }
        }
        return try body(kind, name, start, isVerbose: isVerbose)
    }

    private enum GroupKind {
        case capture, atomic
        case plain(RegexFlags, RegexFlags)
    }

    private mutating func body(_ kind: GroupKind, _ name: String?, _ start: Int, isVerbose: Bool) throws -> RegexNode {
        var number = 0
        if case .capture = kind {
            number = groupCount
            groupCount += 1
            if let parent = open.last { parents[number] = parent }
            if let name {
                if let known = names.first(where: { $0.name == name }) {
                    throw error(
                        "redefinition of group name \(quoted(.make(name))) as group \(number); was group \(known.number)",
                        back: name.unicodeScalars.count + 1)
                }
                names.append((name, number))
            }
            open.append(number)
        }
        let inner = try alternatives(isVerbose: isVerbose)
        guard take(")") else { throw error("missing ), unterminated subpattern", at: start) }
        switch kind {
        case .capture:
            open.removeLast()
            closed[number] = inner
            return .capture(number, inner)
        case .atomic: return .atomic(inner)
        case .plain(let adding, let removing): return .group(inner, adding: adding, removing: removing)
        }
    }

    private func shown(_ token: Token) -> String {
        (token.isEscaped ? "\\" : "") + StrObject.character(token.unit).string
    }

    private mutating func groupName(until end: UInt32) throws -> String {
        let start = position
        while position < pattern.count, pattern[position] != end { position += 1 }
        let text = pattern.slice(start, position)
        guard position < pattern.count else {
            throw text.isEmpty
                ? error("missing group name") : error("missing \(end == 62 ? ">" : ")"), unterminated name", at: start)
        }
        position += 1
        if text.isEmpty { throw error("missing group name", back: 1) }
        guard text.isIdentifier, !isBytes || text.isASCII else {
            throw error("bad character in group name \(quoted(text))", back: text.count + 1)
        }
        return text.string
    }

    private mutating func namedReference() throws -> RegexNode {
        let name = try groupName(until: 41)
        let length = name.unicodeScalars.count
        guard let known = names.first(where: { $0.name == name }) else {
            throw error("unknown group name \(quoted(.make(name)))", back: length + 1)
        }
        return try reference(known.number, back: length + 1)
    }

    func reference(_ number: Int, back offset: Int) throws -> RegexNode {
        if open.contains(number) { throw error("cannot refer to an open group", back: offset) }
        try checkLookbehind(number)
        return .reference(number)
    }

    private func checkLookbehind(_ number: Int) throws {
        guard let limit = lookbehindGroups else { return }
        if number >= groupCount || open.contains(number) { throw error("cannot refer to an open group") }
        if number >= limit { throw error("cannot refer to group defined in the same lookbehind subpattern") }
    }

    mutating func look(_ unit: UInt32, _ start: Int, isVerbose: Bool) throws -> RegexNode {
        var unit = unit
        let isAhead = unit != 60
        if !isAhead {
            guard let token = try next() else { throw error("unexpected end of pattern") }
            guard !token.isEscaped, token.unit == 61 || token.unit == 33 else {
                throw error("unknown extension ?<" + shown(token), back: token.length + 2)
            }
            unit = token.unit
        }
        let outer = lookbehindGroups
        if !isAhead, outer == nil { lookbehindGroups = groupCount }
        let inner = try alternatives(isVerbose: isVerbose)
        lookbehindGroups = outer
        guard take(")") else { throw error("missing ), unterminated subpattern", at: start) }
        if !isAhead {
            let width = inner.width(closed)
            // Told when all of the pattern was read and found right otherwise.
            if width.least > UInt32.max {
                lookbehindProblem = lookbehindProblem ?? "looks too much behind"
            } else if width.least != width.most {
                lookbehindProblem = lookbehindProblem ?? "look-behind requires fixed-width pattern"
            }
        }
        return .look(inner, isAhead: isAhead, isNegated: unit == 33)
    }

    private mutating func conditional(_ start: Int, isVerbose: Bool) throws -> RegexNode {
        let nameStart = position
        while position < pattern.count, pattern[position] != 41 { position += 1 }
        let text = pattern.slice(nameStart, position)
        guard position < pattern.count else {
            throw text.isEmpty ? error("missing group name") : error("missing ), unterminated name", at: nameStart)
        }
        position += 1
        if text.isEmpty { throw error("missing group name", back: 1) }
        let number: Int
        if text.isIdentifier {
            guard let known = names.first(where: { $0.name == text.string }) else {
                throw error("unknown group name \(quoted(text))", back: text.count + 1)
            }
            number = known.number
        } else {
            guard text.all({ $0 &- 48 < 10 }), let value = Int(text.string) else {
                throw error("bad character in group name \(quoted(text))", back: text.count + 1)
            }
            if value == 0 { throw error("bad group number", back: text.count + 1) }
            if value >= 1 << 31 { throw error("invalid group reference \(value)", back: text.count + 1) }
            number = value
            if number >= groupCount { conditionPlaces.append((number, position - text.count - 1)) }
        }
        try checkLookbehind(number)
        let yes = try sequence(isVerbose: isVerbose, isFirst: false)
        var no: RegexNode?
        if take("|") {
            no = try sequence(isVerbose: isVerbose, isFirst: false)
            if isAt("|") { throw error("conditional backref with more than two branches") }
        }
        guard take(")") else { throw error("missing ), unterminated subpattern", at: start) }
        return .conditional(number, yes, no)
    }

    /// Nil for flags of the whole pattern, `(?i)`.
    private mutating func inlineFlags(_ first: UInt32) throws -> (RegexFlags, RegexFlags)? {
        var unit = first
        var (adding, removing): (RegexFlags, RegexFlags) = ([], [])
        func isLetter(_ unit: UInt32) -> Bool { UnicodeTable.flags(unit).contains(.alphabetic) }
        if unit != 45 {
            while true {
                guard let flag = RegexFlags.letters[unit] else { break }
                if !isBytes, flag == .locale { throw error("bad inline flags: cannot use 'L' flag with a str pattern") }
                if isBytes, flag == .unicode { throw error("bad inline flags: cannot use 'u' flag with a bytes pattern") }
                adding.insert(flag)
                if RegexFlags.kinds.contains(flag), adding.intersection(.kinds) != flag {
                    throw error("bad inline flags: flags 'a', 'u' and 'L' are incompatible")
                }
                guard let token = try next() else { throw error("missing -, : or )") }
                unit = token.isEscaped ? 92 : token.unit
                if unit == 41 || unit == 45 || unit == 58 { break }
                if RegexFlags.letters[unit] == nil {
                    throw error(isLetter(unit) ? "unknown flag" : "missing -, : or )", back: token.length)
                }
            }
        }
        if unit == 41 {
            flags.formUnion(adding)
            return nil
        }
        if unit == 45 {
            guard let token = try next() else { throw error("missing flag") }
            unit = token.isEscaped ? 92 : token.unit
            if RegexFlags.letters[unit] == nil { throw error(isLetter(unit) ? "unknown flag" : "missing flag", back: token.length) }
            while let flag = RegexFlags.letters[unit] {
                if RegexFlags.kinds.contains(flag) { throw error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'") }
                removing.insert(flag)
                guard let token = try next() else { throw error("missing :") }
                unit = token.isEscaped ? 92 : token.unit
                if unit == 58 { break }
                if RegexFlags.letters[unit] == nil { throw error(isLetter(unit) ? "unknown flag" : "missing :", back: token.length) }
            }
        }
        if !adding.isDisjoint(with: removing) { throw error("bad inline flags: flag turned on and off", back: 1) }
        return (adding, removing)
    }
}
