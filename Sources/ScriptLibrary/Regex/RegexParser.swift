import ScriptRuntime

/// Reads Python's syntax of regular expressions, with CPython's messages.
struct RegexParser {
    private let pattern: StrObject
    private let isBytes: Bool
    private let interpreter: Interpreter
    private var position = 0
    private(set) var flags: RegexFlags
    /// Number of groups, the whole match included.
    private(set) var groupCount = 1
    private(set) var names: [(name: String, number: Int)] = []
    private(set) var parents: [Int: Int] = [:]
    private var closed: [Int: RegexNode] = [:]
    private var open: [Int] = []
    private var conditionPlaces: [(number: Int, position: Int)] = []
    /// Groups that existed before the look-behind being read; nil outside one.
    private var lookbehindGroups: Int?
    private var lookbehindProblem: String?

    static func parse(
        _ pattern: StrObject, isBytes: Bool, flags: RegexFlags, _ interpreter: Interpreter
    ) throws -> (node: RegexNode, parser: RegexParser) {
        var parser = RegexParser(pattern, isBytes, flags, interpreter)
        var node = try parser.whole(isVerbose: flags.contains(.verbose))
        if let found = node { return (found, parser) }
        // A flag (?x) inside: read again, now skipping spaces.
        parser = RegexParser(pattern, isBytes, flags.union(.verbose), interpreter)
        node = try parser.whole(isVerbose: true)
        return (node ?? .sequence([]), parser)
    }

    private init(_ pattern: StrObject, _ isBytes: Bool, _ flags: RegexFlags, _ interpreter: Interpreter) {
        self.pattern = pattern
        self.isBytes = isBytes
        self.flags = flags
        self.interpreter = interpreter
    }

    /// Nil when the pattern must be read again as a verbose one.
    private mutating func whole(isVerbose: Bool) throws -> RegexNode? {
        do {
            let node = try alternatives(isVerbose: isVerbose, isFirst: true)
            try checkFlags()
            if position < pattern.count { throw error("unbalanced parenthesis", at: position) }
            for (number, place) in conditionPlaces where number >= groupCount {
                throw error("invalid group reference \(number)", at: place)
            }
            if let lookbehindProblem { throw RegexError(message: lookbehindProblem, position: -1) }
            if !isBytes, !flags.contains(.ascii) { flags.insert(.unicode) }
            return node
        } catch is NeedsVerbose {
            return nil
        }
    }

    private func checkFlags() throws {
        if isBytes {
            if flags.contains(.unicode) { throw Raised.value("cannot use UNICODE flag with a bytes pattern") }
            if flags.isSuperset(of: [.ascii, .locale]) { throw Raised.value("ASCII and LOCALE flags are incompatible") }
        } else {
            if flags.contains(.locale) { throw Raised.value("cannot use LOCALE flag with a str pattern") }
            if flags.isSuperset(of: [.ascii, .unicode]) { throw Raised.value("ASCII and UNICODE flags are incompatible") }
        }
    }

    private struct NeedsVerbose: Error {}

    // MARK: - Reading

    /// The next unit, with an escaped one together with its backslash.
    private struct Token {
        var unit: UInt32
        var isEscaped = false
        var length: Int { isEscaped ? 2 : 1 }
    }

    private func peek() throws -> Token? {
        guard position < pattern.count else { return nil }
        let unit = pattern[position]
        guard unit == 92 else { return Token(unit: unit) }
        guard position + 1 < pattern.count else { throw error("bad escape (end of pattern)", at: pattern.count - 1) }
        return Token(unit: pattern[position + 1], isEscaped: true)
    }

    private mutating func next() throws -> Token? {
        guard let token = try peek() else { return nil }
        position += token.length
        return token
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < pattern.count, pattern[position] == scalar.value else { return false }
        position += 1
        return true
    }

    private func isAt(_ scalar: Unicode.Scalar) -> Bool { position < pattern.count && pattern[position] == scalar.value }

    private mutating func digits(_ limit: Int, _ accepts: (UInt32) -> Bool) -> [UInt32] {
        let start = position
        while position < pattern.count, position - start < limit, accepts(pattern[position]) { position += 1 }
        return pattern.slice(start, position).units
    }

    private func error(_ message: String, at place: Int) -> RegexError { RegexError(message: message, position: place) }
    private func error(_ message: String, back offset: Int = 0) -> RegexError { error(message, at: position - offset) }

    private func quoted(_ text: StrObject) -> String {
        (isBytes ? Quoting.repr(text.units.map { UInt8(truncatingIfNeeded: $0) }) : Quoting.repr(text)).string
    }

    // MARK: - Structure

    private mutating func alternatives(isVerbose: Bool, isFirst: Bool = false) throws -> RegexNode {
        try interpreter.checkStack()
        var parts: [RegexNode] = []
        repeat {
            parts.append(try sequence(isVerbose: isVerbose, isFirst: isFirst && parts.isEmpty))
        } while take("|")
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence(isVerbose: Bool, isFirst: Bool) throws -> RegexNode {
        var items: [RegexNode] = []
        while let token = try peek() {
            if !token.isEscaped, token.unit == 124 || token.unit == 41 { break }
            position += token.length
            if token.isEscaped {
                items.append(try escape(token))
                continue
            }
            if isVerbose {
                if BytesMethods.isSpace(token.unit) { continue }
                if token.unit == 35 {
                    while let skipped = try next(), skipped.isEscaped || skipped.unit != 10 {}
                    continue
                }
            }
            switch Unicode.Scalar(token.unit) {
            case "[": items.append(try set())
            case "*", "+", "?", "{": try repetition(token.unit, &items)
            case ".": items.append(.any)
            case "^": items.append(.at(.start))
            case "$": items.append(.at(.end))
            case "(":
                if let group = try group(isVerbose: isVerbose, isFirst: isFirst && items.isEmpty) { items.append(group) }
            default: items.append(.literal(token.unit))
            }
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    private mutating func repetition(_ unit: UInt32, _ items: inout [RegexNode]) throws {
        let here = position
        var least = 0
        var most: Int?
        switch Unicode.Scalar(unit) {
        case "?": most = 1
        case "*": break
        case "+": least = 1
        default:
            if isAt("}") {
                items.append(.literal(123))
                return
            }
            let low = digits(.max) { $0 &- 48 < 10 }
            let hasComma = take(",")
            let high = hasComma ? digits(.max) { $0 &- 48 < 10 } : low
            guard take("}") else {
                position = here
                items.append(.literal(123))
                return
            }
            if !low.isEmpty { least = try number(low) }
            if !high.isEmpty {
                most = try number(high)
                if let most, most < least { throw error("min repeat greater than max repeat", at: here - 1 + 1) }
            }
        }
        guard let item = items.last else { throw error("nothing to repeat", at: here - 1) }
        switch item {
        case .at: throw error("nothing to repeat", at: here - 1)
        case .repeated: throw error("multiple repeat", at: here - 1)
        case .sequence(let parts) where parts.isEmpty: throw error("nothing to repeat", at: here - 1)
        default: break
        }
        let greed: RegexNode.Greed = take("?") ? .lazy : take("+") ? .possessive : .greedy
        items[items.count - 1] = .repeated(item, least: least, most: most, greed)
    }

    private func number(_ digits: [UInt32]) throws -> Int {
        let value = digits.reduce(0) { min($0 * 10 + Int($1) - 48, 1 << 40) }
        if value >= 1 << 32 - 1 { throw Raised(.overflowError, "the repetition number is too large") }
        return value
    }

    // MARK: - Groups

    private mutating func group(isVerbose: Bool, isFirst: Bool) throws -> RegexNode? {
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

    private func reference(_ number: Int, back offset: Int) throws -> RegexNode {
        if open.contains(number) { throw error("cannot refer to an open group", back: offset) }
        try checkLookbehind(number)
        return .reference(number)
    }

    private func checkLookbehind(_ number: Int) throws {
        guard let limit = lookbehindGroups else { return }
        if number >= groupCount || open.contains(number) { throw error("cannot refer to an open group") }
        if number >= limit { throw error("cannot refer to group defined in the same lookbehind subpattern") }
    }

    private mutating func look(_ unit: UInt32, _ start: Int, isVerbose: Bool) throws -> RegexNode {
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

    // MARK: - Sets

    private mutating func set() throws -> RegexNode {
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
    private mutating func character(_ token: Token, _ start: Int) throws -> UInt32? {
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

    private mutating func escape(_ token: Token) throws -> RegexNode {
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
