import BigInt
import ScriptRuntime

/// `itertools`.
enum IterationModule {
    static func module(_ interpreter: Interpreter) -> NativeModule {
        NativeModule(
            "itertools", doc: "Functional tools for creating and using iterators.",
            functions: [Native("tee(iterable, n=2, /)", "Returns a tuple of n independent iterators.", Tee.make)],
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
                                        .iterator(Chain(try call.interpreter.iterate(call[1])))
                                    }
                                ])
                        }
                    }
                    return (native.name, .type(type))
                }
            })
    }

    private static var constructors: [Native] { endless + selecting + combining }

    static func iterator(
        _ name: String, from sources: [Value] = [], hint: @escaping () -> Int? = { nil },
        _ step: @escaping (Interpreter, [Value]) throws -> Value?
    ) -> Value {
        .iterator(ClosureIterator(name, drawingOn: sources, hint: hint, step))
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
                let isNumber = BuiltinFunctions.isNumber(call.plain(1)) || call.interpreter.method(step, "__add__") != nil
                if !isNumber { throw Raised.type("a number is required") }
                let counter = ClosureIterator("count") { interpreter in
                    let value = current
                    current = try interpreter.binary(.add, current, step)
                    return value
                }
                counter.shows = { interpreter in
                    let start = try interpreter.repr(current).string
                    if case .int(1) = step { return "count(\(start))" }
                    return "count(\(start), \(try interpreter.repr(step).string))"
                }
                return .iterator(counter)
            },
            Native("cycle(iterable, /)", "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.") { call in
                let source = try call.interpreter.iterate(call[0])
                var saved: [Value] = []
                var isDone = false
                var index = 0
                return iterator("cycle", from: [source]) { interpreter, sources in
                    if !isDone {
                        if let item = try interpreter.next(sources[0]) {
                            try interpreter.charge(bytes: 16)
                            try interpreter.requireRoom(in: saved)
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
                let iterator = ClosureIterator("repeat", hint: { isEndless ? nil : left }) { _ in
                    if left == 0 { return nil }
                    if !isEndless { left -= 1 }
                    return value
                }
                iterator.shows = { "repeat(\(try $0.repr(value).string)\(isEndless ? "" : ", \(left)"))" }
                return .iterator(iterator)
            },
        ]
    }
}
