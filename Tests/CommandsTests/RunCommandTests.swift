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
        Case(arguments: ["run", "-c", "-1; print(2)"], exitCode: 0, output: "2\n"),
        Case(arguments: ["run", "-"], input: "print(1 + 1)\n", exitCode: 0, output: "2\n"),
        Case(
            arguments: ["run", "-c", "a = input('name? ')\nprint([a, input()])\ntry:\n    input()\nexcept EOFError as e:\n    print(e)"],
            input: "山\r\nend", exitCode: 0, output: "name? ['山', 'end']\nEOF when reading a line\n"),
        Case(
            arguments: [
                "run", "-c",
                "import sys\ns = sys.stdin\nprint([s.read(2), s.readline(1), input('? '), next(s), s.readlines(3), s.read(), s.read(), list(s)])",
            ],
            input: "abcdef\ng\nhi\nj\nk\nl", exitCode: 0, output: "? ['ab', 'c', 'def', 'g\\n', ['hi\\n', 'j\\n'], 'k\\nl', '', []]\n"),
        // A pipe is read as far as it must be; characters and line ends that lie across two blocks of it stay whole.
        Case(
            arguments: [
                "run", "-c",
                "f = open('/dev/stdin')\nt = f.read(3) + f.readline(2) + f.readline()\n"
                    + "print(len(t), t == 'あ' * 90_000 + '\\n', [f.readline(), next(f), f.seekable(), f.read(), f.read(1)])",
            ],
            input: String(repeating: "あ", count: 90_000) + "\r\n\rい\r\nう", exitCode: 0,
            output: "90001 True ['\\n', 'い\\n', False, 'う', '']\n"),
        Case(
            arguments: ["run", "-c", "f = open('/dev/stdin', encoding='cp932', newline='')\nprint([len(l) for l in f])"],
            input: String(repeating: "a\r\nb\r", count: 30_000), exitCode: 0,
            output: "[\(Array(repeating: "3, 2", count: 30_000).joined(separator: ", "))]\n"),
        Case(
            arguments: ["run", "--max-memory", "20000000", "-c", "open('/dev/zero', 'rb').read()"], exitCode: 1, error: "MemoryError"),
        Case(
            arguments: ["run", "--max-memory", "20000000", "-c", "for l in open('/dev/zero'): pass"], exitCode: 1,
            error: "MemoryError"),
        Case(arguments: ["run", "-c", "input()"], input: "", exitCode: 1, error: "EOFError"),
        Case(arguments: ["run", "--sandbox", "-c", "input()"], input: "x", exitCode: 1, error: "without --sandbox"),
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

    /// What is flushed arrives while the program goes on: it waits for a line that comes only afterwards.
    @Test(arguments: ["print('ready', flush=True)", "import sys\nsys.stdout.write('ready\\n')\nsys.stdout.flush()", "print('ready')\ninput()"])
    func flushes(_ code: String) throws {
        let process = Process()
        process.executableURL = Program.path
        process.arguments = ["run", "-c", code + "\nprint(input())"]
        let (stdin, stdout) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (stdin, stdout)
        try process.run()
        #expect(stdout.fileHandleForReading.availableData == Data("ready\n".utf8))
        try stdin.fileHandleForWriting.write(contentsOf: Data("line\nline\n".utf8))
        try stdin.fileHandleForWriting.close()
        #expect(try stdout.fileHandleForReading.readToEnd() == Data("line\n".utf8))
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func caretStandsUnderWideText() throws {
        let run = try Program(["run", "-c", "文字 = 1\nprint('文字' + 文字)"])
        #expect(run.exitCode == 1)
        // Eleven cells: print( is six, the quotes two and the two characters four.
        #expect(run.error.contains("2 | print('文字' + 文字)\n  |       ^"), "\(run.error)")
    }
}
