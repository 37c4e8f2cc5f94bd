/// Whether an input can be run, needs more lines, or can never become right: Jupyter's `is_complete_reply`.
///
/// The answers are those of CPython's `codeop`.
public enum Completeness: Equatable, Sendable {
    case complete
    /// `indent`: blanks to begin the next line with.
    case incomplete(indent: String)
    case invalid

    /// What a text is, as an input at a prompt.
    public static func check(_ text: String) -> Completeness {
        check(SourceText(name: "<input>", text: text))
    }

    /// What a source is, as an input at a prompt.
    public static func check(_ source: SourceText) -> Completeness {
        let parsed = Parser.parse(source)
        switch parsed.ending {
        case .openToken, .owedBlock: return .incomplete(indent: indent(after: source))
        case .invalid: return .invalid
        case .complete: break
        }
        // Unbound names are for the run to report: the session may know them.
        let problems = ScopeAnalysis.analyze(parsed.module, known: []).diagnostics.filter { diagnostic in
            switch DiagnosticCode(rawValue: diagnostic.code) {
            case .unboundName, .foreignConstant, .refusedBuiltin, .refusedAttribute: false
            default: true
            }
        }
        if !problems.isEmpty { return .invalid }
        if let last = parsed.module.body.last, last.isCompound, !endsWithEmptyLine(source) {
            return .incomplete(indent: indent(after: source))
        }
        return .complete
    }

    private static func endsWithEmptyLine(_ source: SourceText) -> Bool {
        source.lineCount > 1 && source.range(ofLine: source.lineCount).isEmpty
    }

    /// That of the last line with text; one level more behind a colon or an opening bracket.
    private static func indent(after source: SourceText) -> String {
        var line = source.lineCount
        while line > 1, source.text(ofLine: line).allSatisfy({ $0 == " " || $0 == "\t" }) { line -= 1 }
        let text = source.text(ofLine: line)
        let indent = text.prefix { $0 == " " || $0 == "\t" }
        let last = text.last { $0 != " " && $0 != "\t" }
        let opens = last == ":" || last == "(" || last == "[" || last == "{"
        return indent + (opens ? "    " : "")
    }
}

extension StatementNode {
    /// Consists of a header and blocks.
    public var isCompound: Bool {
        switch kind {
        case .functionDef, .classDef, .for, .while, .if, .with, .try: true
        default: false
        }
    }
}
