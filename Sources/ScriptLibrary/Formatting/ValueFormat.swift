import BigInt
package import ScriptRuntime

/// `format(value, spec)` for text, integers and floats.
package enum ValueFormat {
    package static func text(_ text: StrObject, _ spec: StrObject, _ interpreter: Interpreter) throws -> StrObject {
        if spec.isEmpty { return text }
        let format = try FormatSpec(spec, typeName: "str", defaultAlign: "<", defaultType: "s")
        guard format.type == 115 else { throw FormatSpec.unknownType(format.type, "str") }
        if format.sign != 0 {
            throw Raised.value("\(format.sign == 32 ? "Space" : "Sign") not allowed in string format specifier")
        }
        if format.noNegativeZero {
            throw Raised.value("Negative zero coercion (z) not allowed in string format specifier")
        }
        if format.alternate { throw Raised.value("Alternate form (#) not allowed in string format specifier") }
        if format.align == 61 { throw Raised.value("'=' alignment not allowed in string format specifier") }
        let length = min(format.precision ?? .max, text.count)
        return try format.pad(text.slice(0, length), interpreter)
    }

    /// - Parameter typeName: `int` or `bool`'s parent, for messages.
    package static func integer(_ value: Value, _ spec: StrObject, typeName: String, _ interpreter: Interpreter) throws -> StrObject {
        if spec.isEmpty { return try interpreter.str(value) }
        let format = try FormatSpec(spec, typeName: typeName, defaultAlign: ">", defaultType: "d")
        switch Unicode.Scalar(format.type) {
        case "b", "c", "d", "o", "x", "X", "n":
            return try integer(value, format, interpreter)
        case "e", "E", "f", "F", "g", "G", "%":
            return try float(interpreter.double(value), format, interpreter)
        default:
            throw FormatSpec.unknownType(format.type, typeName)
        }
    }

    package static func float(_ value: Double, _ spec: StrObject, typeName: String, _ interpreter: Interpreter) throws -> StrObject {
        if spec.isEmpty { return .make(FloatText.repr(value)) }
        let format = try FormatSpec(spec, typeName: typeName, defaultAlign: ">", defaultType: nil)
        switch Unicode.Scalar(format.type) {
        case "\0", "e", "E", "f", "F", "g", "G", "%", "n": return try float(value, format, interpreter)
        default: throw FormatSpec.unknownType(format.type, typeName)
        }
    }

    // MARK: - Implementation

    private static func integer(_ value: Value, _ format: FormatSpec, _ interpreter: Interpreter) throws -> StrObject {
        if format.precision != nil { throw Raised.value("Precision not allowed in integer format specifier") }
        if format.noNegativeZero {
            throw Raised.value("Negative zero coercion (z) not allowed in integer format specifier")
        }
        if format.type == 99 { return try character(value, format, interpreter) }
        let radix = IntText.radix(ofType: format.type)
        let digits = try IntText.digits(value, radix: radix.radix, uppercase: format.type == 88, interpreter)
        let prefix = format.alternate ? radix.prefix : ""
        return try format.layOut(NumberParts(digits, isInteger: true, prefix: prefix, spec: format), interpreter)
    }

    private static func character(_ value: Value, _ format: FormatSpec, _ interpreter: Interpreter) throws -> StrObject {
        if format.sign != 0 { throw Raised.value("Sign not allowed with integer format specifier 'c'") }
        if format.alternate { throw Raised.value("Alternate form (#) not allowed with integer format specifier 'c'") }
        let code: Int
        switch interpreter.plain(value) {
        case .int(let value): code = value
        case .bool(let value): code = value ? 1 : 0
        default: throw Raised(.overflowError, "Python int too large to convert to C long")
        }
        guard code >= 0, code < 0x110000 else { throw Raised(.overflowError, "%c arg not in range(0x110000)") }
        var format = format
        if format.align == 61 { format.align = 62 }
        return try format.pad(.character(UInt32(code)), interpreter)
    }

    private static func float(_ value: Double, _ format: FormatSpec, _ interpreter: Interpreter) throws -> StrObject {
        var options: FloatFormat.Options = []
        if format.alternate { options.insert(.alternate) }
        if format.noNegativeZero { options.insert(.noNegativeZero) }
        var value = value
        var conversion = Unicode.Scalar(format.type) ?? "r"
        var precision = format.precision
        var isPercent = false
        switch conversion {
        case "\0":
            options.insert(.addPointZero)
            conversion = precision == nil ? "r" : "g"
        case "n": conversion = "g"
        case "%":
            conversion = "f"
            value *= 100
            isPercent = true
        default: break
        }
        if let given = precision, given > Int(Int32.max) { throw Raised.value("precision too big") }
        precision = precision ?? 6
        try interpreter.charge(count: precision ?? 6, of: 5)
        var text = FloatFormat.text(value, conversion, precision: precision ?? 6, options: options)
        if isPercent { text += "%" }
        return try format.layOut(NumberParts(text, spec: format), interpreter)
    }
}
