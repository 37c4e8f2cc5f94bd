import Foundation

/// Elements as words of one width.
enum NumberText {
    /// The element of a scalar tensor, as Python's `str` of a NumPy scalar.
    static func scalar(_ tensor: Tensor) -> String {
        switch tensor.dtype {
        case .bool: return tensor.elements(as: Bool.self)[0] ? "True" : "False"
        case .uint8, .int32, .int64: return String(tensor.elements(as: Int64.self)[0])
        case .float32, .float64:
            let digits = FloatDigits(tensor, at: 0)
            guard digits.isFinite else { return digits.special }
            // NumPy's limits since 2.3: float32 has no more than seven digits.
            if digits.isZero || (1e-4..<(tensor.dtype == .float32 ? 1e6 : 1e16)).contains(digits.magnitude) {
                let text = digits.positional(precision: nil)
                return text.hasSuffix(".") ? text + "0" : text
            }
            return digits.scientific(precision: nil, padding: 0)
        }
    }

    /// The elements at `offsets`, padded to columns.
    static func words(_ tensor: Tensor, _ offsets: [Int]) -> [String] {
        switch tensor.dtype {
        case .bool:
            return tensor.withElements { (elements: UnsafeBufferPointer<Bool>) in offsets.map { elements[$0] ? " True" : "False" } }
        case .uint8, .int32, .int64:
            let texts = tensor.withElements { (elements: UnsafeBufferPointer<Int64>) in offsets.map { String(elements[$0]) } }
            let width = texts.reduce(0) { max($0, $1.count) }
            return texts.map { String(repeating: " ", count: width - $0.count) + $0 }
        case .float32: return floats(offsets.map { FloatDigits(tensor, at: $0) }, exponentFrom: 1e6)
        case .float64: return floats(offsets.map { FloatDigits(tensor, at: $0) }, exponentFrom: 1e8)
        }
    }

    private static let precision = 8

    /// - Parameter limit: numbers from here on are written with an exponent, as NumPy does since 2.3 when the kind of element has
    ///   no more digits.
    private static func floats(_ numbers: [FloatDigits], exponentFrom limit: Double) -> [String] {
        let finite = numbers.filter(\.isFinite)
        let sizes = finite.filter { !$0.isZero }.map(\.magnitude)
        let (most, least) = (sizes.max() ?? 1, sizes.min() ?? 1)
        let isScientific = !sizes.isEmpty && (most >= limit || least < 0.0001 || most / least > 1000)
        return isScientific ? scientific(numbers, finite) : positional(numbers, finite)
    }

    private static func positional(_ numbers: [FloatDigits], _ finite: [FloatDigits]) -> [String] {
        let parts = finite.map { halves($0.positional(precision: precision), at: ".") }
        let right = parts.reduce(0) { max($0, $1.after.count) }
        var left = parts.reduce(0) { max($0, $1.before.count) }
        left = widened(left, right, numbers)
        return numbers.map { number in
            guard number.isFinite else { return padded(number.special, to: left + 1 + right) }
            let (before, after) = halves(number.positional(precision: precision), at: ".")
            return padded(before, to: left) + "." + after + String(repeating: " ", count: right - after.count)
        }
    }

    private static func scientific(_ numbers: [FloatDigits], _ finite: [FloatDigits]) -> [String] {
        let texts = finite.map { $0.scientific(precision: precision, padding: 0) }
        let mantissas = texts.map { halves(halves($0, at: "e").before, at: ".") }
        let exponent = texts.reduce(0) { max($0, halves($1, at: "e").after.count - 1) }
        let digits = mantissas.reduce(0) { max($0, $1.after.count) }
        let right = exponent + 2 + digits
        let left = widened(mantissas.reduce(0) { max($0, $1.before.count) }, right, numbers)
        return numbers.map { number in
            guard number.isFinite else { return padded(number.special, to: left + 1 + right) }
            let text = number.scientific(precision: precision, padding: digits, exponentDigits: exponent)
            let before = halves(text, at: ".").before
            return String(repeating: " ", count: max(0, left - before.count)) + text
        }
    }

    /// Room for nan and inf, which may be wider than the numbers before the point.
    private static func widened(_ left: Int, _ right: Int, _ numbers: [FloatDigits]) -> Int {
        let specials = numbers.filter { !$0.isFinite }
        if specials.isEmpty { return left }
        let hasMinus = specials.contains { $0.special == "-inf" }
        let offset = right + 1
        return max(left, 3 - offset, 3 + (hasMinus ? 1 : 0) - offset)
    }

    private static func halves(_ text: String, at mark: Character) -> (before: String, after: String) {
        guard let place = text.firstIndex(of: mark) else { return (text, "") }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

/// A floating element as the shortest decimal digits that give it back, and its exact value for rounding to fewer.
private struct FloatDigits {
    /// The value, exact for both kinds.
    private let value: Double
    /// `d.ddd` times ten to the `exponent`: the digits without the point.
    private let digits: [UInt8]
    let exponent: Int
    private let isNegative: Bool

    init(_ tensor: Tensor, at offset: Int) {
        let text: String
        if tensor.dtype == .float32 {
            let number = tensor.float32[offset]
            (value, text) = (Double(number), number.magnitude.description)
        } else {
            let number = tensor.float64[offset]
            (value, text) = (number, number.magnitude.description)
        }
        isNegative = value.sign == .minus
        (digits, exponent) = value.isFinite ? Self.parse(text) : ([], 0)
    }

    var isFinite: Bool { value.isFinite }
    var isZero: Bool { value == 0 }
    var magnitude: Double { value.magnitude }
    var special: String { value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }

    /// `123.45`, with at most `precision` digits after the point and no zeros at the end: `1.`
    func positional(precision: Int?) -> String {
        var (whole, fraction) = ("", "")
        if exponent >= 0 {
            let padded = digits + Array(repeating: 48, count: max(0, exponent + 1 - digits.count))
            whole = String(decoding: padded.prefix(exponent + 1), as: UTF8.self)
            fraction = String(decoding: padded.dropFirst(exponent + 1), as: UTF8.self)
        } else {
            whole = "0"
            fraction = String(repeating: "0", count: -exponent - 1) + String(decoding: digits, as: UTF8.self)
        }
        if let precision, fraction.count > precision {
            // Fewer digits are rounded from the exact value, not from the shortest digits.
            let text = String(format: "%.\(precision)f", value.magnitude)
            let point = text.firstIndex(of: ".") ?? text.endIndex
            (whole, fraction) = (String(text[..<point]), String(text[point...].dropFirst()))
        }
        while fraction.last == "0" { fraction.removeLast() }
        return (isNegative ? "-" : "") + whole + "." + fraction
    }

    /// `1.2345e+05`, with at most `precision` and at least `padding` digits after the point.
    func scientific(precision: Int?, padding: Int, exponentDigits: Int = 2) -> String {
        var (digits, exponent) = (String(decoding: digits, as: UTF8.self), exponent)
        if let precision, digits.count > precision + 1 || digits.count < padding + 1 {
            // Cut off or filled up with the digits of the exact value.
            let text = String(format: "%.\(min(precision, max(padding, digits.count - 1)))e", value.magnitude)
            let mark = text.firstIndex(of: "e") ?? text.endIndex
            digits = text[..<mark].filter { $0 != "." }
            exponent = Int(text[mark...].dropFirst()) ?? exponent
        }
        var fraction = String(digits.dropFirst())
        while fraction.last == "0" { fraction.removeLast() }
        fraction += String(repeating: "0", count: max(0, padding - fraction.count))
        let power = String(exponent.magnitude)
        let zeros = String(repeating: "0", count: max(0, max(2, exponentDigits) - power.count))
        let point = fraction.isEmpty && precision == nil ? "" : "."
        return (isNegative ? "-" : "") + digits.prefix(1) + point + fraction + "e" + (exponent < 0 ? "-" : "+") + zeros + power
    }

    /// Digits and exponent of a positive number that Swift printed: `12.5`, `1e-07`, `0.001`.
    private static func parse(_ text: String) -> ([UInt8], Int) {
        let halves = text.split(separator: "e")
        let mantissa = halves.first ?? "0"
        var exponent = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
        let point = mantissa.firstIndex(of: ".") ?? mantissa.endIndex
        exponent += mantissa.distance(from: mantissa.startIndex, to: point) - 1
        var digits = mantissa.utf8.filter { $0 != 46 }
        while digits.count > 1, digits.first == 48 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.last == 48 { digits.removeLast() }
        return digits == [48] ? (digits, 0) : (digits, exponent)
    }
}
