import ScriptSyntax

/// `try`, `with`, and leaving them early.
///
/// A `finally` body is compiled once for every way out, as CPython does: the normal end, each `return`, `break` and
/// `continue` through it, and exceptions.
extension CodeBuilder {
    func tryStatement(_ node: TryNode) {
        if node.finalBody.isEmpty {
            exceptStatement(node)
            return
        }
        let region = open()
        let before = bound
        blocks.append(.finally(region, body: node.finalBody))
        if node.handlers.isEmpty { statements(node.body) } else { exceptStatement(node) }
        blocks.removeLast()
        suspend(region)
        let end = Label()
        bound = before
        statements(node.finalBody)
        jump(.jump, to: end)
        bound = before
        exceptionalCopy(region, node.finalBody)
        place(end)
        bound = before
    }

    /// The copy of a `finally` body that runs because of an exception.
    private func exceptionalCopy(_ region: Region, _ body: [StatementNode]) {
        let exception = temporaries(2)
        let saved = exception + 1
        close(region, handler: position, register: exception, catchesStops: true)
        emit(.pushHandled, saved, exception)
        let cleanup = open()
        blocks.append(.protected(cleanup))
        blocks.append(.finallyCopy(saved: saved))
        statements(body)
        blocks.removeLast(2)
        suspend(cleanup)
        emit(.popHandled, saved)
        emit(.rethrow, exception)
        restoreAndRethrow(cleanup, saved, catchesStops: true)
        release(to: exception)
    }

    /// Where an exception leaves a handler: what was handled before is so again.
    private func restoreAndRethrow(_ region: Region, _ saved: Int, catchesStops: Bool) {
        let exception = temporary()
        close(region, handler: position, register: exception, catchesStops: catchesStops)
        emit(.popHandled, saved)
        emit(.rethrow, exception)
        release(to: exception)
    }

    private func exceptStatement(_ node: TryNode) {
        let end = Label()
        let region = open()
        let before = bound
        blocks.append(.protected(region))
        statements(node.body)
        blocks.removeLast()
        suspend(region)
        statements(node.orelse)
        jump(.jump, to: end)
        bound = before

        let exception = temporaries(2)
        let saved = exception + 1
        close(region, handler: position, register: exception, catchesStops: false)
        emit(.pushHandled, saved, exception)
        let cleanup = open()
        blocks.append(.protected(cleanup))
        for handler in node.handlers {
            self.handler(handler, exception, saved, cleanup, end)
            bound = before
        }
        blocks.removeLast()
        suspend(cleanup)
        emit(.popHandled, saved)
        emit(.rethrow, exception)
        restoreAndRethrow(cleanup, saved, catchesStops: true)
        release(to: exception)
        place(end)
        bound = before
    }

    private func handler(_ node: HandlerNode, _ exception: Int, _ saved: Int, _ cleanup: Region, _ end: Label) {
        let next = Label()
        span = node.span
        let mark = nextTemporary
        if let type = node.type {
            let register = operand(type)
            span = type.span
            jump(.jumpUnlessMatches, exception, register, to: next)
            release(to: mark)
        }
        span = node.span
        if let name = node.name {
            storeName(name.text, from: exception)
            // `except ... as name` unbinds the name however the body is left.
            let unbinding = open()
            blocks.append(.handler(saved: saved, name: name.text))
            blocks.append(.protected(unbinding))
            statements(node.body)
            blocks.removeLast(2)
            suspend(unbinding)
            unbind(name.text)
            emit(.popHandled, saved)
            suspend(cleanup)
            jump(.jump, to: end)
            resume(cleanup)
            let inner = temporary()
            close(unbinding, handler: position, register: inner, catchesStops: true)
            unbind(name.text)
            emit(.rethrow, inner)
            release(to: inner)
        } else {
            blocks.append(.handler(saved: saved, name: nil))
            statements(node.body)
            blocks.removeLast()
            emit(.popHandled, saved)
            suspend(cleanup)
            jump(.jump, to: end)
            resume(cleanup)
        }
        place(next)
    }

    private func unbind(_ name: String) {
        let register = temporary()
        load(.none, into: register)
        storeName(name, from: register)
        deleteName(name)
        release(to: register)
    }

    func with(_ items: ArraySlice<WithItemNode>, _ body: [StatementNode]) {
        guard let item = items.first else { return statements(body) }
        let context = temporaries(3)
        let exit = context + 1
        expression(item.context, into: context)
        let outer = span
        span = item.context.span
        emit(.enterContext, exit, context)
        span = outer
        let region = open()
        let before = bound
        blocks.append(.context(region, exit: exit))
        if let target = item.target { store(target, from: exit + 1) }
        with(items.dropFirst(), body)
        blocks.removeLast()
        suspend(region)
        span = item.context.span
        emit(.exitContext, exit, Word.none, context)
        let end = Label()
        jump(.jump, to: end)
        bound = before

        let exception = temporaries(2)
        let saved = exception + 1
        close(region, handler: position, register: exception, catchesStops: true)
        emit(.pushHandled, saved, exception)
        let cleanup = open()
        emit(.exitContext, exit, exception, context)
        emit(.popHandled, saved)
        suspend(cleanup)
        jump(.jumpIfTrue, context, to: end)
        emit(.rethrow, exception)
        restoreAndRethrow(cleanup, saved, catchesStops: true)
        release(to: context)
        place(end)
        bound = before
    }

    // MARK: - Leaving early

    /// Emits what leaving the blocks from the innermost down to number `depth` needs. Their regions are suspended
    /// until `reopen(from:)`, since this code is outside of them.
    func unwind(to depth: Int) {
        let all = blocks
        while blocks.count > depth, let block = blocks.popLast() {
            switch block {
            case .loop: break
            case .protected(let region): suspend(region)
            case .finally(let region, let body):
                suspend(region)
                let before = bound
                statements(body)
                bound = before
            case .handler(let saved, let name):
                if let name { unbind(name) }
                emit(.popHandled, saved)
            case .context(let region, let exit):
                suspend(region)
                emit(.exitContext, exit, Word.none, temporary())
            case .finallyCopy(let saved): emit(.popHandled, saved)
            }
        }
        blocks = all
    }

    func reopen(from depth: Int) {
        for block in blocks[depth...] {
            switch block {
            case .protected(let region), .finally(let region, _), .context(let region, _): resume(region)
            default: break
            }
        }
    }
}
