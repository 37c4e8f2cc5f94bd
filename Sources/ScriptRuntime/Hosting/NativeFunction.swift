/// The declaration of a native function or method, for the tables of the library and of hosts.
///
///     Native("join(self, iterable, /)", "Concatenate the strings of an iterable.") { call in ... }
///
/// The declaration is Python's notation for parameters. `=<unset>` marks one that may be left out without a default
/// (`call.has(i)` tells). The body finds every argument at its parameter's place; `*args` is a tuple, `**kw` a dict.
public struct Native {
    /// What runs: the arguments are at their parameters' places.
    public typealias Body = (Call) throws -> Value

    public let declaration: String
    public let doc: String
    public let body: Body
    /// What completion may tell about its arguments; asked anew each time.
    public var hints: () -> [ParameterHint] = { [] }
    /// A mere look-up: completion may call it with the literals that a person has written.
    public var isLookup = false
    /// What the machine does itself instead of calling the body, when the arguments are of the plain kinds.
    public var intrinsic = Intrinsic.none

    /// Natives that the machine knows: the body must do the same.
    public enum Intrinsic: UInt8, Sendable { case none, listAppend }

    /// A function with its declaration and its help.
    public init(_ declaration: String, _ doc: String = "", intrinsic: Intrinsic = .none, _ body: @escaping Body) {
        self.declaration = declaration
        self.doc = doc
        self.intrinsic = intrinsic
        self.body = body
    }

    public var name: String {
        String(declaration.prefix { $0 != "(" })
    }

    /// The same with something for completion.
    public func hinting(isLookup: Bool = false, _ hints: @escaping () -> [ParameterHint]) -> Native {
        var copy = self
        (copy.hints, copy.isLookup) = (hints, isLookup)
        return copy
    }
}

/// A native function as a value.
public final class NativeFunction {
    public let name: String
    public let declaration: String
    public let doc: String
    let body: Native.Body
    let hints: () -> [ParameterHint]
    public let isLookup: Bool
    let intrinsic: Native.Intrinsic
    /// The class it is a method of. Not counted; the class forgets its methods when it goes (`TypeObject.deinit`).
    @exclusivity(unchecked) public internal(set) unowned(unsafe) var owner: TypeObject?
    public internal(set) var moduleName: String?
    /// Read from the declaration at the first call.
    public private(set) lazy var signature = readSignature()
    /// For one that CPython has written in Python: its name in messages, and how many parameters it has there before those
    /// declared here (the `self` of the one `Random` behind the functions of `random`).
    private(set) lazy var pythonFace = findPythonFace()
    /// The number of arguments that a call may pass straight through, known after the first call; else -1.
    @exclusivity(unchecked) private(set) var directCount = -1

    private func readSignature() -> Signature {
        let signature = Signature(declaration: declaration)
        if signature.isSimple { directCount = signature.positionalCount }
        return signature
    }

    /// The function that a declaration describes.
    public init(_ native: Native) {
        name = native.name
        declaration = native.declaration
        doc = native.doc
        body = native.body
        (hints, isLookup) = (native.hints, native.isLookup)
        intrinsic = native.intrinsic
    }
}

/// One call of a native function: its arguments by parameter, and the interpreter it runs in.
///
/// The arguments live in the VM's registers and are valid while the body runs.
public struct Call {
    /// Unowned and unsafe: the interpreter is running this very call.
    public unowned(unsafe) let interpreter: Interpreter
    let arguments: UnsafeMutablePointer<Value>
    public let count: Int

    @inline(__always)
    init(_ interpreter: Interpreter, _ arguments: UnsafeMutablePointer<Value>, _ count: Int) {
        self.interpreter = interpreter
        self.arguments = arguments
        self.count = count
    }

    /// The argument of parameter `index`.
    @inline(__always)
    public subscript(index: Int) -> Value {
        precondition(index >= 0 && index < count, "a native reads an argument it did not declare")
        return arguments[index]
    }

    /// Whether an argument was given for a parameter declared `=<unset>`.
    public func has(_ index: Int) -> Bool { !self[index].isUndefined }
}

// MARK: - Typed arguments

extension Call {
    /// The argument, seen through instances of script classes that derive from a built-in class.
    public func plain(_ index: Int) -> Value { interpreter.plain(self[index]) }

    /// An index-like integer: int, bool or an object with `__index__`.
    /// - Throws: `TypeError`, or `OverflowError` outside `Int`.
    public func int(_ index: Int) throws(Raised) -> Int {
        if case .int(let value) = self[index] { return value }
        return try interpreter.index(self[index])
    }

    /// The integer, or nil when the argument is None or was left out.
    public func optionalInt(_ index: Int) throws(Raised) -> Int? {
        switch self[index] {
        case .none, .undefined: return nil
        default: return try int(index)
        }
    }

    /// A real number: float, int, bool, or an object with `__float__` or `__index__`.
    public func double(_ index: Int) throws(Raised) -> Double {
        if case .float(let value) = self[index] { return value }
        return try interpreter.double(self[index])
    }

    /// Truth in Python's sense.
    public func truth(_ index: Int) throws(Raised) -> Bool { try interpreter.truth(self[index]) }

    /// The argument, which must be a `str`.
    public func str(_ index: Int) throws(Raised) -> StrObject {
        if case .str(let text) = self[index] { return text }
        guard case .str(let text) = plain(index) else { throw mismatch(index, "str") }
        return text
    }

    /// The text as a Swift string.
    public func string(_ index: Int) throws(Raised) -> String { try str(index).string }

    /// The text as a Swift string; nil for `None` or no argument.
    public func optionalString(_ index: Int) throws(Raised) -> String? {
        switch self[index] {
        case .none, .undefined: return nil
        default: return try string(index)
        }
    }

    /// The argument, which must be `bytes`.
    public func bytes(_ index: Int) throws(Raised) -> BytesObject {
        guard case .bytes(let value) = plain(index) else { throw mismatch(index, "bytes") }
        return value
    }

    /// The argument, which must be a `list`.
    public func list(_ index: Int) throws(Raised) -> ListObject {
        guard case .list(let value) = plain(index) else { throw mismatch(index, "list") }
        return value
    }

    /// The argument, which must be a `tuple`.
    public func tuple(_ index: Int) throws(Raised) -> TupleObject {
        guard case .tuple(let value) = plain(index) else { throw mismatch(index, "tuple") }
        return value
    }

    /// The argument, which must be a `dict`.
    public func dict(_ index: Int) throws(Raised) -> DictObject {
        guard case .dict(let value) = plain(index) else { throw mismatch(index, "dict") }
        return value
    }

    /// The argument, which must be a `set` or `frozenset`.
    public func set(_ index: Int) throws(Raised) -> SetObject {
        guard case .set(let value) = plain(index) else { throw mismatch(index, "set") }
        return value
    }

    /// The argument, which must be a class.
    public func type(_ index: Int) throws(Raised) -> TypeObject {
        guard case .type(let value) = self[index] else { throw mismatch(index, "type") }
        return value
    }

    /// The host object of a Swift class, also behind an instance of a script class that derives from it.
    public func host<Object: AnyObject>(_ index: Int, as type: Object.Type = Object.self) throws(Raised) -> Object {
        guard case .host(let box) = plain(index) else {
            if case .instance(let instance) = self[index], instance.type.layout == .hostWrapper {
                throw Raised(
                    .runtimeError, "\(instance.type.name).__init__() did not call super().__init__()",
                    hint: "Call super().__init__(...) before using what the base class provides.")
            }
            throw mismatch(index, Self.name(of: Object.self))
        }
        guard let object = box.object as? Object else { throw mismatch(index, Self.name(of: Object.self)) }
        return object
    }

    /// What a script knows a host class by: `EstimatorObject` is an Estimator, `SettingsObject<HParams>` are HParams.
    private static func name(of type: Any.Type) -> String {
        let words = "\(type)".split { "<>".contains($0) }
        let name = words.last ?? ""
        return String(name.hasSuffix("Object") ? name.dropLast("Object".count) : name)
    }

    /// The Swift state of an instance of a native class.
    public func native<Object: AnyObject>(_ index: Int, as type: Object.Type = Object.self) throws(Raised) -> Object {
        guard case .instance(let instance) = self[index], let object = instance.native as? Object else {
            throw mismatch(index, "\(Object.self)")
        }
        return object
    }

    /// The `TypeError` for an argument of the wrong type.
    public func mismatch(_ index: Int, _ expected: String) -> Raised {
        .type("argument \(index + 1) must be \(expected), not \(interpreter.typeName(of: self[index]))")
    }
}
