import ScriptRuntime

/// What patterns and matches can do, for their methods and for the functions of the module.
enum RegexMethods {
    private static func clamp(_ pattern: RegexPattern, _ subject: RegexSubject, _ start: Int, _ end: Int?) -> (Int, Int) {
        let limit = min(max(end ?? .max, 0), subject.text.count)
        return (min(max(start, 0), subject.text.count), limit)
    }

    static func find(
        _ pattern: RegexPattern, _ text: Value, _ start: Int, _ end: Int?, _ mode: RegexProgram.Mode, _ interpreter: Interpreter
    ) throws -> Value {
        let subject = try pattern.subject(text, interpreter)
        let (position, limit) = clamp(pattern, subject, start, end)
        guard position <= limit, let places = try pattern.program.match(subject, from: position, to: limit, mode, interpreter) else {
            return .none
        }
        return interpreter.value(of: RegexMatch(pattern, subject, places, position, limit))
    }

    static func findAll(_ pattern: RegexPattern, _ text: Value, _ start: Int, _ end: Int?, _ interpreter: Interpreter) throws -> Value {
        let subject = try pattern.subject(text, interpreter)
        let (position, limit) = clamp(pattern, subject, start, end)
        let empty = subject.value(.empty)
        let list = ListObject()
        func part(_ places: [Int], _ group: Int) -> Value {
            places[group * 2] < 0 ? empty : subject.value(places[group * 2], places[group * 2 + 1])
        }
        try pattern.forEachMatch(subject, from: position, to: limit, interpreter) { places in
            try interpreter.charge(bytes: 64 + places[1] - places[0])
            switch pattern.program.groups {
            case 0: try interpreter.append(part(places, 0), to: list)
            case 1: try interpreter.append(part(places, 1), to: list)
            default:
                try interpreter.charge(count: pattern.program.groups, of: 80)
                try interpreter.append(.tuple((1...pattern.program.groups).map { part(places, $0) }), to: list)
            }
            return true
        }
        return .list(list)
    }

    static func iterate(
        _ pattern: RegexPattern, _ text: Value, _ start: Int, _ end: Int?, _ context: RegexContext, _ interpreter: Interpreter
    ) throws -> Value {
        let subject = try pattern.subject(text, interpreter)
        let (first, limit) = clamp(pattern, subject, start, end)
        let scanner = RegexScanner(pattern, subject, from: first, to: limit)
        return .iterator(
            ClosureIterator("callable_iterator") { interpreter in
                try context.converting(interpreter) { try scanner.next(isAnchored: false, interpreter) }
            })
    }

    static func split(_ pattern: RegexPattern, _ text: Value, _ limit: Int, _ interpreter: Interpreter) throws -> Value {
        let subject = try pattern.subject(text, interpreter)
        let list = ListObject()
        var last = 0
        var count = 0
        try pattern.forEachMatch(subject, from: 0, to: subject.text.count, interpreter) { places in
            if limit > 0 && count >= limit || limit < 0 { return false }
            try interpreter.charge(bytes: 64 + places[0] - last)
            try interpreter.append(subject.value(last, places[0]), to: list)
            for group in 1..<max(pattern.program.groups + 1, 1) {
                let part = places[group * 2] < 0 ? Value.none : subject.value(places[group * 2], places[group * 2 + 1])
                try interpreter.append(part, to: list)
            }
            last = places[1]
            count += 1
            return true
        }
        list.append(subject.value(last, subject.text.count))
        return .list(list)
    }

    static func substitute(
        _ pattern: RegexPattern, _ replacement: Value, _ text: Value, _ limit: Int, _ interpreter: Interpreter
    ) throws -> (text: Value, count: Int) {
        var template: RegexTemplate?
        switch interpreter.plain(replacement) {
        case .str(let text): template = try RegexTemplate(text, pattern.program, isBytes: false)
        case .bytes(let bytes): template = try RegexTemplate(.make(latin: bytes.bytes), pattern.program, isBytes: true)
        default:
            if !interpreter.isCallable(replacement) {
                guard let bytes = try interpreter.buffer(replacement) else {
                    // It is looked for among the templates that were read before.
                    _ = try interpreter.hash(replacement)
                    throw Raised.type("decoding to str: need a bytes-like object, \(interpreter.typeName(of: replacement)) found")
                }
                template = try RegexTemplate(.make(latin: bytes), pattern.program, isBytes: true)
            }
        }
        let subject = try pattern.subject(text, interpreter)
        // The pieces of the result so far: CPython joins them, and names the one that is not of the text's kind.
        var pieces = 0
        func mismatch(_ type: String) -> Raised {
            .type("sequence item \(pieces): expected \(pattern.isBytes ? "a bytes-like object" : "str instance"), \(type) found")
        }
        var builder = StrBuilder(capacity: subject.text.count)
        var last = 0
        var count = 0
        try pattern.forEachMatch(subject, from: 0, to: subject.text.count, interpreter) { places in
            if limit > 0 && count >= limit || limit < 0 { return false }
            try interpreter.requireRoom(for: places[0] - last, width: subject.text.width, in: builder)
            builder.append(subject.text, from: last, to: places[0])
            if places[0] > last { pieces += 1 }
            let before = builder.count
            if let template {
                if template.isBytes != pattern.isBytes, template.hasText { throw mismatch(interpreter.typeName(of: replacement)) }
                let size = template.size(places)
                try interpreter.requireRoom(for: size.count, width: max(size.width, subject.text.width), in: builder)
                template.expand(places, subject.text, into: &builder)
            } else {
                let match = RegexMatch(pattern, subject, places, 0, subject.text.count)
                switch interpreter.plain(try interpreter.call(replacement, [interpreter.value(of: match)])) {
                case .str(let text) where !pattern.isBytes: try interpreter.append(text, to: &builder)
                case .bytes(let bytes) where pattern.isBytes: builder.append(.make(latin: bytes.bytes))
                case .none: pieces -= 1
                case let other:
                    guard pattern.isBytes, let bytes = try interpreter.buffer(other) else { throw mismatch(interpreter.typeName(of: other)) }
                    try interpreter.append(.make(latin: bytes), to: &builder)
                }
            }
            pieces += 1
            try interpreter.charge(bytes: builder.count - before)
            last = places[1]
            count += 1
            return true
        }
        if count == 0 { return (subject.isUnchanged(text) ? text : subject.value(subject.text), 0) }
        builder.append(subject.text, from: last, to: subject.text.count)
        return (subject.value(builder.finish()), count)
    }

    // MARK: - Pattern

    static func patternType(_ context: RegexContext) -> NativeType {
        func own(_ call: Call) throws -> RegexPattern { try call.host(0, as: RegexPattern.self) }
        func native(_ declaration: String, _ doc: String, _ body: @escaping (RegexPattern, Call) throws -> Value) -> Native {
            Native(declaration, doc) { call in
                try context.converting(call.interpreter) { try body(own(call), call) }
            }
        }
        func scanner(_ pattern: RegexPattern, _ call: Call) throws -> Value {
            let subject = try pattern.subject(call[1], call.interpreter)
            let (first, limit) = clamp(pattern, subject, try call.int(2), try call.optionalInt(3))
            return call.interpreter.value(of: RegexScanner(pattern, subject, from: first, to: limit))
        }
        func finder(_ name: String, _ mode: RegexProgram.Mode, _ doc: String) -> Native {
            native("\(name)(self, string, pos=0, endpos=None)", doc) { pattern, call in
                try find(pattern, call[1], call.int(2), call.optionalInt(3), mode, call.interpreter)
            }
        }
        return NativeType(
            "Pattern", doc: "Compiled regular expression object.", module: "re",
            methods: [
                finder("search", .search, "Scan through string looking for a match, and return a corresponding match object instance."),
                finder("match", .match, "Matches zero or more characters at the beginning of the string."),
                finder("fullmatch", .fullMatch, "Matches against all of the string."),
                native("findall(self, string, pos=0, endpos=None)", "Return a list of all non-overlapping matches of pattern in string.") {
                    pattern, call in
                    try findAll(pattern, call[1], call.int(2), call.optionalInt(3), call.interpreter)
                },
                native(
                    "finditer(self, string, pos=0, endpos=None)", "Return an iterator over all non-overlapping matches for the RE pattern in string."
                ) { pattern, call in
                    try iterate(pattern, call[1], call.int(2), call.optionalInt(3), context, call.interpreter)
                },
                native("scanner(self, string, pos=0, endpos=None)", "The matches in string, one after the other.", scanner),
                native("split(self, string, maxsplit=0)", "Split string by the occurrences of pattern.") { pattern, call in
                    try split(pattern, call[1], call.int(2), call.interpreter)
                },
                native(
                    "sub(self, repl, string, count=0)",
                    "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl."
                ) { pattern, call in
                    try substitute(pattern, call[1], call[2], call.int(3), call.interpreter).text
                },
                native("subn(self, repl, string, count=0)", "Return the tuple (new_string, number_of_subs_made).") { pattern, call in
                    let result = try substitute(pattern, call[1], call[2], call.int(3), call.interpreter)
                    return .tuple([result.text, .int(result.count)])
                },
            ],
            properties: [
                NativeProperty("pattern", "The pattern string.", get: { try own($0).pattern }),
                NativeProperty("flags", "The flags of the pattern.", get: { .int(try own($0).program.flags.rawValue) }),
                NativeProperty("groups", "The number of groups.", get: { .int(try own($0).program.groups) }),
                NativeProperty(
                    "groupindex", "The numbers of the named groups.",
                    get: { call in
                        let dict = DictObject()
                        for (name, number) in try own(call).program.names { dict[name] = .int(number) }
                        return call.interpreter.value(of: MappingProxy(dict))
                    }),
            ], isInheritable: false)
    }

    // MARK: - Match

    static func matchType(_ context: RegexContext) -> NativeType {
        func own(_ call: Call) throws -> RegexMatch { try call.host(0, as: RegexMatch.self) }
        func place(_ name: String, _ doc: String, _ value: @escaping (RegexMatch, Int) -> Value) -> Native {
            Native("\(name)(self, group=0, /)", doc) { call in
                let match = try own(call)
                return value(match, try match.group(call[1], call.interpreter))
            }
        }
        return NativeType(
            "Match", doc: "The result of re.match() and re.search().", module: "re",
            methods: [
                Native("group(self, /, *groups)", "Return one or more subgroups of the match; 0 is the entire match.") { call in
                    let match = try own(call)
                    let wanted = call.rest(1)
                    if wanted.isEmpty { return try match.value(0, call.interpreter) }
                    let values = try wanted.map { try match.value(match.group($0, call.interpreter), call.interpreter) }
                    return values.count == 1 ? values[0] : .tuple(values)
                },
                Native("groups(self, /, default=None)", "Return a tuple containing all the subgroups of the match, from 1.") { call in
                    let match = try own(call)
                    return .tuple(try (1..<max(match.pattern.program.groups + 1, 1)).map { try match.value($0, or: call[1], call.interpreter) })
                },
                Native("groupdict(self, /, default=None)", "Return a dictionary containing all the named subgroups of the match.") { call in
                    let match = try own(call)
                    let dict = DictObject()
                    for (name, number) in match.pattern.program.names { dict[name] = try match.value(number, or: call[1], call.interpreter) }
                    return .dict(dict)
                },
                place("start", "Return index of the start of the substring matched by group.") { .int($0.places[$1 * 2]) },
                place("end", "Return index of the end of the substring matched by group.") { .int($0.places[$1 * 2 + 1]) },
                place("span", "For match object m, return the 2-tuple (m.start(group), m.end(group)).") {
                    .tuple([.int($0.places[$1 * 2]), .int($0.places[$1 * 2 + 1])])
                },
                Native(
                    "expand(self, /, template)",
                    "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method."
                ) { call in
                    try context.converting(call.interpreter) {
                        let match = try own(call)
                        let text: StrObject
                        switch call.plain(1) {
                        case .str(let given): text = given
                        case .bytes(let bytes): text = .make(latin: bytes.bytes)
                        default: throw Raised.type("decoding to str: need a bytes-like object, \(call.interpreter.typeName(of: call[1])) found")
                        }
                        let template = try RegexTemplate(text, match.pattern.program, isBytes: match.subject.isBytes)
                        var builder = StrBuilder()
                        template.expand(match.places, match.subject.text, into: &builder)
                        return match.subject.value(builder.finish())
                    }
                },
                Native("__bool__(self, /)", "A match is always true.") { _ in .true },
            ],
            properties: [
                NativeProperty("pos", "The index at which the search started.", get: { .int(try own($0).position) }),
                NativeProperty("endpos", "The index beyond which the search did not go.", get: { .int(try own($0).limit) }),
                NativeProperty(
                    "string", "The string that was searched.",
                    get: { try own($0).subject.origin }),
                NativeProperty("re", "The pattern.", get: { $0.interpreter.value(of: try own($0).pattern) }),
                NativeProperty(
                    "lastindex", "The number of the last matched group, or None.",
                    get: { call in
                        let match = try own(call)
                        return match.pattern.program.lastGroup(match.places).map { .int($0) } ?? .none
                    }),
                NativeProperty(
                    "lastgroup", "The name of the last matched group, or None.",
                    get: { call in
                        let match = try own(call)
                        guard let number = match.pattern.program.lastGroup(match.places),
                            let name = match.pattern.program.names.first(where: { $0.number == number })?.name
                        else { return .none }
                        return .str(name)
                    }),
                NativeProperty(
                    "regs", "The spans of all groups.",
                    get: { call in
                        let match = try own(call)
                        return .tuple(
                            (0...match.pattern.program.groups).map {
                                .tuple([.int(match.places[$0 * 2]), .int(match.places[$0 * 2 + 1])])
                            })
                    }),
            ], isInheritable: false)
    }
}
