import ScriptRuntime

/// `sorted` and `list.sort`: stable, with keys and in either direction.
enum Sorting {
    /// Sorts in place. While it runs the list is empty, as in CPython; what a key or a comparison puts there is noticed.
    static func sort(_ list: ListObject, key: Value, reverse: Bool, _ interpreter: Interpreter) throws {
        let work = ListObject()
        work.swapContents(with: list)
        let mark = list.storageMark
        var wasChanged = false
        var order: [Int]?
        do {
            try permute(work, key: key, reverse: reverse, into: &order, interpreter)
            wasChanged = list.count > 0 || list.storageMark != mark
        } catch {
            if let order { list.takeItems(of: work, inOrder: order) } else { list.swapContents(with: work) }
            throw error
        }
        if let order { list.takeItems(of: work, inOrder: order) } else { list.swapContents(with: work) }
        if wasChanged { throw Raised.value("list modified during sort") }
    }

    /// Puts into `order` the places of the items in sorted order; nil when they stand in it. A comparison that fails leaves
    /// what was sorted so far, as in CPython.
    private static func permute(
        _ list: ListObject, key: Value, reverse: Bool, into order: inout [Int]?, _ interpreter: Interpreter
    ) throws {
        let count = list.count
        try interpreter.requireRoom(for: count, of: 16)
        var keys: [Value] = []
        keys.reserveCapacity(count)
        if key.isNone {
            for index in 0..<count { keys.append(list[index]) }
        } else {
            for index in 0..<count {
                keys.append(try interpreter.call(key, with: list[index]))
                // What a key takes at least, where it is made anew.
                try interpreter.charge(bytes: 64)
            }
        }
        if count < 2 { return }
        // The keys again as what they are, with their places, and sorted; the order, and the items in it.
        try interpreter.requireRoom(for: count, of: 64)
        try interpreter.charge(count: count, of: 24)
        try interpreter.charge(steps: count)
        if let ints = ints(keys) {
            order = try sorted(ints, reverse, interpreter) { $0 < $1 }
            return
        }
        if let texts = texts(keys) {
            order = try sorted(texts, reverse, interpreter) { StrObject.order($0, $1) < 0 }
            return
        }
        if let floats = floats(keys) {
            order = try sorted(floats, reverse, interpreter) { $0 < $1 }
            return
        }
        var places = Array(0..<count)
        if reverse { places.reverse() }
        var sort = MergeSort(keys, order: places, comparison(of: keys, interpreter))
        defer {
            let result = reverse ? sort.order.reversed() : sort.order
            order = result.elementsEqual(0..<count) ? nil : result
        }
        try sort.run()
    }

    private static func comparison(of keys: [Value], _ interpreter: Interpreter) -> (Value, Value) throws -> Bool {
        let firsts = keys.compactMap { if case .tuple(let tuple) = $0, tuple.count > 0 { tuple[0] } else { nil } }
        if firsts.count == keys.count, let method = ownLess(of: firsts) {
            return { a, b in
                try interpreter.charge(steps: 1)
                guard case .tuple(let a) = a, case .tuple(let b) = b else { return false }
                for index in 0..<min(a.count, b.count) where try !interpreter.same(a[index], b[index]) {
                    return try isLess(a[index], b[index], index == 0 ? method : nil, interpreter)
                }
                return a.count < b.count
            }
        }
        let method = ownLess(of: keys)
        return { a, b in
            try interpreter.charge(steps: 1)
            return try isLess(a, b, method, interpreter)
        }
    }

    /// The `__lt__` of the script class that all keys are of: CPython asks it first, and only when it does not know, again
    /// as the operator does.
    private static func ownLess(of keys: [Value]) -> Value? {
        guard case .instance(let first) = keys[0], let method = first.type.overrides(.__lt__) else { return nil }
        let isUniform = keys.allSatisfy { if case .instance(let key) = $0 { key.type === first.type } else { false } }
        return isUniform ? method : nil
    }

    private static func isLess(_ a: Value, _ b: Value, _ method: Value?, _ interpreter: Interpreter) throws(Raised) -> Bool {
        if let method {
            let answer = try interpreter.callMethod(method, a, b)
            if !answer.isNotImplemented { return try interpreter.truth(answer) }
        }
        return try interpreter.isTrue(.less, a, b)
    }

    /// Stable; in reverse equal keys still keep their order.
    private static func sorted<Key>(
        _ keys: [Key], _ reverse: Bool, _ interpreter: Interpreter, _ isLess: (Key, Key) -> Bool
    ) throws -> [Int]? {
        var compared = 0
        func isCountedLess(_ a: Key, _ b: Key) throws -> Bool {
            compared &+= 1
            try interpreter.charge(place: compared)
            return isLess(a, b)
        }
        var isSorted = true
        for index in 1..<keys.count
        where try reverse ? isCountedLess(keys[index - 1], keys[index]) : isCountedLess(keys[index], keys[index - 1]) {
            isSorted = false
            break
        }
        if isSorted { return nil }
        var pairs = keys.enumerated().map { (key: $1, place: $0) }
        if reverse {
            try pairs.sort { try isCountedLess($1.key, $0.key) }
        } else {
            try pairs.sort { try isCountedLess($0.key, $1.key) }
        }
        return pairs.map(\.place)
    }

    private static func ints(_ keys: [Value]) -> [Int]? {
        var result: [Int] = []
        result.reserveCapacity(keys.count)
        for key in keys {
            guard case .int(let value) = key else { return nil }
            result.append(value)
        }
        return result
    }

    private static func texts(_ keys: [Value]) -> [StrObject]? {
        var result: [StrObject] = []
        result.reserveCapacity(keys.count)
        for key in keys {
            guard case .str(let value) = key else { return nil }
            result.append(value)
        }
        return result
    }

    /// Not with NaN, whose place depends on the order of comparisons.
    private static func floats(_ keys: [Value]) -> [Double]? {
        var result: [Double] = []
        result.reserveCapacity(keys.count)
        for key in keys {
            guard case .float(let value) = key, !value.isNaN else { return nil }
            result.append(value)
        }
        return result
    }
}
