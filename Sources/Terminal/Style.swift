import Foundation

/// Whether a stream gets colours.
public enum ColorChoice: String, CaseIterable, Sendable {
    case auto, always, never

    /// The choice first, then `NO_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb`, then whether the stream is a terminal.
    package func isOn(for descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto:
            if environment["NO_COLOR"].map({ !$0.isEmpty }) == true { return false }
            if let force = environment["CLICOLOR_FORCE"], force != "0", !force.isEmpty { return true }
            return isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        }
    }
}

/// Colours of the prompt.
struct Style {
    let isOn: Bool

    func input(_ text: String) -> String { paint(text, "32") }
    func output(_ text: String) -> String { paint(text, "31") }
    func quiet(_ text: String) -> String { paint(text, "2") }

    private func paint(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

    /// The same for a prompt: readline must not count what takes no room.
    func prompt(_ text: String) -> String { isOn ? "\u{1}\u{1B}[32m\u{2}\(text)\u{1}\u{1B}[0m\u{2}" : text }
}
