import Foundation
import ScriptRuntime
public import ScriptSession
import ScriptSyntax

/// A conversation through a pipe or from a file: no prompt, no colour, no escape byte; the first error ends it.
@MainActor
public final class PlainConversation: Conversation {
    private var lines = LineReader(STDIN_FILENO, interrupt: Signals.interrupt)

    public init(_ session: ScriptSession, color: ColorChoice) {
        super.init(session, color: color, screen: Screen(showsAtOnce: false))
    }

    /// Answers input after input to the end of standard input; gives the exit code.
    public func run() -> Int32 {
        Signals.startPlain()
        let screen = screen
        session.services.shell = { line in
            MainActor.assumeIsolated { screen.flush() }
            return try Shell.run(line)
        }
        var waiting: String?
        while true {
            guard let text = next(&waiting) else {
                screen.flush()
                return Signals.interrupt.isSet ? 130 : 0
            }
            guard !text.trimmingBlanks.isEmpty else { continue }
            let outcome = answer(text)
            if let value = outcome.valueText { screen.write(value + "\n") }
            screen.writeError(outcome.errorText(color: errorStyle.isOn))
            screen.flush()
            if case .finished = outcome.ending { continue }
            return outcome.exitCode
        }
    }

    /// A line of standard input with its end for `input()`: the same stream that the inputs come from.
    public func readLine(prompt: String) -> String? {
        screen.write(prompt)
        screen.flush()
        return lines.next().map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - Implementation

    private func answer(_ text: String) -> Outcome { session.reply(to: text) }

    /// The next input: a statement with all its lines. A block ends where a line begins at the left edge that does not go on with it.
    private func next(_ waiting: inout String?) -> String? {
        guard var text = waiting ?? line() else { return nil }
        waiting = nil
        if isWhole(text) { return text }
        while let line = line() {
            if beginsStatement(line), isBlock(text) {
                waiting = line
                return text
            }
            text += "\n" + line
            // Only a line that closes something, or the end of a statement that was no block, can make it whole.
            if !isBlank(line), line.first != " " || line.contains(where: { ")]}\"'".contains($0) }), !isBlock(text), isWhole(text) {
                return text
            }
        }
        return text
    }

    private func line() -> String? {
        lines.next().map { bytes in
            let line = bytes.last == 10 ? bytes.dropLast() : bytes[...]
            // Of one that is longer than any source may be, enough for it to be refused.
            return String(decoding: line.prefix(session.interpreter.limits.syntax.sourceBytes + 1), as: UTF8.self)
        }
    }

    private func isWhole(_ text: String) -> Bool {
        if case .incomplete = session.completeness(of: text) { return false }
        return true
    }

    /// Complete but for the blank line that ends a block at a prompt.
    private func isBlock(_ text: String) -> Bool {
        let text = text.trimmingBlanks
        return !isWhole(text) && isWhole(text + "\n\n")
    }

    private func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }

    /// Whether a line at the left edge is a statement of its own.
    private func beginsStatement(_ line: String) -> Bool {
        guard let first = line.first, first != " ", first != "\t", first != "#" else { return false }
        return !["elif", "else", "except", "finally"].contains(line.prefix { $0.isLetter })
    }
}
