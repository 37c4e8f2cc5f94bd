extension ScopeCollector {
    mutating func statements(_ body: [StatementNode]) {
        for statement in body { self.statement(statement) }
    }

    private mutating func statement(_ statement: StatementNode) {
        switch statement.kind {
        case .expression(let value): expression(value)
        case .assign(let targets, let value):
            for target in targets { bindTarget(target, statement.span) }
            expression(value)
        case .augAssign(let target, _, let value):
            // Read and written; both make it known, only the writing binds it.
            if case .name(let name) = target.kind {
                bind(name, target.span)
                markUsed(name)
            } else {
                expression(target)
            }
            expression(value)
        case .annAssign(let target, let annotation, let value, let simple):
            annotated(target, annotation, value, simple)
        case .delete(let targets): targets.forEach { self.target($0) }
        case .return(let value):
            if !isInFunction { diagnostics.append(.returnOutsideFunction(statement.span)) }
            optional(value)
        case .raise(let exception, let cause):
            optional(exception)
            optional(cause)
        case .assert(let test, let message):
            expression(test)
            optional(message)
        case .global(let names): declare(names, isGlobal: true)
        case .nonlocal(let names): declare(names, isGlobal: false)
        case .import(let names):
            importedModules.formUnion(names.map(\.boundName))
            imports(names, statement)
        case .importFrom(_, let names): imports(names, statement)
        case .break:
            if !isInLoop { diagnostics.append(.breakOutsideLoop(statement.span)) }
        case .continue:
            if !isInLoop { diagnostics.append(.continueOutsideLoop(statement.span)) }
        case .pass: break
        default: compound(statement)
        }
    }

    private var isInFunction: Bool { scopes[current].kind == .function || scopes[current].kind == .lambda }

    private mutating func markUsed(_ name: String) {
        let name = scopes[current].mangled(name)
        if let position = scopes[current].position(of: name) { scopes[current].symbols[position].isUsed = true }
    }

    private mutating func annotated(
        _ target: ExpressionNode, _ annotation: ExpressionNode, _ value: ExpressionNode?, _ simple: Bool
    ) {
        if case .name(let name) = target.kind {
            let mangled = scopes[current].mangled(name)
            if let position = scopes[current].position(of: mangled), simple, current != 0 {
                let symbol = scopes[current].symbols[position]
                if symbol.isGlobal || symbol.isNonlocal {
                    let keyword = symbol.isGlobal ? "global" : "nonlocal"
                    diagnostics.append(.annotatedDeclared(Identifier(name, target.span), keyword, symbol.span))
                }
            }
            if simple || value != nil { bind(name, target.span) }
            if simple, let position = scopes[current].position(of: mangled) {
                scopes[current].symbols[position].isAnnotated = true
            }
        } else {
            expression(target)
        }
        // The annotation of a local variable is never evaluated.
        let outer = isUnevaluated
        isUnevaluated = outer || scopes[current].isFunctionLike
        if !ignoresAnnotations { expression(annotation) }
        isUnevaluated = outer
        optional(value)
    }

    private mutating func imports(_ names: [AliasNode], _ statement: StatementNode) {
        for alias in names {
            let shown = alias.alias ?? alias.name
            bind(alias.boundName, shown.span)
            note(Identifier(alias.boundName, shown.span), .import, statement.span)
        }
    }

    /// A target of an assignment; a single name is expected to be used somewhere.
    private mutating func bindTarget(_ target: ExpressionNode, _ statement: SourceSpan) {
        if case .name(let name) = target.kind { note(Identifier(name, target.span), .variable, statement) }
        self.target(target)
    }

    private mutating func compound(_ statement: StatementNode) {
        switch statement.kind {
        case .if(let test, let body, let orelse):
            expression(test)
            statements(body)
            statements(orelse)
        case .while(let test, let body, let orelse):
            expression(test)
            block(statement.span) { $0.loop(body) }
            statements(orelse)
        case .for(let target, let iterable, let body, let orelse):
            self.target(target)
            expression(iterable)
            let outer = loopNames
            loopNames.formUnion(target.boundNames)
            block(statement.span) { $0.loop(body) }
            loopNames = outer
            statements(orelse)
        case .with(let items, let body):
            with(items[...], body, statement.span)
        case .try(let node): tryStatement(node, statement.span)
        case .functionDef(let node): function(node, statement.span)
        case .classDef(let node): classDefinition(node, statement.span)
        default: break
        }
    }

    private mutating func loop(_ body: [StatementNode]) {
        let outer = isInLoop
        isInLoop = true
        statements(body)
        isInLoop = outer
    }

    /// A block that CPython's compiler keeps a record for: it has room for 20 of them.
    private mutating func block(_ span: SourceSpan, _ body: (inout ScopeCollector) -> Void) {
        blockDepth += 1
        if blockDepth == 21 { diagnostics.append(.tooManyBlocks(span)) }
        body(&self)
        blockDepth -= 1
    }

    private mutating func with(_ items: ArraySlice<WithItemNode>, _ body: [StatementNode], _ span: SourceSpan) {
        guard let item = items.first else { return statements(body) }
        // One error is enough: what stands deeper is not descended into.
        if blockDepth > 21 { return }
        expression(item.context)
        block(span) { collector in
            if let target = item.target { collector.target(target) }
            collector.with(items.dropFirst(), body, span)
        }
    }

    private mutating func tryStatement(_ node: TryNode, _ span: SourceSpan) {
        guard node.finalBody.isEmpty else {
            block(span) { $0.handlers(node, span) }
            block(span) { $0.statements(node.finalBody) }
            return
        }
        handlers(node, span)
    }

    private mutating func handlers(_ node: TryNode, _ span: SourceSpan) {
        if node.handlers.isEmpty {
            statements(node.body)
        } else {
            block(span) { $0.statements(node.body) }
        }
        for handler in node.handlers {
            optional(handler.type)
            if let name = handler.name { bind(name.text, name.span) }
            block(span) { $0.block(span) { $0.statements(handler.body) } }
        }
        statements(node.orelse)
    }

    // MARK: - Definitions

    private mutating func function(_ node: FunctionNode, _ span: SourceSpan) {
        bind(node.name.text, node.name.span)
        if node.decorators.isEmpty { note(node.name, .function, span) }
        defaults(node.arguments)
        if !ignoresAnnotations {
            for parameter in node.arguments.all { optional(parameter.annotation) }
            optional(node.returns)
        }
        node.decorators.forEach { expression($0) }
        captureLoop(node.scope)
        inScope(node.scope, .function, node.name.text) {
            $0.bindParameters(node.arguments)
            $0.statements(node.body)
        }
    }

    mutating func defaults(_ arguments: ArgumentsNode) {
        arguments.defaults.forEach { expression($0) }
        for value in arguments.keywordDefaults { optional(value) }
    }

    private mutating func classDefinition(_ node: ClassNode, _ span: SourceSpan) {
        bind(node.name.text, node.name.span)
        if node.decorators.isEmpty { note(node.name, .class, span) }
        node.bases.forEach { expression($0) }
        node.decorators.forEach { expression($0) }
        inScope(node.scope, .classBody, node.name.text, className: node.name.text) { $0.statements(node.body) }
    }

    /// Remembers that the function `scope` is made inside a loop.
    mutating func captureLoop(_ scope: ScopeID) {
        guard !loopNames.isEmpty, !isTransient else { return }
        captures.append(LoopCapture(scope: scope.index, names: loopNames))
    }
}

extension ExpressionNode {
    /// The names that this target binds.
    var boundNames: [String] {
        switch kind {
        case .name(let name): [name]
        case .tuple(let elements), .list(let elements): elements.flatMap(\.boundNames)
        case .starred(let inner): inner.boundNames
        default: []
        }
    }
}
