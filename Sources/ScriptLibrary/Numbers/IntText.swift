import BigInt
package import ScriptRuntime

/// Integers as text in any base, both ways.
package enum IntText {
    /// The base and prefix of a presentation type.
    package static func radix(ofType type: UInt32) -> (radix: Int, prefix: String) {
        switch Unicode.Scalar(type) {
        case "b": return (2, "0b")
        case "o": return (8, "0o")
        case "x": return (16, "0x")
        case "X": return (16, "0X")
        default: return (10, "")
        }
    }

    /// The most decimal digits that are converted, CPython's default for `sys.set_int_max_str_digits`.
    package static let digitLimit = 4_300

    /// `-` and digits.
    /// - Throws: `ValueError` beyond the limit of decimal digits.
    package static func digits(_ value: Value, radix: Int, uppercase: Bool = false, _ interpreter: Interpreter) throws(Raised) -> String {
        switch interpreter.plain(value) {
        case .int(let value): return String(value, radix: radix, uppercase: uppercase)
        case .bool(let value): return value ? "1" : "0"
        case .bigInt(let object):
            if radix == 10 { return try interpreter.repr(.bigInt(object)).string }
            return try powerOfTwoDigits(object.value, radix: radix, uppercase: uppercase, interpreter)
        default: throw .type("'\(interpreter.typeName(of: value))' object cannot be interpreted as an integer")
        }
    }

    /// Linear in the number of bits, where the general conversion is quadratic.
    private static func powerOfTwoDigits(
        _ value: BigInt, radix: Int, uppercase: Bool, _ interpreter: Interpreter
    ) throws(Raised) -> String {
        let bits = radix.trailingZeroBitCount
        let words = Array(value.magnitude.words)
        let count = (value.magnitude.bitWidth + bits - 1) / bits
        try interpreter.charge(bytes: count)
        let alphabet = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        var result: [UInt8] = value.sign == .minus ? [45] : []
        result.reserveCapacity(count + 1)
        for place in stride(from: count - 1, through: 0, by: -1) {
            let bit = place * bits
            var digit = words[bit >> 6] >> UInt(bit & 63)
            let available = 64 - bit & 63
            if available < bits, bit >> 6 + 1 < words.count { digit |= words[bit >> 6 + 1] << UInt(available) }
            result.append(alphabet[Int(digit & UInt(radix - 1))])
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The integer part of a float.
    package static func truncated(_ value: Double) throws(Raised) -> Value {
        if value.isNaN { throw .value("cannot convert float NaN to integer") }
        if value.isInfinite { throw Raised(.overflowError, "cannot convert float infinity to integer") }
        if let small = Int(exactly: value.rounded(.towardZero)) { return .int(small) }
        return .integer(BigInt(value.rounded(.towardZero)))
    }

    // MARK: - Reading

    /// `int(text, base)`; nil when the text is no such number.
    /// - Throws: `ValueError` beyond the limit of digits.
    package static func parse(_ text: StrObject, base: Int, _ interpreter: Interpreter) throws(Raised) -> Value? {
        let stripped = text.stripped(nil, left: true, right: true)
        var units: [UInt8] = []
        units.reserveCapacity(stripped.count)
        for index in 0..<stripped.count {
            let unit = stripped[index]
            if unit < 128 {
                units.append(UInt8(unit))
            } else if let digit = UnicodeTable.decimal(unit) {
                units.append(UInt8(48 + digit))
            } else {
                return nil
            }
        }
        return try parse(units[...], base: base, interpreter)
    }

    private static func parse(_ text: ArraySlice<UInt8>, base: Int, _ interpreter: Interpreter) throws(Raised) -> Value? {
        var text = text
        var base = base
        var isNegative = false
        if let sign = text.first, sign == 43 || sign == 45 {
            isNegative = sign == 45
            text = text.dropFirst()
        }
        var mayBeUnderscore = false
        var mustBeZero = false
        if text.first == 48, text.count >= 2 {
            let prefixed: Int
            switch text[text.startIndex + 1] | 32 {
            case 120: prefixed = 16
            case 111: prefixed = 8
            case 98: prefixed = 2
            default: prefixed = 0
            }
            if prefixed != 0 && (base == 0 || base == prefixed) {
                base = prefixed
                text = text.dropFirst(2)
                mayBeUnderscore = true
            } else if base == 0 {
                mustBeZero = true
            }
        }
        if base == 0 { base = 10 }
        guard let digits = cleanDigits(text, base: base, mayStartWithUnderscore: mayBeUnderscore) else { return nil }
        if mustBeZero, digits.contains(where: { $0 != 0 }) { return nil }
        return try value(of: digits, base: base, isNegative: isNegative, interpreter)
    }

    /// Values of the digits; nil when there are none, a wrong one, or an underscore out of place.
    private static func cleanDigits(_ text: ArraySlice<UInt8>, base: Int, mayStartWithUnderscore: Bool) -> [UInt8]? {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        var lastWasDigit = mayStartWithUnderscore
        for byte in text {
            if byte == 95 {
                guard lastWasDigit else { return nil }
                lastWasDigit = false
                continue
            }
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 97...122: digit = byte - 87
            case 65...90: digit = byte - 55
            default: return nil
            }
            guard digit < base else { return nil }
            digits.append(digit)
            lastWasDigit = true
        }
        return lastWasDigit && !digits.isEmpty ? digits : nil
    }

    private static func value(
        of digits: [UInt8], base: Int, isNegative: Bool, _ interpreter: Interpreter
    ) throws(Raised) -> Value {
        var small = 0
        var fits = true
        for digit in digits {
            let (scaled, overflow) = small.multipliedReportingOverflow(by: base)
            let (sum, overflowToo) = scaled.addingReportingOverflow(Int(digit))
            if overflow || overflowToo {
                fits = false
                break
            }
            small = sum
        }
        if fits { return .int(isNegative ? -small : small) }
        if base & (base - 1) != 0, digits.count > digitLimit {
            throw .value(
                "Exceeds the limit (\(digitLimit) digits) for integer string conversion: value has \(digits.count) digits; "
                    + "use sys.set_int_max_str_digits() to increase the limit")
        }
        try interpreter.charge(steps: digits.count)
        let magnitude = base & (base - 1) == 0 ? bits(digits, base) : combined(digits[...], base)
        return .integer(BigInt(sign: isNegative ? .minus : .plus, magnitude: magnitude))
    }

    private static func bits(_ digits: [UInt8], _ base: Int) -> BigUInt {
        let width = base.trailingZeroBitCount
        var words = [UInt](repeating: 0, count: (digits.count * width + 63) / 64)
        for (place, digit) in digits.reversed().enumerated() {
            let bit = place * width
            words[bit >> 6] |= UInt(digit) << UInt(bit & 63)
            let over = bit & 63 + width - 64
            if over > 0, bit >> 6 + 1 < words.count { words[bit >> 6 + 1] |= UInt(digit) >> UInt(width - over) }
        }
        return BigUInt(words: words)
    }

    /// At most a few thousand digits: halves, so that the multiplications are of large numbers.
    private static func combined(_ digits: ArraySlice<UInt8>, _ base: Int) -> BigUInt {
        if digits.count <= 18 / (base > 10 ? 2 : 1) {
            return BigUInt(digits.reduce(UInt(0)) { $0 * UInt(base) + UInt($1) })
        }
        let half = digits.count / 2
        let low = digits.suffix(half)
        return combined(digits.dropLast(half), base) * BigUInt(base).power(half) + combined(low, base)
    }
}
