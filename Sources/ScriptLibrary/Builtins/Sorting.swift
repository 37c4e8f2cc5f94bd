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
            try permute(work, key: key, reverse: reverse, into: &order, interpreter)
            wasChanged = list.count > 0
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
        var keys: [Value] = []
        keys.reserveCapacity(count)
        if key.isNone {
            for index in 0..<count { keys.append(list[index]) }
        } else {
            for index in 0..<count { keys.append(try interpreter.call(key, with: list[index])) }
        }
        if count < 2 { return }
        try interpreter.charge(count: count, of: 24)
        try interpreter.charge(steps: count)
        if let ints = ints(keys) {
            order = sorted(ints, reverse) { $0 < $1 }
            return
        }
        if let texts = texts(keys) {
            order = sorted(texts, reverse) { StrObject.order($0, $1) < 0 }
            return
        }
        if let floats = floats(keys) {
            order = sorted(floats, reverse) { $0 < $1 }
            return
        }
        let isLess = { (a: Value, b: Value) throws -> Bool in
            try interpreter.charge(steps: 1)
            return try interpreter.isTrue(.less, a, b)
        }
        if count >= 64 {
            order = try sorted(keys, reverse, isLess)
            return
        }
        var places = Array(0..<count)
        if reverse { places.reverse() }
        defer {
            if reverse { places.reverse() }
            order = places.elementsEqual(0..<count) ? nil : places
        }
        try insert(keys, &places, isLess)
    }

    /// The comparisons of CPython's sort of fewer than 64 items, one by one: a run at the start, then binary insertion. What
    /// a comparison raises, and where a NaN ends, depends on them.
    private static func insert(_ keys: [Value], _ order: inout [Int], _ isLess: (Value, Value) throws -> Bool) rethrows {
        let count = keys.count
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
