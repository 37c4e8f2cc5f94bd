import ScriptSyntax

extension CodeBuilder {
    func statement(_ node: StatementNode) {
        let outer = span
        let mark = nextTemporary
        span = node.span
        defer {
            span = outer
            release(to: mark)
        }
        switch node.kind {
        case .expression(let value): expressionStatement(value)
        case .assign(let targets, let value): assign(targets, value)
        case .augAssign(let target, let operation, let value): augmented(target, operation, value)
        case .annAssign(let target, _, let value, _): if let value { assign([target], value) }
        case .if(let test, let body, let orelse): conditional(test, body, orelse)
        case .while(let test, let body, let orelse): whileLoop(test, body, orelse)
        case .for(let target, let iterable, let body, let orelse): forLoop(target, iterable, body, orelse)
        case .return(let value): returnStatement(value)
        case .break: leaveLoop(toContinue: false)
        case .continue: leaveLoop(toContinue: true)
        case .pass, .global, .nonlocal: break
        case .functionDef(let function): definition(function.decorators, function.name) { self.functionDefinition(function, into: $0) }
        case .classDef(let type): definition(type.decorators, type.name) { self.classDefinition(type, into: $0) }
        case .delete(let targets): for target in targets { delete(target) }
        case .raise(let exception, let cause): raise(exception, cause)
        case .try(let node): tryStatement(node)
        case .with(let items, let body): with(items[...], body)
        case .assert(let test, let message): assertion(test, message)
        case .import(let names): for name in names { importModule(name) }
        case .importFrom(let module, let names): importNames(module, names)
        }
    }

    func statements(_ body: [StatementNode]) {
        for statement in body { self.statement(statement) }
    }

    private func expressionStatement(_ value: ExpressionNode) {
        if case .constant = value.kind, !(kind == .module && shared.mode == .interactive) { return }
        let register = temporary()
        expression(value, into: register)
        if kind == .module, shared.mode == .interactive {
            span = value.span
            emit(.display, register)
        }
    }

    private func definition(_ decorators: [ExpressionNode], _ name: Identifier, _ make: (Int) -> Void) {
        let first = temporaries(decorators.count + 1)
        for (offset, decorator) in decorators.enumerated() { expression(decorator, into: first + offset) }
        make(first + decorators.count)
        for offset in decorators.indices.reversed() {
            span = decorators[offset].span
            emit(.call, first + offset, 1, first + offset)
        }
        storeName(name.text, from: first)
    }

    // MARK: - Assignment

    private func assign(_ targets: [ExpressionNode], _ value: ExpressionNode) {
        if targets.count == 1, case .name(let name) = targets[0].kind, let variable = localRegister(name) {
            expression(value, into: variable)
            markBound(variable, name)
            return
        }
        if targets.count == 1, case .tuple(let names) = targets[0].kind, case .tuple(let values) = value.kind,
            names.count == values.count, !names.contains(where: \.isStarred), !values.contains(where: \.isStarred)
        {
            // `a, b = b, a` needs no tuple.
            let first = temporaries(values.count)
            for (offset, item) in values.enumerated() { expression(item, into: first + offset) }
            for (offset, name) in names.enumerated() { store(name, from: first + offset) }
            return
        }
        if targets.count == 1, case .subscript(let object, let index) = targets[0].kind, let constant = CodeBuilder.literal(value) {
            let outer = span
            span = targets[0].span
            emitSetItem(held(operand(object), before: index), index, self.constant(constant), 1)
            span = outer
            return
        }
        let mark = nextTemporary
        let register = targets.count == 1 ? operand(value) : temporary()
        if targets.count == 1, register >= mark, case .name(let name) = targets[0].kind, case .global(let global) = place(of: name) {
            let outer = span
            span = targets[0].span
            emit(.takeGlobal, register, shared.slots(of: global).global)
            span = outer
            return
        }
        if targets.count > 1 { expression(value, into: register) }
        for target in targets { store(target, from: register) }
    }

    /// Stores a register's value into a target of any form.
    func store(_ target: ExpressionNode, from register: Int) {
        let outer = span
        let mark = nextTemporary
        span = target.span
        defer {
            span = outer
            release(to: mark)
        }
        switch target.kind {
        case .name(let name): storeName(name, from: register)
        case .attribute(let value, let name):
            let object = operand(value)
            emit(.setAttribute, object, register, cache(name.text))
        case .subscript(let value, let index):
            let object = held(operand(value), before: index)
            emitSetItem(object, index, register, 0)
        case .tuple(let items), .list(let items): unpack(items, from: register)
        case .starred(let inner): store(inner, from: register)
        default: break
        }
    }

    /// - Parameter flags: 1 when `value` is a constant.
    private func emitSetItem(_ object: Int, _ index: ExpressionNode, _ value: Int, _ flags: Int) {
        if let constant = CodeBuilder.literal(index) {
            emit(.setItem, object, self.constant(constant), value, flags | 2)
        } else {
            emit(.setItem, object, operand(index), value, flags)
        }
    }

    private func unpack(_ items: [ExpressionNode], from register: Int) {
        let first = temporaries(items.count)
        if let star = items.firstIndex(where: \.isStarred) {
            let after = items.count - star - 1
            if star > 255 || after > 255 { return fail("targets") }
            emit(.unpackStarred, first, register, star | after << 8)
        } else {
            emit(.unpack, first, items.count, register)
        }
        for (offset, item) in items.enumerated() { store(item, from: first + offset) }
    }

    private func augmented(_ target: ExpressionNode, _ operation: BinaryOperator, _ value: ExpressionNode) {
        switch target.kind {
        case .name(let name):
            if let variable = localRegister(name) {
                check(variable, name)
                inPlace(operation, variable, held(variable, before: value), value)
                return
            }
            let register = temporary()
            let outer = span
            span = target.span
            loadName(name, into: register)
            span = outer
            inPlace(operation, register, register, value)
            storeName(name, from: register)
        case .attribute(let object, let name):
            let base = held(operand(object), before: value)
            let register = temporary()
            emit(.getAttribute, register, base, cache(name.text))
            inPlace(operation, register, register, value)
            emit(.setAttribute, base, register, cache(name.text))
        case .subscript(let object, let index):
            let base = temporaries(2)
            expression(object, into: base)
            let constant = CodeBuilder.literal(index).map { self.constant($0) }
            if constant == nil { expression(index, into: base + 1) }
            let register = temporary()
            emit(.getItem, register, base, constant ?? base + 1, constant == nil ? 0 : 1)
            inPlace(operation, register, register, value)
            emit(.setItem, base, constant ?? base + 1, register, constant == nil ? 0 : 2)
        default: break
        }
    }

    private func delete(_ target: ExpressionNode) {
        let outer = span
        span = target.span
        defer { span = outer }
        switch target.kind {
        case .name(let name): deleteName(name)
        case .attribute(let value, let name): emit(.deleteAttribute, operand(value), 0, cache(name.text))
        case .subscript(let value, let index):
            let object = held(operand(value), before: index)
            emit(.deleteItem, object, operand(index))
        case .tuple(let items), .list(let items): for item in items { delete(item) }
        default: break
        }
    }

    // MARK: - Control

    private func conditional(_ test: ExpressionNode, _ body: [StatementNode], _ orelse: [StatementNode]) {
        // A chain of `elif` is walked by a loop: it can be long.
        let end = Label()
        var test = test
        var body = body
        var orelse = orelse
        // What holds after the statement: the first test alone is always made.
        var always: Set<Int>?
        while true {
            let otherwise = Label()
            branch(test, to: otherwise, when: false)
            let before = bound
            always = always ?? before
            statements(body)
            bound = before
            if orelse.isEmpty {
                place(otherwise)
                break
            }
            jump(.jump, to: end)
            place(otherwise)
            if orelse.count == 1, case .if(let nextTest, let nextBody, let nextElse) = orelse[0].kind {
                span = orelse[0].span
                (test, body, orelse) = (nextTest, nextBody, nextElse)
                continue
            }
            statements(orelse)
            break
        }
        if let always { bound = always }
        place(end)
    }

    private func whileLoop(_ test: ExpressionNode, _ body: [StatementNode], _ orelse: [StatementNode]) {
        let again = Label()
        let otherwise = Label()
        let end = Label()
        let isEndless: Bool
        if case .constant(.bool(true), _) = test.kind { isEndless = true } else { isEndless = false }
        // The test stands at both ends, so that a turn takes one jump.
        let next = Label()
        if !isEndless { branch(test, to: otherwise, when: false) }
        let before = bound
        place(again)
        blocks.append(.loop(breakLabel: end, continueLabel: next))
        statements(body)
        blocks.removeLast()
        place(next)
        if isEndless {
            jump(.loop, to: again)
        } else {
            // Names bound by the body are not known at the first test, but known here only if the body ran through.
            bound = before
            let leave = Label()
            branch(test, to: leave, when: false)
            jump(.loop, to: again)
            place(leave)
        }
        place(otherwise)
        bound = before
        statements(orelse)
        bound = before
        place(end)
    }

    private func forLoop(
        _ target: ExpressionNode, _ iterable: ExpressionNode, _ body: [StatementNode], _ orelse: [StatementNode]
    ) {
        let again = Label()
        let otherwise = Label()
        let end = Label()
        let iterator = temporary()
        expression(iterable, into: iterator)
        let outer = span
        span = iterable.span
        emit(.getIterator, iterator, iterator)
        span = outer
        let before = bound
        place(again)
        forStep(iterator, target, end: otherwise)
        blocks.append(.loop(breakLabel: end, continueLabel: again))
        statements(body)
        blocks.removeLast()
        jump(.loop, to: again)
        place(otherwise)
        bound = before
        statements(orelse)
        bound = before
        place(end)
        // The iterator must not live on in its temporary.
        load(.undefined, into: iterator)
    }

    /// Takes the next item into the target.
    func forStep(_ iterator: Int, _ target: ExpressionNode, end: Label) {
        if case .name(let name) = target.kind, let variable = localRegister(name) {
            jump(.forIterator, iterator, variable, to: end)
            markBound(variable, name)
            return
        }
        let mark = nextTemporary
        let item = temporary()
        jump(.forIterator, iterator, item, to: end)
        store(target, from: item)
        release(to: mark)
    }

    private func returnStatement(_ value: ExpressionNode?) {
        let register: Int
        if let value, blocks.isEmpty || blocks.allSatisfy(\.isLoop) {
            register = operand(value)
        } else {
            register = temporary()
            if let value { expression(value, into: register) } else { load(.none, into: register) }
        }
        unwind(to: 0)
        emit(.returnValue, register)
        reopen(from: 0)
    }

    private func leaveLoop(toContinue: Bool) {
        guard let index = blocks.lastIndex(where: \.isLoop), case .loop(let breakLabel, let continueLabel) = blocks[index]
        else { return }
        unwind(to: index + 1)
        jump(toContinue ? .loop : .jump, to: toContinue ? continueLabel : breakLabel)
        reopen(from: index + 1)
    }

    // MARK: - Others

    private func raise(_ exception: ExpressionNode?, _ cause: ExpressionNode?) {
        guard let exception else {
            emit(.raiseAgain)
            return
        }
        let register = operand(exception)
        emit(.raise, register, cause.map { operand($0) } ?? Word.none)
    }

    private func importModule(_ alias: AliasNode) {
        let register = temporary()
        span = alias.name.span
        emit(.importModule, register, constant(.str(alias.name.text)), 0, alias.alias == nil ? 1 : 0)
        storeName(alias.boundName, from: register)
        release(to: register)
    }

    private func importNames(_ module: Identifier, _ names: [AliasNode]) {
        let register = temporaries(2)
        span = module.span
        emit(.importModule, register, constant(.str(module.text)))
        for alias in names {
            span = alias.name.span
            emit(.importName, register + 1, register, cache(alias.name.text))
            storeName(alias.boundName, from: register + 1)
        }
    }
}

extension CodeBuilder.Block {
    var isLoop: Bool {
        if case .loop = self { return true }
        return false
    }
}
