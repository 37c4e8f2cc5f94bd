/// Finds what every name means, and what is wrong with names and with statements out of place.
public enum ScopeAnalysis {
    /// Which scope every name belongs to, and what is wrong with names.
    public struct Result: Sendable {
        public let table: ScopeTable
        /// In source order, at most `Parser.maximumErrors`.
        public let diagnostics: [Diagnostic]
        let captures: [ScopeCollector.LoopCapture]
        let bindings: [ScopeCollector.PlainBinding]
    }

    /// Gives every name of a module its scope.
    ///
    /// `known` are the names bound outside of it: built-ins, what earlier inputs of a session bound, and what the host
    /// provides (`__name__`, `__file__`, ...).
    public static func analyze(_ module: ModuleNode, known: Set<String>) -> Result {
        var collector = ScopeCollector(scopeCount: module.scopeCount)
        collector.visit(module)
        var resolver = ScopeResolver(scopes: collector.scopes, children: collector.children)
        resolver.resolve()
        var diagnostics = collector.diagnostics + resolver.diagnostics
        let table = ScopeTable(scopes: resolver.scopes)
        diagnostics += UnboundNames(table: table, known: known).diagnostics()
        diagnostics.sort { $0.primary.span.start < $1.primary.span.start }
        return Result(
            table: table, diagnostics: Array(diagnostics.prefix(Parser.maximumErrors)), captures: collector.captures,
            bindings: collector.plainBindings)
    }
}
