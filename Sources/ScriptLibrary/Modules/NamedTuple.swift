import ScriptRuntime

/// `collections.namedtuple`: classes of tuples whose items have names.
enum NamedTuple {
    static func declare(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        let name = try interpreter.str(call[0]).string
        var fields: [String]
        if case .str(let text) = call.plain(1) {
            fields = text.string.split { $0 == "," || $0.isWhitespace }.map(String.init)
        } else {
            fields = try call.items(1).map { try interpreter.str($0).string }
        }
        if try call.truth(2) {
            var seen: Set<String> = []
            for (index, field) in fields.enumerated() {
                if !isUsable(field) || field.hasPrefix("_") || seen.contains(field) { fields[index] = "_\(index)" }
                seen.insert(field)
            }
        }
        try check([name] + fields, rename: call.truth(2), interpreter)
        let defaults = call[3].isNone ? [] : try call.items(3)
        if defaults.count > fields.count { throw Raised.type("Got more default values than field names") }
        let type = try make(name, fields, defaults: defaults, module: "__main__", interpreter)
        // As in CPython, anything may stand there.
        if !call[4].isNone { try interpreter.setAttribute(.type(type), "__module__", call[4]) }
        return .type(type)
    }

    private static let keywords: Set<String> = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
        "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
        "return", "try", "while", "with", "yield",
    ]

    private static func isUsable(_ name: String) -> Bool { StrObject.make(name).isIdentifier && !keywords.contains(name) }

    private static func check(_ names: [String], rename: Bool, _ interpreter: Interpreter) throws {
        for name in names {
            let shown = try interpreter.repr(.str(name)).string
            if !StrObject.make(name).isIdentifier { throw Raised.value("Type names and field names must be valid identifiers: \(shown)") }
            if keywords.contains(name) { throw Raised.value("Type names and field names cannot be a keyword: \(shown)") }
        }
        var seen: Set<String> = []
        for name in names.dropFirst() {
            let shown = try interpreter.repr(.str(name)).string
            if name.hasPrefix("_") && !rename { throw Raised.value("Field names cannot start with an underscore: \(shown)") }
            if !seen.insert(name).inserted { throw Raised.value("Encountered duplicate field name: \(shown)") }
        }
    }

    static func make(
        _ name: String, _ fields: [String], defaults: [Value], module: String, _ interpreter: Interpreter
    ) throws -> TypeObject {
        let type = try interpreter.makeClass(
            name, base: interpreter.types.tuple, module: module, doc: "\(name)(\(fields.joined(separator: ", ")))")
        let binder = FieldBinder(name: name, fields: fields, defaults: defaults)
        interpreter.setConstructor(
            of: type,
            Native("\(name)(*args, **kwargs)", "\(name)(\(fields.joined(separator: ", ")))") { call in
                .tuple(try binder.bind(call.rest(0), call.keywords(1)))
            })
        let names = Value.tuple(fields.map { .str($0) })
        let standards = DictObject()
        for (field, value) in zip(fields.suffix(defaults.count), defaults) { standards[field] = value }
        interpreter.extend(type) {
            NativeType(
                name, methods: methods(fields),
                classMethods: [
                    Native("_make(cls, iterable, /)", "Make a new object from a sequence or iterable.") { call in
                        let items = try call.items(1)
                        guard items.count == fields.count else {
                            throw Raised.type("Expected \(fields.count) arguments, got \(items.count)")
                        }
                        return try call.interpreter.call(call[0], items)
                    }
                ],
                properties: fields.enumerated().map { index, field in
                    NativeProperty(
                        field, "Alias for field number \(index)",
                        get: { call in
                            guard case .tuple(let tuple) = call.plain(0), index < tuple.count else { throw call.mismatch(0, name) }
                            return tuple[index]
                        },
                        set: { _ in throw Raised.attribute("can't set attribute") },
                        delete: { _ in throw Raised.attribute("can't delete attribute") })
                },
                constants: [("_fields", names), ("_field_defaults", .dict(standards)), ("__match_args__", names)])
        }
        return type
    }

    /// A class of the library whose objects are made from one sequence; its repr has the module.
    static func structure(_ name: String, _ fields: [String], module: String, _ interpreter: Interpreter) throws -> TypeObject {
        let doc = "A tuple of \(fields.count) values with names: \(fields.joined(separator: ", "))."
        let type = try interpreter.makeClass(name, base: interpreter.types.tuple, module: module)
        interpreter.setConstructor(
            of: type,
            Native("\(name)(iterable=(), /)", doc) { call in
                let items: [Value]
                do { items = try call.items(0) } catch { throw Raised.type("constructor requires a sequence") }
                guard items.count == fields.count else {
                    let takes = "takes a\(name == "struct_time" ? "n at least" : "") \(fields.count)-sequence"
                    throw Raised.type("\(module).\(name)() \(takes) (\(items.count)-sequence given)")
                }
                return .tuple(items)
            })
        interpreter.extend(type) {
            NativeType(
                name, methods: [shown(fields) { _ in "\(module).\(name)" }],
                properties: fields.enumerated().map { index, field in
                    NativeProperty(field, get: { try items($0)[index] }, set: { _ in throw Raised.attribute("readonly attribute") })
                },
                constants: [("__match_args__", .tuple(fields.map { .str($0) }))])
        }
        return type
    }

    private static func items(_ call: Call) throws -> [Value] {
        guard case .tuple(let tuple) = call.plain(0) else { throw call.mismatch(0, "tuple") }
        return tuple.items
    }

    private static func shown(_ fields: [String], _ name: @escaping (Call) -> String) -> Native {
        Native("__repr__(self, /)", "Return a nicely formatted representation string.") { call in
            try call.interpreter.checkStack()
            let parts = try zip(fields, items(call)).map { "\($0)=\(try call.interpreter.repr($1).string)" }
            return .str("\(name(call))(\(parts.joined(separator: ", ")))")
        }
    }

    private static func methods(_ fields: [String]) -> [Native] {
        [
            shown(fields) { $0.interpreter.type(of: $0[0]).name },
            Native("_asdict(self, /)", "Return a new dict which maps field names to their values.") { call in
                let dict = DictObject()
                for (field, value) in zip(fields, try items(call)) { dict[field] = value }
                return .dict(dict)
            },
            Native("_replace(self, /, **kwds)", "Return a new object replacing specified fields with new values.") { call in
                var values = try items(call)
                var unknown: [Value] = []
                for (name, value) in call.keywords(1) {
                    if let index = fields.firstIndex(of: name) { values[index] = value } else { unknown.append(.str(name)) }
                }
                if !unknown.isEmpty {
                    throw Raised.value("Got unexpected field names: \(try call.interpreter.repr(.list(unknown)).string)")
                }
                return try call.interpreter.call(.type(call.interpreter.type(of: call[0])), values)
            },
        ]
    }
}

/// Puts arguments into fields, with the messages of a Python function of these parameters.
private struct FieldBinder {
    let name: String
    let fields: [String]
    let defaults: [Value]

    func bind(_ arguments: [Value], _ keywords: [(name: String, value: Value)]) throws -> [Value] {
        if arguments.count > fields.count {
            let least = fields.count - defaults.count + 1
            let takes =
                defaults.isEmpty
                ? "\(fields.count + 1) positional argument\(fields.isEmpty ? "" : "s")" : "from \(least) to \(fields.count + 1) positional arguments"
            throw Raised.type("\(name).__new__() takes \(takes) but \(arguments.count + 1) were given")
        }
        var values: [Value?] = arguments + [Value?](repeating: nil, count: fields.count - arguments.count)
        for (keyword, value) in keywords {
            guard let index = fields.firstIndex(of: keyword) else {
                throw Raised.type("\(name).__new__() got an unexpected keyword argument '\(keyword)'")
            }
            if values[index] != nil { throw Raised.type("\(name).__new__() got multiple values for argument '\(keyword)'") }
            values[index] = value
        }
        let firstDefault = fields.count - defaults.count
        var missing: [String] = []
        for index in fields.indices where values[index] == nil {
            if index >= firstDefault { values[index] = defaults[index - firstDefault] } else { missing.append("'\(fields[index])'") }
        }
        if !missing.isEmpty {
            let list =
                missing.count <= 2
                ? missing.joined(separator: " and ") : missing.dropLast().joined(separator: ", ") + ", and " + missing[missing.count - 1]
            throw Raised.type(
                "\(name).__new__() missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): \(list)")
        }
        return values.compactMap { $0 }
    }
}
