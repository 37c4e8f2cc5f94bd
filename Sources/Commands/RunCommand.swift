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

    @Option(help: "How errors are told: text, or json for one object a line.")
    var errorFormat = ErrorFormat.text

    @OptionGroup(title: "Limits")
    var limits: RunLimits

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
            limits: limits.limits, interrupt: interrupt,
            library: LibraryOptions(arguments: [name] + passed, seed: seed, capabilities: limits.capabilities))
        let display = ProgressDisplay()
        let engine = limits.sandbox ? nil : try Engine.install(in: session.interpreter, seed: seed)
        engine?.progress = { display.show($0) }
        engine?.notice = { text in
            display.end()
            printRemark(text)
        }
        if limits.sandbox { session.interpreter.moduleResolver = Self.withoutEngine }
        let output = OutputBuffer(before: { display.end() })
        session.interpreter.output = { output.write($0) }
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
