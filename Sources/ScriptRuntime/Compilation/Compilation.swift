import BigInt
package import ScriptSyntax

/// Turns a tree into code that runs in one module.
public final class Compilation {
    /// What happens to expression statements at the top level.
    public enum Mode {
        /// Nothing.
        case file
        /// Each value is shown, as the prompt does.
        case interactive
        /// The value of the last statement, when it is an expression, is the result of the run.
        case lastValue
    }

    let source: SourceText
    let table: ScopeTable
    let module: ModuleObject
    let builtins: ModuleObject
    let mode: Mode
    var problem: CompilationError?

    private init(_ source: SourceText, _ table: ScopeTable, _ module: ModuleObject, _ builtins: ModuleObject, _ mode: Mode) {
        self.source = source
        self.table = table
        self.module = module
        self.builtins = builtins
        self.mode = mode
    }

    /// Code for a module or one input of a session. The tree and its scopes must be without errors.
    package static func compile(
        _ tree: ModuleNode, _ table: ScopeTable, source: SourceText, module: ModuleObject, builtins: ModuleObject,
        mode: Mode = .file
    ) throws -> CodeObject {
        let shared = Compilation(source, table, module, builtins, mode)
        let builder = CodeBuilder(.module, table[.module], parent: nil, shared)
        builder.parts.name = "<module>"
        builder.parts.qualifiedName = "<module>"
        builder.finishVariables()
        builder.moduleBody(tree.body)
        let code = builder.finish()
        if let problem = shared.problem { throw problem }
        return code
    }

    /// Slot of a global name, and of the built-in of that name.
    func slots(of name: String) -> (global: Int, builtin: Int) {
        let symbol = Symbol(name)
        return (module.slot(for: symbol), builtins.slot(for: symbol))
    }
}

extension CodeBuilder {
    func finish() -> CodeObject {
        if let problem, shared.problem == nil { shared.problem = problem }
        parts.freeNames = freeNames.map { Symbol($0) }
        return CodeObject(parts)
    }

    fileprivate func moduleBody(_ body: [StatementNode]) {
        var body = body
        var last: ExpressionNode?
        if shared.mode == .lastValue, let statement = body.last, case .expression(let value) = statement.kind {
            last = value
            body.removeLast()
        }
        for statement in body { self.statement(statement) }
        let result = temporary()
        if let last {
            expression(last, into: result)
        } else {
            emit(.constant, result)
            setConstant(.none)
        }
        emit(.returnValue, result)
    }

    /// Fills the constant of the instruction just emitted.
    func setConstant(_ value: Value) {
        parts.instructions[position - 1] |= UInt64(constant(value)) << 24
    }

    func load(_ value: Value, into register: Int) {
        emit(.constant, register)
        setConstant(value)
    }

    // MARK: - Functions

    /// A builder for a scope inside this one, its variables laid out.
    func inner(_ kind: Kind, _ id: ScopeID, arguments: ArgumentsNode?, unbinding body: [StatementNode]) -> CodeBuilder {
        let scope = shared.table[id]
        let inner = CodeBuilder(kind, scope, parent: self, shared)
        inner.layOut(arguments)
        inner.unbound = Unbinding.names(in: body, scope)
        for (name, register) in inner.registers where register < inner.parameterCount && !inner.unbound.contains(name) {
            inner.bound.insert(register)
        }
        return inner
    }

    var parameterCount: Int {
        parts.positionalCount + parts.keywordOnlyCount + (parts.hasVariadic ? 1 : 0) + (parts.hasKeywords ? 1 : 0)
    }

    private func layOut(_ arguments: ArgumentsNode?) {
        span = scope.symbols.first?.span ?? .zero
        if let arguments {
            parts.positionalOnlyCount = arguments.positionalOnly.count
            parts.positionalCount = arguments.positionalOnly.count + arguments.positional.count
            parts.keywordOnlyCount = arguments.keywordOnly.count
            parts.hasVariadic = arguments.variadic != nil
            parts.hasKeywords = arguments.variadicKeywords != nil
            for parameter in arguments.all { _ = variable(scope.mangled(parameter.name.text)) }
        } else if scope.kind == .comprehension {
            parts.positionalCount = 1
            _ = variable(".0")
        }
        for symbol in scope.symbols {
            switch symbol.binding {
            case .local where kind != .module: _ = variable(symbol.name)
            case .cell:
                _ = variable(symbol.name)
                cells.insert(symbol.name)
            default: break
            }
        }
        if scope.needsClassCell {
            _ = variable("__class__")
            cells.insert("__class__")
        }
        for name in scope.free where free[name] == nil {
            free[name] = freeNames.count
            freeNames.append(name)
        }
        finishVariables()
        parts.isGenerator = scope.isGenerator
        for (name, register) in registers.sorted(by: { $0.value < $1.value }) where cells.contains(name) { emit(.makeCell, register) }
    }

    /// Emits what makes a function of `inner` into `register`.
    func makeFunction(
        _ inner: CodeBuilder, into register: Int, defaults: [ExpressionNode] = [], keywordDefaults: [ExpressionNode?] = []
    ) {
        let base = temporaries(3)
        var flags = 0
        if !defaults.isEmpty {
            let first = temporaries(defaults.count)
            for (offset, value) in defaults.enumerated() { expression(value, into: first + offset) }
            emit(.buildTuple, base + 1, first, defaults.count)
            release(to: base + 3)
            flags |= 1
        }
        if keywordDefaults.contains(where: { $0 != nil }) {
            let first = temporaries(keywordDefaults.count)
            for (offset, value) in keywordDefaults.enumerated() {
                if let value { expression(value, into: first + offset) } else { load(.undefined, into: first + offset) }
            }
            emit(.buildTuple, base + 2, first, keywordDefaults.count)
            flags |= 2
        }
        emitFunction(inner, base, flags)
        emit(.move, register, base)
        release(to: base)
    }

    private func emitFunction(_ inner: CodeBuilder, _ base: Int, _ flags: Int) {
        inner.parts.captures = inner.freeNames.map { capture($0) }
        emit(.makeFunction, base, code(inner.finish()), 0, flags)
    }

    private func capture(_ name: String) -> Capture {
        if cells.contains(name), let register = registers[name] { return .register(register) }
        if let index = free[name] { return .free(index) }
        // Passes through a scope that the analysis did not mark: take it from further out.
        free[name] = freeNames.count
        freeNames.append(name)
        return .free(freeNames.count - 1)
    }

    func functionDefinition(_ node: FunctionNode, into register: Int) {
        let inner = self.inner(.function, node.scope, arguments: node.arguments, unbinding: node.body)
        inner.parts.doc = node.docstring
        inner.parts.annotations = annotations(node.arguments, node.returns)
        for statement in node.body { inner.statement(statement) }
        inner.returnNone()
        makeFunction(inner, into: register, defaults: node.arguments.defaults, keywordDefaults: node.arguments.keywordDefaults)
    }

    func returnNone() {
        let result = temporary()
        load(.none, into: result)
        emit(.returnValue, result)
    }

    private func annotations(_ arguments: ArgumentsNode, _ returns: ExpressionNode?) -> [(name: String, text: String)] {
        var result = arguments.all.compactMap { parameter in
            parameter.annotation.map { (name: parameter.name.text, text: shared.source.text(of: $0.span)) }
        }
        if let returns { result.append(("return", shared.source.text(of: returns.span))) }
        return result
    }

    func lambda(_ node: LambdaNode, into register: Int) {
        let inner = self.inner(.function, node.scope, arguments: node.arguments, unbinding: [])
        let result = inner.temporary()
        inner.expression(node.body, into: result)
        inner.span = node.body.span
        if inner.parts.isGenerator { inner.release(to: result + 1) }
        inner.emit(.returnValue, result)
        makeFunction(
            inner, into: register, defaults: node.arguments.defaults, keywordDefaults: node.arguments.keywordDefaults)
    }

    func classDefinition(_ node: ClassNode, into register: Int) {
        let inner = self.inner(.classBody, node.scope, arguments: nil, unbinding: node.body)
        inner.parts.doc = node.docstring
        for statement in node.body { inner.statement(statement) }
        inner.emit(.returnNamespace)
        let base = temporaries(2)
        var baseRegister = Word.none
        if let parent = node.bases.first {
            expression(parent, into: base + 1)
            baseRegister = base + 1
        }
        let body = temporaries(3)
        emitFunction(inner, body, 0)
        emit(.makeClass, register, body, baseRegister)
        release(to: base)
    }

    // MARK: - Comprehensions

    enum ComprehensionKind { case list, set, dict, generator }

    func comprehension(_ node: ComprehensionNode, _ kind: ComprehensionKind, into register: Int) {
        let inner = self.inner(.function, node.scope, arguments: nil, unbinding: [])
        inner.span = span
        inner.comprehensionBody(node, kind)
        let base = temporaries(2)
        makeFunction(inner, into: base)
        // The outermost iterable belongs to the scope outside.
        expression(node.generators[0].iterable, into: base + 1)
        let whole = span
        span = node.generators[0].iterable.span
        emit(.getIterator, base + 1, base + 1)
        span = whole
        emit(.call, base, 1, register)
        release(to: base)
    }

    private func comprehensionBody(_ node: ComprehensionNode, _ kind: ComprehensionKind) {
        let result = temporary()
        switch kind {
        case .list: emit(.buildList, result, 0, 0)
        case .set: emit(.buildSet, result, 0, 0)
        case .dict: emit(.buildDict, result, 0, 0)
        case .generator: break
        }
        comprehensionLoop(node, kind, result, level: 0)
        if kind == .generator { load(.none, into: result) }
        emit(.returnValue, result)
    }

    private func comprehensionLoop(_ node: ComprehensionNode, _ kind: ComprehensionKind, _ result: Int, level: Int) {
        if level == node.generators.count { return comprehensionElement(node, kind, result) }
        let clause = node.generators[level]
        let mark = nextTemporary
        let iterator = temporary()
        span = clause.iterable.span
        if level == 0 {
            emit(.move, iterator, registers[".0"] ?? 0)
        } else {
            expression(clause.iterable, into: iterator)
            span = clause.iterable.span
            emit(.getIterator, iterator, iterator)
        }
        let again = Label()
        let next = Label()
        let end = Label()
        let before = bound
        place(again)
        forStep(iterator, clause.target, end: end)
        // Every way back passes the instruction that counts: one that takes nothing may be endless too.
        for condition in clause.conditions { branch(condition, to: next, when: false) }
        comprehensionLoop(node, kind, result, level: level + 1)
        place(next)
        jump(.loop, to: again)
        place(end)
        bound = before
        release(to: mark)
    }

    private func comprehensionElement(_ node: ComprehensionNode, _ kind: ComprehensionKind, _ result: Int) {
        let mark = nextTemporary
        let element = operand(node.element)
        span = node.element.span
        switch kind {
        case .list: emit(.listAppend, result, element)
        case .set: emit(.setAdd, result, element)
        case .dict:
            if let value = node.value {
                let held = held(element, before: value)
                let item = operand(value)
                emit(.dictSet, result, held, item)
            }
        case .generator: emit(.yieldValue, temporary(), element)
        }
        release(to: mark)
    }
}

/// Finds the names that are unbound somewhere in a function: by `del`, or at the end of `except ... as name`.
enum Unbinding {
    static func names(in body: [StatementNode], _ scope: Scope) -> Set<String> {
        var names: Set<String> = []
        var work = body
        while let statement = work.popLast() {
            switch statement.kind {
            case .delete(let targets):
                var pending = targets
                while let target = pending.popLast() {
                    switch target.kind {
                    case .name(let name): names.insert(scope.mangled(name))
                    case .tuple(let items), .list(let items): pending += items
                    default: break
                    }
                }
            case .try(let node):
                for handler in node.handlers {
                    if let name = handler.name { names.insert(scope.mangled(name.text)) }
                    work += handler.body
                }
                work += node.body + node.orelse + node.finalBody
            case .for(_, _, let body, let orelse), .while(_, let body, let orelse), .if(_, let body, let orelse):
                work += body + orelse
            case .with(_, let body): work += body
            default: break
            }
        }
        return names
    }
}
