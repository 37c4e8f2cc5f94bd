package import ScriptRuntime

/// Changes of case by Unicode's full mappings, and questions about case.
extension StrObject {
    package func uppercased() -> StrObject {
        if let fast = asciiMapped({ $0 &- 97 < 26 ? $0 ^ 32 : $0 }) { return fast }
        return mapped { builder, text, index in builder.append(mapping: text[index], .upper) }
    }

    package func lowercased() -> StrObject {
        if let fast = asciiMapped({ $0 &- 65 < 26 ? $0 ^ 32 : $0 }) { return fast }
        return mapped { builder, text, index in builder.append(lower: text, at: index) }
    }

    package func casefolded() -> StrObject {
        if let fast = asciiMapped({ $0 &- 65 < 26 ? $0 ^ 32 : $0 }) { return fast }
        return mapped { builder, text, index in builder.append(mapping: text[index], .fold) }
    }

    package func swappedCase() -> StrObject {
        if let fast = asciiMapped({ ($0 | 32) &- 97 < 26 ? $0 ^ 32 : $0 }) { return fast }
        return mapped { builder, text, index in
            let unit = text[index]
            let flags = UnicodeTable.flags(unit)
            if flags.contains(.upper) {
                builder.append(lower: text, at: index)
            } else if flags.contains(.lower) {
                builder.append(mapping: unit, .upper)
            } else {
                builder.append(unit)
            }
        }
    }

    package func capitalized() -> StrObject {
        mapped { builder, text, index in
            if index == 0 {
                builder.append(mapping: text[0], .title)
            } else {
                builder.append(lower: text, at: index)
            }
        }
    }

    package func titlecased() -> StrObject {
        var isInside = false
        return mapped { builder, text, index in
            if isInside {
                builder.append(lower: text, at: index)
            } else {
                builder.append(mapping: text[index], .title)
            }
            isInside = UnicodeTable.flags(text[index]).contains(.cased)
        }
    }

    package var isLower: Bool {
        var found = false
        for index in 0..<count {
            let flags = UnicodeTable.flags(self[index])
            if !flags.isDisjoint(with: [.upper, .title]) { return false }
            if flags.contains(.lower) { found = true }
        }
        return found
    }

    package var isUpper: Bool {
        var found = false
        for index in 0..<count {
            let flags = UnicodeTable.flags(self[index])
            if !flags.isDisjoint(with: [.lower, .title]) { return false }
            if flags.contains(.upper) { found = true }
        }
        return found
    }

    package var isTitle: Bool {
        var found = false
        var isInside = false
        for index in 0..<count {
            let flags = UnicodeTable.flags(self[index])
            if !flags.isDisjoint(with: [.upper, .title]) {
                if isInside { return false }
                isInside = true
                found = true
            } else if flags.contains(.lower) {
                if !isInside { return false }
                found = true
            } else {
                isInside = false
            }
        }
        return found
    }

    /// Whether it has code points, and all of them satisfy the question.
    @inline(__always)
    package func all(_ question: (UInt32) -> Bool) -> Bool {
        if isEmpty { return false }
        for index in 0..<count where !question(self[index]) { return false }
        return true
    }

    package var isIdentifier: Bool {
        guard count > 0, UnicodeTable.flags(self[0]).contains(.identifierStart) else { return false }
        for index in 1..<count where !UnicodeTable.flags(self[index]).contains(.identifierContinue) { return false }
        return true
    }

    package var isASCII: Bool {
        withLatin { bytes in !bytes.contains { $0 >= 128 } } ?? false
    }

    // MARK: - Implementation

    private func mapped(_ body: (inout StrBuilder, StrObject, Int) -> Void) -> StrObject {
        var builder = StrBuilder(capacity: count * width)
        for index in 0..<count { body(&builder, self, index) }
        return builder.finish()
    }

    /// The text with every byte mapped, when all of it is ASCII.
    @inline(__always)
    private func asciiMapped(_ map: (UInt8) -> UInt8) -> StrObject? {
        guard isASCII else { return nil }
        return withLatin { bytes in
            StrObject.make(latinCount: bytes.count) { result in
                for index in 0..<bytes.count { result[index] = map(bytes[index]) }
            }
        }
    }

    /// Whether the capital sigma at `index` ends a word.
    fileprivate func isFinalSigma(at index: Int) -> Bool {
        var before = index - 1
        while before >= 0, UnicodeTable.flags(self[before]).contains(.caseIgnorable) { before -= 1 }
        guard before >= 0, UnicodeTable.flags(self[before]).contains(.cased) else { return false }
        var after = index + 1
        while after < count, UnicodeTable.flags(self[after]).contains(.caseIgnorable) { after += 1 }
        return after == count || !UnicodeTable.flags(self[after]).contains(.cased)
    }
}

extension StrBuilder {
    fileprivate mutating func append(mapping unit: UInt32, _ mapping: UnicodeTable.Mapping) {
        if let several = UnicodeTable.special(unit, mapping) {
            for unit in several { append(unit) }
        } else {
            append(UnicodeTable.simple(unit, mapping))
        }
    }

    fileprivate mutating func append(lower text: StrObject, at index: Int) {
        let unit = text[index]
        if unit == 0x3A3 {
            append(text.isFinalSigma(at: index) ? 0x3C2 : 0x3C3)
        } else {
            append(mapping: unit, .lower)
        }
    }
}
