import Foundation
import ScriptRuntime
public import ScriptSession
import ScriptSyntax

/// A conversation on a terminal: `In [1]:`, editing, history, completion, and answers below.
@MainActor
public final class PromptConversation: Conversation {
    private let editor = LineEditor()
    private let frame: PictureFrame
    /// What a command left for the next prompt.
    private var proposed = ""
    /// The lines above the one that is edited, in the same input, with a line end behind each.
    private var above = ""
    /// The inputs of the transcript that was pasted last.
    private var pasted: [String] = []

    /// - Parameter picture: makes the text that draws an image file; nil when it cannot.
    public init(
        _ session: ScriptSession, color: ColorChoice, picture: @escaping ([UInt8], PictureWay, PictureSpace) -> String?
    ) {
        let screen = Screen(showsAtOnce: true)
        frame = PictureFrame(screen, text: picture)
        super.init(session, color: color, screen: screen)
    }

    /// Draws a picture below what was written.
    public override func draw(png: [UInt8]) -> Bool { frame.draw(png: png, option: session.options["images"]) }

    /// Talks until the person leaves; gives the exit code.
    public func run(banner: String) -> Int32 {
        Signals.start()
        Readline.hooks.clean = { [unowned self] text in
            pasted = Paste.inputs(of: text) ?? []
            return Paste.cleaned(text)
        }
        Readline.hooks.complete = { [unowned self] in complete($0, $1, isRepeated: $2) }
        Readline.start(usesBracketedPaste: ProcessInfo.processInfo.environment["TERM"] != "dumb")
        let screen = screen
        session.services.shell = { line in
            MainActor.assumeIsolated { screen.flush() }
            let code = try Shell.run(line)
            // The terminal has written ^C and left the cursor behind it.
            if code == 128 + SIGINT { MainActor.assumeIsolated { screen.write("\n") } }
            return code
        }
        session.services.edit = { [unowned self] text in try MainActor.assumeIsolated { try edit(text) } }
        if !banner.isEmpty { screen.write(banner + "\n") }
        var isFirst = true
        while true {
            screen.endLine()
            if let text = session.proposedInput {
                session.proposedInput = nil
                proposed = text
            }
            switch input(isFirst: isFirst) {
            case .cancelled: break
            case .end:
                screen.write("\n")
                screen.flush()
                return 0
            case .text(let text):
                guard !text.trimmingBlanks.isEmpty else { break }
                for (index, part) in parts(text).enumerated() {
                    if index > 0 { screen.write(outputStyle.input("In [\(session.transcript.nextNumber)]: ") + part + "\n") }
                    Readline.remember(part)
                    let outcome = reply(part)
                    show(outcome)
                    if case .exited = outcome.ending { return outcome.exitCode }
                    guard case .finished = outcome.ending else { break }
                }
            }
            isFirst = false
        }
    }

    /// A line for `input()`, edited as inputs are but not remembered.
    ///
    /// - Throws: the end of the run at Ctrl-C.
    public func readLine(prompt: String) throws -> String? {
        screen.flush()
        Signals.isEvaluating.lower()
        defer { Signals.isEvaluating.raise() }
        switch editor.line(prompt: prompt) {
        case .text(let line): return line
        case .end: return nil
        case .cancelled:
            Signals.interrupt.cancel()
            try session.interpreter.checkInterrupt()
            return nil
        }
    }

    /// The inputs in a text: those of a transcript that was pasted and not changed, else the text itself.
    private func parts(_ text: String) -> [String] {
        defer { pasted = [] }
        return pasted.count > 1 && pasted.joined(separator: "\n") == text ? pasted : [text]
    }

    // MARK: - Input

    /// One whole input: line after line until the parser says that it is complete.
    private func input(isFirst: Bool) -> LineEditor.Result {
        let label = "In [\(session.transcript.nextNumber)]: "
        let more = String(repeating: " ", count: max(0, label.count - 5)) + "...: "
        var text = ""
        var start = proposed
        proposed = ""
        var prompt = outputStyle.prompt(label)
        while true {
            let isVeryFirst = isFirst && text.isEmpty
            above = text.isEmpty ? "" : text + "\n"
            switch editor.line(prompt: prompt, text: start, meanwhile: { if isVeryFirst { readHistory() } }) {
            case .cancelled: return .cancelled
            case .end:
                // In the middle of an input it means: that is all.
                if text.isEmpty { return .end }
                screen.write("\n")
                return .text(text)
            case .text(let line):
                let line = line.allSatisfy { $0 == " " || $0 == "\t" } ? "" : line
                text = prompt == outputStyle.prompt(label) && text.isEmpty ? line : text + "\n" + line
                // A block that came whole, by paste or from the history, needs no blank line to end it.
                let whole = line.contains("\n") ? text + "\n" : text
                guard case .incomplete(let indent) = session.completeness(of: whole) else { return .text(text) }
                prompt = outputStyle.prompt(more)
                start = indent
            }
        }
    }

    /// Opens a text in the person's editor.
    private func edit(_ text: String) throws -> String {
        screen.flush()
        let environment = ProcessInfo.processInfo.environment
        let editor =
            [session.options["editor"], environment["VISUAL"] ?? "", environment["EDITOR"] ?? ""].first { !$0.isEmpty } ?? "vi"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString).cdm")
        try Data((text + "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // The editor is a command with its own arguments, as everywhere.
        let code = try Shell.run("\(editor) '\(file.path)'")
        guard code == 0 else { throw SessionError("the editor '\(editor)' ended with code \(code)") }
        return try String(contentsOf: file, encoding: .utf8)
    }

    // MARK: - History

    /// Earlier inputs, for the arrow keys and Ctrl-R: read when the first prompt stands already.
    private func readHistory() {
        let most = max(0, session.options.number("history_size"))
        guard let history = session.history else { return Readline.rememberAll([], most: most) }
        history.trim(to: session.options.number("history_bytes"))
        let texts = history.recentInputs(lastBytes: most * 100)
        Readline.rememberAll(texts.suffix(most), most: most)
    }

    // MARK: - Answers

    private func show(_ outcome: Outcome) {
        screen.flush()
        if let text = outcome.valueText {
            screen.endLine()
            let number = outcome.number ?? 0
            screen.write(outputStyle.output("Out[\(number)]: ") + (text.contains("\n") ? "\n" : "") + text + "\n")
            screen.flush()
            if let image = outcome.shown?[DisplayForms.pngType] { _ = draw(png: image) }
        }
        if case .interrupted = outcome.ending { screen.dropEcho() }
        let error = outcome.errorText(color: errorStyle.isOn, calls: 6)
        if !error.isEmpty {
            screen.endLine()
            screen.writeError(error)
        }
        if case .interrupted = outcome.ending, let text = interruptedRemark() { remark(text) }
    }

    // MARK: - Completion

    private func complete(_ text: String, _ point: Int, isRepeated: Bool) {
        let before = String(decoding: Array(text.utf8.prefix(point)), as: UTF8.self)
        let line = before.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
        if line.allSatisfy({ $0 == " " }) {
            Readline.replace(last: 0, with: String(repeating: " ", count: 4 - line.count % 4))
            return
        }
        let list = session.completions(in: above + text, at: above.utf8.count + point)
        guard let first = list.candidates.first else { return Readline.ring() }
        let written = String(decoding: Array((above + text).utf8)[list.range], as: UTF8.self)
        if list.candidates.count == 1 {
            let after = Array(text.utf8.dropFirst(point))
            let suffix = after.starts(with: first.suffix.utf8) ? "" : first.suffix
            Readline.replace(last: list.range.count, with: first.text + suffix)
            return
        }
        let common = list.commonPrefix
        if common.utf8.count > written.utf8.count || !common.utf8.starts(with: written.utf8) {
            Readline.replace(last: list.range.count, with: common)
        } else if isRepeated {
            let lines = CandidateColumns(list.candidates.map(\.label), columns: Screen.columns, mostLines: Screen.size.rows * 2)
                .lines
            Readline.writingBelow {
                screen.write(lines.joined(separator: "\n") + "\n")
                screen.flush()
            }
        } else {
            Readline.ring()
        }
    }
}
