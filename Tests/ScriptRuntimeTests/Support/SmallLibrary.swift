import ScriptRuntime

/// The few built-ins that test scripts need; the real ones are another module's.
enum SmallLibrary {
    static func install(in interpreter: Interpreter) {
        for native in functions { interpreter.registerBuiltin(native) }
        installContainers(interpreter)
        installNumbers(interpreter)
    }

    private static var functions: [Native] {
        [
            Native("print(*args, sep=' ', end='\\n')") { call in
                var parts: [String] = []
                for item in try call.tuple(0).items { parts.append(try call.interpreter.str(item).string) }
                try call.interpreter.write(parts.joined(separator: call.string(1)) + call.string(2))
                return .none
            },
            Native("len(obj, /)") { .int(try $0.interpreter.length($0[0])) },
            Native("repr(obj, /)") { .str(try $0.interpreter.repr($0[0])) },
            Native("hash(obj, /)") { .int(try $0.interpreter.hash($0[0])) },
            Native("iter(obj, /)") { try $0.interpreter.iterate($0[0]) },
            Native("next(it, default=<unset>, /)") { call in
                if let value = try call.interpreter.next(call[0]) { return value }
                if call.has(1) { return call[1] }
                throw call.interpreter.endOfIteration(call[0])
            },
            Native("isinstance(obj, type, /)") { .bool(try $0.interpreter.isInstance($0[0], of: $0[1])) },
            Native("issubclass(type, base, /)") { .bool(try $0.type(0).isSubtype(of: $0.type(1))) },
            Native("callable(obj, /)") { .bool($0.interpreter.isCallable($0[0])) },
            Native("getattr(obj, name, default=<unset>, /)") { call in
                if call.has(2) { return try call.interpreter.find(call[0], Symbol(try call.str(1))) ?? call[2] }
                return try call.interpreter.attribute(call[0], Symbol(try call.str(1)))
            },
            Native("hasattr(obj, name, /)") { .bool(try $0.interpreter.find($0[0], Symbol(try $0.str(1))) != nil) },
            Native("setattr(obj, name, value, /)") { call in
                try call.interpreter.setAttribute(call[0], Symbol(try call.str(1)), call[2])
                return .none
            },
            Native("sum(items, /, start=0)") { call in
                var total = call[1]
                try call.interpreter.forEach(call[0]) { item in
                    total = try call.interpreter.binary(.add, total, item)
                    return true
                }
                return total
            },
            Native("sorted(items, /, *, key=None, reverse=False)") { call in
                let interpreter = call.interpreter
                var pairs: [(key: Value, item: Value)] = []
                for item in try interpreter.items(of: call[0]) {
                    pairs.append((call[1].isNone ? item : try interpreter.call(call[1], [item]), item))
                }
                try pairs.sort { try interpreter.isTrue(.less, $0.key, $1.key) }
                return .list(try call.truth(2) ? pairs.reversed().map(\.item) : pairs.map(\.item))
            },
            Native("abs(x, /)") { call in
                if case .float(let value) = call[0] { return .float(value.magnitude) }
                return try call.truth(0) && call.interpreter.isTrue(.less, call[0], .int(0)) ? call.interpreter.unary(.negative, call[0]) : call[0]
            },
            Native("id(x, /)") { .int($0[0].identity) },
        ]
    }

    private static func installNumbers(_ interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(
            of: types.int,
            Native("int(x=0, /)") { call in
                switch call.plain(0) {
                case .float(let value): return .int(Int(exactly: value.rounded(.towardZero)) ?? 0)
                case .str(let text):
                    guard let value = Int(text.string) else {
                        throw Raised.value("invalid literal for int() with base 10: \(try call.interpreter.repr(call[0]).string)")
                    }
                    return .int(value)
                default: return .int(try call.int(0))
                }
            })
        interpreter.setConstructor(of: types.float, Native("float(x=0.0, /)") { .float(try $0.double(0)) })
        interpreter.setConstructor(of: types.bool, Native("bool(x=False, /)") { .bool(try $0.truth(0)) })
        interpreter.setConstructor(of: types.str, Native("str(object='')") { .str(try $0.interpreter.str($0[0])) })
        interpreter.setConstructor(
            of: types.range,
            Native("range(a, b=<unset>, c=1, /)") { call in
                let start = call.has(1) ? try call.int(0) : 0
                let stop = call.has(1) ? try call.int(1) : try call.int(0)
                guard let range = RangeObject(start: start, stop: stop, step: try call.int(2)) else {
                    throw Raised.value("range() arg 3 must not be zero")
                }
                return .range(range)
            })
    }

    private static func installContainers(_ interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(of: types.list, Native("list(items=(), /)") { .list(try $0.interpreter.items(of: $0[0])) })
        interpreter.setConstructor(of: types.tuple, Native("tuple(items=(), /)") { .tuple(try $0.interpreter.items(of: $0[0])) })
        interpreter.setConstructor(
            of: types.set,
            Native("set(items=(), /)") { call in
                let set = SetObject()
                for item in try call.interpreter.items(of: call[0]) { try call.interpreter.insert(set, item) }
                return .set(set)
            })
        interpreter.setConstructor(
            of: types.dict,
            Native("dict(items=(), /, **kw)") { call in
                let dict = DictObject()
                try call.interpreter.merge(dict, call[0])
                try call.interpreter.merge(dict, call[1])
                return .dict(dict)
            })
        interpreter.extend(types.list) {
            NativeType(
                "list",
                methods: [
                    Native("__init__(self, items=(), /)") { call in
                        try call.interpreter.extend(call.list(0), call[1])
                        return .none
                    },
                    Native("append(self, item, /)") { call in
                        try call.interpreter.append(call[1], to: call.list(0))
                        return .none
                    },
                    Native("extend(self, items, /)") { call in
                        try call.interpreter.extend(call.list(0), call[1])
                        return .none
                    },
                    Native("pop(self, index=-1, /)") { call in
                        let list = try call.list(0)
                        if list.count == 0 { throw Raised.index("pop from empty list") }
                        let index = try call.int(1)
                        let position = index < 0 ? index + list.count : index
                        guard position >= 0, position < list.count else { throw Raised.index("pop index out of range") }
                        return list.remove(at: position)
                    },
                ])
        }
        interpreter.extend(types.dict) {
            NativeType(
                "dict",
                methods: [
                    Native("__init__(self, items=(), /, **kw)") { call in
                        try call.interpreter.merge(call.dict(0), call[1])
                        try call.interpreter.merge(call.dict(0), call[2])
                        return .none
                    },
                    Native("items(self, /)") { call in
                        .list(try call.dict(0).entries.map { .tuple([$0.key, $0.value]) })
                    },
                    Native("keys(self, /)") { .list(try $0.dict(0).keys) },
                    Native("values(self, /)") { .list(try $0.dict(0).values) },
                    Native("get(self, key, default=None, /)") { call in
                        try call.interpreter.get(call.dict(0), call[1]) ?? call[2]
                    },
                ])
        }
        interpreter.extend(types.set) {
            NativeType(
                "set",
                methods: [
                    Native("add(self, item, /)") { call in
                        try call.interpreter.insert(call.set(0), call[1])
                        return .none
                    }
                ])
        }
        interpreter.extend(types.str) {
            NativeType(
                "str",
                methods: [
                    Native("join(self, items, /)") { call in
                        let glue = try call.str(0)
                        var builder = StrBuilder()
                        for (index, item) in try call.interpreter.items(of: call[1]).enumerated() {
                            if index > 0 { builder.append(glue) }
                            builder.append(try call.interpreter.str(item))
                        }
                        return .str(builder.finish())
                    },
                    Native("upper(self, /)") { .str(try $0.string(0).uppercased()) },
                ])
        }
    }
}
