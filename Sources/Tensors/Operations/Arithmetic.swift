import Foundation

/// The elementwise operations of two tensors that give numbers.
enum Arithmetic {
    case add, subtract, multiply, divide, floorDivide, remainder, power, maximum, minimum, arcTangent, hypotenuse

    var name: String {
        switch self {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        case .divide: "/"
        case .floorDivide: "//"
        case .remainder: "%"
        case .power: "**"
        case .maximum: "maximum"
        case .minimum: "minimum"
        case .arcTangent: "atan2"
        case .hypotenuse: "hypot"
        }
    }
}

extension Tensor {
    public func adding(_ other: Tensor) throws -> Tensor {
        try arithmetic(.add, other) { a, b, _, needs in
            { g in [needs.a ? try g.summed(to: a.shape) : nil, needs.b ? try g.summed(to: b.shape) : nil] }
        }
    }

    public func subtracting(_ other: Tensor) throws -> Tensor {
        try arithmetic(.subtract, other) { a, b, _, needs in
            { g in [needs.a ? try g.summed(to: a.shape) : nil, needs.b ? try g.negated().summed(to: b.shape) : nil] }
        }
    }

    public func multiplied(by other: Tensor) throws -> Tensor {
        try arithmetic(.multiply, other) { a, b, _, needs in
            let (left, right) = (a.shape, b.shape)
            let (factor, other) = (needs.a ? b : nil, needs.b ? a : nil)
            return { g in [try factor.map { try (g * $0).summed(to: left) }, try other.map { try (g * $0).summed(to: right) }] }
        }
    }

    /// True division: integers give float32.
    public func divided(by other: Tensor) throws -> Tensor {
        try arithmetic(.divide, other) { a, b, y, needs in
            let left = a.shape
            let quotient = needs.b ? y : nil
            return { g in
                let scaled = try g / b
                return [
                    needs.a ? try scaled.summed(to: left) : nil,
                    try quotient.map { try (scaled * $0).negated().summed(to: b.shape) },
                ]
            }
        }
    }

    /// The quotient rounded down; a constant for differentiation. Integers by zero throw.
    public func floorDivided(by other: Tensor) throws -> Tensor {
        try detached.arithmetic(.floorDivide, other.detached) { _, _, _, _ in { _ in [nil, nil] } }
    }

    /// What is left of `floorDivided`, with the sign of the divisor, as in Python. Integers by zero throw.
    public func remainder(dividingBy other: Tensor) throws -> Tensor {
        try arithmetic(.remainder, other) { a, b, _, needs in
            { g in
                [
                    needs.a ? try g.summed(to: a.shape) : nil,
                    needs.b ? try (g * a.floorDivided(by: b)).negated().summed(to: b.shape) : nil,
                ]
            }
        }
    }

    /// `self` to the power `other`. Negative whole powers of whole numbers throw, as in NumPy.
    public func power(_ other: Tensor) throws -> Tensor {
        try arithmetic(.power, other) { a, b, y, needs in
            { g in
                [
                    needs.a ? try (g * b * a.power(b - 1)).summed(to: a.shape) : nil,
                    // 0 ** b is 0 for every positive b: its slope along b is 0, not 0 · -inf.
                    needs.b ? try (g * y * Tensor.select(a.equals(0), 0, a.log())).summed(to: b.shape) : nil,
                ]
            }
        }
    }

    /// The angle of the point (`other`, `self`) in the plane, from -π to π.
    public func arcTangent(over other: Tensor) throws -> Tensor {
        try arithmetic(.arcTangent, other) { a, b, _, needs in
            { g in
                let scaled = try g / (a * a + b * b)
                return [needs.a ? try (scaled * b).summed(to: a.shape) : nil, needs.b ? try (scaled * a).negated().summed(to: b.shape) : nil]
            }
        }
    }

    /// The length of the hypotenuse over these two sides, √(a² + b²), without overflow.
    public func hypotenuse(_ other: Tensor) throws -> Tensor {
        try arithmetic(.hypotenuse, other) { a, b, y, needs in
            { g in [needs.a ? try (g * a / y).summed(to: a.shape) : nil, needs.b ? try (g * b / y).summed(to: b.shape) : nil] }
        }
    }

    /// log(exp(a) + exp(b)), without overflow.
    public func logAddingExp(_ other: Tensor) throws -> Tensor {
        let common = try Shape.broadcast(shape, other.shape, "logaddexp")
        return try Tensor.stacked([broadcast(to: common), other.broadcast(to: common)]).logSumExp(axes: [0])
    }

    /// The greater of each pair; NaN wins. Equal elements share the gradient.
    public func maximum(_ other: Tensor) throws -> Tensor { try chosen(.maximum, other) }

    /// The smaller of each pair; NaN wins. Equal elements share the gradient.
    public func minimum(_ other: Tensor) throws -> Tensor { try chosen(.minimum, other) }

    private func chosen(_ choice: Arithmetic, _ other: Tensor) throws -> Tensor {
        try arithmetic(choice, other) { a, b, y, needs in
            { g in
                let half = try g * a.equals(b).converted(to: g.dtype) * 0.5
                func share(_ mine: Tensor, _ theirs: Tensor) throws -> Tensor {
                    let wins = try mine.equals(y).converted(to: g.dtype) * mine.differs(theirs).converted(to: g.dtype)
                    return try (g * wins + half).summed(to: mine.shape)
                }
                return [needs.a ? try share(a, b) : nil, needs.b ? try share(b, a) : nil]
            }
        }
    }
}

extension Arithmetic {
    typealias Kernel = (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void

    /// The vector loop for two arrays of one length, where there is one.
    fileprivate var kernel: Kernel? {
        switch self {
        case .add: Elementwise.add
        case .subtract: Elementwise.subtract
        case .multiply: Elementwise.multiply
        case .divide: Elementwise.divide
        default: nil
        }
    }
}

// MARK: - Operators

extension Tensor {
    public static func + (left: Tensor, right: Tensor) throws -> Tensor { try left.adding(right) }
    public static func - (left: Tensor, right: Tensor) throws -> Tensor { try left.subtracting(right) }
    public static func * (left: Tensor, right: Tensor) throws -> Tensor { try left.multiplied(by: right) }
    public static func / (left: Tensor, right: Tensor) throws -> Tensor { try left.divided(by: right) }

    public static func + (left: Tensor, right: Double) throws -> Tensor { try left + left.weak(right) }
    public static func - (left: Tensor, right: Double) throws -> Tensor { try left - left.weak(right) }
    public static func * (left: Tensor, right: Double) throws -> Tensor { try left * left.weak(right) }
    public static func / (left: Tensor, right: Double) throws -> Tensor { try left / left.weak(right) }
    public static func + (left: Double, right: Tensor) throws -> Tensor { try right.weak(left) + right }
    public static func - (left: Double, right: Tensor) throws -> Tensor { try right.weak(left) - right }
    public static func * (left: Double, right: Tensor) throws -> Tensor { try right.weak(left) * right }
    public static func / (left: Double, right: Tensor) throws -> Tensor { try right.weak(left) / right }

    public static func + (left: Tensor, right: Int) throws -> Tensor { try left + left.weak(right) }
    public static func - (left: Tensor, right: Int) throws -> Tensor { try left - left.weak(right) }
    public static func * (left: Tensor, right: Int) throws -> Tensor { try left * left.weak(right) }
    public static func / (left: Tensor, right: Int) throws -> Tensor { try left / left.weak(right) }
    public static func + (left: Int, right: Tensor) throws -> Tensor { try right.weak(left) + right }
    public static func - (left: Int, right: Tensor) throws -> Tensor { try right.weak(left) - right }
    public static func * (left: Int, right: Tensor) throws -> Tensor { try right.weak(left) * right }
    public static func / (left: Int, right: Tensor) throws -> Tensor { try right.weak(left) / right }

    /// A plain fraction as a partner of this tensor: it takes the tensor's kind, integers become float32.
    public func weak(_ value: Double) throws -> Tensor { try .full([], value, dtype.floating) }

    /// A plain whole number as a partner of this tensor: it takes the tensor's kind; bool becomes int64.
    public func weak(_ value: Int) throws -> Tensor {
        if dtype.isFloating { return try .full([], Double(value), dtype) }
        let kind = dtype == .bool ? .int64 : dtype
        let fits: Bool =
            switch kind {
            case .uint8: UInt8(exactly: value) != nil
            case .int32: Int32(exactly: value) != nil
            default: true
            }
        guard fits else {
            throw TensorError.valueOutOfRange(operation: "scalar", value: String(value), rule: "a number that fits \(kind)")
        }
        return try .full([], value, kind)
    }
}

// MARK: - Implementation

extension Tensor {
    private func arithmetic(
        _ operation: Arithmetic, _ other: Tensor,
        _ pullback: (Tensor, Tensor, Tensor, (a: Bool, b: Bool)) -> @Sendable (Tensor) throws -> [Tensor?]
    ) throws -> Tensor {
        var kind = dtype.promoted(with: other.dtype)
        if [.divide, .arcTangent, .hypotenuse].contains(operation) { kind = kind.floating }
        // Python's bool is a number: True + True is 2.
        if kind == .bool && operation != .maximum && operation != .minimum { kind = .int64 }
        let (left, right) = (try converted(to: kind), try other.converted(to: kind))
        return try Tape.binary(left, right) {
            try $0.combined(operation, $1)
        } pullback: {
            pullback($0, $1, $2, $3)
        }
    }

    private func combined(_ operation: Arithmetic, _ other: Tensor) throws -> Tensor {
        let plan = try BroadcastPlan(shape, other.shape, operation.name)
        switch dtype {
        case .bool: return try truths(operation, other, plan)
        case .uint8: return try integers(operation, other, plan, UInt8.self)
        case .int32: return try integers(operation, other, plan, Int32.self)
        case .int64: return try integers(operation, other, plan, Int64.self)
        case .float32:
            if plan.isElementByElement, let kernel = operation.kernel { return try vectorised(kernel, other, plan.shape, operation.name) }
            if let result = try withNumber(operation, other) { return result }
            return try floats(operation, other, plan, Float.self, (powf, atan2f, hypotf))
        case .float64: return try floats(operation, other, plan, Double.self, (Foundation.pow, Foundation.atan2, Foundation.hypot))
        }
    }

    /// Two tensors whose elements go in pairs, by a loop that the kernels have.
    private func vectorised(_ kernel: Arithmetic.Kernel, _ other: Tensor, _ shape: [Int], _ name: String) throws -> Tensor {
        let result = try Tensor.uninitialized(shape, count: count, .float32, name)
        kernel(float32, other.float32, result.float32, count)
        return result
    }

    /// One of the two a single number, by the kernel for scale · x + offset, which gives the same bits.
    private func withNumber(_ operation: Arithmetic, _ other: Tensor) throws -> Tensor? {
        let (x, number, isLeft) = other.count == 1 && other.rank <= rank ? (self, other, false) : (other, self, true)
        guard number.count == 1, number.rank <= x.rank else { return nil }
        let value = number.float32[0]
        let scale: Float, offset: Float
        switch operation {
        case .add: (scale, offset) = (1, value)
        case .subtract: (scale, offset) = isLeft ? (-1, value) : (1, -value)
        // Adding -0 changes nothing, not even the sign of a zero.
        case .multiply: (scale, offset) = (value, -0.0)
        default: return nil
        }
        let result = try Tensor.uninitialized(x.shape, count: x.count, .float32, operation.name)
        Elementwise.scale(x.float32, by: scale, offset: offset, result.float32, x.count)
        return result
    }

    private func floats<Element: TensorElement & BinaryFloatingPoint>(
        _ operation: Arithmetic, _ other: Tensor, _ plan: BroadcastPlan, _: Element.Type,
        _ functions: (power: (Element, Element) -> Element, arcTangent: (Element, Element) -> Element, hypotenuse: (Element, Element) -> Element)
    ) throws -> Tensor {
        let name = operation.name
        switch operation {
        case .add: return try plan.map(self, other, name) { (a: Element, b: Element) in a + b }
        case .subtract: return try plan.map(self, other, name) { (a: Element, b: Element) in a - b }
        case .multiply: return try plan.map(self, other, name) { (a: Element, b: Element) in a * b }
        case .divide: return try plan.map(self, other, name) { (a: Element, b: Element) in a / b }
        case .floorDivide: return try plan.map(self, other, name) { (a: Element, b: Element) in Self.floorQuotient(a, b) }
        case .remainder: return try plan.map(self, other, name) { (a: Element, b: Element) in Self.floorRemainder(a, b) }
        case .power: return try plan.map(self, other, name, functions.power)
        case .arcTangent: return try plan.map(self, other, name, functions.arcTangent)
        case .hypotenuse: return try plan.map(self, other, name, functions.hypotenuse)
        case .maximum: return try plan.map(self, other, name) { (a: Element, b: Element) in a > b || a != a ? a : b }
        case .minimum: return try plan.map(self, other, name) { (a: Element, b: Element) in a < b || a != a ? a : b }
        }
    }

    private func integers<Element: TensorElement & FixedWidthInteger>(
        _ operation: Arithmetic, _ other: Tensor, _ plan: BroadcastPlan, _: Element.Type
    ) throws -> Tensor {
        let name = operation.name
        switch operation {
        case .add: return try plan.map(self, other, name) { (a: Element, b: Element) in a &+ b }
        case .subtract: return try plan.map(self, other, name) { (a: Element, b: Element) in a &- b }
        case .multiply: return try plan.map(self, other, name) { (a: Element, b: Element) in a &* b }
        case .maximum: return try plan.map(self, other, name) { (a: Element, b: Element) in a > b ? a : b }
        case .minimum: return try plan.map(self, other, name) { (a: Element, b: Element) in a < b ? a : b }
        case .divide, .floorDivide, .remainder:
            if other.withElements({ (divisors: UnsafeBufferPointer<Element>) in divisors.contains(0) }) {
                throw TensorError.divisionByZero(operation: name)
            }
            if operation == .remainder {
                return try plan.map(self, other, name) { (a: Element, b: Element) in Self.floorRemainder(a, b) }
            }
            return try plan.map(self, other, name) { (a: Element, b: Element) in Self.floorQuotient(a, b) }
        case .power:
            if other.withElements({ (powers: UnsafeBufferPointer<Element>) in powers.contains { $0 < 0 } }) {
                throw TensorError.valueOutOfRange(
                    operation: name, value: "a negative power of whole numbers", rule: "powers from 0, or float tensors")
            }
            return try plan.map(self, other, name) { (a: Element, b: Element) in Self.wholePower(a, b) }
        case .arcTangent, .hypotenuse: preconditionFailure("\(name) is computed in floating kinds")
        }
    }

    /// Bool keeps its kind only for the choice of the greater or smaller.
    private func truths(_ operation: Arithmetic, _ other: Tensor, _ plan: BroadcastPlan) throws -> Tensor {
        operation == .maximum
            ? try plan.map(self, other, operation.name) { (a: Bool, b: Bool) in a || b }
            : try plan.map(self, other, operation.name) { (a: Bool, b: Bool) in a && b }
    }

    @inline(__always)
    private static func floorQuotient<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
        let (quotient, overflow) = a.dividedReportingOverflow(by: b)
        if overflow { return 0 &- a }
        return (a < 0) != (b < 0) && quotient &* b != a ? quotient &- 1 : quotient
    }

    @inline(__always)
    private static func floorRemainder<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
        let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder &+ b : remainder
    }

    @inline(__always)
    private static func wholePower<Element: FixedWidthInteger>(_ base: Element, _ power: Element) -> Element {
        var (result, factor, rest): (Element, Element, Element) = (1, base, power)
        while rest > 0 {
            if rest & 1 == 1 { result = result &* factor }
            factor = factor &* factor
            rest >>= 1
        }
        return result
    }

    /// Python's rule: the remainder has the divisor's sign, and quotient · divisor + remainder gives back the dividend.
    @inline(__always)
    private static func floorRemainder<Element: BinaryFloatingPoint>(_ a: Element, _ b: Element) -> Element {
        let remainder = a.truncatingRemainder(dividingBy: b)
        if remainder == 0 { return b < 0 ? -0.0 : 0.0 }
        return (remainder < 0) != (b < 0) ? remainder + b : remainder
    }

    @inline(__always)
    private static func floorQuotient<Element: BinaryFloatingPoint>(_ a: Element, _ b: Element) -> Element {
        if b == 0 { return a / b }
        let remainder = a.truncatingRemainder(dividingBy: b)
        var quotient = (a - remainder) / b
        if remainder != 0, (remainder < 0) != (b < 0) { quotient -= 1 }
        if quotient == 0 { return Element(signOf: a / b, magnitudeOf: 0) }
        let down = quotient.rounded(.down)
        return quotient - down > 0.5 ? down + 1 : down
    }
}
