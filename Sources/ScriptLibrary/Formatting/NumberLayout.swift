package import ScriptRuntime

/// A number in parts, ready to be grouped and padded.
struct NumberParts {
    /// `+`, `-`, space, or 0.
    var sign: UInt8 = 0
    /// `0x` and the like.
    var prefix = ""
    /// Digits before the point; only these are grouped.
    var digits: Substring.UTF8View
    /// The point, the digits after it, the exponent, `inf`, `%`.
    var rest: Substring.UTF8View

    /// - Parameter text: as `FloatText` or an integer conversion gives it, with `-` in front of negative numbers.
    init(_ text: String, isInteger: Bool = false, prefix: String = "", spec: FormatSpec) {
        var body = text[...].utf8
        let isNegative = body.first == UInt8(ascii: "-")
        if isNegative { body = body.dropFirst() }
        self.prefix = prefix
        if isInteger {
            digits = body
            rest = body.suffix(0)
        } else {
            digits = body.prefix { $0 >= 48 && $0 <= 57 }
            rest = body.dropFirst(digits.count)
        }
        if isNegative {
            sign = UInt8(ascii: "-")
        } else if spec.sign == 43 || spec.sign == 32 {
            sign = UInt8(spec.sign)
        }
    }
}

extension FormatSpec {
    /// Groups, pads and joins.
    func layOut(_ parts: NumberParts, _ interpreter: Interpreter) throws -> StrObject {
        let fixed = (parts.sign == 0 ? 0 : 1) + parts.prefix.utf8.count + parts.rest.count
        let width = self.width ?? 0
        let minimum = fill == 48 && align == 61 ? max(width - fixed, 0) : 0
        try interpreter.charge(bytes: max(width, parts.digits.count))
        let grouped = parts.digits.isEmpty ? [] : group(Array(parts.digits), minimum: minimum)
        let padding = max(width - fixed - grouped.count, 0)
        let before: Int
        switch Unicode.Scalar(align) {
        case "<", "=": before = 0
        case "^": before = padding / 2
        default: before = padding
        }
        let inside = align == 61 ? padding : 0
        var result = StrBuilder(capacity: fixed + grouped.count + padding)
        result.append(fill, times: before)
        if parts.sign != 0 { result.append(UInt32(parts.sign)) }
        result.append(parts.prefix)
        result.append(fill, times: inside)
        for digit in grouped { result.append(UInt32(digit)) }
        for byte in parts.rest { result.append(UInt32(byte)) }
        result.append(fill, times: padding - before - inside)
        return result.finish()
    }

    /// The digits with a mark between groups, filled with zeros to `minimum` characters (marks included).
    private func group(_ digits: [UInt8], minimum: Int) -> [UInt8] {
        guard grouping != 0 else {
            return [UInt8](repeating: 48, count: max(minimum - digits.count, 0)) + digits
        }
        var reversed: [UInt8] = []
        var remaining = digits.count
        var minimum = minimum
        while true {
            let length = min(groupSize, max(remaining, minimum, 1))
            let taken = max(0, min(remaining, length))
            reversed += digits[(remaining - taken)..<remaining].reversed()
            reversed += repeatElement(48, count: length - taken)
            remaining -= taken
            minimum -= length
            if remaining <= 0 && minimum <= 0 { break }
            minimum -= 1
            reversed.append(UInt8(grouping))
        }
        return reversed.reversed()
    }

    /// Pads a text.
    func pad(_ text: StrObject, _ interpreter: Interpreter) throws -> StrObject {
        let padding = max((width ?? 0) - text.count, 0)
        if padding == 0 { return text }
        try interpreter.charge(bytes: padding)
        let before: Int
        switch Unicode.Scalar(align) {
        case ">": before = padding
        case "^": before = padding / 2
        default: before = 0
        }
        var result = StrBuilder(capacity: text.count + padding)
        result.append(fill, times: before)
        result.append(text)
        result.append(fill, times: padding - before)
        return result.finish()
    }
}

extension StrBuilder {
    package mutating func append(_ unit: UInt32, times: Int) {
        if times <= 0 { return }
        if times < 16 {
            for _ in 0..<times { append(unit) }
        } else {
            append(StrObject.character(unit).repeated(times))
        }
    }
}
