import ScriptRuntime

/// `enumerate`, `map`, `filter`, `zip` and `reversed`: classes of iterators with a constructor each.
enum BuiltinIterators {
    static func install(in interpreter: Interpreter) {
        for native in constructors {
            let type = interpreter.types.registerIteratorType(native.name)
            interpreter.setConstructor(of: type, native)
            interpreter.registerBuiltin(native.name, .type(type))
        }
    }

    private static var constructors: [Native] {
        [
            Native("enumerate(iterable, start=0)", "Pairs of a count (from start) and a value yielded by the iterable.") { call in
                // What is no start is told before what is not iterable.
                let start = Value.integer(try call.interpreter.anyInteger(call[1]))
                return .iterator(Enumeration(try call.interpreter.iterate(call[0]), start: start))
            },
            Native("map(func, /, *iterables)", "Compute the function using arguments from each of the iterables; stops with the shortest.") { call in
                let iterables = call.rest(1)
                if iterables.isEmpty { throw Raised.type("map() must have at least two arguments.") }
                return .iterator(Mapping(call[0], try iterables.map { try call.interpreter.iterate($0) }))
            },
            Native("filter(function, iterable, /)", "Those items of iterable for which function(item) is true; with None, those that are true.") {
                call in
                .iterator(Filtering(call[0], try call.interpreter.iterate(call[1])))
            },
            Native(
                "zip(*iterables, strict=False)",
                "Tuples with one item of each of the iterables; stops with the shortest, or raises ValueError if strict."
            ) { call in
                let sources = try call.rest(0).enumerated().map { index, iterable in
                    guard call.interpreter.isIterable(iterable) else {
                        throw Raised.type("'\(call.interpreter.typeName(of: iterable))' object is not iterable")
                    }
                    return try call.interpreter.iterate(iterable)
                }
                return .iterator(Zipping(sources, strict: try call.truth(1)))
            },
            Native("reversed(sequence, /)", "Return a reverse iterator over the values of the given sequence.", reversed),
        ]
    }

    private static func reversed(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        if let method = interpreter.method(call[0], "__reversed__") {
            if method.isNone { throw Raised.type("'\(interpreter.typeName(of: call[0]))' object is not reversible") }
            return try interpreter.callMethod(method, call[0])
        }
        switch call.plain(0) {
        case .list, .tuple, .str, .bytes:
            let name: String
            if case .list = call.plain(0) { name = "list_reverseiterator" } else { name = "reversed" }
            return .iterator(try Reversal(call[0], interpreter.length(call.plain(0)), name))
        case .range(let range):
            var left = range.count
            return .iterator(
                ClosureIterator("range_iterator", hint: { left }) { _ in
                    if left == 0 { return nil }
                    left -= 1
                    return .int(range[left])
                })
        case .host(let box) where box.object is LongRange:
            guard let range = box.object as? LongRange else { return .none }
            return .iterator(range.iterator(isReversed: true))
        case .dict(let dict): return .iterator(DictIterator(dict, .keys, isReversed: true))
        default:
            guard interpreter.method(call[0], "__len__") != nil, interpreter.method(call[0], "__getitem__") != nil else {
                throw Raised.type("'\(interpreter.typeName(of: call[0]))' object is not reversible")
            }
            return .iterator(try Reversal(call[0], interpreter.length(call[0]), "reversed"))
        }
    }
}

private final class Enumeration: DrawingIterator {
    private var index: Value

    init(_ source: Value, start: Value) {
        index = start
        super.init(drawingOn: [source])
    }

    override var typeName: String { "enumerate" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        guard let item = try interpreter.next(sources[0]) else { return nil }
        let number = index
        if case .int(let value) = number, value < .max {
            index = .int(value + 1)
        } else {
            index = try interpreter.binary(.add, number, .int(1))
        }
        return .tuple(TupleObject(number, item))
    }
}

private final class Mapping: DrawingIterator {
    init(_ function: Value, _ iterators: [Value]) {
        super.init(drawingOn: [function] + iterators)
    }

    override var typeName: String { "map" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        if sources.count == 2 {
            guard let item = try interpreter.next(sources[1]) else { return nil }
            return try interpreter.call(sources[0], with: item)
        }
        var arguments: [Value] = []
        arguments.reserveCapacity(sources.count)
        for source in sources.dropFirst() {
            guard let item = try interpreter.next(source) else { return nil }
            arguments.append(item)
        }
        return try interpreter.call(sources[0], arguments)
    }
}

private final class Filtering: DrawingIterator {
    init(_ function: Value, _ iterator: Value) {
        super.init(drawingOn: [function, iterator])
    }

    override var typeName: String { "filter" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        try interpreter.checkStack()
        while let item = try interpreter.next(sources[1]) {
            try interpreter.charge(steps: 1)
            let answer = sources[0].isNone ? item : try interpreter.call(sources[0], with: item)
            if try interpreter.truth(answer) { return item }
        }
        return nil
    }
}

private final class Zipping: DrawingIterator {
    private let strict: Bool

    init(_ sources: [Value], strict: Bool) {
        self.strict = strict
        super.init(drawingOn: sources)
    }

    override var typeName: String { "zip" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        if sources.isEmpty { return nil }
        try interpreter.checkStack()
        if sources.count == 2, !strict {
            guard let first = try interpreter.next(sources[0]), let second = try interpreter.next(sources[1]) else { return nil }
            try interpreter.charge(bytes: 96)
            return .tuple(TupleObject(first, second))
        }
        try interpreter.charge(bytes: 96 + sources.count * 16)
        var items: [Value] = []
        items.reserveCapacity(sources.count)
        for (index, source) in sources.enumerated() {
            if let item = try interpreter.next(source) {
                items.append(item)
                continue
            }
            if strict { try checkEnds(index, interpreter) }
            return nil
        }
        return .tuple(items)
    }

    /// The iterable at `index` ended: the ones before it must not have had an item, the ones after it none left.
    private func checkEnds(_ index: Int, _ interpreter: Interpreter) throws {
        func others(_ count: Int) -> String { count == 1 ? "argument 1" : "arguments 1-\(count)" }
        if index > 0 { throw Raised.value("zip() argument \(index + 1) is shorter than \(others(index))") }
        for later in sources.indices.dropFirst() where try interpreter.next(sources[later]) != nil {
            throw Raised.value("zip() argument \(later + 1) is longer than \(others(later))")
        }
    }
}

/// `iter(function, sentinel)`.
final class CallableIterator: DrawingIterator {
    override var typeName: String { "callable_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        guard sources.count == 2 else { return nil }
        try interpreter.checkStack()
        let (function, sentinel) = (sources[0], sources[1])
        let value: Value
        do { value = try interpreter.call(function) } catch {
            if error.isInstance(of: .stopIteration, interpreter) { sources = [] }
            throw error
        }
        // The function may have come here and ended it.
        if sources.isEmpty { return nil }
        guard try interpreter.same(sentinel, value) else { return value }
        sources = []
        return nil
    }
}

/// Backwards by index.
private final class Reversal: IteratorObject {
    private var sequence: Value?
    private var index: Int
    private let name: String

    init(_ sequence: Value, _ count: Int, _ name: String) throws {
        self.sequence = sequence
        index = count
        self.name = name
        super.init()
    }

    override var typeName: String { name }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        guard let sequence, index > 0 else { return nil }
        index -= 1
        switch sequence {
        case .list(let list):
            if index < list.count { return list[index] }
        case .tuple(let tuple): return tuple[index]
        case .str(let text): return .str(.character(text[index]))
        default:
            if let item = try itemOrEnd(sequence, interpreter) { return item }
        }
        self.sequence = nil
        return nil
    }

    /// Nil where the sequence says that it ends.
    private func itemOrEnd(_ sequence: Value, _ interpreter: Interpreter) throws(Raised) -> Value? {
        do {
            return try interpreter.item(of: sequence, at: .int(index))
        } catch {
            if error.isInstance(of: .indexError, interpreter) || error.isInstance(of: .stopIteration, interpreter) { return nil }
            throw error
        }
    }

    override func lengthHint(_ interpreter: Interpreter) throws -> Int? {
        guard let sequence else { return 0 }
        return try interpreter.length(sequence) < index ? 0 : index
    }
}
