public import Foundation

/// One thing to tell about a source text: a cause with its place, and what to do about it.
public struct Diagnostic: Sendable {
    /// Whether a program with it may run.
    public enum Severity: String, Sendable { case error, warning }

    /// A stretch of source with a few words about it; the text may be empty.
    public struct Label: Sendable {
        public var span: SourceSpan
        public var text: String
        /// Underlined with `^` like the primary label; else with `-`.
        public var isPrimary: Bool

        /// A mark under a stretch of source.
        public init(_ span: SourceSpan, _ text: String = "", isPrimary: Bool = false) {
            self.span = span
            self.text = text
            self.isPrimary = isPrimary
        }
    }

    /// A change of the source that would remove the cause. Edits do not overlap and are in order.
    public struct Fix: Sendable {
        public var title: String
        public var edits: [Edit]
        /// Whether something else may have been meant, so that a person should look at it.
        public var isGuess: Bool

        /// A change and what it does, in words.
        public init(_ title: String, _ edits: [Edit], isGuess: Bool = false) {
            self.title = title
            self.edits = edits
            self.isGuess = isGuess
        }
    }

    /// A stretch of source and what takes its place.
    public struct Edit: Hashable, Sendable {
        /// The bytes to replace; empty to insert.
        public var span: SourceSpan
        public var replacement: String

        /// Puts other text in the place of a stretch.
        public init(_ span: SourceSpan, _ replacement: String) {
            self.span = span
            self.replacement = replacement
        }
    }

    /// `E0001`; warnings begin with `W`. Explained in `DiagnosticCatalogue`.
    public var code: String
    public var severity: Severity
    /// What is wrong, without place, code or full stop.
    public var message: String
    public var primary: Label
    public var secondary: [Label]
    public var notes: [String]
    public var help: [String]
    public var fixes: [Fix]

    /// A diagnostic with its place and what may help.
    public init(
        code: String, severity: Severity = .error, message: String, primary: Label, secondary: [Label] = [],
        notes: [String] = [], help: [String] = [], fixes: [Fix] = []
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.primary = primary
        self.secondary = secondary
        self.notes = notes
        self.help = help
        self.fixes = fixes
    }
}

extension Diagnostic: LocalizedError {
    public var errorDescription: String? { message }
    public var recoverySuggestion: String? { help.first }
}
