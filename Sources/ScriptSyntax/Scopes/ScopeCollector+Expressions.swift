extension ScopeCollector {
    mutating func optional(_ value: ExpressionNode?) {
        if let value { expression(value) }
    }

    /// A place that is stored to or deleted.
    mutating func target(_ target: ExpressionNode) {
        switch target.kind {
        case .name(let name): bind(name, target.span)
        case .tuple(let elements), .list(let elements): elements.forEach { self.target($0) }
        case .starred(let inner): self.target(inner)
        default: expression(target)
        }
    }

    mutating func expression(_ value: ExpressionNode) {
        switch value.kind {
        case .name(let name): use(name, value.span)
        case .constant: break
        case .attribute(let object, let name):
            refuse(name, of: object)
            expression(object)
        case .call(let function, let arguments, let keywords): call(function, arguments, keywords)
        case .binOp(let left, _, let right):
            expression(left)
            expression(right)
        case .boolOp(_, let values), .tuple(let values), .list(let values), .set(let values), .joinedStr(let values):
            values.forEach { expression($0) }
        case .unaryOp(_, let operand), .starred(let operand): expression(operand)
        case .compare(let left, _, let comparators):
            expression(left)
            comparators.forEach { expression($0) }
        case .subscript(let object, let index):
            expression(object)
            expression(index)
        case .slice(let lower, let upper, let step):
            optional(lower)
            optional(upper)
            optional(step)
        case .ifExp(let test, let body, let orelse):
            expression(test)
            expression(body)
            expression(orelse)
        case .dict(let keys, let values):
            for key in keys { optional(key) }
            values.forEach { expression($0) }
        case .formattedValue(let field):
            expression(field.value)
            optional(field.formatSpec)
        case .yield(let inner):
            yield(value.span)
            optional(inner)
        case .yieldFrom(let inner):
            yield(value.span)
            expression(inner)
        case .namedExpr(let target, let inner): walrus(target, inner)
        case .lambda(let node): lambda(node)
        case .listComp(let node): comprehension(node, "<listcomp>")
        case .setComp(let node): comprehension(node, "<setcomp>")
        case .dictComp(let node): comprehension(node, "<dictcomp>")
        case .generatorExp(let node): comprehension(node, "<genexpr>")
        }
    }

    private mutating func refuse(_ attribute: Identifier, of object: ExpressionNode) {
        guard attribute.text.utf8.contains(UInt8(ascii: "_")) else { return }
        if let refusal = Diagnostic.refusedAttribute(attribute) {
            diagnostics.append(refusal)
        } else if attribute.text == "__dict__", case .name(let name) = object.kind, importedModules.contains(name) {
            diagnostics.append(.moduleNamespace(attribute, module: name))
        }
    }

    /// Methods that keep what they are given: a lambda passed to them outlives the call.
    private static let keepers: Set<String> = ["append", "add", "insert", "appendleft", "setdefault", "register"]

    private mutating func call(
        _ function: ExpressionNode, _ arguments: [ExpressionNode], _ keywords: [KeywordNode]
    ) {
        expression(function)
        var keeps = false
        if case .attribute(_, let name) = function.kind { keeps = ScopeCollector.keepers.contains(name.text) }
        let outer = isTransient
        isTransient = !keeps
        arguments.forEach { expression($0) }
        keywords.forEach { expression($0.value) }
        isTransient = outer
    }

    private mutating func yield(_ span: SourceSpan) {
        switch scopes[current].kind {
        case .function, .lambda: scopes[current].isGenerator = true
        case .comprehension: diagnostics.append(.yieldInComprehension(span))
        case .module, .classBody: diagnostics.append(.yieldOutsideFunction(span))
        }
    }

    private mutating func lambda(_ node: LambdaNode) {
        defaults(node.arguments)
        captureLoop(node.scope)
        inScope(node.scope, .lambda, "<lambda>") {
            $0.bindParameters(node.arguments)
            $0.expression(node.body)
        }
    }

    private mutating func comprehension(_ node: ComprehensionNode, _ name: String) {
        guard let first = node.generators.first else { return }
        // The outermost iterable is evaluated outside.
        iterableDepth += 1
        expression(first.iterable)
        iterableDepth -= 1
        let wasIterable = iterableDepth
        inScope(node.scope, .comprehension, name) { collector in
            collector.iterableDepth = wasIterable
            let position = collector.scopes[collector.current].position(of: ".0", first.iterable.span)
            collector.scopes[collector.current].symbols[position].isParameter = true
            collector.scopes[collector.current].symbols[position].isBound = true
            if name == "<genexpr>" { collector.scopes[collector.current].isGenerator = true }
            collector.clauses(node)
            collector.optional(node.value)
            collector.expression(node.element)
        }
    }

    private mutating func clauses(_ node: ComprehensionNode) {
        for (offset, clause) in node.generators.enumerated() {
            isIterationTarget = true
            target(clause.target)
            isIterationTarget = false
            loopNames.formUnion(clause.target.boundNames)
            if offset > 0 {
                iterableDepth += 1
                expression(clause.iterable)
                iterableDepth -= 1
            }
            clause.conditions.forEach { expression($0) }
        }
    }

    // MARK: - The walrus

    private mutating func walrus(_ target: ExpressionNode, _ value: ExpressionNode) {
        guard case .name(let name) = target.kind else { return }
        if iterableDepth > 0 {
            diagnostics.append(.walrusInIterable(target.span))
            return
        }
        if scopes[current].kind == .comprehension { bindOutside(name, target.span) }
        expression(value)
        bind(name, target.span)
    }

    /// A walrus in a comprehension binds in the scope that holds the comprehension.
    private mutating func bindOutside(_ name: String, _ span: SourceSpan) {
        var index = current
        while true {
            let mangled = scopes[index].mangled(name)
            let known = scopes[index].position(of: mangled).map { scopes[index].symbols[$0] }
            switch scopes[index].kind {
            case .comprehension:
                if known?.isIteration == true {
                    diagnostics.append(.walrusRebindsIteration(span, name))
                    return
                }
                guard let parent = scopes[index].parent else { return }
                index = parent.index
                continue
            case .classBody:
                diagnostics.append(.walrusInClassComprehension(span))
            case .function, .lambda:
                declareInComprehension(mangled, span, isGlobal: known?.isGlobal == true)
                markBound(mangled, span, in: index, isGlobal: false)
            case .module:
                declareInComprehension(mangled, span, isGlobal: true)
                markBound(mangled, span, in: index, isGlobal: true)
            }
            return
        }
    }

    private mutating func declareInComprehension(_ name: String, _ span: SourceSpan, isGlobal: Bool) {
        let position = scopes[current].position(of: name, span)
        if isGlobal {
            scopes[current].symbols[position].isGlobal = true
        } else {
            scopes[current].symbols[position].isNonlocal = true
        }
    }

    private mutating func markBound(_ name: String, _ span: SourceSpan, in scope: Int, isGlobal: Bool) {
        let position = scopes[scope].position(of: name, span)
        scopes[scope].symbols[position].isBound = true
        if isGlobal { scopes[scope].symbols[position].isGlobal = true }
    }
}
