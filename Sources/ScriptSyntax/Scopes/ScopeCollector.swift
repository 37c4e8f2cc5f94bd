/// The first pass: which names each scope binds, uses and declares, in the order of CPython's symbol tables.
struct ScopeCollector {
    var scopes: [Scope]
    /// Scopes directly inside each scope, in source order.
    var children: [[Int]]
    var diagnostics: [Diagnostic] = []
    var captures: [LoopCapture] = []
    var plainBindings: [PlainBinding] = []

    /// A function made inside a loop over these names.
    struct LoopCapture: Sendable {
        let scope: Int
        let names: Set<String>
    }

    /// A name bound in a way that makes sense only if it is used.
    struct PlainBinding: Sendable {
        enum What: String, Sendable { case variable, `import`, function, `class` }
        let scope: Int
        let name: String
        let span: SourceSpan
        let what: What
        /// `import a.b`, which may be wanted for its effect, has no alias.
        let statement: SourceSpan
    }

    var current = 0
    var isInLoop = false
    /// Inside the iterable of a comprehension, where `:=` cannot stand.
    var iterableDepth = 0
    /// Inside the target of a comprehension's `for`.
    var isIterationTarget = false
    /// Inside an annotation that is never evaluated.
    var isUnevaluated = false
    /// `from __future__ import annotations`: annotations are kept as text.
    var ignoresAnnotations = false
    /// What the `for` loops and comprehensions around the current place bind, in the current scope.
    var loopNames: Set<String> = []
    /// What the file's `import` statements bind.
    var importedModules: Set<String> = []
    /// Loops, `with` and `try` around the current place, counted as CPython counts them.
    var blockDepth = 0
    /// The lambda under way is used up on the spot.
    var isTransient = false

    init(scopeCount: Int) {
        scopes = (0..<max(1, scopeCount)).map {
            Scope(id: ScopeID($0), kind: .module, name: "<module>", parent: nil, className: nil)
        }
        children = Array(repeating: [], count: scopes.count)
    }

    mutating func visit(_ module: ModuleNode) {
        checkFutureImports(module)
        statements(module.body)
    }

    // MARK: - Scopes

    /// Runs `body` inside the new scope `id`.
    mutating func inScope(
        _ id: ScopeID, _ kind: Scope.Kind, _ name: String, className: String? = nil,
        _ body: (inout ScopeCollector) -> Void
    ) {
        guard id.index < scopes.count else { return }
        let outer = (current, isInLoop, iterableDepth, loopNames, isTransient, blockDepth)
        let inherited = className ?? scopes[current].className
        scopes[id.index] = Scope(id: id, kind: kind, name: name, parent: ScopeID(current), className: inherited)
        children[current].append(id.index)
        current = id.index
        isInLoop = false
        iterableDepth = 0
        loopNames = []
        isTransient = false
        blockDepth = 0
        body(&self)
        (current, isInLoop, iterableDepth, loopNames, isTransient, blockDepth) = outer
    }

    // MARK: - Symbols

    mutating func bind(_ name: String, _ span: SourceSpan) {
        let name = scopes[current].mangled(name)
        let position = scopes[current].position(of: name, span)
        if isIterationTarget {
            if scopes[current].symbols[position].isGlobal || scopes[current].symbols[position].isNonlocal {
                diagnostics.append(.walrusRebindsIteration(span, name))
            }
            scopes[current].symbols[position].isIteration = true
        }
        scopes[current].symbols[position].isBound = true
    }

    mutating func use(_ name: String, _ span: SourceSpan) {
        let name = scopes[current].mangled(name)
        let position = scopes[current].position(of: name, span)
        scopes[current].symbols[position].isUsed = true
        if !isUnevaluated, scopes[current].symbols[position].evaluatedUse == nil {
            scopes[current].symbols[position].evaluatedUse = span
        }
        if name == "super", scopes[current].isFunctionLike {
            let position = scopes[current].position(of: "__class__", span)
            scopes[current].symbols[position].isUsed = true
        }
    }

    mutating func bindParameters(_ arguments: ArgumentsNode) {
        for parameter in arguments.all {
            let name = scopes[current].mangled(parameter.name.text)
            let position = scopes[current].position(of: name, parameter.name.span)
            scopes[current].symbols[position].isParameter = true
            scopes[current].symbols[position].isBound = true
        }
    }

    /// `global` and `nonlocal`.
    mutating func declare(_ names: [Identifier], isGlobal: Bool) {
        let keyword = isGlobal ? "global" : "nonlocal"
        for identifier in names {
            let name = scopes[current].mangled(identifier.text)
            let isKnown = scopes[current].position(of: name) != nil
            let position = scopes[current].position(of: name, identifier.span)
            let symbol = scopes[current].symbols[position]
            if !isGlobal, current == 0 {
                diagnostics.append(.nonlocalAtModule(identifier.span))
                continue
            }
            if symbol.isParameter {
                diagnostics.append(.declaredParameter(identifier, keyword, symbol.span))
            } else if isKnown, symbol.isAnnotated {
                diagnostics.append(.annotatedDeclared(identifier, keyword, symbol.span))
            } else if isKnown, symbol.isUsed || (symbol.isBound && !symbol.isGlobal && !symbol.isNonlocal) {
                diagnostics.append(.usedBeforeDeclaration(identifier, keyword, symbol.span))
            } else if isGlobal ? symbol.isNonlocal : symbol.isGlobal {
                diagnostics.append(.nonlocalAndGlobal(identifier))
            }
            if isGlobal {
                scopes[current].symbols[position].isGlobal = true
            } else {
                scopes[current].symbols[position].isNonlocal = true
            }
        }
    }

    mutating func note(_ name: Identifier, _ what: PlainBinding.What, _ statement: SourceSpan) {
        plainBindings.append(
            PlainBinding(
                scope: current, name: scopes[current].mangled(name.text), span: name.span, what: what,
                statement: statement))
    }

    // MARK: - Future imports

    private static let futures: Set<String> = [
        "nested_scopes", "generators", "division", "absolute_import", "with_statement", "print_function",
        "unicode_literals", "generator_stop", "annotations",
    ]

    /// `from __future__ import` must come first and name something that exists.
    private mutating func checkFutureImports(_ module: ModuleNode) {
        var mayStand = true
        for (offset, statement) in module.body.enumerated() {
            guard case .importFrom(let name, let names) = statement.kind, name.text == "__future__" else {
                let isDocstring = offset == 0 && module.docstring != nil
                if !isDocstring { mayStand = false }
                continue
            }
            if !mayStand { diagnostics.append(.lateFutureImport(statement.span)) }
            if names.contains(where: { $0.name.text == "annotations" }) { ignoresAnnotations = true }
            for alias in names where !ScopeCollector.futures.contains(alias.name.text) {
                diagnostics.append(alias.name.text == "barry_as_FLUFL" ? .refusedFuture(alias.name) : .unknownFuture(alias.name))
            }
        }
    }
}
