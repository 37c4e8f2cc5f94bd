/// What each diagnostic means, with a program that causes it and one that does not: the source of the reference page.
public enum DiagnosticCatalogue {
    /// What there is to say about one code.
    public struct Entry: Sendable {
        public let code: DiagnosticCode
        public let title: String
        public let explanation: String
        /// Causes the diagnostic; empty where no short program does. Bytes, for not every cause is text.
        public let bad: [UInt8]
        /// The same intention, free of diagnostics.
        public let fixed: String
        /// The limits that the examples are read under.
        public let limits: SyntaxLimits

        init(
            _ code: DiagnosticCode, _ title: String, _ explanation: String, _ bad: String, _ fixed: String,
            limits: SyntaxLimits = SyntaxLimits()
        ) {
            self.init(code, title, explanation, bytes: Array(bad.utf8), fixed, limits: limits)
        }

        init(
            _ code: DiagnosticCode, _ title: String, _ explanation: String, bytes: [UInt8], _ fixed: String,
            limits: SyntaxLimits = SyntaxLimits()
        ) {
            self.limits = limits
            self.code = code
            self.title = title
            self.explanation = explanation
            bad = bytes
            self.fixed = fixed
        }
    }

    /// In the order of their codes.
    public static let entries: [Entry] =
        (characters + literals + grammar + calls + targets + foreign + names + refusals + warnings)
        .sorted { order($0.code) < order($1.code) }

    /// The entry of a code such as `E0005`.
    public static func entry(for code: String) -> Entry? { entries.first { $0.code.rawValue == code } }

    /// Errors first, then warnings.
    private static func order(_ code: DiagnosticCode) -> String {
        (code.severity == .error ? "0" : "1") + code.rawValue
    }
}
