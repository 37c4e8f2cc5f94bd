/// What came of parsing one source.
public struct ParsedSource: Sendable {
    public let source: SourceText
    /// Statements that could not be read are missing.
    public let module: ModuleNode
    /// In source order, at most `Parser.maximumErrors`.
    public let diagnostics: [Diagnostic]
    /// Every comment, from `#` to the end of its line.
    public let comments: [SourceSpan]
    /// Statements that could not be read.
    let dropped: [SourceSpan]
    /// Not all of the text was read.
    let isTruncated: Bool
    /// The text ends inside something that more text could complete.
    let ending: Ending

    enum Ending { case complete, openToken, owedBlock, invalid }

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}
