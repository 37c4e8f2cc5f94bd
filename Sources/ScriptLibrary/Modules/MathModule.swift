import BigInt
import Foundation
import ScriptRuntime

/// `math`.
enum MathModule {
    static var module: NativeModule {
        NativeModule(
            "math", doc: "Mathematical functions of the C standard.",
            functions: plain + integers + sums + parts,
            members: { _ in
                [
                    ("pi", .float(.pi)), ("e", .float(M_E)), ("tau", .float(2 * .pi)), ("inf", .float(.infinity)), ("nan", .float(.nan)),
                ]
            })
    }

    static func domain() -> Raised { .value("math domain error") }
    static func overflow() -> Raised { Raised(.overflowError, "math range error") }

    /// Raises what CPython raises for a result that is no number or infinite although the arguments are finite.
    private static func checked(
        _ result: Double, _ arguments: Double..., canOverflow: Bool = false, _ interpreter: Interpreter
    ) throws(Raised) -> Value {
        if result.isNaN, !arguments.contains(where: \.isNaN) { throw domain() }
        if result.isInfinite, arguments.allSatisfy(\.isFinite) { throw canOverflow ? overflow() : domain() }
        return interpreter.distinct(result)
    }

    private static func one(
        _ name: String, _ doc: String, canOverflow: Bool = false, _ function: @escaping (Double) -> Double
    ) -> Native {
        Native("\(name)(x, /)", doc) { call in
            let x = try call.double(0)
            return try checked(function(x), x, canOverflow: canOverflow, call.interpreter)
        }
    }

    private static func two(
        _ name: String, _ parameters: String, _ doc: String, canOverflow: Bool = false, _ function: @escaping (Double, Double) -> Double
    ) -> Native {
        Native("\(name)(\(parameters), /)", doc) { call in
            let (x, y) = (try call.double(0), try call.double(1))
            return try checked(function(x, y), x, y, canOverflow: canOverflow, call.interpreter)
        }
    }

    // MARK: - Functions of the C library

    private static var plain: [Native] {
        [
            one("acos", "Return the arc cosine (measured in radians) of x.", acos), one("acosh", "Return the inverse hyperbolic cosine of x.", acosh),
            one("asin", "Return the arc sine (measured in radians) of x.", asin), one("asinh", "Return the inverse hyperbolic sine of x.", asinh),
            one("atan", "Return the arc tangent (measured in radians) of x.", atan),
            one("atanh", "Return the inverse hyperbolic tangent of x.", atanh),
            one("cbrt", "Return the cube root of x.", cbrt), one("cos", "Return the cosine of x (measured in radians).", cos),
            one("cosh", "Return the hyperbolic cosine of x.", canOverflow: true, cosh),
            one("erf", "Error function at x.", erf), one("erfc", "Complementary error function at x.", erfc),
            one("exp", "Return e raised to the power of x.", canOverflow: true, exp),
            one("exp2", "Return 2 raised to the power of x.", canOverflow: true, exp2),
            one("expm1", "Return exp(x)-1, exact also for small x.", canOverflow: true, expm1),
            one("fabs", "Return the absolute value of the float x.", fabs),
            one("log1p", "Return the natural logarithm of 1+x (base e).", log1p), one("sin", "Return the sine of x (measured in radians).", sin),
            one("sinh", "Return the hyperbolic sine of x.", canOverflow: true, sinh), one("sqrt", "Return the square root of x.", sqrt),
            one("tan", "Return the tangent of x (measured in radians).", tan), one("tanh", "Return the hyperbolic tangent of x.", tanh),
            one("degrees", "Convert angle x from radians to degrees.") { $0 * (180 / Double.pi) },
            one("radians", "Convert angle x from degrees to radians.") { $0 * (Double.pi / 180) },
            one("gamma", "Gamma function at x.", canOverflow: true, SpecialFunctions.gamma),
            one("lgamma", "Natural logarithm of absolute value of Gamma function at x.", canOverflow: true, SpecialFunctions.logGamma),
            two("atan2", "y, x", "Return the arc tangent (measured in radians) of y/x.", atan2),
            two("copysign", "x, y", "Return a float with the magnitude of x but the sign of y.", copysign),
            two("fmod", "x, y", "Return fmod(x, y), according to platform C.") { x, y in y.isInfinite && x.isFinite ? x : fmod(x, y) },
            two("remainder", "x, y", "Difference between x and the closest integer multiple of y.", remainder),
            Native("nextafter(x, y, /)", "Return the next floating-point value after x towards y.") {
                $0.interpreter.distinct(nextafter(try $0.double(0), try $0.double(1)))
            },
            Native("ulp(x, /)", "Return the value of the least significant bit of the float x.") { call in
                let x = try call.double(0).magnitude
                if x.isNaN || x.isInfinite { return call.interpreter.distinct(x) }
                return .float(x == .greatestFiniteMagnitude ? x - x.nextDown : x.nextUp - x)
            },
            Native("pow(x, y, /)", "Return x**y (x to the power of y).") { call in
                let (x, y) = (try call.double(0), try call.double(1))
                let result = pow(x, y)
                if result.isNaN, !x.isNaN, !y.isNaN { throw domain() }
                if result.isInfinite, x.isFinite, y.isFinite { throw x == 0 ? domain() : overflow() }
                return call.interpreter.distinct(result)
            },
            logarithm("log2", "Return the base 2 logarithm of x.", log2), logarithm("log10", "Return the base 10 logarithm of x.", log10),
            Native("log(x, base=<unset>, /)", "Return the logarithm of x to the given base, e unless given.") { call in
                let value = try logarithm(call, 0, log)
                guard call.has(1) else { return call.interpreter.distinct(value) }
                let base = try logarithm(call, 1, log)
                if base == 0 { throw Raised(.zeroDivisionError, "float division by zero") }
                return call.interpreter.distinct(value / base)
            },
        ]
    }

    private static func logarithm(_ name: String, _ doc: String, _ function: @escaping (Double) -> Double) -> Native {
        Native("\(name)(x, /)", doc) { $0.interpreter.distinct(try logarithm($0, 0, function)) }
    }

    /// Of a float, or of an integer of any size.
    private static func logarithm(_ call: Call, _ index: Int, _ function: (Double) -> Double) throws(Raised) -> Double {
        if case .bigInt(let object) = call.plain(index) {
            if object.value.sign == .minus { throw domain() }
            let x = Interpreter.nearest(object.value.magnitude)
            if x.isFinite { return function(x) }
            // As CPython: a number between a half and one, and a power of two.
            let shift = object.value.magnitude.bitWidth - 128
            let top = Interpreter.nearest(object.value.magnitude >> shift)
            return function(top.significand / 2) + function(2) * Double(Int(top.exponent) + 1 + shift)
        }
        let x = try call.double(index)
        if x.isNaN || x == .infinity { return x }
        if x <= 0 { throw domain() }
        return function(x)
    }

    // MARK: - Integers

    private static var integers: [Native] {
        [
            Native("factorial(n, /)", "Find n!; ValueError if n is negative.") { call in
                let n = try call.interpreter.anyInteger(call[0])
                if n.sign == .minus { throw Raised.value("factorial() not defined for negative values") }
                guard let small = Int(exactly: n) else {
                    throw Raised(.overflowError, "factorial() argument should not exceed 9223372036854775807")
                }
                try call.interpreter.charge(count: small, of: small.bitWidth - small.leadingZeroBitCount)
                return .integer(try call.interpreter.product(from: 1, to: n))
            },
            Native("comb(n, k, /)", "Number of ways to choose k items from n items without repetition and without order.") { call in
                let (n, k) = (try call.interpreter.anyInteger(call[0]), try call.interpreter.anyInteger(call[1]))
                if n.sign == .minus { throw Raised.value("n must be a non-negative integer") }
                if k.sign == .minus { throw Raised.value("k must be a non-negative integer") }
                if k > n { return .int(0) }
                guard let count = Int(exactly: min(k, n - k)) else {
                    throw Raised(.overflowError, "min(n - k, k) must not exceed 9223372036854775807")
                }
                let selections = try falling(n, count, call.interpreter)
                return .integer(try call.interpreter.quotient(selections, call.interpreter.product(from: 1, to: BigInt(count))).quotient)
            },
            Native("perm(n, k=None, /)", "Number of ways to choose k items from n items without repetition and with order.") { call in
                let n = try call.interpreter.anyInteger(call[0])
                let k = call[1].isNone ? n : try call.interpreter.anyInteger(call[1])
                if n.sign == .minus { throw Raised.value("n must be a non-negative integer") }
                if k.sign == .minus { throw Raised.value("k must be a non-negative integer") }
                if k > n { return .int(0) }
                guard let count = Int(exactly: k) else { throw Raised(.overflowError, "k must not exceed 9223372036854775807") }
                return .integer(try falling(n, count, call.interpreter))
            },
            Native("isqrt(n, /)", "Return the integer part of the square root of the input.") { call in
                let n = try call.interpreter.anyInteger(call[0])
                if n.sign == .minus { throw Raised.value("isqrt() argument must be nonnegative") }
                return .integer(try call.interpreter.squareRoot(n))
            },
            Native("gcd(*integers)", "Greatest Common Divisor.") { call in
                var result = BigInt(0)
                for item in call.rest(0) { result = try call.interpreter.commonDivisor(result, call.interpreter.anyInteger(item)) }
                return .integer(result)
            },
            Native("lcm(*integers)", "Least Common Multiple.") { call in
                var result = BigInt(1)
                for item in call.rest(0) {
                    let next = try call.interpreter.anyInteger(item)
                    if next.isZero || result.isZero {
                        result = 0
                        continue
                    }
                    let interpreter = call.interpreter
                    let part = try interpreter.quotient(next, interpreter.commonDivisor(result, next)).quotient
                    result = try interpreter.product(result, part)
                }
                return .integer(BigInt(result.magnitude))
            },
        ]
    }

    /// `n (n-1) ... (n-count+1)`.
    private static func falling(_ n: BigInt, _ count: Int, _ interpreter: Interpreter) throws(Raised) -> BigInt {
        try interpreter.charge(count: count, of: n.magnitude.bitWidth / 8 + 1)
        return try interpreter.product(from: n - BigInt(count) + 1, to: n)
    }

    // MARK: - Sums

    private static var sums: [Native] {
        [
            Native("fsum(seq, /)", "Return an accurate floating point sum of values in the iterable seq.") { call in
                var sum = ExactSum()
                try call.interpreter.forEach(call[0]) { item in
                    try sum.add(call.interpreter.double(item))
                    return true
                }
                return call.interpreter.distinct(try sum.result())
            },
            Native("prod(iterable, /, *, start=1)", "Calculate the product of all the elements in the input iterable.") { call in
                var result = call[1]
                try call.interpreter.forEach(call[0]) { item in
                    result = try call.interpreter.binary(.multiply, result, item)
                    return true
                }
                return result
            },
            Native("hypot(*coordinates)", "Multidimensional Euclidean distance from the origin to a point.") { call in
                call.interpreter.distinct(SpecialFunctions.norm(try call.rest(0).map { try call.interpreter.double($0).magnitude }))
            },
            Native("dist(p, q, /)", "Return the Euclidean distance between two points p and q.") { call in
                let (p, q) = (try call.items(0), try call.items(1))
                guard p.count == q.count else { throw Raised.value("both points must have the same number of dimensions") }
                return call.interpreter.distinct(
                    SpecialFunctions.norm(
                        try zip(p, q).map { try (call.interpreter.double($0) - call.interpreter.double($1)).magnitude }))
            },
        ]
    }

    // MARK: - Parts

    private static func rounding(_ name: String, _ special: Symbol, _ doc: String, _ round: @escaping (Double) -> Double) -> Native {
        Native("\(name)(x, /)", doc) { call in
            switch call.plain(0) {
            case .int, .bool, .bigInt: return .integer(try call.interpreter.anyInteger(call[0]))
            case .float(let value): return try IntText.truncated(value.isFinite ? round(value) : value)
            default:
                if let method = call.interpreter.method(call[0], special) { return try call.interpreter.callMethod(method, call[0]) }
                if name == "trunc" { throw Raised.type("type \(call.interpreter.typeName(of: call[0])) doesn't define __trunc__ method") }
                let value = try call.double(0)
                return try IntText.truncated(value.isFinite ? round(value) : value)
            }
        }
    }

    private static var parts: [Native] {
        [
            rounding("floor", "__floor__", "Return the floor of x as an Integral.") { $0.rounded(.down) },
            rounding("ceil", "__ceil__", "Return the ceiling of x as an Integral.") { $0.rounded(.up) },
            rounding("trunc", "__trunc__", "Truncates the Real x to the nearest Integral toward 0.") { $0.rounded(.towardZero) },
            Native("frexp(x, /)", "Return the mantissa and exponent of x, as pair (m, e).") { call in
                let x = try call.double(0)
                if !x.isFinite || x == 0 { return .tuple([call.interpreter.distinct(x), .int(0)]) }
                var exponent: Int32 = 0
                let mantissa = frexp(x, &exponent)
                return .tuple([.float(mantissa), .int(Int(exponent))])
            },
            Native("ldexp(x, i, /)", "Return x * (2**i).") { call in
                let x = try call.double(0)
                switch call.plain(1) {
                case .int, .bool, .bigInt: break
                default: throw Raised.type("Expected an int as second argument to ldexp.")
                }
                let exponent = Int(clamping: try call.interpreter.anyInteger(call[1]))
                let result = scalbn(x, max(min(exponent, 5000), -5000))
                if result.isInfinite && x.isFinite { throw overflow() }
                return call.interpreter.distinct(result)
            },
            Native("modf(x, /)", "Return the fractional and integer parts of x.") { call in
                let x = try call.double(0)
                if x.isInfinite { return .tuple([.float(copysign(0, x)), .float(x)]) }
                let whole = x.rounded(.towardZero)
                return .tuple([call.interpreter.distinct(x.isNaN ? x : copysign(x - whole, x)), call.interpreter.distinct(whole)])
            },
            Native("isfinite(x, /)", "Return True if x is neither an infinity nor a NaN, and False otherwise.") { .bool(try $0.double(0).isFinite) },
            Native("isinf(x, /)", "Return True if x is a positive or negative infinity, and False otherwise.") { .bool(try $0.double(0).isInfinite) },
            Native("isnan(x, /)", "Return True if x is a NaN (not a number), and False otherwise.") { .bool(try $0.double(0).isNaN) },
            Native("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)", "Determine whether two floating point numbers are close in value.") { call in
                let (a, b) = (try call.double(0), try call.double(1))
                let (relative, absolute) = (try call.double(2), try call.double(3))
                if relative < 0 || absolute < 0 { throw Raised.value("tolerances must be non-negative") }
                if a == b { return .true }
                if a.isInfinite || b.isInfinite { return .false }
                let difference = (b - a).magnitude
                return .bool(difference <= (relative * b).magnitude || difference <= (relative * a).magnitude || difference <= absolute)
            },
        ]
    }
}
