import Foundation

/// How Python writes a float: the conversions `e f g r` at any precision.
package enum FloatFormat {
    /// What a conversion may be asked for besides its precision.
    package struct Options: OptionSet {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        /// Always a point, and trailing zeros in `g`.
        package static let alternate = Options(rawValue: 1)
        /// `1` becomes `1.0`.
        package static let addPointZero = Options(rawValue: 2)
        /// `-0.00` becomes `0.00`.
        package static let noNegativeZero = Options(rawValue: 4)
    }

    /// - Parameter conversion: one of `e E f F g G r`.
    /// - Parameter precision: digits after the point for `e` and `f`, significant ones for `g`, unused for `r`.
    package static func text(_ value: Double, _ conversion: Unicode.Scalar, precision: Int, options: Options = []) -> String {
        let isUpper = conversion == "E" || conversion == "F" || conversion == "G"
        guard value.isFinite else {
            let name = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
            return isUpper ? name.uppercased() : name
        }
        var body: String
        switch conversion {
        case "f", "F": body = fixed(value.magnitude, precision, options)
        case "e", "E": body = exponential(Digits(value.magnitude, significant: precision + 1), options)
        case "g", "G": body = general(value.magnitude, precision, options)
        default: body = layOut(Digits(shortest: value.magnitude), exponentFrom: 16, minimumDigits: 0, options)
        }
        if isUpper { body = body.uppercased() }
        if value.sign == .minus, !(options.contains(.noNegativeZero) && isZero(body)) { body = "-" + body }
        return body
    }
}

// MARK: - Implementation

/// Decimal digits of a finite, non-negative number: 0.d1d2d3... × 10^point.
private struct Digits {
    var digits: [UInt8]
    var point: Int

    /// The fewest digits that give the number back.
    init(shortest value: Double) { self.init(parsing: value.description.utf8) }

    /// Correctly rounded to a number of significant digits (at least one).
    init(_ value: Double, significant: Int) {
        let most = FloatFormat.mostDigits
        let text = FloatFormat.printed("%.*e", min(max(significant, 1) - 1, most), value)
        self.init(parsing: text.utf8, keepingZeros: true)
        if significant - 1 > most { digits += repeatElement(48, count: significant - 1 - most) }
    }

    private init(parsing text: String.UTF8View, keepingZeros: Bool = false) {
        var digits: [UInt8] = []
        var point = 0
        var isAfterPoint = false
        var exponent = 0
        var exponentSign = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if exponentSign != 0 {
                    exponent = exponent * 10 + Int(byte - 48)
                } else {
                    digits.append(byte)
                    if !isAfterPoint { point += 1 }
                }
            case UInt8(ascii: "."): isAfterPoint = true
            case UInt8(ascii: "e"): exponentSign = 1
            case UInt8(ascii: "-"): exponentSign = -1
            default: break
            }
        }
        self.point = point + exponentSign * exponent
        self.digits = digits
        if !keepingZeros {
            let zeros = digits.prefix { $0 == 48 }.count
            self.digits.removeFirst(zeros)
            self.point -= zeros
            while self.digits.last == 48 { self.digits.removeLast() }
        }
        // Python counts the digit of zero as one before the point.
        if self.digits.allSatisfy({ $0 == 48 }) {
            if self.digits.isEmpty { self.digits = [48] }
            self.point = 1
        }
    }
}

extension FloatFormat {
    /// Digits that a double may have; those of a higher precision are zeros.
    fileprivate static let mostDigits = 1_100

    /// The C library's conversion, which is exact at every precision; `precision` is at most `mostDigits`.
    fileprivate static func printed(_ format: String, _ precision: Int, _ value: Double) -> String {
        withVaList([Int32(clamping: precision), value]) { arguments in
            let size = 330 + max(precision, 0)
            return String(unsafeUninitializedCapacity: size) { buffer in
                // The buffer has `size` bytes, and vsnprintf writes no more than it is told.
                buffer.withMemoryRebound(to: CChar.self) { Int(vsnprintf($0.baseAddress, size, format, arguments)) }
            }
        }
    }

    private static func isZero(_ body: String) -> Bool {
        for byte in body.utf8 {
            if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") { break }
            if byte >= 49 && byte <= 57 { return false }
        }
        return true
    }

    private static func fixed(_ value: Double, _ precision: Int, _ options: Options) -> String {
        let text =
            printed("%.*f", min(precision, mostDigits), value) + String(repeating: "0", count: max(precision - mostDigits, 0))
        return precision == 0 && options.contains(.alternate) ? text + "." : text
    }

    private static func exponential(_ number: Digits, _ options: Options) -> String {
        var bytes: [UInt8] = []
        bytes.append(number.digits[0])
        if number.digits.count > 1 || options.contains(.alternate) { bytes.append(UInt8(ascii: ".")) }
        bytes += number.digits.dropFirst()
        appendExponent(number.point - 1, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func general(_ value: Double, _ precision: Int, _ options: Options) -> String {
        let significant = max(precision, 1)
        var number = Digits(value, significant: significant)
        if !options.contains(.alternate) {
            while number.digits.count > 1, number.digits.last == 48 { number.digits.removeLast() }
        }
        let limit = significant - (options.contains(.addPointZero) ? 1 : 0)
        return layOut(
            number, exponentFrom: limit, minimumDigits: options.contains(.alternate) ? significant : 0, options)
    }

    /// Positional between 1e-4 and `exponentFrom` digits before the point, else with an exponent.
    private static func layOut(_ number: Digits, exponentFrom: Int, minimumDigits: Int, _ options: Options) -> String {
        var bytes: [UInt8] = []
        let digits = number.digits
        let point = number.point
        if point <= -4 || point > exponentFrom {
            return exponential(number, options)
        }
        bytes.reserveCapacity(max(digits.count, point) + 8)
        if point <= 0 {
            bytes += [48, UInt8(ascii: ".")]
            bytes += repeatElement(48, count: -point)
            bytes += digits
        } else if digits.count > point {
            bytes += digits[..<point]
            bytes.append(UInt8(ascii: "."))
            bytes += digits[point...]
        } else {
            bytes += digits
            bytes += repeatElement(48, count: point - digits.count)
            if options.contains(.addPointZero) {
                bytes += [UInt8(ascii: "."), 48]
            } else if options.contains(.alternate) {
                bytes.append(UInt8(ascii: "."))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func appendExponent(_ exponent: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "e"))
        bytes.append(UInt8(ascii: exponent < 0 ? "-" : "+"))
        let text = String(exponent.magnitude)
        if text.utf8.count < 2 { bytes.append(48) }
        bytes += text.utf8
    }
}
