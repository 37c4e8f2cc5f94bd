import BigInt
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
        if let bytes = try call.interpreter.buffer(call[0]) { return .str(try Codec.decode(bytes, encoding, errors, call.interpreter)) }
        if case .str = call.plain(0) { throw Raised.type("decoding str is not supported") }
        throw Raised.type("decoding to str: need a bytes-like object, \(call.interpreter.typeName(of: call[0])) found")
    }

    // MARK: - range

    private static func makeRange(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        let start = call.has(1) ? try interpreter.integer(call[0]) : 0
        let stop = try interpreter.integer(call[call.has(1) ? 1 : 0])
        let step = call.has(2) ? try interpreter.integer(call[2]) : 1
        if step == 0 { throw Raised.value("range() arg 3 must not be zero") }
        return interpreter.range(from: start, to: stop, by: step)
    }

    private static func rangeTable() -> NativeType {
        /// How often the value is in the range, and the first place; nil as the place where it has none.
        func search(_ call: Call, _ method: String, isCounting: Bool) throws -> (count: BigInt, first: BigInt?) {
            let range: LongRange
            switch call[0] {
            case .range(let small): range = LongRange(small)
            case .host(let box):
                guard let large = box.object as? LongRange else { throw call.wrongReceiver(method, "range") }
                range = large
            default: throw call.wrongReceiver(method, "range")
            }
            if let number = call[1].asBigInt {
                let index = range.index(of: number)
                return (index == nil ? 0 : 1, index)
            }
            var (count, place) = (BigInt(0), BigInt(0))
            var first: BigInt?
            let items = range.iterator()
            while let item = try items.next(call.interpreter) {
                try call.interpreter.charge(steps: 1)
                if try call.interpreter.equal(item, call[1]) {
                    count += 1
                    first = first ?? place
                    if !isCounting { break }
                }
                place += 1
            }
            return (count, first)
        }
        return NativeType(
            "range",
            methods: [
                Native("count(self, value, /)", "Return number of occurrences of value.") {
                    .integer(try search($0, "count", isCounting: true).count)
                },
                Native("index(self, value, /)", "Return index of value; ValueError if it is not present.") { call in
                    guard let index = try search(call, "index", isCounting: false).first else {
                        if call[1].asBigInt != nil { throw Raised.value("\(try call.interpreter.repr(call[1]).string) is not in range") }
                        throw Raised.value("sequence.index(x): x not in sequence")
                    }
                    return .integer(index)
                },
            ])
    }

    private static func sliceTable() -> NativeType {
        NativeType(
            "slice",
            methods: [
                Native("indices(self, len, /)", "The start, stop and step that the slice means for a sequence of len items.") { call in
                    guard case .slice(let slice) = call[0] else { throw call.wrongReceiver("indices", "slice") }
                    let length = try call.interpreter.integer(call[1])
                    if length < 0 { throw Raised.value("length should not be negative") }
                    let places = try call.interpreter.places(of: slice, in: length)
                    return .tuple([.integer(places.start), .integer(places.stop), .integer(places.step)])
                }
            ])
    }
}
