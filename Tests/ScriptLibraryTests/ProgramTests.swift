import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSyntax
import Testing

/// Programs that are also Python, and what CPython 3.11 prints for them (`python3 NAME.cdm > NAME.out` in `Programs/`).
@Suite struct ProgramTests {
    @Test(arguments: [
        "strings", "numbers", "containers", "modules", "language", "corners", "changed_meanwhile", "operators", "registers", "tables",
        "sorting", "ranges", "hints", "exception_details", "memoryview", "protocols", "regex", "views", "random", "objects", "files", "nans",
        "messages", "streams", "scopes", "formats", "inheritance", "recipes",
    ])
    func printsWhatPythonPrints(name: String) throws {
        let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Programs")
        let source = try String(contentsOf: folder.appendingPathComponent("\(name).cdm"), encoding: .utf8)
        let expected = try String(contentsOf: folder.appendingPathComponent("\(name).out"), encoding: .utf8)
        let interpreter = Interpreter()
        ScriptLibrary.install(in: interpreter, options: LibraryOptions(arguments: ["\(name).cdm"], capabilities: .all))
        var output = ""
        interpreter.output = { output += $0 }
        var problem: String?
        do {
            try interpreter.execute(SourceText(name: "\(name).cdm", text: source))
        } catch {
            problem = interpreter.report(error)
        }
        #expect(problem == nil)
        // Line by line, so that a difference shows itself.
        let (lines, wanted) = (output.components(separatedBy: "\n"), expected.components(separatedBy: "\n"))
        for (number, (line, want)) in zip(lines, wanted).enumerated() {
            #expect(line == want, "line \(number + 1)")
        }
        #expect(lines.count == wanted.count)
    }

    /// What the host collects goes on when the script says so, and only then.
    @Test func flushingReachesTheHost() throws {
        let interpreter = Interpreter()
        ScriptLibrary.install(in: interpreter, options: LibraryOptions(capabilities: .all))
        var events: [String] = []
        interpreter.output = { events.append($0) }
        interpreter.flushOutput = { events.append("flushed") }
        let script = "import sys\nprint('a')\nprint('b', flush=True)\nsys.stdout.write('c')\nsys.stdout.flush()\nsys.stdout.buffer.flush()"
        try interpreter.execute(SourceText(name: "t.cdm", text: script))
        #expect(events == ["a\n", "b\n", "flushed", "c", "flushed", "flushed"])
    }

    /// The depth of calls is the script's to set; its other budgets are not filled again by that.
    @Test func aRecursionLimitOfTheScriptKeepsItsOtherLimits() {
        var limits = Limits()
        limits.steps = 50_000
        let interpreter = Interpreter(limits: limits)
        ScriptLibrary.install(in: interpreter)
        let script = "import sys\nfor i in range(10 ** 9): sys.setrecursionlimit(500 + i % 2)"
        var report = ""
        do { try interpreter.execute(SourceText(name: "t.cdm", text: script)) } catch { report = interpreter.report(error) }
        #expect(report.hasPrefix("error[LimitReached]: the program took more than 50000 steps"))
    }
}
