import Foundation

/// Reads lines from a terminal with editing, and answers signals meanwhile.
@MainActor
final class LineEditor {
    enum Result: Equatable {
        case text(String)
        /// Ctrl-C.
        case cancelled
        /// Ctrl-D on an empty line, or the terminal is gone.
        case end
    }

    /// Lets the person edit a line that begins as `text`; `meanwhile` is done when the prompt stands.
    func line(prompt: String, text: String = "", meanwhile: () -> Void = {}) -> Result {
        Signals.wasInterrupted.lower()
        Readline.begin(prompt: prompt, text: text)
        meanwhile()
        var sources = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: Signals.wakeup.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            if Signals.wasInterrupted.take() {
                Readline.cancel(mark: "^C")
                return .cancelled
            }
            if Signals.wasResized.take() { Readline.windowChanged() }
            if Signals.wasStopped.take() {
                Readline.suspend()
                Signals.stopNow()
                Readline.resume()
            }
            let count = Readline.typed.isEmpty ? poll(&sources, nfds_t(sources.count), -1) : 1
            if count < 0 {
                if errno == EINTR { continue }
                return .end
            }
            if sources[1].revents != 0 { Signals.wakeup.drain() }
            // Ctrl-C goes before the keys that came with it.
            if Signals.wasInterrupted.isRaised { continue }
            if sources[0].revents != 0 || !Readline.typed.isEmpty, let line = Readline.takeKey() {
                switch line {
                case .text(let text): return .text(text)
                case .end: return .end
                }
            }
        }
    }
}
