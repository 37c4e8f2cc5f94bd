import ScriptRuntime

/// Iterators that pick from another one, or go along it.
extension IterationModule {
    /// What is made of a function and the iterator that feeds it: the two sources, in this order.
    private static func predicate(_ name: String, _ doc: String, _ make: @escaping () -> (Interpreter, [Value]) throws -> Value?) -> Native {
        Native("\(name)(predicate, iterable, /)", doc) { call in
            iterator(name, from: [call[0], try call.interpreter.iterate(call[1])], make())
        }
    }

    static var selecting: [Native] {
        [
            predicate("takewhile", "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.") {
                var isDone = false
                return { interpreter, sources in
                    guard !isDone, let item = try interpreter.next(sources[1]) else { return nil }
                    if try interpreter.truth(interpreter.call(sources[0], [item])) { return item }
                    isDone = true
                    return nil
                }
            },
            predicate("dropwhile", "Drop items from the iterable while predicate(item) is true.") {
                var isStarted = false
                return { interpreter, sources in
                    while let item = try interpreter.next(sources[1]) {
                        if isStarted { return item }
                        try interpreter.charge(steps: 1)
                        if try !interpreter.truth(interpreter.call(sources[0], [item])) {
                            isStarted = true
                            return item
                        }
                    }
                    return nil
                }
            },
            predicate("filterfalse", "Return those items of iterable for which function(item) is false.") {
                { interpreter, sources in
                    while let item = try interpreter.next(sources[1]) {
                        try interpreter.charge(steps: 1)
                        let answer = sources[0].isNone ? item : try interpreter.call(sources[0], [item])
                        if try !interpreter.truth(answer) { return item }
                    }
                    return nil
                }
            },
            predicate(
                "starmap",
                "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence."
            ) {
                { interpreter, sources in
                    guard let item = try interpreter.next(sources[1]) else { return nil }
                    return try interpreter.call(sources[0], interpreter.items(of: item))
                }
            },
            Native("compress(data, selectors)", "Return data elements corresponding to true selector elements.") { call in
                let (data, selectors) = (try call.interpreter.iterate(call[0]), try call.interpreter.iterate(call[1]))
                return iterator("compress", from: [data, selectors]) { interpreter, sources in
                    while let item = try interpreter.next(sources[0]), let selector = try interpreter.next(sources[1]) {
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
                return iterator("pairwise", from: [source]) { interpreter, sources in
                    if previous == nil { previous = try interpreter.next(sources[0]) }
                    guard let first = previous, let second = try interpreter.next(sources[0]) else { return nil }
                    previous = second
                    return .tuple([first, second])
                }
            },
            Native(
                "accumulate(iterable, func=None, *, initial=None)",
                "Return series of accumulated sums (or results of another function of two arguments)."
            ) { call in
                let source = try call.interpreter.iterate(call[0])
                var total: Value?
                var initial: Value? = call[2].isNone ? nil : call[2]
                return iterator("accumulate", from: [source, call[1]]) { interpreter, sources in
                    if let given = initial {
                        initial = nil
                        total = given
                        return given
                    }
                    guard let item = try interpreter.next(sources[0]) else { return nil }
                    if let known = total {
                        total =
                            sources[1].isNone
                            ? try interpreter.binary(.add, known, item) : try interpreter.call(sources[1], [known, item])
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
        let hasStart = call.has(2)
        let start = hasStart ? try bound(1, 0, both) : 0
        let stop = try bound(hasStart ? 2 : 1, .max, "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
        let step = try bound(3, 1, "Step for islice() must be a positive integer or None.")
        if step < 1 { throw Raised.value("Step for islice() must be a positive integer or None.") }
        let source = try interpreter.iterate(call[0])
        var position = 0
        var wanted = start
        var isDone = false
        return iterator("islice", from: [source]) { interpreter, sources in
            if isDone { return nil }
            while position < min(wanted, stop) {
                guard try interpreter.next(sources[0]) != nil else {
                    isDone = true
                    return nil
                }
                try interpreter.charge(steps: 1)
                position += 1
            }
            guard wanted < stop, let item = try interpreter.next(sources[0]) else {
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
        var current: (item: Value, key: Value)?
        var target: Value?
        var number = 0
        /// Of the iterator and the key function.
        func advance(_ interpreter: Interpreter, _ sources: [Value]) throws -> Bool {
            guard let item = try interpreter.next(sources[0]) else {
                current = nil
                return false
            }
            current = (item, sources[1].isNone ? item : try interpreter.call(sources[1], [item]))
            return true
        }
        return iterator("groupby", from: [source, call[1]]) { interpreter, sources in
            number += 1
            let own = number
            if current == nil {
                guard try advance(interpreter, sources) else { return nil }
            }
            while let known = target, let now = current, try interpreter.same(known, now.key) {
                try interpreter.charge(steps: 1)
                guard try advance(interpreter, sources) else { return nil }
            }
            guard let start = current else { return nil }
            target = start.key
            let group = iterator("_grouper", from: sources) { interpreter, sources in
                guard own == number, let now = current, try interpreter.same(start.key, now.key) else { return nil }
                _ = try advance(interpreter, sources)
                return now.item
            }
            return .tuple([start.key, group])
        }
    }
}
