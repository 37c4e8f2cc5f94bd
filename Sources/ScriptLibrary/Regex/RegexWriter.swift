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
        case .literal(let unit): if caseless(unit) == nil { literal(unit) } else { simpleSet([.one(unit)], false) }
        case .any: append(".")
        case .set(let items, let isNegated): set(items, isNegated)
        case .category(let category): set([.category(category)], false)
        case .at(let place): at(place)
        case .sequence(let parts): for part in parts { write(part) }
        case .choice(let parts): choice(parts)
        case .capture(_, let inner): wrapped("(", inner)
        case .group(let inner, let adding, let removing): group(inner, adding, removing)
        case .atomic(let inner): wrapped("(?>", inner)
        case .look(let inner, false, let isNegated) where inner.width([:]).least > RegexWriter.block: lookFarBehind(inner, isNegated)
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

    /// What PCRE2 counts to, and how many characters it looks back.
    private static let block = 65_535

    /// Goes back block by block, and looks ahead from there: what is of a fixed width ends where it shall by itself.
    private mutating func lookFarBehind(_ inner: RegexNode, _ isNegated: Bool) {
        let (count, rest) = inner.width([:]).least.quotientAndRemainder(dividingBy: RegexWriter.block)
        append(isNegated ? "(?!" : "(?=")
        for _ in 0..<count { append("(?<=") }
        if rest > 0 { append("(?<=") }
        wrapped("(?=", inner)
        if rest > 0 { append("(?s:.{\(rest)}))") }
        for _ in 0..<count { append("(?s:.{\(RegexWriter.block)}))") }
        append(")")
    }

    /// One character, and how many of it: of a group that always matches so many.
    private func fixed(_ node: RegexNode) -> (character: RegexNode, count: Int)? {
        switch node {
        case .literal, .any, .set, .category: return (node, 1)
        case .capture(_, let inner), .group(let inner, [], []): return fixed(inner)
        case .sequence(let parts): return parts.count == 1 ? fixed(parts[0]) : nil
        case .repeated(let inner, let least, let most, _):
            guard least == most, let inner = fixed(inner) else { return nil }
            let (count, overflow) = inner.count.multipliedReportingOverflow(by: least)
            return overflow ? nil : (inner.character, count)
        default: return nil
        }
    }

    /// PCRE2 counts to 65,535. Beyond it a single character is repeated in blocks of so many, the longest way first, or last
    /// where few are wanted.
    private mutating func manyTimes(_ inner: RegexNode, _ least: Int, _ most: Int?, _ greed: RegexNode.Greed) {
        let block = RegexWriter.block
        let one = RegexNode.group(.repeated(inner, least: block, most: block, .greedy), adding: [], removing: [])
        func blocks(_ count: Int) -> RegexNode { .repeated(one, least: count, most: count, .greedy) }
        if least >= block { write(blocks(least / block)) }
        write(.repeated(inner, least: least % block, most: least % block, .greedy))
        guard let most, most - least > block else { return write(.repeated(inner, least: 0, most: most.map { $0 - least }, greed)) }
        let (count, rest) = ((most - least) / block, (most - least) % block)
        let kind: RegexNode.Greed = greed == .lazy ? .lazy : .greedy
        let full = RegexNode.sequence([blocks(count), .repeated(inner, least: 0, most: rest, kind)])
        let fewer = RegexNode.sequence([
            .repeated(.group(blocks(1), adding: [], removing: []), least: 0, most: count - 1, kind),
            .repeated(inner, least: 0, most: block - 1, kind),
        ])
        let both = RegexNode.choice(greed == .lazy ? [fewer, full] : [full, fewer])
        write(greed == .possessive ? .atomic(both) : both)
    }

    private mutating func repeated(_ inner: RegexNode, _ least: Int, _ most: Int?, _ greed: RegexNode.Greed) {
        switch inner {
        case .literal, .any, .set, .category: if max(least, most ?? 0) > 65_535 { return manyTimes(inner, least, most, greed) }
        case .capture, .group:
            // Only the last time is seen from outside.
            guard least == most, least > RegexWriter.block, let (character, count) = fixed(inner) else { break }
            let (before, overflow) = count.multipliedReportingOverflow(by: least - 1)
            if overflow { break }
            manyTimes(character, before, before, .greedy)
            return write(inner)
        default: break
        }
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

    // MARK: - Case

    /// Characters that CPython takes for one letter when the case is ignored, and PCRE2 does not: dotted and dotless i,
    /// letters with two marks that are in Unicode twice, and the ligature st.
    private static let families: [[UInt32]] = [[0x49, 0x69, 0x130, 0x131], [0x390, 0x1FD3], [0x3B0, 0x1FE3], [0xFB05, 0xFB06]]

    private func caseless(_ unit: UInt32) -> [UInt32]? {
        flags.contains(.ignoreCase) && !isASCII ? RegexWriter.families.first { $0.contains(unit) } : nil
    }

    private func holds(_ items: [RegexNode.SetItem], _ unit: UInt32) -> Bool {
        items.contains { item in
            switch item {
            case .one(let own): own == unit
            case .range(let low, let high): low <= unit && unit <= high
            case .category: false
            }
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
        for family in RegexWriter.families where family.contains(where: { holds(items, $0) }) && caseless(family[0]) != nil {
            for unit in family { literal(unit) }
        }
        append("]")
    }
}
