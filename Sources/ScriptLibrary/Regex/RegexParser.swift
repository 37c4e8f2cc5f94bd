import ScriptRuntime

/// Reads Python's syntax of regular expressions, with CPython's messages.
struct RegexParser {
    let pattern: StrObject
    let isBytes: Bool
    private let interpreter: Interpreter
    var position = 0
    var flags: RegexFlags
    /// Number of groups, the whole match included.
    var groupCount = 1
    var names: [(name: String, number: Int)] = []
    var parents: [Int: Int] = [:]
    var closed: [Int: RegexNode] = [:]
    var open: [Int] = []
    var conditionPlaces: [(number: Int, position: Int)] = []
    /// Groups that existed before the look-behind being read; nil outside one.
    var lookbehindGroups: Int?
    var lookbehindProblem: String?

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

    struct NeedsVerbose: Error {}

    // MARK: - Reading

    /// The next unit, with an escaped one together with its backslash.
    struct Token {
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

    mutating func next() throws -> Token? {
        guard let token = try peek() else { return nil }
        position += token.length
        return token
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < pattern.count, pattern[position] == scalar.value else { return false }
        position += 1
        return true
    }

    func isAt(_ scalar: Unicode.Scalar) -> Bool { position < pattern.count && pattern[position] == scalar.value }

    mutating func digits(_ limit: Int, _ accepts: (UInt32) -> Bool) -> [UInt32] {
        let start = position
        while position < pattern.count, position - start < limit, accepts(pattern[position]) { position += 1 }
        return pattern.slice(start, position).units
    }

    func error(_ message: String, at place: Int) -> RegexError { RegexError(message: message, position: place) }
    func error(_ message: String, back offset: Int = 0) -> RegexError { error(message, at: position - offset) }

    func quoted(_ text: StrObject) -> String {
        (isBytes ? Quoting.repr(text.units.map { UInt8(truncatingIfNeeded: $0) }) : Quoting.repr(text)).string
    }

    // MARK: - Structure

    mutating func alternatives(isVerbose: Bool, isFirst: Bool = false) throws -> RegexNode {
        try interpreter.checkStack()
        var parts: [RegexNode] = []
        repeat {
            parts.append(try sequence(isVerbose: isVerbose, isFirst: isFirst && parts.isEmpty))
        } while take("|")
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    mutating func sequence(isVerbose: Bool, isFirst: Bool) throws -> RegexNode {
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

    func number(_ digits: [UInt32]) throws -> Int {
        let value = digits.reduce(0) { min($0 * 10 + Int($1) - 48, 1 << 40) }
        if value >= 1 << 32 - 1 { throw Raised(.overflowError, "the repetition number is too large") }
        return value
    }
}
