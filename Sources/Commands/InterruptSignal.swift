import Dispatch
import Foundation
import ScriptRuntime
import Synchronization

/// Ctrl-C: the first asks the run to end at the next good place, the second within two seconds ends the process.
final class InterruptSignal {
    private let source: any DispatchSourceSignal

    /// Listens as long as it lives.
    init(for interrupt: Interrupt) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: DispatchQueue(label: "carpedm.interrupt"))
        let presses = Presses()
        source.setEventHandler {
            guard !presses.isSecond() else {
                FileHandle.standardError.write(Data("\ninterrupted twice: ended at once; the last checkpoint is whole\n".utf8))
                _exit(130)
            }
            interrupt.cancel()
        }
        source.resume()
    }

    deinit { source.cancel() }

    private final class Presses: Sendable {
        private let last = Mutex<UInt64>(0)

        /// Whether the one before was less than two seconds ago.
        func isSecond() -> Bool {
            let now = DispatchTime.now().uptimeNanoseconds
            return last.withLock { last in
                defer { last = now }
                return last > 0 && now - last < 2_000_000_000
            }
        }
    }
}
