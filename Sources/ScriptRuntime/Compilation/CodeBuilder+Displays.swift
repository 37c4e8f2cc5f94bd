import ScriptSyntax

/// Displays and f-strings.
extension CodeBuilder {
    /// Items that are collected in registers before they go into a list or tuple together.
    private static let batch = 32

    func display(_ items: [ExpressionNode], _ operation: Operation, into register: Int) {
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

    func dictionary(_ keys: [ExpressionNode?], _ values: [ExpressionNode], into register: Int) {
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

    func joined(_ values: [ExpressionNode], into register: Int) {
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

    func formatted(_ node: FormattedValueNode, into register: Int) {
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
}
