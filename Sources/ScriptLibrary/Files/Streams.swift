import Foundation
import ScriptRuntime

/// `sys.stdout`, `sys.stderr` and `sys.stdin`.
final class StandardStream: HostObject {
    enum Kind: String { case input = "<stdin>", output = "<stdout>", error = "<stderr>" }

    let kind: Kind
    private unowned let state: LibraryState

    init(_ kind: Kind, _ state: LibraryState) {
        self.kind = kind
        self.state = state
    }

    var scriptTypeName: String { "TextIOWrapper" }
    var scriptSummary: String { "<_io.TextIOWrapper name='\(kind.rawValue)' mode='\(kind == .input ? "r" : "w")' encoding='utf-8'>" }

    func write(_ text: StrObject, _ interpreter: Interpreter) throws {
        // As a string of the host, which may copy it for its system.
        try interpreter.requireRoom(for: text.count, of: 4 * text.width)
        if !text.isValidUnicode { _ = try Codec.encode(text, "utf-8", "strict", interpreter) }
        switch kind {
        case .output: try interpreter.write(text.string)
        case .error:
            try interpreter.charge(bytes: text.count)
            interpreter.errorOutput(text.string)
        case .input: throw try state.unsupported("not writable", interpreter)
        }
    }

    /// The next line with its end, or at most so many characters of it; empty at the end.
    func readLine(_ limit: Int? = nil, _ interpreter: Interpreter) throws -> StrObject {
        guard kind == .input else { throw try state.unsupported("not readable", interpreter) }
        if limit == 0 { return .empty }
        guard let line = try InputOutput.line(.empty, state, interpreter) else { return .empty }
        guard let limit, line.count > limit else { return line }
        state.unread = line.slice(limit, line.count)
        return line.slice(0, limit)
    }

    /// All that is left, or at most so many characters.
    func read(_ limit: Int?, _ interpreter: Interpreter) throws -> StrObject {
        var builder = StrBuilder()
        var left = limit
        while left != 0 {
            let line = try readLine(left, interpreter)
            if line.isEmpty { break }
            try interpreter.charge(bytes: line.count)
            builder.append(line)
            left = left.map { $0 - line.count }
        }
        return builder.finish()
    }

    /// The number by which the system knows it.
    var number: Int32 {
        switch kind {
        case .input: 0
        case .output: 1
        case .error: 2
        }
    }
}

/// `sys.stdout.buffer` and `sys.stderr.buffer`: bytes for a stream whose host takes text.
private final class StreamBuffer: HostObject {
    let stream: StandardStream

    init(_ stream: StandardStream) { self.stream = stream }

    var scriptTypeName: String { "BufferedWriter" }
    var scriptSummary: String { "<_io.BufferedWriter name='\(stream.kind.rawValue)'>" }

    static var type: NativeType {
        func buffer(_ call: Call) throws -> StreamBuffer { try call.host(0, as: StreamBuffer.self) }
        return NativeType(
            "BufferedWriter", doc: "The bytes of a standard stream, in UTF-8.", module: "_io",
            methods: [
                Native("write(self, buffer, /)", "Write bytes and return their number.") { call in
                    guard let bytes = try call.interpreter.buffer(call[1]) else {
                        throw Raised.type("a bytes-like object is required, not '\(call.interpreter.typeName(of: call[1]))'")
                    }
                    try buffer(call).stream.write(Codec.decode(bytes, "utf-8", "strict", call.interpreter), call.interpreter)
                    return .int(bytes.count)
                },
                Native("flush(self, /)", "Write out what is still collected.") { call in
                    call.interpreter.flushOutput()
                    return .none
                },
                Native("writable(self, /)", "Whether it can be written.") { _ in .true },
                Native("readable(self, /)", "Whether it can be read.") { _ in .false },
            ], isInheritable: false)
    }
}

/// The classes of files and streams.
enum Streams {
    static func install(in interpreter: Interpreter, _ state: LibraryState) {
        let (systemError, valueError) = (interpreter.types.exception(.osError), interpreter.types.exception(.valueError))
        var unsupported = NativeType("UnsupportedOperation", base: systemError, module: "io")
        unsupported.secondBase = valueError
        state.unsupportedType = interpreter.define(unsupported)
        // A class of its own under Python's name: the class of files, defined after it, is found by the name.
        let bytes = interpreter.define(StreamBuffer.type)
        let stream = interpreter.define(streamType(bytes: bytes))
        for name in ["TextIOWrapper", "BufferedReader", "BufferedWriter", "BufferedRandom"] {
            interpreter.define(fileType(name))
        }
        state.output = interpreter.value(of: StandardStream(.output, state), type: stream)
        state.errorOutput = interpreter.value(of: StandardStream(.error, state), type: stream)
        state.input = interpreter.value(of: StandardStream(.input, state), type: stream)
    }

    private static func file(_ call: Call) throws -> FileObject { try call.host(0, as: FileObject.self) }

    private static func fileType(_ name: String) -> NativeType {
        NativeType(
            name, doc: "An open file.", module: "_io", methods: readers + writers + others,
            properties: [
                NativeProperty("name", "The path it was opened with.", get: { .str(try file($0).path) }),
                NativeProperty("mode", "The mode it was opened in.", get: { .str(try file($0).mode.text) }),
                NativeProperty("closed", "Whether it was closed.", get: { .bool(try file($0).isClosed) }),
                NativeProperty(
                    "encoding", "The encoding of its text.",
                    get: { call in
                        let file = try file(call)
                        if file.mode.isBinary { throw Raised.attribute("'_io.\(file.mode.typeName)' object has no attribute 'encoding'") }
                        return .str(file.encoding)
                    }),
            ], isInheritable: false)
    }

    private static func size(_ call: Call, _ index: Int) throws -> Int? {
        guard let size = try call.optionalInt(index), size >= 0 else { return nil }
        return size
    }

    private static var readers: [Native] {
        [
            Native("read(self, size=-1, /)", "Read at most size characters or bytes; all that is left when negative or None.") { call in
                try file(call).read(size(call, 1), call.interpreter)
            },
            Native("readline(self, size=-1, /)", "Read until newline or the end of the file.") { call in
                try file(call).readLine(size(call, 1), call.interpreter)
            },
            Native("readlines(self, hint=-1, /)", "Return a list of the lines that are left; after more than hint characters it ends.") {
                let file = try file($0)
                return try lines($0) { try file.readLine(nil, $0) }
            },
            Native("__next__(self, /)", "Implement next(self).") { call in
                let line = try file(call).readLine(nil, call.interpreter)
                if try call.interpreter.length(line) == 0 { throw Raised(.stopIteration, "") }
                return line
            },
            Native("__iter__(self, /)", "Implement iter(self).") { call in
                try file(call).checkOpen()
                return call[0]
            },
        ]
    }

    private static var writers: [Native] {
        [
            Native("write(self, s, /)", "Write a string (or bytes) and return its length.") { call in
                .int(try file(call).write(call[1], call.interpreter))
            },
            Native("writelines(self, lines, /)", "Write a list of lines; line ends are not added.") { call in
                let file = try file(call)
                try call.interpreter.forEach(call[1]) { line in
                    _ = try file.write(line, call.interpreter)
                    return true
                }
                return .none
            },
            Native("flush(self, /)", "Write out what is still collected.") { call in
                try file(call).flush()
                return .none
            },
            Native("truncate(self, size=None, /)", "Cut the file off at size bytes, by default at the current place.") { call in
                .int(try file(call).truncate(call.optionalInt(1), call.interpreter))
            },
        ]
    }

    private static var others: [Native] {
        func ask(_ name: String, _ question: @escaping (FileObject) -> Bool) -> Native {
            Native("\(name)(self, /)", "Whether the file can do that.") { call in
                let file = try file(call)
                try file.checkOpen()
                return .bool(question(file))
            }
        }
        return [
            Native("close(self, /)", "Write out and close the file.") { call in
                try file(call).close()
                return .none
            },
            Native("seek(self, offset, whence=0, /)", "Change the place of the next read or write.") { call in
                .int(try file(call).seek(call.int(1), call.int(2), call.interpreter))
            },
            Native("__enter__(self, /)", "Enter a with statement: the file itself.") { call in
                try file(call).checkOpen()
                return call[0]
            },
            Native("__exit__(self, /, *args)", "Leave a with statement: close the file.") { call in
                try file(call).close()
                return .none
            },
            Native("tell(self, /)", "The place of the next read or write.") { .int(try file($0).tell($0.interpreter)) },
            ask("readable") { $0.mode.canRead }, ask("writable") { $0.mode.canWrite }, ask("seekable") { $0.isSeekable },
            ask("isatty") { _ in false },
        ]
    }

    /// `readlines`: all lines that `next` gives up to an empty one, or until they have more units than the hint.
    private static func lines(_ call: Call, _ next: (Interpreter) throws -> Value) throws -> Value {
        let hint = try call.optionalInt(1) ?? -1
        let list = ListObject()
        var total = 0
        while hint <= 0 || total <= hint {
            let line = try next(call.interpreter)
            let count = try call.interpreter.length(line)
            if count == 0 { break }
            try call.interpreter.charge(bytes: count + 16)
            list.append(line)
            total += count
        }
        return .list(list)
    }

    private static func streamType(bytes: TypeObject) -> NativeType {
        func stream(_ call: Call) throws -> StandardStream { try call.host(0, as: StandardStream.self) }
        func limit(_ call: Call) throws -> Int? { try call.optionalInt(1).flatMap { $0 < 0 ? nil : $0 } }
        return NativeType(
            "TextIOWrapper", doc: "A standard stream.", module: "_io",
            methods: [
                Native("write(self, s, /)", "Write a string and return its length.") { call in
                    let text = try call.text(1, "write() argument must be str")
                    try stream(call).write(text, call.interpreter)
                    return .int(text.count)
                },
                Native("writelines(self, lines, /)", "Write a list of lines; line ends are not added.") { call in
                    let stream = try stream(call)
                    try call.interpreter.forEach(call[1]) { line in
                        try stream.write(call.interpreter.str(line), call.interpreter)
                        return true
                    }
                    return .none
                },
                Native("flush(self, /)", "Write out what is still collected.") { call in
                    call.interpreter.flushOutput()
                    return .none
                },
                Native("readline(self, size=-1, /)", "Read one line, or at most so many characters of it.") { call in
                    .str(try stream(call).readLine(limit(call), call.interpreter))
                },
                Native("readlines(self, hint=-1, /)", "Return a list of the lines that are left; after more than hint characters it ends.") {
                    let stream = try stream($0)
                    return try lines($0) { .str(try stream.readLine(nil, $0)) }
                },
                Native("read(self, size=-1, /)", "Read all that is left, or at most so many characters.") { call in
                    .str(try stream(call).read(limit(call), call.interpreter))
                },
                Native("__next__(self, /)", "Implement next(self).") { call in
                    let line = try stream(call).readLine(nil, call.interpreter)
                    if line.isEmpty { throw Raised(.stopIteration, "") }
                    return .str(line)
                },
                Native("isatty(self, /)", "Whether it is a terminal.") { call in
                    .bool(isatty(try stream(call).number) != 0)
                },
                Native("__iter__(self, /)", "Implement iter(self).") { $0[0] },
                Native("fileno(self, /)", "The number by which the system knows it.") { .int(Int(try stream($0).number)) },
                Native("readable(self, /)", "Whether it can be read.") { .bool(try stream($0).kind == .input) },
                Native("writable(self, /)", "Whether it can be written.") { .bool(try stream($0).kind != .input) },
            ],
            properties: [
                NativeProperty("encoding", "The encoding of its text.", get: { _ in .str("utf-8") }),
                NativeProperty(
                    "errors", "What is done about text that cannot be encoded.",
                    get: { .str(try stream($0).kind == .error ? "backslashreplace" : "strict") }),
                NativeProperty("mode", "The mode it was opened in.", get: { .str(try stream($0).kind == .input ? "r" : "w") }),
                NativeProperty("closed", "Whether it was closed.", get: { _ in .false }),
                NativeProperty(
                    "buffer", "The stream of its bytes.",
                    get: { call in
                        let stream = try stream(call)
                        if stream.kind == .input {
                            throw Raised.attribute("'TextIOWrapper' object has no attribute 'buffer'")
                        }
                        return call.interpreter.value(of: StreamBuffer(stream), type: bytes)
                    }),
                NativeProperty("name", "Its name.", get: { .str(try stream($0).kind.rawValue) }),
            ], isInheritable: false)
    }
}
