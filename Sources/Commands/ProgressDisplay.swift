import Foundation
import Training

/// Progress on standard error: drawn over itself on a terminal, in lines elsewhere.
final class ProgressDisplay {
    private let lines: LineProgress
    private let redrawn: RedrawnProgress?

    init() {
        func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
        lines = LineProgress(write: write)
        let start = Date()
        redrawn =
            Self.isTerminal
            ? RedrawnProgress(columns: { Self.columns }, clock: { Date().timeIntervalSince(start) }, write: write) : nil
    }

    func show(_ event: ProgressEvent) {
        if let redrawn { redrawn.show(event) } else { lines.show(event) }
    }

    /// To be called before anything else is written to the terminal.
    func end() { redrawn?.end() }

    private static var isTerminal: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
