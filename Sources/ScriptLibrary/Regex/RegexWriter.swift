/// Writes a parsed expression in PCRE2's syntax. Named groups become numbers, classes are spelled out.
struct RegexWriter {
    private var result: [UInt32] = []
    private var flags: RegexFlags
    private let isBytes: Bool

    static func write(_ node: RegexNode, flags: RegexFlags, isBytes: Bool) -> [UInt32] {
        var writer = RegexWriter(flags: flags, isBytes: isBytes)
        writer.write(node)
        return writer.result
    }

    private init(flags: RegexFlags, isBytes: Bool) {
        self.flags = flags
        self.isBytes = isBytes
    }

    private var isASCII: Bool { isBytes || flags.contains(.ascii) }

    private mutating func append(_ text: String) { result += text.unicodeScalars.map(\.value) }

    private mutating func literal(_ unit: UInt32) {
        if unit < 128, !((unit | 32) &- 97 < 26 || unit &- 48 < 10 || unit == 95) {
            append("\\x{\(String(unit, radix: 16))}")
        } else {
            result.append(unit)
        }
    }

    private mutating func write(_ node: RegexNode) {
        switch node {
        case .literal(let unit): literal(unit)
        case .any: append(".")
        case .set(let items, let isNegated): set(items, isNegated)
        case .category(let category): set([.category(category)], false)
        case .at(let place): at(place)
        case .sequence(let parts): for part in parts { write(part) }
        case .choice(let parts): choice(parts)
        case .capture(_, let inner): wrapped("(", inner)
        case .group(let inner, let adding, let removing): group(inner, adding, removing)
        case .atomic(let inner): wrapped("(?>", inner)
        case .look(let inner, let isAhead, let isNegated):
            wrapped("(?\(isAhead ? "" : "<")\(isNegated ? "!" : "=")", inner)
        case .reference(let number): append("\\g{\(number)}")
        case .conditional(let number, let yes, let no):
            append("(?(\(number))")
            wrapped("(?:", yes)
            if let no {
                append("|")
                wrapped("(?:", no)
            }
            append(")")
        case .repeated(let inner, let least, let most, let greed): repeated(inner, least, most, greed)
        }
    }

    private mutating func wrapped(_ opening: String, _ inner: RegexNode) {
        append(opening)
        write(inner)
        append(")")
    }

    private mutating func choice(_ parts: [RegexNode]) {
        append("(?:")
        for (index, part) in parts.enumerated() {
            if index > 0 { append("|") }
            write(part)
        }
        append(")")
    }

    private mutating func group(_ inner: RegexNode, _ adding: RegexFlags, _ removing: RegexFlags) {
        func letters(_ flags: RegexFlags) -> String {
            (flags.contains(.ignoreCase) ? "i" : "") + (flags.contains(.multiline) ? "m" : "") + (flags.contains(.dotAll) ? "s" : "")
        }
        let (on, off) = (letters(adding), letters(removing))
        let outer = flags
        if !adding.isDisjoint(with: .kinds) { flags.subtract(.kinds) }
        flags = flags.union(adding).subtracting(removing)
        wrapped("(?\(on)\(off.isEmpty ? "" : "-" + off):", inner)
        flags = outer
    }

    private mutating func repeated(_ inner: RegexNode, _ least: Int, _ most: Int?, _ greed: RegexNode.Greed) {
        switch inner {
        case .literal, .any, .set, .category, .capture, .atomic, .group, .choice, .reference: write(inner)
        default: wrapped("(?:", inner)
        }
        append("{\(least),\(most.map(String.init) ?? "")}")
        switch greed {
        case .greedy: break
        case .lazy: append("?")
        case .possessive: append("+")
        }
    }

    private mutating func at(_ place: RegexNode.Place) {
        switch place {
        case .start: append("^")
        case .end: append("$")
        case .textStart: append("\\A")
        case .textEnd: append("\\z")
        case .boundary, .noBoundary:
            let word = "[" + RegexWriter.word(isASCII) + "]"
            // In an empty text CPython finds neither.
            append(
                place == .boundary
                    ? "(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))" : "(?:(?!\\A\\z)(?:(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word))))")
        }
    }

    // MARK: - Sets

    private static func word(_ isASCII: Bool) -> String {
        isASCII
            ? "A-Za-z0-9_"
            : "\\p{L}\\p{N}_"
    }

    private static let spaces =
        "\\t-\\r\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"

    private static func members(_ letter: UInt8, _ isASCII: Bool) -> String {
        switch letter {
        case UInt8(ascii: "d"): isASCII ? "0-9" : "\\p{Nd}"
        case UInt8(ascii: "s"): isASCII ? " \\t-\\r" : spaces
        default: word(isASCII)
        }
    }

    private mutating func set(_ items: [RegexNode.SetItem], _ isNegated: Bool) {
        // A negated class inside a set is written as an alternative beside it.
        var outside: [String] = []
        var inside: [RegexNode.SetItem] = []
        for item in items {
            if case .category(let category) = item, category.isNegated {
                outside.append("[^\(RegexWriter.members(category.letter, isASCII))]")
            } else {
                inside.append(item)
            }
        }
        if outside.isEmpty { return simpleSet(inside, isNegated) }
        if isNegated {
            // Not in any of them: every one is excluded by a look-ahead, then one character is taken.
            append("(?:(?!\(outside.joined(separator: "|"))")
            if !inside.isEmpty {
                append("|")
                simpleSet(inside, false)
            }
            append(")[\\x{0}-\\x{10ffff}])")
            return
        }
        append("(?:\(outside.joined(separator: "|"))")
        if !inside.isEmpty {
            append("|")
            simpleSet(inside, false)
        }
        append(")")
    }

    private mutating func simpleSet(_ items: [RegexNode.SetItem], _ isNegated: Bool) {
        append(isNegated ? "[^" : "[")
        for item in items {
            switch item {
            case .one(let unit): literal(unit)
            case .range(let low, let high):
                literal(low)
                append("-")
                literal(high)
            case .category(let category): append(RegexWriter.members(category.letter, isASCII))
            }
        }
        append("]")
    }
}
