import ScriptRuntime

/// Reads JSON text as values, with CPython's messages.
struct JSONReader {
    var objectHook = Value.none
    var pairsHook = Value.none
    var parseFloat = Value.none
    var parseInt = Value.none
    var parseConstant = Value.none
    private let text: StrObject
    private let error: TypeObject
    private let interpreter: Interpreter
    private var position = 0
    private var known: [StrObject: StrObject] = [:]

    init(_ text: StrObject, _ error: TypeObject, _ interpreter: Interpreter) {
        self.text = text
        self.error = error
        self.interpreter = interpreter
    }

    static func failure(
        _ message: String, _ text: StrObject, _ position: Int, _ error: TypeObject, _ interpreter: Interpreter
    ) throws -> Raised {
        let made = try interpreter.call(.type(error), [.str(message), .str(text), .int(position)])
        guard case .instance(let exception) = made else { return .value(message) }
        return Raised(exception: exception)
    }

    private func failure(_ message: String, _ position: Int) -> any Error {
        do { return try JSONReader.failure(message, text, position, error, interpreter) } catch { return error }
    }

    mutating func read() throws -> Value {
        skipSpace()
        let value = try value()
        skipSpace()
        if position != text.count { throw failure("Extra data", position) }
        return value
    }

    private var unit: UInt32? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() {
        while let unit, unit == 32 || unit == 9 || unit == 10 || unit == 13 { position += 1 }
    }

    private mutating func value() throws -> Value {
        try interpreter.checkStack()
        try interpreter.charge(steps: 1)
        guard let unit else { throw failure("Expecting value", position) }
        switch unit {
        case 34:
            position += 1
            return .str(try string())
        case 123:
            position += 1
            return try object()
        case 91:
            position += 1
            return try array()
        case 45, 48...57:
            if let number = try number() { return number }
        default: break
        }
        let constants: [(String, Value)] = [
            ("null", .none), ("true", .true), ("false", .false), ("NaN", .float(.nan)), ("Infinity", .float(.infinity)),
            ("-Infinity", .float(-.infinity)),
        ]
        for (index, (name, value)) in constants.enumerated() where text.matches(.make(name), at: position) {
            position += name.utf8.count
            if index > 2, !parseConstant.isNone { return try interpreter.call(parseConstant, [.str(name)]) }
            return value
        }
        throw failure("Expecting value", position)
    }

    private mutating func array() throws -> Value {
        let list = ListObject()
        skipSpace()
        if unit == 93 {
            position += 1
            return .list(list)
        }
        while true {
            try interpreter.append(value(), to: list)
            skipSpace()
            if unit == 93 {
                position += 1
                return .list(list)
            }
            if unit != 44 { throw failure("Expecting ',' delimiter", position) }
            position += 1
            skipSpace()
        }
    }

    private mutating func object() throws -> Value {
        let dict = DictObject()
        var pairs: [Value] = []
        skipSpace()
        if unit == 125 {
            position += 1
            return try finish(dict, pairs)
        }
        while true {
            guard unit == 34 else { throw failure("Expecting property name enclosed in double quotes", position) }
            position += 1
            let read = try string()
            let key = known[read] ?? read
            known[read] = key
            skipSpace()
            if unit != 58 { throw failure("Expecting ':' delimiter", position) }
            position += 1
            skipSpace()
            let value = try value()
            try interpreter.charge(bytes: 48)
            if pairsHook.isNone {
                try interpreter.set(dict, .str(key), value)
            } else {
                try interpreter.requireRoom(in: pairs)
                pairs.append(.tuple([.str(key), value]))
            }
            skipSpace()
            if unit == 125 {
                position += 1
                return try finish(dict, pairs)
            }
            if unit != 44 { throw failure("Expecting ',' delimiter", position) }
            position += 1
            skipSpace()
        }
    }

    private func finish(_ dict: DictObject, _ pairs: [Value]) throws -> Value {
        if !pairsHook.isNone { return try interpreter.call(pairsHook, [.list(pairs)]) }
        return objectHook.isNone ? .dict(dict) : try interpreter.call(objectHook, [.dict(dict)])
    }

    /// Nil where a minus sign begins no number.
    private mutating func number() throws -> Value? {
        let start = position
        var end = position
        func digit(_ index: Int) -> Bool { index < text.count && text[index] &- 48 < 10 }
        if text[end] == 45 { end += 1 }
        guard digit(end) else { return nil }
        if text[end] == 48 { end += 1 } else { while digit(end) { end += 1 } }
        var isFloat = false
        if end < text.count, text[end] == 46, digit(end + 1) {
            isFloat = true
            end += 1
            while digit(end) { end += 1 }
        }
        if end < text.count, text[end] | 32 == 101 {
            var place = end + 1
            if place < text.count, text[place] == 43 || text[place] == 45 { place += 1 }
            if digit(place) {
                isFloat = true
                while digit(place) { place += 1 }
                end = place
            }
        }
        position = end
        let piece = text.slice(start, end)
        if isFloat {
            if !parseFloat.isNone { return try interpreter.call(parseFloat, [.str(piece)]) }
            return .float(FloatParsing.parse(piece) ?? .nan)
        }
        if !parseInt.isNone { return try interpreter.call(parseInt, [.str(piece)]) }
        return try IntText.parse(piece, base: 10, interpreter)
    }

    /// The rest of a string after its opening quote.
    private mutating func string() throws -> StrObject {
        let start = position - 1
        var builder: StrBuilder?
        var run = position
        while let unit {
            if unit == 34 {
                let piece = text.slice(run, position)
                position += 1
                guard var whole = builder else { return piece }
                whole.append(piece)
                return whole.finish()
            }
            if unit < 32 { throw failure("Invalid control character at", position) }
            if unit != 92 {
                position += 1
                continue
            }
            if builder == nil { builder = StrBuilder() }
            builder?.append(text, from: run, to: position)
            position += 1
            guard let escaped = self.unit else { throw failure("Unterminated string starting at", start) }
            builder?.append(try escape(escaped))
            run = position
        }
        throw failure("Unterminated string starting at", start)
    }

    private mutating func escape(_ letter: UInt32) throws -> UInt32 {
        let simple: [UInt32: UInt32] = [34: 34, 92: 92, 47: 47, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9]
        if letter != 117 {
            guard let unit = simple[letter] else { throw failure("Invalid \\escape", position - 1) }
            position += 1
            return unit
        }
        let first = try hexUnit(at: position + 1)
        position += 5
        if first & 0xFC00 == 0xD800, position + 1 < text.count, text[position] == 92, text[position + 1] == 117 {
            let second = try hexUnit(at: position + 2)
            if second & 0xFC00 == 0xDC00 {
                position += 6
                return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
            }
        }
        return first
    }

    private func hexUnit(at place: Int) throws -> UInt32 {
        guard place + 4 < text.count else { throw failure("Invalid \\uXXXX escape", place - 1) }
        var value: UInt32 = 0
        for index in place..<place + 4 {
            let unit = text[index]
            guard unit < 128, let digit = Character(Unicode.Scalar(UInt8(unit))).hexDigitValue else {
                throw failure("Invalid \\uXXXX escape", place - 1)
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
