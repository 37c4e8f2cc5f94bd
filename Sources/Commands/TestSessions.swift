import Bindings
import Foundation
import ScriptLibrary
import ScriptSession
import ScriptTests
import Tensors

/// Sessions as test runs make them: the engine inside, everything that could differ between two runs fixed.
enum TestSessions {
    static var maker: SessionMaker { SessionMaker(make) }

    private static func make(_ setup: SessionMaker.Setup) throws -> (ScriptSession, owner: AnyObject?) {
        let session = ScriptSession(
            limits: setup.limits, interrupt: setup.interrupt,
            library: LibraryOptions(arguments: ["test"], seed: setup.seed, capabilities: .all))
        let engine = Engine.install(in: session.interpreter, seed: setup.seed)
        engine.notice = setup.notice
        engine.reachesNetwork = setup.reachesNetwork
        return (session, owner: engine)
    }

    /// The environment of the processes that run tests and pages.
    static var environment: [String: String] {
        ProcessInfo.processInfo.environment.merging([
            "TZ": "UTC", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "NO_COLOR": "1",
            // Where a closed process would wait for a debugger's report.
            "SWIFT_BACKTRACE": "enable=no",
        ]) { $1 }
    }

    /// Workers share the cores by files; inside one two threads are plenty, and the results do not depend on it.
    static func fixThreads() { Parallel.workers = 2 }

    /// Options on their way to a worker process.
    static func encoded(_ options: some Encodable) throws -> String { String(decoding: try JSONEncoder().encode(options), as: UTF8.self) }

    static func decoded<Options: Decodable>(_ text: String) throws -> Options {
        try JSONDecoder().decode(Options.self, from: Data(text.utf8))
    }

    /// Writes a report where `--junit` or `--tap` asked for it; `-` is standard output.
    static func write(_ text: String, to path: String) throws {
        if path == "-" {
            FileHandle.standardOutput.write(Data(text.utf8))
            return
        }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw UsageError(ScriptTestError.notWritable(path: path, reason: error.localizedDescription))
        }
    }
}
