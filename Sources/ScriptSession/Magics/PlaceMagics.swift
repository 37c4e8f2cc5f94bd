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
package enum Shell {
    /// Runs a line with the streams of this process.
    package static func run(_ line: String) throws -> Int32 {
        let process = make(line)
        try process.run()
        process.waitUntilExit()
        return status(process)
    }

    /// Runs a line and collects what it writes to standard output.
    package static func capture(_ line: String) throws -> (output: String, code: Int32) {
        let process = make(line)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self), status(process))
    }

    private static func make(_ line: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        return process
    }

    private static func status(_ process: Process) -> Int32 {
        process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
    }
}
