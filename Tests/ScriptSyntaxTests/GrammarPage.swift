import Foundation
import ScriptSyntax

/// The grammar that Docs/Reference/Language.md shows, read from the page and run.
struct GrammarPage {
    indirect enum Rule {
        /// A token by its kind (`NAME`) or its text.
        case token(String)
        case rule(String)
        case sequence([Rule])
        case choice([Rule])
        case repeated(Rule)
    }

    private(set) var rules: [String: Rule] = [:]
    /// In the order of the page.
    private(set) var names: [String] = []

    static let kinds: Set<String> = ["NAME", "NUMBER", "STRING", "NEWLINE", "INDENT", "DEDENT", "EOF", "AUGOP"]

    /// - Throws: `Mistake` when the text is no EBNF.
    init(_ text: String) throws {
        var reader = Reader(tokens: text.matches(of: #/"[^"]+"|[A-Za-z_]+|[=;|{}\[\]()]/#).map { String($0.output) })
        while let name = reader.next() {
            try reader.expect("=")
            rules[name] = try reader.choice()
            names.append(name)
            try reader.expect(";")
        }
    }

    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    /// Names that the rules use and none defines, and rules that none uses.
    var loose: [String] {
        var used: Set<String> = ["file"]
        func visit(_ rule: Rule) {
            switch rule {
            case .token(let text): if text.allSatisfy(\.isUppercase), !Self.kinds.contains(text) { used.insert(text) }
            case .rule(let name): used.insert(name)
            case .sequence(let parts), .choice(let parts): parts.forEach(visit)
            case .repeated(let part): visit(part)
            }
        }
        rules.values.forEach(visit)
        return used.symmetricDifference(names).sorted()
    }

    private struct Reader {
        var tokens: [String]
        var index = 0

        mutating func next() -> String? {
            guard index < tokens.count else { return nil }
            index += 1
            return tokens[index - 1]
        }

        mutating func expect(_ token: String) throws {
            let found = next() ?? "the end"
            guard found == token else { throw Mistake(description: "expected \(token), found \(found)") }
        }

        mutating func choice() throws -> Rule {
            var choices = [try sequence()]
            while index < tokens.count, tokens[index] == "|" {
                index += 1
                choices.append(try sequence())
            }
            return choices.count == 1 ? choices[0] : .choice(choices)
        }

        private mutating func sequence() throws -> Rule {
            var parts: [Rule] = []
            while index < tokens.count, !["|", ";", "}", "]", ")"].contains(tokens[index]) { parts.append(try part()) }
            return .sequence(parts)
        }

        private mutating func part() throws -> Rule {
            guard let token = next() else { throw Mistake(description: "the grammar ends too early") }
            switch token {
            case "{":
                let inner = try choice()
                try expect("}")
                return .repeated(inner)
            case "[":
                let inner = try choice()
                try expect("]")
                return .choice([inner, .sequence([])])
            case "(":
                let inner = try choice()
                try expect(")")
                return inner
            default:
                if token.hasPrefix("\"") { return .token(String(token.dropFirst().dropLast())) }
                return kinds.contains(token) ? .token(token) : .rule(token)
            }
        }
    }
}

// MARK: - Recognising

extension GrammarPage {
    /// A token: its kind, and its text where that matters.
    struct Token {
        let kind: String
        let text: String
    }

    /// Whether the tokens can be derived from `file`.
    func accepts(_ tokens: [Token]) -> Bool {
        var recognizer = Recognizer(grammar: self, tokens: tokens)
        return recognizer.ends(.rule("file"), from: 0).contains(tokens.count)
    }

    /// The tokens of a program as the grammar names them.
    static func tokens(of source: SourceText) -> [Token] {
        let lexed = LexedText(source)
        var tokens: [Token] = []
        var indents = [0]
        var beginsLine = true
        for piece in lexed.pieces {
            let text = lexed.text(piece)
            if piece.kind == .newline {
                tokens.append(Token(kind: "NEWLINE", text: ""))
                beginsLine = true
                continue
            }
            if beginsLine {
                let start = Int(piece.span.start)
                let column = source.utf8[..<start].reversed().prefix { $0 != 10 && $0 != 13 }.count
                while let last = indents.last, column < last {
                    indents.removeLast()
                    tokens.append(Token(kind: "DEDENT", text: ""))
                }
                if column > indents[indents.count - 1] {
                    indents.append(column)
                    tokens.append(Token(kind: "INDENT", text: ""))
                }
                beginsLine = false
            }
            switch piece.kind {
            case .name: tokens.append(Token(kind: "NAME", text: text))
            case .number: tokens.append(Token(kind: "NUMBER", text: text))
            case .string: tokens.append(Token(kind: "STRING", text: text))
            default: tokens.append(Token(kind: augmented.contains(text) ? "AUGOP" : text, text: text))
            }
        }
        tokens += indents.dropFirst().map { _ in Token(kind: "DEDENT", text: "") }
        return tokens + [Token(kind: "EOF", text: "")]
    }

    static let augmented: Set<String> = ["+=", "-=", "*=", "/=", "//=", "%=", "@=", "**=", "<<=", ">>=", "&=", "|=", "^="]

    /// All places where a rule may end; ambiguity costs nothing but time.
    private struct Recognizer {
        let grammar: GrammarPage
        let tokens: [Token]
        private var known: [String: [Int: [Int]]] = [:]
        private var firsts: [String: First] = [:]

        init(grammar: GrammarPage, tokens: [Token]) {
            self.grammar = grammar
            self.tokens = tokens
        }

        /// What a rule may begin with, so that it need not be tried elsewhere.
        private struct First {
            var kinds: Set<String> = []
            var mayBeEmpty = false
        }

        private mutating func first(_ rule: Rule) -> First {
            switch rule {
            case .token(let kind): return First(kinds: [kind])
            case .rule(let name):
                if let found = firsts[name] { return found }
                let found = grammar.rules[name].map { first($0) } ?? First()
                firsts[name] = found
                return found
            case .sequence(let parts):
                var result = First(mayBeEmpty: true)
                for part in parts where result.mayBeEmpty {
                    let next = first(part)
                    result = First(kinds: result.kinds.union(next.kinds), mayBeEmpty: next.mayBeEmpty)
                }
                return result
            case .choice(let choices):
                var result = First()
                for choice in choices {
                    let next = first(choice)
                    result = First(kinds: result.kinds.union(next.kinds), mayBeEmpty: result.mayBeEmpty || next.mayBeEmpty)
                }
                return result
            case .repeated(let part): return First(kinds: first(part).kinds, mayBeEmpty: true)
            }
        }

        /// In ascending order, each once.
        mutating func ends(_ rule: Rule, from start: Int) -> [Int] {
            switch rule {
            case .token(let kind): return start < tokens.count && tokens[start].kind == kind ? [start + 1] : []
            case .rule(let name):
                let first = first(rule)
                guard first.mayBeEmpty || start < tokens.count && first.kinds.contains(tokens[start].kind) else { return [] }
                if let found = known[name]?[start] { return found }
                let found = grammar.rules[name].map { ends($0, from: start) } ?? []
                known[name, default: [:]][start] = found
                return found
            case .sequence(let parts):
                var places = [start]
                for part in parts where !places.isEmpty { places = ends(part, from: places) }
                return places
            case .choice(let choices): return Self.merged(choices.map { ends($0, from: start) })
            case .repeated(let part):
                var places = [start]
                var fresh = places
                while !fresh.isEmpty {
                    fresh = ends(part, from: fresh).filter { !places.contains($0) }
                    places = Self.merged([places, fresh])
                }
                return places
            }
        }

        private mutating func ends(_ rule: Rule, from starts: [Int]) -> [Int] {
            starts.count == 1 ? ends(rule, from: starts[0]) : Self.merged(starts.map { ends(rule, from: $0) })
        }

        private static func merged(_ lists: [[Int]]) -> [Int] {
            let filled = lists.filter { !$0.isEmpty }
            return filled.count < 2 ? filled.first ?? [] : Set(filled.joined()).sorted()
        }
    }
}

// MARK: - Making sentences

extension GrammarPage {
    /// A random program of the grammar.
    func sentence(_ random: inout some RandomNumberGenerator) -> String {
        var writer = SentenceWriter(grammar: self)
        writer.write(.rule("file"), depth: 0, &random)
        return writer.text
    }

    private struct SentenceWriter {
        let grammar: GrammarPage
        var text = ""
        private var indent = 0
        private var beginsLine = true

        init(grammar: GrammarPage) { self.grammar = grammar }

        mutating func write(_ rule: Rule, depth: Int, _ random: inout some RandomNumberGenerator) {
            switch rule {
            case .token(let kind): write(kind, &random)
            case .rule(let name):
                if let rule = grammar.rules[name] { write(rule, depth: depth + 1, &random) }
            case .sequence(let parts): for part in parts { write(part, depth: depth, &random) }
            case .choice(let choices):
                // Deep down the shortest way out is taken.
                let choice = depth > 40 ? choices.min { size($0) < size($1) } : choices.randomElement(using: &random)
                if let choice { write(choice, depth: depth, &random) }
            case .repeated(let part):
                let again = depth < 30 ? Int.random(in: 0..<100, using: &random) : 99
                for _ in 0..<(again < 80 ? 0 : again < 96 ? 1 : again < 99 ? 2 : 0) { write(part, depth: depth, &random) }
            }
        }

        /// How far it is to the nearest tokens, roughly.
        private func size(_ rule: Rule, _ depth: Int = 0) -> Int {
            if depth > 24 { return 1_000 }
            switch rule {
            case .token: return 1
            case .rule(let name): return 1 + (grammar.rules[name].map { size($0, depth + 1) } ?? 0)
            case .sequence(let parts): return parts.reduce(0) { $0 + size($1, depth + 1) }
            case .choice(let choices): return choices.map { size($0, depth + 1) }.min() ?? 0
            case .repeated: return 0
            }
        }

        private mutating func write(_ kind: String, _ random: inout some RandomNumberGenerator) {
            switch kind {
            case "NEWLINE":
                text += "\n"
                beginsLine = true
                return
            case "INDENT":
                indent += 4
                return
            case "DEDENT":
                indent -= 4
                return
            case "EOF": return
            default: break
            }
            text += beginsLine ? String(repeating: " ", count: indent) : " "
            beginsLine = false
            switch kind {
            case "NAME": text += ["a", "b", "c", "kana"].randomElement(using: &random) ?? "a"
            case "NUMBER": text += ["1", "2.5", "0x1F", "1e3"].randomElement(using: &random) ?? "1"
            case "STRING": text += ["'s'", "\"か\"", "r'\\d'", "f'{a}'"].randomElement(using: &random) ?? "''"
            case "AUGOP": text += GrammarPage.augmented.sorted().randomElement(using: &random) ?? "+="
            default: text += kind
            }
        }
    }
}
