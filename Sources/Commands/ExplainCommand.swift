import ArgumentParser
import ScriptRuntime
import ScriptSession
import ScriptSyntax
import TextDistance

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain a diagnostic by its number.",
        discussion: "Without a number all are listed. Exit codes: 0 fine, 2 no such number.")

    @Flag(help: "Print the reference page of all diagnostics.")
    var markdown = false

    @Argument(help: "Numbers such as E0005.")
    var codes: [String] = []

    func run() throws {
        let interpreter = ScriptSession().interpreter
        let known = interpreter.knownNames(interpreter.main)
        if markdown { return printResult(DiagnosticCatalogue.page(known: known)) }
        if codes.isEmpty {
            return printResult(DiagnosticCatalogue.entries.map { "\($0.code.rawValue)  \($0.title)\n" }.joined())
        }
        for code in codes {
            guard let entry = DiagnosticCatalogue.entry(for: code.uppercased()) else {
                let known = DiagnosticCatalogue.entries.map(\.code.rawValue)
                throw UsageError(CommandError.noDiagnostic(code, nearest: nearest(to: code.uppercased(), among: known)))
            }
            printResult(entry.markdown(known: known))
        }
    }
}
