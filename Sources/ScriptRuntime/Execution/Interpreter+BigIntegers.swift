public import BigInt
import Foundation

/// Arithmetic of ints of any size, charged by the work that it takes.
extension Interpreter {
    func shiftLeft(_ x: BigInt, _ y: Int) throws(Raised) -> Value {
        try charge(bytes: y / 8 + x.bitWidth / 8)
        return .integer(x << y)
    }

    func power(_ x: BigInt, _ y: Int) throws(Raised) -> Value {
        if y < 0 {
            if x == 0 { throw Raised(.zeroDivisionError, "0.0 cannot be raised to a negative power") }
            return .float(try Interpreter.power(Interpreter.double(x), Double(y)))
        }
        if let small = Int(exactly: x), small.magnitude <= 1 {
            return .int(small == -1 && y % 2 == 0 ? 1 : y == 0 ? 1 : small)
        }
        try chargePower(x.bitWidth, y)
        return .integer(try product(of: x, times: y))
    }

    /// Memory of a power, before it is computed.
    private func chargePower(_ bits: Int, _ exponent: Int) throws(Raised) {
        let (size, overflow) = bits.multipliedReportingOverflow(by: exponent)
        if overflow { throw Raised(.memoryError, "") }
        try charge(bytes: size / 8)
        if size > Interpreter.longestPower {
            throw Raised(.overflowError, "the result would have \(size * 3 / 10) digits, which is more than this language computes")
        }
    }

    /// Bits: some seconds of work.
    private static let longestPower = 1 << 27

    func bigIntegers(_ operation: BinaryOperation, _ x: BigInt, _ y: BigInt) throws(Raised) -> Value? {
        switch operation {
        case .add: return .integer(x + y)
        case .subtract: return .integer(x - y)
        case .multiply:
            return .integer(try product(x, y))
        case .matrixMultiply: return nil
        case .trueDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "division by zero") }
            return .float(try Interpreter.trueDivide(x, y))
        case .floorDivide, .modulo:
            if y == 0 {
                let message = operation == .modulo ? "integer modulo by zero" : "integer division or modulo by zero"
                throw Raised(.zeroDivisionError, message)
            }
            let (quotient, remainder) = try flooredQuotient(x, y)
            return .integer(operation == .floorDivide ? quotient : remainder)
        case .power:
            guard let exponent = Int(exactly: y) else {
                if let small = Int(exactly: x), small.magnitude <= 1 { return .int(small == -1 && y % 2 == 0 ? 1 : small) }
                if y.sign == .minus { return .float(try Interpreter.power(Interpreter.double(x), Interpreter.double(y))) }
                throw Raised(.memoryError, "")
            }
            return try power(x, exponent)
        case .and, .or, .xor: return .integer(Interpreter.bitwise(operation, x, y))
        case .leftShift, .rightShift:
            if y.sign == .minus { throw .value("negative shift count") }
            guard let count = Int(exactly: y) else {
                if operation == .rightShift { return .int(x.sign == .minus ? -1 : 0) }
                if x == 0 { return .int(0) }
                throw Raised(.overflowError, "too many digits in integer")
            }
            if operation == .leftShift { return try shiftLeft(x, count) }
            // The floor, also of negative numbers: -1 - ((-1 - x) >> count).
            return .integer(x.sign == .minus ? -1 - BigInt((x.magnitude - 1) >> count) : x >> count)
        }
    }

    /// `&`, `|`, `^` of two's complements: a negative number is `~m` for an `m` that is not.
    private static func bitwise(_ operation: BinaryOperation, _ x: BigInt, _ y: BigInt) -> BigInt {
        let (isXNegative, isYNegative) = (x.sign == .minus && !x.isZero, y.sign == .minus && !y.isZero)
        let a = isXNegative ? x.magnitude - 1 : x.magnitude
        let b = isYNegative ? y.magnitude - 1 : y.magnitude
        // Of a and b, or of their complements: only a result that is not negative can be computed with magnitudes.
        func without(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a - (a & b) }
        let (bits, isNegative): (BigUInt, Bool) =
            switch (operation, isXNegative, isYNegative) {
            case (.and, false, false): (a & b, false)
            case (.and, false, true): (without(a, b), false)
            case (.and, true, false): (without(b, a), false)
            case (.and, true, true): (a | b, true)
            case (.or, false, false): (a | b, false)
            case (.or, false, true): (without(b, a), true)
            case (.or, true, false): (without(a, b), true)
            case (.or, true, true): (a & b, true)
            default: (a ^ b, isXNegative != isYNegative)
            }
        return isNegative ? -BigInt(bits) - 1 : BigInt(bits)
    }

    /// `x // y` and `x % y`, rounded down; `y` is not 0.
    public static func floorDivide(_ x: BigInt, _ y: BigInt) -> (quotient: BigInt, remainder: BigInt) {
        let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
        if remainder != 0 && (remainder.sign == .minus) != (y.sign == .minus) { return (quotient - 1, remainder + y) }
        return (quotient, remainder)
    }

    /// Correctly rounded quotient of two integers.
    static func trueDivide(_ x: BigInt, _ y: BigInt) throws(Raised) -> Double {
        if x == 0 { return y.sign == .minus ? -0.0 : 0 }
        let isNegative = (x.sign == .minus) != (y.sign == .minus)
        let (a, b) = (x.magnitude, y.magnitude)
        // A quotient of 66 or 67 bits, its last bit sticky, rounds to the right double.
        let shift = 66 - (a.bitWidth - b.bitWidth)
        var (quotient, rest) =
            shift >= 0
            ? (a << shift).quotientAndRemainder(dividingBy: b)
            : a.quotientAndRemainder(dividingBy: b << -shift)
        // Subnormal results have fewer bits: drop them before rounding.
        let exponent = quotient.bitWidth - shift
        var scale = -shift
        let spare = -1074 - scale - 1
        if exponent < -1021, spare > 0 {
            let mask = (BigUInt(1) << spare) - 1
            if quotient & mask != 0 { rest = 1 }
            quotient >>= spare
            scale += spare
        }
        if rest != 0 { quotient |= 1 }
        let rounded = exponent < -1021 ? Double(Int(roundToEven(quotient))) : nearest(quotient)
        let result = exponent < -1021 ? scalbn(rounded, Int32(clamping: scale + 1)) : scalbn(rounded, Int32(clamping: scale))
        if result.isInfinite { throw Raised(.overflowError, "integer division result too large for a float") }
        return isNegative ? -result : result
    }

    /// Drops the last bit, which may be sticky: half goes to even.
    private static func roundToEven(_ value: BigUInt) -> BigUInt {
        // The last two bits are the half and what is sticky below it, folded into one.
        let half = value & 1
        let whole = value >> 1
        if half == 0 { return whole }
        return whole & 1 == 1 ? whole + 1 : whole
    }
}
