import ScriptRuntime

/// `sorted` and `list.sort`: stable, with keys and in either direction.
enum Sorting {
    /// Sorts in place. While it runs the list is empty, as in CPython; what a key or a comparison puts there is noticed.
    static func sort(_ list: ListObject, key: Value, reverse: Bool, _ interpreter: Interpreter) throws {
        let work = ListObject()
        work.swapContents(with: list)
        var wasChanged = false
        var order: [Int]?
        do {
            order = try permutation(of: work, key: key, reverse: reverse, interpreter)
            wasChanged = list.count > 0
        } catch {
            list.swapContents(with: work)
            throw error
        }
        if let order { list.takeItems(of: work, inOrder: order) } else { list.swapContents(with: work) }
        if wasChanged { throw Raised.value("list modified during sort") }
    }

    /// The places of the items in sorted order; nil when they stand in it.
    private static func permutation(
        of list: ListObject, key: Value, reverse: Bool, _ interpreter: Interpreter
    ) throws -> [Int]? {
        let count = list.count
        var keys: [Value] = []
        keys.reserveCapacity(count)
        if key.isNone {
            for index in 0..<count { keys.append(list[index]) }
        } else {
            for index in 0..<count { keys.append(try interpreter.call(key, with: list[index])) }
        }
        if count < 2 { return nil }
        try interpreter.charge(count: count, of: 24)
        try interpreter.charge(steps: count)
        if let ints = ints(keys) { return sorted(ints, reverse) { $0 < $1 } }
        if let texts = texts(keys) { return sorted(texts, reverse) { StrObject.order($0, $1) < 0 } }
        if let floats = floats(keys) { return sorted(floats, reverse) { $0 < $1 } }
        let isLess = { (a: Value, b: Value) throws -> Bool in
            try interpreter.charge(steps: 1)
            return try interpreter.isTrue(.less, a, b)
        }
        return count < 64 ? try inserted(keys, reverse, isLess) : try sorted(keys, reverse, isLess)
    }

    /// The comparisons of CPython's sort of fewer than 64 items, one by one: a run at the start, then binary insertion. What
    /// a comparison raises, and where a NaN ends, depends on them.
    private static func inserted(_ keys: [Value], _ reverse: Bool, _ isLess: (Value, Value) throws -> Bool) rethrows -> [Int]? {
        let count = keys.count
        var order = Array(0..<count)
        if reverse { order.reverse() }
        let isDescending = try isLess(keys[order[1]], keys[order[0]])
        var run = 2
        while run < count, try isLess(keys[order[run]], keys[order[run - 1]]) == isDescending { run += 1 }
        if isDescending { order[..<run].reverse() }
        for start in run..<count {
            let pivot = order[start]
            var (low, high) = (0, start)
            while low < high {
                let middle = low + (high - low) / 2
                if try isLess(keys[pivot], keys[order[middle]]) { high = middle } else { low = middle + 1 }
            }
            order.remove(at: start)
            order.insert(pivot, at: low)
        }
        if reverse { order.reverse() }
        return order.elementsEqual(0..<count) ? nil : order
    }

    /// Stable; in reverse equal keys still keep their order.
    private static func sorted<Key>(
        _ keys: [Key], _ reverse: Bool, _ isLess: (Key, Key) throws -> Bool
    ) rethrows -> [Int]? {
        var isSorted = true
        for index in 1..<keys.count
        where reverse ? try isLess(keys[index - 1], keys[index]) : try isLess(keys[index], keys[index - 1]) {
            isSorted = false
            break
        }
        if isSorted { return nil }
        var pairs = keys.enumerated().map { (key: $1, place: $0) }
        if reverse {
            try pairs.sort { try isLess($1.key, $0.key) }
        } else {
            try pairs.sort { try isLess($0.key, $1.key) }
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
