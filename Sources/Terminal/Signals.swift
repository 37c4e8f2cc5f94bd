import Foundation
package import ScriptRuntime
import Synchronization

/// What signals leave behind for the loop that waits for keys, and the terminal's own settings for when all ends badly.
///
/// A handler may interrupt anything: it only stores in atomics, writes to a pipe and restores the terminal, which are safe there.
package enum Signals {
    /// Asks running code to end; belongs to the one session of the process.
    package static let interrupt = Interrupt()

    /// Whether code is running: Ctrl-C is then for the code, else for the line that is edited.
    static let isEvaluating = Flag()
    static let wasInterrupted = Flag()
    static let wasResized = Flag()
    static let wasStopped = Flag()

    /// The read end of the pipe that a handler writes to, for `poll`.
    static let wakeup = WakePipe()

    static func start() {
        prepare()
        install(SIGINT, onInterrupt)
        install(
            SIGWINCH,
            { _ in
                Signals.wasResized.raise()
                Signals.wakeup.write()
            })
        install(
            SIGTSTP,
            { _ in
                Signals.wasStopped.raise()
                Signals.wakeup.write()
            })
        for number in [SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGFPE, SIGTRAP] {
            install(number, onEnd, once: true)
        }
    }

    /// Makes everything that a handler touches: nothing may be made in one.
    private static func prepare() {
        _ = (interrupt.isSet, wakeup.readEnd, terminal, lastPress.load(ordering: .relaxed))
        for flag in [isEvaluating, wasInterrupted, wasResized, wasStopped] { flag.lower() }
    }

    /// For standard input that is no terminal: Ctrl-C ends what runs.
    static func startPlain() {
        prepare()
        isEvaluating.raise()
        install(SIGINT, onInterrupt)
    }

    /// Stops the process as Ctrl-Z does without us.
    static func stopNow() {
        signal(SIGTSTP, SIG_DFL)
        raise(SIGTSTP)
        install(
            SIGTSTP,
            { _ in
                Signals.wasStopped.raise()
                Signals.wakeup.write()
            })
    }

    private static func install(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void, once: Bool = false) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = once ? Int32(bitPattern: UInt32(SA_RESETHAND)) | Int32(SA_NODEFER) : 0
        sigaction(number, &action, nil)
    }

    fileprivate static let terminal = SavedTerminal()
    fileprivate static let lastPress = Atomic<UInt64>(0)
}

/// Ctrl-C. The first press asks what runs to end; one more within two seconds, when the first was not heard, ends the process.
private func onInterrupt(_ number: Int32) {
    let before = errno
    defer { errno = before }
    guard Signals.isEvaluating.isRaised else {
        Signals.wasInterrupted.raise()
        Signals.wakeup.write()
        return
    }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = UInt64(time.tv_sec) &* 1_000 &+ UInt64(time.tv_nsec) / 1_000_000
    let last = Signals.lastPress.exchange(now, ordering: .relaxed)
    // A key that is held down repeats every 30 ms: that is one press.
    if Signals.interrupt.isSet, now &- last > 150, now &- last < 2_000 {
        Signals.terminal.restore()
        let text: StaticString =
            "\ninterrupted twice: ended at once. Inputs are in the history file; values are lost; the last checkpoint is whole.\n"
        _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        _exit(130)
    }
    Signals.interrupt.cancel()
}

/// The process ends: the terminal first gets its settings back.
private func onEnd(_ number: Int32) {
    Signals.terminal.restore()
    // The handler is gone already: this time the signal does what it does by default.
    raise(number)
}

/// A word between a signal handler and the program.
final class Flag: Sendable {
    private let raised = Atomic<Bool>(false)

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    func raise() { raised.store(true, ordering: .relaxed) }
    func lower() { raised.store(false, ordering: .relaxed) }

    /// Whether it was raised; it is not any more.
    func take() -> Bool { raised.exchange(false, ordering: .relaxed) }
}

/// A pipe that never blocks.
final class WakePipe: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { ends = [-1, -1] }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    /// Safe in a signal handler.
    func write() {
        var byte: UInt8 = 1
        _ = Foundation.write(writeEnd, &byte, 1)
    }

    func drain() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(readEnd, &bytes, 16) > 0 {}
    }
}

/// The settings that the terminal had when the program began.
private final class SavedTerminal: @unchecked Sendable {
    // Written once, before any handler can read it.
    private var settings = termios()
    private let isTerminal: Bool

    init() {
        isTerminal = tcgetattr(STDIN_FILENO, &settings) == 0
    }

    /// Safe in a signal handler.
    func restore() {
        guard isTerminal else { return }
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        // Readline's bracketed paste, which it would have switched off itself.
        let off: StaticString = "\u{1B}[?2004l"
        if isatty(STDOUT_FILENO) == 1 { _ = write(STDOUT_FILENO, off.utf8Start, off.utf8CodeUnitCount) }
    }
}
