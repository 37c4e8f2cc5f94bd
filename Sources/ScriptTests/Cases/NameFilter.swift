import Foundation

/// The expression of `-k`: words joined by `and`, `or`, `not` and parentheses; a word matches the names that hold it.
public struct NameFilter: Sendable {
    private indirect enum Term: Sendable {
        case word(String)
        case not(Term)
        case and(Term, Term)
        case or(Term, Term)
    }

    private let term: Term

    /// - Throws: `ScriptTestError.badFilter` with the place where it stops making sense.
    public init(_ text: String) throws {
        var reader = Reader(text: text, tokens: Self.tokens(of: text))
        term = try reader.either()
        guard reader.tokens.isEmpty else { throw ScriptTestError.badFilter(text, at: reader.tokens[0]) }
    }

    /// Whether a name is wanted; capital letters do not matter.
    public func matches(_ name: String) -> Bool { Self.matches(term, name.lowercased()) }

    private static func matches(_ term: Term, _ name: String) -> Bool {
        switch term {
        case .word(let word): name.contains(word)
        case .not(let inner): !matches(inner, name)
        case .and(let a, let b): matches(a, name) && matches(b, name)
        case .or(let a, let b): matches(a, name) || matches(b, name)
        }
    }

    private static func tokens(of text: String) -> [String] {
        text.replacingOccurrences(of: "(", with: " ( ").replacingOccurrences(of: ")", with: " ) ")
            .split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private struct Reader {
        let text: String
        var tokens: [String]

        mutating func either() throws -> Term {
            var result = try both()
            while tokens.first == "or" {
                tokens.removeFirst()
                result = .or(result, try both())
            }
            return result
        }

        private mutating func both() throws -> Term {
            var result = try one()
            while tokens.first == "and" {
                tokens.removeFirst()
                result = .and(result, try one())
            }
            return result
        }

        private mutating func one() throws -> Term {
            guard let token = tokens.first else { throw ScriptTestError.badFilter(text, at: "its end") }
            tokens.removeFirst()
            switch token {
            case "not": return .not(try one())
            case "(":
                let inner = try either()
                guard tokens.first == ")" else { throw ScriptTestError.badFilter(text, at: tokens.first ?? "its end") }
                tokens.removeFirst()
                return inner
            case ")", "and", "or": throw ScriptTestError.badFilter(text, at: token)
            default: return .word(token.lowercased())
            }
        }
    }
}
