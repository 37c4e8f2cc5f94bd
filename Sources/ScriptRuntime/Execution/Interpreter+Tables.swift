/// Dicts and sets: hashing and comparing keys may run script code, which may change the table meanwhile.
extension Interpreter {
    /// The value of `key`, nil when there is none.
    public func get(_ dict: DictObject, _ key: Value) throws(Raised) -> Value? {
        try get(dict, key, hash: hash(key))
    }

    func get(_ dict: DictObject, _ key: Value, hash: Int) throws(Raised) -> Value? {
        guard let number = try find(dict, key, hash) else { return nil }
        return dict.table.entries[number].value
    }

    /// `dict[key] = value`
    public func set(_ dict: DictObject, _ key: Value, _ value: Value) throws(Raised) {
        try set(dict, key, hash: hash(key), value)
    }

    /// `dict[key] = value` for a key whose hash is known.
    @inline(__always)
    public func set(_ dict: DictObject, _ key: Value, hash: Int, _ value: Value) throws(Raised) {
        if Interpreter.mayHoldReferences(value) || Interpreter.mayHoldReferences(key) { track(dict) }
        try charge(steps: 1)
        if let number = try find(dict, key, hash) {
            let old = dict.table.entries[number].value
            dict.table.entries[number].value = value
            _ = consume old
        } else {
            try requireRoom(in: dict.table)
            dict.table.insertNew(hash, key, value)
        }
    }

    /// The value of `key`, which is added with `value` when there is none; the key is hashed and sought once.
    public func setDefault(_ dict: DictObject, _ key: Value, _ value: Value) throws(Raised) -> Value {
        let hash = try hash(key)
        if let number = try find(dict, key, hash) { return dict.table.entries[number].value }
        if Interpreter.mayHoldReferences(value) || Interpreter.mayHoldReferences(key) { track(dict) }
        try charge(bytes: 48)
        try requireRoom(in: dict.table)
        dict.table.insertNew(hash, key, value)
        return value
    }

    /// Takes the key out; nil when it was not there.
    public func remove(_ dict: DictObject, _ key: Value) throws(Raised) -> Value? {
        guard let number = try find(dict, key, hash(key)) else { return nil }
        return dict.table.remove(number).value
    }

    /// Takes out the last entry.
    public func removeLast(_ dict: DictObject) -> (key: Value, value: Value)? {
        guard let entry = dict.previousEntry(below: .max) else { return nil }
        _ = dict.table.remove(entry.number)
        dict.table.trim()
        return (entry.key, entry.value)
    }

    /// Takes out an entry by the number that `nextEntry` gave.
    public func removeEntry(_ dict: DictObject, number: Int) {
        if dict.table.isLive(number) { _ = dict.table.remove(number) }
    }

    /// `key in dict`
    public func contains(_ dict: DictObject, _ key: Value) throws(Raised) -> Bool {
        try find(dict, key, hash(key)) != nil
    }

    /// False when an equal item is there already.
    @discardableResult
    public func insert(_ set: SetObject, _ item: Value) throws(Raised) -> Bool {
        try insert(set, item, hash: hash(item))
    }

    /// The same for an item whose hash is known.
    @discardableResult
    public func insert(_ set: SetObject, _ item: Value, hash: Int) throws(Raised) -> Bool {
        try charge(steps: 1)
        if try find(set, item, hash) != nil { return false }
        if Interpreter.mayHoldReferences(item) { track(set) }
        try requireRoom(in: set.table)
        set.table.insertNew(hash, item, .none)
        return true
    }

    /// The keys of a dict or the items of a set with the hashes that it keeps; nil for anything else.
    public func hashedKeys(of value: Value) -> [(hash: Int, key: Value)]? {
        switch value {
        case .dict(let dict): dict.table.hashedKeys
        case .set(let set): set.hashedItems
        default: nil
        }
    }

    func contains(_ set: SetObject, _ item: Value, hash: Int) throws(Raised) -> Bool { try find(set, item, hash) != nil }

    @discardableResult
    func remove(_ set: SetObject, _ item: Value, hash: Int) throws(Raised) -> Bool {
        guard let number = try find(set, item, hash) else { return false }
        _ = set.table.remove(number)
        return true
    }

    /// `item in set`
    public func contains(_ set: SetObject, _ item: Value) throws(Raised) -> Bool {
        try find(set, item, hashOfMember(item)) != nil
    }

    /// A set is looked up as the frozenset that equals it, unless its class has a hash of its own.
    @inline(__always)
    private func hashOfMember(_ item: Value) throws(Raised) -> Int {
        switch item {
        case .set, .instance: break
        default: return try hash(item)
        }
        guard case .set(let inner) = plain(item), !inner.isFrozen else { return try hash(item) }
        if case .instance(let instance) = item, let method = instance.type.overrides(.__hash__), !method.isNone { return try hash(item) }
        return try hash(.set(inner.copy(isFrozen: true)))
    }

    /// Takes the item out; false when it was not there.
    @discardableResult
    public func remove(_ set: SetObject, _ item: Value) throws(Raised) -> Bool {
        try remove(set, item, hash: hashOfMember(item))
    }

    /// Takes out the first item.
    public func removeFirst(_ set: SetObject) -> Value? {
        guard let entry = set.nextItem(from: 0) else { return nil }
        return set.table.remove(entry.number).key
    }

    // MARK: - Implementation

    @inline(__always)
    func find(_ dict: DictObject, _ key: Value, _ hash: Int) throws(Raised) -> Int? {
        var probe = dict.table.probe(hash)
        while let number = dict.table.next(&probe) {
            switch Interpreter.quickly(dict.table.entries[number].key, key) {
            case .yes: return number
            case .no: continue
            case .unknown: return try findSlowly({ dict.table }, key, hash)
            }
        }
        return nil
    }

    @inline(__always)
    private func find(_ set: SetObject, _ key: Value, _ hash: Int) throws(Raised) -> Int? {
        var probe = set.table.probe(hash)
        while let number = set.table.next(&probe) {
            switch Interpreter.quickly(set.table.entries[number].key, key) {
            case .yes: return number
            case .no: continue
            case .unknown: return try findSlowly({ set.table }, key, hash)
            }
        }
        return nil
    }

    private enum Answer { case yes, no, unknown }

    @inline(__always)
    private static func quickly(_ a: Value, _ b: Value) -> Answer {
        switch (a, b) {
        case (.str(let a), .str(let b)): return a == b ? .yes : .no
        case (.int(let a), .int(let b)): return a == b ? .yes : .no
        default: return a.isIdentical(to: b) ? .yes : .unknown
        }
    }

    /// Compares by script code where it must; starts again when that changed the table.
    private func findSlowly(_ table: () -> HashTable, _ key: Value, _ hash: Int) throws(Raised) -> Int? {
        restart: while true {
            let changes = table().changes
            var probe = table().probe(hash)
            while let number = table().next(&probe) {
                let isSame = try same(table().entries[number].key, key)
                if table().changes != changes {
                    try charge(steps: 10)
                    continue restart
                }
                if isSame { return number }
            }
            return nil
        }
    }
}
