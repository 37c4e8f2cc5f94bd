/// The second pass: from what each scope binds and uses to where each name lives (CPython's `analyze_block`).
struct ScopeResolver {
    var scopes: [Scope]
    let children: [[Int]]
    var diagnostics: [Diagnostic] = []

    init(scopes: [Scope], children: [[Int]]) {
        self.scopes = scopes
        self.children = children
    }

    mutating func resolve() {
        var free: Set<String> = []
        resolve(0, bound: nil, globals: [], free: &free)
    }

    /// - Parameters:
    ///   - bound: names bound in the functions around; nil at the module.
    ///   - globals: names declared global around.
    ///   - free: receives the names that this scope and those inside it need from around.
    private mutating func resolve(_ index: Int, bound: Set<String>?, globals: Set<String>, free: inout Set<String>) {
        let isClass = scopes[index].kind == .classBody
        var bound = bound
        var globals = globals
        var locals: Set<String> = []
        var needed: Set<String> = []
        // A class hands down what it was given, not what it binds.
        let handedDown = (bound, globals)
        for position in scopes[index].symbols.indices {
            bind(index, position, &bound, &globals, &locals, &free)
        }
        var innerBound = bound ?? []
        var innerGlobals = globals
        if isClass {
            innerBound = (handedDown.0 ?? []).union(["__class__"])
            innerGlobals = handedDown.1
        } else if scopes[index].isFunctionLike {
            innerBound.formUnion(locals)
        }
        for child in children[index] {
            resolve(child, bound: innerBound, globals: innerGlobals, free: &needed)
        }
        if scopes[index].isFunctionLike {
            makeCells(index, &needed)
        } else if isClass, needed.remove("__class__") != nil {
            scopes[index].needsClassCell = true
        }
        passThrough(index, needed, bound: bound)
        free.formUnion(needed)
    }

    /// Decides one name of one scope.
    private mutating func bind(
        _ index: Int, _ position: Int, _ bound: inout Set<String>?, _ globals: inout Set<String>,
        _ locals: inout Set<String>, _ free: inout Set<String>
    ) {
        let symbol = scopes[index].symbols[position]
        let name = symbol.name
        let binding: Scope.Binding
        if symbol.isGlobal {
            binding = .globalExplicit
            globals.insert(name)
            bound?.remove(name)
        } else if symbol.isNonlocal {
            if bound?.contains(name) != true, index != 0 {
                diagnostics.append(.nonlocalUnbound(symbol.span, name))
            }
            binding = .free
            free.insert(name)
        } else if symbol.isBound {
            binding = .local
            locals.insert(name)
            globals.remove(name)
        } else if bound?.contains(name) == true {
            binding = .free
            free.insert(name)
        } else {
            binding = .globalImplicit
        }
        scopes[index].symbols[position].binding = binding
    }

    /// Locals that scopes inside need are cells, and no longer needed from around.
    private mutating func makeCells(_ index: Int, _ needed: inout Set<String>) {
        for position in scopes[index].symbols.indices where scopes[index].symbols[position].binding == .local {
            if needed.remove(scopes[index].symbols[position].name) != nil {
                scopes[index].symbols[position].binding = .cell
            }
        }
    }

    /// Names that scopes inside need from outside pass through this one.
    private mutating func passThrough(_ index: Int, _ needed: Set<String>, bound: Set<String>?) {
        let isClass = scopes[index].kind == .classBody
        for name in needed.sorted() {
            if let position = scopes[index].position(of: name) {
                let symbol = scopes[index].symbols[position]
                if isClass, symbol.isBound || symbol.isGlobal {
                    scopes[index].symbols[position].isFreeInClass = true
                }
            } else if bound?.contains(name) == true {
                let position = scopes[index].position(of: name, .zero)
                scopes[index].symbols[position].binding = .free
            }
        }
    }
}
