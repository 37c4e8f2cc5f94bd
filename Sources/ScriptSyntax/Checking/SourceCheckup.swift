/// Everything that can be told about a source without running it: what `carpedm check` reports.
public enum SourceCheckup {
    /// Errors and warnings in source order; warnings only when there are no errors.
    ///
    /// - Parameter known: see `ScopeAnalysis.analyze`.
    public static func diagnostics(
        of source: SourceText, known: Set<String>, limits: SyntaxLimits = SyntaxLimits()
    ) -> [Diagnostic] {
        let parsed = Parser.parse(source, limits: limits)
        if parsed.hasErrors { return parsed.diagnostics }
        let scopes = ScopeAnalysis.analyze(parsed.module, known: known)
        if !scopes.diagnostics.isEmpty { return scopes.diagnostics }
        return Warnings.find(in: parsed, scopes)
    }
}
