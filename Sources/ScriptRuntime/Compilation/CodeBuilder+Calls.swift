import ScriptSyntax

/// Calls: callee and arguments in consecutive registers.
extension CodeBuilder {
    func call(
        _ node: ExpressionNode, _ function: ExpressionNode, _ arguments: [ExpressionNode], _ keywords: [KeywordNode],
        into register: Int
    ) {
        let mark = nextTemporary
        defer { release(to: mark) }
        if arguments.contains(where: \.isStarred) || keywords.contains(where: { $0.name == nil })
            || arguments.count + keywords.count > 200
        {
            return spreadCall(function, arguments, keywords, into: register)
        }
        if arguments.isEmpty, keywords.isEmpty, zeroArgumentSuper(function, into: register) { return }
        if case .attribute(let object, let name) = function.kind {
            let base = temporaries(2 + arguments.count + keywords.count)
            let receiver = operandForMethod(object, base)
            let whole = span
            span = function.span
            emit(.loadMethod, base, receiver, cache(name.text))
            span = whole
            place(arguments, keywords, at: base + 2)
            finishCall(base, .callMethod, arguments.count, keywords, into: register)
        } else {
            let base = temporaries(1 + arguments.count + keywords.count)
            expression(function, into: base)
            place(arguments, keywords, at: base + 1)
            finishCall(base, .call, arguments.count, keywords, into: register)
        }
    }

    private func operandForMethod(_ object: ExpressionNode, _ base: Int) -> Int {
        if case .name(let name) = object.kind, let variable = localRegister(name) {
            check(variable, name)
            return variable
        }
        expression(object, into: base + 1)
        return base + 1
    }

    private func place(_ arguments: [ExpressionNode], _ keywords: [KeywordNode], at first: Int) {
        for (offset, argument) in arguments.enumerated() { expression(argument, into: first + offset) }
        for (offset, keyword) in keywords.enumerated() { expression(keyword.value, into: first + arguments.count + offset) }
    }

    func finishCall(_ base: Int, _ operation: Operation, _ count: Int, _ keywords: [KeywordNode], into register: Int) {
        if keywords.isEmpty {
            emit(operation, base, count, register)
            return
        }
        parts.keywordSets.append(keywords.map { Symbol($0.name?.text ?? "") })
        emit(.callKeywords, base, count + keywords.count, register, operation == .callMethod ? 1 : 0)
        parts.instructions.append(UInt64(parts.keywordSets.count - 1))
        parts.spans.append(span)
    }

    /// `super()` in a method: the class comes from the closure, the object from the first parameter.
    private func zeroArgumentSuper(_ function: ExpressionNode, into register: Int) -> Bool {
        guard case .name("super") = function.kind, case .global = place(of: "super"), kind == .function,
            let index = free["__class__"], parts.positionalCount > 0, let first = parts.variables.first
        else { return false }
        var object = 0
        if cells.contains(first.name) {
            object = temporary()
            emit(.loadCell, object, 0)
        }
        emit(.loadSuper, register, object, index)
        return true
    }

    private func spreadCall(
        _ function: ExpressionNode, _ arguments: [ExpressionNode], _ keywords: [KeywordNode], into register: Int
    ) {
        let base = temporaries(3)
        expression(function, into: base)
        // A single starred one is unpacked by the call, after the keywords are computed.
        var listed = arguments
        if arguments.count == 1, case .starred(let inner) = arguments[0].kind {
            expression(inner, into: base + 1)
            listed = []
        } else {
            emit(.buildList, base + 1, 0, 0)
        }
        for argument in listed {
            let value = temporary()
            if case .starred(let inner) = argument.kind {
                expression(inner, into: value)
                emit(.listExtend, base + 1, value)
            } else {
                expression(argument, into: value)
                emit(.listAppend, base + 1, value)
            }
            release(to: value)
        }
        if keywords.isEmpty {
            load(.undefined, into: base + 2)
        } else {
            emit(.buildDict, base + 2, 0, 0)
            for keyword in keywords {
                let pair = temporaries(2)
                if let name = keyword.name {
                    load(.str(name.text), into: pair)
                    expression(keyword.value, into: pair + 1)
                    emit(.dictSet, base + 2, pair, pair + 1, 1)
                } else {
                    expression(keyword.value, into: pair)
                    emit(.dictMerge, base + 2, pair, 0, 1)
                }
                release(to: pair)
            }
        }
        emit(.callSpread, base, 0, register)
    }
}
