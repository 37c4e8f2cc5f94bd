import Foundation
import ScriptRuntime
public import ScriptSession
import ScriptSyntax

/// What the two ways to talk to a person have in common: showing outcomes.
@MainActor
public class Conversation {
    public let session: ScriptSession
    let screen: Screen
    let errorStyle: Style
    let outputStyle: Style

    /// - Parameter color: for both streams.
    init(_ session: ScriptSession, color: ColorChoice, screen: Screen) {
        self.session = session
        self.screen = screen
        outputStyle = Style(isOn: color.isOn(for: STDOUT_FILENO))
        errorStyle = Style(isOn: color.isOn(for: STDERR_FILENO))
        session.interpreter.output = { text in MainActor.assumeIsolated { screen.write(text) } }
        session.interpreter.flushOutput = { MainActor.assumeIsolated { screen.flush() } }
        session.interpreter.errorOutput = { text in MainActor.assumeIsolated { screen.writeError(text) } }
    }

    /// Draws a picture; false where that cannot be.
    public func draw(png: [UInt8]) -> Bool { false }

    /// Writes a remark for the person, on standard error.
    public func remark(_ text: String) { screen.writeError(text.hasSuffix("\n") ? text : text + "\n") }

    /// Called before anything is written, so that a progress line can make room.
    public var beforeOutput: () -> Void {
        get { screen.before }
        set { screen.before = newValue }
    }

    /// What to say when a person has ended what ran: how it can go on.
    public var interruptedRemark: () -> String? = { nil }

    /// Evaluates an input with Ctrl-C meant for it.
    func reply(_ text: String) -> Outcome {
        Signals.interrupt.clear()
        Signals.isEvaluating.raise()
        let outcome = session.reply(to: text)
        Signals.isEvaluating.lower()
        // A press that came too late for the code is not meant for the next one.
        Signals.interrupt.clear()
        return outcome
    }
}
