import Synchronization

/// An interned name: attributes, globals and keywords are compared by number.
public struct Symbol: Hashable, Sendable {
    public let id: Int32

    init(id: Int32) { self.id = id }

    /// The symbol of a name: the same one for the same name.
    public init(_ name: String) {
        id = Symbol.table.withLock { $0.intern(name) }
    }

    /// The symbol of a name that some program has used before, else nil: nothing is added to the table.
    public init?(existing name: String) {
        guard let id = Symbol.table.withLock({ $0.ids[SymbolKey(name)] }) else { return nil }
        self.id = id
    }

    public var name: String { Symbol.table.withLock { $0.names[Int(id)] } }

    /// The name as a script string.
    public var text: StrObject { Symbol.table.withLock { $0.texts[Int(id)] } }

    public static func == (a: Symbol, b: Symbol) -> Bool { a.id == b.id }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }

    /// Numbers given one after the other need no strong hash: every look-up of an attribute by name takes this one.
    public func _rawHashValue(seed: Int) -> Int { Int(id) &* 0x9E37_79B9_7F4A_7C1 }
}

extension Symbol: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral name: String) { self.init(name) }
    public var description: String { name }
}

extension Symbol {
    /// The symbol of a script's string.
    public init(_ text: StrObject) { self.init(text.string) }
    init(_ dunder: Dunder) { id = dunder.rawValue }
}

// MARK: - Implementation

/// Names compare by scalars, not by canonical equivalence.
private struct SymbolKey: Hashable {
    let bytes: String
    init(_ name: String) { bytes = name }

    static func == (a: SymbolKey, b: SymbolKey) -> Bool { a.bytes.utf8.elementsEqual(b.bytes.utf8) }

    func hash(into hasher: inout Hasher) {
        var bytes = bytes
        bytes.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

private struct SymbolTable: @unchecked Sendable {
    var ids: [SymbolKey: Int32] = [:]
    var names: [String] = []
    /// Immutable once made (the hash is computed here), so that sessions on several threads may share them.
    var texts: [StrObject] = []

    init() {
        for dunder in Dunder.allCases { _ = intern("\(dunder)") }
    }

    mutating func intern(_ name: String) -> Int32 {
        if let id = ids[SymbolKey(name)] { return id }
        let id = Int32(names.count)
        ids[SymbolKey(name)] = id
        names.append(name)
        let text = StrObject.make(name)
        _ = text.hashValue
        Reference.makeImmortal(text)
        texts.append(text)
        return id
    }
}

extension Symbol {
    private static let table = Mutex(SymbolTable())
}

/// Names that the runtime itself looks up; their symbols have the numbers 0, 1, 2, ...
package enum Dunder: Int32, CaseIterable {
    case __init__, __new__, __repr__, __str__, __bytes__, __format__, __hash__, __bool__, __len__, __length_hint__
    case __getattr__, __getattribute__, __setattr__, __delattr__, __dir__, __call__
    case __getitem__, __setitem__, __delitem__, __contains__, __iter__, __next__, __reversed__, __missing__
    case __enter__, __exit__, __int__, __float__, __index__, __round__, __trunc__, __floor__, __ceil__, __complex__
    case __lt__, __le__, __eq__, __ne__, __gt__, __ge__
    case __add__, __sub__, __mul__, __matmul__, __truediv__, __floordiv__, __mod__, __divmod__, __pow__
    case __lshift__, __rshift__, __and__, __or__, __xor__
    case __radd__, __rsub__, __rmul__, __rmatmul__, __rtruediv__, __rfloordiv__, __rmod__, __rdivmod__, __rpow__
    case __rlshift__, __rrshift__, __rand__, __ror__, __rxor__
    case __iadd__, __isub__, __imul__, __imatmul__, __itruediv__, __ifloordiv__, __imod__, __ipow__
    case __ilshift__, __irshift__, __iand__, __ior__, __ixor__
    case __neg__, __pos__, __invert__, __abs__
    case __class__, __dict__, __name__, __qualname__, __module__, __doc__, __file__, __bases__, __base__, __mro__
    case __init_subclass__, __set_name__, __class_getitem__, __annotations__, __defaults__, __kwdefaults__, __wrapped__
    case __cause__, __context__, __traceback__, __suppress_context__, __notes__, __self__, __func__, __copy__, __deepcopy__
    case __get__, __set__, __delete__, __subclasses__, __instancecheck__, __fspath__, __sizeof__, __code__, __closure__, __globals__
    case args, value, name, obj, code, send, `throw`, close, fget, fset, fdel, getter, setter, deleter, start, stop, step
    case add_note, with_traceback, errno, strerror, filename, msg, lineno, offset, text, path, encoding, object, reason, end
    case __thisclass__, __self_class__, __subclasshook__, __package__
    case mro, __prepare__, __slots__, __del__, __debug__, __import__, __spec__, __all__, __version__, __path__
}
