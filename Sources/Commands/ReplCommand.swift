import ArgumentParser
import Bindings
import Foundation
import Imaging
import ScriptLibrary
import ScriptRuntime
import ScriptSession
import Tensors
import Terminal

/// `carpedm repl`, and the program `carpedm-repl`.
struct ReplCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl", abstract: "Talk to carpedm: an interactive prompt, or a program on standard input.",
        discussion: """
            On a terminal: In [1]: and Out[1]:, editing with readline, history, completion with Tab, help with name?, commands with %. \
            Ctrl-C ends what runs, or the line; Ctrl-D leaves.

            When standard input is no terminal: no prompt and no colours; the first error ends it. Exit codes: 0 fine, 1 the input failed, \
            2 usage or syntax, 130 interrupted; exit n and sys.exit(n) give n.
            """)

    @Option(help: "Colours: auto, always or never.")
    var color = Colors.auto

    @Flag(help: "Read no config file, no start-up file and no history; write none.")
    var noConfig = false

    @Option(help: "Start of all randomness that is left open.")
    var seed = 0

    @Option(help: "Threads that share the work; 0 takes all cores. Results do not depend on it.")
    var threads = 0

    @Flag(help: ArgumentHelp("Time completion at every place of the files.", visibility: .private))
    var measureCompletion = false

    @Argument(help: ArgumentHelp("Files for --measure-completion.", visibility: .private))
    var files: [String] = []

    func validate() throws {
        guard files.isEmpty || measureCompletion else {
            throw ValidationError("the prompt takes no file: 'carpedm run FILE' runs one, and %run FILE does so at the prompt")
        }
        guard (0...1024).contains(threads) else { throw ValidationError("--threads must be from 0 to 1024") }
        guard seed >= 0 else { throw ValidationError("--seed must be 0 or more") }
    }

    func run() throws {
        if threads > 0 { Parallel.workers = threads }
        if measureCompletion { return try CompletionTimes.print(files) }
        let code = try MainActor.assumeIsolated { try Repl(color: color.choice, noConfig: noConfig, seed: seed).run() }
        if code != 0 { throw ExitCode(code) }
    }
}

/// `ColorChoice` at the command line.
enum Colors: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    var choice: ColorChoice { ColorChoice(rawValue: rawValue) ?? .auto }
}

/// A session with the engine, and the conversation that shows it.
@MainActor
private struct Repl {
    let color: ColorChoice
    let noConfig: Bool
    let seed: Int

    func run() throws -> Int32 {
        let isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let reader = LineSource()
        let session = ScriptSession(
            interrupt: Signals.interrupt,
            library: LibraryOptions(
                arguments: [""], seed: seed, capabilities: .all,
                readLine: { prompt in
                    try MainActor.assumeIsolated { try reader.read(prompt) }
                }))
        session.options.add(PromptOptions.all)
        if !noConfig, isInteractive { session.history = History(path: Places.history) }
        session.services.locate = { name in try ScriptLocation(name).path }
        let engine = Engine.install(in: session.interpreter, seed: seed)
        let display = ProgressDisplay()
        engine.progress = { display.show($0) }
        let conversation: Conversation
        let talk: () -> Int32
        if isInteractive {
            let prompt = PromptConversation(session, color: color, picture: Self.picture)
            reader.read = { try prompt.readLine(prompt: $0).map { $0 + "\n" } }
            talk = { prompt.run(banner: "carpedm \(Engine.version). Help: ? or name?; commands: %magics; leave: Ctrl-D.") }
            conversation = prompt
        } else {
            let plain = PlainConversation(session, color: color)
            reader.read = { plain.readLine(prompt: $0) }
            talk = { plain.run() }
            conversation = plain
        }
        conversation.beforeOutput = { display.end() }
        conversation.interruptedRemark = {
            guard let run = engine.pausedTraining else { return nil }
            return "training is paused at step \(run.step)\(run.maxSteps.map { " of \($0)" } ?? ""); train.resume() goes on"
        }
        engine.showPicture = { png in MainActor.assumeIsolated { conversation.draw(png: png) } }
        engine.notice = { text in MainActor.assumeIsolated { conversation.remark(text) } }
        session.history?.problem = { text in MainActor.assumeIsolated { conversation.remark("carpedm: \(text)") } }
        if !noConfig {
            let problems = session.readConfig(at: Places.config + "/config.cdm")
            if !problems.isEmpty { conversation.remark(problems) }
            if let outcome = session.runStartup(at: Places.config + "/startup.cdm"), outcome.exitCode != 0 {
                conversation.remark(outcome.errorText)
            }
        }
        return withExtendedLifetime(engine) { talk() }
    }

    /// The text that draws an image file.
    private static func picture(_ png: [UInt8], _ way: PictureWay, _ space: PictureSpace) -> String? {
        guard let picture = TerminalPicture(rawValue: way.rawValue) else { return nil }
        let cell = TerminalPicture.Cell(width: space.cellWidth, height: space.cellHeight)
        return try? picture.text(drawing: png, columns: space.columns, rows: space.rows, cell: cell)
    }
}

/// Where `input()` reads from; known only when the conversation is.
@MainActor
private final class LineSource {
    var read: (String) throws -> String? = { _ in nil }
}
