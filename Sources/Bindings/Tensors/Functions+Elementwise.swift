import Foundation
import NeuralNetworks
import ScriptRuntime
import Tensors

extension TensorFunction {
    /// Element by element.
    static var elementwise: [TensorFunction] {
        unary + binary + renamed + [
            TensorFunction("round(x, decimals=0)", "To the nearest; halves to even.", method: true) { call in
                let (x, decimals) = (try call.tensor(), try call.int(1))
                if decimals == 0 || x.dtype == .bool || !x.dtype.isFloating && decimals > 0 { return try x.rounded() }
                guard abs(decimals) <= 300 else {
                    throw Raised.value("round: decimals must be from -300 to 300, not \(decimals)")
                }
                let scale = pow(10, Double(abs(decimals)))
                if !x.dtype.isFloating {
                    return try ((x.converted(to: .float64) / scale).rounded() * scale).converted(to: x.dtype)
                }
                return try decimals > 0 ? (x * scale).rounded() / scale : (x / scale).rounded() * scale
            },
            TensorFunction(
                "clip(x, min=None, max=None)", "Between min and max, either of which may be left out or be a tensor.",
                method: true
            ) { call in
                let x = try call.tensor()
                func number(_ index: Int) -> Double? {
                    switch call[index] {
                    case .int(let value): Double(value)
                    case .float(let value): value
                    default: nil
                    }
                }
                if (!call.has(1) || number(1) != nil) && (!call.has(2) || number(2) != nil) {
                    return try x.clipped(from: number(1), to: number(2))
                }
                // A number takes the kind that x and a tensor beside it have together.
                let kind = [1, 2].compactMap { call.engine.asTensor(call[$0]) }.reduce(x.dtype) { $0.promoted(with: $1.dtype) }
                var result = try x.converted(to: kind)
                func limit(_ index: Int) throws -> Tensor { try call.partner(index, of: result) }
                if call.has(1) { result = try result.maximum(limit(1)) }
                return call.has(2) ? try result.minimum(limit(2)) : result
            },
            TensorFunction(
                values: "where(condition, x=None, y=None)",
                "Elements of x where condition is true, else of y. With condition alone the places where it is true, as nonzero."
            ) { call in
                if !call.has(1) && !call.has(2) { return .tuple(try call.tensor().nonzero().map { try call.engine.result($0) }) }
                let (x, y) = try call.pair(1, 2)
                return try call.engine.result(Tensor.select(call.tensor().converted(to: .bool), x, y))
            },
            TensorFunction(
                "nan_to_num(x, nan=0.0, posinf=None, neginf=None)",
                "Numbers in the place of NaN and infinities (None: the greatest and the least number of the dtype)."
            ) { call in
                let x = try call.tensor()
                guard x.dtype.isFloating else { return x }
                let most = x.dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
                let (high, low) = (try call.optionalDouble(2) ?? most, try call.optionalDouble(3) ?? -most)
                let known = try Tensor.select(x.isNaN(), call.call.double(1), x)
                let below = try Tensor.select(known.equals(.infinity), high, known)
                return try Tensor.select(x.equals(-.infinity), low, below)
            },
            TensorFunction(
                "astype(x, dtype)", "The elements as another dtype: fractions are cut off, everything but 0 is true.",
                method: true
            ) { call in
                let x = try call.tensor()
                return try x.converted(to: call.dtype(1, x.dtype))
            },
            TensorFunction(
                "stop_gradient(x)", "The same elements as a constant: no gradient flows through the result.", method: true
            ) {
                try $0.tensor().detached
            },
            TensorFunction("softmax(x, axis=-1)", "exp(x) over its sum along axis.", method: true) {
                try $0.tensor().softmax(axis: $0.int(1))
            },
            TensorFunction("log_softmax(x, axis=-1)", "log(softmax(x)), without the loss of going through it.", method: true) {
                try $0.tensor().logSoftmax(axis: $0.int(1))
            },
            TensorFunction("l2_loss(x)", "Half the sum of squares, ½ Σ x²; its gradient is x.") {
                try $0.tensor().halfSquaredNorm()
            },
            TensorFunction(
                "isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False)",
                "Whether |a - b| <= atol + rtol * |b|, or both are the same infinity, or with equal_nan both NaN.", close),
            TensorFunction(
                values: "allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False)", "Whether isclose is true everywhere."
            ) { call in
                .bool(try close(call).all().truth())
            },
            TensorFunction(values: "array_equal(a, b)", "Whether shapes and elements are equal.") { call in
                let (a, b) = try call.pair(comparing: true)
                return .bool(try a.shape == b.shape && a.equals(b).all().truth())
            },
        ]
    }

    private static func close(_ call: TensorCall) throws -> Tensor {
        let (a, b) = try call.pair(comparing: true)
        let (x, y) = (try a.detached.converted(to: .float64), try b.detached.converted(to: .float64))
        let limit = try y.absolute() * call.call.double(2) + call.call.double(3)
        // An infinite limit would let everything pass.
        let near = try (x - y).absolute().compared(.lessOrEqual, limit).bits(.and, y.isFinite()).bits(.or, a.equals(b))
        return try call.flag(4) ? near.bits(.or, x.isNaN().bits(.and, y.isNaN())) : near
    }

    /// What PyTorch and NumPy know by several names.
    private static var renamed: [TensorFunction] {
        one("asin", "The angle whose sine is x.") { try $0.arcSine() }.also("arcsin")
            + one("acos", "The angle whose cosine is x.") { try $0.arcCosine() }.also("arccos")
            + one("atan", "The angle whose tangent is x.") { try $0.arcTangent() }.also("arctan")
            + one("asinh", "The number whose hyperbolic sine is x.") { try $0.arcSinh() }.also("arcsinh")
            + one("acosh", "The number whose hyperbolic cosine is x.") { try $0.arcCosh() }.also("arccosh")
            + one("atanh", "The number whose hyperbolic tangent is x.") { try $0.arcTanh() }.also("arctanh")
            + one("abs", "The size without the sign.", method: true) { try $0.absolute() }.also("absolute")
            + one("bitwise_invert", "The complement; the opposite of bools.") { try $0.inverted() }.also("invert")
            + two("remainder", "x1 % x2, with the sign of x2.", .modulo).also("mod")
            + two("power", "x1 ** x2.", .power).also("pow")
            + two("bitwise_left_shift", "x1 << x2.", .leftShift).also("left_shift")
            + two("bitwise_right_shift", "x1 >> x2.", .rightShift).also("right_shift")
            + TensorFunction("atan2(x1, x2)", "The angle of the point (x2, x1) in the plane, from -pi to pi.") { call in
                let (a, b) = try call.pair()
                return try a.arcTangent(over: b)
            }.also("arctan2")
    }

    private static var unary: [TensorFunction] {
        [
            one("negative", "The opposite.") { try $0.negated() },
            one("sign", "-1, 0 or 1.") { try $0.sign() },
            one("exp", "e to the power x.", method: true) { try $0.exp() },
            one("expm1", "exp(x) - 1, exact for small x.") { try $0.expm1() },
            one("log", "The natural logarithm.", method: true) { try $0.log() },
            one("log1p", "log(1 + x), exact for small x.") { try $0.log1p() },
            one("log2", "The logarithm to the base 2.") { try $0.log2() },
            one("log10", "The logarithm to the base 10.") { try $0.log10() },
            one("sqrt", "The square root.", method: true) { try $0.squareRoot() },
            one("square", "x times x.") { try $0.squared() },
            one("reciprocal", "1 / x.") { try $0.reciprocal() },
            one("sin", "The sine.") { try $0.sine() },
            one("cos", "The cosine.") { try $0.cosine() },
            one("tan", "The tangent.") { try $0.tangent() },
            one("tanh", "The hyperbolic tangent.", method: true) { try $0.tanh() },
            one("sigmoid", "1 / (1 + exp(-x)).", method: true) { try $0.sigmoid() },
            one("softplus", "log(1 + exp(x)).") { try $0.softplus() },
            one("erf", "The error function.") { try $0.errorFunction() },
            one("relu", "x where it is above 0, else 0.", method: true) { try $0.relu() },
            one("gelu", "x times the normal distribution function of x.") { try $0.gelu() },
            one("floor", "Down to whole numbers.") { try $0.floor() },
            one("ceil", "Up to whole numbers.") { try $0.ceiling() },
            one("trunc", "Towards zero to whole numbers.") { try $0.truncated() },
            one("isnan", "Whether an element is no number.") { try $0.isNaN() },
            one("isfinite", "Whether an element is neither infinite nor NaN.") { try $0.isFinite() },
            one("isinf", "Whether an element is infinite.") { try $0.isInfinite() },
            one("logical_not", "Whether an element is false (0).") { try $0.converted(to: .bool).inverted() },
            one("sinh", "The hyperbolic sine.") { try $0.sinh() },
            one("cosh", "The hyperbolic cosine.") { try $0.cosh() },
            one("silu", "x * sigmoid(x), also called swish.") { try $0.silu() },
            one("deg2rad", "Degrees as radians.") { try $0 * (.pi / 180) },
            one("rad2deg", "Radians as degrees.") { try $0 * (180 / .pi) },
        ]
    }

    private static var binary: [TensorFunction] {
        [
            two("add", "x1 + x2.", .add), two("subtract", "x1 - x2.", .subtract), two("multiply", "x1 * x2.", .multiply),
            two("divide", "x1 / x2; integers give float32.", .trueDivide),
            two("floor_divide", "x1 // x2, rounded down.", .floorDivide),
            two("matmul", "x1 @ x2, the matrix product; leading axes broadcast.", .matrixMultiply),
            two("bitwise_and", "x1 & x2.", .and), two("bitwise_or", "x1 | x2.", .or), two("bitwise_xor", "x1 ^ x2.", .xor),
            compare("equal", "==", .equal), compare("not_equal", "!=", .notEqual), compare("less", "<", .less),
            compare("less_equal", "<=", .lessOrEqual), compare("greater", ">", .greater),
            compare("greater_equal", ">=", .greaterOrEqual),
            logical("logical_and", "Whether both elements are true.", .and),
            logical("logical_or", "Whether either element is true.", .or),
            logical("logical_xor", "Whether exactly one element is true.", .exclusiveOr),
            TensorFunction("hypot(x1, x2)", "sqrt(x1 ** 2 + x2 ** 2), without overflow.") { call in
                let (a, b) = try call.pair()
                return try a.hypotenuse(b)
            },
            TensorFunction("logaddexp(x1, x2)", "log(exp(x1) + exp(x2)), without overflow.") { call in
                let (a, b) = try call.pair()
                return try a.logAddingExp(b)
            },
            TensorFunction("maximum(x1, x2)", "The greater of each pair; NaN wins.") { call in
                let (a, b) = try call.pair()
                return try a.maximum(b)
            },
            TensorFunction("minimum(x1, x2)", "The smaller of each pair; NaN wins.") { call in
                let (a, b) = try call.pair()
                return try a.minimum(b)
            },
        ]
    }

    private static func one(
        _ name: String, _ doc: String, method: Bool = false, _ operation: @escaping (Tensor) throws -> Tensor
    ) -> TensorFunction {
        TensorFunction("\(name)(x)", doc, method: method) { try operation($0.tensor()) }
    }

    private static func two(_ name: String, _ doc: String, _ operation: BinaryOperation) -> TensorFunction {
        TensorFunction("\(name)(x1, x2)", doc) { call in
            let (a, b) = try call.pair()
            return try TensorObject.apply(operation, a, b)
        }
    }

    private static func compare(_ name: String, _ symbol: String, _ comparison: Comparison) -> TensorFunction {
        TensorFunction("\(name)(x1, x2)", "Whether x1 \(symbol) x2.") { call in
            let (a, b) = try call.pair(comparing: true)
            return try a.compared(comparison, b)
        }
    }

    private static func logical(_ name: String, _ doc: String, _ operation: BitOperation) -> TensorFunction {
        TensorFunction("\(name)(x1, x2)", doc) { call in
            try call.tensor(0).converted(to: .bool).bits(operation, call.tensor(1).converted(to: .bool))
        }
    }
}
