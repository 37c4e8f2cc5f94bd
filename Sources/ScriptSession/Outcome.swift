public import ScriptRuntime

/// How a program or an input ended.
public enum Outcome {
    /// It ran to its end; the value of a last expression, where there was one.
    case finished(Value)
    /// It called `sys.exit`; what it gave beside a number is for standard error.
    case exited(code: Int32, message: String?)
    /// It is not a program.
    case refused(Refusal)
    /// It raised an exception that nobody caught.
    case failed(ErrorReport)
    /// A limit ended it.
    case stopped(ErrorReport)
    /// A person ended it.
    case interrupted

    /// 0 fine, 1 failed, 2 not a program, 130 interrupted; what `sys.exit` was given.
    public var exitCode: Int32 {
        switch self {
        case .finished: 0
        case .exited(let code, _): code
        case .refused: 2
        case .failed, .stopped: 1
        case .interrupted: 130
        }
    }

    /// What standard error gets; empty when all is well.
    public var errorText: String {
        switch self {
        case .finished: ""
        case .exited(_, let message): message.map { $0 + "\n" } ?? ""
        case .refused(let refusal): refusal.text
        case .failed(let report), .stopped(let report): report.text
        case .interrupted: "interrupted\n"
        }
    }

    /// The same for programs: one JSON object a line.
    public var errorJSON: String {
        switch self {
        case .finished: ""
        case .exited(_, let message): message.map { $0 + "\n" } ?? ""
        case .refused(let refusal): refusal.json
        case .failed(let report), .stopped(let report): report.json + "\n"
        case .interrupted: #"{"kind":"KeyboardInterrupt","message":"interrupted"}"# + "\n"
        }
    }
}
