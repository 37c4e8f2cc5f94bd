import ScriptRuntime

/// `re.RegexFlag`: whole numbers that show the names of the flags.
enum RegexFlagType {
    /// In the order in which they are shown.
    static let names: [(name: String, letter: String, flag: RegexFlags)] = [
        ("ASCII", "A", .ascii), ("IGNORECASE", "I", .ignoreCase), ("LOCALE", "L", .locale), ("UNICODE", "U", .unicode),
        ("MULTILINE", "M", .multiline), ("DOTALL", "S", .dotAll), ("VERBOSE", "X", .verbose), ("TEMPLATE", "T", .template),
        ("DEBUG", "DEBUG", .debug),
    ]
    /// Those that the language has.
    private static let usable = names.filter { $0.flag != .template && $0.flag != .debug }

    /// The class as the module has it, with its members under both of their names.
    static func install(in interpreter: Interpreter) -> [(name: String, value: Value)] {
        let type = interpreter.define(declaration(interpreter.types.int))
        var members = [(name: "NOFLAG", value: make(type, 0))]
        for (name, letter, flag) in usable {
            let value = make(type, flag.rawValue)
            members += [(name, value), (letter, value)]
        }
        for (name, value) in members { type.set(Symbol(name), value) }
        return members + [("RegexFlag", .type(type))]
    }

    private static func make(_ type: TypeObject, _ flags: Int) -> Value {
        let instance = InstanceObject(type)
        instance.base = .int(flags)
        return .instance(instance)
    }

    /// A negative number stands for all flags but those of its complement.
    private static func normal(_ flags: Int) throws(Raised) -> Int {
        let all = 511
        if flags >= 0 { return flags }
        if flags >= ~all { return all + 1 + flags }
        let width = Int.bitWidth - flags.magnitude.leadingZeroBitCount
        guard width < Int.bitWidth - 1 else { throw Raised(.overflowError, "Python int too large to convert to C int") }
        return 1 << width + flags
    }

    private static func name(_ flags: Int, prefix: String) -> String? {
        if flags == 0 { return prefix + "NOFLAG" }
        let known = names.filter { flags & $0.flag.rawValue != 0 }
        if known.isEmpty { return nil }
        let unknown = flags & ~511
        return (known.map { prefix + $0.name } + (unknown == 0 ? [] : ["0x" + String(unknown, radix: 16)])).joined(separator: "|")
    }

    private static func own(_ call: Call) throws(Raised) -> Int {
        guard case .int(let flags) = call.plain(0) else { throw call.wrongReceiver("__repr__", "RegexFlag") }
        return flags
    }

    private static func shown(_ call: Call) throws -> Value {
        let flags = try own(call)
        return .str(name(flags, prefix: "re.") ?? "re.RegexFlag(\(flags))")
    }

    private static func operation(_ name: String, _ doc: String, _ combine: @escaping (Int, Int) -> Int) -> [Native] {
        ["__\(name)__", "__r\(name)__"].map { method in
            Native("\(method)(self, other, /)", doc) { call in
                let other: Int
                switch call.plain(1) {
                case .int(let flags): other = flags
                case .bool(let flag): other = flag ? 1 : 0
                default: return .notImplemented
                }
                return try make(call.interpreter.type(of: call[0]), normal(combine(own(call), other)))
            }
        }
    }

    private static func declaration(_ base: TypeObject) -> NativeType {
        NativeType(
            "RegexFlag", doc: "The flags of re.compile: whole numbers that are combined with |.", base: base, module: "re",
            constructor: Native("RegexFlag(value, /)", "The flags that a number stands for.") { call in
                switch call.plain(0) {
                case .int(let flags): return .int(try normal(flags))
                case .bool(let flag): return .int(flag ? 1 : 0)
                default: throw Raised.value("\(try call.interpreter.repr(call[0]).string) is not a valid RegexFlag")
                }
            },
            methods: operation("or", "Both flags.", |) + operation("and", "The flags of both.", &)
                + operation("xor", "The flags of one of them only.", ^) + [
                    Native("__invert__(self, /)", "All other flags.") { call in
                        try make(call.interpreter.type(of: call[0]), normal(~own(call)))
                    },
                    Native("__repr__(self, /)", "Return repr(self).", shown),
                    Native("__str__(self, /)", "Return str(self).", shown),
                ],
            properties: [
                NativeProperty("name", "The name of the flag.", get: { name(try own($0), prefix: "").map { .str($0) } ?? .none }),
                NativeProperty("value", "The flag as a plain number.", get: { .int(try own($0)) }),
            ], isHost: false, isInheritable: false)
    }
}
