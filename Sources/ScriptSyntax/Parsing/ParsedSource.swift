/// What came of parsing one source.
public struct ParsedSource: Sendable {
    public let source: SourceText
    /// Statements that could not be read are missing.
    public let module: ModuleNode
    /// In source order, at most `Parser.maximumErrors`.
    public let diagnostics: [Diagnostic]
    /// Every comment, from `#` to the end of its line.
    public let comments: [SourceSpan]
    /// The text ends inside something that more text could complete.
    let ending: Ending

    enum Ending { case complete, openToken, owedBlock, invalid }

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}
