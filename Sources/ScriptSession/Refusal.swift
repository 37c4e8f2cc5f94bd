public import Foundation
public import ScriptRuntime
public import ScriptSyntax

/// Why a text is no program: its mistakes, in source order, with the text they are in.
public struct Refusal: Error, LocalizedError, ScriptErrorConvertible {
    public let diagnostics: [Diagnostic]
    public let source: SourceText

    /// The errors and warnings found in a source.
    public init(_ diagnostics: [Diagnostic], in source: SourceText) {
        self.diagnostics = diagnostics
        self.source = source
    }

    /// For people: places with carets, and what to do.
    public var text: String { text(color: false) }

    /// The report for people: every diagnostic with its source.
    public func text(color: Bool) -> String {
        diagnostics.map { DiagnosticRenderer.text($0, in: source, color: color) }.joined(separator: "\n")
    }

    /// For programs: one JSON object a line.
    public var json: String { diagnostics.map { DiagnosticRenderer.json($0, in: source) + "\n" }.joined() }

    public var errorDescription: String? { diagnostics.first?.message }
    public var recoverySuggestion: String? { diagnostics.first?.help.first }
    public var scriptException: ExceptionKind { .syntaxError }
}
