import ScriptRuntime

/// `dict`: constructor and methods.
enum DictMethods {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(
            of: types.dict,
            Native("dict(iterable=<unset>, /, **kwargs)", "A dictionary from a mapping or an iterable of pairs, and keywords.") { call in
                let dict = DictObject()
                try update(dict, call, 0)
                return .dict(dict)
            })
        interpreter.extend(types.dict, table)
        DictView.install(in: interpreter)
        MappingProxy.install(in: interpreter)
    }

    /// Adds an optional mapping or iterable at `index`, and the keywords after it.
    static func update(_ dict: DictObject, _ call: Call, _ index: Int) throws {
        if call.has(index) { try call.interpreter.merge(dict, call[index]) }
        if case .dict(let keywords) = call[index + 1] {
            for entry in keywords.entries { try call.interpreter.set(dict, entry.key, entry.value) }
        }
    }

    private static func table() -> NativeType {
        NativeType("dict", methods: reading + writing, classMethods: [fromKeys("fromkeys(cls, iterable, value=None, /)")])
    }

    private static var reading: [Native] {
        func view(_ name: String, _ part: DictView.Part, _ doc: String) -> Native {
            Native("\(name)(self, /)", doc) { call in
                let isOrdered = if case .instance = call[0] { CollectionsModule.isOrdered(call.interpreter.type(of: call[0])) } else { false }
                return DictView.value(try call.receiver(dict: name), part, isOrdered: isOrdered, call.interpreter)
            }
        }
        return [
            view("keys", .keys, "A set-like object providing a view on the dict's keys."),
            view("values", .values, "An object providing a view on the dict's values."),
            view("items", .items, "A set-like object providing a view on the dict's items."),
            Native("get(self, key, default=None, /)", "Return the value for key if key is in the dictionary, else default.") { call in
                try call.interpreter.get(call.receiver(dict: "get"), call[1]) ?? call[2]
            },
            Native("copy(self, /)", "A shallow copy of the dict.") { call in
                let dict = try call.receiver(dict: "copy")
                try call.interpreter.charge(count: dict.count, of: Interpreter.bytesPerEntry)
                return .dict(dict.copy())
            },
        ]
    }

    private static var writing: [Native] {
        [
            Native("__init__(self, iterable=<unset>, /, **kwargs)", "Initialize self.") { call in
                try update(call.receiver(dict: "__init__"), call, 1)
                return .none
            },
            Native("setdefault(self, key, default=None, /)", "Insert key with default if it is not in the dictionary; return its value.") { call in
                let dict = try call.receiver(dict: "setdefault")
                return try call.interpreter.setDefault(dict, call[1], call[2])
            },
            Native("pop(self, key, default=<unset>, /)", "Remove specified key and return its value; without it default, or KeyError.") { call in
                let dict = try call.receiver(dict: "pop")
                // An empty dict does not ask for the hash.
                if dict.count > 0, let value = try call.interpreter.remove(dict, call[1]) { return value }
                guard call.has(2) else { throw Raised.key(call[1]) }
                return call[2]
            },
            Native("popitem(self, /)", "Remove and return a (key, value) pair, last in, first out.") { call in
                guard let entry = call.interpreter.removeLast(try call.receiver(dict: "popitem")) else {
                    throw Raised.key(.str("popitem(): dictionary is empty"))
                }
                return .tuple([entry.key, entry.value])
            },
            Native("update(self, iterable=<unset>, /, **kwargs)", "Update from a mapping or an iterable of pairs, and keywords.") { call in
                try update(call.receiver(dict: "update"), call, 1)
                return .none
            },
            Native("clear(self, /)", "Remove all items.") { call in
                try call.receiver(dict: "clear").removeAll()
                return .none
            },
        ]
    }

    private static let fromKeysDoc = "Create a new dictionary with keys from iterable and values set to value."

    /// Those that classes derived from `dict` have once more under their own name.
    static var shared: [Native] { (reading + writing).filter { ["keys", "values", "items", "clear"].contains($0.name) } }

    static func fromKeys(_ declaration: String) -> Native {
        Native(declaration, fromKeysDoc) { call in
            let interpreter = call.interpreter
            let made: Value
            if case .type(let type) = call[0], type !== interpreter.types.dict {
                made = try interpreter.call(call[0])
            } else {
                made = .dict(DictObject())
            }
            if case .dict(let dict) = made, let keys = interpreter.hashedKeys(of: call[1]) {
                try interpreter.charge(count: keys.count, of: 48)
                for (hash, key) in keys { try interpreter.set(dict, key, hash: hash, call[2]) }
                return made
            }
            for key in try call.items(1) {
                try interpreter.charge(bytes: 48)
                if case .dict(let dict) = made {
                    try interpreter.set(dict, key, call[2])
                } else {
                    try interpreter.setItem(of: made, at: key, to: call[2])
                }
            }
            return made
        }
    }
}
