import Foundation
import Testing

@Suite struct RunCommandTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        var input = ""
        let exitCode: Int32
        var output = ""
        /// What standard error must contain; empty: nothing at all.
        var error = ""
        var testDescription: String { arguments.joined(separator: " ") }
    }

    /// Exit codes and streams, as `python3` has them where it knows the case.
    @Test(arguments: [
        Case(arguments: ["run", "-c", "print('hello')"], exitCode: 0, output: "hello\n"),
        Case(arguments: ["run", "-c", "import sys; print(sys.argv)", "a", "b"], exitCode: 0, output: "['-c', 'a', 'b']\n"),
        Case(arguments: ["run", "-"], input: "print(1 + 1)\n", exitCode: 0, output: "2\n"),
        Case(arguments: ["run", "args.cdm", "x", "--seed", "3"], exitCode: 0, output: "['args.cdm', 'x', '--seed', '3']\n"),
        Case(arguments: ["run", "ARGS.CDM"], exitCode: 0, output: "['args.cdm']\n", error: "there is no 'ARGS.CDM'; running 'args.cdm'"),
        Case(arguments: ["run", "uses.cdm"], exitCode: 0, output: "42\n"),
        Case(arguments: ["run", "-c", "import sys; sys.exit(7)"], exitCode: 7),
        Case(arguments: ["run", "-c", "import sys; sys.exit('why')"], exitCode: 1, error: "why"),
        Case(arguments: ["run", "-c", "1 / 0"], exitCode: 1, error: "ZeroDivisionError"),
        Case(arguments: ["run", "-c", "print('x'"], exitCode: 2, error: "error["),
        Case(arguments: ["run", "-c", "prin(1)"], exitCode: 2, error: "print"),
        Case(arguments: ["run", "missing.cdm"], exitCode: 2, error: "there is no file 'missing.cdm'"),
        Case(arguments: ["run", "folder"], exitCode: 2, error: "'folder' is a folder"),
        Case(arguments: ["run"], exitCode: 2, error: "nothing to run"),
        Case(arguments: ["run", "--threads", "-1", "-c", "pass"], exitCode: 2, error: "--threads"),
        Case(arguments: ["runn"], exitCode: 2, error: "runn"),
    ])
    func runs(_ example: Case) throws {
        let folder = try TemporaryFolder([
            "args.cdm": "import sys\nprint(sys.argv)\n", "uses.cdm": "import other\nprint(other.answer)\n",
            "other.cdm": "answer = 42\n", "folder/inside.cdm": "",
        ])
        let run = try withExtendedLifetime(folder) { try Program(example.arguments, input: example.input, in: folder.url) }
        #expect(run.exitCode == example.exitCode, "\(run.error)")
        #expect(run.output == example.output)
        if example.error.isEmpty { #expect(run.error == "") } else { #expect(run.error.contains(example.error), "\(run.error)") }
        #expect(!run.error.contains("\u{1B}") && !run.output.contains("\u{1B}"))
    }

    @Test func caretStandsUnderWideText() throws {
        let run = try Program(["run", "-c", "文字 = 1\nprint('文字' + 文字)"])
        #expect(run.exitCode == 1)
        // Eleven cells: print( is six, the quotes two and the two characters four.
        #expect(run.error.contains("2 | print('文字' + 文字)\n  |       ^"), "\(run.error)")
    }
}
