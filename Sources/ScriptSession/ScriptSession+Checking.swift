import ScriptRuntime
public import ScriptSyntax

extension ScriptSession {
    /// Everything that can be told about a source without running it, in source order: errors, and warnings when there are none.
    public func check(_ source: SourceText) -> [Diagnostic] {
        let known = interpreter.knownNames(interpreter.main)
        let found = SourceCheckup.diagnostics(of: source, known: known, limits: interpreter.limits.syntax)
        if found.contains(where: { $0.severity == .error }) { return found }
        do {
            _ = try interpreter.compile(source)
            return found
        } catch {
            switch error {
            case .tooLarge(let error, _): return [error.diagnostic]
            case .invalid(let diagnostics, _): return diagnostics
            case .raised: return found
            }
        }
    }

    /// The source with the fixes applied that its diagnostics offer, again and again until nothing more can be fixed.
    ///
    /// With `guesses` names that are bound nowhere become the nearest that are.
    public func fixed(_ source: SourceText, guesses: Bool = false) -> FixedSource {
        var result = FixedSource(original: source, source: source, changes: [], left: check(source))
        // Each round removes causes; a fix that brings up another is followed, but not forever.
        for _ in 0..<20 {
            let applied = FixApplication.apply(result.left, to: result.source, guesses: guesses)
            guard applied.count > 0, applied.utf8 != result.source.utf8 else { break }
            result.changes += applied.applied.map { diagnostic in
                FixedSource.Change(
                    line: result.source.line(at: Int(diagnostic.primary.span.start)),
                    title: diagnostic.fixes.first?.title ?? diagnostic.message)
            }
            result.source = SourceText(name: source.name, utf8: applied.utf8)
            result.left = check(result.source)
        }
        return result
    }
}

/// What came of fixing a source.
public struct FixedSource: Sendable {
    /// One fix that was applied.
    public struct Change: Sendable {
        /// In the source as it was then.
        public let line: Int
        public let title: String
    }

    public let original: SourceText
    public internal(set) var source: SourceText
    public internal(set) var changes: [Change]
    /// What no fix removes.
    public internal(set) var left: [Diagnostic]
}
