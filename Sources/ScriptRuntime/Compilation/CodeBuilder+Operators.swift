import ScriptSyntax

/// Operators, comparisons, conditions.
extension CodeBuilder {
    func binary(_ left: ExpressionNode, _ operation: BinaryOperator, _ right: ExpressionNode, into register: Int) {
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

    func unary(_ operation: UnaryOperator, _ node: ExpressionNode, into register: Int) {
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

    func comparison(_ left: ExpressionNode, _ operation: ComparisonOperator, _ right: ExpressionNode, into register: Int) {
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
    func chain(
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

    func boolean(_ operation: BooleanOperator, _ values: [ExpressionNode], into register: Int) {
        let end = Label()
        boolean(operation, values, into: register, whenTrue: end, whenFalse: end)
        place(end)
    }

    /// An operand whose truth was asked decides for the operators around it too: none is asked twice.
    func boolean(
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

    func conditional(_ test: ExpressionNode, _ body: ExpressionNode, _ orelse: ExpressionNode, into register: Int) {
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

    func walrus(_ target: ExpressionNode, _ value: ExpressionNode, into register: Int) {
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
}
