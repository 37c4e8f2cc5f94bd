import ArgumentParser

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a script.",
        discussion: """
            The script's own arguments follow its name and are its sys.argv. A path that does not exist is looked for without regard \
            to capital letters, then among the scripts that come with the program.

            Results go to standard output, errors and progress to standard error. Exit codes: 0 fine, 1 the script or its data \
            failed, 2 usage, syntax or a missing file, 130 interrupted; sys.exit(n) gives n.
            """)

    @Option(name: .customShort("c"), parsing: .unconditional, help: ArgumentHelp("Run this code instead of a file.", valueName: "code"))
    var code: String?

    @Option(help: "Start of all randomness that the script leaves open.")
    var seed = 0

    @Option(help: "Threads that share the work; 0 takes all cores. Results do not depend on it.")
    var threads = 0

    @Option(help: "How errors are told: text, or json for one object a line.")
    var errorFormat = ErrorFormat.text

    @OptionGroup(title: "Limits")
    var limits: RunLimits

    @Argument(help: "The script, or '-' for standard input.")
    var script: String?

    @Argument(parsing: .captureForPassthrough, help: "The script's arguments.")
    var arguments: [String] = []

    func validate() throws {
        guard (0...1024).contains(threads) else { throw ValidationError("--threads must be from 0 to 1024") }
        guard seed >= 0 else { throw ValidationError("--seed must be 0 or more") }
    }

    func run() throws {
        try ScriptRun(
            code: code, script: script, arguments: arguments, seed: seed, threads: threads, errorFormat: errorFormat,
            limits: limits.limits, isSandboxed: limits.sandbox
        ).run()
    }
}
