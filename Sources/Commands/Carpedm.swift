public import ArgumentParser
import Bindings
import Foundation

/// The program `carpedm`.
public struct Carpedm: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "carpedm", abstract: "Seize the data manager: old Japanese books, from the page to the trained model.",
        version: "carpedm \(Engine.version)",
        subcommands: [
            RunCommand.self, ReplCommand.self, TestCommand.self, DoctestCommand.self, ReferenceCommand.self, CheckCommand.self, FixCommand.self,
            AstCommand.self, DisCommand.self, ExplainCommand.self, DataCommand.self, RunsCommand.self,
        ])

    public init() {}

    /// Parses the arguments, runs the command and ends the process with its exit code.
    public static func start() -> Never { start(Carpedm.self, plain: ScriptRun(plain: CommandLine.arguments)) }

    /// The same for `carpedm-repl`, which is `carpedm repl`.
    public static func startRepl() -> Never { start(ReplProgram.self) }

    private static func start(_ program: (some ParsableCommand).Type, plain: ScriptRun? = nil) -> Never {
        signal(SIGPIPE, SIG_IGN)
        keepFreedMemory()
        do {
            if let plain {
                try plain.run()
            } else {
                var command = try program.parseAsRoot()
                try command.run()
            }
            Foundation.exit(0)
        } catch let error as UsageError {
            FileHandle.standardError.write(Data(error.text.utf8))
            Foundation.exit(2)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = program.exitCode(for: error)
            let text = program.fullMessage(for: error)
            if !text.isEmpty {
                (code.isSuccess ? FileHandle.standardOutput : FileHandle.standardError).write(Data((text + "\n").utf8))
            }
            // The parser's own code for wrong usage is 64; everywhere here it is 2.
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }
}

/// A mistake of the person at the command line: exit code 2.
struct UsageError: Error {
    let text: String

    init(_ error: some LocalizedError) {
        let hint = error.recoverySuggestion.map { "hint: \($0)\n" } ?? ""
        text = "carpedm: \(error.errorDescription ?? "usage")\n" + hint
    }
}

#if os(Linux)
    // In <malloc.h>, which Swift's module of the C library leaves out.
    @_silgen_name("mallopt")
    private func mallopt(_ option: Int32, _ value: Int32) -> Int32

    /// Lets the C library keep up to 128 MB that were freed, and take smaller blocks than 32 MB from there: giving memory back to
    /// the system and faulting it in again took 7 % of the time of scripts that make many strings. Small blocks are joined when
    /// they are freed, not all at once with each large one.
    private func keepFreedMemory() {
        let (fastBlocks, trimThreshold, topPad, mapThreshold): (Int32, Int32, Int32, Int32) = (1, -1, -2, -3)
        _ = mallopt(fastBlocks, 0)
        _ = mallopt(trimThreshold, 128 << 20)
        _ = mallopt(topPad, 4 << 20)
        _ = mallopt(mapThreshold, 32 << 20)
    }
#else
    private func keepFreedMemory() {}
#endif
