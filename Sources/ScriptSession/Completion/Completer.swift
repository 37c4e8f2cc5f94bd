import Foundation
import ScriptRuntime
import ScriptSyntax

extension ScriptSession {
    /// What could be written at byte `offset` of `text`. Runs no code of a script.
    public func completions(in text: String, at offset: Int) -> CompletionList {
        let before = String(decoding: Self.nearby(Array(text.utf8.prefix(max(0, offset)))), as: UTF8.self)
        var completer = Completer(self, before)
        let candidates = completer.candidates()
        var seen: Set<String> = []
        let sorted = candidates.filter { seen.insert($0.text).inserted }.sorted { a, b in
            // What begins with an underscore comes last; arguments first.
            let ranks = (Completer.rank(a), Completer.rank(b))
            return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : a.text.unicodeScalars.lexicographicallyPrecedes(b.text.unicodeScalars)
        }
        let end = min(max(0, offset), text.utf8.count)
        return CompletionList(range: max(0, end - completer.prefix.utf8.count)..<end, candidates: sorted)
    }

    /// The end of a very long text, from the start of a line on: an answer must come within 50 ms.
    private static func nearby(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard bytes.count > 100_000 else { return bytes[...] }
        let tail = bytes.suffix(100_000)
        return tail.firstIndex(of: 10).map { bytes[($0 + 1)...] } ?? tail
    }
}

/// Finds candidates for one place.
struct Completer {
    typealias Candidate = CompletionList.Candidate

    let session: ScriptSession
    let before: String
    let resolver: Resolver
    /// What is written already of the word.
    var prefix = ""

    init(_ session: ScriptSession, _ before: String) {
        self.session = session
        self.before = before
        resolver = Resolver(session)
    }

    static func rank(_ candidate: Candidate) -> Int {
        (candidate.kind == .argument ? 0 : 2) + (candidate.text.hasPrefix("_") ? 2 : 0)
    }

    mutating func candidates() -> [Candidate] {
        let line = String(before.split(separator: "\n", omittingEmptySubsequences: false).last ?? "")
        if line.contains("\\"), let found = characters(line) { return found }
        let isFirstLine = !before.contains("\n")
        if isFirstLine, let found = commands(line) { return found }
        let context = CompletionContext(before)
        prefix = context.prefix
        switch context.place {
        case .none: return []
        case .module: return modules()
        case .imported(let module): return imported(module)
        case .member(let receiver): return members(context.lexed, receiver)
        case .string(let content, let quote): return strings(context, content, quote)
        case .name:
            let arguments = arguments(context)
            // With nothing written yet, all names of the world would bury the few arguments.
            return prefix.isEmpty && !arguments.isEmpty ? arguments : arguments + names(context)
        }
    }

    // MARK: - Names

    private func matching(_ names: some Sequence<String>) -> [String] {
        names.filter { $0.unicodeScalars.starts(with: prefix.unicodeScalars) && (!$0.hasPrefix("_") || !prefix.isEmpty) }
    }

    private func names(_ context: CompletionContext) -> [Candidate] {
        var result: [Candidate] = []
        for (name, value) in session.interpreter.main.members + session.interpreter.builtins.members where fits(name.name) {
            result.append(candidate(name.name, value))
        }
        for keyword in Self.keywords where fits(keyword) { result.append(Candidate(keyword, .keyword)) }
        // Names that the text itself introduces.
        for piece in context.lexed.pieces where piece.kind == .name && Int(piece.span.end) < context.lexed.source.utf8.count {
            let name = context.lexed.text(piece)
            if fits(name), name != prefix { result.append(Candidate(name, .name)) }
        }
        return result
    }

    private static let keywords = [
        "False", "None", "True", "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except",
        "finally",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
        "while",
        "with", "yield",
    ]

    private func fits(_ name: String) -> Bool {
        name.utf8.starts(with: prefix.utf8) && (!name.hasPrefix("_") || prefix.hasPrefix("_"))
    }

    private func candidate(_ name: String, _ value: Value) -> Candidate {
        switch value {
        case .function, .native, .boundMethod: Candidate(name, .function, suffix: "(")
        case .type: Candidate(name, .type, suffix: "(")
        case .module: Candidate(name, .module)
        default: Candidate(name, .name)
        }
    }

    // MARK: - Modules

    private func modules() -> [Candidate] {
        let interpreter = session.interpreter
        var names = Set(interpreter.moduleNames.filter { !$0.hasPrefix("_") && $0 != "builtins" })
        for file in Paths.entries(in: ".") where file.hasSuffix(".cdm") && Input.isName(String(file.dropLast(4))) {
            names.insert(String(file.dropLast(4)))
        }
        return names.filter { $0.hasPrefix(prefix) }.map { Candidate($0, .module) }
    }

    private func imported(_ name: String) -> [Candidate] {
        guard let module = session.interpreter.nativeModule(name) else { return [] }
        return session.interpreter.dir(.module(module)).filter(fits).map { member in
            resolver.member(member, of: .module(module)).map { Candidate(candidate(member, $0).text, candidate(member, $0).kind) }
                ?? Candidate(member, .name)
        }
    }

    // MARK: - Members

    private func members(_ lexed: LexedText, _ receiver: [LexedText.Piece]) -> [Candidate] {
        guard let value = Evaluation(resolver, lexed).value(receiver) else { return [] }
        let names: [String]
        switch value {
        case .value(let value):
            return session.interpreter.dir(value).filter(fits).map { name in
                resolver.member(name, of: value).map { memberCandidate(name, $0) } ?? Candidate(name, .member)
            }
        case .instance(let type):
            names = type.lineage.flatMap { $0.attributes.map(\.name.name) }
            return names.filter(fits).map { name in
                Symbol(existing: name).flatMap { type.lookup($0) }.map { memberCandidate(name, $0) } ?? Candidate(name, .member)
            }
        }
    }

    private func memberCandidate(_ name: String, _ value: Value) -> Candidate {
        if case .descriptor(let descriptor) = value {
            return descriptor.kind == .property ? Candidate(name, .member) : Candidate(name, .function, suffix: "(")
        }
        return candidate(name, value)
    }

    // MARK: - Arguments

    private func arguments(_ context: CompletionContext) -> [Candidate] {
        guard let call = context.call, call.keyword == nil else { return [] }
        return parameters(context, call).filter { !$0.isCollecting && !$0.isPositionalOnly && !call.given.contains($0.name) }
            .filter { fits($0.name) }.map {
                let detail = $0.standard.map { $0.isEmpty ? "" : "=\($0)" } ?? " (needed)"
                return Candidate($0.name + "=", .argument, label: $0.name + (detail.isEmpty ? "=" : detail))
            }
    }

    private func parameters(_ context: CompletionContext, _ call: CompletionContext.Call) -> [ParameterDescription] {
        guard case .value(let callee)? = Evaluation(resolver, context.lexed).value(call.callee) else { return [] }
        return session.interpreter.parameters(of: callee)
    }

    // MARK: - Strings

    private mutating func strings(_ context: CompletionContext, _ content: String, _ quote: String) -> [Candidate] {
        if let call = context.call {
            let parameters = parameters(context, call)
            let parameter =
                call.keyword.map { name in parameters.first { $0.name == name } }
                ?? (call.position < parameters.count ? parameters[call.position] : nil)
            if let parameter {
                let choices = parameter.choices.filter { $0.hasPrefix(content) }
                if !choices.isEmpty {
                    return choices.map { Candidate($0, .string, suffix: quote) }
                }
                if Self.namesPath(parameter.name) { return paths(content, quote) }
            }
        }
        let looksLikePath = content.contains("/") || content.hasPrefix("~") || content.hasPrefix(".")
        return looksLikePath ? paths(content, quote) : []
    }

    private static func namesPath(_ name: String) -> Bool {
        ["file", "path", "dir", "folder", "filename"].contains { name == $0 || name.hasSuffix("_" + $0) }
    }

    private mutating func paths(_ content: String, _ quote: String) -> [Candidate] {
        let (folder, name) = Paths.split(content)
        prefix = name
        return Paths.entries(in: folder).filter { $0.hasPrefix(name) && (!$0.hasPrefix(".") || name.hasPrefix(".")) }.map {
            entry in
            Paths.isFolder(folder + entry) ? Candidate(entry + "/", .path) : Candidate(entry, .path, suffix: quote)
        }
    }

    // MARK: - Commands

    /// `%name`, its flags and operands, `!line` and `?name`; nil when the line is none of these.
    private mutating func commands(_ line: String) -> [Candidate]? {
        if line.hasPrefix("!") {
            let word = String(line.dropFirst().split(separator: " ", omittingEmptySubsequences: false).last ?? "")
            return paths(word, "")
        }
        if line.hasPrefix("?") {
            prefix = String(line.drop { $0 == "?" })
            if prefix.hasPrefix("%") { return magicNames(String(prefix.dropFirst()), percent: "%") }
            return dotted()
        }
        guard line.hasPrefix("%") else { return nil }
        let percent = line.hasPrefix("%%") ? "%%" : "%"
        let rest = line.dropFirst(percent.count)
        guard let blank = rest.firstIndex(of: " ") else {
            prefix = line
            return magicNames(String(rest), percent: percent)
        }
        guard let magic = session.magics[String(rest[..<blank])] else { return [] }
        let word = String(rest.split(separator: " ", omittingEmptySubsequences: false).last ?? "")
        prefix = word
        if word.hasPrefix("-") { return magic.flags.filter { $0.hasPrefix(word) }.map { Candidate($0, .command, suffix: " ") } }
        switch magic.operand {
        case .nothing: return []
        case .path: return paths(word, "")
        case .magic: return magicNames(word, percent: "")
        case .option: return options(String(rest[rest.index(after: blank)...]))
        case .name, .variable: return dotted()
        case .code:
            var inner = Completer(session, String(rest[rest.index(after: blank)...]))
            let found = inner.candidates()
            prefix = inner.prefix
            return found
        }
    }

    private func magicNames(_ start: String, percent: String) -> [Candidate] {
        session.magics.all.filter { $0.name.hasPrefix(start) }.map {
            Candidate(percent + $0.name, .command, detail: String($0.help.split(separator: "\n").first ?? ""), suffix: " ")
        }
    }

    private mutating func options(_ text: String) -> [Candidate] {
        guard let sign = text.firstIndex(of: "=") else {
            prefix = text
            return session.options.all.map(\.name).filter { $0.hasPrefix(text) }.map { Candidate($0, .command, suffix: "=") }
        }
        let name = String(text[..<sign]).trimmingBlanks
        prefix = String(text[text.index(after: sign)...])
        let start = prefix
        return session.options.all.first { $0.name == name }?.choices.filter { $0.hasPrefix(start) }.map {
            Candidate($0, .string)
        } ?? []
    }

    /// A dotted name without a program around it.
    private mutating func dotted() -> [Candidate] {
        var inner = Completer(session, prefix)
        let context = CompletionContext(prefix)
        inner.prefix = context.prefix
        prefix = context.prefix
        switch context.place {
        case .member(let receiver): return inner.members(context.lexed, receiver)
        case .name: return inner.names(context)
        default: return []
        }
    }

    // MARK: - Characters

    /// `\u{304B}` and `\N{HIRAGANA LETTER KA}`: the character in place of its number, names of kana.
    private mutating func characters(_ line: String) -> [Candidate]? {
        if let match = line.firstMatch(of: #/\\[uU](?:\{([0-9a-fA-F]{1,6})\}?|([0-9a-fA-F]{4,8}))$/#) {
            let digits = match.1 ?? match.2 ?? ""
            guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value), value >= 32 else { return nil }
            prefix = String(match.0)
            return [Candidate(String(Character(scalar)), .character)]
        }
        if let match = line.firstMatch(of: #/\\N\{([A-Za-z0-9 -]*)$/#) {
            prefix = String(match.1)
            let start = prefix.uppercased()
            return KanaNames.all.filter { $0.hasPrefix(start) }.map { Candidate($0, .character, suffix: "}") }
        }
        return nil
    }
}

/// Names of hiragana, katakana and hentaigana.
private enum KanaNames {
    static let all: [String] = {
        let blocks: [ClosedRange<UInt32>] = [0x3041...0x309F, 0x30A0...0x30FF, 0x31F0...0x31FF, 0x1B000...0x1B16F]
        return blocks.flatMap { $0 }.compactMap { Unicode.Scalar($0)?.properties.name }.sorted()
    }()
}

/// Files for completion.
enum Paths {
    /// The folder as it is written, with its slash, and the beginning of a name in it.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }

    /// Names in a folder, at most a few thousand of them.
    static func entries(in folder: String) -> [String] {
        let path = folder.isEmpty ? "." : (folder as NSString).expandingTildeInPath
        return Array(((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).prefix(5_000))
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: (path as NSString).expandingTildeInPath, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
