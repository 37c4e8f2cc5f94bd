/// A native or host class, declared as tables.
///
///     let point = NativeType("Point", doc: "A point of the plane.", constructor: Native("Point(x=0.0, y=0.0)") { ... },
///         methods: [Native("norm(self)", "Distance from the origin.") { ... }],
///         properties: [NativeProperty("x", "Abscissa.") { .float(try $0.host(0, as: Point.self).x) }])
///
/// A script class may have it as base: the constructor is then what `super().__init__(...)` reaches.
public struct NativeType {
    public var name: String
    public var doc: String
    /// The class it derives from; nil is `object`.
    public var base: TypeObject?
    /// A second base of a class of exceptions: `except` and `isinstance` know it, nothing is looked up in it.
    public var secondBase: TypeObject?
    public var module: String
    /// Declared with the name of the class and without `self`; nil: scripts cannot make one.
    public var constructor: Native?
    public var methods: [Native]
    public var staticMethods: [Native]
    /// Their first parameter is the class.
    public var classMethods: [Native]
    public var properties: [NativeProperty]
    public var constants: [(name: String, value: Value)]
    /// Whether instances are host objects (else: instance objects with optional Swift state).
    public var isHost: Bool
    public var isInheritable: Bool
    /// Whether an instance may have attributes with the names of methods, as those of Python's own classes may.
    public var isOpen: Bool

    /// A class for scripts; what it leaves out has no members.
    public init(
        _ name: String, doc: String = "", base: TypeObject? = nil, module: String = "builtins", constructor: Native? = nil,
        methods: [Native] = [], staticMethods: [Native] = [], classMethods: [Native] = [],
        properties: [NativeProperty] = [], constants: [(name: String, value: Value)] = [], isHost: Bool = true,
        isInheritable: Bool = true, isOpen: Bool = false
    ) {
        self.name = name
        self.doc = doc
        self.base = base
        self.module = module
        self.constructor = constructor
        self.methods = methods
        self.staticMethods = staticMethods
        self.classMethods = classMethods
        self.properties = properties
        self.constants = constants
        self.isHost = isHost
        self.isInheritable = isInheritable
        self.isOpen = isOpen
    }
}

/// A computed attribute; argument 0 of both bodies is the object, argument 1 of `set` the new value.
public struct NativeProperty {
    public let name: String
    public let doc: String
    public let get: Native.Body
    public let set: Native.Body?
    public let delete: Native.Body?

    /// An attribute that can be read, and set and deleted where there is a body for it.
    public init(_ name: String, _ doc: String = "", get: @escaping Native.Body, set: Native.Body? = nil, delete: Native.Body? = nil) {
        self.name = name
        self.doc = doc
        self.get = get
        self.set = set
        self.delete = delete
    }
}

/// A native module, filled at its first import.
public struct NativeModule {
    public var name: String
    public var doc: String
    public var functions: [Native]
    /// Computed when the module is first looked at.
    public var members: (Interpreter) throws -> [(name: String, value: Value)]
    /// Asked for names that are in neither table.
    public var missing: ((String, Interpreter) throws -> Value?)?

    /// A module of functions and other members.
    public init(
        _ name: String, doc: String = "", functions: [Native] = [],
        members: @escaping (Interpreter) throws -> [(name: String, value: Value)] = { _ in [] },
        missing: ((String, Interpreter) throws -> Value?)? = nil
    ) {
        self.name = name
        self.doc = doc
        self.functions = functions
        self.members = members
        self.missing = missing
    }
}
