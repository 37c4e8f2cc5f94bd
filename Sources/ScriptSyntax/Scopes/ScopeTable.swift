/// What every name of a module means, scope by scope: CPython's symbol tables.
public struct ScopeTable: Sendable {
    /// Indexed by `ScopeID.index`.
    public internal(set) var scopes: [Scope]

    /// The scope of a number.
    public subscript(id: ScopeID) -> Scope { scopes[id.index] }
}

/// One scope: a module, a function or lambda, a class body or a comprehension.
public struct Scope: Sendable {
    /// What opens the scope.
    public enum Kind: Sendable { case module, function, lambda, classBody, comprehension }

    /// Where a name lives, seen from this scope.
    public enum Binding: Sendable {
        /// A slot of this scope only (in a class or module scope: its namespace).
        case local
        /// Bound here, and used by a scope inside: a shared cell.
        case cell
        /// Bound in an enclosing function: that one's cell.
        case free
        /// Declared `global`.
        case globalExplicit
        /// Bound nowhere around: a global or a built-in.
        case globalImplicit
    }

    /// A name of the scope and how it is bound.
    public struct Symbol: Sendable {
        /// Mangled when private to a class.
        public let name: String
        public internal(set) var binding = Binding.globalImplicit
        public internal(set) var isParameter = false
        /// Assigned, imported, deleted, defined or otherwise bound in this very scope.
        public internal(set) var isBound = false
        public internal(set) var isUsed = false
        public internal(set) var isNonlocal = false
        /// Passes through a class body to a scope inside it, where the class itself may bind it as well.
        public internal(set) var isFreeInClass = false
        /// Where it was first seen.
        public internal(set) var span: SourceSpan

        var isGlobal = false
        var isIteration = false
        var isAnnotated = false
        /// Read where reading happens at run time, not in an annotation that is never evaluated.
        var evaluatedUse: SourceSpan?

        init(name: String, span: SourceSpan) {
            self.name = name
            self.span = span
        }
    }

    public let id: ScopeID
    public let kind: Kind
    /// `<module>`, the name of a function or class, `<lambda>`, `<listcomp>`, ...
    public let name: String
    public let parent: ScopeID?
    /// The innermost class around, for private names.
    public let className: String?
    /// In order of first appearance, parameters first.
    public internal(set) var symbols: [Symbol] = []
    /// Has a `yield`: calling it gives a generator (also set for generator expressions).
    public internal(set) var isGenerator = false
    /// A class whose methods use `super()` or `__class__`: its body must fill the cell `__class__`.
    public internal(set) var needsClassCell = false

    private var positions: [String: Int] = [:]

    init(id: ScopeID, kind: Kind, name: String, parent: ScopeID?, className: String?) {
        self.id = id
        self.kind = kind
        self.name = name
        self.parent = parent
        self.className = className
    }

    /// Functions, lambdas and comprehensions: what has slots and can lend them to scopes inside.
    public var isFunctionLike: Bool { kind == .function || kind == .lambda || kind == .comprehension }

    /// The symbol of a name as written in the tree; mangles private names.
    public func symbol(_ name: String) -> Symbol? {
        positions[mangled(name)].map { symbols[$0] }
    }

    /// `__name` inside class `C` is `_C__name`; anything else stays.
    public func mangled(_ name: String) -> String {
        guard let className else { return name }
        return Scope.mangled(name, inClass: className)
    }

    /// `__name` inside a class `C` is `_C__name`; anything else stays.
    public static func mangled(_ name: String, inClass className: String) -> String {
        guard name.utf8.starts(with: "__".utf8), !name.hasSuffix("__"), !name.utf8.contains(46) else { return name }
        let stripped = className.drop { $0 == "_" }
        return stripped.isEmpty ? name : "_" + stripped + name
    }

    /// Names of the slots that scopes inside share, in order.
    public var cells: [String] { symbols.lazy.filter { $0.binding == .cell }.map(\.name) }
    /// Names taken from enclosing functions, in order.
    public var free: [String] { symbols.lazy.filter { $0.binding == .free || $0.isFreeInClass }.map(\.name) }

    // MARK: - Building

    /// The position of a name that is mangled already; the symbol is made when it is new.
    mutating func position(of name: String, _ span: SourceSpan) -> Int {
        if let position = positions[name] { return position }
        positions[name] = symbols.count
        symbols.append(Symbol(name: name, span: span))
        return symbols.count - 1
    }

    func position(of name: String) -> Int? { positions[name] }
}
