import BigInt
import Foundation
package import ScriptRuntime

/// Floats from text, and their hexadecimal form.
package enum FloatParsing {
    /// `float(text)`, nil when the text is no number.
    package static func parse(_ text: StrObject) -> Double? {
        let stripped = text.stripped(nil, left: true, right: true)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stripped.count)
        for index in 0..<stripped.count {
            let unit = stripped[index]
            if unit < 128 {
                bytes.append(UInt8(unit))
            } else if let digit = UnicodeTable.decimal(unit) {
                bytes.append(UInt8(48 + digit))
            } else {
                return nil
            }
        }
        guard let plain = withoutUnderscores(bytes) else { return nil }
        if let special = special(plain) { return special }
        guard isDecimal(plain) else { return nil }
        return Double(String(decoding: plain, as: UTF8.self))
    }

    /// Underscores may stand between digits only.
    private static func withoutUnderscores(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(95) else { return bytes }
        for (index, byte) in bytes.enumerated() where byte == 95 {
            guard index > 0, index + 1 < bytes.count, isDigit(bytes[index - 1]), isDigit(bytes[index + 1]) else { return nil }
        }
        return bytes.filter { $0 != 95 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private static func special(_ bytes: [UInt8]) -> Double? {
        var rest = bytes[...]
        var isNegative = false
        if let sign = rest.first, sign == 43 || sign == 45 {
            isNegative = sign == 45
            rest = rest.dropFirst()
        }
        switch String(decoding: rest, as: UTF8.self).lowercased() {
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        case "nan": return isNegative ? -Double.nan : .nan
        default: return nil
        }
    }

    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            return index - start
        }
        if index < bytes.count, bytes[index] == 43 || bytes[index] == 45 { index += 1 }
        var count = digits()
        if index < bytes.count, bytes[index] == 46 {
            index += 1
            count += digits()
        }
        if count == 0 { return false }
        if index < bytes.count, bytes[index] | 32 == 101 {
            index += 1
            if index < bytes.count, bytes[index] == 43 || bytes[index] == 45 { index += 1 }
            if digits() == 0 { return false }
        }
        return index == bytes.count
    }

    // MARK: - Hexadecimal

    /// `float.hex()`.
    package static func hex(_ value: Double) -> String {
        guard value.isFinite else { return FloatText.repr(value) }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0x0.0p+0" }
        let fraction = String(value.significandBitPattern, radix: 16)
        let padded = String(repeating: "0", count: 13 - fraction.utf8.count) + fraction
        let exponent = value.isNormal ? Int(value.exponent) : -1022
        return "\(sign)0x\(value.isNormal ? 1 : 0).\(padded)p\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    }

    /// `float.fromhex(text)`.
    package static func fromHex(_ text: StrObject) throws(Raised) -> Double {
        let invalid = Raised.value("invalid hexadecimal floating-point string")
        guard text.isASCII else { throw invalid }
        let stripped = text.stripped(.make(" \t\n\r\u{B}\u{C}"), left: true, right: true)
        var bytes = Array(stripped.string.utf8)
        if let special = special(bytes) { return special }
        var isNegative = false
        if let sign = bytes.first, sign == 43 || sign == 45 {
            isNegative = sign == 45
            bytes.removeFirst()
        }
        if bytes.count >= 2, bytes[0] == 48, bytes[1] | 32 == 120 { bytes.removeFirst(2) }
        var mantissa = bytes
        var exponent: [UInt8] = [48]
        if let mark = bytes.firstIndex(where: { $0 | 32 == 112 }) {
            mantissa = Array(bytes[..<mark])
            exponent = Array(bytes[(mark + 1)...])
            let digits = exponent.first == 43 || exponent.first == 45 ? exponent.dropFirst() : exponent[...]
            guard !digits.isEmpty, digits.allSatisfy(isDigit) else { throw invalid }
        }
        let points = mantissa.filter { $0 == 46 }.count
        let digits = mantissa.filter { $0 != 46 }
        guard points <= 1, !digits.isEmpty, digits.allSatisfy({ isDigit($0) || ($0 | 32) &- 97 < 6 }) else { throw invalid }
        if digits.allSatisfy({ $0 == 48 }) { return isNegative ? -0.0 : 0.0 }
        let fraction = mantissa.firstIndex(of: 46).map { mantissa.count - $0 - 1 } ?? 0
        let whole = BigUInt(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
        // Beyond this every number is 0 or infinite, unless the digits say otherwise by their sheer count.
        let given = Int(String(decoding: exponent.drop { $0 == 43 }, as: UTF8.self)) ?? (exponent.first == 45 ? -(1 << 40) : 1 << 40)
        let value = scaled(whole, Swift.max(-(1 << 40), Swift.min(given, 1 << 40)) - 4 * fraction)
        if value.isInfinite { throw Raised(.overflowError, "hexadecimal value too large to represent as a float") }
        return isNegative ? -value : value
    }

    /// `whole * 2 ** exponent`, rounded once, half to even.
    private static func scaled(_ whole: BigUInt, _ exponent: Int) -> Double {
        // The unit in the last place: 53 bits, fewer below the smallest normal number.
        let dropped = Swift.max(whole.bitWidth - 53, -1074 - exponent)
        if dropped <= 0 { return exponent > 1024 ? .infinity : scalbn(Double(UInt64(whole)), exponent) }
        if dropped > whole.bitWidth + 1 { return 0 }
        var kept = UInt64(whole >> dropped)
        let half = BigUInt(1) << (dropped - 1)
        let rest = whole - BigUInt(kept) << dropped
        if rest > half || rest == half && kept & 1 == 1 { kept += 1 }
        let place = exponent + dropped
        return place > 1024 ? .infinity : scalbn(Double(kept), place)
    }
}
