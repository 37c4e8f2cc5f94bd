import ScriptRuntime

/// Writes values as JSON text.
struct JSONWriter {
    var skipsKeys = false
    var ensuresASCII = true
    var allowsNaN = true
    var sortsKeys = false
    var fallback = Value.none
    private var indent: StrObject?
    private var itemSeparator = StrObject.make(", ")
    private var keySeparator = StrObject.make(": ")
    private let interpreter: Interpreter
    private var builder = StrBuilder(capacity: 64)
    private var depth = 0
    private var open: [Int] = []

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    static func notSerializable(_ value: Value, _ interpreter: Interpreter) -> Raised {
        .type("Object of type \(interpreter.typeName(of: value)) is not JSON serializable")
    }

    mutating func set(indent given: Value, separators: Value) throws {
        switch interpreter.plain(given) {
        case .none: break
        case .str(let text): indent = text
        default: indent = StrObject.character(32).repeated(max(try interpreter.index(given), 0))
        }
        if !separators.isNone {
            let parts = try interpreter.items(of: separators)
            guard parts.count == 2, case .str(let item) = parts[0], case .str(let key) = parts[1] else {
                throw Raised.type("separators must be a pair of strings (item_separator, key_separator)")
            }
            (itemSeparator, keySeparator) = (item, key)
        } else if indent != nil {
            itemSeparator = .character(44)
        }
    }

    mutating func finish() -> StrObject { builder.finish() }

    mutating func write(_ value: Value) throws {
        try interpreter.charge(steps: 1)
        try interpreter.charge(bytes: 2)
        try interpreter.requireRoom(for: 32, in: builder)
        switch interpreter.plain(value) {
        case .none: builder.append("null")
        case .bool(let value): builder.append(value ? "true" : "false")
        case .int(let value): builder.append(String(value))
        case .bigInt: builder.append(try interpreter.repr(interpreter.plain(value)))
        case .float(let value): builder.append(try text(of: value))
        case .str(let text): try write(text)
        case .list, .tuple: try write(interpreter.items(of: interpreter.plain(value)), value)
        case .dict(let dict): try write(dict, value)
        default:
            if fallback.isNone { throw JSONWriter.notSerializable(value, interpreter) }
            try enter(value)
            try write(interpreter.call(fallback, [value]))
            leave()
        }
    }

    private func text(of value: Double) throws -> String {
        if value.isFinite { return FloatText.repr(value) }
        if !allowsNaN {
            // CPython's writer in Python, which it takes for indented text, tells the value too.
            throw Raised.value("Out of range float values are not JSON compliant" + (indent == nil ? "" : ": " + FloatText.repr(value)))
        }
        return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }

    private mutating func enter(_ value: Value) throws {
        try interpreter.checkStack()
        if open.contains(value.identity) { throw Raised.value("Circular reference detected") }
        open.append(value.identity)
    }

    private mutating func leave() { open.removeLast() }

    private mutating func newLine() throws {
        guard let indent else { return }
        try interpreter.charge(bytes: indent.count * depth)
        builder.append(10)
        for _ in 0..<depth { builder.append(indent) }
    }

    private mutating func write(_ items: [Value], _ value: Value) throws {
        if items.isEmpty {
            builder.append("[]")
            return
        }
        try enter(value)
        builder.append(91)
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { builder.append(itemSeparator) }
            try newLine()
            try write(item)
        }
        depth -= 1
        try newLine()
        builder.append(93)
        leave()
    }

    private mutating func write(_ dict: DictObject, _ value: Value) throws {
        if dict.count == 0 {
            builder.append("{}")
            return
        }
        try enter(value)
        builder.append(123)
        depth += 1
        var entries = dict.entries
        if sortsKeys {
            let keys = ListObject(entries.map { .tuple([$0.key, $0.value]) })
            let first = interpreter.value(of: Native("key(pair, /)") { call in try call.tuple(0)[0] })
            try Sorting.sort(keys, key: first, reverse: false, interpreter)
            entries = keys.items.compactMap { pair in
                if case .tuple(let pair) = pair { return (pair[0], pair[1]) }
                return nil
            }
        }
        var isFirst = true
        for (key, item) in entries {
            guard let name = try keyText(key) else { continue }
            if !isFirst { builder.append(itemSeparator) }
            isFirst = false
            try newLine()
            try write(name)
            builder.append(keySeparator)
            try write(item)
        }
        depth -= 1
        if !isFirst { try newLine() }
        builder.append(125)
        leave()
    }

    private func keyText(_ key: Value) throws -> StrObject? {
        switch interpreter.plain(key) {
        case .str(let text): return text
        case .float(let value): return .make(try text(of: value))
        case .bool(let value): return .make(value ? "true" : "false")
        case .none: return .make("null")
        case .int, .bigInt: return try interpreter.repr(interpreter.plain(key))
        default:
            if skipsKeys { return nil }
            throw Raised.type("keys must be str, int, float, bool or None, not \(interpreter.typeName(of: key))")
        }
    }

    private mutating func write(_ text: StrObject) throws {
        // The longest escape takes six characters for one code point, or twelve for one of four bytes.
        try interpreter.charge(bytes: text.count)
        try interpreter.requireRoom(for: text.count * (text.width == 1 ? 6 : 12), width: ensuresASCII ? 1 : text.width, in: builder)
        builder.append(34)
        for index in 0..<text.count {
            let unit = text[index]
            switch unit {
            case 34: builder.append("\\\"")
            case 92: builder.append("\\\\")
            case 10: builder.append("\\n")
            case 13: builder.append("\\r")
            case 9: builder.append("\\t")
            case 8: builder.append("\\b")
            case 12: builder.append("\\f")
            case 32..<127: builder.append(unit)
            case 0..<32: appendEscape(unit)
            default:
                if !ensuresASCII {
                    builder.append(unit)
                } else if unit < 0x10000 {
                    appendEscape(unit)
                } else {
                    appendEscape(0xD800 + (unit - 0x10000) >> 10)
                    appendEscape(0xDC00 + (unit - 0x10000) & 0x3FF)
                }
            }
        }
        builder.append(34)
    }

    private mutating func appendEscape(_ unit: UInt32) {
        let digits = String(unit, radix: 16)
        builder.append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
    }
}
