import ScriptRuntime

/// Iterators over several iterables, or over the arrangements of one.
extension IterationModule {
    static var combining: [Native] {
        [
            Native(
                "chain(*iterables)",
                "Return a chain object whose .__next__() method returns elements from the first iterable until it is exhausted, then from the next, until all are exhausted."
            ) { call in
                .iterator(Chain(try call.interpreter.iterate(call[0])))
            },
            Native("zip_longest(*iterables, fillvalue=None)", "Tuples with one item of each of the iterables; the ended ones give fillvalue.") {
                call in
                let sources = try call.rest(0).map { try call.interpreter.iterate($0) }
                let fill = call[1]
                var ended = sources.map { _ in false }
                return iterator("zip_longest", from: sources) { interpreter, sources in
                    var items: [Value] = []
                    for index in sources.indices {
                        if !ended[index] {
                            if let item = try interpreter.next(sources[index]) {
                                items.append(item)
                                continue
                            }
                            ended[index] = true
                            if !ended.contains(false) { return nil }
                        }
                        items.append(fill)
                    }
                    return ended.contains(false) ? .tuple(items) : nil
                }
            },
            Native("product(*iterables, repeat=1)", "Cartesian product of input iterables.") { call in
                let times = try call.int(1)
                if times < 0 { throw Raised.value("repeat argument cannot be negative") }
                let pools = try call.rest(0).map { try call.interpreter.items(of: $0) }
                try call.interpreter.charge(count: pools.count, of: max(times, 1) * 16)
                return product(Array(repeatElement(pools, count: times).joined()))
            },
            Native("permutations(iterable, r=None)", "Return successive r-length permutations of elements in the iterable.") { call in
                let pool = try call.items(0)
                let length = try call.optionalInt(1) ?? pool.count
                if length < 0 { throw Raised.value("r must be non-negative") }
                return permutations(pool, length)
            },
            Native("combinations(iterable, r)", "Return successive r-length combinations of elements in the iterable.") { call in
                try combinations("combinations", call, repeated: false)
            },
            Native(
                "combinations_with_replacement(iterable, r)",
                "Return successive r-length combinations of elements in the iterable, allowing elements to repeat."
            ) { call in
                try combinations("combinations_with_replacement", call, repeated: true)
            },
        ]
    }

    private static func product(_ pools: [[Value]]) -> Value {
        var places = [Int](repeating: 0, count: pools.count)
        var isFirst = true
        var isDone = pools.contains(where: \.isEmpty)
        return iterator("product") { interpreter, _ in
            if isDone { return nil }
            try interpreter.charge(bytes: 80 + pools.count * 16)
            if !isFirst {
                var index = pools.count - 1
                while index >= 0 {
                    places[index] += 1
                    if places[index] < pools[index].count { break }
                    places[index] = 0
                    index -= 1
                }
                if index < 0 {
                    isDone = true
                    return nil
                }
            }
            isFirst = false
            return .tuple(zip(pools, places).map { $0[$1] })
        }
    }

    private static func permutations(_ pool: [Value], _ length: Int) -> Value {
        let count = pool.count
        var places = Array(0..<count)
        var cycles = (0..<min(length, count)).map { count - $0 }
        var isFirst = true
        var isDone = length > count
        return iterator("permutations") { interpreter, _ in
            if isDone { return nil }
            try interpreter.charge(bytes: 80 + length * 16)
            if !isFirst {
                var index = length - 1
                while index >= 0 {
                    cycles[index] -= 1
                    if cycles[index] > 0 {
                        places.swapAt(index, count - cycles[index])
                        break
                    }
                    let moved = places.remove(at: index)
                    places.append(moved)
                    cycles[index] = count - index
                    index -= 1
                }
                if index < 0 {
                    isDone = true
                    return nil
                }
            }
            isFirst = false
            return .tuple(places[..<length].map { pool[$0] })
        }
    }

    private static func combinations(_ name: String, _ call: Call, repeated: Bool) throws -> Value {
        let length = try call.int(1)
        let pool = try call.items(0)
        if length < 0 { throw Raised.value("r must be non-negative") }
        try call.interpreter.charge(count: length, of: 8)
        let count = pool.count
        var isDone = repeated ? count == 0 && length > 0 : length > count
        var places = repeated ? [Int](repeating: 0, count: length) : isDone ? [] : Array(0..<length)
        var isFirst = true
        return iterator(name) { interpreter, _ in
            if isDone { return nil }
            try interpreter.charge(bytes: 80 + length * 16)
            if !isFirst {
                func limit(_ index: Int) -> Int { repeated ? count - 1 : index + count - length }
                guard let index = places.indices.last(where: { places[$0] != limit($0) }) else {
                    isDone = true
                    return nil
                }
                places[index] += 1
                for later in places.indices where later > index { places[later] = places[later - 1] + (repeated ? 0 : 1) }
            }
            isFirst = false
            return .tuple(places.map { pool[$0] })
        }
    }
}

/// The items of the iterables that an iterator gives, one after the other.
final class Chain: DrawingIterator {
    /// The iterator over the iterables, and behind it the one at hand.
    init(_ iterables: Value) {
        super.init(drawingOn: [iterables])
    }

    override var typeName: String { "chain" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        while let iterables = sources.first {
            if sources.count < 2 {
                guard let next = try interpreter.next(iterables) else {
                    sources = []
                    return nil
                }
                let iterator = try interpreter.iterate(next)
                sources = [iterables, iterator]
            }
            if let item = try interpreter.next(sources[1]) { return item }
            sources = [iterables]
            try interpreter.charge(steps: 1)
        }
        return nil
    }
}
