import Foundation
import ScriptRuntime

/// `%cd`, `%pwd`, `%env`, `%config` and `!line`: the world around.
enum PlaceMagics {
    static var all: [Magic] {
        [
            Magic("cd", "%cd [FOLDER]", "Change the working folder; without one, to the home folder.", operand: .path) { call in
                let folder = expanded(call.words.first ?? "~")
                guard FileManager.default.changeCurrentDirectoryPath(folder) else {
                    throw SessionError("'\(folder)' is no folder that can be entered")
                }
                call.print(FileManager.default.currentDirectoryPath)
                return Outcome(.finished)
            },
            Magic("pwd", "%pwd", "Show the working folder.") { call in
                call.print(FileManager.default.currentDirectoryPath)
                return Outcome(.finished)
            },
            Magic("env", "%env [NAME[=VALUE]]", "List the environment variables, show one, or set one.") { call in
                if call.rest.isEmpty {
                    let all = ProcessInfo.processInfo.environment.sorted { $0.key < $1.key }
                    call.print(all.map { "\($0.key)=\($0.value)" }.joined(separator: "\n"))
                } else if let sign = call.rest.firstIndex(of: "=") {
                    let name = String(call.rest[..<sign]).trimmingBlanks
                    guard !name.isEmpty else { throw SessionError("a name is missing before '='") }
                    setenv(name, String(call.rest[call.rest.index(after: sign)...]).trimmingBlanks, 1)
                } else {
                    guard let value = getenv(call.rest) else {
                        throw SessionError("there is no environment variable '\(call.rest)'")
                    }
                    call.print(String(cString: value))
                }
                return Outcome(.finished)
            },
            Magic(
                "config", "%config [NAME[=VALUE]]",
                "Show every option with its value, where it comes from and what it means; show or set one.\nThe config file sets them for every session.",
                operand: .option, run: config),
        ]
    }

    private static func config(_ call: MagicCall) throws -> Outcome {
        let options = call.session.options
        if let sign = call.rest.firstIndex(of: "=") {
            var value = String(call.rest[call.rest.index(after: sign)...]).trimmingBlanks
            if value.count > 1, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
                value = String(value.dropFirst().dropLast())
            }
            try options.set(String(call.rest[..<sign]).trimmingBlanks, to: value, from: .session)
            return Outcome(.finished)
        }
        let chosen = call.rest.isEmpty ? options.all : options.all.filter { $0.name == call.rest }
        guard !chosen.isEmpty else {
            throw SessionError(call.rest.isEmpty ? "there are no options here" : "there is no option '\(call.rest)'")
        }
        let lines = chosen.map { option in
            let kind: String
            switch option.kind {
            case .choice(let words): kind = words.joined(separator: "/")
            case .number(let range): kind = "\(range.lowerBound) to \(range.upperBound)"
            case .text: kind = "text"
            }
            return
                "\(option.name) = \(options[option.name])  (\(options.source(option.name).rawValue); \(kind))\n    \(option.help)"
        }
        call.print(lines.joined(separator: "\n"))
        return Outcome(.finished)
    }

    /// With `~` as the home folder.
    static func expanded(_ path: String) -> String { (path as NSString).expandingTildeInPath }
}

extension ScriptSession {
    /// Runs a line of the shell. Its exit code becomes `_exit_code`; with a target, its output a list of lines.
    func shell(_ line: String, into target: String?) throws {
        guard let run = services.shell else {
            throw SessionError("there is no shell here", hint: "Lines that begin with '!' work at the prompt of carpedm-repl.")
        }
        if line.isEmpty {
            throw SessionError("there is nothing to run", hint: "Write !ls, or files = !ls to get its output as a list.")
        }
        guard let target else {
            interpreter.main["_exit_code"] = .int(Int(try run(line)))
            return
        }
        let (output, code) = try Shell.capture(line)
        var lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        interpreter.main[Symbol(target)] = .list(lines.map { .str($0) })
        interpreter.main["_exit_code"] = .int(Int(code))
    }
}

/// Lines of `/bin/sh`.
///
/// They run in the process group of this program, unlike Foundation's processes, so that Ctrl-C reaches them and they may read the terminal.
package enum Shell {
    /// Runs a line with the streams of this process; gives its exit code.
    package static func run(_ line: String) throws(SessionError) -> Int32 {
        let status = withDefaultPipeSignal { system(line) }
        guard status != -1 else { throw problem }
        return code(status)
    }

    /// Runs a line and collects what it writes to standard output.
    package static func capture(_ line: String) throws(SessionError) -> (output: String, code: Int32) {
        guard let stream = withDefaultPipeSignal({ popen(line, "r") }) else { throw problem }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            bytes += buffer[..<count]
            if count == buffer.count { continue }
            // Ctrl-C interrupts the reading and ends the line; what it had written still counts.
            guard ferror(stream) != 0, errno == EINTR else { break }
            clearerr(stream)
        }
        return (String(decoding: bytes, as: UTF8.self), code(pclose(stream)))
    }

    private static var problem: SessionError { SessionError("the shell cannot be started: \(String(cString: strerror(errno)))") }

    /// What this program ignores, its children would ignore too.
    private static func withDefaultPipeSignal<Result>(_ body: () -> Result) -> Result {
        let before = signal(SIGPIPE, SIG_DFL)
        defer { signal(SIGPIPE, before) }
        return body()
    }

    /// The exit code in what `wait` tells; 128 and the signal for a line that a signal ended.
    private static func code(_ status: Int32) -> Int32 {
        status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    }
}
