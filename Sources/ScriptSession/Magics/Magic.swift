import ScriptRuntime
import ScriptSyntax
import TextDistance

/// A command of the conversation: `%name rest`, or `%%name rest` with the lines below it as body.
public struct Magic {
    public let name: String
    /// How it is written: `%time CODE`.
    public let usage: String
    /// The first line says what it does.
    public let help: String
    /// Words that may follow it, for completion.
    public let flags: [String]
    /// What the rest of the line is, for completion.
    public let operand: Operand
    let takesBody: Bool
    let run: (MagicCall) throws -> Outcome

    /// What stands behind a command's name, for completion.
    public enum Operand: Sendable { case nothing, code, path, option, name, variable, magic }

    init(
        _ name: String, _ usage: String, _ help: String, flags: [String] = [], operand: Operand = .nothing,
        takesBody: Bool = false,
        run: @escaping (MagicCall) throws -> Outcome
    ) {
        (self.name, self.usage, self.help, self.flags) = (name, usage, help, flags)
        (self.operand, self.takesBody, self.run) = (operand, takesBody, run)
    }
}

/// What a command works on.
struct MagicCall {
    let session: ScriptSession
    let name: String
    let rest: String
    let body: String?
    let number: Int

    /// The rest in words; quotes keep blanks together.
    var words: [String] {
        var words: [String] = []
        var current: String?
        var quote: Character?
        for character in rest {
            if let open = quote {
                if character == open { quote = nil } else { current?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                current = current ?? ""
            } else if character == " " || character == "\t" {
                if let word = current { words.append(word) }
                current = nil
            } else {
                current = (current ?? "") + String(character)
            }
        }
        if let word = current { words.append(word) }
        return words
    }

    /// The body, else the rest of the line.
    var code: String { body ?? rest }

    func source(_ text: String) -> SourceText { SourceText(name: "In [\(number)]", text: text) }

    func print(_ text: String) { session.interpreter.output(text.hasSuffix("\n") ? text : text + "\n") }
}

/// All commands, by name.
public struct MagicTable {
    public let all: [Magic]
    private let byName: [String: Int]

    init(_ magics: [Magic]) {
        all = magics.sorted { $0.name < $1.name }
        var byName: [String: Int] = [:]
        for (index, magic) in all.enumerated() { byName[magic.name] = index }
        self.byName = byName
    }

    /// The command of this name, without its `%`.
    public subscript(name: String) -> Magic? { byName[name].map { all[$0] } }

    static var standard: MagicTable {
        MagicTable(TimingMagics.all + RunMagics.all + NameMagics.all + RecordMagics.all + PlaceMagics.all)
    }

    /// One line for each.
    var overview: String {
        let width = all.map(\.name.count).max() ?? 0
        let lines = all.map { magic in
            "%\(magic.name)\(String(repeating: " ", count: width - magic.name.count))  \(magic.help.split(separator: "\n").first ?? "")"
        }
        return (lines + ["", "%name? shows how one is written. !line runs a line of the shell, name? shows help for a name."])
            .joined(separator: "\n")
    }
}

extension ScriptSession {
    /// Carries out a command.
    func perform(_ name: String, _ rest: String, body: String?, _ number: Int) -> Outcome {
        var (name, rest) = (name, rest)
        if rest.isEmpty, name.hasSuffix("?") {
            (name, rest) = ("magics", String(name.prefix { $0 != "?" }))
        }
        return commanding {
            guard let magic = magics[name] else {
                let near = TextDistance.nearest(to: name, among: magics.all.map(\.name))
                throw SessionError(
                    "there is no command '%\(name)'", hint: near.map { "Did you mean '%\($0)'?" } ?? "%magics lists them.")
            }
            if body != nil, !magic.takesBody {
                throw SessionError("%%\(name) takes no lines below it", hint: "Write %\(name) on a line of its own.")
            }
            return try magic.run(MagicCall(session: self, name: name, rest: rest, body: body, number: number))
        }
    }

    /// Turns what a command throws into an outcome.
    func commanding(_ body: () throws -> Outcome) -> Outcome {
        do {
            return try body()
        } catch let error as SessionError {
            return Outcome(.misused(message: error.message, hint: error.hint))
        } catch {
            return outcome(of: interpreter.convert(error))
        }
    }

    func commanding(_ body: () throws -> Void) -> Outcome {
        commanding {
            try body()
            return Outcome(.finished)
        }
    }
}
