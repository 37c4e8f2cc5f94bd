package import ScriptRuntime

/// `str.format`: literal text, and fields `{name.attribute[key]!conversion:spec}` with fields in the spec.
package struct StrFormat {
    /// - Parameters:
    ///   - arguments: by position; nil for `format_map`.
    ///   - keywords: a mapping.
    package static func format(
        _ template: StrObject, _ arguments: [Value]?, _ keywords: Value, _ interpreter: Interpreter
    ) throws -> StrObject {
        var formatter = StrFormat(arguments: arguments, keywords: keywords, interpreter: interpreter)
        return try formatter.build(template, 0, template.count, depth: 2)
    }

    private let arguments: [Value]?
    private let keywords: Value
    private let interpreter: Interpreter
    private var numbering = Numbering.undecided
    private var nextNumber = 0

    private enum Numbering { case undecided, automatic, manual }

    private struct Field {
        var name = 0..<0
        var conversion: UInt32?
        var spec = 0..<0
        var specHasFields = false
    }

    private init(arguments: [Value]?, keywords: Value, interpreter: Interpreter) {
        self.arguments = arguments
        self.keywords = keywords
        self.interpreter = interpreter
    }

    private mutating func build(_ text: StrObject, _ lower: Int, _ upper: Int, depth: Int) throws -> StrObject {
        if depth <= 0 { throw Raised.value("Max string recursion exceeded") }
        var result = StrBuilder(capacity: upper - lower + 16)
        var position = lower
        while position < upper {
            let start = position
            var unit: UInt32 = 0
            while position < upper {
                unit = text[position]
                position += 1
                if unit == 123 || unit == 125 { break }
            }
            let isMarkup = unit == 123 || unit == 125
            guard isMarkup else {
                result.append(text, from: start, to: position)
                break
            }
            let isDoubled = position < upper && text[position] == unit
            if unit == 125 && !isDoubled { throw Raised.value("Single '}' encountered in format string") }
            if position >= upper { throw Raised.value("Single '{' encountered in format string") }
            if isDoubled {
                result.append(text, from: start, to: position)
                position += 1
                continue
            }
            result.append(text, from: start, to: position - 1)
            let field = try parseField(text, &position, upper)
            let value = try interpreter.charging(render(field, text, depth))
            try interpreter.append(value, to: &result)
        }
        return result.finish()
    }

    private func parseField(_ text: StrObject, _ position: inout Int, _ upper: Int) throws(Raised) -> Field {
        var field = Field()
        let start = position
        var unit: UInt32 = 0
        scan: while position < upper {
            unit = text[position]
            position += 1
            switch unit {
            case 123: throw .value("unexpected '{' in field name")
            case 91:
                while position < upper, text[position] != 93 { position += 1 }
            case 125, 58, 33: break scan
            default: break
            }
        }
        let isEnded = unit == 125 || unit == 58 || unit == 33
        guard isEnded else { throw .value("expected '}' before end of string") }
        field.name = start..<(position - 1)
        if unit == 125 { return field }
        if unit == 33 {
            guard position < upper else { throw .value("end of string while looking for conversion specifier") }
            field.conversion = text[position]
            position += 1
            if position < upper {
                let next = text[position]
                position += 1
                if next == 125 { return field }
                if next != 58 { throw .value("expected ':' after conversion specifier") }
            }
        }
        try parseSpec(&field, text, &position, upper)
        return field
    }

    private func parseSpec(_ field: inout Field, _ text: StrObject, _ position: inout Int, _ upper: Int) throws(Raised) {
        let start = position
        var open = 1
        while position < upper {
            let unit = text[position]
            position += 1
            if unit == 123 {
                field.specHasFields = true
                open += 1
            } else if unit == 125 {
                open -= 1
                if open == 0 {
                    field.spec = start..<(position - 1)
                    return
                }
            }
        }
        throw .value("unmatched '{' in format spec")
    }

    private mutating func render(_ field: Field, _ text: StrObject, _ depth: Int) throws -> StrObject {
        var value = try object(text.slice(field.name.lowerBound, field.name.upperBound))
        switch field.conversion {
        case nil: break
        case 114: value = .str(try interpreter.repr(value))
        case 115: value = .str(try interpreter.str(value))
        case 97: value = .str(Quoting.ascii(try interpreter.repr(value)))
        case .some(let unit):
            let shown = unit > 32 && unit < 127 ? String(Character(Unicode.Scalar(UInt8(unit)))) : "\\x\(String(unit, radix: 16))"
            throw Raised.value("Unknown conversion specifier \(shown)")
        }
        let spec =
            field.specHasFields
            ? try build(text, field.spec.lowerBound, field.spec.upperBound, depth: depth - 1)
            : text.slice(field.spec.lowerBound, field.spec.upperBound)
        return try interpreter.format(value, spec)
    }

    // MARK: - Field names

    private mutating func object(_ name: StrObject) throws -> Value {
        var end = 0
        while end < name.count, name[end] != 46, name[end] != 91 { end += 1 }
        let first = name.slice(0, end)
        var number = try StrFormat.number(first)
        if first.isEmpty || number != nil {
            if numbering == .undecided { numbering = first.isEmpty ? .automatic : .manual }
            if numbering == .manual && first.isEmpty {
                throw Raised.value("cannot switch from manual field specification to automatic field numbering")
            }
            if numbering == .automatic && !first.isEmpty {
                throw Raised.value("cannot switch from automatic field numbering to manual field specification")
            }
            if first.isEmpty {
                number = nextNumber
                nextNumber += 1
            }
        }
        var value: Value
        if let number {
            guard let arguments else { throw Raised.value("Format string contains positional fields") }
            guard number < arguments.count else {
                throw Raised.index("Replacement index \(number) out of range for positional args tuple")
            }
            value = arguments[number]
        } else {
            value = try interpreter.item(of: keywords, at: .str(first))
        }
        while end < name.count { value = try follow(name, &end, value) }
        return value
    }

    private func follow(_ name: StrObject, _ position: inout Int, _ value: Value) throws -> Value {
        let mark = name[position]
        position += 1
        let start = position
        if mark == 46 {
            while position < name.count, name[position] != 46, name[position] != 91 { position += 1 }
            let attribute = name.slice(start, position)
            if attribute.isEmpty { throw Raised.value("Empty attribute in format string") }
            return try interpreter.attribute(value, Symbol(attribute))
        }
        guard mark == 91 else { throw Raised.value("Only '.' or '[' may follow ']' in format field specifier") }
        while position < name.count, name[position] != 93 { position += 1 }
        guard position < name.count else { throw Raised.value("Missing ']' in format string") }
        let key = name.slice(start, position)
        position += 1
        if key.isEmpty { throw Raised.value("Empty attribute in format string") }
        if let number = try StrFormat.number(key) { return try interpreter.item(of: value, at: .int(number)) }
        return try interpreter.item(of: value, at: .str(key))
    }

    /// The number that a name is, if it is nothing but digits.
    private static func number(_ name: StrObject) throws(Raised) -> Int? {
        if name.isEmpty { return nil }
        var result = 0
        for index in 0..<name.count {
            guard let digit = Digit.value(of: name[index]) else { return nil }
            let (scaled, overflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, overflowToo) = scaled.addingReportingOverflow(digit)
            if overflow || overflowToo { throw .value("Too many decimal digits in format string") }
            result = sum
        }
        return result
    }
}

extension Interpreter {
    /// Charges for a piece of text that is about to be copied.
    func charging(_ text: @autoclosure () throws -> StrObject) throws -> StrObject {
        let text = try text()
        try charge(bytes: text.count)
        return text
    }
}

extension Quoting {
    /// `text` with everything beyond ASCII escaped, as `ascii()` does to a `repr`.
    package static func ascii(_ text: StrObject) -> StrObject {
        if text.isASCII { return text }
        var result = StrBuilder(capacity: text.count * 2)
        for index in 0..<text.count {
            let unit = text[index]
            if unit < 128 { result.append(unit) } else { result.append(escape(unit)) }
        }
        return result.finish()
    }
}
