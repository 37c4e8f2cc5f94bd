import ScriptSyntax

/// `assert`: the parts of the test stay in registers of their own, so that a failure can show their values without
/// computing anything again.
extension CodeBuilder {
    func assertion(_ test: ExpressionNode, _ message: ExpressionNode?) {
        let fine = Label()
        let first = nextTemporary
        var parts = AssertionParts()
        let before = bound
        let failed = Label()
        if case .boolOp(let operation, let values) = test.kind {
            let register = temporary()
            var gaps: [Gap] = []
            alternatives(operation, values, register, &parts, &gaps, whenTrue: fine, whenFalse: failed)
            close(gaps)
            span = test.span
            jump(.jumpIfTrue, register, to: fine)
        } else {
            let register = kept(test, &parts)
            dropObvious(test, register, &parts)
            span = test.span
            jump(.jumpIfTrue, register, to: fine)
        }
        place(failed)
        bound = before
        let count = nextTemporary - first
        let text = message.map { operand($0) } ?? Word.none
        let number = self.parts.assertions.count
        self.parts.assertions.append(parts)
        emit(.assertionFailed, text, number)
        bound = before
        place(fine)
        // What the test computed must not live on in its temporaries.
        if count > 0 { emit(.unbind, first, count) }
    }

    /// Some tests fail by being False: showing that would tell nothing.
    private func dropObvious(_ test: ExpressionNode, _ register: Int, _ parts: inout AssertionParts) {
        guard parts.spans.last?.register == register else { return }
        switch test.kind {
        case .compare, .boolOp, .unaryOp(.not, _): parts.spans.removeLast()
        default: break
        }
    }

    /// The value of an expression in a register that nothing else is put into until the statement ends.
    private func kept(_ node: ExpressionNode, _ parts: inout AssertionParts) -> Int {
        let outer = span
        span = node.span
        defer { span = outer }
        let register: Int
        switch node.kind {
        case .constant: return operand(node)
        case .name:
            let value = operand(node)
            // A later part may bind the name anew.
            register = isVariable(value) ? temporary() : value
            if register != value { emit(.move, register, value) }
        case .binOp(let left, let operation, let right):
            let (a, b) = (kept(left, &parts), kept(right, &parts))
            register = temporary()
            let opcode = Operation(rawValue: Operation.add.rawValue + CodeBuilder.operation(operation).rawValue) ?? .add
            emit(opcode, register, a, b)
        case .unaryOp(let operation, let value):
            if case .constant = value.kind { return operand(node) }
            let a = kept(value, &parts)
            register = temporary()
            emit(CodeBuilder.operation(operation), register, a)
        case .compare(let left, let operations, let comparators):
            register = temporary()
            chain(left, operations, comparators, register, &parts)
        case .boolOp(let operation, let values):
            register = temporary()
            let end = Label()
            var gaps: [Gap] = []
            alternatives(operation, values, register, &parts, &gaps, whenTrue: end, whenFalse: end)
            place(end)
            close(gaps)
        case .attribute(let value, let name):
            let object = kept(value, &parts)
            register = temporary()
            emit(.getAttribute, register, object, cache(name.text))
        case .subscript(let value, let index):
            let object = kept(value, &parts)
            let position: Int
            if case .slice = index.kind { position = operand(index) } else { position = kept(index, &parts) }
            register = temporary()
            emit(.getItem, register, object, position)
        case .call(let function, let arguments, let keywords) where isPlain(function, arguments, keywords):
            register = temporary()
            keptCall(function, arguments, keywords, register, &parts)
        default:
            register = temporary()
            expression(node, into: register)
        }
        parts.spans.append((node.span, register))
        return register
    }

    /// `a < b <= c`; operands after the first false are not computed, and count as unbound.
    private func chain(
        _ left: ExpressionNode, _ operations: [ComparisonOperator], _ comparators: [ExpressionNode], _ register: Int,
        _ parts: inout AssertionParts
    ) {
        let end = Label()
        var a = kept(left, &parts)
        var gaps: [Gap] = []
        var before = bound
        for (index, operation) in operations.enumerated() {
            let b = kept(comparators[index], &parts)
            emit(CodeBuilder.comparison(operation), register, a, b)
            if index == 0 { before = bound }
            if index < operations.count - 1 {
                gaps.append(openGap())
                jump(.jumpIfFalse, register, to: end)
            }
            a = b
        }
        place(end)
        bound = before
        close(gaps)
    }

    /// Where the rest of a test may be skipped: its registers, whatever they held before, count as unbound.
    private struct Gap {
        let instruction: Int
        let first: Int
    }

    private func openGap() -> Gap { Gap(instruction: emit(.unbind), first: nextTemporary) }

    private func close(_ gaps: [Gap]) {
        for gap in gaps { parts.instructions[gap.instruction] = Word.make(.unbind, gap.first, nextTemporary - gap.first) }
    }

    /// `a and b or c`: as above. An operand whose truth was asked decides for the operators around it too.
    private func alternatives(
        _ operation: BooleanOperator, _ values: [ExpressionNode], _ register: Int, _ parts: inout AssertionParts, _ gaps: inout [Gap],
        whenTrue: Label, whenFalse: Label
    ) {
        var before = bound
        for (index, value) in values.enumerated() {
            let isLast = index == values.count - 1
            let next = Label()
            if case .boolOp(let inner, let innerValues) = value.kind {
                alternatives(
                    inner, innerValues, register, &parts, &gaps, whenTrue: operation == .and && !isLast ? next : whenTrue,
                    whenFalse: operation == .or && !isLast ? next : whenFalse)
            } else {
                let operand = kept(value, &parts)
                dropObvious(value, operand, &parts)
                emit(.move, register, operand)
            }
            if index == 0 { before = bound }
            if !isLast {
                gaps.append(openGap())
                jump(operation == .and ? .jumpIfFalse : .jumpIfTrue, register, to: operation == .and ? whenFalse : whenTrue)
            }
            place(next)
        }
        bound = before
    }

    /// Calls whose arguments can be computed one by one; `super()` and built-up argument lists go the usual way.
    private func isPlain(_ function: ExpressionNode, _ arguments: [ExpressionNode], _ keywords: [KeywordNode]) -> Bool {
        if case .name("super") = function.kind { return false }
        return !arguments.contains(where: \.isStarred) && keywords.allSatisfy { $0.name != nil }
            && arguments.count + keywords.count <= 50
    }

    private func keptCall(
        _ function: ExpressionNode, _ arguments: [ExpressionNode], _ keywords: [KeywordNode], _ register: Int,
        _ parts: inout AssertionParts
    ) {
        let base: Int
        let isMethod: Bool
        if case .attribute(let object, let name) = function.kind {
            let receiver = kept(object, &parts)
            base = temporaries(2 + arguments.count + keywords.count)
            isMethod = true
            let whole = span
            span = function.span
            emit(.loadMethod, base, receiver, cache(name.text))
            span = whole
        } else {
            base = temporaries(1 + arguments.count + keywords.count)
            isMethod = false
            expression(function, into: base)
        }
        for (offset, argument) in (arguments + keywords.map(\.value)).enumerated() {
            emit(.move, base + (isMethod ? 2 : 1) + offset, kept(argument, &parts))
        }
        finishCall(base, isMethod ? .callMethod : .call, arguments.count, keywords, into: register)
    }
}
