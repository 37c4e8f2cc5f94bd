public import ScriptSyntax

/// An uncaught exception, or the end of a run by a limit, as data.
public struct ErrorReport {
    /// One step of the way from the statement that failed to the start of the run.
    public struct Frame {
        /// `<module>`, or the function's qualified name.
        public let function: String
        public let source: SourceText
        public let span: SourceSpan
    }

    /// A part of a failed `assert` and what it was.
    public struct PartValue {
        /// As written.
        public let expression: String
        /// Its `repr`, cut where it is long.
        public let value: String
        public let source: SourceText
        public let span: SourceSpan
    }

    /// How an earlier exception belongs to a later one.
    public enum Relation: String { case cause, context }

    /// The exception's class.
    public let kind: String
    public let message: String
    public let hint: String?
    /// What `add_note` added.
    public let notes: [String]
    /// For a failed `assert`: its parts with their values, in the order they were computed.
    public let values: [PartValue]
    /// The innermost first.
    public let frames: [Frame]
    /// Set when the run was ended from outside the program.
    public let stop: Stop?
    /// The exceptions behind this one, the nearest first.
    public var causes: [(relation: Relation, report: ErrorReport)]

    /// `ValueError: message`, or the class alone.
    public var summary: String { message.isEmpty ? kind : "\(kind): \(message)" }
}

extension Interpreter {
    /// What there is to tell about an exception: its text, its frames, its causes.
    public func report(_ raised: Raised) -> ErrorReport {
        if let exception = exception(of: raised) { return report(exception, depth: 0) }
        let stop = raised.stop ?? .cancelled
        let (kind, message) = ErrorReport.describe(stop)
        return ErrorReport(
            kind: kind, message: message, hint: nil, notes: [], values: [], frames: frames(raised.trace), stop: stop, causes: [])
    }

    private func report(_ exception: InstanceObject, depth: Int) -> ErrorReport {
        let state = exception.exception
        var notes: [String] = []
        if case .list(let added)? = exception.attribute(Symbol(.__notes__)) {
            for note in added.items { notes.append((try? str(note).string) ?? "<note>") }
        }
        var causes: [(relation: ErrorReport.Relation, report: ErrorReport)] = []
        // A long chain of contexts is cut: the nearest are what explains an error.
        if depth < 20 {
            if case .instance(let cause) = state.cause {
                causes = [(.cause, report(cause, depth: depth + 1))]
            } else if case .instance(let context) = state.context, !state.suppressContext {
                causes = [(.context, report(context, depth: depth + 1))]
            }
        }
        return ErrorReport(
            kind: shownName(of: exception.type).replacing("__main__.", with: ""), message: message(of: exception),
            hint: state.hint, notes: notes, values: state.values, frames: frames(state.trace), stop: nil, causes: causes)
    }

    private func frames(_ trace: [TraceEntry]) -> [ErrorReport.Frame] {
        trace.map { ErrorReport.Frame(function: $0.code.qualifiedName, source: $0.code.source, span: $0.span) }
    }

    /// The text of what went wrong, as the command line shows it.
    public func report(_ error: ProgramError) -> String {
        switch error {
        case .invalid(let diagnostics, let source):
            return diagnostics.map { DiagnosticRenderer.text($0, in: source) }.joined(separator: "\n")
        case .tooLarge(let error, let source): return DiagnosticRenderer.text(error.diagnostic, in: source)
        case .raised(let raised): return report(raised).text
        }
    }
}

extension ErrorReport {
    static func describe(_ stop: Stop) -> (kind: String, message: String) {
        switch stop {
        case .cancelled: ("Cancelled", "the run was interrupted")
        case .steps(let limit): ("LimitReached", "the program took more than \(limit) steps")
        case .memory(let limit): ("LimitReached", "the program holds more than \(limit) bytes of data")
        case .time(let seconds): ("LimitReached", "the program ran longer than \(FloatText.repr(seconds)) seconds")
        case .output(let limit): ("LimitReached", "the program wrote more than \(limit) bytes")
        }
    }

    /// The report for people: the failing source with a caret, then the calls that led there, then what came before.
    public var text: String { text(color: false) }

    /// - Parameters:
    ///   - color: with ANSI colours.
    ///   - limit: how many calls are listed; nil lists them all.
    public func text(color: Bool, calls limit: Int? = nil) -> String {
        var result = head(color)
        let calls = self.calls
        let shown = limit.map { calls.prefix($0) } ?? calls[...]
        for line in shown { result += line + "\n" }
        if calls.count > shown.count { result += "... \(calls.count - shown.count) more calls\n" }
        for (relation, report) in causes {
            let title = relation == .cause ? "caused by:" : "raised while this was being handled:"
            result += "\n\(title)\n" + report.text(color: color, calls: limit)
        }
        return result
    }

    private func head(_ color: Bool) -> String {
        guard let first = frames.first else {
            var lines = [(color ? "\u{1B}[1;31merror[\(kind)]\u{1B}[0m" : "error[\(kind)]") + ": \(message)"]
            lines += remarks.map { "   = note: \($0)" }
            if let hint { lines.append("   = help: \(hint)") }
            return lines.joined(separator: "\n") + "\n"
        }
        let diagnostic = Diagnostic(
            code: kind, message: message, primary: .init(first.span), notes: remarks, help: hint.map { [$0] } ?? [])
        return DiagnosticRenderer.text(diagnostic, in: first.source, color: color)
    }

    /// Values of parts first, then what was added.
    private var remarks: [String] { values.map { "\($0.expression) is \($0.value)" } + notes }

    /// `in f, called from file:line:column: source`; repeated lines of a recursion are folded.
    private var calls: [String] {
        var lines: [String] = []
        for (index, frame) in frames.enumerated() where index + 1 < frames.count {
            let caller = frames[index + 1]
            let position = caller.source.position(at: Int(caller.span.start))
            let text = caller.source.text(ofLine: position.line).drop { $0 == " " }
            lines.append("in \(frame.function), called from \(caller.source.name):\(position.line):\(position.column): \(text)")
        }
        if let last = frames.last, last.function != "<module>" { lines.append("in \(last.function), called from the host") }
        return ErrorReport.fold(lines)
    }

    /// Keeps three of a run of equal lines, or of equal pairs and triples of lines.
    static func fold(_ lines: [String]) -> [String] {
        var result: [String] = []
        var index = 0
        while index < lines.count {
            var folded = false
            for period in 1...3 where index + period * 4 <= lines.count {
                var count = period
                while index + count < lines.count, lines[index + count] == lines[index + count - period] { count += 1 }
                let extra = count - period * 3
                if extra >= period {
                    result += lines[index..<(index + period * 3)]
                    result.append("... \(extra) more")
                    index += count
                    folded = true
                    break
                }
            }
            if !folded {
                result.append(lines[index])
                index += 1
            }
        }
        return result
    }
}
