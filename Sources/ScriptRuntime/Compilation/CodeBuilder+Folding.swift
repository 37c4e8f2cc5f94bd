import ScriptSyntax

/// Arithmetic of literal numbers (`2 ** 61 - 1`, `60 * 60 * 24`), done once by the compiler.
///
/// Only what cannot fail and fits 128 bits: errors stay where they happen, and no short text makes a huge constant.
extension CodeBuilder {
    /// So many operators above each other are looked through, so that no expression is walked over again and again.
    private static let foldingDepth = 16

    /// The value of a literal number, or of operators on literal numbers; nil for anything else.
    static func number(_ node: ExpressionNode, depth: Int = foldingDepth) -> Value? {
        switch node.kind {
        case .constant(.int(let value), _): return .int(value)
        case .constant(.float(let value), _): return .float(value)
        case .constant(.bigInt(let digits, let radix), _): return Int128(digits, radix: radix).map { .integer($0) }
        case .unaryOp(let operation, let operand) where depth > 0: return fold(operation, number(operand, depth: depth - 1))
        case .binOp(let left, let operation, let right) where depth > 0:
            guard let y = number(right, depth: depth - 1), let x = number(left, depth: depth - 1) else { return nil }
            return fold(CodeBuilder.operation(operation), x, y)
        default: return nil
        }
    }

    private static func fold(_ operation: UnaryOperator, _ operand: Value?) -> Value? {
        guard let operand else { return nil }
        if case .float(let value) = operand {
            switch operation {
            case .uSub: return .float(-value)
            case .uAdd: return operand
            case .invert, .not: return nil
            }
        }
        guard let value = operand.asWide, value != .min else { return nil }
        switch operation {
        case .uSub: return .integer(-value)
        case .uAdd: return operand
        case .invert: return .integer(~value)
        case .not: return nil
        }
    }

    private static func fold(_ operation: BinaryOperation, _ x: Value, _ y: Value) -> Value? {
        if case .float(let x) = x, case .float(let y) = y {
            switch operation {
            case .add: return .float(x + y)
            case .subtract: return .float(x - y)
            case .multiply: return .float(x * y)
            case .trueDivide: return y == 0 ? nil : .float(x / y)
            default: return nil
            }
        }
        guard let x = x.asWide, let y = y.asWide else { return nil }
        return Interpreter.wideIntegers(operation, x, y)
    }
}
