import ScriptRuntime

/// `collections.deque`: a list that is fast at both ends, with an optional greatest length.
final class Deque: HostObject, HostIterable, HostIndexable, HostContainer, HostSized, HostComparable, HostArithmetic, HostSubclassable {
    /// A ring: item `i` is at `(head + i) % storage.count`.
    private var storage: [Value] = Array(repeating: .undefined, count: 8)
    private var head = 0
    private(set) var count = 0
    /// Grows with every change of the items' number or places.
    private var changes = 0
    private(set) var limit: Int?
    weak var scriptInstance: InstanceObject?

    init(limit: Int?) { self.limit = limit }

    deinit { HostBox.release(&storage) }

    var scriptTypeName: String { "deque" }
    var scriptSummary: String { "deque(...)" }

    subscript(index: Int) -> Value {
        get { storage[(head + index) % storage.count] }
        set { storage[(head + index) % storage.count] = newValue }
    }

    var items: [Value] { (0..<count).map { self[$0] } }

    private func grow() {
        guard count == storage.count else { return }
        storage = items + Array(repeating: .undefined, count: count)
        head = 0
    }

    /// Before items are added: throws when there is no memory for them.
    func requireRoom(_ interpreter: Interpreter) throws(Raised) {
        // The items are copied out and into a storage of twice the size.
        if count == storage.count { try interpreter.requireRoom(for: count * 3, of: MemoryLayout<Value>.stride) }
    }

    func append(_ item: Value) {
        if limit == 0 { return }
        if let limit, count >= limit { _ = removeFirst() }
        grow()
        count += 1
        self[count - 1] = item
        changes &+= 1
    }

    func appendFirst(_ item: Value) {
        if limit == 0 { return }
        if let limit, count >= limit { _ = removeLast() }
        grow()
        head = (head + storage.count - 1) % storage.count
        count += 1
        self[0] = item
        changes &+= 1
    }

    func removeFirst() -> Value? {
        if count == 0 { return nil }
        let item = self[0]
        self[0] = .undefined
        head = (head + 1) % storage.count
        count -= 1
        changes &+= 1
        return item
    }

    func removeLast() -> Value? {
        if count == 0 { return nil }
        let item = self[count - 1]
        self[count - 1] = .undefined
        count -= 1
        changes &+= 1
        return item
    }

    func assign(_ items: [Value]) {
        storage = items.isEmpty ? Array(repeating: .undefined, count: 8) : items
        head = 0
        count = items.count
        changes &+= 1
    }

    /// No change of the number of items: what walks over them goes on.
    func reverse() {
        storage = items.reversed() + Array(repeating: .undefined, count: storage.count - count)
        head = 0
    }

    func rotate(_ steps: Int) {
        guard count > 1 else { return }
        let shift = ((steps % count) + count) % count
        if shift == 0 { return }
        let items = self.items
        assign(Array(items[(count - shift)...] + items[..<(count - shift)]))
    }

    func extend(_ iterable: Value, atStart: Bool = false, _ interpreter: Interpreter) throws {
        // A deque extended by itself takes the items it has now.
        let source: Value = interpreter.deque(iterable) === self ? .list(items) : iterable
        try interpreter.forEach(source) { item in
            try interpreter.charge(bytes: 16)
            try self.requireRoom(interpreter)
            if atStart { self.appendFirst(item) } else { self.append(item) }
            return true
        }
    }

    // MARK: - Abilities

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject { iterator(isReversed: false) }

    func iterator(isReversed: Bool) -> IteratorObject {
        let started = changes
        var index = 0
        var left = count
        return ClosureIterator(isReversed ? "_deque_reverse_iterator" : "_deque_iterator", hint: { left }) { [self] _ in
            if changes != started { left = 0 }
            if changes != started { throw Raised(.runtimeError, "deque mutated during iteration") }
            if index >= count { return nil }
            index += 1
            left -= 1
            return self[isReversed ? count - index : index - 1]
        }
    }

    private func position(_ index: Value, _ interpreter: Interpreter) throws -> Int {
        switch interpreter.plain(index) {
        case .bigInt: throw Raised.index("cannot fit 'int' into an index-sized integer")
        case .int, .bool: break
        default:
            guard interpreter.method(index, "__index__") != nil else {
                throw Raised.type("sequence index must be integer, not '\(interpreter.typeName(of: index))'")
            }
        }
        let given = try interpreter.index(index)
        let place = given < 0 ? given + count : given
        guard place >= 0, place < count else { throw Raised.index("deque index out of range") }
        return place
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value { self[try position(index, interpreter)] }

    func setItem(at index: Value, to value: Value, _ interpreter: Interpreter) throws {
        self[try position(index, interpreter)] = value
    }

    func deleteItem(at index: Value, _ interpreter: Interpreter) throws {
        let place = try position(index, interpreter)
        var items = self.items
        items.remove(at: place)
        assign(items)
    }

    func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool { try place(of: value, 0, count, interpreter) != nil }

    func length(_ interpreter: Interpreter) throws -> Int { count }

    /// The first equal item. Where it will be taken out, a comparison that changed the deque counts even when it found it.
    func place(
        of value: Value, _ lower: Int, _ upper: Int, toRemove: Bool = false, _ interpreter: Interpreter
    ) throws -> Int? {
        let started = changes
        var index = lower
        while index < min(upper, count) {
            let isSame = try interpreter.same(self[index], value)
            if isSame, !toRemove { return index }
            if changes != started {
                throw Raised(toRemove ? .indexError : .runtimeError, "deque mutated during iteration")
            }
            if isSame { return index }
            index += 1
        }
        return nil
    }

    private func count(of value: Value, _ interpreter: Interpreter) throws -> Int {
        let started = changes
        var (index, found) = (0, 0)
        while index < count {
            if try interpreter.same(self[index], value) { found += 1 }
            if changes != started { throw Raised(.runtimeError, "deque mutated during iteration") }
            index += 1
        }
        return found
    }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard let other = interpreter.deque(other) else { return nil }
        return try interpreter.compare(operation, .list(items), .list(other.items))
    }

    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        switch operation {
        case .add:
            if reflected { return nil }
            guard let other = interpreter.deque(other) else {
                throw Raised.type("can only concatenate deque (not \"\(interpreter.typeName(of: other))\") to deque")
            }
            let result = Deque(limit: limit)
            try interpreter.charge(count: count + other.count, of: 16)
            for item in items + other.items { result.append(item) }
            return interpreter.value(of: result)
        case .multiply:
            guard case .int(let times) = interpreter.plain(other) else { return nil }
            let result = Deque(limit: limit)
            try interpreter.charge(count: max(times, 0), of: count * 16)
            for _ in 0..<max(times, 0) { for item in items { result.append(item) } }
            return interpreter.value(of: result)
        default: return nil
        }
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }
}

extension Interpreter {
    fileprivate func deque(_ value: Value) -> Deque? {
        if case .host(let box) = plain(value) { return box.object as? Deque }
        return nil
    }
}

extension Deque {
    private static func own(_ call: Call) throws -> Deque { try call.host(0, as: Deque.self) }

    /// `type(iter(deque()))(deque)`: CPython's iterators of deques can be made by their classes.
    static func installIterators(in interpreter: Interpreter) {
        for (name, isReversed) in [("_deque_iterator", false), ("_deque_reverse_iterator", true)] {
            let type = interpreter.types.registerIteratorType(name)
            interpreter.setConstructor(
                of: type,
                Native("\(name)(deque, index=0, /)", "An iterator over a deque.") { call in
                    let deque = try own(call)
                    let iterator = deque.iterator(isReversed: isReversed)
                    for _ in 0..<max(try call.int(1), 0) where try iterator.next(call.interpreter) == nil { break }
                    return .iterator(iterator)
                })
        }
    }

    /// Starts anew with other items; an instance of a class of the script has no deque before that.
    private static func initialize(_ call: Call) throws -> Value {
        let limit = try call.optionalInt(2)
        if let limit, limit < 0 { throw Raised.value("maxlen must be non-negative") }
        let deque: Deque
        if case .instance(let instance) = call[0], instance.base.isUndefined {
            deque = Deque(limit: limit)
            instance.base = call.interpreter.value(of: deque)
            deque.scriptInstance = instance
        } else {
            deque = try own(call)
            deque.limit = limit
            deque.assign([])
        }
        try deque.extend(call[1], call.interpreter)
        return .none
    }

    static var type: NativeType {
        NativeType(
            "deque", doc: "A list-like sequence optimized for data accesses near its endpoints.", module: "collections",
            constructor: Native("deque(iterable=(), maxlen=None)", "A deque of the items of an iterable.") { call in
                let limit = try call.optionalInt(1)
                if let limit, limit < 0 { throw Raised.value("maxlen must be non-negative") }
                let deque = Deque(limit: limit)
                try deque.extend(call[0], call.interpreter)
                return call.interpreter.value(of: deque)
            },
            methods: [Native("__init__(self, iterable=(), maxlen=None)", "Initialize self.", initialize)] + ends + middle + special,
            properties: [
                NativeProperty(
                    "maxlen", "Maximum size of a deque or None if unbounded.",
                    get: { .int(try own($0).limit ?? 0).or(none: try own($0).limit == nil) })
            ])
    }

    private static var ends: [Native] {
        func change(_ declaration: String, _ doc: String, _ body: @escaping (Deque, Call) throws -> Void) -> Native {
            Native(declaration, doc) { call in
                try body(own(call), call)
                return .none
            }
        }
        return [
            change("append(self, item, /)", "Add an element to the right side of the deque.") { deque, call in
                try call.interpreter.charge(bytes: 16)
                try deque.requireRoom(call.interpreter)
                deque.append(call[1])
            },
            change("appendleft(self, item, /)", "Add an element to the left side of the deque.") { deque, call in
                try call.interpreter.charge(bytes: 16)
                try deque.requireRoom(call.interpreter)
                deque.appendFirst(call[1])
            },
            change("extend(self, iterable, /)", "Extend the right side of the deque with elements from the iterable.") { deque, call in
                try deque.extend(call[1], call.interpreter)
            },
            change("extendleft(self, iterable, /)", "Extend the left side of the deque with elements from the iterable.") { deque, call in
                try deque.extend(call[1], atStart: true, call.interpreter)
            },
            change("clear(self, /)", "Remove all elements from the deque.") { deque, _ in deque.assign([]) },
            change("rotate(self, n=1, /)", "Rotate the deque n steps to the right; to the left if n is negative.") { deque, call in
                deque.rotate(try call.int(1))
            },
            change("reverse(self, /)", "Reverse IN PLACE.") { deque, _ in deque.reverse() },
            Native("pop(self, /)", "Remove and return the rightmost element.") { call in
                guard let item = try own(call).removeLast() else { throw Raised.index("pop from an empty deque") }
                return item
            },
            Native("popleft(self, /)", "Remove and return the leftmost element.") { call in
                guard let item = try own(call).removeFirst() else { throw Raised.index("pop from an empty deque") }
                return item
            },
        ]
    }

    /// The operations under their names, for `deque.__getitem__` and the like.
    private static var special: [Native] {
        [
            Native("__getitem__(self, key, /)", "Return self[key].") { try own($0).item(at: $0[1], $0.interpreter) },
            Native("__setitem__(self, key, value, /)", "Set self[key] to value.") { call in
                try own(call).setItem(at: call[1], to: call[2], call.interpreter)
                return .none
            },
            Native("__delitem__(self, key, /)", "Delete self[key].") { call in
                try own(call).deleteItem(at: call[1], call.interpreter)
                return .none
            },
            Native("__contains__(self, key, /)", "Return key in self.") { .bool(try own($0).contains($0[1], $0.interpreter)) },
            Native("__len__(self, /)", "Return len(self).") { .int(try own($0).count) },
            Native("__iter__(self, /)", "Implement iter(self).") { .iterator(try own($0).iterate($0.interpreter)) },
            Native("__iadd__(self, value, /)", "Implement self+=value.") { call in
                try own(call).extend(call[1], call.interpreter)
                return call[0]
            },
            Native("__imul__(self, value, /)", "Implement self*=value.") { call in
                let deque = try own(call)
                let times = max(try call.int(1), 0)
                let items = deque.items
                try call.interpreter.charge(count: times, of: items.count * 16)
                deque.assign([])
                for _ in 0..<times { for item in items { deque.append(item) } }
                return call[0]
            },
            Native("__deepcopy__(self, memo, /)", "Return a deep copy.") { call in
                let deque = try own(call)
                let copy = Deque(limit: deque.limit)
                let made = call.interpreter.value(of: copy)
                guard case .dict(let memo) = call.plain(1) else { throw call.mismatch(1, "dict") }
                try call.interpreter.set(memo, .int(call[0].identity), made)
                for item in deque.items { copy.append(try CopyModule.deepCopy(item, memo, call.interpreter)) }
                return made
            },
        ]
    }

    private static var middle: [Native] {
        [
            Native("copy(self, /)", "Return a shallow copy of a deque.") { call in
                let deque = try own(call)
                let copy = Deque(limit: deque.limit)
                copy.assign(deque.items)
                return call.interpreter.value(of: copy)
            },
            Native("count(self, value, /)", "Return number of occurrences of value.") { call in
                .int(try own(call).count(of: call[1], call.interpreter))
            },
            Native(
                "index(self, value, start=0, stop=9223372036854775807, /)", "Return first index of value; ValueError if it is not present."
            ) { call in
                let deque = try own(call)
                let (lower, upper) = try call.range(2, count: deque.count, allowsNone: false)
                guard let place = try deque.place(of: call[1], lower, upper, call.interpreter) else {
                    throw Raised.value("\(try call.interpreter.repr(call[1]).string) is not in deque")
                }
                return .int(place)
            },
            Native("insert(self, index, object, /)", "Insert object before index.") { call in
                let deque = try own(call)
                let given = try call.int(1)
                if let limit = deque.limit, deque.count >= limit { throw Raised.index("deque already at its maximum size") }
                var items = deque.items
                items.insert(call[2], at: min(max(given < 0 ? given + items.count : given, 0), items.count))
                deque.assign(items)
                return .none
            },
            Native("remove(self, value, /)", "Remove first occurrence of value.") { call in
                let deque = try own(call)
                guard let place = try deque.place(of: call[1], 0, deque.count, toRemove: true, call.interpreter) else {
                    throw Raised.value("\(try call.interpreter.repr(call[1]).string) is not in deque")
                }
                var items = deque.items
                items.remove(at: place)
                deque.assign(items)
                return .none
            },
            Native("__reversed__(self, /)", "Return a reverse iterator over the deque.") { .iterator(try own($0).iterator(isReversed: true)) },
            Native("__repr__(self, /)", "Return repr(self).") { call in
                let deque = try own(call)
                let items = try call.interpreter.showing(call[0]) { try call.interpreter.repr(.list(deque.items)) }
                let tail = deque.limit.map { ", maxlen=\($0))" } ?? ")"
                return .str(StrObject.make("\(call.interpreter.type(of: call[0]).name)(") + items + .make(tail))
            },
        ]
    }
}

extension Value {
    /// None when there is none.
    fileprivate func or(none isNone: Bool) -> Value { isNone ? .none : self }
}
