import ScriptRuntime

/// The attributes and messages of `UnicodeEncodeError` and `UnicodeDecodeError`.
enum CodecErrors {
    static func install(in interpreter: Interpreter) {
        for (kind, isDecoding) in [(ExceptionKind.unicodeEncodeError, false), (.unicodeDecodeError, true)] {
            interpreter.extend(interpreter.types.exception(kind)) {
                NativeType(
                    kind.rawValue,
                    methods: [Native("__str__(self, /)", "Return str(self).") { .str(try message($0, isDecoding: isDecoding)) }],
                    properties: ["encoding", "object", "start", "end", "reason"].enumerated().map { index, name in
                        NativeProperty(name, "A part of the error.", get: { try arguments($0)[index] })
                    })
            }
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
            if end == start + 1, case .bytes(let bytes) = parts[1], start >= 0, start < bytes.count {
                let hex = String(bytes.bytes[start], radix: 16)
                return "'\(name)' codec can't decode byte 0x\(hex.utf8.count < 2 ? "0" : "")\(hex) in position \(start): \(reason)"
            }
            return "'\(name)' codec can't decode bytes in position \(start)-\(end - 1): \(reason)"
        }
        if end == start + 1, case .str(let text) = parts[1], start >= 0, start < text.count {
            return "'\(name)' codec can't encode character '\(Quoting.escape(text[start]))' in position \(start): \(reason)"
        }
        return "'\(name)' codec can't encode characters in position \(start)-\(end - 1): \(reason)"
    }
}
