import ScriptRuntime

/// `re`.
enum RegexModule {
    /// Compiled patterns are kept for the session, the oldest forgotten first.
    final class Cache {
        struct Key: Hashable {
            let source: StrObject
            let isBytes: Bool
            let flags: RegexFlags
        }

        private var known: [Key: RegexPattern] = [:]
        private var order: [Key] = []
        /// The text of the last search: programs look at one text many times.
        var subject: RegexSubject?

        subscript(key: Key) -> RegexPattern? {
            get { known[key] }
            set {
                if known[key] == nil { order.append(key) }
                known[key] = newValue
                if order.count > 512 { known[order.removeFirst()] = nil }
            }
        }

        func clear() {
            known.removeAll()
            order.removeAll()
            subject = nil
        }
    }

    static func module(_ interpreter: Interpreter) -> NativeModule {
        let cache = Cache()
        let error = errorType(interpreter)
        let context = RegexContext(cache: cache, error: error)
        let pattern = interpreter.define(RegexMethods.patternType(context))
        let match = interpreter.define(RegexMethods.matchType(context))
        interpreter.define(RegexScanner.type(context))
        return NativeModule(
            "re", doc: "Regular expression operations.", functions: functions(context),
            members: { interpreter in
                RegexFlagType.install(in: interpreter)
                    + [("error", .type(error)), ("Pattern", .type(pattern)), ("Match", .type(match))]
            })
    }

    private static func errorType(_ interpreter: Interpreter) -> TypeObject {
        interpreter.define(
            NativeType(
                "error", doc: "Exception raised for invalid regular expressions.", base: interpreter.types.exception(.exception),
                module: "re",
                methods: [
                    Native("__init__(self, msg, pattern=None, pos=None)", "Initialize self.") { call in
                        // Any object may be the message while no place is told.
                        var shown = call[1]
                        var line = Value.none
                        var column = Value.none
                        let source: StrObject?
                        switch call.plain(2) {
                        case .str(let text): source = text
                        case .bytes(let bytes): source = .make(latin: bytes.bytes)
                        default: source = nil
                        }
                        if let source, let position = try call.optionalInt(3) {
                            var text = try call.string(1) + " at position \(position)"
                            let place = JSONModule.place(position, in: source)
                            (line, column) = (.int(place.line), .int(place.column))
                            if source.place(of: .character(10), from: 0, to: source.count) != nil {
                                text += " (line \(place.line), column \(place.column))"
                            }
                            shown = .str(text)
                        }
                        try call.interpreter.setAttribute(call[0], "args", .tuple([shown]))
                        let attributes: [(Symbol, Value)] = [
                            ("msg", call[1]), ("pattern", call[2]), ("pos", call[3]), ("lineno", line), ("colno", column),
                        ]
                        for (name, value) in attributes { try call.interpreter.setAttribute(call[0], name, value) }
                        return .none
                    }
                ]))
    }

    private static func functions(_ context: RegexContext) -> [Native] {
        func native(
            _ name: String, _ parameters: String, _ flags: Int, _ doc: String,
            _ body: @escaping (RegexPattern, Call) throws -> Value
        ) -> Native {
            Native("\(name)(\(parameters))", doc) { call in
                try context.converting(call.interpreter) {
                    try body(context.pattern(call[0], flags: call[flags], call.interpreter), call)
                }
            }
        }
        return [
            native("compile", "pattern, flags=0", 1, "Compile a regular expression pattern, returning a Pattern object.") { pattern, call in
                if case .host(let box) = call[0], box.object is RegexPattern { return call[0] }
                return call.interpreter.value(of: pattern)
            },
            native(
                "search", "pattern, string, flags=0", 2, "Scan through string looking for a match to the pattern, returning a Match object, or None."
            ) { pattern, call in
                try RegexMethods.find(pattern, call[1], 0, nil, .search, call.interpreter)
            },
            native("match", "pattern, string, flags=0", 2, "Try to apply the pattern at the start of the string, returning a Match object, or None.")
            { pattern, call in
                try RegexMethods.find(pattern, call[1], 0, nil, .match, call.interpreter)
            },
            native("fullmatch", "pattern, string, flags=0", 2, "Try to apply the pattern to all of the string, returning a Match object, or None.") {
                pattern, call in
                try RegexMethods.find(pattern, call[1], 0, nil, .fullMatch, call.interpreter)
            },
            native("findall", "pattern, string, flags=0", 2, "Return a list of all non-overlapping matches in the string.") { pattern, call in
                try RegexMethods.findAll(pattern, call[1], 0, nil, call.interpreter)
            },
            native("finditer", "pattern, string, flags=0", 2, "Return an iterator over all non-overlapping matches in the string.") { pattern, call in
                try RegexMethods.iterate(pattern, call[1], 0, nil, context, call.interpreter)
            },
            native("split", "pattern, string, maxsplit=0, flags=0", 3, "Split the source string by the occurrences of the pattern.") {
                pattern, call in
                try RegexMethods.split(pattern, call[1], call.int(2), call.interpreter)
            },
            native(
                "sub", "pattern, repl, string, count=0, flags=0", 4,
                "Return the string with the leftmost non-overlapping occurrences of the pattern replaced by repl."
            ) { pattern, call in
                try RegexMethods.substitute(pattern, call[1], call[2], call.int(3), call.interpreter).text
            },
            native("subn", "pattern, repl, string, count=0, flags=0", 4, "Return a 2-tuple of the new string and the number of substitutions made.") {
                pattern, call in
                let result = try RegexMethods.substitute(pattern, call[1], call[2], call.int(3), call.interpreter)
                return .tuple([result.text, .int(result.count)])
            },
            Native("escape(pattern)", "Escape special characters in a string.") { call in
                let special = Set("()[]{}?*+-|^$\\.&~# \t\n\r\u{0B}\u{0C}".unicodeScalars.map(\.value))
                func escaped(_ text: StrObject) -> StrObject {
                    var builder = StrBuilder(capacity: text.count * 2)
                    for index in 0..<text.count {
                        if special.contains(text[index]) { builder.append(92) }
                        builder.append(text[index])
                    }
                    return builder.finish()
                }
                switch call.plain(0) {
                case .str(let text): return .str(escaped(text))
                case .bytes(let bytes):
                    return .bytes(BytesObject(escaped(.make(latin: bytes.bytes)).units.map { UInt8(truncatingIfNeeded: $0) }))
                default: throw Raised.type("decoding to str: need a bytes-like object, \(call.interpreter.typeName(of: call[0])) found")
                }
            },
            Native("purge()", "Clear the regular expression cache.") { _ in
                context.cache.clear()
                return .none
            },
        ]
    }
}

/// What all functions of the module share.
final class RegexContext {
    let cache: RegexModule.Cache
    let error: TypeObject

    init(cache: RegexModule.Cache, error: TypeObject) {
        self.cache = cache
        self.error = error
    }

    func pattern(_ value: Value, flags: Value, _ interpreter: Interpreter) throws -> RegexPattern {
        switch interpreter.plain(flags) {
        case .int, .bool, .bigInt: break
        default: throw Raised.type("unsupported operand type(s) for &: '\(interpreter.typeName(of: flags))' and 'RegexFlag'")
        }
        let flags = RegexFlags(rawValue: try interpreter.index(flags))
        if case .host(let box) = value, let pattern = box.object as? RegexPattern {
            if !flags.isEmpty { throw Raised.value("cannot process flags argument with a compiled pattern") }
            return pattern
        }
        let source: StrObject
        let isBytes: Bool
        switch interpreter.plain(value) {
        case .str(let text): (source, isBytes) = (text, false)
        case .bytes(let bytes): (source, isBytes) = (.make(latin: bytes.bytes), true)
        case let other:
            _ = try interpreter.hash(other)
            throw Raised.type("first argument must be string or compiled pattern")
        }
        if case .instance = value { _ = try interpreter.hash(value) }
        let key = RegexModule.Cache.Key(source: source, isBytes: isBytes, flags: flags)
        if let known = cache[key] { return known }
        try interpreter.charge(count: source.count, of: 64)
        do {
            let program = try RegexProgram(source, isBytes: isBytes, flags: flags, interpreter)
            let pattern = RegexPattern(source, isBytes: isBytes, program, cache)
            cache[key] = pattern
            return pattern
        } catch let failure as RegexError {
            throw try raised(failure, pattern: value, interpreter)
        }
    }

    func raised(_ failure: RegexError, pattern: Value, _ interpreter: Interpreter) throws -> Raised {
        let hasPlace = failure.position >= 0
        let pattern = failure.pattern.map { Value.str(.make(units: $0)) } ?? pattern
        let made = try interpreter.call(
            .type(error), [.str(failure.message), hasPlace ? pattern : .none, hasPlace ? .int(failure.position) : .none])
        guard case .instance(let exception) = made else { return .value(failure.message) }
        return Raised(exception: exception)
    }

    /// Turns errors of templates and of the matcher into `re.error`.
    func converting<Result>(_ interpreter: Interpreter, pattern: Value = .none, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let failure as RegexError { throw try raised(failure, pattern: pattern, interpreter) }
    }
}
