import ArgumentParser
import Bindings
import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import Tensors

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a script.",
        discussion: """
            The script's own arguments follow its name and are its sys.argv. A path that does not exist is looked for without regard \
            to capital letters, then among the scripts that come with the program.

            Results go to standard output, errors and progress to standard error. Exit codes: 0 fine, 1 the script or its data \
            failed, 2 usage, syntax or a missing file, 130 interrupted; sys.exit(n) gives n.
            """)

    @Option(name: .customShort("c"), help: ArgumentHelp("Run this code instead of a file.", valueName: "code"))
    var code: String?

    @Option(help: "Start of all randomness that the script leaves open.")
    var seed = 0

    @Option(help: "Threads that share the work; 0 takes all cores. Results do not depend on it.")
    var threads = 0

    @Argument(help: "The script, or '-' for standard input.")
    var script: String?

    @Argument(parsing: .captureForPassthrough, help: "The script's arguments.")
    var arguments: [String] = []

    func validate() throws {
        guard (0...1024).contains(threads) else { throw ValidationError("--threads must be from 0 to 1024") }
        guard seed >= 0 else { throw ValidationError("--seed must be 0 or more") }
    }

    func run() throws {
        let (source, name) = try source()
        let passed = code == nil ? arguments : (script.map { [$0] } ?? []) + arguments
        if threads > 0 { Parallel.workers = threads }
        let interrupt = Interrupt()
        let signal = InterruptSignal(for: interrupt)
        let session = ScriptSession(
            interrupt: interrupt, library: LibraryOptions(arguments: [name] + passed, seed: seed, capabilities: .all))
        let engine = try Engine.install(in: session.interpreter, seed: seed)
        let display = ProgressDisplay()
        engine.progress = { display.show($0) }
        engine.notice = { text in
            display.end()
            FileHandle.standardError.write(Data(text.utf8))
        }
        let output = OutputBuffer(before: { display.end() })
        session.interpreter.output = { output.write($0) }
        let outcome = withExtendedLifetime((engine, signal)) { session.run(source) }
        output.flush()
        display.end()
        FileHandle.standardError.write(Data(outcome.errorText.utf8))
        if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
    }

    /// The source, and the name it has in `sys.argv`.
    private func source() throws -> (SourceText, String) {
        if let code { return (SourceText(name: "<string>", text: code), "-c") }
        guard let script else { throw UsageError(CommandError.nothingToRun) }
        if script == "-" {
            let bytes = try FileHandle.standardInput.readToEnd().map { [UInt8]($0) } ?? []
            return (SourceText(name: "<stdin>", utf8: bytes), "-")
        }
        do {
            let location = try ScriptLocation(script)
            if let remark = location.remark { FileHandle.standardError.write(Data("carpedm: \(remark)\n".utf8)) }
            return (try ScriptFile.source(at: location.path), location.path)
        } catch let error as CommandError {
            throw UsageError(error)
        } catch {
            throw UsageError(CommandError.notReadable(path: script, reason: error.localizedDescription))
        }
    }
}
