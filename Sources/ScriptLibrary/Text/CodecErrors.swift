import ScriptRuntime

/// The attributes and messages of `UnicodeEncodeError` and `UnicodeDecodeError`.
enum CodecErrors {
    static func install(in interpreter: Interpreter) {
        installTranslation(in: interpreter)
        for (kind, isDecoding) in [(ExceptionKind.unicodeEncodeError, false), (.unicodeDecodeError, true)] {
            interpreter.extend(interpreter.types.exception(kind)) {
                NativeType(
                    kind.rawValue,
                    methods: [
                        Native("__init__(self, /, *args)", "Initialize self.") { call in
                            let given = call.rest(1)
                            guard given.count == 5 else { throw Raised.type("function takes exactly 5 arguments (\(given.count) given)") }
                            for (place, isBytes) in [(0, false), (1, isDecoding), (4, false)] {
                                switch call.interpreter.plain(given[place]) {
                                case .str where !isBytes: break
                                case .bytes where isBytes: break
                                default:
                                    let kind = call.shortTypeName(given[place])
                                    throw Raised.type(
                                        isBytes
                                            ? "a bytes-like object is required, not '\(call.interpreter.typeName(of: given[place]))'"
                                            : "argument \(place + 1) must be str, not \(kind)")
                                }
                            }
                            for place in [2, 3] { _ = try call.interpreter.index(given[place]) }
                            return .none
                        },
                        Native("__str__(self, /)", "Return str(self).") { .str(try message($0, isDecoding: isDecoding)) },
                    ],
                    properties: ["encoding", "object", "start", "end", "reason"].enumerated().map { index, name in
                        NativeProperty(name, "A part of the error.", get: { try arguments($0)[index] })
                    })
            }
        }
    }

    /// `UnicodeTranslateError(object, start, end, reason)`
    static func installTranslation(in interpreter: Interpreter) {
        func parts(_ call: Call) throws -> [Value] {
            guard case .tuple(let arguments) = try call.interpreter.attribute(call[0], "args"), arguments.count == 4 else {
                throw Raised.attribute("the error was not made by a translation")
            }
            return arguments.items
        }
        interpreter.extend(interpreter.types.exception(.unicodeTranslateError)) {
            NativeType(
                "UnicodeTranslateError",
                methods: [
                    Native("__init__(self, /, *args)", "Initialize self.") { call in
                        let given = call.rest(1)
                        guard given.count == 4 else { throw Raised.type("function takes exactly 4 arguments (\(given.count) given)") }
                        for place in [0, 3] {
                            guard case .str = call.interpreter.plain(given[place]) else {
                                throw Raised.type("argument \(place + 1) must be str, not \(call.shortTypeName(given[place]))")
                            }
                        }
                        for place in [1, 2] { _ = try call.interpreter.index(given[place]) }
                        return .none
                    },
                    Native("__str__(self, /)", "Return str(self).") { call in
                        let parts = try parts(call)
                        let (start, end) = (try call.interpreter.index(parts[1]), try call.interpreter.index(parts[2]))
                        let reason = try call.interpreter.str(parts[3]).string
                        if end == start + 1, case .str(let text) = call.interpreter.plain(parts[0]), start >= 0, start < text.count {
                            return .str("can't translate character '\(Quoting.escape(text[start]))' in position \(start): \(reason)")
                        }
                        return .str("can't translate characters in position \(start)-\(end &- 1): \(reason)")
                    },
                ],
                properties: ["object", "start", "end", "reason"].enumerated().map { index, name in
                    NativeProperty(name, "A part of the error.", get: { try parts($0)[index] })
                })
        }
    }

    private static func arguments(_ call: Call) throws -> [Value] {
        guard case .tuple(let arguments) = try call.interpreter.attribute(call[0], "args"), arguments.count == 5 else {
            throw Raised.attribute("the error was not made by a codec")
        }
        return arguments.items
    }

    private static func message(_ call: Call, isDecoding: Bool) throws -> String {
        let interpreter = call.interpreter
        guard let parts = try? arguments(call), case .int(let start) = parts[2], case .int(let end) = parts[3] else {
            return try interpreter.str(interpreter.attribute(call[0], "args")).string
        }
        let (name, reason) = (try interpreter.str(parts[0]).string, try interpreter.str(parts[4]).string)
        if isDecoding {
            if end == start + 1, case .bytes(let bytes) = interpreter.plain(parts[1]), start >= 0, start < bytes.count {
                let hex = String(bytes.bytes[start], radix: 16)
                return "'\(name)' codec can't decode byte 0x\(hex.utf8.count < 2 ? "0" : "")\(hex) in position \(start): \(reason)"
            }
            return "'\(name)' codec can't decode bytes in position \(start)-\(end - 1): \(reason)"
        }
        if end == start + 1, case .str(let text) = interpreter.plain(parts[1]), start >= 0, start < text.count {
            return "'\(name)' codec can't encode character '\(Quoting.escape(text[start]))' in position \(start): \(reason)"
        }
        return "'\(name)' codec can't encode characters in position \(start)-\(end - 1): \(reason)"
    }
}
