import Foundation
import NeuralNetworks
import ScriptRuntime
import Tensors

extension TensorFunction {
    /// Element by element.
    static var elementwise: [TensorFunction] {
        unary + binary + [
            TensorFunction("round(x, decimals=0)", "To the nearest; halves to even.", method: true) { call in
                let (x, decimals) = (try call.tensor(), try call.int(1))
                if decimals == 0 || !x.dtype.isFloating && decimals > 0 { return try x.rounded() }
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
                var result = x
                if call.has(1) { result = try result.maximum(call.pair(0, 1).1) }
                return call.has(2) ? try result.minimum(call.pair(0, 2).1) : result
            },
            TensorFunction("where(condition, x, y)", "Elements of x where condition is true, else of y.") { call in
                let (x, y) = try call.pair(1, 2)
                return try Tensor.select(call.tensor().converted(to: .bool), x, y)
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
            TensorFunction(values: "allclose(a, b, rtol=1e-05, atol=1e-08)", "Whether |a - b| <= atol + rtol * |b| everywhere.") {
                call in
                let (a, b) = try call.pair(comparing: true)
                let limit = try b.absolute().converted(to: .float64) * call.call.double(2) + call.call.double(3)
                let near = try (a.converted(to: .float64) - b.converted(to: .float64)).absolute().compared(.lessOrEqual, limit)
                return .bool(try near.bits(.or, a.equals(b)).all().truth())
            },
            TensorFunction(values: "array_equal(a, b)", "Whether shapes and elements are equal.") { call in
                let (a, b) = try call.pair(comparing: true)
                return .bool(try a.shape == b.shape && a.equals(b).all().truth())
            },
        ]
    }

    private static var unary: [TensorFunction] {
        [
            one("abs", "The size without the sign.", method: true) { try $0.absolute() },
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
            one("bitwise_invert", "The complement; the opposite of bools.") { try $0.inverted() },
        ]
    }

    private static var binary: [TensorFunction] {
        [
            two("add", "x1 + x2.", .add), two("subtract", "x1 - x2.", .subtract), two("multiply", "x1 * x2.", .multiply),
            two("divide", "x1 / x2; integers give float32.", .trueDivide),
            two("floor_divide", "x1 // x2, rounded down.", .floorDivide),
            two("remainder", "x1 % x2, with the sign of x2.", .modulo), two("power", "x1 ** x2.", .power),
            two("matmul", "x1 @ x2, the matrix product; leading axes broadcast.", .matrixMultiply),
            two("bitwise_and", "x1 & x2.", .and), two("bitwise_or", "x1 | x2.", .or), two("bitwise_xor", "x1 ^ x2.", .xor),
            compare("equal", "==", .equal), compare("not_equal", "!=", .notEqual), compare("less", "<", .less),
            compare("less_equal", "<=", .lessOrEqual), compare("greater", ">", .greater),
            compare("greater_equal", ">=", .greaterOrEqual),
            logical("logical_and", "Whether both elements are true.", .and),
            logical("logical_or", "Whether either element is true.", .or),
            logical("logical_xor", "Whether exactly one element is true.", .exclusiveOr),
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
