import ScriptRuntime

/// `bytearray`: bytes that can be changed. An instance keeps a bytes object of its own as its base part, so that whatever reads
/// bytes reads it too; the methods are those of `bytes`, and what they make is a bytearray again.
final class ByteArray {
    /// The class, once it is defined.
    private weak var type: TypeObject?

    static func install(in interpreter: Interpreter) {
        let table = ByteArray()
        let type = interpreter.define(table.declaration)
        table.type = type
        interpreter.registerBuiltin("bytearray", .type(type))
    }

    private var declaration: NativeType {
        NativeType(
            "bytearray", doc: "A mutable array of bytes from an iterable of integers, a string, a length, or bytes.",
            methods: BytesMethods.all.filter { $0.name != "__bytes__" }.map(adopted) + basics + comparisons + items + changes,
            staticMethods: BytesMethods.statics,
            classMethods: BytesMethods.classes.map(adopted), constants: [("__hash__", .none)], isHost: false)
    }

    // MARK: - Instances

    private static func own(_ call: Call) throws(Raised) -> BytesObject {
        guard case .instance = call[0], case .bytes(let bytes) = call.plain(0) else {
            throw call.wrongReceiver("__init__", "bytearray")
        }
        return bytes
    }

    /// The same, when their number may change, by `more` at the end of the call.
    private static func resizable(_ call: Call, adding more: Int = 0) throws(Raised) -> BytesObject {
        let bytes = try own(call)
        if bytes.exports > 0, !takesView(call) { MemoryView.releaseForgotten(bytes, call.interpreter) }
        if bytes.exports > 0 { throw Raised(.bufferError, "Existing exports of data: object cannot be re-sized") }
        try call.interpreter.requireRoom(for: more, in: bytes.bytes)
        return bytes
    }

    private static func takesView(_ call: Call) -> Bool {
        for index in 1..<max(call.count, 1) {
            if case .host(let box) = call[index], box.object is MemoryView { return true }
        }
        return false
    }

    private func make(_ bytes: [UInt8]) -> Value {
        guard let type else { return .bytes(BytesObject(bytes)) }
        let instance = InstanceObject(type)
        instance.base = .bytes(BytesObject(bytes))
        return .instance(instance)
    }

    /// A method of `bytes` whose bytes come back as bytearrays.
    private func adopted(_ native: Native) -> Native {
        Native(native.declaration, native.doc) { [self] call in
            // join walks over an iterable, whose code must not change the size of what goes between the items.
            var walked: BytesObject?
            if native.name == "join", case .bytes(let bytes) = call.plain(0) { walked = bytes }
            walked?.exports += 1
            defer { walked?.exports -= 1 }
            switch try native.body(call) {
            case .bytes(let bytes): return make(bytes.bytes)
            case .list(let list): return .list(list.items.map(adopted))
            case .tuple(let tuple): return .tuple(tuple.items.map(adopted))
            case let other: return other
            }
        }
    }

    private func adopted(_ value: Value) -> Value {
        if case .bytes(let bytes) = value { return make(bytes.bytes) }
        return value
    }

    /// What `+=` and slices take: bytes, or integers where `iterable` allows them.
    private static func part(_ call: Call, _ index: Int) throws -> [UInt8] {
        guard let bytes = try call.interpreter.buffer(call[index]) else {
            throw Raised.type("can't concat \(call.interpreter.typeName(of: call[index])) to bytearray")
        }
        return bytes
    }

    private static func byte(_ value: Value, _ interpreter: Interpreter) throws -> UInt8 {
        guard let byte = UInt8(exactly: try interpreter.anyInteger(value)) else {
            throw Raised.value("byte must be in range(0, 256)")
        }
        return byte
    }

    // MARK: - Table

    private var basics: [Native] {
        [
            Native("__init__(self, source=<unset>, encoding=<unset>, errors=<unset>)", "Initialize self.") { call in
                guard case .instance(let instance) = call[0] else { throw call.wrongReceiver("__init__", "bytearray") }
                let arguments = (1...3).map { call[$0] }
                let made = try BytesMethods.made(arguments, "bytearray", call.interpreter)
                if case .bytes = instance.base { _ = try ByteArray.resizable(call) }
                instance.base = .bytes(BytesObject(made))
                return .none
            },
            Native("__repr__(self, /)", "Return repr(self).") { call in
                let shown = try call.interpreter.repr(.bytes(ByteArray.own(call)))
                return .str(StrObject.make(call.interpreter.type(of: call[0]).name + "(") + shown + .character(41))
            },
            Native("__bytes__(self, /)", "Convert this value to type bytes.") {
                .bytes(BytesObject(try ByteArray.own($0).bytes))
            },
            Native("__len__(self, /)", "Return len(self).") { .int(try ByteArray.own($0).count) },
            Native("__iter__(self, /)", "Implement iter(self).") { call in
                let bytes = try ByteArray.own(call)
                var index = 0
                return .iterator(
                    ClosureIterator("bytearray_iterator") { _ in
                        guard index < bytes.count else { return nil }
                        index += 1
                        return .int(Int(bytes.bytes[index - 1]))
                    })
            },
            Native("__contains__(self, key, /)", "Return key in self.") { call in
                .bool(try call.interpreter.contains(.bytes(ByteArray.own(call)), call.plain(1)))
            },
            Native("__add__(self, value, /)", "Return self+value.") { [self] call in
                try call.interpreter.charge(bytes: ByteArray.own(call).count)
                return make(try ByteArray.own(call).bytes + ByteArray.part(call, 1))
            },
            Native("__mul__(self, value, /)", "Return self*value.") { [self] in try repeated($0) },
            Native("__rmul__(self, value, /)", "Return value*self.") { [self] in try repeated($0) },
            Native("__iadd__(self, value, /)", "Implement self+=value.") { call in
                let part = try ByteArray.part(call, 1)
                if case .instance(let left) = call[0], case .instance(let right) = call[1], left === right, !part.isEmpty {
                    throw Raised(.bufferError, "Existing exports of data: object cannot be re-sized")
                }
                try call.interpreter.charge(bytes: part.count)
                if !part.isEmpty { try ByteArray.resizable(call, adding: part.count).bytes += part }
                return call[0]
            },
            Native("__rmod__(self, value, /)", "Return value%self.") { _ in .notImplemented },
            Native("__imul__(self, value, /)", "Implement self*=value.") { [self] call in
                guard case .bytes(let made) = call.interpreter.plain(try repeated(call)) else { return .notImplemented }
                if try ByteArray.own(call).count != made.count { _ = try ByteArray.resizable(call) }
                try ByteArray.own(call).bytes = made.bytes
                return call[0]
            },
        ]
    }

    private func repeated(_ call: Call) throws -> Value {
        // CPython's bytes tell that they are too long, a bytearray asks for the memory.
        if case .int(let times) = call.plain(1), times > 0, try ByteArray.own(call).count.multipliedReportingOverflow(by: times).overflow {
            throw Raised(.memoryError, "")
        }
        guard case .bytes(let made) = try call.interpreter.binary(.multiply, .bytes(ByteArray.own(call)), call[1]) else {
            return .notImplemented
        }
        return make(made.bytes)
    }

    private var comparisons: [Native] {
        let names: [(String, ComparisonOperation)] = [
            ("__eq__", .equal), ("__ne__", .notEqual), ("__lt__", .less), ("__le__", .lessOrEqual), ("__gt__", .greater),
            ("__ge__", .greaterOrEqual),
        ]
        return names.map { name, operation in
            Native("\(name)(self, value, /)", "Return self\(operation.symbol)value.") { call in
                guard let other = try call.interpreter.buffer(call[1]) else { return .notImplemented }
                return try call.interpreter.compare(operation, call.plain(0), .bytes(BytesObject(other)))
            }
        }
    }

    private var items: [Native] {
        [
            Native("__getitem__(self, key, /)", "Return self[key].") { [self] call in
                let bytes = try ByteArray.own(call)
                if case .slice(let slice) = call[1] {
                    let range = try call.interpreter.resolve(slice, count: bytes.count)
                    try call.interpreter.charge(bytes: range.count)
                    return make((0..<range.count).map { bytes.bytes[range.start + $0 * range.step] })
                }
                let place = try ByteArray.place(call, bytes)
                return .int(Int(bytes.bytes[place]))
            },
            Native("__setitem__(self, key, value, /)", "Set self[key] to value.") { call in
                let bytes = try ByteArray.own(call)
                guard case .slice(let slice) = call[1] else {
                    let place = try ByteArray.offset(call, bytes)
                    let byte = try ByteArray.byte(call[2], call.interpreter)
                    // Asking the value for its number may have run code that changed the bytes.
                    guard place >= 0, place < bytes.count else { throw Raised.index("bytearray index out of range") }
                    bytes.bytes[place] = byte
                    return .none
                }
                let isNumber = ["__index__", "__int__", "__float__"].contains { call.interpreter.method(call[2], $0) != nil }
                let isText = if case .str = call.plain(2) { true } else { false }
                if isNumber || isText {
                    throw Raised.type("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
                }
                // As in CPython, a value that is no bytearray has the slice resolved twice, seen by an `__index__` alone.
                if case .instance = call[2] {} else { _ = try call.interpreter.resolve(slice, count: bytes.count) }
                let new = try BytesMethods.bytes(from: call[2], call.interpreter)
                let range = try call.interpreter.resolve(slice, count: bytes.count)
                try call.interpreter.charge(bytes: new.count)
                if range.step == 1 {
                    if new.count != range.count { _ = try ByteArray.resizable(call, adding: max(new.count - range.count, 0)) }
                    bytes.bytes.replaceSubrange(range.start..<range.start + range.count, with: new)
                    return .none
                }
                // As in CPython, nothing takes the place of any slice: it is deleted.
                if new.isEmpty, range.count > 0 {
                    _ = try ByteArray.resizable(call)
                    let doomed = Set((0..<range.count).map { range.start + $0 * range.step })
                    bytes.bytes = bytes.bytes.enumerated().filter { !doomed.contains($0.offset) }.map(\.element)
                    return .none
                }
                guard new.count == range.count else {
                    throw Raised.value("attempt to assign bytes of size \(new.count) to extended slice of size \(range.count)")
                }
                for (offset, byte) in new.enumerated() { bytes.bytes[range.start + offset * range.step] = byte }
                return .none
            },
            Native("__delitem__(self, key, /)", "Delete self[key].") { call in
                let bytes = try ByteArray.resizable(call)
                guard case .slice(let slice) = call[1] else {
                    let place = try ByteArray.place(call, bytes)
                    bytes.bytes.remove(at: place)
                    return .none
                }
                let range = try call.interpreter.resolve(slice, count: bytes.count)
                let doomed = Set((0..<range.count).map { range.start + $0 * range.step })
                bytes.bytes = bytes.bytes.enumerated().filter { !doomed.contains($0.offset) }.map(\.element)
                return .none
            },
        ]
    }

    private static func place(_ call: Call, _ bytes: BytesObject) throws -> Int {
        let place = try offset(call, bytes)
        guard place >= 0, place < bytes.count else { throw Raised.index("bytearray index out of range") }
        return place
    }

    /// The index, counted from the start; it may be outside.
    private static func offset(_ call: Call, _ bytes: BytesObject) throws -> Int {
        switch call.plain(1) {
        case .int, .bool: break
        case .bigInt: throw Raised.index("cannot fit 'int' into an index-sized integer")
        default:
            guard call.interpreter.method(call[1], "__index__") != nil else {
                throw Raised.type("bytearray indices must be integers or slices, not \(call.interpreter.typeName(of: call[1]))")
            }
        }
        let given = try call.int(1)
        return given < 0 ? given &+ bytes.count : given
    }

    private var changes: [Native] {
        [
            Native("append(self, item, /)", "Append a single item to the end of the bytearray.") { call in
                try call.interpreter.charge(bytes: 1)
                let byte = try ByteArray.byte(call[1], call.interpreter)
                try ByteArray.resizable(call, adding: 1).bytes.append(byte)
                return .none
            },
            Native(
                "extend(self, iterable_of_ints, /)",
                "Append all the items from the iterator or sequence to the end of the bytearray."
            ) { call in
                guard call.interpreter.isIterable(call[1]) else {
                    throw Raised.type("can't extend bytearray with \(call.interpreter.typeName(of: call[1]))")
                }
                try call.interpreter.askLength(call[1])
                let new = try BytesMethods.bytes(from: call[1], call.interpreter, for: "bytearray")
                try call.interpreter.charge(bytes: new.count)
                if !new.isEmpty { try ByteArray.resizable(call, adding: new.count).bytes += new }
                return .none
            },
            Native("insert(self, index, item, /)", "Insert a single item into the bytearray before the given index.") { call in
                let bytes = try ByteArray.resizable(call)
                let byte = try ByteArray.byte(call[2], call.interpreter)
                let given = try call.int(1)
                try call.interpreter.charge(bytes: 1)
                _ = try ByteArray.resizable(call, adding: 1)
                bytes.bytes.insert(byte, at: min(max(given < 0 ? given &+ bytes.count : given, 0), bytes.count))
                return .none
            },
            Native("pop(self, index=-1, /)", "Remove and return a single item from the bytearray.") { call in
                let bytes = try ByteArray.resizable(call)
                let given = try call.int(1)
                let place = given < 0 ? given &+ bytes.count : given
                if bytes.count == 0 { throw Raised.index("pop from empty bytearray") }
                guard place >= 0, place < bytes.count else { throw Raised.index("pop index out of range") }
                _ = try ByteArray.resizable(call)
                return .int(Int(bytes.bytes.remove(at: place)))
            },
            Native("remove(self, value, /)", "Remove the first occurrence of a value in the bytearray.") { call in
                let bytes = try ByteArray.own(call)
                let byte = try ByteArray.byte(call[1], call.interpreter)
                guard let place = bytes.bytes.firstIndex(of: byte) else { throw Raised.value("value not found in bytearray") }
                _ = try ByteArray.resizable(call)
                bytes.bytes.remove(at: place)
                return .none
            },
            Native("reverse(self, /)", "Reverse the order of the values in the bytearray in place.") { call in
                try ByteArray.own(call).bytes.reverse()
                return .none
            },
            Native("clear(self, /)", "Remove all items from the bytearray.") { call in
                try ByteArray.resizable(call).bytes.removeAll()
                return .none
            },
            Native("copy(self, /)", "Return a copy of the bytearray.") { [self] in make(try ByteArray.own($0).bytes) },
        ]
    }
}
