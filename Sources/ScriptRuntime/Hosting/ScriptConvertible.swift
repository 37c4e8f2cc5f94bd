/// A Swift type whose values cross to scripts and back.
///
/// Numbers, truth values, text, arrays, dictionaries with string keys and optionals (None) are; a host makes its own types so.
public protocol ScriptConvertible {
    /// - Throws: `TypeError` for a value of another kind; it names the type that was expected.
    init(script value: Value, _ interpreter: Interpreter) throws(Raised)

    /// The value as scripts see it.
    func scriptValue(_ interpreter: Interpreter) -> Value
}

extension Call {
    /// The argument of parameter `index` as a Swift value.
    public func value<Result: ScriptConvertible>(_ index: Int, as type: Result.Type = Result.self) throws(Raised) -> Result {
        try Result(script: self[index], interpreter)
    }
}

// MARK: - Implementation

extension Interpreter {
    fileprivate func mismatch(_ value: Value, _ expected: String) -> Raised {
        .type("expected \(expected), not \(typeName(of: value))")
    }
}

extension Value: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) { self = value }

    public func scriptValue(_ interpreter: Interpreter) -> Value { self }
}

extension Int: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) { self = try interpreter.index(value) }

    public func scriptValue(_ interpreter: Interpreter) -> Value { .int(self) }
}

extension Double: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) { self = try interpreter.double(value) }

    public func scriptValue(_ interpreter: Interpreter) -> Value { .float(self) }
}

extension Bool: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) {
        guard case .bool(let truth) = value else { throw interpreter.mismatch(value, "bool") }
        self = truth
    }

    public func scriptValue(_ interpreter: Interpreter) -> Value { .bool(self) }
}

extension String: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) {
        guard case .str(let text) = interpreter.plain(value) else { throw interpreter.mismatch(value, "str") }
        self = text.string
    }

    public func scriptValue(_ interpreter: Interpreter) -> Value { .str(self) }
}

extension Optional: ScriptConvertible where Wrapped: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) {
        self = value.isNone ? nil : try Wrapped(script: value, interpreter)
    }

    public func scriptValue(_ interpreter: Interpreter) -> Value { self?.scriptValue(interpreter) ?? Value.none }
}

/// From any iterable; to a list.
extension Array: ScriptConvertible where Element: ScriptConvertible {
    public init(script value: Value, _ interpreter: Interpreter) throws(Raised) {
        self = []
        for item in try interpreter.items(of: value) { append(try Element(script: item, interpreter)) }
    }

    public func scriptValue(_ interpreter: Interpreter) -> Value { .list(ListObject(map { $0.scriptValue(interpreter) })) }
}

/// To a dict sorted by key, so that scripts see the same order every time.
extension Dictionary: ScriptConvertible where Key == String, Value: ScriptConvertible {
    public init(script value: ScriptRuntime.Value, _ interpreter: Interpreter) throws(Raised) {
        guard case .dict(let dict) = interpreter.plain(value) else { throw interpreter.mismatch(value, "dict") }
        self = [:]
        for (key, item) in dict.entries { self[try String(script: key, interpreter)] = try Value(script: item, interpreter) }
    }

    public func scriptValue(_ interpreter: Interpreter) -> ScriptRuntime.Value {
        let dict = DictObject()
        for (key, item) in sorted(by: { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }) {
            dict[key] = item.scriptValue(interpreter)
        }
        return .dict(dict)
    }
}
