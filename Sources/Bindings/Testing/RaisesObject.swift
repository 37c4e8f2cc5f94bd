import ScriptRuntime

/// `with raises(ValueError, match="...") as info:`
final class RaisesObject: HostContext, HostMembers {
    private let expected: Value
    private let pattern: Value
    private var caught: Value?

    init(_ expected: Value, match pattern: Value) { (self.expected, self.pattern) = (expected, pattern) }

    var scriptTypeName: String { "raises" }
    var scriptSummary: String { "<raises \(caught == nil ? "nothing yet" : "an exception")>" }
    var memberNames: [String] { ["value", "type"] }

    /// What was raised, after the block.
    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        guard memberNames.contains(name) else { return nil }
        guard let caught else {
            throw Raised.attribute("'\(name)' is known when the block has ended", hint: "Read it after the with block.")
        }
        return name == "value" ? caught : .type(interpreter.type(of: caught))
    }

    func enter(_ interpreter: Interpreter) throws -> Value { interpreter.value(of: self) }

    func exit(_ exception: Value, _ interpreter: Interpreter) throws -> Bool {
        if exception.isNone {
            throw Raised(
                .assertionError, "\(try name(expected, interpreter)) was not raised",
                hint: "The block ended without an exception.")
        }
        // Another exception goes on: it is the better report.
        guard try interpreter.isInstance(exception, of: expected) else { return false }
        caught = exception
        guard !pattern.isNone else { return true }
        let text = try interpreter.str(exception)
        let search = try interpreter.attribute(.module(interpreter.importModule("re")), "search")
        if try interpreter.call(search, [pattern, .str(text)]).isNone {
            throw Raised(
                .assertionError,
                "\(interpreter.typeName(of: exception)) was raised, but its text does not match: "
                    + "\(try interpreter.repr(pattern).string) is not in \(try interpreter.repr(.str(text)).string)")
        }
        return true
    }

    private func name(_ expected: Value, _ interpreter: Interpreter) throws -> String {
        switch expected {
        case .type(let type): type.name
        case .tuple(let tuple): try tuple.items.map { try name($0, interpreter) }.joined(separator: " or ")
        default: try interpreter.repr(expected).string
        }
    }
}
