package import BigInt
package import ScriptRuntime

/// `round`, `floor`, `ceil` and exact ratios.
package enum Rounding {
    /// `round(value, digits)` of a float: exact in decimal, ties to even.
    package static func round(_ value: Double, digits: Int) throws(Raised) -> Double {
        if !value.isFinite || value == 0 || digits > 323 { return value }
        if digits < -308 { return value < 0 ? -0.0 : 0.0 }
        let result: Double?
        if digits >= 0 {
            result = Double(FloatFormat.text(value, "f", precision: digits))
        } else {
            result = Double(roundedToPower(value, -digits).description).map { value < 0 && $0 == 0 ? -0.0 : $0 }
        }
        guard let result, result.isFinite else { throw Raised(.overflowError, "rounded value too large to represent") }
        return result
    }

    /// To a multiple of 10^power, of a float taken exactly.
    private static func roundedToPower(_ value: Double, _ power: Int) -> BigInt {
        let whole = value.rounded(.towardZero)
        let hasFraction = whole != value
        let unit = BigUInt(10).power(power)
        let (quotient, rest) = BigInt(whole).magnitude.quotientAndRemainder(dividingBy: unit)
        let twice = rest * 2
        let isUp = twice > unit || (twice == unit && (hasFraction || quotient & 1 == 1))
        let magnitude = (isUp ? quotient + 1 : quotient) * unit
        return BigInt(sign: value < 0 ? .minus : .plus, magnitude: magnitude)
    }

    /// `round(value)` of a float: the nearest integer, ties to even.
    package static func round(_ value: Double) throws(Raised) -> Value {
        try IntText.truncated(value.isFinite ? value.rounded(.toNearestOrEven) : value)
    }

    /// `round(value, digits)` of an integer.
    package static func round(_ value: BigInt, digits: BigInt, _ interpreter: Interpreter) throws(Raised) -> Value {
        if digits >= 0 { return .integer(value) }
        guard let power = Int(exactly: -digits), power <= value.magnitude.bitWidth else { return .int(0) }
        let unit = try interpreter.product(of: 10, times: power)
        let (quotient, rest) = try interpreter.quotient(BigInt(value.magnitude), unit)
        let twice = rest * 2
        let isUp = twice > unit || (twice == unit && quotient & 1 == 1)
        let magnitude = try interpreter.product(isUp ? quotient + 1 : quotient, unit)
        return .integer(value.sign == .minus ? -magnitude : magnitude)
    }

    /// A float as a quotient of integers in lowest terms.
    package static func ratio(_ value: Double) throws(Raised) -> (BigInt, BigInt) {
        if value.isInfinite { throw Raised(.overflowError, "cannot convert Infinity to integer ratio") }
        if value.isNaN { throw .value("cannot convert NaN to integer ratio") }
        if value == 0 { return (0, 1) }
        var mantissa = BigInt(value.magnitude.significandBitPattern)
        if value.isNormal { mantissa += BigInt(1) << 52 }
        let exponent = (value.isNormal ? Int(value.exponent) : -1022) - 52
        let shift = min(mantissa.trailingZeroBitCount, max(-exponent, 0))
        mantissa >>= shift
        let power = exponent + shift
        let numerator = power > 0 ? mantissa << power : mantissa
        return (value < 0 ? -numerator : numerator, power < 0 ? BigInt(1) << -power : 1)
    }
}
