public import BigInt
import Foundation

/// `a + b` and its like, for every kind of operand. The VM has its own fast paths for small numbers.
extension Interpreter {
    /// The value of `a op b`.
    public func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value {
        if let result = try number(operation, a, b) { return result }
        switch (a, b) {
        case (.instance, _), (_, .instance), (.host, _), (_, .host):
            if let result = try binaryOfObjects(operation, a, b) { return result }
            let (x, y) = (plain(a), plain(b))
            if Tag.payload(x) != Tag.payload(a) || Tag.payload(y) != Tag.payload(b) {
                if case .host = x { break }
                if case .host = y { break }
                do { return try binary(operation, x, y) } catch {
                    // The message names the classes of the operands themselves.
                    guard case .pending(.typeError, let message, _, _) = error.content else { throw error }
                    if message.hasPrefix("unsupported operand") { throw unsupported(operation.symbol, a, b) }
                    guard message.hasPrefix("can only concatenate") else { throw error }
                    throw .type(message.replacing("(not \"\(typeName(of: y))\")", with: "(not \"\(typeName(of: b))\")"))
                }
            }
            if let result = try sequence(operation, a, b) { return result }
        default:
            if let result = try sequence(operation, a, b) { return result }
            // Methods of built-in classes: `%` of str, operators of library types.
            if let method = type(of: a).lookup(Interpreter.dunder(operation)) {
                let result = try callMethod(method, a, b)
                if !result.isNotImplemented { return result }
            }
            if let method = type(of: b).lookup(Interpreter.reflected(operation)) {
                let result = try callMethod(method, b, a)
                if !result.isNotImplemented { return result }
            }
        }
        if operation == .or, let union = try union(a, b) { return union }
        throw unsupported(operation.symbol, a, b)
    }

    /// The value of `a op= b`: in place where the left operand can.
    public func binaryInPlace(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value {
        switch a {
        case .list(let list):
            if operation == .add {
                try extend(list, b)
                return a
            }
            if operation == .multiply, case .int(let times) = b {
                let result = try repeated(list, times)
                list.swapContents(with: result)
                return a
            }
        case .set(let set) where !set.isFrozen:
            if case .set(let other) = plain(b), try update(set, operation, other) { return a }
        case .dict(let dict):
            if operation == .or {
                try merge(dict, b)
                return a
            }
        case .host(let box):
            if let method = box.type.lookup(Symbol(Interpreter.inPlace(operation))) {
                let result = try callMethod(method, a, b)
                if !result.isNotImplemented { return result }
            }
        case .instance(let instance):
            if let method = instance.type.lookup(Symbol(Interpreter.inPlace(operation))) {
                let result = try callMethod(method, a, b)
                if !result.isNotImplemented { return result }
            }
            // The base part changes, and the instance stays what it is.
            switch (instance.base, operation) {
            case (.list, .add) where instance.type.overrides(.__add__) == nil, (.dict, .or),
                (.set, .or), (.set, .and), (.set, .subtract), (.set, .xor):
                let result = try binaryInPlace(operation, instance.base, b)
                return result.isIdentical(to: instance.base) ? a : result
            case (.list, .multiply):
                guard case .int = plain(b) else { break }
                _ = try binaryInPlace(operation, instance.base, plain(b))
                return a
            default: break
            }
        default: break
        }
        do { return try binary(operation, a, b) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasPrefix("unsupported operand") else { throw error }
            throw unsupported(operation.symbol + "=", a, b)
        }
    }

    private func unsupported(_ symbol: String, _ a: Value, _ b: Value) -> Raised {
        let shown = symbol == "**" ? "** or pow()" : symbol
        var advice = ""
        if symbol == ">>", case .native(let native) = a, native.owner == nil, native.name == "print" {
            advice = ". Did you mean \"print(<message>, file=<output_stream>)\"?"
        }
        return .type("unsupported operand type(s) for \(shown): '\(typeName(of: a))' and '\(typeName(of: b))'\(advice)")
    }

    /// The value of `-a`, `+a`, `~a`.
    public func unary(_ operation: UnaryOperation, _ a: Value) throws(Raised) -> Value {
        switch (operation, a) {
        case (.negative, .int(let value)):
            let (result, overflow) = (0).subtractingReportingOverflow(value)
            return overflow ? .integer(-BigInt(value)) : .int(result)
        case (.negative, .float(let value)): return .float(-value)
        case (.positive, .int), (.positive, .float), (.positive, .bigInt): return a
        case (.invert, .int(let value)): return .int(~value)
        case (_, .bool(let value)): return try unary(operation, .int(value ? 1 : 0))
        case (.negative, .bigInt(let object)): return .integer(-object.value)
        case (.invert, .bigInt(let object)): return .integer(-object.value - 1)
        case (_, .host(let box)):
            if let object = box.object.asArithmetic,
                let result = try converting({ try object.unary(operation, self) })
            {
                return result
            }
        default: break
        }
        let name: Dunder = operation == .negative ? .__neg__ : operation == .positive ? .__pos__ : .__invert__
        if let method = type(of: a).lookup(name) { return try callMethod(method, a) }
        if case .instance(let instance) = a, !instance.base.isUndefined {
            switch instance.base {
            case .int, .float, .bigInt, .bool, .host: return try unary(operation, instance.base)
            default: break
            }
        }
        throw .type("bad operand type for unary \(operation.symbol): '\(typeName(of: a))'")
    }

    // MARK: - Objects

    private func binaryOfObjects(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
        let typeA = type(of: a)
        let typeB = type(of: b)
        let reflected = Interpreter.reflected(operation)
        var reflectedFirst = false
        if typeA !== typeB, typeB.isSubtype(of: typeA), let own = typeB.lookup(reflected) {
            // A subclass goes first when it has a reflected method of its own.
            if let inherited = typeA.lookup(reflected), inherited.isIdentical(to: own) {
            } else {
                reflectedFirst = true
                let result = try callMethod(own, b, a)
                if !result.isNotImplemented { return result }
            }
        }
        if let method = typeA.lookup(Interpreter.dunder(operation)) {
            let result = try callMethod(method, a, b)
            if !result.isNotImplemented { return result }
        }
        if case .host(let box) = plain(a), let object = box.object.asArithmetic,
            let result = try converting({ try object.binary(operation, b, reflected: false, self) })
        {
            return result
        }
        if !reflectedFirst, typeA !== typeB || !typeA.isScriptClass, let method = typeB.lookup(reflected) {
            let result = try callMethod(method, b, a)
            if !result.isNotImplemented { return result }
        }
        if case .host(let box) = plain(b), let object = box.object.asArithmetic,
            let result = try converting({ try object.binary(operation, a, reflected: true, self) })
        {
            return result
        }
        return nil
    }

    static func dunder(_ operation: BinaryOperation) -> Dunder {
        switch operation {
        case .add: .__add__
        case .subtract: .__sub__
        case .multiply: .__mul__
        case .matrixMultiply: .__matmul__
        case .trueDivide: .__truediv__
        case .floorDivide: .__floordiv__
        case .modulo: .__mod__
        case .power: .__pow__
        case .leftShift: .__lshift__
        case .rightShift: .__rshift__
        case .and: .__and__
        case .or: .__or__
        case .xor: .__xor__
        }
    }

    static func reflected(_ operation: BinaryOperation) -> Dunder {
        switch operation {
        case .add: .__radd__
        case .subtract: .__rsub__
        case .multiply: .__rmul__
        case .matrixMultiply: .__rmatmul__
        case .trueDivide: .__rtruediv__
        case .floorDivide: .__rfloordiv__
        case .modulo: .__rmod__
        case .power: .__rpow__
        case .leftShift: .__rlshift__
        case .rightShift: .__rrshift__
        case .and: .__rand__
        case .or: .__ror__
        case .xor: .__rxor__
        }
    }

    static func inPlace(_ operation: BinaryOperation) -> Dunder {
        switch operation {
        case .add: .__iadd__
        case .subtract: .__isub__
        case .multiply: .__imul__
        case .matrixMultiply: .__imatmul__
        case .trueDivide: .__itruediv__
        case .floorDivide: .__ifloordiv__
        case .modulo: .__imod__
        case .power: .__ipow__
        case .leftShift: .__ilshift__
        case .rightShift: .__irshift__
        case .and: .__iand__
        case .or: .__ior__
        case .xor: .__ixor__
        }
    }
}

// MARK: - Numbers

extension Interpreter {
    /// Arithmetic of two numbers; nil when one of them is none.
    private func number(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
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
        case .add: return .float(x + y)
        case .subtract: return .float(x - y)
        case .multiply: return .float(x * y)
        case .trueDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "float division by zero") }
            return .float(x / y)
        case .floorDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "float floor division by zero") }
            return .float(Interpreter.floorDivide(x, y).quotient)
        case .modulo:
            if y == 0 { throw Raised(.zeroDivisionError, "float modulo") }
            return .float(Interpreter.floorDivide(x, y).remainder)
        case .power: return .float(try Interpreter.power(x, y))
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

    private func integers(_ operation: BinaryOperation, _ x: Int, _ y: Int) throws(Raised) -> Value? {
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
    private static func power(_ x: Int128, _ y: Int128) -> Int128? {
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

    private func shiftLeft(_ x: BigInt, _ y: Int) throws(Raised) -> Value {
        try charge(bytes: y / 8 + x.bitWidth / 8)
        return .integer(x << y)
    }

    private func power(_ x: BigInt, _ y: Int) throws(Raised) -> Value {
        if y < 0 {
            if x == 0 { throw Raised(.zeroDivisionError, "0.0 cannot be raised to a negative power") }
            return .float(try Interpreter.power(Interpreter.double(x), Double(y)))
        }
        if let small = Int(exactly: x), small.magnitude <= 1 {
            return .int(small == -1 && y % 2 == 0 ? 1 : y == 0 ? 1 : small)
        }
        try chargePower(x.bitWidth, y)
        return .integer(x.power(y))
    }

    /// Work and memory of a power before it is computed: the work grows with the square of the digits.
    private func chargePower(_ bits: Int, _ exponent: Int) throws(Raised) {
        let (size, overflow) = bits.multipliedReportingOverflow(by: exponent)
        if overflow { throw Raised(.memoryError, "") }
        try charge(bytes: size / 8)
        let words = size / 64
        let (work, tooMuch) = words.multipliedReportingOverflow(by: words)
        if tooMuch || work > Interpreter.largestWork {
            throw Raised(.overflowError, "the result would have \(size * 3 / 10) digits, which is more than this language computes")
        }
        try charge(steps: work / 64)
    }

    /// Elementary steps that one operation may take before nobody could interrupt it any more (seconds).
    private static let largestWork = 10_000_000_000

    private func bigIntegers(_ operation: BinaryOperation, _ x: BigInt, _ y: BigInt) throws(Raised) -> Value? {
        let words = (x.bitWidth / 64 + 1, y.bitWidth / 64 + 1)
        switch operation {
        case .add: return .integer(x + y)
        case .subtract: return .integer(x - y)
        case .multiply:
            try charge(bytes: (words.0 + words.1) * 8)
            try chargeWork(words.0, words.1)
            return .integer(x * y)
        case .matrixMultiply: return nil
        case .trueDivide:
            if y == 0 { throw Raised(.zeroDivisionError, "division by zero") }
            return .float(try Interpreter.trueDivide(x, y))
        case .floorDivide, .modulo:
            if y == 0 {
                let message = operation == .modulo ? "integer modulo by zero" : "integer division or modulo by zero"
                throw Raised(.zeroDivisionError, message)
            }
            try chargeWork(words.0, words.1)
            let (quotient, remainder) = Interpreter.floorDivide(x, y)
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

    private func chargeWork(_ a: Int, _ b: Int) throws(Raised) {
        let (work, overflow) = a.multipliedReportingOverflow(by: b)
        if overflow || work > Interpreter.largestWork { throw Raised(.overflowError, "too many digits in integer") }
        if work > 64 { try charge(steps: work / 64) }
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

// MARK: - Sequences and sets

extension Interpreter {
    private func sequence(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
        switch operation {
        case .add: return try concatenate(a, b)
        case .multiply:
            if let times = try repetition(b, a) { return try repeated(a, times) }
            if let times = try repetition(a, b) { return try repeated(b, times) }
            return nil
        case .and, .or, .xor, .subtract:
            if case .set(let x) = a, case .set(let y) = b { return .set(try combine(operation, x, y)) }
            if operation == .or, case .dict(let x) = a, case .dict(let y) = b {
                let result = x.copy()
                try merge(result, .dict(y))
                return .dict(result)
            }
            return nil
        default: return nil
        }
    }

    private func concatenate(_ a: Value, _ b: Value) throws(Raised) -> Value? {
        switch (a, b) {
        case (.str(let x), .str(let y)):
            try charge(bytes: x.count + y.count)
            return .str(x + y)
        case (.list(let x), .list(let y)):
            try charge(count: x.count + y.count, of: 16)
            let result = ListObject(capacity: x.count + y.count)
            for index in 0..<x.count { result.append(copying: x.storage + index) }
            for index in 0..<y.count { result.append(copying: y.storage + index) }
            return .list(result)
        case (.tuple(let x), .tuple(let y)):
            try charge(count: x.count + y.count, of: 16)
            return .tuple(TupleObject(x, y))
        case (.bytes(let x), .bytes(let y)):
            try charge(bytes: x.count + y.count)
            return .bytes(BytesObject(x.bytes + y.bytes))
        case (.str, _): throw .type("can only concatenate str (not \"\(typeName(of: b))\") to str")
        case (.list, _): throw .type("can only concatenate list (not \"\(typeName(of: b))\") to list")
        case (.tuple, _): throw .type("can only concatenate tuple (not \"\(typeName(of: b))\") to tuple")
        case (.bytes, _): throw .type("can't concat \(typeName(of: b)) to bytes")
        default: return nil
        }
    }

    private func repetition(_ count: Value, _ sequence: Value) throws(Raised) -> Int? {
        switch sequence {
        case .str, .list, .tuple, .bytes: break
        default: return nil
        }
        switch count {
        case .int(let value): return Swift.max(value, 0)
        case .bool(let value): return value ? 1 : 0
        case .bigInt: throw Raised(.overflowError, "cannot fit 'int' into an index-sized integer")
        default:
            guard type(of: count).lookup(.__index__) != nil else {
                throw .type("can't multiply sequence by non-int of type '\(typeName(of: count))'")
            }
            return Swift.max(try index(count), 0)
        }
    }

    private func repeated(_ value: Value, _ times: Int) throws(Raised) -> Value? {
        switch value {
        case .str(let text):
            if text.count.multipliedReportingOverflow(by: times).overflow {
                throw Raised(.overflowError, "repeated string is too long")
            }
            try charge(count: times, of: text.count * text.width)
            return .str(text.repeated(times))
        case .list(let list): return .list(try repeated(list, times))
        case .tuple(let tuple):
            try charge(count: times, of: tuple.count * 16)
            try requireRoom(times * tuple.count * 16)
            return .tuple(TupleObject(Interpreter.repeated(tuple.items, times)))
        case .bytes(let bytes):
            if bytes.count.multipliedReportingOverflow(by: times).overflow {
                throw Raised(.overflowError, "repeated bytes are too long")
            }
            try charge(count: times, of: bytes.count)
            return .bytes(BytesObject(Interpreter.repeated(bytes.bytes, times)))
        default: return nil
        }
    }

    /// Doubled again and again: a few copies of large runs. The product of the counts must not overflow.
    private static func repeated<Element>(_ items: [Element], _ times: Int) -> [Element] {
        if times <= 0 || items.isEmpty { return [] }
        let total = items.count * times
        var result = items
        result.reserveCapacity(total)
        while result.count <= total - result.count { result += result }
        result += result.prefix(total - result.count)
        return result
    }

    private func repeated(_ list: ListObject, _ times: Int) throws(Raised) -> ListObject {
        let times = Swift.max(times, 0)
        try charge(count: times, of: list.count * 16)
        let result = ListObject(capacity: times * list.count)
        if list.count == 0 { return result }
        var next = result.storage
        for _ in 0..<times {
            for index in 0..<list.count {
                next.copy(from: list.storage + index)
                next += 1
            }
        }
        result.count = times * list.count
        return result
    }

    /// `list.extend`: takes all items of an iterable, also of the list itself.
    public func extend(_ list: ListObject, _ iterable: Value) throws(Raised) {
        switch iterable {
        case .list(let other):
            let count = other.count
            try charge(count: count, of: 16)
            track(list)
            try requireRoom(for: list.grownCapacity(list.count + count), of: MemoryLayout<Value>.stride)
            list.reserve(count)
            for index in 0..<count { list.append(copying: other.storage + index) }
        case .tuple(let other):
            try charge(count: other.count, of: 16)
            track(list)
            try requireRoom(for: list.grownCapacity(list.count + other.count), of: MemoryLayout<Value>.stride)
            list.reserve(other.count)
            for index in 0..<other.count { list.append(copying: other.storage + index) }
        default:
            track(list)
            try checkLength(iterable)
            let iterator = try iterate(iterable)
            try askLength(iterable)
            while let item = try next(iterator) {
                try charge(steps: 1)
                try charge(bytes: 16)
                try requireRoom(in: list)
                list.append(item)
            }
        }
    }

    /// `dict.update` with a mapping, or an iterable of pairs.
    public func merge(_ dict: DictObject, _ other: Value) throws(Raised) {
        if case .dict(let source) = plain(other) {
            var number = 0
            let count = source.count
            while let entry = source.nextEntry(from: number) {
                number = entry.number + 1
                try set(dict, entry.key, entry.value)
                if source.count != count { throw Raised(.runtimeError, "dict mutated during update") }
            }
            return
        }
        if let keys = try find(other, "keys") {
            for key in try items(of: call(keys)) { try set(dict, key, item(of: other, at: key)) }
            return
        }
        var position = 0
        for pair in try items(of: other) {
            let parts: [Value]
            do { parts = try items(of: pair) } catch {
                guard error.isInstance(of: .typeError, self) else { throw error }
                throw .type("cannot convert dictionary update sequence element #\(position) to a sequence")
            }
            guard parts.count == 2 else {
                throw .value("dictionary update sequence element #\(position) has length \(parts.count); 2 is required")
            }
            try set(dict, parts[0], parts[1])
            position += 1
        }
    }

    /// `a & b`, `a | b`, `a ^ b`, `a - b`; frozen when `a` is.
    public func combine(_ operation: BinaryOperation, _ a: SetObject, _ b: SetObject) throws(Raised) -> SetObject {
        let result = operation == .or ? a.copy(isFrozen: a.isFrozen) : SetObject(isFrozen: a.isFrozen)
        // The hashes are those that the sets keep: no code of the script is asked for them again.
        func keep(_ source: SetObject, whereIn other: SetObject, _ isWanted: Bool) throws(Raised) {
            for (hash, item) in source.hashedItems where try contains(other, item, hash: hash) == isWanted { try insert(result, item, hash: hash) }
        }
        switch operation {
        case .or: for (hash, item) in b.hashedItems { try insert(result, item, hash: hash) }
        case .xor:
            try keep(a, whereIn: b, false)
            try keep(b, whereIn: a, false)
        case .and:
            // As in Python, the smaller one gives the items (of two equal ones: 1 and True), and the right one of two as large.
            let (gives, asked) = b.count <= a.count ? (b, a) : (a, b)
            try keep(gives, whereIn: asked, true)
        default: try keep(a, whereIn: b, false)
        }
        return result
    }

    /// `set op= other`; false for operations that sets do not have.
    private func update(_ set: SetObject, _ operation: BinaryOperation, _ other: SetObject) throws(Raised) -> Bool {
        switch operation {
        case .or: for (hash, item) in other.hashedItems { try insert(set, item, hash: hash) }
        case .and:
            let kept = try combine(.and, set, other).hashedItems
            set.removeAll()
            for (hash, item) in kept { try insert(set, item, hash: hash) }
        case .subtract: for (hash, item) in other.hashedItems { try remove(set, item, hash: hash) }
        case .xor: for (hash, item) in other.hashedItems where try !remove(set, item, hash: hash) { try insert(set, item, hash: hash) }
        default: return false
        }
        return true
    }
}
