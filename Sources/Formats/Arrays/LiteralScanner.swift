/// Reads the small literals that array files begin with: JSON objects of safetensors, Python dictionaries of npy.
///
/// Foundation's JSON decoder would do but for one rule: a repeated key must be refused, and it keeps one of the two silently.
struct LiteralScanner {
    let bytes: [UInt8]
    let file: String
    let format: FormatsError.Format
    /// Where `bytes` begin in the file, for errors.
    let start: Int
    private(set) var position = 0

    init(_ bytes: [UInt8], file: String, format: FormatsError.Format, start: Int) {
        self.bytes = bytes
        self.file = file
        self.format = format
        self.start = start
    }

    func failure(_ problem: String) -> FormatsError {
        .malformed(file: file, format: format, offset: start + position, problem: problem)
    }

    /// The next byte that is no white space, not yet taken.
    mutating func peek() -> UInt8? {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        return position < bytes.count ? bytes[position] : nil
    }

    /// Takes `character` if it is next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let next = peek(), UInt32(next) == character.value else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw failure("expected '\(character)'") }
    }

    mutating func expectEnd() throws {
        guard peek() == nil else { throw failure("the header goes on after its end") }
    }

    /// A number without sign or fraction.
    mutating func count() throws -> Int {
        _ = peek()
        let first = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position], (0x30...0x39).contains(digit) {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(digit) - 0x30)
            guard !overflow, !carry else { throw failure("a number is too large") }
            value = sum
            position += 1
        }
        guard position > first else { throw failure("expected a number") }
        return value
    }

    /// Numbers between `open` and `close`, with commas; one after the last number is allowed when `trailingComma`.
    mutating func counts(_ open: Unicode.Scalar, _ close: Unicode.Scalar, trailingComma: Bool) throws -> [Int] {
        try expect(open)
        var values: [Int] = []
        if take(close) { return values }
        while true {
            values.append(try count())
            if take(close) { return values }
            try expect(",")
            if trailingComma, take(close) { return values }
        }
    }

    /// A word of letters, such as `True`.
    mutating func word() -> String {
        _ = peek()
        let first = position
        while position < bytes.count, Unicode.Scalar(bytes[position]).properties.isAlphabetic { position += 1 }
        return String(decoding: bytes[first..<position], as: UTF8.self)
    }

    /// A string between double quotes with JSON's escapes.
    mutating func string() throws -> String {
        try expect("\"")
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case 0x22:
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else { throw failure("a string is not UTF-8") }
                return text
            case 0x5C: content += Array(String(try escape()).utf8)
            case ..<0x20: throw failure("a control character in a string")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw failure("a string does not end")
    }

    /// A Python string between single or double quotes, without escapes.
    mutating func pythonString() throws -> String {
        guard let quote = peek(), quote == 0x27 || quote == 0x22 else { throw failure("expected a string") }
        position += 1
        guard let end = bytes[position...].firstIndex(of: quote) else { throw failure("a string does not end") }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    // MARK: - Implementation

    private mutating func escape() throws -> Character {
        guard position + 1 < bytes.count else { throw failure("a string does not end") }
        let kind = Unicode.Scalar(bytes[position + 1])
        position += 2
        switch kind {
        case "\"", "\\", "/": return Character(kind)
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [0x5C, 0x75]) {
                position += 2
                units.append(try codeUnit())
            }
            guard let text = String(validating: units, as: UTF16.self), let character = text.first else {
                throw failure("half a surrogate pair in a string")
            }
            return character
        default: throw failure("an unknown escape in a string")
        }
    }

    private mutating func codeUnit() throws -> UInt16 {
        let digits = bytes[position...].prefix(4)
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let unit = UInt16(text, radix: 16)
        else { throw failure("\\u without four hexadecimal digits") }
        position += 4
        return unit
    }
}

/// `text` as a JSON string.
func jsonString(_ text: String) -> String {
    var answer = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": answer += "\\\(scalar)"
        case "\u{0}"..."\u{1F}":
            let digits = String(scalar.value, radix: 16)
            answer += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: answer.unicodeScalars.append(scalar)
        }
    }
    return answer + "\""
}
