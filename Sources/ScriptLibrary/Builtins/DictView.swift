import ScriptRuntime

/// `dict.keys()`, `dict.values()` and `dict.items()`: they see later changes of the dict.
final class DictView: HostObject, HostIterable, HostContainer, HostSized, HostArithmetic, HostComparable, HostHashable {
    enum Part { case keys, values, items }

    let dict: DictObject
    let part: Part
    /// Of an `OrderedDict`.
    private let isOrdered: Bool

    private init(_ dict: DictObject, _ part: Part, isOrdered: Bool) {
        self.dict = dict
        self.part = part
        self.isOrdered = isOrdered
    }

    static func value(_ dict: DictObject, _ part: Part, isOrdered: Bool = false, _ interpreter: Interpreter) -> Value {
        interpreter.value(of: DictView(dict, part, isOrdered: isOrdered))
    }

    private static func name(_ part: Part, isOrdered: Bool) -> String {
        let name =
            switch part {
            case .keys: "dict_keys"
            case .values: "dict_values"
            case .items: "dict_items"
            }
        return isOrdered ? "o" + name : name
    }

    var scriptTypeName: String { DictView.name(part, isOrdered: isOrdered) }
    var scriptSummary: String { "<\(scriptTypeName) object>" }

    static func install(in interpreter: Interpreter) {
        for part in [Part.keys, .values, .items] {
            for isOrdered in [false, true] { interpreter.define(table(part, isOrdered: isOrdered)) }
        }
    }

    private static func table(_ part: Part, isOrdered: Bool) -> NativeType {
        var methods = [
            Native("__repr__(self, /)", "Return repr(self).") { call in
                let view = try call.host(0, as: DictView.self)
                try call.interpreter.checkStack()
                let items = try call.interpreter.repr(.list(view.values))
                return .str(StrObject.make(view.scriptTypeName + "(") + items + .character(41))
            },
            Native("__reversed__(self, /)", "Return a reverse iterator over the view.") { call in
                let view = try call.host(0, as: DictView.self)
                return .iterator(DictIterator(view.dict, view.part, isReversed: true))
            },
            Native("__len__(self, /)", "Return len(self).") { .int(try $0.host(0, as: DictView.self).dict.count) },
            Native("__iter__(self, /)", "Implement iter(self).") { .iterator(try $0.host(0, as: DictView.self).iterate($0.interpreter)) },
        ]
        let mapping = NativeProperty(
            "mapping", "The dictionary that this view refers to.",
            get: { try $0.interpreter.readOnly($0.host(0, as: DictView.self).dict) })
        if part != .values {
            methods += [
                Native("isdisjoint(self, other, /)", "Return True if the view and the given iterable have a null intersection.") { call in
                    let view = try call.host(0, as: DictView.self)
                    for item in try call.items(1) where try view.contains(item, call.interpreter) { return .false }
                    return .true
                },
                Native("__contains__(self, key, /)", "Return key in self.") {
                    .bool(try $0.host(0, as: DictView.self).contains($0[1], $0.interpreter))
                },
            ]
        }
        return NativeType(
            name(part, isOrdered: isOrdered), doc: "A view of a dictionary.", methods: methods, properties: [mapping], isInheritable: false)
    }

    private var values: [Value] {
        switch part {
        case .keys: dict.keys
        case .values: dict.values
        case .items: dict.entries.map { .tuple([$0.key, $0.value]) }
        }
    }

    // MARK: - Abilities

    /// Values compare by identity, so they have a hash; keys and items are sets and have none.
    func scriptHash(_ interpreter: Interpreter) throws -> Int {
        guard part == .values else { throw Raised.type("unhashable type: '\(scriptTypeName)'") }
        return ObjectIdentifier(self).hashValue
    }

    func length(_ interpreter: Interpreter) throws -> Int { dict.count }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject {
        DictIterator(dict, part)
    }

    func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool {
        switch part {
        case .keys: return try interpreter.contains(dict, value)
        case .values:
            for own in dict.values where try interpreter.same(own, value) { return true }
            return false
        case .items:
            guard case .tuple(let pair) = interpreter.plain(value), pair.count == 2,
                let own = try interpreter.get(dict, pair[0])
            else { return false }
            return try interpreter.same(own, pair[1])
        }
    }

    private func set(_ interpreter: Interpreter) throws -> SetObject {
        let result = SetObject()
        for value in values { try interpreter.insert(result, value) }
        return result
    }

    private static func set(of value: Value, _ interpreter: Interpreter) throws -> SetObject {
        if case .set(let set) = interpreter.plain(value) { return set }
        let result = SetObject()
        for item in try interpreter.items(of: value) { try interpreter.insert(result, item) }
        return result
    }

    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        guard part != .values else { return nil }
        switch operation {
        case .and, .or, .xor, .subtract: break
        default: return nil
        }
        // CPython's ways, which differ in what they hash and compare: only what is in both for &, the right side's items else.
        if operation == .and { return .set(try intersection(with: other, interpreter)) }
        let result = try reflected ? DictView.set(of: other, interpreter).copy(isFrozen: false) : set(interpreter)
        let others = reflected ? interpreter.value(of: self) : other
        switch operation {
        case .or:
            try interpreter.forEach(others) { item in
                try interpreter.insert(result, item)
                return true
            }
        case .subtract:
            try interpreter.forEach(others) { item in
                try interpreter.remove(result, item)
                return true
            }
        default:
            for item in try DictView.set(of: others, interpreter).items where try !interpreter.remove(result, item) {
                try interpreter.insert(result, item)
            }
        }
        return .set(result)
    }

    private func intersection(with other: Value, _ interpreter: Interpreter) throws -> SetObject {
        let result = SetObject()
        var (gives, asked) = (other, interpreter.value(of: self))
        if case .host(let box) = other, let view = box.object as? DictView, view.part != .values, view.dict.count > dict.count {
            swap(&gives, &asked)
        } else if case .set(let set) = other, !set.isFrozen, dict.count <= set.count {
            swap(&gives, &asked)
        }
        try interpreter.forEach(gives) { item in
            if try interpreter.contains(asked, item) { try interpreter.insert(result, item) }
            return true
        }
        return result
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard part != .values else { return nil }
        let theirs: Int
        switch interpreter.plain(other) {
        case .set(let set): theirs = set.count
        case .host(let box):
            guard let view = box.object as? DictView, view.part != .values else { return nil }
            theirs = view.dict.count
        default: return nil
        }
        // Every item of one is sought in the other: values of pairs need no hash.
        func holds(_ inner: Value, _ outer: Value) throws -> Bool {
            var result = true
            try interpreter.forEach(inner) { item in
                result = try interpreter.contains(outer, item)
                return result
            }
            return result
        }
        let own = interpreter.value(of: self)
        switch operation {
        case .equal: return .bool(try dict.count == theirs && holds(own, other))
        case .notEqual: return .bool(try !(dict.count == theirs && holds(own, other)))
        case .less: return .bool(try dict.count < theirs && holds(own, other))
        case .lessOrEqual: return .bool(try dict.count <= theirs && holds(own, other))
        case .greater: return .bool(try dict.count > theirs && holds(other, own))
        case .greaterOrEqual: return .bool(try dict.count >= theirs && holds(other, own))
        }
    }
}

/// Steps through a dict and notices when it changes.
final class DictIterator: IteratorObject {
    private var dict: DictObject?
    private let part: DictView.Part
    private let isReversed: Bool
    private let count: Int
    private var left: Int
    private var number: Int

    init(_ dict: DictObject, _ part: DictView.Part, isReversed: Bool = false) {
        self.dict = dict
        self.part = part
        self.isReversed = isReversed
        count = dict.count
        left = count
        number = isReversed ? .max : 0
        super.init()
    }

    override var typeName: String {
        let name = part == .keys ? "key" : part == .values ? "value" : "item"
        return isReversed ? "dict_reverse\(name)iterator" : "dict_\(name)iterator"
    }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        guard let dict else { return nil }
        if dict.count != count { throw Raised(.runtimeError, "dictionary changed size during iteration") }
        let found = isReversed ? dict.previousEntry(below: number) : dict.nextEntry(from: number)
        guard let entry = found else {
            self.dict = nil
            return nil
        }
        if left == 0 { throw Raised(.runtimeError, "dictionary keys changed during iteration") }
        left -= 1
        number = isReversed ? entry.number : entry.number + 1
        switch part {
        case .keys: return entry.key
        case .values: return entry.value
        case .items: return .tuple([entry.key, entry.value])
        }
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { dict?.count == count ? left : 0 }
}
