import Foundation

/// The elementwise functions of one floating tensor; whole numbers become float32 first.
enum Function: String {
    case exp, expm1, log, log1p, log2, log10, sqrt, square, reciprocal, sin, cos, tan, tanh, sigmoid, softplus, erf, relu, normal, gelu
    case asin, acos, atan, sinh, cosh, asinh, acosh, atanh, silu
}

extension Tensor {
    public func negated() throws -> Tensor {
        try Tape.unary(self) {
            try $0.negate()
        } pullback: { _, _ in
            { try $0.negated() }
        }
    }

    /// The absolute value; its slope at 0 is 0.
    public func absolute() throws -> Tensor {
        try Tape.unary(self) {
            try $0.magnitude()
        } pullback: { x, _ in
            { try $0 * x.sign() }
        }
    }

    /// -1, 0 or 1, of the same kind; NaN stays NaN. A constant for differentiation.
    public func sign() throws -> Tensor {
        switch dtype {
        case .bool, .uint8: return try converted(to: .bool).converted(to: dtype)
        case .int32: return try map("sign") { (x: Int32) in x.signum() }
        case .int64: return try map("sign") { (x: Int64) in x.signum() }
        case .float32: return try map("sign") { (x: Float) in x > 0 ? 1 : x < 0 ? -1 : x }
        case .float64: return try map("sign") { (x: Double) in x > 0 ? 1 : x < 0 ? -1 : x }
        }
    }

    public func exp() throws -> Tensor { try apply(.exp) { _, y in { try $0 * y } } }
    /// exp(x) - 1, exact for small x.
    public func expm1() throws -> Tensor { try apply(.expm1) { _, y in { try $0 * (y + 1) } } }
    public func log() throws -> Tensor { try apply(.log) { x, _ in { try $0 / x } } }
    /// log(1 + x), exact for small x.
    public func log1p() throws -> Tensor { try apply(.log1p) { x, _ in { try $0 / (x + 1) } } }
    public func log2() throws -> Tensor { try apply(.log2) { x, _ in { try $0 / x * (1 / Foundation.log(2.0)) } } }
    public func log10() throws -> Tensor { try apply(.log10) { x, _ in { try $0 / x * (1 / Foundation.log(10.0)) } } }
    public func squareRoot() throws -> Tensor { try apply(.sqrt) { _, y in { try $0 * 0.5 / y } } }
    public func reciprocal() throws -> Tensor { try apply(.reciprocal) { _, y in { try ($0 * y * y).negated() } } }
    public func sine() throws -> Tensor { try apply(.sin) { x, _ in { try $0 * x.cosine() } } }
    public func cosine() throws -> Tensor { try apply(.cos) { x, _ in { try ($0 * x.sine()).negated() } } }
    public func tangent() throws -> Tensor { try apply(.tan) { _, y in { try $0 * (y * y + 1) } } }
    public func tanh() throws -> Tensor { try apply(.tanh) { _, y in { try $0 * (1 - y * y) } } }
    public func arcSine() throws -> Tensor { try apply(.asin) { x, _ in { try $0 / (1 - x * x).squareRoot() } } }
    public func arcCosine() throws -> Tensor { try apply(.acos) { x, _ in { try ($0 / (1 - x * x).squareRoot()).negated() } } }
    public func arcTangent() throws -> Tensor { try apply(.atan) { x, _ in { try $0 / (x * x + 1) } } }
    public func sinh() throws -> Tensor { try apply(.sinh) { x, _ in { try $0 * x.cosh() } } }
    public func cosh() throws -> Tensor { try apply(.cosh) { x, _ in { try $0 * x.sinh() } } }
    public func arcSinh() throws -> Tensor { try apply(.asinh) { x, _ in { try $0 / (x * x + 1).squareRoot() } } }
    public func arcCosh() throws -> Tensor { try apply(.acosh) { x, _ in { try $0 / (x * x - 1).squareRoot() } } }
    public func arcTanh() throws -> Tensor { try apply(.atanh) { x, _ in { try $0 / (1 - x * x) } } }
    public func sigmoid() throws -> Tensor { try apply(.sigmoid) { _, y in { try $0 * y * (1 - y) } } }
    /// log(1 + exp(x)), without overflow.
    public func softplus() throws -> Tensor { try apply(.softplus) { x, _ in { try $0 * x.sigmoid() } } }
    public func errorFunction() throws -> Tensor {
        try apply(.erf) { x, _ in { try $0 * (x * x).negated().exp() * (2 / Double.pi.squareRoot()) } }
    }

    /// Products with itself; whole numbers keep their kind.
    public func squared() throws -> Tensor {
        guard dtype.isFloating else { return try self * self }
        return try apply(.square) { x, _ in { try $0 * x * 2 } }
    }

    /// max(x, 0); its slope at 0 is 0. NaN stays NaN. Whole numbers keep their kind.
    public func relu() throws -> Tensor {
        guard dtype.isFloating else { return try maximum(.zeros([], dtype)) }
        return try apply(.relu) { _, y in { g in try Tensor.select(y.isGreater(than: 0), g, 0) } }
    }

    /// The normal distribution function Φ(x), (1 + erf(x / √2)) / 2, which has its digits on the far left too.
    public func normalDistribution() throws -> Tensor { try apply(.normal) { x, _ in { try $0 * x.normalDensity() } } }

    /// x · Φ(x), with the exact normal distribution function.
    public func gelu() throws -> Tensor {
        try apply(.gelu) { x, _ in { try $0 * (x.normalDistribution() + x * x.normalDensity()) } }
    }

    /// The slope of the normal distribution function.
    private func normalDensity() throws -> Tensor { try (self * self * -0.5).exp() * (1 / (2 * Double.pi).squareRoot()) }

    /// x · sigmoid(x), also called swish.
    public func silu() throws -> Tensor {
        try apply(.silu) { x, _ in
            { g in
                let share = try x.sigmoid()
                return try g * share * (x * (1 - share) + 1)
            }
        }
    }

    /// Down to whole numbers; a constant for differentiation, as are the next three.
    public func floor() throws -> Tensor { try rounded(.down, "floor") }
    public func ceiling() throws -> Tensor { try rounded(.up, "ceil") }
    /// Towards zero.
    public func truncated() throws -> Tensor { try rounded(.towardZero, "trunc") }
    /// To the nearest, halves to even.
    public func rounded() throws -> Tensor { try rounded(.toNearestOrEven, "round") }

    public func isNaN() throws -> Tensor {
        switch dtype {
        case .float32: try map("isnan") { (x: Float) in x.isNaN }
        case .float64: try map("isnan") { (x: Double) in x.isNaN }
        default: try .full(shape, 0, .bool)
        }
    }

    public func isInfinite() throws -> Tensor {
        switch dtype {
        case .float32: try map("isinf") { (x: Float) in x.isInfinite }
        case .float64: try map("isinf") { (x: Double) in x.isInfinite }
        default: try .full(shape, 0, .bool)
        }
    }

    public func isFinite() throws -> Tensor {
        switch dtype {
        case .float32: try map("isfinite") { (x: Float) in x.isFinite }
        case .float64: try map("isfinite") { (x: Double) in x.isFinite }
        default: try .full(shape, 1, .bool)
        }
    }

    /// Between `low` and `high`, either of which may be left out. The slope is 1 from end to end and 0 outside.
    public func clipped(from low: Double?, to high: Double?) throws -> Tensor {
        try Tape.unary(self) { x in
            let raised = try low.map { try x.maximum(x.bound($0)) } ?? x
            return try high.map { try raised.minimum(raised.bound($0)) } ?? raised
        } pullback: { x, _ in
            { g in
                var result = g
                if let low { result = try Tensor.select(x.compared(.less, x.weak(low)), 0, result) }
                if let high { result = try Tensor.select(x.compared(.greater, x.weak(high)), 0, result) }
                return result
            }
        }
    }

    /// A limit as a partner: whole limits keep the kind of whole numbers.
    private func bound(_ value: Double) throws -> Tensor {
        dtype.isFloating || value != value.rounded() ? try weak(value) : try weak(Int(Int64(saturating: value)))
    }
}

// MARK: - Implementation

extension Tensor {
    /// The function of every element.
    @inline(__always)
    func map<Element: TensorElement, Result: TensorElement>(
        _ name: String, _ function: (Element) -> Result
    ) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, Result.dtype, name)
        let (source, target) = (start(of: Element.self), result.start(of: Result.self))
        Parallel.ranges(count, grain: Parallel.elementGrain) { range in
            let (from, to) = (source + range.lowerBound, target + range.lowerBound)
            for index in 0..<range.count { to[index] = function(from[index]) }
        }
        return result
    }

    private func negate() throws -> Tensor {
        switch dtype {
        case .bool: throw TensorError.wrongDType(operation: "-", found: dtype, needed: [.int64, .float32])
        case .uint8: try map("-") { (x: UInt8) in 0 &- x }
        case .int32: try map("-") { (x: Int32) in 0 &- x }
        case .int64: try map("-") { (x: Int64) in 0 &- x }
        case .float32: try map("-") { (x: Float) in -x }
        case .float64: try map("-") { (x: Double) in -x }
        }
    }

    private func magnitude() throws -> Tensor {
        switch dtype {
        case .bool, .uint8: self
        case .int32: try map("abs") { (x: Int32) in x < 0 ? 0 &- x : x }
        case .int64: try map("abs") { (x: Int64) in x < 0 ? 0 &- x : x }
        case .float32: try map("abs") { (x: Float) in x.magnitude }
        case .float64: try map("abs") { (x: Double) in x.magnitude }
        }
    }

    private func rounded(_ rule: FloatingPointRoundingRule, _ name: String) throws -> Tensor {
        switch dtype {
        case .float32: try map(name) { (x: Float) in x.rounded(rule) }
        case .float64: try map(name) { (x: Double) in x.rounded(rule) }
        default: self
        }
    }

    private func apply(
        _ function: Function, _ pullback: (Tensor, Tensor) -> @Sendable (Tensor) throws -> Tensor
    ) throws -> Tensor {
        try Tape.unary(converted(to: dtype.floating)) { x in
            x.dtype == .float32 ? try x.float32(function) : try x.float64(function)
        } pullback: {
            pullback($0, $1)
        }
    }

    private func float32(_ function: Function) throws -> Tensor {
        let name = function.rawValue
        return switch function {
        case .exp: try vectorised(name, Elementwise.exp)
        case .expm1: try map(name) { (x: Float) in expm1f(x) }
        case .log: try vectorised(name, Elementwise.log)
        case .log1p: try map(name) { (x: Float) in log1pf(x) }
        case .log2: try map(name) { (x: Float) in log2f(x) }
        case .log10: try map(name) { (x: Float) in log10f(x) }
        case .sqrt: try map(name) { (x: Float) in x.squareRoot() }
        case .square: try map(name) { (x: Float) in x * x }
        case .reciprocal: try map(name) { (x: Float) in 1 / x }
        case .sin: try map(name) { (x: Float) in sinf(x) }
        case .cos: try map(name) { (x: Float) in cosf(x) }
        case .tan: try map(name) { (x: Float) in tanf(x) }
        case .tanh: try vectorised(name, Elementwise.tanh)
        case .sigmoid: try vectorised(name, Elementwise.sigmoid)
        case .softplus: try map(name) { (x: Float) in (x > 0 ? x : 0) + log1pf(expf(-x.magnitude)) }
        case .erf: try vectorised(name, Elementwise.erf)
        case .relu: try vectorised(name, Elementwise.relu)
        case .normal: try vectorised(name, Elementwise.normal)
        case .gelu: try vectorised(name, Elementwise.gelu)
        case .asin: try map(name) { (x: Float) in asinf(x) }
        case .acos: try map(name) { (x: Float) in acosf(x) }
        case .atan: try map(name) { (x: Float) in atanf(x) }
        case .sinh: try map(name) { (x: Float) in sinhf(x) }
        case .cosh: try map(name) { (x: Float) in coshf(x) }
        case .asinh: try map(name) { (x: Float) in asinhf(x) }
        case .acosh: try map(name) { (x: Float) in acoshf(x) }
        case .atanh: try map(name) { (x: Float) in atanhf(x) }
        case .silu: try map(name) { (x: Float) in x / (1 + expf(-x)) }
        }
    }

    /// A function that the kernels have, over all elements.
    private func vectorised(
        _ name: String, _ function: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, .float32, name)
        function(float32, result.float32, count)
        return result
    }

    private func float64(_ function: Function) throws -> Tensor {
        let name = function.rawValue
        return switch function {
        case .exp: try map(name) { (x: Double) in Foundation.exp(x) }
        case .expm1: try map(name) { (x: Double) in Foundation.expm1(x) }
        case .log: try map(name) { (x: Double) in Foundation.log(x) }
        case .log1p: try map(name) { (x: Double) in Foundation.log1p(x) }
        case .log2: try map(name) { (x: Double) in Foundation.log2(x) }
        case .log10: try map(name) { (x: Double) in Foundation.log10(x) }
        case .sqrt: try map(name) { (x: Double) in x.squareRoot() }
        case .square: try map(name) { (x: Double) in x * x }
        case .reciprocal: try map(name) { (x: Double) in 1 / x }
        case .sin: try map(name) { (x: Double) in Foundation.sin(x) }
        case .cos: try map(name) { (x: Double) in Foundation.cos(x) }
        case .tan: try map(name) { (x: Double) in Foundation.tan(x) }
        case .tanh: try map(name) { (x: Double) in Foundation.tanh(x) }
        case .sigmoid: try map(name) { (x: Double) in 1 / (1 + Foundation.exp(-x)) }
        case .softplus: try map(name) { (x: Double) in (x > 0 ? x : 0) + Foundation.log1p(Foundation.exp(-x.magnitude)) }
        case .erf: try map(name) { (x: Double) in Foundation.erf(x) }
        case .relu: try map(name) { (x: Double) in x < 0 ? 0 : x }
        case .normal: try map(name) { (x: Double) in 0.5 * Foundation.erfc(-x * 0.5.squareRoot()) }
        case .gelu: try map(name) { (x: Double) in 0.5 * x * Foundation.erfc(-x * 0.5.squareRoot()) }
        case .asin: try map(name) { (x: Double) in Foundation.asin(x) }
        case .acos: try map(name) { (x: Double) in Foundation.acos(x) }
        case .atan: try map(name) { (x: Double) in Foundation.atan(x) }
        case .sinh: try map(name) { (x: Double) in Foundation.sinh(x) }
        case .cosh: try map(name) { (x: Double) in Foundation.cosh(x) }
        case .asinh: try map(name) { (x: Double) in Foundation.asinh(x) }
        case .acosh: try map(name) { (x: Double) in Foundation.acosh(x) }
        case .atanh: try map(name) { (x: Double) in Foundation.atanh(x) }
        case .silu: try map(name) { (x: Double) in x / (1 + Foundation.exp(-x)) }
        }
    }
}
