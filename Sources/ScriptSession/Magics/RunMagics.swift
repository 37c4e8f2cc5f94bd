import Foundation
import ScriptRuntime
import ScriptSyntax

/// `%run`, `%cell`, `%load` and `%edit`: code from files.
enum RunMagics {
    static var all: [Magic] {
        [
            Magic(
                "run", "%run [--cell CELL] FILE [ARGUMENTS]",
                """
                Run a file in this session; its names stay.
                The arguments become sys.argv. With --cell only one cell runs: its number, counted from 1, or its title.
                """, flags: ["--cell"], operand: .path, run: run),
            Magic(
                "cell", "%cell FILE [CELL]", "List the cells ('# %%' lines) of a file, or run one by number or title.",
                operand: .path
            ) { call in
                var words = call.words
                guard !words.isEmpty else { throw SessionError("a file is missing", hint: "Write \(Self.cellUsage).") }
                let source = try source(words.removeFirst(), call)
                if !words.isEmpty { return try run(words.joined(separator: " "), of: source, call) }
                let cells = Parser.parse(source).cells
                call.print(
                    cells.enumerated().map { index, cell in
                        let line = source.position(at: Int((cell.marker ?? cell.body).start)).line
                        return "\(index + 1)  \(cell.title.isEmpty ? "(no title)" : cell.title)  (line \(line))"
                    }.joined(separator: "\n"))
                return Outcome(.finished)
            },
            Magic("load", "%load FILE", "Put the text of a file at the prompt, ready to be changed and run.", operand: .path) {
                call in
                guard let name = call.words.first else { throw SessionError("a file is missing", hint: "Write %load FILE.") }
                call.session.proposedInput = String(decoding: try source(name, call).utf8, as: UTF8.self).trimmingBlanks
                return Outcome(.finished)
            },
            Magic(
                "edit", "%edit [NUMBERS]",
                """
                Change an input (the last one, or those with NUMBERS as in 3 5-8) in the editor.
                The editor is the option 'editor', else $VISUAL or $EDITOR. What it saves is put at the prompt.
                """
            ) { call in
                guard let edit = call.session.services.edit else { throw SessionError("there is no editor here") }
                let earlier = call.session.transcript.entries.filter { $0.number < call.number }
                let numbers = try call.words.flatMap { try RecordMagics.numbers($0) }
                let chosen =
                    numbers.isEmpty
                    ? earlier.last { !$0.input.hasPrefix("%edit") }.map { [$0] } ?? []
                    : earlier.filter { numbers.contains($0.number) }
                if !numbers.isEmpty, chosen.isEmpty { throw SessionError("there is no input \(call.rest)") }
                let text = try edit(chosen.map(\.input).joined(separator: "\n"))
                call.session.proposedInput = text.trimmingBlanks
                return Outcome(.finished)
            },
        ]
    }

    private static let cellUsage = "%cell FILE [CELL]"

    private static func run(_ call: MagicCall) throws -> Outcome {
        var words = call.words
        var cell: String?
        if let flag = words.first, flag == "--cell" || flag.hasPrefix("--cell=") {
            words.removeFirst()
            if flag == "--cell" {
                guard !words.isEmpty else { throw SessionError("--cell needs a number or a title") }
                cell = words.removeFirst()
            } else {
                cell = String(flag.dropFirst("--cell=".count))
            }
        }
        guard let name = words.first else { throw SessionError("a file is missing", hint: "Write %run FILE.") }
        let source = try source(name, call)
        if let cell { return try run(cell, of: source, call) }
        let interpreter = call.session.interpreter
        let sys = try interpreter.importModule("sys")
        let before = sys["argv"]
        sys["argv"] = .list(words.map { .str($0) })
        defer { sys["argv"] = before }
        return call.session.run(source)
    }

    private static func run(_ cell: String, of source: SourceText, _ call: MagicCall) throws -> Outcome {
        let parsed = Parser.parse(source)
        let cells = parsed.cells
        let index =
            Int(cell).flatMap { cells.indices.contains($0 - 1) ? $0 - 1 : nil } ?? cells.firstIndex { $0.title == cell }
            ?? cells.firstIndex { $0.title.lowercased().hasPrefix(cell.lowercased()) }
        guard let index else {
            throw SessionError(
                "'\(source.name)' has no cell '\(cell)'", hint: "%cell \(source.name) lists its \(cells.count) cells.")
        }
        // Blank lines stand for what is before it, so that errors name the line of the file.
        let body = cells[index].body
        let before = source.position(at: Int(body.start)).line - 1
        let text = String(repeating: "\n", count: before) + source.text(of: body)
        return call.session.evaluate(SourceText(name: source.name, text: text))
    }

    private static func source(_ name: String, _ call: MagicCall) throws -> SourceText {
        let path = try call.session.services.locate(PlaceMagics.expanded(name))
        do { return try ScriptFile.source(at: path) } catch {
            throw SessionError("'\(name)' cannot be read: \((error as NSError).localizedDescription)")
        }
    }
}
