import ArgumentParser
import ScriptSession
import ScriptSyntax

struct AstCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ast", abstract: "Print the syntax tree of a script.",
        discussion: "Exit codes: 0 fine, 2 a script that cannot be read, or a missing file.")

    @Flag(help: "The layout of CPython's ast.dump; the only one there is.")
    var python = false

    @Argument(help: "The script; '-' for standard input.")
    var script: String

    func run() throws {
        let parsed = Parser.parse(try SourceArgument.readOrExit(script))
        if parsed.hasErrors { throw SourceArgument.exit(with: Refusal(parsed.diagnostics, in: parsed.source)) }
        printResult(PythonDump.text(of: parsed.module) + "\n")
    }
}
