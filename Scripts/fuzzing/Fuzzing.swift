// Source text through everything that reads it, for libFuzzer: lexer, parser, checks, fixes, tree, compiler, and a run within
// narrow limits. A trap, a hang or a disagreement ends it; Scripts/fuzz says how to run it.

import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import ScriptSyntax

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What one input may use.
func limits() -> Limits {
    var limits = Limits()
    limits.steps = 20_000
    limits.heapBytes = 8 << 20
    limits.valueBytes = 1 << 20
    limits.outputBytes = 1 << 16
    limits.seconds = 2
    limits.callDepth = 100
    return limits
}

/// What libFuzzer calls, by its own name: the linker may take its `main` into account beside this one.
@_cdecl("LLVMFuzzerTestOneInput")
func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let source = SourceText(name: "fuzz.cdm", utf8: Array(UnsafeBufferPointer(start: bytes, count: count)))
    let parsed = Parser.parse(source)
    if !parsed.hasErrors { _ = PythonDump.text(of: parsed.module) }
    _ = parsed.cells
    _ = Completeness.check(source)
    let session = ScriptSession(limits: limits())
    var written = 0
    session.interpreter.output = { written += $0.utf8.count }
    session.interpreter.errorOutput = { written += $0.utf8.count }
    let problems = session.check(source)
    let refusal = Refusal(problems, in: source)
    precondition(problems.isEmpty || (!refusal.text.isEmpty && !refusal.json.isEmpty))
    let isRefused = problems.contains { $0.severity == .error }
    if isRefused { _ = session.fixed(source, guesses: true) }
    let outcome = session.run(source)
    _ = outcome.errorText
    if case .refused = outcome.ending {
        precondition(isRefused, "the run refuses what the check lets pass")
    } else {
        precondition(!isRefused, "the run lets pass what the check refuses")
    }
    return 0
}

@main
enum Fuzzing {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        exit(withUnsafeMutablePointer(to: &arguments) { runDriver(&count, $0, { test($0, $1) }) })
    }
}
