import BigInt
import ScriptSyntax

/// Expressions: each leaves its value in the register it is told.
///
/// A register of a variable is only written by the last instruction of an expression, so that an expression that fails
/// or reads the variable again is right.
extension CodeBuilder {
    func expression(_ node: ExpressionNode, into register: Int) {
        let outer = span
        span = node.span
        defer { span = outer }
        switch node.kind {
        case .constant(let value, _): load(CodeBuilder.value(value), into: register)
        case .name(let name): loadName(name, into: register)
        case .binOp(let left, let operation, let right):
            if let folded = CodeBuilder.number(node) { load(folded, into: register) } else { binary(left, operation, right, into: register) }
        case .unaryOp(let operation, let operand):
            if let folded = CodeBuilder.number(node) { load(folded, into: register) } else { unary(operation, operand, into: register) }
        case .call(let function, let arguments, let keywords): call(node, function, arguments, keywords, into: register)
        case .attribute(let value, let name): attribute(value, name, into: register)
        case .subscript(let value, let index): item(value, index, into: register)
        case .lambda(let lambda): self.lambda(lambda, into: register)
        case .tuple(let items): display(items, .buildTuple, into: register)
        case .compare(let left, let operations, let comparators) where operations.count == 1:
            comparison(left, operations[0], comparators[0], into: register)
        case .yield(let value): yield(value, into: register)
        case .formattedValue(let value): inTemporary(register) { self.formatted(value, into: $0) }
        default: inTemporary(register) { self.composite(node, into: $0) }
        }
    }

    /// Kinds that write their register before they are done.
    private func composite(_ node: ExpressionNode, into register: Int) {
        switch node.kind {
        case .boolOp(let operation, let values): boolean(operation, values, into: register)
        case .ifExp(let test, let body, let orelse): conditional(test, body, orelse, into: register)
        case .compare(let left, let operations, let comparators): chain(left, operations, comparators, into: register)
        case .namedExpr(let target, let value): walrus(target, value, into: register)
        case .list(let items): display(items, .buildList, into: register)
        case .set(let items): display(items, .buildSet, into: register)
        case .dict(let keys, let values): dictionary(keys, values, into: register)
        case .listComp(let node): comprehension(node, .list, into: register)
        case .setComp(let node): comprehension(node, .set, into: register)
        case .dictComp(let node): comprehension(node, .dict, into: register)
        case .generatorExp(let node): comprehension(node, .generator, into: register)
        case .joinedStr(let values): joined(values, into: register)
        case .yieldFrom(let value): yieldFrom(value, into: register)
        case .slice(let lower, let upper, let step): slice(lower, upper, step, into: register)
        case .starred(let value): expression(value, into: register)
        default: load(.none, into: register)
        }
    }

    private func inTemporary(_ register: Int, _ body: (Int) -> Void) {
        guard isVariable(register) else { return body(register) }
        let mark = nextTemporary
        let held = temporary()
        body(held)
        emit(.move, register, held)
        release(to: mark)
    }

    /// A register that holds the value: a variable's own where that is safe, else a temporary.
    func operand(_ node: ExpressionNode) -> Int {
        if case .name(let name) = node.kind, let variable = localRegister(name) {
            let outer = span
            span = node.span
            check(variable, name)
            span = outer
            return variable
        }
        let register = temporary()
        expression(node, into: register)
        return register
    }

    /// The operand in a temporary when evaluating `next` could rebind the variable it is in.
    func held(_ operand: Int, before next: ExpressionNode) -> Int {
        guard isVariable(operand), CodeBuilder.mayRebind(next) else { return operand }
        let copy = temporary()
        emit(.move, copy, operand)
        return copy
    }

    /// Whether the expression may contain `:=`; errs on the side of yes.
    private static func mayRebind(_ node: ExpressionNode) -> Bool {
        switch node.kind {
        case .name, .constant, .lambda: return false
        case .attribute(let value, _): return mayRebind(value)
        case .binOp(let left, _, let right): return mayRebind(left) || mayRebind(right)
        case .unaryOp(_, let operand): return mayRebind(operand)
        case .subscript(let value, let index): return mayRebind(value) || mayRebind(index)
        case .call(let function, let arguments, let keywords):
            return mayRebind(function) || arguments.contains(where: mayRebind) || keywords.contains { mayRebind($0.value) }
        default: return true
        }
    }

    /// By halves where it is long, which only a literal of a radix that is a power of two may be.
    private static func integer(_ digits: Substring, _ radix: Int) -> BigInt {
        let count = digits.utf8.count
        if count <= 4_300 { return BigInt(digits, radix: radix) ?? 0 }
        let middle = digits.utf8.index(digits.startIndex, offsetBy: count / 2)
        let low = digits[middle...]
        return (integer(digits[..<middle], radix) << (low.utf8.count * radix.trailingZeroBitCount)) + integer(low, radix)
    }

    static func value(_ constant: ConstantValue) -> Value {
        switch constant {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .ellipsis: return .ellipsis
        case .int(let value): return .int(value)
        case .bigInt(let digits, let radix): return .integer(integer(digits[...], radix))
        case .float(let value): return .float(value)
        case .string(let text): return .str(text)
        case .codePoints(let units): return .str(StrObject.make(units: units))
        case .bytes(let bytes): return .bytes(BytesObject(bytes))
        }
    }

    static func literal(_ node: ExpressionNode) -> Value? {
        if let number = number(node) { return number }
        if case .constant(let value, _) = node.kind { return self.value(value) }
        return nil
    }

    // MARK: - Access

    private func attribute(_ value: ExpressionNode, _ name: Identifier, into register: Int) {
        let mark = nextTemporary
        let object = operand(value)
        emit(.getAttribute, register, object, cache(name.text))
        release(to: mark)
    }

    func item(_ value: ExpressionNode, _ index: ExpressionNode, into register: Int) {
        let mark = nextTemporary
        let object = held(operand(value), before: index)
        if let constant = CodeBuilder.literal(index) {
            emit(.getItem, register, object, self.constant(constant), 1)
        } else {
            emit(.getItem, register, object, operand(index))
        }
        release(to: mark)
    }

    private func slice(_ lower: ExpressionNode?, _ upper: ExpressionNode?, _ step: ExpressionNode?, into register: Int) {
        let mark = nextTemporary
        let first = temporaries(3)
        for (offset, part) in [lower, upper, step].enumerated() {
            if let part { expression(part, into: first + offset) } else { load(.none, into: first + offset) }
        }
        emit(.buildSlice, register, first)
        release(to: mark)
    }

    // MARK: - Generators

    private func yield(_ value: ExpressionNode?, into register: Int) {
        let mark = nextTemporary
        let given: Int
        if let value {
            given = operand(value)
        } else {
            given = temporary()
            load(.none, into: given)
        }
        emit(.yieldValue, register, given)
        release(to: mark)
    }

    private func yieldFrom(_ node: ExpressionNode, into register: Int) {
        let mark = nextTemporary
        let iterator = temporaries(2)
        expression(node, into: iterator)
        emit(.getYieldFrom, iterator, iterator)
        load(.none, into: iterator + 1)
        let again = Label()
        let end = Label()
        place(again)
        jump(.sendTo, iterator, iterator + 1, to: end)
        jump(.yieldFrom, iterator, iterator + 1, to: end)
        jump(.loop, to: again)
        place(end)
        emit(.move, register, iterator + 1)
        release(to: mark)
    }
}

extension ExpressionNode {
    var isStarred: Bool {
        if case .starred = kind { return true }
        return false
    }
}
