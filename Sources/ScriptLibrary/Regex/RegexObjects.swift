import ScriptRuntime

/// `re.Pattern`.
final class RegexPattern: HostObject, HostHashable, HostComparable {
    let source: StrObject
    let isBytes: Bool
    let program: RegexProgram
    private let cache: RegexModule.Cache

    init(_ source: StrObject, isBytes: Bool, _ program: RegexProgram, _ cache: RegexModule.Cache) {
        self.source = source
        self.isBytes = isBytes
        self.program = program
        self.cache = cache
    }

    var scriptTypeName: String { "Pattern" }

    var pattern: Value { isBytes ? .bytes(BytesObject(source.units.map { UInt8(truncatingIfNeeded: $0) })) : .str(source) }

    /// At most 200 characters of the pattern are shown, as in CPython.
    var scriptSummary: String {
        let shown = isBytes ? Quoting.repr(source.units.map { UInt8(truncatingIfNeeded: $0) }) : Quoting.repr(source)
        var flags = program.flags
        if !isBytes { flags.remove(.unicode) }
        var names: [String] = []
        // In the order of their numbers, but for two.
        for flag: RegexFlags in [.template, .ignoreCase, .locale, .multiline, .dotAll, .unicode, .verbose, .debug, .ascii] {
            if flags.remove(flag) != nil, let name = RegexFlagType.names.first(where: { $0.flag == flag })?.name { names.append("re." + name) }
        }
        if !flags.isEmpty { names.append("0x" + String(flags.rawValue, radix: 16)) }
        let list = names.joined(separator: "|")
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
        if let last = cache.subject, last.isBytes == isBytes, last.isUnchanged(value) { return last }
        let subject: RegexSubject
        if case .str(let text) = interpreter.plain(value) {
            if isBytes { throw Raised.type("cannot use a bytes pattern on a string-like object") }
            try interpreter.charge(count: text.count, of: 4)
            subject = RegexSubject(value, text, isBytes: false)
        } else {
            guard let bytes = try interpreter.buffer(value) else {
                throw Raised.type("expected string or bytes-like object, got '\(interpreter.typeName(of: value))'")
            }
            if !isBytes { throw Raised.type("cannot use a string pattern on a bytes-like object") }
            try interpreter.charge(count: bytes.count, of: 4)
            subject = RegexSubject(value, .make(latin: bytes), isBytes: true)
        }
        cache.subject = subject
        return subject
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
            } else {
                // It is looked for among the names, if there are any.
                if !pattern.program.names.isEmpty { _ = try interpreter.hash(value) }
            }
        }
        throw Raised.index("no such group")
    }

    func value(_ group: Int, or missing: Value = .none, _ interpreter: Interpreter) throws -> Value {
        places[group * 2] < 0 ? missing : try subject.current(places[group * 2], places[group * 2 + 1], interpreter)
    }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value { try value(group(index, interpreter), interpreter) }
}
