/// A class: built in, of the host, or written in script.
public final class TypeObject {
    /// How an instance of the class keeps its data.
    public enum Layout {
        /// One of `Value`'s own cases (`int`, `list`, ...).
        case value
        /// `object` and script classes over it.
        case plain
        case exception
        /// A subclass of a built-in class: instances keep the built-in value as their base part.
        case wrapper
        /// A native or host class whose instances are host objects.
        case host
        /// A script class over a host class: instances keep the host object as their base part.
        case hostWrapper

        /// The layout of a class that derives from one of this layout.
        func derived(isScriptClass: Bool) -> Layout {
            switch self {
            case .value, .wrapper: return .wrapper
            case .host where isScriptClass: return .hostWrapper
            default: return self
            }
        }
    }

    public let name: String
    public let base: TypeObject?
    /// A second base, of a native exception class only: it comes after the first in the lineage, and nothing is looked up in it.
    let secondBase: TypeObject?
    public let layout: Layout
    /// Written in script: attributes can be set, instances have attributes of their own.
    public let isScriptClass: Bool
    public internal(set) var doc: String?
    /// The module it was defined in.
    public internal(set) var moduleName: String
    public internal(set) var qualifiedName: String
    /// False for types that a script class may not have as base (`bool`, `range`, ...).
    public internal(set) var isInheritable = true
    /// Made by a call of `type`: what its dict has beyond the names given stands after them.
    var isMadeByCall = false
    /// Instances of this native class may have attributes with the names of its methods.
    var isOpen = false

    /// Makes an instance from the constructor's arguments; inherited. Nil: an ordinary object, or not constructible.
    public internal(set) var constructor: NativeFunction?

    /// Makes the base part of an instance whose `__init__` fills it (`list`, `dict`, `set`); inherited.
    public internal(set) var emptyBase: (() -> Value)?

    /// The name in messages: CPython puts the module before those that it has written in C.
    var messageName: String {
        if isScriptClass || moduleName == "builtins" || !TypeObject.nativeModules.contains(moduleName) { return name }
        return TypeObject.pythonClasses.contains(name) ? name : "\(moduleName).\(name)"
    }
    private static let nativeModules: Set<String> = ["collections", "_collections", "functools", "itertools", "operator", "re", "types"]
    private static let pythonClasses: Set<String> = ["Counter", "RegexFlag", "error"]

    private(set) var order: [Symbol] = []
    private var table: [Symbol: Value] = [:]
    private var found: [Symbol: Value] = [:]
    private var missing: Set<Symbol> = []
    /// Not counted; a class takes itself out when it goes.
    private var subclasses: [Unmanaged<TypeObject>] = []
    private let ids: IDSource
    let rootShape: Shape
    /// The shape of instances whose `__dict__` was asked for.
    private(set) lazy var dictionaryShape = Shape(ids, isDictionary: true)
    /// Changes whenever this class or a base does.
    @exclusivity(unchecked) private(set) var id: Int
    /// Room for attributes that a new instance gets.
    @exclusivity(unchecked) var expectedAttributes = SmallRoom.capacity
    /// One per `Dunder`, in use once `lookup(_: Dunder)` asked for it: `.undefined` means none, `.ellipsis` unknown.
    @exclusivity(unchecked) private var dunders: UnsafeMutablePointer<Value>?
    /// Special methods that a script may call by name, while operations take their direct way: `lookup` does not see them.
    private var answers: [Symbol: Value] = [:]
    private var pendingAnswers: [() -> [Native]] = []
    /// Attributes that are added when the class is first looked at.
    private var pending: [() -> [(Symbol, Value)]] = []
    var isSubclassOfException: Bool { layout == .exception }

    init(
        _ name: String, base: TypeObject?, secondBase: TypeObject? = nil, layout: Layout, isScriptClass: Bool = false,
        module: String = "builtins", doc: String? = nil, ids: IDSource
    ) {
        self.name = name
        self.base = base
        self.secondBase = secondBase
        self.layout = layout
        self.isScriptClass = isScriptClass
        self.doc = doc
        moduleName = module
        qualifiedName = name
        self.ids = ids
        id = ids.next()
        rootShape = Shape(ids)
        constructor = base?.constructor
        emptyBase = base?.emptyBase
        base?.subclasses.append(Unmanaged.passUnretained(self))
    }

    deinit {
        let identity = ObjectIdentifier(self)
        base?.subclasses.removeAll { ObjectIdentifier($0.takeUnretainedValue()) == identity }
        for value in table.values { TypeObject.disown(value, identity) }
        for value in answers.values { TypeObject.disown(value, identity) }
        if let constructor { TypeObject.disown(.native(constructor), identity) }
        dunders?.deinitialize(count: Dunder.allCases.count)
        dunders?.deallocate()
    }
}

extension TypeObject {
    /// Methods that outlive their class must not point to it any more.
    private static func disown(_ value: Value, _ identity: ObjectIdentifier) {
        switch value {
        case .native(let native):
            if let owner = native.owner, ObjectIdentifier(owner) == identity { native.owner = nil }
        case .descriptor(let descriptor):
            for part in [descriptor.first, descriptor.second, descriptor.third] { disown(part, identity) }
        default: break
        }
    }

    /// This class or one of its bases is `other`.
    @inline(__always)
    public func isSubtype(of other: TypeObject) -> Bool {
        // Each class keeps its base: the walk needs no counts.
        var type = Unmanaged.passUnretained(self)
        let wanted = Unmanaged.passUnretained(other).toOpaque()
        while true {
            if type.toOpaque() == wanted { return true }
            guard let base = type._withUnsafeGuaranteedRef({ $0.base.map { Unmanaged.passUnretained($0) } }) else {
                return layout == .exception && isSubtypeBySecondBase(of: other)
            }
            type = base
        }
    }

    private func isSubtypeBySecondBase(of other: TypeObject) -> Bool {
        var type: TypeObject? = self
        while let current = type {
            if let second = current.secondBase, second.isSubtype(of: other) { return true }
            type = current.base
        }
        return false
    }

    /// This class, then its bases up to `object`.
    public var lineage: [TypeObject] {
        var result = [self]
        while let base = result[result.count - 1].base {
            let second = result[result.count - 1].secondBase
            result.append(base)
            if let second { return result + second.lineage }
        }
        return result
    }

    /// The attribute of this very class.
    public func own(_ name: Symbol) -> Value? {
        materialize()
        return table[name]
    }

    /// The attribute of this class or of the nearest base that has it.
    public func lookup(_ name: Symbol) -> Value? {
        if let value = found[name] { return value }
        if missing.contains(name) { return nil }
        var type: TypeObject? = self
        while let current = type {
            if let value = current.own(name) {
                found[name] = value
                return value
            }
            type = current.base
        }
        // A bound on what a script can make this remember by asking for made-up names.
        if missing.count < 4096 { missing.insert(name) }
        return nil
    }

    /// The same, for the names that operations look up all the time.
    @inline(__always)
    package func lookup(_ dunder: Dunder) -> Value? {
        if let dunders {
            let value = dunders[Int(dunder.rawValue)]
            switch value {
            case .undefined: return nil
            case .ellipsis: break
            default: return value
            }
        }
        return fill(dunder)
    }

    /// Whether this very native is what a look-up has found before: no counting.
    @inline(__always)
    func hasFound(_ dunder: Dunder, _ native: UnsafeMutableRawPointer?) -> Bool {
        guard let place = dunders.map({ $0 + Int(dunder.rawValue) }) else { return false }
        return place.tag == Tag.native && place.address == native
    }

    private func fill(_ dunder: Dunder) -> Value? {
        let count = Dunder.allCases.count
        let dunders: UnsafeMutablePointer<Value>
        if let known = self.dunders {
            dunders = known
        } else {
            dunders = UnsafeMutablePointer<Value>.allocate(capacity: count)
            dunders.initialize(repeating: .ellipsis, count: count)
            self.dunders = dunders
        }
        let value = lookup(Symbol(dunder))
        dunders[Int(dunder.rawValue)] = value ?? .undefined
        return value
    }

    /// Whether a script class between this one and the nearest built-in base defines the name.
    package func overrides(_ dunder: Dunder) -> Value? {
        guard isScriptClass, let value = lookup(dunder) else { return nil }
        guard case .native = value else { return value }
        // Inherited, unless a class on the way was given another one (`__setattr__ = dict.__setitem__`).
        var type = self
        while type.isScriptClass, let base = type.base { type = base }
        if let inherited = type.lookup(dunder), inherited.isIdentical(to: value) { return nil }
        return value
    }

    /// Sets an attribute of the class itself.
    public func set(_ name: Symbol, _ value: Value) {
        materialize()
        let old = table[name]
        table[name] = value
        if old == nil { order.append(name) }
        if let old, !TypeObject.isCached(old), !TypeObject.isCached(value) {
            forget()
        } else {
            invalidate()
        }
    }

    /// False when there was none.
    public func remove(_ name: Symbol) -> Bool {
        materialize()
        guard table[name] != nil else { return false }
        table[name] = nil
        order.removeAll { $0 == name }
        invalidate()
        return true
    }

    /// Own attributes in the order they were first set.
    public var attributes: [(name: Symbol, value: Value)] {
        materialize()
        return order.compactMap { name in table[name].map { (name, $0) } }
    }

    public var directSubclasses: [TypeObject] { subclasses.map { $0.takeUnretainedValue() } }

    /// Lets go of the attributes of the script classes below this one, at the end of a session: they may refer to their class.
    func clearScriptClasses() {
        var classes = directSubclasses
        var next = 0
        while next < classes.count {
            classes += classes[next].directSubclasses
            next += 1
        }
        var work: [Value] = []
        // Members of a native class that are instances of it.
        for type in classes where !type.isScriptClass {
            let members = type.table.filter { if case .instance = $0.value { true } else { false } }
            if members.isEmpty { continue }
            work += members.values
            for name in members.keys { type.table[name] = nil }
            type.invalidate()
        }
        for type in classes where type.isScriptClass {
            type.pending = []
            for value in type.table.values { TypeObject.disown(value, ObjectIdentifier(type)) }
            work += type.table.values
            type.table = [:]
            type.order = []
            type.invalidate()
        }
        Drain.drain(&work)
    }

    /// Adds attributes, at the first look at the class.
    func define(_ attributes: @escaping () -> [(Symbol, Value)]) {
        pending.append(attributes)
        invalidate()
    }

    /// Adds special methods that only `answer` finds.
    func define(answers: @escaping () -> [Native]) { pendingAnswers.append(answers) }

    /// The special method of a built-in class under its name, own or of the nearest base that has it.
    func answer(_ name: Symbol) -> Value? {
        var type: TypeObject? = self
        while let current = type {
            if let value = current.ownAnswers[name] { return value }
            type = current.base
        }
        return nil
    }

    /// Names of the special methods that `answer` finds in this very class.
    var answerNames: [Symbol] { Array(ownAnswers.keys) }

    private var ownAnswers: [Symbol: Value] {
        while !pendingAnswers.isEmpty {
            for native in pendingAnswers.removeFirst()() where own(Symbol(native.name)) == nil {
                let function = NativeFunction(native)
                function.owner = self
                answers[Symbol(native.name)] = .native(function)
            }
        }
        return answers
    }

    private func materialize() {
        while !pending.isEmpty {
            let next = pending.removeFirst()
            for (name, value) in next() {
                if table[name] == nil { order.append(name) }
                table[name] = value
            }
        }
    }

    /// Whether inline caches may hold this value itself (and so must be told when it changes).
    private static func isCached(_ value: Value) -> Bool {
        switch value {
        case .function, .native, .descriptor: return true
        default: return false
        }
    }

    private func invalidate() {
        forget()
        id = ids.next()
        rootShape.renew()
        for subclass in directSubclasses { subclass.invalidate() }
    }

    private func forget() {
        found.removeAll(keepingCapacity: true)
        missing.removeAll(keepingCapacity: true)
        dunders?.update(repeating: .ellipsis, count: Dunder.allCases.count)
        for subclass in directSubclasses { subclass.forget() }
    }
}
