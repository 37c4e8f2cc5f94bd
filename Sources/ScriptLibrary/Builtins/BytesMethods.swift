import ScriptRuntime

/// `bytes`: constructor and methods. The algorithms of `str` work on them as Latin-1 text; only what depends on
/// letters and spaces is ASCII's here.
enum BytesMethods {
    static func install(in interpreter: Interpreter) {
        interpreter.setConstructor(
            of: interpreter.types.bytes,
            Native(
                "bytes(source=<unset>, encoding=<unset>, errors=<unset>)",
                "An immutable array of bytes from an iterable of integers, a string, a length, or bytes.", make))
        interpreter.extend(interpreter.types.bytes, table)
    }

    // MARK: - Constructor

    private static func make(_ call: Call) throws -> Value {
        if call.has(0), !call.has(1), !call.has(2), case .bytes = call[0] { return call[0] }
        return .bytes(BytesObject(try made([call[0], call[1], call[2]], "bytes", call.interpreter)))
    }

    /// The bytes that source, encoding and errors describe.
    static func made(_ arguments: [Value], _ name: String, _ interpreter: Interpreter) throws -> [UInt8] {
        let source = arguments[0]
        let (encoding, errors) = (arguments[1], arguments[2])
        if !source.isUndefined, case .str(let text) = interpreter.plain(source) {
            guard !encoding.isUndefined else { throw Raised.type("string argument without an encoding") }
            return try Codec.encode(
                text, self.text(encoding, name, "encoding", interpreter),
                errors.isUndefined ? "strict" : self.text(errors, name, "errors", interpreter), interpreter)
        }
        if !encoding.isUndefined || !errors.isUndefined {
            throw Raised.type("\(encoding.isUndefined ? "errors" : "encoding") without a string argument")
        }
        if source.isUndefined { return [] }
        if let method = interpreter.method(source, "__bytes__") {
            let result = try interpreter.call(method, [source])
            guard case .bytes(let bytes) = interpreter.plain(result) else {
                throw Raised.type("__bytes__ returned non-bytes (type \(interpreter.typeName(of: result)))")
            }
            return bytes.bytes
        }
        switch interpreter.plain(source) {
        case .bigInt: throw Raised(.overflowError, "cannot fit 'int' into an index-sized integer")
        case .int, .bool:
            return try zeros(interpreter.index(source), name, interpreter)
        default:
            if interpreter.method(source, "__index__") != nil {
                do {
                    return try zeros(interpreter.index(source), name, interpreter)
                } catch let raised as Raised where raised.isInstance(of: .typeError, interpreter) {
                    // As in CPython, what has no number after all may be an iterable.
                }
            }
            if name == "bytes" { try interpreter.askLength(source) }
            return try bytes(from: source, interpreter, for: name)
        }
    }

    /// The length beyond which CPython says that bytes are too large, before it asks for the memory.
    static let longest = Int.max - 33

    /// For the result of a method; a bytearray asks for the memory at once.
    static func checkLength(_ count: Int, _ call: Call) throws(Raised) {
        if case .bytes = call[0], count > longest { throw Raised(.overflowError, "byte string is too large") }
    }

    private static func zeros(_ count: Int, _ name: String, _ interpreter: Interpreter) throws -> [UInt8] {
        if count < 0 { throw Raised.value("negative count") }
        if name == "bytes", count > longest { throw Raised(.overflowError, "byte string is too large") }
        try interpreter.charge(bytes: count)
        return [UInt8](repeating: 0, count: count)
    }

    private static func text(_ value: Value, _ name: String, _ parameter: String, _ interpreter: Interpreter) throws -> String {
        guard case .str(let text) = interpreter.plain(value) else {
            throw Raised.type("\(name)() argument '\(parameter)' must be str, not \(value.isNone ? "None" : interpreter.typeName(of: value))")
        }
        return text.string
    }

    /// From bytes or an iterable of integers.
    static func bytes(from value: Value, _ interpreter: Interpreter, for name: String = "bytes") throws -> [UInt8] {
        if let bytes = try interpreter.buffer(value) { return bytes }
        guard interpreter.isIterable(value) else {
            throw Raised.type("cannot convert '\(interpreter.typeName(of: value))' object to \(name)")
        }
        var result: [UInt8] = []
        try interpreter.forEach(value) { item in
            guard let byte = UInt8(exactly: try interpreter.anyInteger(item)) else {
                throw Raised.value("\(name == "bytes" ? "bytes" : "byte") must be in range(0, 256)")
            }
            try interpreter.charge(bytes: 1)
            try interpreter.requireRoom(in: result)
            result.append(byte)
            return true
        }
        return result
    }

    // MARK: - Arguments

    static func text(_ call: Call, _ method: String) throws -> StrObject {
        .make(latin: try call.receiver(bytes: method).bytes)
    }

    static func value(_ text: StrObject) -> Value {
        .bytes(BytesObject(text.withLatin(Array.init) ?? []))
    }

    static func part(_ call: Call, _ index: Int) throws -> StrObject {
        guard let bytes = try call.interpreter.buffer(call[index]) else {
            throw Raised.type("a bytes-like object is required, not '\(call.interpreter.typeName(of: call[index]))'")
        }
        return .make(latin: bytes)
    }

    /// Bytes, or one as a number.
    static func needle(_ call: Call, _ index: Int) throws -> StrObject {
        switch call.plain(index) {
        case .bytes(let bytes): return .make(latin: bytes.bytes)
        case .int, .bool, .bigInt:
            guard let byte = UInt8(exactly: try call.interpreter.anyInteger(call[index])) else {
                throw Raised.value("byte must be in range(0, 256)")
            }
            return .character(UInt32(byte))
        default:
            if let bytes = try call.interpreter.buffer(call[index]) { return .make(latin: bytes) }
            if call.interpreter.method(call[index], "__index__") != nil {
                guard let byte = UInt8(exactly: try call.interpreter.index(call[index])) else {
                    throw Raised.value("byte must be in range(0, 256)")
                }
                return .character(UInt32(byte))
            }
            throw Raised.type("argument should be integer or bytes-like object, not '\(call.interpreter.typeName(of: call[index]))'")
        }
    }

    static func isSpace(_ unit: UInt32) -> Bool { unit == 32 || (unit >= 9 && unit <= 13) }
    static func isLower(_ unit: UInt32) -> Bool { unit &- 97 < 26 }
    static func isUpper(_ unit: UInt32) -> Bool { unit &- 65 < 26 }
    static func isLetter(_ unit: UInt32) -> Bool { (unit | 32) &- 97 < 26 }
    static func isDigit(_ unit: UInt32) -> Bool { unit &- 48 < 10 }

    // MARK: - Table

    private static func table() -> NativeType {
        NativeType("bytes", methods: all, staticMethods: statics, classMethods: classes)
    }

    static var all: [Native] { questions + cases + searches + splits + changes + conversions }

    static var statics: [Native] {
        [
            Native("maketrans(frm, to, /)", "Return a translation table usable for the bytes translate method.") { call in
                let (from, to) = (try part(call, 0), try part(call, 1))
                guard from.count == to.count else { throw Raised.value("maketrans arguments must have same length") }
                var table = (0..<256).map { UInt8($0) }
                for index in 0..<from.count { table[Int(from[index])] = UInt8(to[index]) }
                return .bytes(BytesObject(table))
            }
        ]
    }

    static var classes: [Native] {
        [
            Native("fromhex(cls, string, /)", "Create a bytes object from a string of hexadecimal numbers.") { call in
                .bytes(BytesObject(try fromHex(call.text(1, "fromhex() argument must be str"), call.interpreter)))
            }
        ]
    }

    private static func fromHex(_ text: StrObject, _ interpreter: Interpreter) throws -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        func digit(_ place: Int) -> UInt8? {
            guard place < text.count, text[place] < 128 else { return nil }
            return Character(Unicode.Scalar(UInt8(text[place]))).hexDigitValue.map { UInt8($0) }
        }
        try interpreter.charge(bytes: text.count)
        while index < text.count {
            if isSpace(text[index]) {
                index += 1
                continue
            }
            try interpreter.charge(place: index / 2)
            guard let high = digit(index) else { throw Raised.value("non-hexadecimal number found in fromhex() arg at position \(index)") }
            guard let low = digit(index + 1) else { throw Raised.value("non-hexadecimal number found in fromhex() arg at position \(index + 1)") }
            result.append(high << 4 | low)
            index += 2
        }
        return result
    }
}
