import BigInt
import ScriptRuntime

/// `itertools`.
enum IterationModule {
    static func module(_ interpreter: Interpreter) -> NativeModule {
        NativeModule(
            "itertools", doc: "Functional tools for creating and using iterators.",
            functions: [
                Native("tee(iterable, n=2, /)", "Returns a tuple of n independent iterators.", tee)
            ],
            members: { interpreter in
                constructors.map { native in
                    let type = interpreter.types.registerIteratorType(native.name)
                    interpreter.setConstructor(of: type, native)
                    if native.name == "chain" {
                        interpreter.extend(type) {
                            NativeType(
                                "chain",
                                classMethods: [
                                    Native("from_iterable(cls, iterable, /)", "Alternative chain() constructor taking a single iterable argument.") {
                                        call in
                                        .iterator(try Chain(call.interpreter.iterate(call[1])))
                                    }
                                ])
                        }
                    }
                    return (native.name, .type(type))
                }
            })
    }

    private static var constructors: [Native] { endless + selecting + combining }

    private static func iterator(
        _ name: String, from sources: [Value] = [], hint: @escaping () -> Int? = { nil }, _ step: @escaping (Interpreter) throws -> Value?
    ) throws -> Value {
        .iterator(try Stepper(name, sources, hint, step))
    }

    // MARK: - Endless

    private static var endless: [Native] {
        [
            Native("count(start=0, step=1)", "Return a count object whose .__next__() method returns consecutive values.") { call in
                var current = call[0]
                let step = call[1]
                guard BuiltinFunctions.isNumber(call.plain(0)) || call.interpreter.method(current, "__add__") != nil else {
                    throw Raised.type("a number is required")
                }
                return try iterator("count") { interpreter in
                    defer { _ = current }
                    let value = current
                    current = try interpreter.binary(.add, current, step)
                    return value
                }
            },
            Native("cycle(iterable, /)", "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.") { call in
                let source = try call.interpreter.iterate(call[0])
                var saved: [Value] = []
                var isDone = false
                var index = 0
                return try iterator("cycle", from: [source]) { interpreter in
                    if !isDone {
                        if let item = try interpreter.next(source) {
                            try interpreter.charge(bytes: 16)
                            saved.append(item)
                            return item
                        }
                        isDone = true
                    }
                    if saved.isEmpty { return nil }
                    defer { index = (index + 1) % saved.count }
                    return saved[index]
                }
            },
            Native("repeat(object, times=<unset>)", "Return the object over and over, endlessly unless times is given.") { call in
                let value = call[0]
                var left = call.has(1) ? max(try call.int(1), 0) : Int.max
                let isEndless = !call.has(1)
                return try iterator("repeat", hint: { isEndless ? nil : left }) { _ in
                    if left == 0 { return nil }
                    if !isEndless { left -= 1 }
                    return value
                }
            },
        ]
    }

    // MARK: - Selecting

    private static func predicate(_ name: String, _ doc: String, _ make: @escaping (Value, Value) -> (Interpreter) throws -> Value?) -> Native {
        Native("\(name)(predicate, iterable, /)", doc) { call in
            let source = try call.interpreter.iterate(call[1])
            return try iterator(name, from: [source], make(call[0], source))
        }
    }

    private static var selecting: [Native] {
        [
            predicate("takewhile", "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.") {
                test, source in
                var isDone = false
                return { interpreter in
                    guard !isDone, let item = try interpreter.next(source) else { return nil }
                    if try interpreter.truth(interpreter.call(test, [item])) { return item }
                    isDone = true
                    return nil
                }
            },
            predicate("dropwhile", "Drop items from the iterable while predicate(item) is true.") { test, source in
                var isStarted = false
                return { interpreter in
                    while let item = try interpreter.next(source) {
                        if isStarted { return item }
                        try interpreter.charge(steps: 1)
                        if try !interpreter.truth(interpreter.call(test, [item])) {
                            isStarted = true
                            return item
                        }
                    }
                    return nil
                }
            },
            predicate("filterfalse", "Return those items of iterable for which function(item) is false.") { test, source in
                { interpreter in
                    while let item = try interpreter.next(source) {
                        try interpreter.charge(steps: 1)
                        let answer = test.isNone ? item : try interpreter.call(test, [item])
                        if try !interpreter.truth(answer) { return item }
                    }
                    return nil
                }
            },
            predicate(
                "starmap",
                "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence."
            ) { function, source in
                { interpreter in
                    guard let item = try interpreter.next(source) else { return nil }
                    return try interpreter.call(function, interpreter.items(of: item))
                }
            },
            Native("compress(data, selectors)", "Return data elements corresponding to true selector elements.") { call in
                let (data, selectors) = (try call.interpreter.iterate(call[0]), try call.interpreter.iterate(call[1]))
                return try iterator("compress", from: [data, selectors]) { interpreter in
                    while let item = try interpreter.next(data), let selector = try interpreter.next(selectors) {
                        try interpreter.charge(steps: 1)
                        if try interpreter.truth(selector) { return item }
                    }
                    return nil
                }
            },
            Native(
                "islice(iterable, start, stop=<unset>, step=None, /)",
                "Selected items of an iterable: islice(iterable, stop) or islice(iterable, start, stop[, step]).", slice),
            Native("groupby(iterable, key=None)", "Consecutive keys and groups from the iterable.", groupBy),
            Native("pairwise(iterable, /)", "Return an iterator of overlapping pairs taken from the input iterator.") { call in
                let source = try call.interpreter.iterate(call[0])
                var previous: Value?
                return try iterator("pairwise", from: [source]) { interpreter in
                    if previous == nil { previous = try interpreter.next(source) }
                    guard let first = previous, let second = try interpreter.next(source) else { return nil }
                    previous = second
                    return .tuple([first, second])
                }
            },
            Native(
                "accumulate(iterable, func=None, *, initial=None)",
                "Return series of accumulated sums (or results of another function of two arguments)."
            ) { call in
                let source = try call.interpreter.iterate(call[0])
                let function = call[1]
                var total: Value?
                var initial: Value? = call[2].isNone ? nil : call[2]
                return try iterator("accumulate", from: [source]) { interpreter in
                    if let given = initial {
                        initial = nil
                        total = given
                        return given
                    }
                    guard let item = try interpreter.next(source) else { return nil }
                    if let known = total {
                        total = function.isNone ? try interpreter.binary(.add, known, item) : try interpreter.call(function, [known, item])
                    } else {
                        total = item
                    }
                    return total
                }
            },
        ]
    }

    private static func slice(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        func bound(_ index: Int, _ absent: Int, _ message: String) throws -> Int {
            if call[index].isNone { return absent }
            guard case .int(let value) = call.plain(index), value >= 0 else { throw Raised.value(message) }
            return value
        }
        let both = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."
        let source = try interpreter.iterate(call[0])
        let hasStart = call.has(2)
        let start = hasStart ? try bound(1, 0, both) : 0
        let stop = try bound(hasStart ? 2 : 1, .max, "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
        let step = try bound(3, 1, "Step for islice() must be a positive integer or None.")
        if step < 1 { throw Raised.value("Step for islice() must be a positive integer or None.") }
        var position = 0
        var wanted = start
        var isDone = false
        return try iterator("islice", from: [source]) { interpreter in
            if isDone { return nil }
            while position < min(wanted, stop) {
                guard try interpreter.next(source) != nil else {
                    isDone = true
                    return nil
                }
                try interpreter.charge(steps: 1)
                position += 1
            }
            guard wanted < stop, let item = try interpreter.next(source) else {
                isDone = true
                return nil
            }
            position += 1
            let (next, overflow) = wanted.addingReportingOverflow(step)
            wanted = overflow ? .max : next
            return item
        }
    }

    private static func groupBy(_ call: Call) throws -> Value {
        let source = try call.interpreter.iterate(call[0])
        let key = call[1]
        var current: (item: Value, key: Value)?
        var target: Value?
        var number = 0
        func advance(_ interpreter: Interpreter) throws -> Bool {
            guard let item = try interpreter.next(source) else {
                current = nil
                return false
            }
            current = (item, key.isNone ? item : try interpreter.call(key, [item]))
            return true
        }
        return try iterator("groupby", from: [source]) { interpreter in
            number += 1
            let own = number
            if current == nil {
                guard try advance(interpreter) else { return nil }
            }
            while let known = target, let now = current, try interpreter.same(known, now.key) {
                try interpreter.charge(steps: 1)
                guard try advance(interpreter) else { return nil }
            }
            guard let start = current else { return nil }
            target = start.key
            let group = try iterator("_grouper") { interpreter in
                guard own == number, let now = current, try interpreter.same(start.key, now.key) else { return nil }
                _ = try advance(interpreter)
                return now.item
            }
            return .tuple([start.key, group])
        }
    }

    // MARK: - Combining

    private static var combining: [Native] {
        [
            Native(
                "chain(*iterables)",
                "Return a chain object whose .__next__() method returns elements from the first iterable until it is exhausted, then from the next, until all are exhausted."
            ) { call in
                .iterator(try Chain(call.interpreter.iterate(call[0])))
            },
            Native("zip_longest(*iterables, fillvalue=None)", "Tuples with one item of each of the iterables; the ended ones give fillvalue.") {
                call in
                var sources = try call.rest(0).map { Optional(try call.interpreter.iterate($0)) }
                let fill = call[1]
                return try iterator("zip_longest", from: sources.compactMap { $0 }) { interpreter in
                    var items: [Value] = []
                    for index in sources.indices {
                        if let source = sources[index] {
                            if let item = try interpreter.next(source) {
                                items.append(item)
                                continue
                            }
                            sources[index] = nil
                            if sources.allSatisfy({ $0 == nil }) { return nil }
                        }
                        items.append(fill)
                    }
                    return items.isEmpty || sources.allSatisfy({ $0 == nil }) ? nil : .tuple(items)
                }
            },
            Native("product(*iterables, repeat=1)", "Cartesian product of input iterables.") { call in
                let times = try call.int(1)
                if times < 0 { throw Raised.value("repeat argument cannot be negative") }
                let pools = try call.rest(0).map { try call.interpreter.items(of: $0) }
                try call.interpreter.charge(count: pools.count, of: max(times, 1) * 16)
                return try product(Array(repeatElement(pools, count: times).joined()))
            },
            Native("permutations(iterable, r=None)", "Return successive r-length permutations of elements in the iterable.") { call in
                let pool = try call.items(0)
                let length = try call.optionalInt(1) ?? pool.count
                if length < 0 { throw Raised.value("r must be non-negative") }
                return try permutations(pool, length)
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

    private static func product(_ pools: [[Value]]) throws -> Value {
        var places = [Int](repeating: 0, count: pools.count)
        var isFirst = true
        var isDone = pools.contains(where: \.isEmpty)
        return try iterator("product") { _ in
            if isDone { return nil }
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

    private static func permutations(_ pool: [Value], _ length: Int) throws -> Value {
        let count = pool.count
        var places = Array(0..<count)
        var cycles = (0..<min(length, count)).map { count - $0 }
        var isFirst = true
        var isDone = length > count
        return try iterator("permutations") { _ in
            if isDone { return nil }
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
        let pool = try call.items(0)
        let length = try call.int(1)
        if length < 0 { throw Raised.value("r must be non-negative") }
        try call.interpreter.charge(count: length, of: 8)
        let count = pool.count
        var isDone = repeated ? count == 0 && length > 0 : length > count
        var places = repeated ? [Int](repeating: 0, count: length) : isDone ? [] : Array(0..<length)
        var isFirst = true
        return try iterator(name) { _ in
            if isDone { return nil }
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

    // MARK: - tee

    private static func tee(_ call: Call) throws -> Value {
        let count = try call.int(1)
        if count < 0 { throw Raised.value("n must be >= 0") }
        try call.interpreter.charge(count: count, of: 64)
        let source = try call.interpreter.iterate(call[0])
        var buffer: [Value] = []
        var dropped = 0
        var positions = [Int](repeating: 0, count: count)
        return .tuple(
            try (0..<count).map { branch in
                try iterator("_tee", from: [source]) { interpreter in
                    if positions[branch] - dropped == buffer.count {
                        guard let item = try interpreter.next(source) else { return nil }
                        try interpreter.charge(bytes: 16)
                        buffer.append(item)
                    }
                    let item = buffer[positions[branch] - dropped]
                    positions[branch] += 1
                    // What every branch has seen is forgotten, a block at a time.
                    if let least = positions.min(), least - dropped >= 64 {
                        buffer.removeFirst(least - dropped)
                        dropped = least
                    }
                    return item
                }
            })
    }
}

/// Steps by a closure, with a bound on how deep iterators are chained.
private final class Stepper: IteratorObject {
    private let name: String
    private var step: ((Interpreter) throws -> Value?)?
    private let hint: () -> Int?

    init(_ name: String, _ sources: [Value], _ hint: @escaping () -> Int?, _ step: @escaping (Interpreter) throws -> Value?) throws {
        self.name = name
        self.step = step
        self.hint = hint
        try super.init(drawingOn: sources)
    }

    override var typeName: String { name }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        guard let step else { return nil }
        try interpreter.checkStack()
        if let value = try step(interpreter) { return value }
        self.step = nil
        return nil
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { step == nil ? 0 : hint() }
}

/// The items of the iterables that an iterator gives, one after the other.
private final class Chain: IteratorObject {
    private var sources: Value?
    private var current: Value?

    init(_ sources: Value) throws {
        self.sources = sources
        try super.init(drawingOn: [sources])
    }

    override var typeName: String { "chain" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        while let sources {
            if current == nil {
                guard let next = try interpreter.next(sources) else {
                    self.sources = nil
                    return nil
                }
                current = try interpreter.iterate(next)
            }
            if let iterator = current, let item = try interpreter.next(iterator) { return item }
            current = nil
            try interpreter.charge(steps: 1)
        }
        return nil
    }
}
