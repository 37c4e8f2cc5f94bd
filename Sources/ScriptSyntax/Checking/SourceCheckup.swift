/// Everything that can be told about a source without running it: what `carpedm check` reports.
public enum SourceCheckup {
    /// Errors and warnings in source order; warnings only when there are no errors.
    ///
    /// `known` is that of `ScopeAnalysis.analyze`.
    public static func diagnostics(
        of source: SourceText, known: Set<String>, limits: SyntaxLimits = SyntaxLimits()
    ) -> [Diagnostic] {
        let parsed = Parser.parse(source, limits: limits)
        if parsed.hasErrors {
            let found = parsed.diagnostics + scopeErrors(parsed, known)
            return Array(found.sorted { $0.primary.span.start < $1.primary.span.start }.prefix(Parser.maximumErrors))
        }
        let scopes = ScopeAnalysis.analyze(parsed.module, known: known)
        if !scopes.diagnostics.isEmpty { return scopes.diagnostics }
        return Warnings.find(in: parsed, scopes)
    }

    /// What is wrong with names in the statements that could be read: a name that occurs in one that could not may be bound there.
    private static func scopeErrors(_ parsed: ParsedSource, _ known: Set<String>) -> [Diagnostic] {
        if parsed.isTruncated { return [] }
        var perhaps = known
        for span in parsed.dropped {
            let words = parsed.source.text(of: span).split { $0.isASCII && $0 != "_" && !$0.isLetter && !$0.isNumber }
            perhaps.formUnion(words.map(String.init))
        }
        return ScopeAnalysis.analyze(parsed.module, known: perhaps).diagnostics.filter {
            $0.code != DiagnosticCode.nonlocalUnbound.rawValue
        }
    }
}
