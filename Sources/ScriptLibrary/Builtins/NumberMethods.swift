import BigInt
import ScriptRuntime

/// The methods and constructors of `int`, `bool` and `float`.
enum NumberMethods {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(of: types.int, Native("int(x=<unset>, /, base=<unset>)", intDoc, makeInt))
        interpreter.setConstructor(
            of: types.float, Native("float(x=<unset>, /)", "Convert a string or number to a floating point number, if possible.", makeFloat))
        interpreter.setConstructor(
            of: types.bool,
            Native("bool(x=False, /)", "True when the argument x is true, False otherwise.") { .bool(try $0.truth(0)) })
        interpreter.extend(types.int, intTable)
        interpreter.extend(types.float, floatTable)
    }

    private static let intDoc = """
        Convert a number or string to an integer, or return 0 if no arguments are given.

        Text is read in the given base (10 unless given; 0 reads the prefixes of Python's literals).
        """

    // MARK: - Constructors

    private static func makeInt(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        guard call.has(0) else {
            if call.has(1) { throw Raised.type("int() missing string argument") }
            return .int(0)
        }
        if call.has(1) {
            let base = Int(clamping: try interpreter.integer(call[1]))
            guard base == 0 || (2...36).contains(base) else { throw Raised.value("int() base must be >= 2 and <= 36, or 0") }
            guard let result = try textToInt(call.plain(0), base: base, interpreter) else {
                throw Raised.type("int() can't convert non-string with explicit base")
            }
            return result
        }
        switch call.plain(0) {
        case .int(let value):
            if case .instance(let instance) = call[0], let method = interpreter.overriding(instance, "__int__") {
                return try checkedInt(interpreter.call(method, [call[0]]), "__int__", interpreter)
            }
            return .int(value)
        case .bool(let value): return .int(value ? 1 : 0)
        case .bigInt(let object): return .bigInt(object)
        case .float(let value): return try IntText.truncated(value)
        case .str, .bytes: return try textToInt(call.plain(0), base: 10, interpreter) ?? .none
        default: break
        }
        for name in ["__int__", "__index__", "__trunc__"] as [Symbol] {
            guard let method = interpreter.method(call[0], name) else { continue }
            let result = try interpreter.call(method, [call[0]])
            if name == "__trunc__", case .instance = result { return .integer(try interpreter.anyInteger(result)) }
            return try checkedInt(result, name.name, interpreter)
        }
        if let bytes = try interpreter.buffer(call[0]) { return try textToInt(.bytes(BytesObject(bytes)), base: 10, interpreter) ?? .none }
        throw Raised.type(
            "int() argument must be a string, a bytes-like object or a real number, not '\(interpreter.typeName(of: call[0]))'")
    }

    private static func checkedInt(_ value: Value, _ method: String, _ interpreter: Interpreter) throws -> Value {
        switch interpreter.plain(value) {
        case .int(let value): return .int(value)
        case .bool(let value): return .int(value ? 1 : 0)
        case .bigInt(let object): return .bigInt(object)
        default: throw Raised.type("\(method) returned non-int (type \(interpreter.typeName(of: value)))")
        }
    }

    /// Nil when the value is no text.
    private static func textToInt(_ value: Value, base: Int, _ interpreter: Interpreter) throws -> Value? {
        let text: StrObject
        switch value {
        case .str(let string): text = string
        case .bytes(let bytes): text = .make(latin: bytes.bytes)
        default: return nil
        }
        if case .bytes = value, !text.isASCII {
            // Latin letters are digits of no base: the message below is the right one.
        } else if let result = try IntText.parse(text, base: base, interpreter) {
            return result
        }
        let shown = try interpreter.repr(value)
        throw Raised.value("invalid literal for int() with base \(base): \(shown.slice(0, min(shown.count, 200)).string)")
    }

    private static func makeFloat(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        guard call.has(0) else { return .float(0) }
        switch call.plain(0) {
        case .float(let value):
            if case .instance(let instance) = call[0], interpreter.overriding(instance, "__float__") != nil { break }
            return .float(value)
        case .str(let text):
            if let value = FloatParsing.parse(text) { return call.interpreter.distinct(value) }
            throw Raised.value("could not convert string to float: \(try interpreter.repr(.str(text)).string)")
        case .bytes(let bytes):
            let text = StrObject.make(latin: bytes.bytes)
            if text.isASCII, let value = FloatParsing.parse(text) { return call.interpreter.distinct(value) }
            throw Raised.value("could not convert string to float: \(try interpreter.repr(call.plain(0)).string)")
        case .int, .bool, .bigInt: break
        default:
            guard interpreter.method(call[0], "__float__") != nil || interpreter.method(call[0], "__index__") != nil else {
                if let bytes = try interpreter.buffer(call[0]) {
                    let text = StrObject.make(latin: bytes)
                    if text.isASCII, let value = FloatParsing.parse(text) { return call.interpreter.distinct(value) }
                    throw Raised.value("could not convert string to float: \(try interpreter.repr(call[0]).string)")
                }
                throw Raised.type("float() argument must be a string or a real number, not '\(interpreter.typeName(of: call[0]))'")
            }
        }
        return .float(try call.double(0))
    }

    // MARK: - int

    private static func big(_ call: Call, _ method: String) throws -> BigInt {
        guard let value = call.plain(0).asBigInt else { throw call.wrongReceiver(method, "int") }
        return value
    }

    private static func intTable() -> NativeType {
        func identity(_ declaration: String, _ doc: String) -> Native {
            Native(declaration, doc) { .integer(try big($0, "__int__")) }
        }
        return NativeType(
            "int",
            methods: [
                Native("bit_length(self, /)", "Number of bits necessary to represent self in binary.") {
                    .int(try big($0, "bit_length").magnitude.bitWidth)
                },
                Native("bit_count(self, /)", "Number of ones in the binary representation of the absolute value of self.") {
                    .int(try big($0, "bit_count").magnitude.words.reduce(0) { $0 + $1.nonzeroBitCount })
                },
                Native("to_bytes(self, /, length=1, byteorder='big', *, signed=False)", "Return an array of bytes representing an integer.", toBytes),
                identity("conjugate(self, /)", "Returns self, the complex conjugate of any int."),
                Native("as_integer_ratio(self, /)", "Return a pair of integers, whose ratio is equal to the original int.") {
                    .tuple([.integer(try big($0, "as_integer_ratio")), .int(1)])
                },
                identity("__int__(self, /)", "int(self)"),
                identity("__index__(self, /)", "Return self converted to an integer, if self is suitable for use as an index into a list."),
                identity("__trunc__(self, /)", "Truncating an Integral returns itself."),
                identity("__floor__(self, /)", "Flooring an Integral returns itself."),
                identity("__ceil__(self, /)", "Ceiling of an Integral returns itself."),
                Native("__float__(self, /)", "float(self)") { .float(try $0.interpreter.double($0.plain(0))) },
                Native("__round__(self, ndigits=<unset>, /)", "Rounding an Integral returns itself; with ndigits to a power of ten.") { call in
                    let value = try big(call, "__round__")
                    guard call.has(1) else { return .integer(value) }
                    return try Rounding.round(value, digits: call.interpreter.anyInteger(call[1]), call.interpreter)
                },
                Native("__format__(self, format_spec, /)", "Convert to a string according to format_spec.") { call in
                    let spec = try call.text(1, "__format__() argument must be str")
                    if spec.isEmpty { return .str(try call.interpreter.str(call[0])) }
                    let name = call.interpreter.typeName(of: call[0])
                    return try .str(ValueFormat.integer(call.plain(0), spec, typeName: name, call.interpreter))
                },
            ],
            classMethods: [
                Native(
                    "from_bytes(cls, /, bytes, byteorder='big', *, signed=False)", "Return the integer represented by the given array of bytes.",
                    fromBytes)
            ],
            properties: [
                NativeProperty("real", "the real part of a complex number", get: { .integer(try big($0, "real")) }),
                NativeProperty("imag", "the imaginary part of a complex number", get: { _ in .int(0) }),
                NativeProperty("numerator", "the numerator of a rational number in lowest terms", get: { .integer(try big($0, "numerator")) }),
                NativeProperty("denominator", "the denominator of a rational number in lowest terms", get: { _ in .int(1) }),
            ])
    }

    private static func isLittle(_ call: Call, _ name: String) throws -> Bool {
        guard case .str(let order) = call.plain(2) else {
            throw Raised.type(
                "\(name)() argument 'byteorder' must be str, not \(call.shortTypeName(call[2]))")
        }
        switch order.string {
        case "little": return true
        case "big": return false
        default: throw Raised.value("byteorder must be either 'little' or 'big'")
        }
    }

    private static func toBytes(_ call: Call) throws -> Value {
        let value = try big(call, "to_bytes")
        let length = try call.int(1)
        let little = try isLittle(call, "to_bytes")
        let signed = try call.truth(3)
        if length < 0 { throw Raised.value("length argument must be non-negative") }
        if length > BytesMethods.longest { throw Raised(.overflowError, "byte string is too large") }
        if value.sign == .minus && !signed { throw Raised(.overflowError, "can't convert negative int to unsigned") }
        try call.interpreter.charge(bytes: length)
        // Negative numbers are the complement of their distance below -1.
        let magnitude = value.sign == .minus ? (value + 1).magnitude : value.magnitude
        let needed = magnitude.bitWidth + (signed ? 1 : 0)
        let (room, overflow) = length.multipliedReportingOverflow(by: 8)
        if !overflow && needed > room && !(length == 0 && value.isZero) { throw Raised(.overflowError, "int too big to convert") }
        var bytes = [UInt8](repeating: 0, count: length)
        let words = Array(magnitude.words)
        for index in 0..<min(length, words.count * 8) {
            bytes[index] = UInt8(truncatingIfNeeded: words[index >> 3] >> UInt(index & 7 * 8))
        }
        if value.sign == .minus { for index in bytes.indices { bytes[index] = ~bytes[index] } }
        return .bytes(BytesObject(little ? bytes : bytes.reversed()))
    }

    private static func fromBytes(_ call: Call) throws -> Value {
        let isLittle = try isLittle(call, "from_bytes")
        var bytes: [UInt8]
        switch call.plain(1) {
        case .bytes(let given): bytes = given.bytes
        case .str: throw Raised.type("cannot convert 'str' object to bytes")
        default: bytes = try BytesMethods.bytes(from: call[1], call.interpreter)
        }
        if !isLittle { bytes.reverse() }
        let isNegative = try call.truth(3) && (bytes.last ?? 0) >= 128
        if isNegative { bytes = bytes.map { ~$0 } }
        var words = [UInt](repeating: 0, count: (bytes.count + 7) / 8)
        for (index, byte) in bytes.enumerated() { words[index >> 3] |= UInt(byte) << UInt(index & 7 * 8) }
        let magnitude = BigInt(BigUInt(words: words))
        let result = Value.integer(isNegative ? -magnitude - 1 : magnitude)
        if case .type(let type) = call[0], type !== call.interpreter.types.int { return try call.interpreter.call(call[0], [result]) }
        return result
    }

    // MARK: - float

    private static func real(_ call: Call, _ method: String) throws -> Double {
        guard case .float(let value) = call.plain(0) else { throw call.wrongReceiver(method, "float") }
        return value
    }

    private static func floatTable() -> NativeType {
        NativeType(
            "float",
            methods: [
                Native("is_integer(self, /)", "Return True if the float is an integer.") { call in
                    let value = try real(call, "is_integer")
                    return .bool(value.isFinite && value.rounded(.towardZero) == value)
                },
                Native("as_integer_ratio(self, /)", "Return a pair of integers, whose ratio is exactly equal to the original float.") { call in
                    let (numerator, denominator) = try Rounding.ratio(real(call, "as_integer_ratio"))
                    return .tuple([.integer(numerator), .integer(denominator)])
                },
                Native("hex(self, /)", "Return a hexadecimal representation of a floating-point number.") {
                    .str(FloatParsing.hex(try real($0, "hex")))
                },
                Native("conjugate(self, /)", "Return self, the complex conjugate of any float.") { .float(try real($0, "conjugate")) },
                Native("__int__(self, /)", "int(self)") { try IntText.truncated(real($0, "__int__")) },
                Native("__float__(self, /)", "float(self)") { .float(try real($0, "__float__")) },
                Native("__trunc__(self, /)", "Return the Integral closest to x between 0 and x.") { try IntText.truncated(real($0, "__trunc__")) },
                Native("__floor__(self, /)", "Return the floor as an Integral.") { try IntText.truncated(real($0, "__floor__").rounded(.down)) },
                Native("__ceil__(self, /)", "Return the ceiling as an Integral.") { try IntText.truncated(real($0, "__ceil__").rounded(.up)) },
                Native("__round__(self, ndigits=None, /)", "Return the Integral closest to x, rounding half toward even; with ndigits a float.") {
                    call in
                    let value = try real(call, "__round__")
                    if call[1].isNone { return try Rounding.round(value) }
                    let digits = try call.interpreter.anyInteger(call[1])
                    return call.interpreter.distinct(try Rounding.round(value, digits: Int(clamping: digits)))
                },
                Native("__format__(self, format_spec, /)", "Formats the float according to format_spec.") { call in
                    let spec = try call.text(1, "__format__() argument must be str")
                    if spec.isEmpty { return .str(try call.interpreter.str(call[0])) }
                    let name = call.interpreter.typeName(of: call[0])
                    return try .str(ValueFormat.float(real(call, "__format__"), spec, typeName: name, call.interpreter))
                },
            ],
            classMethods: [
                Native("fromhex(cls, string, /)", "Create a floating-point number from a hexadecimal string.") {
                    $0.interpreter.distinct(try FloatParsing.fromHex($0.text(1, "fromhex() argument must be str")))
                }
            ],
            properties: [
                NativeProperty("real", "the real part of a complex number", get: { .float(try real($0, "real")) }),
                NativeProperty("imag", "the imaginary part of a complex number", get: { _ in .float(0) }),
            ])
    }
}
