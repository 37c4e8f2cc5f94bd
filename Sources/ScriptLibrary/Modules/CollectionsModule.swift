import ScriptRuntime

/// `collections`.
enum CollectionsModule {
    static func module(_ interpreter: Interpreter) -> NativeModule {
        let counter = interpreter.define(Counter.type(interpreter))
        let ordered = interpreter.define(orderedDict(interpreter))
        let defaulting = interpreter.define(defaultDict(interpreter))
        let deque = interpreter.define(Deque.type)
        Deque.installIterators(in: interpreter)
        return NativeModule(
            "collections", doc: "Container datatypes.",
            functions: [
                Native(
                    "namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)",
                    "Returns a new subclass of tuple with named fields.", NamedTuple.declare)
            ],
            members: { _ in
                [("Counter", .type(counter)), ("OrderedDict", .type(ordered)), ("defaultdict", .type(defaulting)), ("deque", .type(deque))]
            })
    }

    static func instance(_ call: Call) throws -> InstanceObject {
        guard case .instance(let instance) = call[0] else { throw call.mismatch(0, "dict") }
        return instance
    }

    // MARK: - OrderedDict

    private static func orderedDict(_ interpreter: Interpreter) -> NativeType {
        NativeType(
            "OrderedDict", doc: "Dictionary that remembers insertion order.", base: interpreter.types.dict, module: "collections",
            methods: [
                Native("move_to_end(self, /, key, last=True)", "Move an existing element to the end (or beginning if last is false).") { call in
                    let dict = try call.receiver(dict: "move_to_end")
                    if dict.count == 0 { throw Raised.key(call[1]) }
                    guard let value = try call.interpreter.remove(dict, call[1]) else { throw Raised.key(call[1]) }
                    if try call.truth(2) {
                        try call.interpreter.set(dict, call[1], value)
                        return .none
                    }
                    let rest = dict.entries
                    dict.removeAll()
                    try call.interpreter.set(dict, call[1], value)
                    for entry in rest { try call.interpreter.set(dict, entry.key, entry.value) }
                    return .none
                },
                Native("popitem(self, /, last=True)", "Remove and return a (key, value) pair, last in, first out (or first in if last is false).") {
                    call in
                    let dict = try call.receiver(dict: "popitem")
                    if try call.truth(1) {
                        if let entry = call.interpreter.removeLast(dict) { return .tuple([entry.key, entry.value]) }
                    } else if let entry = dict.nextEntry(from: 0) {
                        _ = try call.interpreter.remove(dict, entry.key)
                        return .tuple([entry.key, entry.value])
                    }
                    throw Raised.key(.str("dictionary is empty"))
                },
                Native("__eq__(self, other, /)", "Return self==value; of two ordered dicts the order counts.") { call in
                    let dict = try call.receiver(dict: "__eq__")
                    guard case .dict(let other) = call.plain(1) else { return .notImplemented }
                    if try !call.interpreter.equal(.dict(dict), .dict(other)) { return .false }
                    guard case .instance(let instance) = call[1], isOrdered(instance.type) else { return .true }
                    return .bool(try zip(dict.keys, other.keys).allSatisfy { try call.interpreter.same($0, $1) })
                },
                Native("__repr__(self, /)", "Return repr(self).") { call in
                    let dict = try call.receiver(dict: "__repr__")
                    let name = call.interpreter.type(of: call[0]).name
                    if dict.count == 0 { return .str("\(name)()") }
                    let pairs = Value.list(dict.entries.map { .tuple([$0.key, $0.value]) })
                    return .str(
                        StrObject.make(name + "(") + (try call.interpreter.showing(call[0]) { try call.interpreter.repr(pairs) }) + .character(41))
                },
                copy("copy"),
            ] + own + union { value, interpreter in try interpreter.instantiate(interpreter.type(of: value), []) },
            classMethods: [DictMethods.fromKeys("fromkeys(cls, /, iterable, value=None)")], isHost: false)
    }

    /// What CPython has written once more for ordered dicts: their arguments have names, and updates go by `__setitem__`.
    private static var own: [Native] {
        DictMethods.shared + [
            Native("__init__(self, /, *args, **kwargs)", "Initialize self.") { call in
                let arguments = call.rest(1)
                if arguments.count > 1 { throw Raised.type("expected at most 1 arguments, got \(arguments.count)") }
                try update(call, arguments)
                return .none
            },
            Native("update(self, /, *args, **kwargs)", "Update from a mapping or an iterable of pairs, and keywords.") { call in
                let arguments = call.rest(1)
                if arguments.count > 1 { throw Raised.type("update() takes at most 1 positional argument (\(arguments.count) given)") }
                try update(call, arguments)
                return .none
            },
            Native("setdefault(self, /, key, default=None)", "Insert key with default if it is not in the dictionary; return its value.") {
                call in
                try call.interpreter.setDefault(call.receiver(dict: "setdefault"), call[1], call[2])
            },
            Native("pop(self, /, key, default=<unset>)", "Remove specified key and return its value; without it default, or KeyError.") { call in
                if let value = try call.interpreter.remove(call.receiver(dict: "pop"), call[1]) { return value }
                guard call.has(2) else { throw Raised.key(call[1]) }
                return call[2]
            },
        ]
    }

    private static func update(_ call: Call, _ arguments: [Value]) throws {
        let interpreter = call.interpreter
        func set(_ key: Value, _ value: Value) throws {
            try interpreter.charge(bytes: 48)
            try interpreter.setItem(of: call[0], at: key, to: value)
        }
        func add(pairs: Value) throws {
            try interpreter.forEach(pairs) { pair in
                let parts = try interpreter.items(of: pair)
                if parts.count < 2 { throw Raised.value("need more than \(parts.count) value\(parts.count == 1 ? "" : "s") to unpack") }
                if parts.count > 2 { throw Raised.value("too many values to unpack (expected 2)") }
                try set(parts[0], parts[1])
                return true
            }
        }
        if let other = arguments.first {
            if case .dict(let dict) = other {
                for entry in dict.entries { try set(entry.key, entry.value) }
            } else if let keys = try interpreter.find(other, "keys") {
                for key in try interpreter.items(of: interpreter.call(keys)) { try set(key, interpreter.item(of: other, at: key)) }
            } else if let items = try interpreter.find(other, "items") {
                try add(pairs: interpreter.call(items))
            } else {
                try add(pairs: other)
            }
        }
        for (name, value) in call.keywords(2) { try set(.str(name), value) }
    }

    /// `|` gives an object of the same class; `make` makes an empty one.
    private static func union(_ make: @escaping (Value, Interpreter) throws -> Value) -> [Native] {
        [("__or__", 0, 1), ("__ror__", 1, 0)].map { name, first, second in
            Native("\(name)(self, value, /)", "Return the union of two dicts.") { call in
                guard case .dict = call.plain(1) else { return .notImplemented }
                let made = try make(call[0], call.interpreter)
                for part in [first, second] {
                    guard case .dict(let dict) = call.plain(part) else { continue }
                    try call.interpreter.charge(count: dict.count, of: 48)
                    try call.interpreter.fill(made, from: dict)
                }
                return made
            }
        }
    }

    static func isOrdered(_ type: TypeObject) -> Bool {
        type.lineage.contains { $0.name == "OrderedDict" && $0.moduleName == "collections" }
    }

    /// A copy of the same class.
    private static func copy(_ name: String) -> Native {
        Native("\(name)(self, /)", "A shallow copy.") { call in
            let made = try call.interpreter.instantiate(call.interpreter.type(of: call[0]), [])
            try call.interpreter.fill(made, from: call.receiver(dict: name))
            return made
        }
    }

    // MARK: - defaultdict

    private static func defaultDict(_ interpreter: Interpreter) -> NativeType {
        func factory(_ value: Value, _ interpreter: Interpreter) throws -> Value {
            guard case .instance(let instance) = value, let state = instance.native as? DefaultFactory else { return .none }
            return state.value
        }
        return NativeType(
            "defaultdict", doc: "A dict whose missing keys get a value from a function without arguments.",
            base: interpreter.types.dict, module: "collections",
            methods: [
                Native("__init__(self, /, *args, **kwargs)", "Initialize self: the first argument makes the values, the others are those of dict.") {
                    call in
                    let arguments = call.rest(1)
                    let make = arguments.first ?? .none
                    if !make.isNone, !call.interpreter.isCallable(make) { throw Raised.type("first argument must be callable or None") }
                    if arguments.count > 2 { throw Raised.type("dict expected at most 1 argument, got \(arguments.count - 1)") }
                    try instance(call).native = DefaultFactory(make)
                    let dict = try call.receiver(dict: "__init__")
                    if arguments.count == 2 { try call.interpreter.merge(dict, arguments[1]) }
                    for (name, value) in call.keywords(2) { try call.interpreter.set(dict, .str(name), value) }
                    return .none
                },
                Native("__missing__(self, key, /)", "Called by __getitem__ for missing keys: makes, stores and returns a value.") { call in
                    let make = try factory(call[0], call.interpreter)
                    if make.isNone { throw Raised.key(call[1]) }
                    let value = try call.interpreter.call(make)
                    try call.interpreter.charge(bytes: 48)
                    try call.interpreter.set(call.receiver(dict: "__missing__"), call[1], value)
                    return value
                },
                Native("__repr__(self, /)", "Return repr(self).") { call in
                    let dict = try call.receiver(dict: "__repr__")
                    let make = try call.interpreter.repr(factory(call[0], call.interpreter))
                    let shown = try call.interpreter.showing(call[0]) { try call.interpreter.repr(.dict(dict)) }
                    return .str(StrObject.make(call.interpreter.type(of: call[0]).name + "(") + make + .make(", ") + shown + .character(41))
                },
                Native("copy(self, /)", "A shallow copy.") { call in
                    let made = try call.interpreter.instantiate(
                        call.interpreter.type(of: call[0]), [factory(call[0], call.interpreter)])
                    try call.interpreter.fill(made, from: call.receiver(dict: "copy"))
                    return made
                },
            ]
                + union { value, interpreter in
                    try interpreter.instantiate(interpreter.type(of: value), [factory(value, interpreter)])
                },
            properties: [
                NativeProperty(
                    "default_factory", "The function that makes missing values.", get: { try factory($0[0], $0.interpreter) },
                    set: { call in
                        try instance(call).native = DefaultFactory(call[1])
                        return .none
                    })
            ], isHost: false)
    }
}

private final class DefaultFactory {
    let value: Value
    init(_ value: Value) { self.value = value }
}

extension Interpreter {
    /// Puts entries into the dict behind an instance.
    func fill(_ made: Value, from dict: DictObject) throws {
        guard case .dict(let target) = plain(made) else { return }
        for entry in dict.entries { try set(target, entry.key, entry.value) }
    }

    /// The text of a container, `...` when it is inside itself.
    func showing(_ value: Value, _ body: () throws -> StrObject) throws -> StrObject {
        try checkStack()
        return try body()
    }
}
