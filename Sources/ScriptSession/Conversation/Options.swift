import TextDistance

/// Choices of the person: each with a name, what it may be, a value, where that comes from, and one line of help.
public final class Options {
    /// Where the value of an option comes from.
    public enum Source: String, Sendable { case standard = "default", file = "config file", session = "this session" }

    /// What an option may be.
    public enum Kind: Sendable {
        case choice([String])
        case number(ClosedRange<Int>)
        case text
    }

    /// One option and its help.
    public struct Option: Sendable {
        public let name: String
        public let kind: Kind
        public let standard: String
        public let help: String

        /// An option that has its standard value until it is set.
        public init(_ name: String, _ kind: Kind, standard: String, _ help: String) {
            (self.name, self.kind, self.standard, self.help) = (name, kind, standard, help)
        }

        /// What it may be, for messages and completion.
        public var choices: [String] {
            if case .choice(let words) = kind { return words }
            return []
        }
    }

    public private(set) var all: [Option] = []
    private var values: [String: (value: String, source: Source)] = [:]
    /// Told of every change.
    public var changed: (_ name: String) -> Void = { _ in }

    /// Makes further options known.
    public func add(_ options: [Option]) { all += options }

    /// The value of an option; empty for a name that is none.
    public subscript(name: String) -> String {
        values[name]?.value ?? all.first { $0.name == name }?.standard ?? ""
    }

    /// The value of a `number` option.
    public func number(_ name: String) -> Int { Int(self[name]) ?? 0 }
    /// Whether the value is `on`.
    public func isOn(_ name: String) -> Bool { self[name] == "on" }
    /// Where the value comes from.
    public func source(_ name: String) -> Source { values[name]?.source ?? .standard }

    /// - Throws: `SessionError` for a name or a value that does not exist.
    public func set(_ name: String, to value: String, from source: Source) throws(SessionError) {
        guard let option = all.first(where: { $0.name == name }) else {
            let names = all.map(\.name)
            throw SessionError(
                "there is no option '\(name)'",
                hint: TextDistance.nearest(to: name, among: names).map { "Did you mean '\($0)'?" }
                    ?? "Options: \(names.joined(separator: ", ")).")
        }
        switch option.kind {
        case .choice(let words):
            guard words.contains(value) else {
                throw SessionError("\(name) cannot be '\(value)'", hint: "Choose one of \(words.joined(separator: ", ")).")
            }
        case .number(let range):
            guard let number = Int(value), range.contains(number) else {
                throw SessionError(
                    "\(name) cannot be '\(value)'", hint: "Give a number from \(range.lowerBound) to \(range.upperBound).")
            }
        case .text: break
        }
        values[name] = (value, source)
        changed(name)
    }
}

/// A mistake in the use of the conversation, or a thing that is not possible in it.
public struct SessionError: Error {
    public let message: String
    public let hint: String?

    /// What is wrong, and what to do about it.
    public init(_ message: String, hint: String? = nil) { (self.message, self.hint) = (message, hint) }
}
