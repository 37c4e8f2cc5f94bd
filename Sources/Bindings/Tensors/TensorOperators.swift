import ScriptRuntime
import Tensors

/// What `+`, `<`, `&`, ... mean between tensors, and between a tensor and a number of Python's.
///
/// Python's numbers are weak: they take the tensor's dtype, except that a fraction makes integers float32.
extension TensorObject: HostArithmetic, HostComparable {
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        if operation == .power, !reflected, let result = try whole(power: other) { return try engine.result(result) }
        guard let partner = try partner(other) else { return nil }
        let (left, right) = reflected ? (partner, tensor) : (tensor, partner)
        return try engine.result(Self.apply(operation, left, right))
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? {
        switch operation {
        case .negative: try engine.result(tensor.negated())
        case .positive: engine.tensorValue(tensor)
        case .invert: try engine.result(tensor.inverted())
        }
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard let partner = try comparand(other) else { return nil }
        let result = try tensor.compared(Self.comparison(operation), partner)
        try interpreter.charge(steps: result.count >> 6)
        return engine.tensorValue(result, isComparison: true)
    }

    // MARK: - Implementation

    static func apply(_ operation: BinaryOperation, _ left: Tensor, _ right: Tensor) throws -> Tensor {
        switch operation {
        case .add: try left.adding(right)
        case .subtract: try left.subtracting(right)
        case .multiply: try left.multiplied(by: right)
        case .matrixMultiply: try left.matmul(right)
        case .trueDivide: try left.divided(by: right)
        case .floorDivide: try left.floorDivided(by: right)
        case .modulo: try left.remainder(dividingBy: right)
        case .power: try left.power(right)
        case .leftShift: try left.shifted(.left, by: right)
        case .rightShift: try left.shifted(.right, by: right)
        case .and: try left.bits(.and, right)
        case .or: try left.bits(.or, right)
        case .xor: try left.bits(.exclusiveOr, right)
        }
    }

    static func comparison(_ operation: ComparisonOperation) -> Comparison {
        switch operation {
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .equal: .equal
        case .notEqual: .notEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        }
    }

    /// The other operand as a tensor; nil for what tensors do not reckon with.
    private func partner(_ other: Value) throws -> Tensor? {
        switch other {
        case .host(let box): (box.object as? TensorObject)?.tensor
        case .float(let number): try tensor.weak(number)
        case .int(let number): try tensor.weak(number)
        case .bool(let flag): try Tensor(flag)
        case .bigInt: try tensor.weak(engine.interpreter.double(other))
        default: nil
        }
    }

    /// The same for comparisons, which compare the numbers themselves: `t == 0.5` is never true for integers.
    private func comparand(_ other: Value) throws -> Tensor? {
        if tensor.dtype.isFloating { return try partner(other) }
        switch other {
        case .float(let number): return try Tensor(number)
        case .int(let number): return try Tensor(Int64(number))
        default: return try partner(other)
        }
    }

    /// Squares and square roots have operations of their own, as in NumPy.
    private func whole(power: Value) throws -> Tensor? {
        guard tensor.dtype.isFloating else { return nil }
        switch power {
        case .int(2): return try tensor.squared()
        case .float(let number) where number == 2: return try tensor.squared()
        case .float(let number) where number == 0.5: return try tensor.squareRoot()
        default: return nil
        }
    }
}

extension Engine {
    /// Two operands of a function: a number of Python's is weak beside a tensor.
    ///
    /// - Parameter comparing: numbers beside integers are then taken as they are, whether they fit or not.
    func pair(_ a: Value, _ b: Value, _ names: (String, String), comparing: Bool = false) throws -> (Tensor, Tensor) {
        switch (asTensor(a), asTensor(b)) {
        case (let left?, let right?): (left, right)
        case (let left?, nil): (left, try weak(b, beside: left, names.1, comparing))
        case (nil, let right?): (try weak(a, beside: right, names.0, comparing), right)
        case (nil, nil): (try tensor(a, names.0), try tensor(b, names.1))
        }
    }

    private func weak(_ value: Value, beside tensor: Tensor, _ what: String, _ comparing: Bool) throws -> Tensor {
        if comparing && !tensor.dtype.isFloating { return try self.tensor(value, what) }
        return switch value {
        case .float(let number): try tensor.weak(number)
        case .int(let number): try tensor.weak(number)
        default: try self.tensor(value, what)
        }
    }
}
