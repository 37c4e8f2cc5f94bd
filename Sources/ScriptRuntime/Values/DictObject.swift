/// Python's `dict`: keeps insertion order. Keys are hashed and compared by the interpreter, which may run script code;
/// string keys have a way of their own that cannot fail.
public final class DictObject {
    @exclusivity(unchecked) var table = HashTable()

    /// An empty dict.
    public init() {}

    /// Where the session keeps it as a possible part of a cycle.
    @exclusivity(unchecked) var trackingSlot: UnsafeMutablePointer<Int>?

    deinit {
        trackingSlot?.pointee = 0
        table.destroy()
    }

    public var count: Int { table.count }

    /// Grows whenever a key is added or removed.
    public var changes: Int { table.changes }

    /// A dict of the same entries.
    public func copy() -> DictObject {
        let result = DictObject()
        result.table = table.copy()
        return result
    }

    /// Takes all entries out.
    public func removeAll() {
        var old = table.replacement()
        swap(&old, &table)
        old.destroy()
    }

    /// Live entries by number: pass the number of the last one seen plus one, starting at 0.
    @inline(__always)
    public func nextEntry(from number: Int) -> (number: Int, key: Value, value: Value)? {
        var number = number
        while number < table.used {
            if table.entries[number].hash != -1 {
                return (number, table.entries[number].key, table.entries[number].value)
            }
            number += 1
        }
        return nil
    }

    /// The entry of highest number below `number`.
    public func previousEntry(below number: Int) -> (number: Int, key: Value, value: Value)? {
        var number = Swift.min(number, table.used) - 1
        while number >= 0 {
            if table.entries[number].hash != -1 {
                return (number, table.entries[number].key, table.entries[number].value)
            }
            number -= 1
        }
        return nil
    }

    public var entries: [(key: Value, value: Value)] {
        var result: [(key: Value, value: Value)] = []
        result.reserveCapacity(count)
        var number = 0
        while let entry = nextEntry(from: number) {
            result.append((entry.key, entry.value))
            number = entry.number + 1
        }
        return result
    }

    public var keys: [Value] { entries.map(\.key) }
    public var values: [Value] { entries.map(\.value) }
}

// MARK: - String keys

extension DictObject {
    /// The value of a string key; keys that are not strings are never equal to one unless a script class says so.
    public subscript(name: String) -> Value? {
        get { self[StrObject.make(name)] }
        set { self[StrObject.make(name)] = newValue }
    }

    /// The value of a string key; nil takes the key out.
    public subscript(name: StrObject) -> Value? {
        get { find(name).map { table.entries[$0].value } }
        set {
            if let number = find(name) {
                if let newValue {
                    table.entries[number].value = newValue
                } else {
                    _ = table.remove(number)
                }
            } else if let newValue {
                table.insertNew(name.hashValue, .str(name), newValue)
            }
        }
    }

    @inline(__always)
    func find(_ name: StrObject) -> Int? {
        var probe = table.probe(name.hashValue)
        while let number = table.next(&probe) {
            let isFound = withUnsafeMutablePointer(to: &table.entries[number].key) { key in
                key.tag == Tag.str && key.object(StrObject.self)._withUnsafeGuaranteedRef { $0 == name }
            }
            if isFound { return number }
        }
        return nil
    }

    /// Where the value of a string key is kept until the dict changes.
    @inline(__always)
    func place(of name: StrObject) -> UnsafeMutablePointer<Value>? { find(name).map { table.place($0) } }

    /// Where the value of an integer key is kept, when an equal `int` is the key.
    @inline(__always)
    func place(of number: Int) -> UnsafeMutablePointer<Value>? {
        var probe = table.probe(Interpreter.hash(number))
        while let entry = table.next(&probe) {
            let isFound = withUnsafeMutablePointer(to: &table.entries[entry].key) { $0.tag == Tag.int && $0.bits == number }
            if isFound { return table.place(entry) }
        }
        return nil
    }
}

/// Python's `set` and `frozenset`, in insertion order.
public final class SetObject {
    @exclusivity(unchecked) var table = HashTable()
    public let isFrozen: Bool
    var frozenHash: Int?

    /// An empty set.
    public init(isFrozen: Bool = false) { self.isFrozen = isFrozen }

    /// Where the session keeps it as a possible part of a cycle.
    @exclusivity(unchecked) var trackingSlot: UnsafeMutablePointer<Int>?

    deinit {
        trackingSlot?.pointee = 0
        table.destroy()
    }

    public var count: Int { table.count }
    public var changes: Int { table.changes }

    /// A set of the same items.
    public func copy(isFrozen: Bool) -> SetObject {
        let result = SetObject(isFrozen: isFrozen)
        result.table = table.copy()
        return result
    }

    /// Takes all items out.
    public func removeAll() {
        var old = table.replacement()
        swap(&old, &table)
        old.destroy()
    }

    var hashedItems: [(hash: Int, key: Value)] { table.hashedKeys }

    /// The first item whose number is `number` or more; numbers are not changed by removals.
    public func nextItem(from number: Int) -> (number: Int, item: Value)? {
        var number = number
        while number < table.used {
            if table.entries[number].hash != -1 { return (number, table.entries[number].key) }
            number += 1
        }
        return nil
    }

    public var items: [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        var number = 0
        while let entry = nextItem(from: number) {
            result.append(entry.item)
            number = entry.number + 1
        }
        return result
    }
}
