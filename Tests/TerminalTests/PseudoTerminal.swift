import Foundation
import Testing

/// The built program on a terminal of its own, with the picture that a person would see.
///
/// Nothing here sleeps: every wait ends as soon as the picture is as expected, or fails after a generous time.
final class PseudoTerminal {
    private let descriptor: Int32
    let process: pid_t
    private(set) var picture: TerminalPicture
    /// Everything the program wrote, as it came.
    private(set) var bytes: [UInt8] = []
    private let folder: URL
    private var exitStatus: Int32?

    /// - Parameters:
    ///   - folder: home, configuration, history and working folder of the program.
    ///   - arguments: after the program's name.
    init(
        in folder: URL, arguments: [String] = [], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        picture = TerminalPicture(columns: columns, rows: rows)
        let program = try #require(ReplProgram.path, "the program carpedm-repl is built beside the tests")
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // Linux's requests TIOCSPTLCK and TIOCGPTN: unlock the other end, and tell its number.
        var (lock, number) = (Int32(0), Int32(0))
        try #require(
            descriptor >= 0 && ioctl(descriptor, 0x4004_5431, &lock) == 0 && ioctl(descriptor, 0x8004_5430, &number) == 0)
        let name = "/dev/pts/\(number)"
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a new session opens becomes its own.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A session of its own (0x80), with no signal blocked or ignored: the threads of tests block them.
        posix_spawnattr_setflags(&attributes, Int16(0x80 | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let variables = ReplProgram.environment(home: folder).merging(environment) { $1 }
        var id = pid_t()
        // The shell only changes the folder; the program takes its place.
        let words = ["sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path, program.path] + arguments
        let status = withCStrings(words) { arguments in
            withCStrings(variables.map { "\($0.key)=\($0.value)" }) {
                posix_spawn(&id, "/bin/sh", &actions, &attributes, arguments, $0)
            }
        }
        try #require(status == 0, "posix_spawn: \(status)")
        process = id
    }

    deinit {
        if exitStatus == nil {
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
        close(descriptor)
    }

    // MARK: - Keys

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else {
                try #require(errno == EAGAIN || errno == EINTR)
                // The program must be let speak before it listens again.
                _ = receive(0.05)
            }
        }
    }

    /// Seconds that a busy machine may need for what takes an instant, and for what takes long.
    static let patience = 300.0
    static let long = 1_200.0

    static let controlC = "\u{3}"
    static let controlD = "\u{4}"
    static func pasted(_ text: String) -> String { "\u{1B}[200~\(text)\u{1B}[201~" }

    // MARK: - What is seen

    /// Waits until the picture is as `condition` says.
    func wait(
        seconds: Double = PseudoTerminal.patience, for what: @autoclosure () -> String = "the picture",
        _ condition: (TerminalPicture) -> Bool
    )
        throws
    {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !condition(picture) {
            guard Date() < deadline, receive(0.2) || !hasEnded() || receive(0) else {
                Issue.record("waited for \(what()); the screen is:\n\(picture.text)")
                throw Missing()
            }
        }
    }

    struct Missing: Error {}

    func wait(forText text: String, seconds: Double = PseudoTerminal.patience) throws {
        try wait(seconds: seconds, for: "'\(text)'") { $0.text.contains(text) }
    }

    /// Waits until the cursor stands behind the prompt of input `number`, with nothing typed.
    func waitForPrompt(_ number: Int, seconds: Double = PseudoTerminal.patience) throws {
        let prompt = "In [\(number)]: "
        try wait(seconds: seconds, for: "prompt \(number)") { picture in
            picture.line(picture.cursor.row) == prompt.trimmingCharacters(in: .whitespaces)
                && picture.cursor.column == prompt.count
        }
    }

    /// Sends a line and waits for the next prompt.
    func run(_ line: String, _ number: Int) throws {
        try send(line + "\r")
        try waitForPrompt(number + 1)
    }

    func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
        picture.resize(columns: columns, rows: rows)
    }

    /// Waits for the end of the program; gives its exit code, or 128 and the signal.
    func waitForExit(seconds: Double = PseudoTerminal.patience) throws -> Int32 {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while exitStatus == nil {
            _ = receive(0.1)
            if hasEnded() { break }
            try #require(Date() < deadline, "the program does not end; the screen is:\n\(picture.text)")
        }
        while receive(0) {}
        return exitStatus ?? -1
    }

    /// Whether the program is gone.
    func hasEnded() -> Bool {
        var status: Int32 = 0
        if exitStatus == nil, waitpid(process, &status, WNOHANG) == process {
            exitStatus = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        }
        return exitStatus != nil
    }

    /// Takes what comes within `seconds`.
    func listen(seconds: Double) {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end, !hasEnded() { _ = receive(0.05) }
    }

    /// What the picture has between input `number` and the prompt behind it.
    func answer(to number: Int) -> String? {
        let text = picture.text
        guard let start = text.range(of: "In [\(number)]: "),
            let end = text.range(of: "In [\(number + 1)]:", options: .backwards),
            start.upperBound <= end.lowerBound
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// Takes what the program has written; false when there was nothing within `seconds`.
    private func receive(_ seconds: Double) -> Bool {
        var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&source, 1, Int32(seconds * 1000)) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return false }
        bytes += buffer[..<count]
        picture.take(buffer[..<count])
        return true
    }
}

/// The program and the surroundings it is tested in.
enum ReplProgram {
    static var path: URL? {
        var folder: URL? = Bundle(for: Marker.self).bundleURL
        while let here = folder, here.path != "/" {
            let program = here.appendingPathComponent("carpedm-repl")
            if FileManager.default.isExecutableFile(atPath: program.path), !isFolder(program) { return program }
            folder = here.deletingLastPathComponent()
        }
        return nil
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    static func environment(home: URL) -> [String: String] {
        [
            "HOME": home.path, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "INPUTRC": "/dev/null", "TZ": "UTC",
        ]
    }

    static var history: String { ".local/state/carpedm/history.jsonl" }

    private final class Marker {}
}

/// A folder that is gone after the test.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")

    init(_ files: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            let file = url.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

private func withCStrings<Result>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
