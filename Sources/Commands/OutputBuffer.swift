import Foundation

/// Standard output: line by line on a terminal, in large pieces elsewhere.
final class OutputBuffer {
    private var pending: [UInt8] = []
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let before: () -> Void

    /// - Parameter before: called before something is written, so that a progress line can be ended.
    init(before: @escaping () -> Void) {
        self.before = before
        pending.reserveCapacity(1 << 16)
    }

    func write(_ text: String) {
        pending.append(contentsOf: text.utf8)
        if isTerminal ? text.utf8.contains(10) : pending.count >= 1 << 16 { flush() }
    }

    func flush() {
        guard !pending.isEmpty else { return }
        before()
        // A closed pipe ends the output, not the program's work.
        try? FileHandle.standardOutput.write(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
    }
}
