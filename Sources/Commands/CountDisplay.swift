import Foundation
import Synchronization

/// One line about how far something is, on standard error: drawn over itself on a terminal, now and then a line elsewhere.
final class CountDisplay: Sendable {
    private struct State {
        var isOpen = false
        var shown = Date.distantPast
    }

    private let state = Mutex(State())
    private let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Shows a state, unless one was shown a moment ago.
    func show(_ text: String) {
        state.withLock { state in
            let now = Date()
            guard now.timeIntervalSince(state.shown) > (isTerminal ? 0.1 : 10) else { return }
            // The first state of a log is the beginning, of which there is nothing to tell.
            let isFirst = state.shown == .distantPast
            state.shown = now
            guard isTerminal || !isFirst else { return }
            FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : text + "\n").utf8))
            state.isOpen = isTerminal
        }
    }

    /// To be called before anything else is written to the terminal.
    func end() {
        state.withLock { state in
            if state.isOpen { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            state.isOpen = false
        }
    }
}
