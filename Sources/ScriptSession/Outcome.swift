public import ScriptRuntime

/// How a program or an input ended, and what it has to show: the same for every door.
public struct Outcome {
    /// How a piece of code ended.
    public enum Ending {
        /// It ran to its end.
        case finished
        /// It called `sys.exit`; what it gave beside a number is for standard error.
        case exited(code: Int32, message: String?)
        /// It is not a program.
        case refused(Refusal)
        /// A command of the conversation (`%name`, `!shell`, `name?`) that cannot be carried out.
        case misused(message: String, hint: String?)
        /// It raised an exception that nobody caught.
        case failed(ErrorReport)
        /// A limit ended it.
        case stopped(ErrorReport)
        /// A person ended it; where it was.
        case interrupted(ErrorReport?)
    }

    public let ending: Ending
    /// The value of a last expression that is not None.
    public let value: Value?
    /// What the value looked like when it was new; nil without a value, and when a `;` asked for silence.
    public let shown: DisplayForms?
    /// The number of the input in its conversation.
    public let number: Int?

    init(_ ending: Ending, value: Value? = nil, shown: DisplayForms? = nil, number: Int? = nil) {
        (self.ending, self.value, self.shown, self.number) = (ending, value, shown, number)
    }

    /// 0 fine, 1 failed, 2 not a program, 130 interrupted; what `sys.exit` was given.
    public var exitCode: Int32 {
        switch ending {
        case .finished: 0
        case .exited(let code, _): code
        case .refused: 2
        case .misused, .failed, .stopped: 1
        case .interrupted: 130
        }
    }

    /// One word for records: `ok`, `error`, `invalid`, `interrupted`, `exit`.
    public var status: String {
        switch ending {
        case .finished: "ok"
        case .exited: "exit"
        case .refused: "invalid"
        case .misused, .failed, .stopped: "error"
        case .interrupted: "interrupted"
        }
    }

    /// The exception behind it.
    public var report: ErrorReport? {
        switch ending {
        case .failed(let report), .stopped(let report), .interrupted(.some(let report)): report
        default: nil
        }
    }

    /// The same with what only the conversation knows.
    func with(value: Value?, shown: DisplayForms?, number: Int?) -> Outcome {
        Outcome(ending, value: value, shown: shown, number: number)
    }
}
