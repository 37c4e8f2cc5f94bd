import Foundation
public import ScriptLibrary
public import ScriptRuntime
public import ScriptSyntax

/// One conversation with the language: an interpreter with the standard library, and what it was asked so far.
///
/// Command line, prompt, documentation tests and notebooks all talk to this and differ only in how they show an outcome.
public final class ScriptSession {
    public let interpreter: Interpreter

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
        return outcome { () throws(ProgramError) in try interpreter.execute(source) }
    }

    /// Runs one input of a conversation: names that earlier ones bound stay, and a last expression gives its value.
    public func evaluate(_ source: SourceText) -> Outcome {
        outcome { () throws(ProgramError) in try interpreter.execute(source, mode: .lastValue) }
    }

    // MARK: - Implementation

    private func outcome(_ body: () throws(ProgramError) -> Value) -> Outcome {
        interpreter.resetBudgets()
        do {
            return .finished(try body())
        } catch {
            switch error {
            case .raised(let raised): return outcome(of: raised)
            case .invalid(let diagnostics, let source): return .refused(Refusal(diagnostics, in: source))
            case .tooLarge(let error, let source): return .refused(Refusal([error.diagnostic], in: source))
            }
        }
    }

    private func outcome(of raised: Raised) -> Outcome {
        let report = interpreter.report(raised)
        if let stop = raised.stop { return stop == .cancelled ? .interrupted : .stopped(report) }
        if raised.isInstance(of: .systemExit, interpreter) { return exit(raised) }
        if raised.isInstance(of: .keyboardInterrupt, interpreter) { return .interrupted }
        return .failed(report)
    }

    /// Python's rule: None is 0, a number is itself, anything else is printed and means 1.
    private func exit(_ raised: Raised) -> Outcome {
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
