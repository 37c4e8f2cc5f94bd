import Foundation
import ScriptRuntime

/// `print`, `input`, `open` and `help`.
enum InputOutput {
    static func functions(_ state: LibraryState) -> [Native] {
        [
            Native("print(*args, sep=' ', end='\\n', file=None, flush=False)", "Prints the values to a stream, or to sys.stdout by default.") {
                try print($0, state)
            },
            Native("input(prompt='', /)", "Read a line from standard input; the trailing newline is stripped.") { call in
                guard let line = try input(call[0], state, call.interpreter) else { throw Raised(.eofError, "EOF when reading a line") }
                return .str(!line.isEmpty && line[line.count - 1] == 10 ? line.slice(0, line.count - 1) : line)
            },
            Native("open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None)", "Open file and return a file object.") {
                try open($0, state)
            },
            Native("help(object=<unset>)", "Print the signature, the documentation and the members of an object.") { call in
                let text = call.has(0) ? try HelpText.text(for: call[0], call.interpreter) : HelpText.introduction
                try write(.make(text + "\n"), to: state.output, call.interpreter)
                return .none
            },
        ]
    }

    private static func print(_ call: Call, _ state: LibraryState) throws -> Value {
        let interpreter = call.interpreter
        func separator(_ index: Int, _ name: String, _ standard: StrObject) throws -> StrObject {
            if call[index].isNone { return standard }
            guard case .str(let text) = call.plain(index) else {
                throw Raised.type("\(name) must be None or a string, not \(interpreter.typeName(of: call[index]))")
            }
            return text
        }
        let between = try separator(1, "sep", .character(32))
        let end = try separator(2, "end", .character(10))
        guard case .tuple(let arguments) = call[0] else { return .none }
        var target = call[3]
        if target.isNone { target = try state.stream("stdout", or: state.output, interpreter) }
        if target.isNone { return .none }
        guard case .host = target else {
            // A writer of the script's own sees every part.
            for (index, argument) in arguments.items.enumerated() {
                if index > 0 { try write(between, to: target, interpreter) }
                try write(interpreter.str(argument), to: target, interpreter)
            }
            try write(end, to: target, interpreter)
            if try call.truth(4) { _ = try interpreter.callMethod(target, named: "flush") }
            return .none
        }
        if arguments.count == 1, between.count < 2 {
            try write(interpreter.str(arguments[0]) + end, to: target, interpreter)
        } else {
            var builder = StrBuilder(capacity: 64)
            for index in 0..<arguments.count {
                if index > 0 { builder.append(between) }
                let text = try interpreter.str(arguments[index])
                try interpreter.charge(bytes: text.count)
                try interpreter.append(text, to: &builder)
            }
            builder.append(end)
            try write(builder.finish(), to: target, interpreter)
        }
        if try call.truth(4) { _ = try interpreter.callMethod(target, named: "flush") }
        return .none
    }

    static func write(_ text: StrObject, to target: Value, _ interpreter: Interpreter) throws {
        if case .host(let box) = target {
            if let stream = box.object as? StandardStream { return try stream.write(text, interpreter) }
            if let file = box.object as? FileObject {
                _ = try file.write(.str(text), interpreter)
                return
            }
        }
        _ = try interpreter.callMethod(target, named: "write", [.str(text)])
    }

    /// One line of `sys.stdin` as the script has set it, nil at the end.
    private static func input(_ prompt: Value, _ state: LibraryState, _ interpreter: Interpreter) throws -> StrObject? {
        let source = try state.stream("stdin", or: state.input, interpreter)
        let target = try state.stream("stdout", or: state.output, interpreter)
        var prompt = try interpreter.str(prompt)
        if !source.isIdentical(to: state.input) || !target.isIdentical(to: state.output) {
            try write(prompt, to: target, interpreter)
            prompt = .empty
        }
        if source.isIdentical(to: state.input) { return try line(prompt, state, interpreter) }
        guard case .str(let line) = interpreter.plain(try interpreter.callMethod(source, named: "readline")) else {
            throw Raised.type("object.readline() returned non-string")
        }
        return line.isEmpty ? nil : line
    }

    /// One line of standard input with its end (or what `read` left of it), nil at the end.
    static func line(_ prompt: StrObject, _ state: LibraryState, _ interpreter: Interpreter) throws -> StrObject? {
        if !state.unread.isEmpty {
            defer { state.unread = .empty }
            try interpreter.write(prompt.string)
            return state.unread
        }
        guard let readLine = state.options.readLine else {
            throw Raised(
                .runtimeError, "input(): this session has no standard input",
                hint: "Run the script with 'carpedm run' and without --sandbox, or pass the values as arguments.")
        }
        let line = try readLine(prompt.string)
        try interpreter.checkInterrupt()
        return line.map(StrObject.make)
    }

    private static func open(_ call: Call, _ state: LibraryState) throws -> Value {
        let interpreter = call.interpreter
        if case .int = call[0] { throw Raised.type("open() takes a path: file descriptors are not available to scripts") }
        let path = try FileAccess.path(call[0], interpreter, "")
        let mode = try FileMode(call.text(1, "open() argument 'mode' must be str").string)
        let encoding = try call.optionalString(3)
        let errors = try call.optionalString(4)
        let newline = try call.optionalString(5)
        if !mode.isBinary, case .int(0) = interpreter.plain(call[2]) { throw Raised.value("can't have unbuffered text I/O") }
        if mode.isBinary {
            if encoding != nil { throw Raised.value("binary mode doesn't take an encoding argument") }
            if errors != nil { throw Raised.value("binary mode doesn't take an errors argument") }
            if newline != nil { throw Raised.value("binary mode doesn't take a newline argument") }
        }
        if let newline, !["", "\n", "\r", "\r\n"].contains(newline) {
            throw Raised.value("illegal newline value: \(try interpreter.repr(call[5]).string)")
        }
        _ = try Codec.kind(of: encoding ?? "utf-8")
        if mode.canRead { try FileAccess.check(path, writing: false, state) }
        if mode.canWrite { try FileAccess.check(path, writing: true, state) }
        let file = try FileObject(
            path: path, mode: mode, encoding: encoding ?? "UTF-8", errors: errors ?? "strict", newline: newline, state)
        return interpreter.value(of: file)
    }
}
