import Foundation
public import ScriptLibrary
public import ScriptRuntime
public import ScriptSyntax

/// One conversation with the language: an interpreter with the standard library, and what it was asked so far.
///
/// Command line, prompt, documentation tests and notebooks all talk to this and differ only in how they show an outcome:
///
/// - `run` takes a whole program, `evaluate` one piece of code whose last expression gives its value, and `reply` one input of
///   a person, which may also be a command (`%time`), a question (`name?`) or a line for the shell (`!ls`);
/// - `completeness`, `completions` and `inspection` answer an editor while the input is being written; they run no code.
public final class ScriptSession {
    public let interpreter: Interpreter
    /// What was asked and answered.
    public let transcript = Transcript()
    /// Choices of the person, with where each comes from.
    public let options = Options()
    /// Inputs of this and earlier conversations; nil keeps none.
    public var history: History?
    public internal(set) var magics = MagicTable.standard

    /// What the door lends to commands. Nil: the command says that it is not possible here.
    public var services = Services()

    /// The newest uncaught exception, for `%tb`.
    public internal(set) var lastReport: ErrorReport?
    /// Text that the door offers for editing as the next input.
    public var proposedInput: String?

    /// A conversation of its own, which shares nothing with others; without `library` its scripts reach no files, no clock and no environment.
    public init(limits: Limits = Limits(), interrupt: Interrupt = Interrupt(), library: LibraryOptions = LibraryOptions()) {
        interpreter = Interpreter(limits: limits, interrupt: interrupt)
        ScriptLibrary.install(in: interpreter, options: library)
        let capabilities = library.capabilities
        interpreter.sourceResolver = { name, importer, interpreter in
            try ScriptFile.imported(name, from: importer, capabilities, limits: interpreter.limits.syntax)
        }
    }

    /// Runs a whole program in `__main__`.
    public func run(_ source: SourceText) -> Outcome {
        interpreter.main["__file__"] = .str(source.name)
        interpreter.main["__package__"] = Value.none
        return outcome { () throws(ProgramError) in
            try interpreter.execute(source)
            return .none
        }
    }

    /// Runs one piece of a conversation: names that earlier ones bound stay, and a last expression gives its value.
    public func evaluate(_ source: SourceText) -> Outcome {
        outcome { () throws(ProgramError) in try interpreter.execute(source, mode: .lastValue) }
    }

    /// Ends what is running at the next good place; may be called from any thread.
    public var interrupt: Interrupt { interpreter.interrupt }

    /// What the door lends to commands.
    public struct Services {
        /// Lets the person edit a text in an editor of their own.
        public var edit: ((_ text: String) throws -> String)?
        /// Runs a line of the shell with the door's own streams; gives the exit code.
        public var shell: ((_ line: String) throws -> Int32)?
        /// Finds the file that a person means.
        public var locate: (String) throws -> String = { $0 }

        /// Services of a door that lends none.
        public init() {}
    }
}

// MARK: - Implementation

extension ScriptSession {
    func outcome(_ body: () throws(ProgramError) -> Value) -> Outcome {
        interpreter.resetBudgets()
        do {
            let value = try body()
            if value.isNone { return Outcome(.finished) }
            // `repr` may be the script's own: it has the run's limits and can fail like it.
            do { return Outcome(.finished, value: value, shown: try forms(of: value)) } catch { return outcome(of: error) }
        } catch {
            switch error {
            case .raised(let raised): return outcome(of: raised)
            case .invalid(let diagnostics, let source): return Outcome(.refused(Refusal(diagnostics, in: source)))
            case .tooLarge(let error, let source): return Outcome(.refused(Refusal([error.diagnostic], in: source)))
            }
        }
    }

    func outcome(of raised: Raised) -> Outcome {
        let report = interpreter.report(raised)
        if let stop = raised.stop { return Outcome(stop == .cancelled ? .interrupted(report) : .stopped(report)) }
        if raised.isInstance(of: .systemExit, interpreter) { return Outcome(exit(raised)) }
        if raised.isInstance(of: .keyboardInterrupt, interpreter) { return Outcome(.interrupted(report)) }
        return Outcome(.failed(report))
    }

    /// Python's rule: None is 0, a number is itself, anything else is printed and means 1.
    private func exit(_ raised: Raised) -> Outcome.Ending {
        guard let exception = interpreter.exception(of: raised),
            let arguments = try? interpreter.attribute(.instance(exception), "args"), case .tuple(let tuple) = arguments
        else { return .exited(code: 0, message: nil) }
        guard tuple.count > 0 else { return .exited(code: 0, message: nil) }
        switch tuple.count == 1 ? tuple[0] : arguments {
        case .none: return .exited(code: 0, message: nil)
        case .int(let code): return .exited(code: Int32(truncatingIfNeeded: code & 0xff), message: nil)
        case .bool(let flag): return .exited(code: flag ? 1 : 0, message: nil)
        case let other: return .exited(code: 1, message: (try? interpreter.str(other).string) ?? "")
        }
    }
}
