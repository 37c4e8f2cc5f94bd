import Foundation

/// Standard output and error of a conversation, in order: what is written to one never overtakes the other.
@MainActor
final class Screen {
    private var pending: [UInt8] = []
    /// Whether the last thing written ended its line.
    private(set) var isAtLineStart = true
    private let showsAtOnce: Bool
    /// Called before something is written, so that a progress line can make room.
    var before: () -> Void = {}

    /// - Parameter showsAtOnce: write at every line end, not only in large pieces.
    init(showsAtOnce: Bool) { self.showsAtOnce = showsAtOnce }

    func write(_ text: String) {
        guard !text.isEmpty else { return }
        pending.append(contentsOf: text.utf8)
        if pending.count >= 1 << 14 || showsAtOnce && text.utf8.contains(10) { flush() }
    }

    func writeError(_ text: String) {
        guard !text.isEmpty else { return }
        flush()
        before()
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        isAtLineStart = text.utf8.last == 10
    }

    func flush() {
        guard let last = pending.last else { return }
        before()
        // A closed pipe ends the output, not the program's work.
        try? FileHandle.standardOutput.write(contentsOf: pending)
        isAtLineStart = last == 10
        pending.removeAll(keepingCapacity: true)
    }

    /// Takes away the `^C` that the terminal wrote where nothing else stands.
    func dropEcho() {
        flush()
        before()
        guard isAtLineStart, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return }
        try? FileHandle.standardOutput.write(contentsOf: Data("\r\u{1B}[K".utf8))
    }

    /// Ends a line that was left open, for what must begin at the left edge.
    func endLine() {
        flush()
        before()
        if !isAtLineStart { write("\n") }
        flush()
    }

    static var columns: Int { size.columns }

    static var size: (columns: Int, rows: Int, width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24, 0, 0) }
        return (Int(size.ws_col), Int(size.ws_row), Int(size.ws_xpixel), Int(size.ws_ypixel))
    }
}
