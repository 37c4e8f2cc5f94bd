import ScriptRuntime

/// `re.Pattern`.
final class RegexPattern: HostObject, HostHashable, HostComparable {
    let source: StrObject
    let isBytes: Bool
    let program: RegexProgram

    init(_ source: StrObject, isBytes: Bool, _ program: RegexProgram) {
        self.source = source
        self.isBytes = isBytes
        self.program = program
    }

    var scriptTypeName: String { "Pattern" }

    var pattern: Value { isBytes ? .bytes(BytesObject(source.units.map { UInt8(truncatingIfNeeded: $0) })) : .str(source) }

    /// At most 200 characters of the pattern are shown, as in CPython.
    var scriptSummary: String {
        let shown = isBytes ? Quoting.repr(source.units.map { UInt8(truncatingIfNeeded: $0) }) : Quoting.repr(source)
        var flags = program.flags
        if !isBytes { flags.remove(.unicode) }
        let names: [(RegexFlags, String)] = [
            (.ignoreCase, "IGNORECASE"), (.locale, "LOCALE"), (.multiline, "MULTILINE"), (.dotAll, "DOTALL"), (.unicode, "UNICODE"),
            (.verbose, "VERBOSE"), (.debug, "DEBUG"), (.ascii, "ASCII"),
        ]
        let list = names.filter { flags.contains($0.0) }.map { "re." + $0.1 }.joined(separator: "|")
        return "re.compile(\(shown.slice(0, min(shown.count, 200)).string)\(list.isEmpty ? "" : ", " + list))"
    }

    func scriptHash(_ interpreter: Interpreter) throws -> Int { source.hashValue ^ program.flags.rawValue }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        guard case .host(let box) = other, let other = box.object as? RegexPattern else { return nil }
        let same = source == other.source && isBytes == other.isBytes && program.flags == other.program.flags
        switch operation {
        case .equal: return .bool(same)
        case .notEqual: return .bool(!same)
        default: return nil
        }
    }

    /// The text to search, of the kind that the pattern is.
    func subject(_ value: Value, _ interpreter: Interpreter) throws -> RegexSubject {
        switch interpreter.plain(value) {
        case .str(let text):
            if isBytes { throw Raised.type("cannot use a bytes pattern on a string-like object") }
            try interpreter.charge(count: text.count, of: 4)
            return RegexSubject(text, isBytes: false)
        case .bytes(let bytes):
            if !isBytes { throw Raised.type("cannot use a string pattern on a bytes-like object") }
            try interpreter.charge(count: bytes.count, of: 4)
            return RegexSubject(.make(latin: bytes.bytes), isBytes: true)
        default: throw Raised.type("expected string or bytes-like object, got '\(interpreter.typeName(of: value))'")
        }
    }

    /// All matches from left to right: an empty one may touch the one before it, but not be at the same place.
    func forEachMatch(
        _ subject: RegexSubject, from start: Int, to limit: Int, _ interpreter: Interpreter, _ body: ([Int]) throws -> Bool
    ) throws {
        var position = start
        var mode = RegexProgram.Mode.search
        while position <= limit, let places = try program.match(subject, from: position, to: limit, mode, interpreter) {
            try interpreter.charge(steps: 1)
            if try !body(places) { return }
            position = places[1]
            mode = places[0] == places[1] ? .searchNotEmpty : .search
        }
    }
}

/// `re.Match`.
final class RegexMatch: HostObject, HostIndexable {
    let pattern: RegexPattern
    let subject: RegexSubject
    let places: [Int]
    let position: Int
    let limit: Int

    init(_ pattern: RegexPattern, _ subject: RegexSubject, _ places: [Int], _ position: Int, _ limit: Int) {
        self.pattern = pattern
        self.subject = subject
        self.places = places
        self.position = position
        self.limit = limit
    }

    var scriptTypeName: String { "Match" }

    var scriptSummary: String {
        let text = subject.text.slice(places[0], places[1])
        let shown = subject.isBytes ? Quoting.repr(text.units.map { UInt8(truncatingIfNeeded: $0) }) : Quoting.repr(text)
        return "<re.Match object; span=(\(places[0]), \(places[1])), match=\(shown.slice(0, min(shown.count, 50)).string)>"
    }

    /// The number of a group given by number or name.
    func group(_ value: Value, _ interpreter: Interpreter) throws -> Int {
        switch interpreter.plain(value) {
        case .str(let name):
            if let known = pattern.program.names.first(where: { $0.name == name.string }) { return known.number }
        case .int(let number):
            if number >= 0, number <= pattern.program.groups { return number }
        case .bool(let value):
            if !value || pattern.program.groups > 0 { return value ? 1 : 0 }
        default:
            if interpreter.method(value, "__index__") != nil {
                let number = Int(clamping: try interpreter.integer(value))
                if number >= 0, number <= pattern.program.groups { return number }
            }
        }
        throw Raised.index("no such group")
    }

    func value(_ group: Int, _ missing: Value = .none) -> Value {
        places[group * 2] < 0 ? missing : subject.value(places[group * 2], places[group * 2 + 1])
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value { value(try group(index, interpreter)) }
}
