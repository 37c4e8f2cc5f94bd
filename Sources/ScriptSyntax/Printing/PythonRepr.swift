/// Constants as CPython's `repr` writes them.
enum PythonRepr {
    static func text(of value: ConstantValue) -> String {
        switch value {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .ellipsis: "Ellipsis"
        case .int(let value): String(value)
        case .bigInt(let digits, let radix): decimal(digits, radix: radix)
        case .float(let value): text(of: value)
        case .string(let value): text(of: value.unicodeScalars.map(\.value))
        case .codePoints(let points): text(of: points)
        case .bytes(let bytes): text(of: bytes)
        }
    }

    /// The shortest digits that give the same number; an exponent below 1e-4 and from 1e16.
    static func text(of value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
        let (digits, exponent) = shortestDigits(value.magnitude)
        let sign = value < 0 ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let magnitude = abs(exponent)
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + (magnitude < 10 ? "0" : "")
                + String(magnitude)
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = exponent + 1
        if digits.count <= whole { return sign + digits + String(repeating: "0", count: whole - digits.count) + ".0" }
        return sign + digits.prefix(whole) + "." + digits.dropFirst(whole)
    }

    /// Significant digits and the decimal exponent of the first, taken from Swift's shortest description.
    private static func shortestDigits(_ value: Double) -> (String, Int) {
        var mantissa = Substring(value.description)
        var exponent = 0
        if let mark = mantissa.firstIndex(of: "e") {
            exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
            mantissa = mantissa[..<mark]
        }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts.first ?? ""
        let all = whole + (parts.count > 1 ? parts[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leading)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent + whole.count - 1 - leading)
    }

    static func text(of points: [UInt32]) -> String {
        let quote: UInt32 = points.contains(39) && !points.contains(34) ? 34 : 39
        var text = String.UnicodeScalarView()
        append(quote, to: &text)
        for point in points {
            switch point {
            case quote, 92:
                append(92, to: &text)
                append(point, to: &text)
            case 9: text.append(contentsOf: "\\t".unicodeScalars)
            case 10: text.append(contentsOf: "\\n".unicodeScalars)
            case 13: text.append(contentsOf: "\\r".unicodeScalars)
            case 32...126: append(point, to: &text)
            default:
                if let scalar = Unicode.Scalar(point), isPrintable(scalar) {
                    text.append(scalar)
                } else {
                    text.append(contentsOf: escape(point).unicodeScalars)
                }
            }
        }
        append(quote, to: &text)
        return String(text)
    }

    private static func append(_ point: UInt32, to text: inout String.UnicodeScalarView) {
        if let scalar = Unicode.Scalar(point) { text.append(scalar) }
    }

    private static func escape(_ point: UInt32) -> String {
        let (letter, width) = point < 0x100 ? ("x", 2) : point < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(point, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }

    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 128 { return (32...126).contains(scalar.value) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return NormalForm.isKnownToPython(scalar)
        }
    }

    static func text(of bytes: [UInt8]) -> String {
        let quote: UInt8 = bytes.contains(39) && !bytes.contains(34) ? 34 : 39
        var text = "b" + String(Unicode.Scalar(quote))
        for byte in bytes {
            switch byte {
            case quote, 92: text += "\\" + String(Unicode.Scalar(byte))
            case 9: text += "\\t"
            case 10: text += "\\n"
            case 13: text += "\\r"
            case 32...126: text += String(Unicode.Scalar(byte))
            default: text += escape(UInt32(byte))
            }
        }
        return text + String(Unicode.Scalar(quote))
    }

    /// The digits of an unsigned integer in base ten, by schoolbook arithmetic in limbs of nine digits.
    static func decimal(_ digits: String, radix: Int) -> String {
        if radix == 10 {
            let stripped = digits.drop { $0 == "0" }
            return stripped.isEmpty ? "0" : String(stripped)
        }
        var limbs: [UInt64] = [0]
        for digit in digits.utf8 {
            var carry = UInt64(digit <= 57 ? digit &- 48 : digit &- 87)
            for index in limbs.indices {
                // A limb is below 10^9 and the radix at most 16: far from overflow.
                let value = limbs[index] * UInt64(radix) + carry
                limbs[index] = value % 1_000_000_000
                carry = value / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var text = String(limbs[limbs.count - 1])
        for limb in limbs.dropLast().reversed() {
            let part = String(limb)
            text += String(repeating: "0", count: 9 - part.count) + part
        }
        return text
    }
}
