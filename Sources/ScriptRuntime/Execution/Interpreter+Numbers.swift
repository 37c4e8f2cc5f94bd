import BigInt
import Foundation

/// Arithmetic of ints, floats and bools.
extension Interpreter {
    /// Arithmetic of two numbers; nil when one of them is none.
    func number(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
        switch (a, b) {
        case (.int(let x), .int(let y)): return try integers(operation, x, y)
        case (.float(let x), .float(let y)): return try floats(operation, x, y)
        case (.float(let x), .int(let y)): return try floats(operation, x, Double(y))
        case (.int(let x), .float(let y)): return try floats(operation, Double(x), y)
        case (.bool(let x), .bool(let y)):
            switch operation {
            case .and: return .bool(x && y)
            case .or: return .bool(x || y)
            case .xor: return .bool(x != y)
            default: return try integers(operation, x ? 1 : 0, y ? 1 : 0)
            }
        case (.bool(let x), _): return try number(operation, .int(x ? 1 : 0), b)
        case (_, .bool(let y)): return try number(operation, a, .int(y ? 1 : 0))
        case (.bigInt(let x), .float(let y)): return try floats(operation, Interpreter.double(x.value), y)
        case (.float(let x), .bigInt(let y)): return try floats(operation, x, Interpreter.double(y.value))
        case (.bigInt, _), (_, .bigInt):
            if let x = a.asWide, let y = b.asWide, let result = Interpreter.wideIntegers(operation, x, y) { return result }
            guard let x = a.asBigInt, let y = b.asBigInt else { return nil }
            return try bigIntegers(operation, x, y)
        default: return nil
        }
    }

    private func floats(_ operation: BinaryOperation, _ x: Double, _ y: Double) throws(Raised) -> Value? {
        switch operation {
        case .add: return distinct(x + y)
        case .subtract: return distinct(x - y)
        case .multiply: return distinct(x * y)
        case .trueDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "float division by zero") }
            return distinct(x / y)
        case .floorDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "float floor division by zero") }
            return distinct(Interpreter.floorDivide(x, y).quotient)
        case .modulo:
            if y == 0 { throw Raised(.zeroDivisionError, "float modulo") }
            return distinct(Interpreter.floorDivide(x, y).remainder)
        case .power: return distinct(try Interpreter.power(x, y))
        default: return nil
        }
    }

    /// CPython's `float_divmod`.
    public static func floorDivide(_ x: Double, _ y: Double) -> (quotient: Double, remainder: Double) {
        var remainder = fmod(x, y)
        var quotient = (x - remainder) / y
        if remainder != 0 {
            if (y < 0) != (remainder < 0) {
                remainder += y
                quotient -= 1
            }
        } else {
            remainder = y < 0 ? -0.0 : 0.0
        }
        if quotient != 0 {
            var whole = quotient.rounded(.down)
            if quotient - whole > 0.5 { whole += 1 }
            quotient = whole
        } else {
            quotient = (x / y).sign == .minus ? -0.0 : 0.0
        }
        return (quotient, remainder)
    }

    /// `x ** y` of floats, with Python's exceptions.
    public static func power(_ x: Double, _ y: Double) throws(Raised) -> Double {
        if x == 0 && y < 0 && y.isFinite { throw Raised(.zeroDivisionError, "0.0 cannot be raised to a negative power") }
        if x < 0 && x.isFinite && y.isFinite && y != y.rounded(.down) {
            throw .value("a negative number to a fractional power gives a complex number, which this language does not have")
        }
        let result = pow(x, y)
        if result.isInfinite && x.isFinite && y.isFinite {
            throw Raised(.overflowError, arguments: [.int(34), .str("Numerical result out of range")])
        }
        return result
    }

    func integers(_ operation: BinaryOperation, _ x: Int, _ y: Int) throws(Raised) -> Value? {
        switch operation {
        case .add:
            let (result, overflow) = x.addingReportingOverflow(y)
            return overflow ? .integer(Int128(x) + Int128(y)) : .int(result)
        case .subtract:
            let (result, overflow) = x.subtractingReportingOverflow(y)
            return overflow ? .integer(Int128(x) - Int128(y)) : .int(result)
        case .multiply:
            let (result, overflow) = x.multipliedReportingOverflow(by: y)
            return overflow ? .integer(Int128(x) * Int128(y)) : .int(result)
        case .matrixMultiply: return nil
        case .trueDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "division by zero") }
            if x.magnitude < 1 << 53 && y.magnitude < 1 << 53 { return .float(Double(x) / Double(y)) }
            return .float(try Interpreter.trueDivide(BigInt(x), BigInt(y)))
        case .floorDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "integer division or modulo by zero") }
            if y == -1 { return try integers(.subtract, 0, x) }
            let quotient = x / y
            return .int(x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient)
        case .modulo:
            if y == 0 { throw Raised(.zeroDivisionError, "integer modulo by zero") }
            if y == -1 { return .int(0) }
            let rest = x % y
            return .int(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest)
        case .and: return .int(x & y)
        case .or: return .int(x | y)
        case .xor: return .int(x ^ y)
        case .power: return try power(BigInt(x), y)
        case .leftShift:
            if y < 0 { throw .value("negative shift count") }
            if y < 63, (x << y) >> y == x { return .int(x << y) }
            if x == 0 { return .int(0) }
            return try shiftLeft(BigInt(x), y)
        case .rightShift:
            if y < 0 { throw .value("negative shift count") }
            return .int(x >> y)
        }
    }

    /// Arithmetic in 128 bits; nil when the result may not fit, or needs more care.
    static func wideIntegers(_ operation: BinaryOperation, _ x: Int128, _ y: Int128) -> Value? {
        switch operation {
        case .add:
            let (result, overflow) = x.addingReportingOverflow(y)
            return overflow ? nil : .integer(result)
        case .subtract:
            let (result, overflow) = x.subtractingReportingOverflow(y)
            return overflow ? nil : .integer(result)
        case .multiply:
            let (result, overflow) = x.multipliedReportingOverflow(by: y)
            return overflow ? nil : .integer(result)
        case .floorDivide, .modulo:
            if y == 0 || y == -1 { return nil }
            if operation == .modulo, x >= 0, y > 0, let divisor = UInt64(exactly: y) {
                // What is left of the upper half is less than the divisor: the processor divides the rest in one go.
                let upper = UInt64(truncatingIfNeeded: x >> 64) % divisor
                return .integer(Int128(divisor.dividingFullWidth((upper, UInt64(truncatingIfNeeded: x))).remainder))
            }
            var (quotient, rest) = x.quotientAndRemainder(dividingBy: y)
            if rest != 0, (rest < 0) != (y < 0) {
                quotient -= 1
                rest += y
            }
            return .integer(operation == .modulo ? rest : quotient)
        case .and: return .integer(x & y)
        case .or: return .integer(x | y)
        case .xor: return .integer(x ^ y)
        case .rightShift: return y < 0 || y > 127 ? nil : .integer(x >> y)
        case .leftShift:
            guard y >= 0, y < 127, (x << y) >> y == x else { return nil }
            return .integer(x << y)
        case .power: return power(x, y).map { .integer($0) }
        case .trueDivide, .matrixMultiply: return nil
        }
    }

    /// `x ** y` where 128 bits hold it and all that leads to it.
    static func power(_ x: Int128, _ y: Int128) -> Int128? {
        guard y >= 0, y < 128 else { return nil }
        var (result, base, rest) = (Int128(1), x, UInt8(truncatingIfNeeded: y))
        while true {
            if rest & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: base)
                if overflow { return nil }
                result = product
            }
            rest >>= 1
            if rest == 0 { return result }
            let (square, overflow) = base.multipliedReportingOverflow(by: base)
            if overflow { return nil }
            base = square
        }
    }
}
