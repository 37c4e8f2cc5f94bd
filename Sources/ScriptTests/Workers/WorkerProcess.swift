import Foundation

/// A second process of this program that runs tests and reports on its standard output.
final class WorkerProcess {
    private let process = Process()
    private let output = Pipe()
    private let error = Pipe()
    private var pending: [UInt8] = []
    private let errorText = ErrorText()
    private let decoder = JSONDecoder()

    /// - Throws: what Foundation says when the process cannot be started.
    init(_ arguments: [String], environment: [String: String]) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = error
        error.fileHandleForReading.readabilityHandler = { [errorText] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { errorText.add(data) }
        }
        try process.run()
    }

    enum Answer {
        case message(WorkerMessage)
        /// Nothing came in time.
        case silence
        /// The process ended; why, in words.
        case ended(String)
    }

    /// The next message, waited for at most `seconds`.
    func next(within seconds: Double) -> Answer {
        let deadline = Date().addingTimeInterval(seconds)
        while true {
            if let end = pending.firstIndex(of: 10) {
                let line = Data(pending[..<end])
                pending.removeSubrange(...end)
                // Lines that are no message would be something that wrote to standard output by itself.
                if let message = try? decoder.decode(WorkerMessage.self, from: line) { return .message(message) }
                continue
            }
            let left = deadline.timeIntervalSinceNow
            guard left > 0 else { return .silence }
            var poll = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard Foundation.poll(&poll, 1, Int32(min(left * 1000, 60_000)) + 1) > 0 else { continue }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { return .ended(ending()) }
            pending += data
        }
    }

    /// Ends the process at once and waits for it.
    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        error.fileHandleForReading.readabilityHandler = nil
    }

    private func ending() -> String {
        process.waitUntilExit()
        let how = process.terminationReason == .uncaughtSignal ? "was ended by signal" : "ended with code"
        let text = errorText.lastLines
        return "its process \(how) \(process.terminationStatus)" + (text.isEmpty ? "" : "; it said: \(text)")
    }

    /// What came from standard error, collected on Foundation's queue.
    private final class ErrorText: @unchecked Sendable {
        // Sendable because the lock guards the only state.
        private let lock = NSLock()
        private var data = Data()

        func add(_ more: Data) {
            lock.withLock { data.append(more.prefix(max(0, 1 << 16 - data.count))) }
        }

        var lastLines: String {
            let text = lock.withLock { String(decoding: data, as: UTF8.self) }
            return text.split(separator: "\n").suffix(5).joined(separator: " | ")
        }
    }
}
