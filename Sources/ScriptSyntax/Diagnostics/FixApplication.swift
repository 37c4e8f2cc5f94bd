/// Applies the fixes of diagnostics to a source, as `carpedm fix` does.
public enum FixApplication {
    /// A source with fixes applied.
    public struct Result: Sendable {
        public let utf8: [UInt8]
        /// The diagnostics whose fixes were applied; one whose fix overlaps an earlier one is left for another round.
        public let applied: [Diagnostic]
        public var count: Int { applied.count }
    }

    /// Takes the first fix of each diagnostic, in order.
    ///
    /// With `guesses` also fixes that may not be what was meant.
    public static func apply(_ diagnostics: [Diagnostic], to source: SourceText, guesses: Bool = true) -> Result {
        var edits: [Diagnostic.Edit] = []
        var applied: [Diagnostic] = []
        for diagnostic in diagnostics {
            guard let fix = diagnostic.fixes.first, !fix.edits.isEmpty, guesses || !fix.isGuess else { continue }
            let isFree = fix.edits.allSatisfy { edit in
                Int(edit.span.end) <= source.utf8.count && edits.allSatisfy { !overlap($0.span, edit.span) }
            }
            guard isFree else { continue }
            edits += fix.edits
            applied.append(diagnostic)
        }
        edits.sort { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
        var result: [UInt8] = []
        var position = 0
        for edit in edits {
            result += source.utf8[position..<max(position, Int(edit.span.start))]
            result += Array(edit.replacement.utf8)
            position = max(position, Int(edit.span.end))
        }
        return Result(utf8: result + source.utf8[position...], applied: applied)
    }

    private static func overlap(_ a: SourceSpan, _ b: SourceSpan) -> Bool {
        if a.isEmpty || b.isEmpty { return a.start == b.start && a.end == b.end }
        return a.start < b.end && b.start < a.end
    }
}
