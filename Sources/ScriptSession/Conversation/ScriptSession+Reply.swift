import Foundation
import ScriptRuntime
public import ScriptSyntax

extension ScriptSession {
    /// Whether an input can be evaluated, needs more lines, or never becomes right. Commands need one line, `%%` ones a blank line at the end.
    public func completeness(of text: String) -> Completeness {
        switch Input(text) {
        case .nothing, .magic, .shell, .question, .exit: return .complete
        case .cellMagic:
            return text.hasSuffix("\n") || !text.contains("\n") && text.hasSuffix("?") ? .complete : .incomplete(indent: "")
        case .code(let code, _): return Completeness.check(code)
        }
    }

    /// Answers one input of a person: code, `%command`, `name?`, `!shell`; a `;` at the end asks not to show the value.
    ///
    /// It gets a number, an entry in `transcript` and a record in `history`.
    public func reply(to text: String) -> Outcome {
        let input = Input(text)
        if input == .nothing { return Outcome(.finished) }
        let number = transcript.begin(text)
        history?.append(input: text, number: number)
        bindNewest()
        let lent = bindNumbered(in: text)
        let sink = interpreter.output
        var output = ""
        interpreter.output = { piece in
            if output.utf8.count < Transcript.mostOutput { output += piece }
            sink(piece)
        }
        let start = DispatchTime.now().uptimeNanoseconds
        var outcome = answer(input, number)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        interpreter.output = sink
        for name in lent { interpreter.main[name] = nil }
        if let report = outcome.report { lastReport = report }
        if case .code(_, true) = input {
            outcome = outcome.with(value: outcome.value, shown: nil, number: number)
        } else {
            outcome = outcome.with(value: outcome.value, shown: outcome.shown, number: number)
        }
        let bytes = outcome.value.flatMap { interpreter.liveBytes(of: $0) } ?? 0
        transcript.finish(number, outcome, output: output, seconds: seconds, valueBytes: bytes)
        history?.finish(number: number, status: outcome.status)
        return outcome
    }

    private func answer(_ input: Input, _ number: Int) -> Outcome {
        switch input {
        case .nothing: return Outcome(.finished)
        case .code(let code, _): return evaluate(SourceText(name: "In [\(number)]", text: code))
        case .magic(let name, let rest): return perform(name, rest, body: nil, number)
        case .cellMagic(let name, let rest, let body): return perform(name, rest, body: body, number)
        case .shell(let line, let target): return commanding { try shell(line, into: target) }
        case .question(let subject, let detail): return commanding { try answerQuestion(subject, detail: detail) }
        case .exit(let code):
            // A name that the script bound itself is the script's.
            if interpreter.main["exit"] != nil || interpreter.main["quit"] != nil {
                return evaluate(SourceText(name: "In [\(number)]", text: transcript.entry(number)?.input ?? ""))
            }
            return Outcome(.exited(code: Int32(truncatingIfNeeded: (Int(code) ?? 0) & 0xff), message: nil))
        }
    }

    // MARK: - Values of earlier inputs

    /// `_`, `__`, `___`, `In` and `Out` among the built-in names: the script's own names go before them.
    private func bindNewest() {
        let newest = transcript.newestValues
        for (index, name) in ["_", "__", "___"].enumerated() {
            interpreter.builtins[Symbol(name)] = index < newest.count ? newest[index] : nil
        }
        if interpreter.builtins["In"] == nil {
            interpreter.registerBuiltin("In", interpreter.value(of: InputList(transcript)))
            interpreter.registerBuiltin("Out", interpreter.value(of: OutputList(transcript)))
        }
    }

    /// Binds the `_12` that a text mentions; gives the names to take back.
    private func bindNumbered(in text: String) -> [Symbol] {
        guard text.contains("_") else { return [] }
        var names: [Symbol] = []
        for match in text.matches(of: #/\b_([0-9]{1,9})\b/#) {
            guard let number = Int(match.1), let value = transcript.value(number) else { continue }
            let name = Symbol("_\(number)")
            guard interpreter.main[name] == nil else { continue }
            interpreter.main[name] = value
            names.append(name)
        }
        return names
    }
}

/// `In[3]`: the text of an input.
private final class InputList: HostIndexable, HostSized {
    private let transcript: Transcript

    init(_ transcript: Transcript) { self.transcript = transcript }

    var scriptTypeName: String { "In" }
    var scriptSummary: String { "<inputs up to \(transcript.nextNumber - 1); In[n] is the text of one>" }
    func length(_ interpreter: Interpreter) throws -> Int { transcript.nextNumber }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        let number = try interpreter.index(index)
        guard let entry = transcript.entry(number) else {
            throw Raised.index("there is no input \(number) in this session, or it is too old")
        }
        return .str(entry.input)
    }
}

/// `Out[3]`: the value that an input gave, while it is kept.
private final class OutputList: HostIndexable {
    private let transcript: Transcript

    init(_ transcript: Transcript) { self.transcript = transcript }

    var scriptTypeName: String { "Out" }
    var scriptSummary: String { "<values of inputs \(transcript.valueNumbers.map(String.init).joined(separator: ", "))>" }

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        let number = try interpreter.index(index)
        if let value = transcript.value(number) { return value }
        let hint =
            transcript.entry(number)?.shown == nil ? "Input \(number) gave no value." : "Its text is still there: %out \(number)"
        throw Raised(.keyError, "no value is kept for input \(number)", hint: hint)
    }
}
