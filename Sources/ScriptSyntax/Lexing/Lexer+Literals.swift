// MARK: - Strings

extension Lexer {
    /// Reads a string from its opening quote at `position`; `start` is where its prefix began.
    mutating func readString(start: Int, prefix: StringPrefix) {
        let quote = byte(position)
        let opening = position
        var prefix = prefix
        if byte(position + 1) == quote, byte(position + 2) == quote {
            prefix.insert(.tripleQuoted)
            position += 3
            readTripleQuoted(start, opening, quote, prefix)
        } else {
            position += 1
            readSingleQuoted(start, opening, quote, prefix)
        }
    }

    private mutating func readSingleQuoted(_ start: Int, _ opening: Int, _ quote: UInt8, _ prefix: StringPrefix) {
        var offset = position
        while offset < end {
            let byte = bytes[offset]
            if byte == quote {
                position = offset + 1
                emit(.string, from: start, value: prefix.rawValue)
                return
            }
            if byte == 10 || byte == 13 { break }
            if byte == 92 {
                if self.byte(offset + 1) == 13, self.byte(offset + 2) == 10 { offset += 1 }
                offset += 1
                if offset >= end {
                    openEnd = .backslash
                    endCount += 1
                }
            }
            offset += 1
        }
        position = Swift.min(offset, end)
        emit(.error, from: start)
        report(.unterminatedString(SourceSpan(opening..<opening + 1)))
    }

    private mutating func readTripleQuoted(_ start: Int, _ opening: Int, _ quote: UInt8, _ prefix: StringPrefix) {
        var offset = position
        while offset < end {
            let byte = bytes[offset]
            if byte == quote, self.byte(offset + 1) == quote, self.byte(offset + 2) == quote {
                position = offset + 3
                emit(.string, from: start, value: prefix.rawValue)
                return
            }
            offset += byte == 92 ? 2 : 1
        }
        position = end
        emit(.error, from: start)
        openEnd = .tripleQuote
        endCount += 1
        // What stands open around it is no news beside this.
        brackets.removeAll()
        report(.unterminatedTripleString(SourceSpan(opening..<Swift.min(opening + 3, end))))
    }
}

// MARK: - Numbers

extension Lexer {
    private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    mutating func readNumber() {
        let start = position
        if byte(start) == 48 {
            switch byte(start + 1) | 0x20 {
            case 120: return readRadix(start, 16)
            case 111: return readRadix(start, 8)
            case 98: return readRadix(start, 2)
            default: break
            }
        }
        guard readDecimal(start) else { return }
        var isFloat = false
        if byte(position) == 46 {
            isFloat = true
            position += 1
            if isDigit(byte(position)), !readDigits(start) { return }
        }
        if byte(position) | 0x20 == 101 {
            let sign = byte(position + 1) == 43 || byte(position + 1) == 45 ? 1 : 0
            if isDigit(byte(position + 1 + sign)) {
                isFloat = true
                position += 1 + sign
                guard readDigits(start) else { return }
            } else if sign == 1 {
                position += 2
                return fail(start, .invalidNumber(SourceSpan(start..<position), "decimal"))
            }
        }
        if byte(position) | 0x20 == 106 {
            position += 1
            guard endsNumber(start, "imaginary") else { return }
            emit(.float, from: start, value: 1)
            return report(.complexLiteral(SourceSpan(start..<position)))
        }
        guard endsNumber(start, "decimal") else { return }
        if !isFloat, hasLeadingZero(start) {
            return fail(start, .leadingZeros(SourceSpan(start..<position), digits: spelled(start)))
        }
        emit(isFloat ? .float : .integer, from: start)
    }

    private func spelled(_ start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

    private func hasLeadingZero(_ start: Int) -> Bool {
        bytes[start] == 48 && position > start + 1 && bytes[start..<position].contains { $0 > 48 && $0 <= 57 }
    }

    private mutating func readDecimal(_ start: Int) -> Bool {
        byte(start) == 46 ? true : readDigits(start)
    }

    /// Digits with single underscores between them.
    private mutating func readDigits(_ start: Int) -> Bool {
        while true {
            while isDigit(byte(position)) { position += 1 }
            guard byte(position) == 95 else { return true }
            position += 1
            guard isDigit(byte(position)) else {
                fail(start, .invalidNumber(SourceSpan(start..<position), "decimal"))
                return false
            }
        }
    }

    private mutating func readRadix(_ start: Int, _ radix: UInt8) {
        let kind = radix == 16 ? "hexadecimal" : radix == 8 ? "octal" : "binary"
        position = start + 2
        repeat {
            if byte(position) == 95 { position += 1 }
            guard isDigit(byte(position), radix) else {
                if isDigit(byte(position)) {
                    position += 1
                    return fail(start, .digitOutsideRadix(SourceSpan(position - 1..<position), kind))
                }
                return fail(start, .invalidNumber(SourceSpan(start..<position), kind))
            }
            while isDigit(byte(position), radix) { position += 1 }
        } while byte(position) == 95
        if isDigit(byte(position)) {
            position += 1
            return fail(start, .digitOutsideRadix(SourceSpan(position - 1..<position), kind))
        }
        guard endsNumber(start, kind) else { return }
        emit(.integer, from: start, value: Int32(radix))
    }

    private func isDigit(_ byte: UInt8, _ radix: UInt8) -> Bool {
        if byte >= 48, byte <= 57 { return byte - 48 < radix }
        return radix == 16 && (byte | 0x20) >= 97 && (byte | 0x20) <= 102
    }

    /// A letter may follow a number only when it begins a keyword that can stand there (`1if x else y`).
    private mutating func endsNumber(_ start: Int, _ kind: String) -> Bool {
        let next = byte(position)
        let lower = next | 0x20
        guard (lower >= 97 && lower <= 122) || next == 95 || isDigit(next) || next >= 0x80 else { return true }
        if next >= 0x80, !NormalForm.continuesName(scalar(at: position).0) { return true }
        let followers = ["and", "else", "for", "if", "in", "is", "or", "not"]
        if followers.contains(where: { bytes[position..<end].starts(with: $0.utf8) }) { return true }
        while true {
            let next = byte(position)
            let lower = next | 0x20
            guard (lower >= 97 && lower <= 122) || next == 95 || isDigit(next) else { break }
            position += 1
        }
        fail(start, .invalidNumber(SourceSpan(start..<position), kind))
        return false
    }

    private mutating func fail(_ start: Int, _ diagnostic: Diagnostic) {
        while true {
            let next = byte(position)
            let lower = next | 0x20
            guard (lower >= 97 && lower <= 122) || next == 95 || isDigit(next) else { break }
            position += 1
        }
        emit(.error, from: start)
        report(diagnostic)
    }
}
