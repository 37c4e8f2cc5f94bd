import ScriptRuntime

/// `list` and `tuple`: constructors and methods.
enum ListMethods {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(
            of: types.list,
            Native("list(iterable=(), /)", "Built-in mutable sequence. Without an argument, a new empty list.") { call in
                .list(try call.interpreter.newList(of: call[0]))
            })
        interpreter.setConstructor(
            of: types.tuple,
            Native("tuple(iterable=(), /)", "Built-in immutable sequence. Without an argument, the empty tuple.") { call in
                if case .tuple = call[0] { return call[0] }
                return .tuple(try call.interpreter.items(of: call[0], asking: true))
            })
        interpreter.extend(types.list, listTable)
        interpreter.extend(types.tuple, tupleTable)
    }

    // MARK: - list

    private static func listTable() -> NativeType {
        NativeType(
            "list",
            methods: growing + shrinking + [
                Native("__init__(self, iterable=(), /)", "Initialize self.") { call in
                    let list = try call.receiver(list: "__init__")
                    list.swapContents(with: try call.interpreter.newList(of: call[1]))
                    return .none
                },
                Native("copy(self, /)", "Return a shallow copy of the list.") { call in
                    let list = try call.receiver(list: "copy")
                    try call.interpreter.charge(count: list.count, of: 16)
                    return .list(ListObject(list.items))
                },
                Native("count(self, value, /)", "Return number of occurrences of value.") { call in
                    let list = try call.receiver(list: "count")
                    var count = 0
                    var index = 0
                    while index < list.count {
                        if try call.interpreter.same(list[index], call[1]) { count += 1 }
                        try call.interpreter.charge(place: index)
                        index += 1
                    }
                    return .int(count)
                },
                Native(
                    "index(self, value, start=0, stop=9223372036854775807, /)", "Return first index of value; ValueError if it is not present."
                ) { call in
                    let list = try call.receiver(list: "index")
                    let (start, stop) = try call.range(2, count: list.count, allowsNone: false)
                    var index = start
                    while index < min(stop, list.count) {
                        if try call.interpreter.same(list[index], call[1]) { return .int(index) }
                        try call.interpreter.charge(place: index)
                        index += 1
                    }
                    throw Raised.value("\(try call.interpreter.repr(call[1]).string) is not in list")
                },
                Native("reverse(self, /)", "Reverse IN PLACE.") { call in
                    let list = try call.receiver(list: "reverse")
                    try call.interpreter.charge(passing: list.count * 16)
                    list.reverse()
                    return .none
                },
                Native("sort(self, /, *, key=None, reverse=False)", "Sort the list in ascending order, in place; stable.") { call in
                    let list = try call.receiver(list: "sort")
                    try Sorting.sort(list, key: call[1], reverse: call.truth(2), call.interpreter)
                    return .none
                },
            ])
    }

    private static var growing: [Native] {
        [
            Native("append(self, object, /)", "Append object to the end of the list.", intrinsic: .listAppend) { call in
                let list = try call.receiver(list: "append")
                try call.interpreter.append(call[1], to: list)
                return .none
            },
            Native("extend(self, iterable, /)", "Extend list by appending elements from the iterable.") { call in
                try call.interpreter.extend(call.receiver(list: "extend"), call[1])
                return .none
            },
            Native("insert(self, index, object, /)", "Insert object before index.") { call in
                let list = try call.receiver(list: "insert")
                let index = try call.int(1)
                if index < list.count { try call.interpreter.charge(passing: list.count * 16) }
                try call.interpreter.insert(call[2], into: list, at: index < 0 ? max(index + list.count, 0) : index)
                return .none
            },
        ]
    }

    private static var shrinking: [Native] {
        [
            Native("pop(self, index=-1, /)", "Remove and return item at index (default last).") { call in
                let list = try call.receiver(list: "pop")
                let given = try call.int(1)
                if list.count == 0 { throw Raised.index("pop from empty list") }
                let index = given < 0 ? given + list.count : given
                guard index >= 0, index < list.count else { throw Raised.index("pop index out of range") }
                try call.interpreter.charge(passing: (list.count - index) * 16)
                return list.remove(at: index)
            },
            Native("remove(self, value, /)", "Remove first occurrence of value; ValueError if it is not present.") { call in
                let list = try call.receiver(list: "remove")
                var index = 0
                while index < list.count {
                    if try call.interpreter.same(list[index], call[1]) {
                        if index < list.count { list.remove(at: index) }
                        return .none
                    }
                    try call.interpreter.charge(place: index)
                    index += 1
                }
                throw Raised.value("list.remove(x): x not in list")
            },
            Native("clear(self, /)", "Remove all items from list.") { call in
                try call.receiver(list: "clear").removeAll()
                return .none
            },
        ]
    }

    // MARK: - tuple

    private static func tupleTable() -> NativeType {
        func receiver(_ call: Call, _ method: String) throws -> TupleObject {
            guard case .tuple(let tuple) = call.plain(0) else { throw call.wrongReceiver(method, "tuple") }
            return tuple
        }
        return NativeType(
            "tuple",
            methods: [
                Native("count(self, value, /)", "Return number of occurrences of value.") { call in
                    let tuple = try receiver(call, "count")
                    var count = 0
                    for index in 0..<tuple.count {
                        if try call.interpreter.same(tuple[index], call[1]) { count += 1 }
                        try call.interpreter.charge(place: index)
                    }
                    return .int(count)
                },
                Native(
                    "index(self, value, start=0, stop=9223372036854775807, /)", "Return first index of value; ValueError if it is not present."
                ) { call in
                    let tuple = try receiver(call, "index")
                    let (lower, upper) = try call.range(2, count: tuple.count, allowsNone: false)
                    var index = lower
                    while index < upper {
                        if try call.interpreter.same(tuple[index], call[1]) { return .int(index) }
                        try call.interpreter.charge(place: index)
                        index += 1
                    }
                    throw Raised.value("tuple.index(x): x not in tuple")
                },
            ])
    }
}

extension Interpreter {
    /// `list(iterable)`.
    func newList(of iterable: Value) throws(Raised) -> ListObject {
        let list = ListObject()
        try extend(list, iterable)
        return list
    }

    /// Whether `iter(value)` has a way to go.
    func isIterable(_ value: Value) -> Bool {
        switch value {
        case .list, .tuple, .str, .dict, .set, .bytes, .range, .iterator: return true
        case .host(let box):
            return box.object is any HostIterable || method(value, "__iter__") != nil || method(value, "__getitem__") != nil
        case .instance(let instance):
            if method(value, "__iter__") != nil || method(value, "__getitem__") != nil { return true }
            return instance.base.isUndefined ? false : isIterable(instance.base)
        default: return false
        }
    }
}
