import ArgumentParser
import Foundation
import ScriptSession
import ScriptSyntax

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell what is wrong with scripts without running them.",
        discussion: """
            All errors of each file are told, and warnings about what is allowed but seldom meant. Exit codes: 0 no errors, 1 warnings \
            when --strict is given, 2 errors or a missing file. 'carpedm fix' applies the fixes that are offered.
            """)

    @Option(help: "How to tell: text, or json for one object a line.")
    var errorFormat = ErrorFormat.text

    @Flag(help: "Warnings give exit code 1.")
    var strict = false

    @Argument(help: "The scripts; '-' for standard input.")
    var scripts: [String]

    func run() throws {
        let session = ScriptSession()
        var errors = 0
        var warnings = 0
        for script in scripts {
            let refusal = try Self.problems(of: script, session)
            printResult(errorFormat == .json ? refusal.json : refusal.diagnostics.isEmpty ? "" : refusal.text + "\n")
            let count = refusal.diagnostics.count { $0.severity == .error }
            errors += count
            warnings += refusal.diagnostics.count - count
        }
        if errors + warnings > 0 { printRemark("\(counted(errors, "error")), \(counted(warnings, "warning"))\n") }
        if errors > 0 { throw ExitCode(2) }
        if strict && warnings > 0 { throw ExitCode(1) }
    }

    /// Everything that can be told about a script.
    private static func problems(of script: String, _ session: ScriptSession) throws -> Refusal {
        do {
            let source = try SourceArgument.read(script)
            return Refusal(session.check(source), in: source)
        } catch let refusal as Refusal {
            return refusal
        }
    }

    private func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
}
