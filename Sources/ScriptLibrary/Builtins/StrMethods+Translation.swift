import ScriptRuntime

/// `translate` and `maketrans`.
extension StrMethods {
    static func translate(_ call: Call) throws -> Value {
        let text = try call.receiver(str: "translate")
        let interpreter = call.interpreter
        var known: [UInt32: StrObject] = [:]
        var builder = StrBuilder(capacity: text.count)
        for index in 0..<text.count {
            let unit = text[index]
            if let replacement = known[unit] {
                try interpreter.append(replacement, to: &builder)
                continue
            }
            try interpreter.charge(steps: 1)
            let replacement = try replacement(of: unit, in: call[1], interpreter)
            // A dict gives the same answer each time; anything else may be a script's and is asked again.
            if case .dict = call[1] { known[unit] = replacement }
            try interpreter.charge(bytes: replacement.count)
            try interpreter.append(replacement, to: &builder)
        }
        return .str(builder.finish())
    }

    private static func replacement(of unit: UInt32, in table: Value, _ interpreter: Interpreter) throws -> StrObject {
        guard let found = try interpreter.itemOrNil(of: table, at: .int(Int(unit))) else { return .character(unit) }
        switch interpreter.plain(found) {
        case .none: return .empty
        case .str(let text): return text
        case .int(let code):
            guard code >= 0, code < 0x110000 else { throw Raised.value("character mapping must be in range(0x110000)") }
            return .character(UInt32(code))
        case .bool(let value): return .character(value ? 1 : 0)
        case .bigInt: throw Raised(.overflowError, "Python int too large to convert to C long")
        default: throw Raised.type("character mapping must return integer, None or str")
        }
    }

    static func makeTable(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        let table = DictObject()
        guard call.has(1) else {
            guard case .dict(let given) = call.plain(0) else {
                throw Raised.type("if you give only one argument to maketrans it must be a dict")
            }
            for (key, value) in given.entries {
                switch interpreter.plain(key) {
                case .int, .bool, .bigInt: try interpreter.set(table, key, value)
                case .str(let text):
                    guard text.count == 1 else { throw Raised.value("string keys in translate table must be of length 1") }
                    try interpreter.set(table, .int(Int(text[0])), value)
                default: throw Raised.type("keys in translate table must be strings or integers")
                }
            }
            return .dict(table)
        }
        guard case .str(let from) = call.plain(0) else {
            throw Raised.type("first maketrans argument must be a string if there is a second argument")
        }
        let to = try call.text(1, "maketrans() argument 2 must be str")
        guard from.count == to.count else { throw Raised.value("the first two maketrans arguments must have equal length") }
        for index in 0..<from.count { try interpreter.set(table, .int(Int(from[index])), .int(Int(to[index]))) }
        if call.has(2) {
            let removed = try call.text(2, "maketrans() argument 3 must be str")
            for unit in removed.units { try interpreter.set(table, .int(Int(unit)), .none) }
        }
        return .dict(table)
    }
}
