import ArgumentParser
import ScriptRuntime
import ScriptSession
import ScriptSyntax

struct DisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dis", abstract: "Print the instructions that a script is compiled to.",
        discussion:
            "Line of the source, position, operation, operands. Exit codes: 0 fine, 2 a script that cannot be read, or a missing file."
    )

    @Argument(help: "The script; '-' for standard input.")
    var script: String

    func run() throws {
        let source = try SourceArgument.readOrExit(script)
        let interpreter = ScriptSession().interpreter
        do {
            printResult(try interpreter.disassemble(source))
        } catch {
            printRemark(interpreter.report(error))
            throw ExitCode(2)
        }
    }
}
