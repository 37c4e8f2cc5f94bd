import ArgumentParser
import Bindings
import Foundation
import ScriptLibrary
import ScriptRuntime
import ScriptSession

struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Write the reference pages from the tables that help reads.",
        discussion: "With --check nothing is written, and the exit code is 1 when a page in the folder is not current.")

    @Flag(help: "Only say which pages are not current.")
    var check = false

    @Flag(help: "Write manual pages instead: carpedm.1 and carpedm-repl.1.")
    var manual = false

    @Argument(help: "The folder of the pages.")
    var folder: String

    func run() throws {
        var stale: [String] = []
        for (name, text) in manual ? Self.manualPages() : try Self.pages() {
            let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
            guard (try? Data(contentsOf: file)) != Data(text.utf8) else { continue }
            stale.append(name)
            if check { continue }
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file, options: .atomic)
            } catch {
                throw UsageError(CommandError.notReadable(path: file.path, reason: error.localizedDescription))
            }
        }
        for name in stale { print("\(check ? "not current" : "written"): \(folder)/\(name)") }
        if check, !stale.isEmpty { throw ExitCode(1) }
    }

    // MARK: - Implementation

    private static func pages() throws -> [(name: String, text: String)] {
        let session = ScriptSession(library: LibraryOptions(arguments: [""], capabilities: .all))
        let engine = Engine.install(in: session.interpreter)
        return try withExtendedLifetime(engine) {
            let page = ReferencePage(session.interpreter)
            let names = session.interpreter.hostModuleNames
            func chapters(_ names: [String]) throws -> String { try names.map { try page.module($0) }.joined() }
            let own = names.filter { $0 == "carpedm" || $0.hasPrefix("carpedm.") }
            return [
                ("Builtins.md", head("Built-in functions and types", "Everything here behaves as in Python 3.11.") + page.builtins()),
                (
                    "StandardModules.md",
                    head("Standard modules", "The names are Python's, and so is what they do; what is not listed is not there.")
                        + (try chapters(names.filter { !own.contains($0) }))
                ),
                ("Carpedm.md", head("The carpedm modules", "`import carpedm as dm` gives all of them.") + (try chapters(own))),
                ("CommandLine.md", head("The command line", "`carpedm COMMAND --help` shows the same.") + commands()),
            ]
        }
    }

    private static func head(_ title: String, _ text: String) -> String {
        "<!-- Written by `carpedm reference Docs/Reference`; edit the tables it reads, not this page. -->\n\n# \(title)\n\n\(text)\n"
    }

    /// `man` pages: the help texts as they are.
    private static func manualPages() -> [(name: String, text: String)] {
        func page(_ name: String, _ abstract: String, _ help: [String]) -> String {
            let body = help.joined(separator: "\n\n").replacing("\\", with: "\\e").split(separator: "\n", omittingEmptySubsequences: false)
            // A dot or an apostrophe that begins a line would be a request to troff.
            let lines = body.map { $0.first == "." || $0.first == "'" ? "\\&" + $0 : String($0) }.joined(separator: "\n")
            return
                ".TH \(name.uppercased()) 1 \"\" \"carpedm \(Engine.version)\"\n.SH NAME\n\(name) \\- \(abstract)\n.SH DESCRIPTION\n.nf\n\(lines)\n.fi\n"
        }
        let all = [Carpedm.helpMessage(columns: 76)] + Carpedm.configuration.subcommands.map { Carpedm.helpMessage(for: $0, columns: 76) }
        return [
            ("carpedm.1", page("carpedm", "train readers of old Japanese books", all)),
            ("carpedm-repl.1", page("carpedm-repl", "the prompt of carpedm", [ReplProgram.helpMessage(columns: 76)])),
        ]
    }

    private static func commands() -> String {
        Carpedm.configuration.subcommands.map { command in
            let name = command.configuration.commandName ?? ""
            let help = Carpedm.helpMessage(for: command, columns: 100)
            return "\n## `carpedm \(name)`\n\n```text\n\(help)\n```\n"
        }.joined()
    }
}
