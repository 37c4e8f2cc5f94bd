import ArgumentParser
import Bindings
import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import Tensors
import Terminal

/// One run of a script, as `carpedm run` makes it.
struct ScriptRun {
    /// Code to run instead of a file.
    var code: String?
    /// The script's path, '-' for standard input; with `code` the first of the arguments.
    var script: String?
    var arguments: [String] = []
    var seed = 0
    /// 0 takes all cores.
    var threads = 0
    var errorFormat = ErrorFormat.text
    var limits = Limits()
    var isSandboxed = false

    func run() throws {
        let (source, name) = try source()
        let passed = code == nil ? arguments : (script.map { [$0] } ?? []) + arguments
        if threads > 0 { Parallel.workers = threads }
        let interrupt = Interrupt()
        let signal = InterruptSignal(for: interrupt)
        let display = ProgressDisplay()
        let output = OutputBuffer(before: { display.end() })
        var lines = LineReader(STDIN_FILENO, interrupt: interrupt)
        let session = ScriptSession(
            limits: limits, interrupt: interrupt,
            library: LibraryOptions(
                arguments: [name] + passed, seed: seed, capabilities: isSandboxed ? .none : .all,
                readLine: isSandboxed
                    ? nil
                    : { prompt in
                        output.write(prompt)
                        output.flush()
                        return try lines.next().map(Self.text)
                    }))
        let engine = isSandboxed ? nil : Engine.install(in: session.interpreter, seed: seed)
        engine?.progress = { display.show($0) }
        engine?.notice = { text in
            display.end()
            printRemark(text)
        }
        if isSandboxed { session.interpreter.moduleResolver = Self.withoutEngine }
        session.interpreter.output = { output.write($0) }
        session.interpreter.flushOutput = { output.flush() }
        engine?.showPicture = { png in try PictureOutput.draw(png, write: output.write) }
        let outcome = withExtendedLifetime((engine, signal)) { session.run(source) }
        output.flush()
        display.end()
        printRemark(errorFormat == .json ? outcome.errorJSON : outcome.errorText)
        if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
    }

    /// A clearer word than that there is no such module.
    private static func withoutEngine(_ name: String, _ interpreter: Interpreter) throws -> NativeModule? {
        guard name == "carpedm" || name.hasPrefix("carpedm.") else { return nil }
        throw Raised(.importError, "the module '\(name)' is not available in a sandbox", hint: "Run the script without --sandbox.")
    }

    private static func text(_ line: [UInt8]) throws -> String {
        guard let text = String(validating: line, as: UTF8.self) else {
            throw Raised(.unicodeError, "a line of standard input is not UTF-8", hint: "Convert it, for example with iconv.")
        }
        return text
    }

    /// The source, and the name it has in `sys.argv`.
    private func source() throws -> (SourceText, String) {
        if let code { return (SourceText(name: "<string>", text: code), "-c") }
        guard let script else { throw UsageError(CommandError.nothingToRun) }
        do {
            let source = try SourceArgument.read(script)
            return (source, script == "-" ? "-" : source.name)
        } catch let refusal as Refusal {
            throw SourceArgument.exit(with: refusal, format: errorFormat)
        }
    }
}

extension ScriptRun {
    /// What the plainest command lines ask for, `carpedm run -c CODE` and `carpedm run SCRIPT [WORDS]`; nil for all others.
    ///
    /// Reading them with the parser of the options takes as long as all the rest of starting does.
    init?(plain line: [String]) {
        guard line.count >= 3, line[1] == "run" else { return nil }
        let isCode = line[2] == "-c"
        let words = line.dropFirst(isCode ? 3 : 2)
        guard let first = words.first, words.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") }) else { return nil }
        if isCode {
            guard words.count == 1 else { return nil }
            code = first
        } else {
            script = first
            arguments = Array(words.dropFirst())
        }
    }
}
