import ScriptRuntime

/// `str`, `range` and `slice`: constructors, and the methods of the latter two.
enum TextAndRanges {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(
            of: types.str,
            Native(
                "str(object='', encoding=<unset>, errors=<unset>)",
                "Create a string from an object, or decode bytes when encoding or errors is given.", makeStr))
        interpreter.extend(types.str, StrMethods.table)
        interpreter.setConstructor(
            of: types.range,
            Native(
                "range(start, stop=<unset>, step=<unset>, /)", "A sequence of integers from start (inclusive) to stop (exclusive) by step.", makeRange
            ))
        interpreter.extend(types.range, rangeTable)
        interpreter.setConstructor(
            of: types.slice,
            Native("slice(start, stop=<unset>, step=None, /)", "What start:stop:step in a subscript makes.") { call in
                guard call.has(1) else { return .slice(SliceObject(.none, call[0], .none)) }
                return .slice(SliceObject(call[0], call[1], call[2]))
            })
        interpreter.extend(types.slice, sliceTable)
    }

    private static func makeStr(_ call: Call) throws -> Value {
        guard call.has(1) || call.has(2) else { return .str(try call.interpreter.str(call[0])) }
        let encoding = call.has(1) ? try call.text(1, "str() argument 'encoding' must be str").string : "utf-8"
        let errors = call.has(2) ? try call.text(2, "str() argument 'errors' must be str").string : "strict"
        switch call.plain(0) {
        case .bytes(let bytes): return .str(try Codec.decode(bytes.bytes, encoding, errors, call.interpreter))
        case .str: throw Raised.type("decoding str is not supported")
        default:
            throw Raised.type("decoding to str: need a bytes-like object, \(call.interpreter.typeName(of: call[0])) found")
        }
    }

    // MARK: - range

    private static func makeRange(_ call: Call) throws -> Value {
        let start = call.has(1) ? try call.int(0) : 0
        let stop = try call.int(call.has(1) ? 1 : 0)
        let step = call.has(2) ? try call.int(2) : 1
        if step == 0 { throw Raised.value("range() arg 3 must not be zero") }
        guard let range = RangeObject(start: start, stop: stop, step: step) else {
            throw Raised(.overflowError, "a range cannot have more items than the largest 64-bit integer")
        }
        return .range(range)
    }

    private static func rangeTable() -> NativeType {
        func position(_ call: Call, _ method: String) throws -> Int? {
            guard case .range(let range) = call[0] else { throw call.wrongReceiver(method, "range") }
            let wanted: Int
            switch call.plain(1) {
            case .int(let value): wanted = value
            case .bool(let value): wanted = value ? 1 : 0
            case .float(let value):
                guard let whole = Int(exactly: value) else { return nil }
                wanted = whole
            case .bigInt: return nil
            default:
                for index in 0..<range.count where try call.interpreter.equal(.int(range[index]), call[1]) { return index }
                return nil
            }
            guard range.count > 0 else { return nil }
            let last = range[range.count - 1]
            guard range.step > 0 ? wanted >= range.start && wanted <= last : wanted <= range.start && wanted >= last else {
                return nil
            }
            let distance = range.step > 0 ? UInt(bitPattern: wanted &- range.start) : UInt(bitPattern: range.start &- wanted)
            guard distance % range.step.magnitude == 0 else { return nil }
            return Int(distance / range.step.magnitude)
        }
        return NativeType(
            "range",
            methods: [
                Native("count(self, value, /)", "Return number of occurrences of value.") {
                    .int(try position($0, "count") == nil ? 0 : 1)
                },
                Native("index(self, value, /)", "Return index of value; ValueError if it is not present.") { call in
                    guard let index = try position(call, "index") else {
                        if case .int = call.plain(1) { throw Raised.value("\(try call.interpreter.repr(call[1]).string) is not in range") }
                        throw Raised.value("sequence.index(x): x not in sequence")
                    }
                    return .int(index)
                },
            ])
    }

    private static func sliceTable() -> NativeType {
        NativeType(
            "slice",
            methods: [
                Native("indices(self, len, /)", "The start, stop and step that the slice means for a sequence of len items.") { call in
                    guard case .slice(let slice) = call[0] else { throw call.wrongReceiver("indices", "slice") }
                    let length = try call.int(1)
                    if length < 0 { throw Raised.value("length should not be negative") }
                    let step = try call.interpreter.sliceBound(slice.step, 1)
                    if step == 0 { throw Raised.value("slice step cannot be zero") }
                    func clamp(_ value: Value, _ absent: Int) throws -> Int {
                        let given = try call.interpreter.sliceBound(value, absent)
                        if value.isNone { return absent }
                        let low = step < 0 ? -1 : 0
                        let high = step < 0 ? length - 1 : length
                        return given < 0 ? max(given &+ length, low) : min(given, high)
                    }
                    let start = try clamp(slice.start, step < 0 ? length - 1 : 0)
                    let stop = try clamp(slice.stop, step < 0 ? -1 : length)
                    return .tuple([.int(start), .int(stop), .int(step)])
                }
            ])
    }
}
