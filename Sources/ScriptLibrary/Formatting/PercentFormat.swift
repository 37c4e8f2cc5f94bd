import BigInt
package import ScriptRuntime

/// `template % values`, for text and for bytes.
package struct PercentFormat {
    package static func format(_ template: StrObject, _ values: Value, _ interpreter: Interpreter) throws -> StrObject {
        var formatter = PercentFormat(template, values, interpreter, isBytes: false)
        return try formatter.build()
    }

    /// - Parameter template: bytes as code points below 256; so is the result.
    package static func formatBytes(_ template: StrObject, _ values: Value, _ interpreter: Interpreter) throws -> StrObject {
        var formatter = PercentFormat(template, values, interpreter, isBytes: true)
        return try formatter.build()
    }

    private let text: StrObject
    private let values: Value
    private let interpreter: Interpreter
    private let isBytes: Bool
    private var arguments: [Value]
    private let isTuple: Bool
    private let mapping: Value?
    private var nextArgument = 0
    private var position = 0

    /// One conversion: `%(key)#0- +width.precision type`.
    private struct Conversion {
        var isLeft = false
        var plus = false
        var blank = false
        var alternate = false
        var zero = false
        var width = 0
        var precision: Int?
        var type: UInt32 = 0
    }

    private init(_ text: StrObject, _ values: Value, _ interpreter: Interpreter, isBytes: Bool) {
        self.text = text
        self.values = values
        self.interpreter = interpreter
        self.isBytes = isBytes
        if case .tuple(let tuple) = interpreter.plain(values) {
            arguments = tuple.items
            isTuple = true
            mapping = nil
        } else {
            arguments = [values]
            isTuple = false
            switch interpreter.plain(values) {
            case .list, .dict, .range: mapping = values
            case .bytes: mapping = isBytes ? nil : values
            case .instance: mapping = interpreter.method(values, "__getitem__") == nil ? nil : values
            case .host(let box): mapping = box.object is Deque || interpreter.method(values, "__getitem__") == nil ? nil : values
            default: mapping = nil
            }
        }
    }

    private mutating func build() throws -> StrObject {
        var result = StrBuilder(capacity: text.count + 32)
        while position < text.count {
            let start = position
            while position < text.count, text[position] != 37 { position += 1 }
            result.append(text, from: start, to: position)
            if position == text.count { break }
            position += 1
            // Only a bare `%%` stands for the sign.
            if position < text.count, text[position] == 37 {
                position += 1
                result.append(37)
                continue
            }
            var conversion = try parse()
            try render(&conversion, try next(), into: &result)
        }
        if mapping == nil && nextArgument < arguments.count {
            throw Raised.type("not all arguments converted during \(isBytes ? "bytes" : "string") formatting")
        }
        return result.finish()
    }

    private mutating func next() throws(Raised) -> Value {
        guard nextArgument < arguments.count else { throw .type("not enough arguments for format string") }
        nextArgument += 1
        return arguments[nextArgument - 1]
    }

    // MARK: - Reading a conversion

    private mutating func unit() throws(Raised) -> UInt32 {
        guard position < text.count else { throw .value("incomplete format") }
        position += 1
        return text[position - 1]
    }

    private mutating func parse() throws -> Conversion {
        var conversion = Conversion()
        // What a mapping gives for a key is what the conversion may take, once.
        if position < text.count, text[position] == 40 { (arguments, nextArgument) = ([try keyed()], 0) }
        var unit = try unit()
        flags: while true {
            switch unit {
            case 45: conversion.isLeft = true
            case 43: conversion.plus = true
            case 32: conversion.blank = true
            case 35: conversion.alternate = true
            case 48: conversion.zero = true
            default: break flags
            }
            unit = try self.unit()
        }
        if unit == 42 {
            let width = try star("width", mustBePositive: false)
            conversion.isLeft = conversion.isLeft || width < 0
            conversion.width = Int(clamping: width.magnitude)
            unit = try self.unit()
        } else if unit >= 48 && unit <= 57 {
            conversion.width = try number(&unit, "width too big")
        }
        if unit == 46 {
            unit = try self.unit()
            if unit == 42 {
                conversion.precision = max(try star("precision", mustBePositive: true), 0)
                unit = try self.unit()
            } else {
                conversion.precision = try number(&unit, isBytes ? "prec too big" : "precision too big")
            }
        }
        if unit == 104 || unit == 108 || unit == 76 { unit = try self.unit() }
        conversion.type = unit
        return conversion
    }

    private mutating func keyed() throws -> Value {
        guard let mapping else { throw Raised.type("format requires a mapping") }
        position += 1
        let start = position
        var open = 1
        while open > 0, position < text.count {
            if text[position] == 41 { open -= 1 } else if text[position] == 40 { open += 1 }
            position += 1
        }
        if open > 0 { throw Raised.value("incomplete format key") }
        let key = text.slice(start, position - 1)
        let shown: Value = isBytes ? .bytes(BytesObject(key.units.map { UInt8(truncatingIfNeeded: $0) })) : .str(key)
        return try interpreter.item(of: mapping, at: shown)
    }

    private mutating func star(_ what: String, mustBePositive: Bool) throws -> Int {
        switch interpreter.plain(try next()) {
        case .int(let value):
            if value > Int(Int32.max) && mustBePositive { throw Raised(.overflowError, "Python int too large to convert to C int") }
            return value
        case .bool(let value): return value ? 1 : 0
        case .bigInt: throw Raised(.overflowError, "Python int too large to convert to C \(mustBePositive ? "int" : "ssize_t")")
        default: throw Raised.type("* wants int")
        }
    }

    private mutating func number(_ unit: inout UInt32, _ tooBig: String) throws(Raised) -> Int {
        var result = 0
        while unit >= 48 && unit <= 57 {
            result = result * 10 + Int(unit) - 48
            if result > Int(Int32.max) { throw .value(tooBig) }
            unit = try self.unit()
        }
        return result
    }

    // MARK: - Converting

    private func render(_ conversion: inout Conversion, _ value: Value, into result: inout StrBuilder) throws {
        switch Unicode.Scalar(conversion.type) {
        case "s", "r", "a", "b":
            let shown = try self.shown(value, conversion.type)
            let length = min(conversion.precision ?? .max, shown.count)
            try pad(shown.slice(0, length), conversion, into: &result)
        case "c": try pad(character(value), conversion, into: &result)
        case "d", "i", "u", "o", "x", "X":
            try number(integer(value, conversion), conversion, into: &result)
        case "e", "E", "f", "F", "g", "G":
            try number(float(value, conversion), conversion, into: &result)
        default: throw unsupported(conversion.type)
        }
    }

    private func unsupported(_ type: UInt32) -> Raised {
        let shown = type > 31 && type < 127 ? String(Character(Unicode.Scalar(UInt8(type)))) : isBytes ? StrObject.character(type).string : "?"
        return .value("unsupported format character '\(shown)' (0x\(String(type, radix: 16))) at index \(position - 1)")
    }

    private func shown(_ value: Value, _ type: UInt32) throws -> StrObject {
        if isBytes {
            if type == 115 || type == 98 {
                guard let bytes = try interpreter.buffer(value) else {
                    if let method = interpreter.method(value, "__bytes__"),
                        case .bytes(let bytes) = try interpreter.call(method, [value])
                    {
                        return .make(latin: bytes.bytes)
                    }
                    throw Raised.type(
                        "%b requires a bytes-like object, or an object that implements __bytes__, not '\(interpreter.typeName(of: value))'")
                }
                return .make(latin: bytes)
            }
            return Quoting.ascii(try interpreter.repr(value))
        }
        switch type {
        case 115: return try interpreter.str(value)
        case 114: return try interpreter.repr(value)
        case 97: return Quoting.ascii(try interpreter.repr(value))
        default: throw unsupported(type)
        }
    }

    private func character(_ value: Value) throws -> StrObject {
        switch interpreter.plain(value) {
        case .str(let text) where !isBytes && text.count == 1: return text
        case .bytes(let bytes) where isBytes && bytes.count == 1: return .make(latin: bytes.bytes)
        case .int(let code):
            if isBytes {
                guard code >= 0, code < 256 else { throw Raised(.overflowError, "%c arg not in range(256)") }
            }
            guard code >= 0, code < 0x110000 else { throw Raised(.overflowError, "%c arg not in range(0x110000)") }
            return .character(UInt32(code))
        case .bool(let value): return .character(value ? 1 : 0)
        case .bigInt: throw Raised(.overflowError, "%c arg not in range(\(isBytes ? "256" : "0x110000"))")
        default:
            throw Raised.type(isBytes ? "%c requires an integer in range(256) or a single byte" : "%c requires int or char")
        }
    }

    /// The digits with sign and, for `#`, prefix; at least `precision` digits.
    private func integer(_ value: Value, _ conversion: Conversion) throws -> String {
        let needsIndex = [111, 120, 88].contains(conversion.type)
        var number = interpreter.plain(value)
        switch number {
        case .int, .bool, .bigInt: break
        case .float(let float) where !needsIndex: number = try IntText.truncated(float)
        default:
            let name: Symbol = needsIndex || interpreter.method(value, "__int__") == nil ? "__index__" : "__int__"
            guard let method = interpreter.method(value, name) else {
                let wanted = needsIndex ? "an integer" : "a real number"
                let type = String(Character(Unicode.Scalar(conversion.type) ?? "?"))
                throw Raised.type("%\(type) format: \(wanted) is required, not \(interpreter.typeName(of: value))")
            }
            number = interpreter.plain(try interpreter.call(method, [value]))
        }
        let radix = IntText.radix(ofType: conversion.type)
        var digits = try IntText.digits(number, radix: radix.radix, uppercase: conversion.type == 88, interpreter)
        let isNegative = digits.hasPrefix("-")
        if isNegative { digits.removeFirst() }
        let missing = (conversion.precision ?? 0) - digits.utf8.count
        if missing > 0 {
            try interpreter.charge(bytes: missing)
            digits = String(repeating: "0", count: missing) + digits
        }
        return (isNegative ? "-" : "") + (conversion.alternate ? radix.prefix : "") + digits
    }

    private func float(_ value: Value, _ conversion: Conversion) throws -> String {
        let number: Double
        switch interpreter.plain(value) {
        case .float(let value): number = value
        case .int, .bool, .bigInt: number = try interpreter.double(value)
        default:
            if interpreter.method(value, "__float__") == nil && interpreter.method(value, "__index__") == nil {
                if isBytes { throw Raised.type("float argument required, not \(interpreter.typeName(of: value))") }
                throw Raised.type("must be real number, not \(interpreter.typeName(of: value))")
            }
            number = try interpreter.double(value)
        }
        let precision = conversion.precision ?? 6
        try interpreter.charge(count: precision, of: 5)
        return FloatFormat.text(
            number, Unicode.Scalar(conversion.type) ?? "g", precision: precision,
            options: conversion.alternate ? .alternate : [])
    }

    // MARK: - Laying out

    private func pad(_ shown: StrObject, _ conversion: Conversion, into result: inout StrBuilder) throws {
        let padding = max(conversion.width - shown.count, 0)
        try interpreter.charge(bytes: padding + shown.count)
        if !conversion.isLeft { result.append(32, times: padding) }
        result.append(shown)
        if conversion.isLeft { result.append(32, times: padding) }
    }

    private func number(_ text: String, _ conversion: Conversion, into result: inout StrBuilder) throws {
        var body = text[...]
        var sign = ""
        if body.first == "-" || body.first == "+" {
            sign = String(body.removeFirst())
        } else if conversion.plus {
            sign = "+"
        } else if conversion.blank {
            sign = " "
        }
        var prefix = ""
        if conversion.alternate, [120, 88, 111].contains(conversion.type) {
            prefix = String(body.prefix(2))
            body = body.dropFirst(2)
        }
        let padding = max(conversion.width - body.utf8.count - sign.utf8.count - prefix.utf8.count, 0)
        try interpreter.charge(bytes: padding + body.utf8.count)
        if !conversion.isLeft && !conversion.zero { result.append(32, times: padding) }
        result.append(sign)
        result.append(prefix)
        if !conversion.isLeft && conversion.zero { result.append(48, times: padding) }
        result.append(String(body))
        if conversion.isLeft { result.append(32, times: padding) }
    }
}
