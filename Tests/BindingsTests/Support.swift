import Bindings
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import ScriptSyntax

/// What a script prints, and how it ends.
struct ScriptRun {
    let output: String
    let error: String
    let exitCode: Int32

    init(_ code: String) throws {
        let session = ScriptSession(library: LibraryOptions(arguments: ["test.cdm"], capabilities: .all))
        let engine = Engine.install(in: session.interpreter)
        var output = ""
        session.interpreter.output = { output += $0 }
        let outcome = withExtendedLifetime(engine) { session.run(SourceText(name: "test.cdm", text: code)) }
        self.output = output
        (error, exitCode) = (outcome.errorText, outcome.exitCode)
    }
}
