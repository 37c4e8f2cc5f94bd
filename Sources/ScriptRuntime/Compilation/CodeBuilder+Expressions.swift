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

    static func value(_ constant: ConstantValue) -> Value {
        switch constant {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .ellipsis: return .ellipsis
        case .int(let value): return .int(value)
        case .bigInt(let digits, let radix): return .integer(BigInt(digits, radix: radix) ?? 0)
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

    // MARK: - Operators

    private func binary(_ left: ExpressionNode, _ operation: BinaryOperator, _ right: ExpressionNode, into register: Int) {
        let mark = nextTemporary
        let code = CodeBuilder.operation(operation)
        var flags = 0
        let a: Int
        if let constant = CodeBuilder.literal(left) {
            a = self.constant(constant)
            flags |= 2
        } else {
            a = held(operand(left), before: right)
            if operation == .add, !isVariable(a) { flags |= Word.dyingFlag }
        }
        emitBinary(code, register, a, right, flags)
        release(to: mark)
    }

    private func emitBinary(_ operation: BinaryOperation, _ register: Int, _ left: Int, _ right: ExpressionNode, _ flags: Int) {
        var flags = flags
        let b: Int
        if let constant = CodeBuilder.literal(right) {
            b = self.constant(constant)
            flags |= 1
        } else {
            b = operand(right)
        }
        let opcode = Operation(rawValue: Operation.add.rawValue + operation.rawValue) ?? .add
        emit(opcode, register, left, b, flags)
    }

    /// `target op= value`, with the old value in `left`.
    func inPlace(_ operation: BinaryOperator, _ register: Int, _ left: Int, _ right: ExpressionNode) {
        emitBinary(CodeBuilder.operation(operation), register, left, right, 4)
    }

    static func operation(_ operation: BinaryOperator) -> BinaryOperation {
        switch operation {
        case .add: .add
        case .sub: .subtract
        case .mult: .multiply
        case .matMult: .matrixMultiply
        case .div: .trueDivide
        case .mod: .modulo
        case .pow: .power
        case .lShift: .leftShift
        case .rShift: .rightShift
        case .bitOr: .or
        case .bitXor: .xor
        case .bitAnd: .and
        case .floorDiv: .floorDivide
        }
    }

    private func unary(_ operation: UnaryOperator, _ node: ExpressionNode, into register: Int) {
        let mark = nextTemporary
        let value = operand(node)
        emit(CodeBuilder.operation(operation), register, value)
        release(to: mark)
    }

    static func operation(_ operation: UnaryOperator) -> Operation {
        switch operation {
        case .invert: .invert
        case .not: .not
        case .uAdd: .positive
        case .uSub: .negative
        }
    }

    static func comparison(_ operation: ComparisonOperator) -> Operation {
        switch operation {
        case .eq: .equal
        case .notEq: .notEqual
        case .lt: .less
        case .ltE: .lessOrEqual
        case .gt: .greater
        case .gtE: .greaterOrEqual
        case .is: .isSame
        case .isNot: .isNotSame
        case .in: .isIn
        case .notIn: .isNotIn
        }
    }

    private func comparison(_ left: ExpressionNode, _ operation: ComparisonOperator, _ right: ExpressionNode, into register: Int) {
        let mark = nextTemporary
        let a = held(operand(left), before: right)
        if let constant = CodeBuilder.literal(right) {
            emit(CodeBuilder.comparison(operation), register, a, self.constant(constant), 1)
        } else {
            emit(CodeBuilder.comparison(operation), register, a, operand(right))
        }
        release(to: mark)
    }

    /// `a < b < c`: each operand once, ends at the first false.
    private func chain(
        _ left: ExpressionNode, _ operations: [ComparisonOperator], _ comparators: [ExpressionNode], into register: Int
    ) {
        let mark = nextTemporary
        let end = Label()
        var a = temporary()
        expression(left, into: a)
        for (index, operation) in operations.enumerated() {
            let b = temporary()
            expression(comparators[index], into: b)
            emit(CodeBuilder.comparison(operation), register, a, b)
            if index < operations.count - 1 { jump(.jumpIfFalse, register, to: end) }
            a = b
        }
        place(end)
        release(to: mark)
    }

    private func boolean(_ operation: BooleanOperator, _ values: [ExpressionNode], into register: Int) {
        let end = Label()
        boolean(operation, values, into: register, whenTrue: end, whenFalse: end)
        place(end)
    }

    /// An operand whose truth was asked decides for the operators around it too: none is asked twice.
    private func boolean(
        _ operation: BooleanOperator, _ values: [ExpressionNode], into register: Int, whenTrue: Label, whenFalse: Label
    ) {
        var before = bound
        for (index, value) in values.enumerated() {
            let isLast = index == values.count - 1
            let next = Label()
            if case .boolOp(let inner, let innerValues) = value.kind {
                boolean(
                    inner, innerValues, into: register, whenTrue: operation == .and && !isLast ? next : whenTrue,
                    whenFalse: operation == .or && !isLast ? next : whenFalse)
            } else {
                expression(value, into: register)
            }
            if index == 0 { before = bound }
            if !isLast {
                jump(operation == .and ? .jumpIfFalse : .jumpIfTrue, register, to: operation == .and ? whenFalse : whenTrue)
            }
            place(next)
        }
        bound = before
    }

    private func conditional(_ test: ExpressionNode, _ body: ExpressionNode, _ orelse: ExpressionNode, into register: Int) {
        let otherwise = Label()
        let end = Label()
        branch(test, to: otherwise, when: false)
        let before = bound
        expression(body, into: register)
        jump(.jump, to: end)
        place(otherwise)
        bound = before
        expression(orelse, into: register)
        place(end)
        bound = before
    }

    private func walrus(_ target: ExpressionNode, _ value: ExpressionNode, into register: Int) {
        expression(value, into: register)
        if case .name(let name) = target.kind { storeName(name, from: register) }
    }

    /// Jumps to `label` when the truth of the expression is `sense`, else goes on.
    func branch(_ node: ExpressionNode, to label: Label, when sense: Bool) {
        let outer = span
        span = node.span
        defer { span = outer }
        switch node.kind {
        case .unaryOp(.not, let operand): branch(operand, to: label, when: !sense)
        case .boolOp(let operation, let values): branch(operation, values, to: label, when: sense)
        case .compare(let left, let operations, let comparators) where operations.count == 1:
            if !fused(left, operations[0], comparators[0], to: label, when: sense) { fallthrough }
        default:
            let mark = nextTemporary
            let value = operand(node)
            jump(sense ? .jumpIfTrue : .jumpIfFalse, value, to: label)
            release(to: mark)
        }
    }

    private func branch(_ operation: BooleanOperator, _ values: [ExpressionNode], to label: Label, when sense: Bool) {
        let decides = operation == .or
        if decides == sense {
            // One operand with this truth decides.
            var before = bound
            for (index, value) in values.enumerated() {
                branch(value, to: label, when: sense)
                if index == 0 { before = bound }
            }
            bound = before
            return
        }
        let skip = Label()
        var before = bound
        for (index, value) in values.enumerated() {
            if index < values.count - 1 {
                branch(value, to: skip, when: decides)
            } else {
                branch(value, to: label, when: sense)
            }
            if index == 0 { before = bound }
        }
        place(skip)
        bound = before
    }

    private func fused(
        _ left: ExpressionNode, _ operation: ComparisonOperator, _ right: ExpressionNode, to label: Label, when sense: Bool
    ) -> Bool {
        let opcode: Operation
        var sense = sense
        switch operation {
        case .lt: opcode = .jumpLess
        case .ltE: opcode = .jumpLessOrEqual
        case .eq: opcode = .jumpEqual
        case .notEq: opcode = .jumpNotEqual
        case .gt: opcode = .jumpGreater
        case .gtE: opcode = .jumpGreaterOrEqual
        case .is: opcode = .jumpIs
        case .isNot:
            opcode = .jumpIs
            sense.toggle()
        case .in, .notIn: return false
        }
        let mark = nextTemporary
        let a = held(operand(left), before: right)
        if let constant = CodeBuilder.literal(right) {
            jump(opcode, a, self.constant(constant), constant: true, sense: sense, to: label)
        } else {
            jump(opcode, a, operand(right), sense: sense, to: label)
        }
        release(to: mark)
        return true
    }

    // MARK: - Access

    private func attribute(_ value: ExpressionNode, _ name: Identifier, into register: Int) {
        let mark = nextTemporary
        let object = operand(value)
        emit(.getAttribute, register, object, cache(name.text))
        release(to: mark)
    }

    private func item(_ value: ExpressionNode, _ index: ExpressionNode, into register: Int) {
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

    // MARK: - Displays

    /// Items that are collected in registers before they go into a list or tuple together.
    private static let batch = 32

    private func display(_ items: [ExpressionNode], _ operation: Operation, into register: Int) {
        let mark = nextTemporary
        if items.count <= CodeBuilder.batch, !items.contains(where: \.isStarred) {
            let first = temporaries(items.count)
            for (offset, item) in items.enumerated() { expression(item, into: first + offset) }
            emit(operation, register, first, items.count)
            release(to: mark)
            return
        }
        let collected = operation == .buildTuple ? temporary() : register
        emit(operation == .buildSet ? .buildSet : .buildList, collected, 0, 0)
        for item in items {
            let value = temporary()
            if case .starred(let inner) = item.kind {
                expression(inner, into: value)
                span = item.span
                emit(operation == .buildSet ? .setUpdate : .listExtend, collected, value)
            } else {
                expression(item, into: value)
                emit(operation == .buildSet ? .setAdd : .listAppend, collected, value)
            }
            release(to: value)
        }
        if operation == .buildTuple { emit(.listToTuple, register, collected) }
        release(to: mark)
    }

    private func dictionary(_ keys: [ExpressionNode?], _ values: [ExpressionNode], into register: Int) {
        let mark = nextTemporary
        emit(.buildDict, register, 0, 0)
        for (key, value) in zip(keys, values) {
            let first = temporaries(2)
            if let key {
                expression(key, into: first)
                expression(value, into: first + 1)
                emit(.dictSet, register, first, first + 1)
            } else {
                expression(value, into: first)
                emit(.dictMerge, register, first)
            }
            release(to: first)
        }
        release(to: mark)
    }

    private func joined(_ values: [ExpressionNode], into register: Int) {
        let mark = nextTemporary
        if values.count > 200 { return joinedInParts(values, into: register) }
        let first = temporaries(values.count)
        for (offset, value) in values.enumerated() { expression(value, into: first + offset) }
        emit(.buildString, register, first, values.count)
        release(to: mark)
    }

    private func joinedInParts(_ values: [ExpressionNode], into register: Int) {
        let mark = nextTemporary
        let pair = temporaries(2)
        load(.str(""), into: pair)
        for value in values {
            expression(value, into: pair + 1)
            emit(.buildString, pair, pair, 2)
        }
        emit(.move, register, pair)
        release(to: mark)
    }

    private func formatted(_ node: FormattedValueNode, into register: Int) {
        let mark = nextTemporary
        let value = temporaries(2)
        expression(node.value, into: value)
        var specification = Word.none
        if let format = node.formatSpec {
            specification = value + 1
            expression(format, into: specification)
        }
        emit(.formatValue, register, value, specification, Int(node.conversion.rawValue))
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
