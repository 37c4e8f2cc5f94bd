import Foundation
import ScriptRuntime

/// `sys`.
enum SystemModule {
    static func module(_ state: LibraryState) -> NativeModule {
        NativeModule(
            "sys", doc: "What the program knows of its run.",
            functions: [
                Native("exit(status=None, /)", "Exit the program by raising SystemExit(status).") { call in
                    throw call[0].isNone ? Raised(.systemExit, "") : Raised(.systemExit, arguments: [call[0]])
                },
                Native("exc_info()", "Return the class, the object and the traceback of the exception being handled, or three times None.") { call in
                    let exception = call.interpreter.exceptionInHand
                    if exception.isNone { return .tuple([.none, .none, .none]) }
                    let trace = try call.interpreter.attribute(exception, "__traceback__")
                    return .tuple([.type(call.interpreter.type(of: exception)), exception, trace])
                },
                Native("getrecursionlimit()", "Return the maximum depth of calls.") { .int($0.interpreter.recursionLimit) },
                Native("setrecursionlimit(limit, /)", "Set the maximum depth of calls, up to what the host allows.") { call in
                    let limit = try call.int(0)
                    if limit < 1 { throw Raised.value("recursion limit must be greater or equal than 1") }
                    call.interpreter.recursionLimit = limit
                    return .none
                },
                Native("getsizeof(object, default=None)", "Return the size of object in bytes, estimated.") { call in
                    switch call.plain(0) {
                    case .str(let text): return .int(49 + text.count * text.width)
                    case .bytes(let bytes): return .int(33 + bytes.count)
                    case .list(let list): return .int(56 + list.count * 16)
                    case .tuple(let tuple): return .int(40 + tuple.count * 16)
                    case .dict(let dict): return .int(64 + dict.count * 48)
                    case .set(let set): return .int(64 + set.count * 32)
                    default: return .int(32)
                    }
                },
                Native("intern(string, /)", "Return the string itself: equal strings need no interning here.") { $0[0] },
                Native("getdefaultencoding()", "Return the current default encoding.") { _ in .str("utf-8") },
                Native("getfilesystemencoding()", "Return the encoding of file names.") { _ in .str("utf-8") },
                Native("get_int_max_str_digits()", "Return the maximum string digits limit for non-binary int<->str conversions.") { _ in
                    .int(IntText.digitLimit)
                },
            ],
            members: { interpreter in
                let info = try record(
                    "version_info",
                    [("major", .int(3)), ("minor", .int(11)), ("micro", .int(0)), ("releaselevel", .str("final")), ("serial", .int(0))], interpreter)
                let floats = try record(
                    "float_info",
                    [
                        ("max", .float(.greatestFiniteMagnitude)), ("max_exp", .int(1024)), ("max_10_exp", .int(308)),
                        ("min", .float(.leastNormalMagnitude)), ("min_exp", .int(-1021)), ("min_10_exp", .int(-307)), ("dig", .int(15)),
                        ("mant_dig", .int(53)), ("epsilon", .float(.ulpOfOne)), ("radix", .int(2)), ("rounds", .int(1)),
                    ], interpreter)
                let names = try NamedTuple.make("namespace", ["name", "version"], defaults: [], module: "sys", interpreter)
                let implementation = try interpreter.call(.type(names), [.str("carpedm"), info])
                return [
                    ("implementation", implementation), ("argv", .list(state.options.arguments.map { .str($0) })), ("stdout", state.output),
                    ("stderr", state.errorOutput),
                    ("stdin", state.input), ("__stdout__", state.output), ("__stderr__", state.errorOutput), ("maxsize", .int(.max)),
                    ("float_info", floats), ("float_repr_style", .str("short")), ("hexversion", .int(0x030B_00F0)),
                    ("maxunicode", .int(0x10FFFF)), ("version_info", info), ("version", .str("3.11 (carpedm)")), ("byteorder", .str("little")),
                    ("platform", .str(platform)), ("path", .list([.str("")])), ("executable", .str(CommandLine.arguments.first ?? "")),
                ]
            })
    }

    /// A tuple whose items have names, and a repr with the module.
    private static func record(_ name: String, _ items: [(name: String, value: Value)], _ interpreter: Interpreter) throws -> Value {
        let type = try NamedTuple.structure(name, items.map(\.name), module: "sys", interpreter)
        return try interpreter.call(.type(type), [.tuple(items.map(\.value))])
    }

    private static var platform: String {
        #if canImport(Darwin)
            "darwin"
        #else
            "linux"
        #endif
    }
}
