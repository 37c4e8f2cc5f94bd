import ScriptRuntime

/// The attributes and messages of `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`.
enum CodecErrors {
    static func install(in interpreter: Interpreter) {
        for kind in [ExceptionKind.unicodeEncodeError, .unicodeDecodeError, .unicodeTranslateError] {
            // A translation is of text to text: it has no encoding.
            let names = Array(["encoding", "object", "start", "end", "reason"].dropFirst(kind == .unicodeTranslateError ? 1 : 0))
            interpreter.extend(interpreter.types.exception(kind)) {
                NativeType(
                    kind.rawValue,
                    methods: [
                        Native("__init__(self, /, *args)", "Initialize self.") { try initialize($0, kind, names) },
                        Native("__str__(self, /)", "Return str(self).") { .str(try message($0, kind)) },
                    ],
                    properties: names.enumerated().map { index, name in
                        let property = Interpreter.detail(name, "A part of the error.") { instance in
                            // One that a codec raised has it in its arguments only.
                            if let arguments = instance.exceptionArguments, arguments.count == names.count { return arguments[index] }
                            return name == "start" || name == "end" ? .int(0) : .none
                        }
                        guard name == "start" || name == "end" else { return property }
                        return NativeProperty(
                            name, property.doc, get: property.get,
                            set: { call in
                                if case .instance(let instance) = call[0] { call.interpreter.setDetail(instance, name, .int(try call.int(1))) }
                                return .none
                            }, delete: { _ in throw Raised.type("can't delete numeric/char attribute") })
                    })
            }
        }
    }

    private static func initialize(_ call: Call, _ kind: ExceptionKind, _ names: [String]) throws -> Value {
        var given = call.rest(1)
        guard given.count == names.count else {
            throw Raised.type("function takes exactly \(names.count) arguments (\(given.count) given)")
        }
        for (place, name) in names.enumerated() {
            switch name {
            case "start", "end": given[place] = .int(try call.interpreter.index(given[place]))
            case "object" where kind == .unicodeDecodeError:
                guard let bytes = try call.interpreter.buffer(given[place]) else {
                    throw Raised.type("a bytes-like object is required, not '\(call.interpreter.typeName(of: given[place]))'")
                }
                given[place] = .bytes(BytesObject(bytes))
            default:
                guard case .str = call.interpreter.plain(given[place]) else {
                    throw Raised.type("argument \(place + 1) must be str, not \(call.shortTypeName(given[place]))")
                }
            }
        }
        if case .instance(let instance) = call[0] { call.interpreter.setDetails(instance, Array(zip(names, given))) }
        return .none
    }

    private static func message(_ call: Call, _ kind: ExceptionKind) throws -> String {
        let interpreter = call.interpreter
        func part(_ name: String) throws -> Value { try interpreter.attribute(call[0], Symbol(name)) }
        let object = interpreter.plain(try part("object"))
        if object.isNone { return "" }
        let (start, end) = (try interpreter.index(part("start")), try interpreter.index(part("end")))
        let reason = try interpreter.str(part("reason")).string
        let verb = kind == .unicodeDecodeError ? "decode" : kind == .unicodeEncodeError ? "encode" : "translate"
        let codec = kind == .unicodeTranslateError ? "" : "'\(try interpreter.str(part("encoding")).string)' codec "
        let isSingle = start >= 0 && end == start &+ 1
        var what = (kind == .unicodeDecodeError ? "bytes" : "characters") + " in position \(start)-\(end &- 1)"
        switch object {
        case .bytes(let bytes) where isSingle && start < bytes.count:
            let hex = String(bytes.bytes[start], radix: 16)
            what = "byte 0x\(hex.utf8.count < 2 ? "0" : "")\(hex) in position \(start)"
        case .str(let text) where isSingle && start < text.count:
            what = "character '\(Quoting.escape(text[start]))' in position \(start)"
        default: break
        }
        return "\(codec)can't \(verb) \(what): \(reason)"
    }
}
