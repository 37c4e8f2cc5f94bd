import ScriptRuntime

/// The matches of a pattern in a text, one after the other: `Pattern.scanner(...)`, and what `finditer` draws from.
final class RegexScanner: HostObject {
    private let pattern: RegexPattern
    private let subject: RegexSubject
    private let first: Int
    private let limit: Int
    /// Where the next search begins; nil once there was no further match.
    private var position: Int?
    private var isAfterEmptyMatch = false

    init(_ pattern: RegexPattern, _ subject: RegexSubject, from start: Int, to limit: Int) {
        self.pattern = pattern
        self.subject = subject
        (first, position, self.limit) = (start, start, limit)
    }

    var scriptTypeName: String { "SRE_Scanner" }
    var scriptSummary: String { "<_sre.SRE_Scanner object>" }

    /// - Parameter isAnchored: the match must begin where the one before it ended.
    func next(isAnchored: Bool, _ interpreter: Interpreter) throws -> Value? {
        let mode: RegexProgram.Mode =
            isAnchored ? (isAfterEmptyMatch ? .matchNotEmpty : .match) : (isAfterEmptyMatch ? .searchNotEmpty : .search)
        guard let start = position, start <= limit,
            let places = try pattern.program.match(subject, from: start, to: limit, mode, interpreter)
        else {
            position = nil
            return nil
        }
        position = places[1]
        isAfterEmptyMatch = places[0] == places[1]
        return interpreter.value(of: RegexMatch(pattern, subject, places, first, limit))
    }

    static func type(_ context: RegexContext) -> NativeType {
        func native(_ name: String, _ doc: String, isAnchored: Bool) -> Native {
            Native("\(name)(self, /)", doc) { call in
                let scanner = try call.host(0, as: RegexScanner.self)
                return try context.converting(call.interpreter) { try scanner.next(isAnchored: isAnchored, call.interpreter) ?? .none }
            }
        }
        return NativeType(
            "SRE_Scanner", doc: "The matches of a pattern in a text, one after the other.", module: "_sre",
            methods: [
                native("search", "The next match anywhere, or None.", isAnchored: false),
                native("match", "The next match where the last one ended, or None.", isAnchored: true),
            ],
            properties: [
                NativeProperty(
                    "pattern", "The pattern.",
                    get: { call in call.interpreter.value(of: try call.host(0, as: RegexScanner.self).pattern) })
            ], isInheritable: false)
    }
}
