public import ScriptRuntime
public import ScriptSession

/// How a front end makes a session for tests; what the session imports (`carpedm`) is the front end's to say.
public struct SessionMaker {
    /// What a test run fixes.
    public struct Setup {
        public var limits = Limits()
        public var interrupt = Interrupt()
        public var seed = 0
        /// Whether the session may fetch anything from other machines.
        public var reachesNetwork = true
        /// What the session's host parts write to standard error.
        public var notice: (String) -> Void = { _ in }
    }

    private let make: (Setup) throws -> (ScriptSession, owner: AnyObject?)

    /// - Parameter make: the session, and what must live as long as it does.
    public init(_ make: @escaping (Setup) throws -> (ScriptSession, owner: AnyObject?)) { self.make = make }

    func callAsFunction(_ setup: Setup) throws -> TestSession {
        let (session, owner) = try make(setup)
        return TestSession(session: session, owner: owner)
    }
}

/// A session whose output is caught.
final class TestSession {
    let session: ScriptSession
    private let owner: AnyObject?
    private var printed = ""
    private var noticed = ""

    var interpreter: Interpreter { session.interpreter }

    init(session: ScriptSession, owner: AnyObject?) {
        self.session = session
        self.owner = owner
        session.interpreter.output = { [unowned self] in printed += $0 }
        session.interpreter.errorOutput = { [unowned self] in noticed += $0 }
    }

    func notice(_ text: String) { noticed += text }

    /// What was printed since the last call.
    func takeOutput() -> String {
        defer { printed = "" }
        return printed
    }

    /// What went to standard error since the last call.
    func takeNotices() -> String {
        defer { noticed = "" }
        return noticed
    }
}
