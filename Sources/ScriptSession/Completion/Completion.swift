/// What could be written at a place in a text.
public struct CompletionList: Sendable, Equatable {
    /// The bytes of the text that a candidate takes the place of; its end is the cursor.
    public var range: Range<Int>
    /// Sorted; without repetitions.
    public var candidates: [Candidate]

    /// One text that may be written there.
    public struct Candidate: Sendable, Equatable {
        /// What a candidate is, for its picture or its place in a list.
        public enum Kind: String, Sendable {
            case name, keyword, function, type, module, member, argument, string, path, command, character
        }

        /// What is written in place of the range.
        public let text: String
        public let kind: Kind
        /// What to show for it in a list, when the text is longer than needed.
        public let label: String
        /// A few words: a default, a signature.
        public let detail: String
        /// What may follow when it is the only one: `(`, `=`, a quote; empty for nothing.
        public let suffix: String

        /// A candidate whose label is its text, when nothing else is said.
        public init(_ text: String, _ kind: Kind, label: String? = nil, detail: String = "", suffix: String = "") {
            (self.text, self.kind, self.label, self.detail, self.suffix) = (text, kind, label ?? text, detail, suffix)
        }
    }

    static func none(at offset: Int) -> CompletionList { CompletionList(range: offset..<offset, candidates: []) }

    /// The longest text that all candidates begin with.
    public var commonPrefix: String {
        guard var prefix = candidates.first.map({ Array($0.text.unicodeScalars) }) else { return "" }
        for candidate in candidates.dropFirst() {
            var count = 0
            for scalar in candidate.text.unicodeScalars {
                guard count < prefix.count, prefix[count] == scalar else { break }
                count += 1
            }
            prefix.removeLast(prefix.count - count)
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: prefix)
        return String(text)
    }
}
