import ArgumentParser

/// The program `carpedm-repl`: `carpedm repl` under a name of its own, in its help as in its completions.
struct ReplProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carpedm-repl", abstract: ReplCommand.configuration.abstract, discussion: ReplCommand.configuration.discussion,
        version: Carpedm.configuration.version)

    @OptionGroup var prompt: ReplCommand

    func run() throws { try prompt.run() }
}
