import BigInt
import ScriptRuntime

/// Arguments with the messages that CPython has for wrong ones.
extension Call {
    var typeNameOfArgument: (Int) -> String { { interpreter.typeName(of: self[$0]) } }

    /// The receiver of a method.
    @inline(__always)
    func receiver(str method: String) throws(Raised) -> StrObject {
        if case .str(let text) = self[0] { return text }
        guard case .str(let text) = plain(0) else { throw wrongReceiver(method, "str") }
        return text
    }

    func wrongReceiver(_ method: String, _ type: String) -> Raised {
        .type("descriptor '\(method)' for '\(type)' objects doesn't apply to a '\(interpreter.typeName(of: self[0]))' object")
    }

    @inline(__always)
    func receiver(list method: String) throws(Raised) -> ListObject {
        if case .list(let list) = self[0] { return list }
        guard case .list(let list) = plain(0) else { throw wrongReceiver(method, "list") }
        return list
    }

    @inline(__always)
    func receiver(dict method: String) throws(Raised) -> DictObject {
        if case .dict(let dict) = self[0] { return dict }
        guard case .dict(let dict) = plain(0) else { throw wrongReceiver(method, "dict") }
        return dict
    }

    func receiver(set method: String) throws(Raised) -> SetObject {
        if case .set(let set) = self[0] { return set }
        guard case .set(let set) = plain(0) else { throw wrongReceiver(method, "set") }
        return set
    }

    func receiver(bytes method: String) throws(Raised) -> BytesObject {
        guard case .bytes(let bytes) = plain(0) else { throw wrongReceiver(method, "bytes") }
        return bytes
    }

    /// - Parameter message: what stands before ", not int".
    func text(_ index: Int, _ message: String) throws(Raised) -> StrObject {
        if case .str(let text) = self[index] { return text }
        guard case .str(let text) = plain(index) else {
            // Where CPython names the argument, it says None for NoneType.
            throw .type("\(message), not \(message == "must be str" ? interpreter.typeName(of: self[index]) : shortTypeName(self[index]))")
        }
        return text
    }

    /// The type as CPython's argument messages name it.
    func shortTypeName(_ value: Value) -> String {
        value.isNone ? "None" : interpreter.typeName(of: value)
    }

    /// A bound of a slice: clamped, None and a missing argument give `absent`; then counted from the end if negative.
    func bound(_ index: Int, _ absent: Int, count: Int, allowsNone: Bool = true) throws(Raised) -> Int {
        let value = try interpreter.sliceBound(self[index], absent, allowsNone: allowsNone)
        if value >= 0 { return value }
        return max(value + count, 0)
    }

    /// The range `[start, end)` of the arguments at `index` and `index + 1`; may be empty with start beyond the end.
    func range(_ index: Int, count: Int, allowsNone: Bool = true) throws(Raised) -> (lower: Int, upper: Int) {
        let lower = try bound(index, 0, count: count, allowsNone: allowsNone)
        let upper = min(try bound(index + 1, count, count: count, allowsNone: allowsNone), count)
        return (lower, upper)
    }

    /// A number that CPython keeps in a C int.
    func tabSize(_ index: Int) throws(Raised) -> Int {
        let size = try int(index)
        guard Int32(exactly: size) != nil else { throw Raised(.overflowError, "Python int too large to convert to C int") }
        return size
    }

    /// The items of an iterable in the argument.
    func items(_ index: Int) throws(Raised) -> [Value] { try interpreter.items(of: self[index]) }

    /// The values of a `*args` parameter.
    func rest(_ index: Int) -> [Value] {
        if case .tuple(let tuple) = self[index] { return tuple.items }
        return []
    }

    /// The values of a `**kw` parameter.
    func keywords(_ index: Int) -> [(name: String, value: Value)] {
        guard case .dict(let dict) = self[index] else { return [] }
        return dict.entries.compactMap { entry in
            if case .str(let name) = entry.key { return (name.string, entry.value) }
            return nil
        }
    }
}

extension Interpreter {
    func sliceBound(_ value: Value, _ absent: Int, allowsNone: Bool = true) throws(Raised) -> Int {
        switch value {
        case .undefined: return absent
        case .none where allowsNone: return absent
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .bigInt(let object): return object.value.sign == .minus ? Int.min / 2 : Int.max
        default: break
        }
        let plain = plain(value)
        if case .int(let value) = plain { return value }
        guard case .instance = value, type(of: value).lookup("__index__") != nil else {
            throw .type("slice indices must be integers \(allowsNone ? "or None " : "")or have an __index__ method")
        }
        return try index(value)
    }

    /// An integer of any size: int, bool or an object with `__index__`.
    func anyInteger(_ value: Value) throws(Raised) -> BigInt { try integer(value) }
}
