import ScriptRuntime

/// `json`.
enum JSONModule {
    static func module(_ interpreter: Interpreter) -> NativeModule {
        let error = errorType(interpreter)
        let encoder = interpreter.define(encoderType)
        return NativeModule(
            "json", doc: "JSON encoder and decoder.",
            functions: [
                Native("dumps(obj, *, \(options))", "Serialize obj to a JSON formatted str.") { call in
                    .str(try dump(call, 0, 1))
                },
                Native("dump(obj, fp, *, \(options))", "Serialize obj as a JSON formatted stream to fp.") { call in
                    _ = try call.interpreter.callMethod(call[1], named: "write", [.str(dump(call, 0, 2))])
                    return .none
                },
                Native(
                    "loads(s, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None)",
                    "Deserialize s (a str or bytes containing a JSON document) to a Python object."
                ) { call in
                    try load(call[0], call, 1, error)
                },
                Native(
                    "load(fp, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None)",
                    "Deserialize fp (a file object containing a JSON document) to a Python object."
                ) { call in
                    try load(call.interpreter.callMethod(call[0], named: "read"), call, 1, error)
                },
            ],
            members: { _ in [("JSONDecodeError", .type(error)), ("JSONEncoder", .type(encoder))] })
    }

    private static let options =
        "skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False"

    // MARK: - Writing

    private static func dump(_ call: Call, _ object: Int, _ first: Int) throws -> StrObject {
        let interpreter = call.interpreter
        var writer = JSONWriter(interpreter)
        writer.skipsKeys = try call.truth(first)
        writer.ensuresASCII = try call.truth(first + 1)
        writer.allowsNaN = try call.truth(first + 3)
        writer.fallback = call[first + 7]
        writer.sortsKeys = try call.truth(first + 8)
        try writer.set(indent: call[first + 5], separators: call[first + 6])
        if !call[first + 4].isNone, writer.fallback.isNone {
            writer.fallback = try interpreter.attribute(interpreter.call(call[first + 4]), "default")
        }
        try writer.write(call[object])
        return writer.finish()
    }

    private static var encoderType: NativeType {
        NativeType(
            "JSONEncoder", doc: "Encoder with a default() method to override.", module: "json.encoder",
            methods: [
                Native("__init__(self, *args, **kwargs)", "Initialize self.") { _ in .none },
                Native("default(self, o, /)", "Called for objects that cannot be serialized otherwise.") { call in
                    throw JSONWriter.notSerializable(call[1], call.interpreter)
                },
                Native("encode(self, o, /)", "Return a JSON string representation of a Python data structure.") { call in
                    var writer = JSONWriter(call.interpreter)
                    writer.fallback = try call.interpreter.attribute(call[0], "default")
                    try writer.write(call[1])
                    return .str(writer.finish())
                },
            ], isHost: false)
    }

    // MARK: - Reading

    private static func errorType(_ interpreter: Interpreter) -> TypeObject {
        interpreter.define(
            NativeType(
                "JSONDecodeError", doc: "Subclass of ValueError with the place of the error.",
                base: interpreter.types.exception(.valueError), module: "json.decoder",
                methods: [
                    Native("__init__(self, msg, doc, pos)", "Initialize self.") { call in
                        let document = try call.str(2)
                        let position = try call.int(3)
                        let place = JSONModule.place(position, in: document)
                        let text = "\(try call.string(1)): line \(place.line) column \(place.column) (char \(position))"
                        try call.interpreter.setAttribute(call[0], "args", .tuple([.str(text)]))
                        let attributes: [(Symbol, Value)] = [
                            ("msg", call[1]), ("doc", call[2]), ("pos", call[3]), ("lineno", .int(place.line)), ("colno", .int(place.column)),
                        ]
                        for (name, value) in attributes { try call.interpreter.setAttribute(call[0], name, value) }
                        return .none
                    }
                ]))
    }

    static func place(_ position: Int, in document: StrObject) -> (line: Int, column: Int) {
        let end = min(position, document.count)
        let line = document.count(of: .character(10), from: 0, to: end)
        let last = document.lastIndex(of: .character(10), from: 0, to: end)
        return (line + 1, position - (last ?? -1))
    }

    private static func load(_ source: Value, _ call: Call, _ first: Int, _ error: TypeObject) throws -> Value {
        let interpreter = call.interpreter
        let text: StrObject
        switch interpreter.plain(source) {
        case .str(let given):
            text = given
            if text.count > 0, text[0] == 0xFEFF {
                throw try JSONReader.failure("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0, error, interpreter)
            }
        case .bytes(let bytes):
            text = try Codec.decode(bytes.bytes, encoding(of: bytes.bytes), "surrogatepass", interpreter)
        default:
            throw Raised.type("the JSON object must be str, bytes or bytearray, not \(interpreter.typeName(of: source))")
        }
        var reader = JSONReader(text, error, interpreter)
        reader.objectHook = call[first + 1]
        reader.parseFloat = call[first + 2]
        reader.parseInt = call[first + 3]
        reader.parseConstant = call[first + 4]
        reader.pairsHook = call[first + 5]
        return try reader.read()
    }

    private static func encoding(of bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "utf-8-sig" }
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "utf-32" }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "utf-16" }
        if bytes.count >= 4 {
            if bytes[0] == 0 { return bytes[1] == 0 ? "utf-32-be" : "utf-16-be" }
            if bytes[1] == 0 { return bytes[2] != 0 || bytes[3] != 0 ? "utf-16-le" : "utf-32-le" }
        } else if bytes.count == 2 {
            if bytes[0] == 0 { return "utf-16-be" }
            if bytes[1] == 0 { return "utf-16-le" }
        }
        return "utf-8"
    }
}
