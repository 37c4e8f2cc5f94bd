import ScriptRuntime

/// `collections.Counter`: a dict of how often each item occurs.
enum Counter {
    static func type(_ interpreter: Interpreter) -> NativeType {
        NativeType(
            "Counter", doc: "Dict subclass for counting hashable items.", base: interpreter.types.dict, module: "collections",
            methods: counting + questions + operators,
            classMethods: [
                Native("fromkeys(cls, iterable, v=None)", "Refused: what would the counts be?") { _ in
                    throw Raised(.notImplementedError, "Counter.fromkeys() is undefined.  Use Counter(iterable) instead.")
                }
            ], isHost: false)
    }

    private static func own(_ call: Call, _ method: String) throws -> DictObject { try call.receiver(dict: method) }

    private static func count(_ dict: DictObject, _ key: Value, _ interpreter: Interpreter) throws -> Value {
        try interpreter.get(dict, key) ?? .int(0)
    }

    /// Adds (or takes away) the counts of a mapping, the items of an iterable, and keywords.
    private static func change(_ dict: DictObject, _ call: Call, _ operation: BinaryOperation) throws {
        let interpreter = call.interpreter
        func apply(_ key: Value, _ amount: Value) throws {
            try interpreter.charge(bytes: 48)
            // A new key keeps the count it is given, whatever its type.
            guard let known = try interpreter.get(dict, key) else {
                return try interpreter.set(dict, key, operation == .add ? amount : interpreter.binary(operation, .int(0), amount))
            }
            let changed =
                operation == .add
                ? try interpreter.binary(.add, amount, known) : try interpreter.binary(.subtract, known, amount)
            try interpreter.set(dict, key, changed)
        }
        if call.has(1), !call[1].isNone {
            if case .dict(let other) = call.plain(1) {
                for entry in other.entries { try apply(entry.key, entry.value) }
            } else {
                try interpreter.forEach(call[1]) { item in
                    if case .int(let known)? = try interpreter.get(dict, item), known < .max, known > .min {
                        try interpreter.set(dict, item, .int(operation == .add ? known + 1 : known - 1))
                    } else {
                        try apply(item, .int(1))
                    }
                    return true
                }
            }
        }
        // As in CPython: counts of a mapping that come into an empty Counter are taken as they are.
        let isEmpty = dict.count == 0
        for (name, value) in call.keywords(2) {
            if operation == .add, !isEmpty, try interpreter.get(dict, .str(name)) == nil {
                try interpreter.set(dict, .str(name), interpreter.binary(.add, value, .int(0)))
            } else {
                try apply(.str(name), value)
            }
        }
    }

    private static func make(_ interpreter: Interpreter, like value: Value, _ entries: [(key: Value, value: Value)]) throws -> Value {
        var type = interpreter.type(of: value)
        while type.isScriptClass, let base = type.base { type = base }
        let made = try interpreter.instantiate(type, [])
        guard case .dict(let dict) = interpreter.plain(made) else { return made }
        for entry in entries { try interpreter.set(dict, entry.key, entry.value) }
        return made
    }

    private static func mostCommon(_ dict: DictObject, _ interpreter: Interpreter) throws -> [Value] {
        let list = ListObject(dict.entries.map { .tuple([$0.key, $0.value]) })
        let key = interpreter.value(of: Native("count(pair, /)") { call in try call.tuple(0)[1] })
        try Sorting.sort(list, key: key, reverse: true, interpreter)
        return list.items
    }

    // MARK: - Methods

    private static var counting: [Native] {
        [
            Native(
                "__init__(self, iterable=None, /, **kwds)", "Create a new, empty Counter object. And if given, count elements from an input iterable."
            ) { call in
                try change(own(call, "__init__"), call, .add)
                return .none
            },
            Native("update(self, iterable=None, /, **kwds)", "Like dict.update() but add counts instead of replacing them.") { call in
                try change(own(call, "update"), call, .add)
                return .none
            },
            Native("subtract(self, iterable=None, /, **kwds)", "Like dict.update() but subtracts counts instead of replacing them.") { call in
                try change(own(call, "subtract"), call, .subtract)
                return .none
            },
            Native("__missing__(self, key, /)", "The count of elements not in the Counter is zero.") { _ in .int(0) },
            Native("__delitem__(self, key, /)", "Like dict.__delitem__() but does not raise KeyError for missing values.") { call in
                _ = try call.interpreter.remove(own(call, "__delitem__"), call[1])
                return .none
            },
            Native("copy(self, /)", "Return a shallow copy.") { call in
                let made = try call.interpreter.instantiate(call.interpreter.type(of: call[0]), [])
                try call.interpreter.fill(made, from: own(call, "copy"))
                return made
            },
        ]
    }

    private static var questions: [Native] {
        [
            Native("most_common(self, n=None)", "List the n most common elements and their counts from the most common to the least.") { call in
                let all = try mostCommon(own(call, "most_common"), call.interpreter)
                return .list(call[1].isNone ? all : try SearchModules.first(call[1], of: all, call.interpreter))
            },
            Native("elements(self)", "Iterator over elements repeating each as many times as its count.") { call in
                let entries = try own(call, "elements").entries
                var index = 0
                var given = 0
                return .iterator(
                    ClosureIterator("chain") { interpreter in
                        while index < entries.count {
                            if given < (try interpreter.index(entries[index].value)) {
                                given += 1
                                return entries[index].key
                            }
                            index += 1
                            given = 0
                        }
                        return nil
                    })
            },
            Native("total(self)", "Sum of the counts.") { call in
                try own(call, "total").values.reduce(Value.int(0)) { try call.interpreter.binary(.add, $0, $1) }
            },
            Native("__repr__(self, /)", "Return repr(self).") { call in
                let dict = try own(call, "__repr__")
                let name = call.interpreter.type(of: call[0]).name
                if dict.count == 0 { return .str("\(name)()") }
                let sorted = DictObject()
                let pairs: [Value]
                do {
                    pairs = try mostCommon(dict, call.interpreter)
                } catch let raised as Raised where raised.isInstance(of: .typeError, call.interpreter) {
                    pairs = dict.entries.map { .tuple([$0.key, $0.value]) }
                }
                for case .tuple(let pair) in pairs { try call.interpreter.set(sorted, pair[0], pair[1]) }
                let shown = try call.interpreter.showing(call[0]) { try call.interpreter.repr(.dict(sorted)) }
                return .str(StrObject.make(name + "(") + shown + .character(41))
            },
        ]
    }

    // MARK: - Operators

    /// Counts of both, combined; only positive ones are kept.
    private static func merged(
        _ call: Call, _ name: String, _ combine: @escaping (Value, Value) throws -> Value
    ) throws -> Value {
        let interpreter = call.interpreter
        let left = try own(call, name)
        guard case .instance(let instance) = call[1], isCounter(instance.type), case .dict(let right) = instance.base else {
            return .notImplemented
        }
        // The entries of both, and of the result twice.
        try interpreter.charge(count: left.count + right.count, of: 2 * Interpreter.bytesPerEntry)
        var entries: [(key: Value, value: Value)] = []
        func keep(_ key: Value, _ value: Value) throws {
            try interpreter.charge(steps: 1)
            if try interpreter.isTrue(.greater, value, .int(0)) { entries.append((key, value)) }
        }
        for entry in left.entries { try keep(entry.key, combine(entry.value, count(right, entry.key, interpreter))) }
        for entry in right.entries where try interpreter.get(left, entry.key) == nil {
            try keep(entry.key, combine(.int(0), entry.value))
        }
        return try make(interpreter, like: call[0], entries)
    }

    private static func isCounter(_ type: TypeObject) -> Bool {
        type.lineage.contains { $0.name == "Counter" && $0.moduleName == "collections" }
    }

    private static func compared(_ name: String, _ operation: ComparisonOperation) -> Native {
        Native("\(name)(self, other, /)", "Compare the counts; missing elements count as zero.") { call in
            let interpreter = call.interpreter
            let left = try own(call, name)
            guard case .instance(let instance) = call[1], isCounter(instance.type), case .dict(let right) = instance.base else {
                return .notImplemented
            }
            func holds(_ operation: ComparisonOperation) throws -> Bool {
                for key in left.keys + right.keys
                where try !interpreter.isTrue(operation, count(left, key, interpreter), count(right, key, interpreter)) {
                    return false
                }
                return true
            }
            switch operation {
            case .less: return .bool(try holds(.lessOrEqual) && !holds(.equal))
            case .greater: return .bool(try holds(.greaterOrEqual) && !holds(.equal))
            case .notEqual: return .bool(try !holds(.equal))
            default: return .bool(try holds(operation))
            }
        }
    }

    private static var operators: [Native] {
        func combining(_ name: String, _ inPlace: String, _ combine: @escaping (Interpreter, Value, Value) throws -> Value) -> [Native] {
            [
                Native("\(name)(self, other, /)", "Combine the counts, keeping only positive ones.") { call in
                    try merged(call, name) { try combine(call.interpreter, $0, $1) }
                },
                Native("\(inPlace)(self, other, /)", "Combine in place, keeping only positive counts.") { call in
                    let result = try merged(call, inPlace) { try combine(call.interpreter, $0, $1) }
                    guard case .dict(let entries) = call.interpreter.plain(result) else { return result }
                    let dict = try own(call, inPlace)
                    dict.removeAll()
                    for entry in entries.entries { try call.interpreter.set(dict, entry.key, entry.value) }
                    return call[0]
                },
            ]
        }
        func signed(_ name: String, _ sign: @escaping (Interpreter, Value) throws -> Value) -> Native {
            Native("\(name)(self, /)", "The positive counts after the sign is applied.") { call in
                var entries: [(key: Value, value: Value)] = []
                for entry in try own(call, name).entries {
                    let value = try sign(call.interpreter, entry.value)
                    if try call.interpreter.isTrue(.greater, value, .int(0)) { entries.append((entry.key, value)) }
                }
                return try make(call.interpreter, like: call[0], entries)
            }
        }
        return combining("__add__", "__iadd__") { try $0.binary(.add, $1, $2) }
            + combining("__sub__", "__isub__") { try $0.binary(.subtract, $1, $2) }
            + combining("__or__", "__ior__") { try $0.isTrue(.less, $1, $2) ? $2 : $1 }
            + combining("__and__", "__iand__") { try $0.isTrue(.less, $1, $2) ? $1 : $2 }
            + [
                signed("__pos__") { $1 }, signed("__neg__") { try $0.binary(.subtract, .int(0), $1) },
                compared("__eq__", .equal), compared("__ne__", .notEqual), compared("__le__", .lessOrEqual),
                compared("__lt__", .less), compared("__ge__", .greaterOrEqual), compared("__gt__", .greater),
            ]
    }
}
