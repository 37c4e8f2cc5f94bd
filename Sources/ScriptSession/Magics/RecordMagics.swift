import Foundation

/// `%history`, `%save` and `%export`: what was asked and answered, as text and files.
enum RecordMagics {
    static var all: [Magic] {
        [
            Magic(
                "history", "%history [-n COUNT] [-g PATTERN] [-u] [--session this|all|ID]",
                """
                List inputs of this session; with -g, -u or --session also those of other ones;
                this session's come last, as the newest.
                -g PATTERN  only inputs that contain the pattern; * and ? stand for any text and any character
                -n COUNT    only the newest COUNT
                -u          each text once
                """, flags: ["-n", "-g", "-u", "--session"], run: history),
            Magic(
                "save", "%save FILE [NUMBERS]", "Write the inputs of this session to a script; NUMBERS as in 3 5-8.",
                operand: .path
            ) { call in
                try export(call, as: .script)
            },
            Magic(
                "export", "%export FILE",
                """
                Write this session to a file, in the form that its name asks for.
                .cdm  the code as a script        .ipynb  a notebook with inputs and answers
                .md   a page for carpedm doctest  .t      a test for carpedm test that expects the same answers
                """, operand: .path
            ) { call in
                guard let name = call.words.first else { throw SessionError("a file is missing", hint: "Write %export FILE.") }
                return try export(call, as: try ExportForm(fileName: name))
            },
        ]
    }

    private static func export(_ call: MagicCall, as form: ExportForm) throws -> Outcome {
        var words = call.words
        guard !words.isEmpty else { throw SessionError("a file is missing", hint: "Write %\(call.name) FILE.") }
        let path = PlaceMagics.expanded(words.removeFirst())
        let chosen = try words.flatMap { try numbers($0) }
        let entries = call.session.transcript.entries.filter {
            $0.number < call.number && (chosen.isEmpty || chosen.contains($0.number)) && form.takes($0)
        }
        if entries.isEmpty { throw SessionError("there is nothing to write yet") }
        do {
            try form.data(entries).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw SessionError("'\(path)' cannot be written: \((error as NSError).localizedDescription)")
        }
        call.print("\(entries.count) input\(entries.count == 1 ? "" : "s") written to \(path)")
        return Outcome(.finished)
    }

    /// `7` or `3-5`.
    static func numbers(_ word: String) throws -> [Int] {
        let ends = word.split(separator: "-").map { Int($0) }
        guard let first = ends.first.flatMap({ $0 }), let last = ends.last.flatMap({ $0 }), ends.count < 3, first <= last,
            last - first < 100_000
        else {
            throw SessionError("'\(word)' is no number of an input", hint: "Write numbers as in 3 5-8.")
        }
        return Array(first...last)
    }

    private static func history(_ call: MagicCall) throws -> Outcome {
        var words = call.words[...]
        var count: Int?
        var pattern: String?
        var isUnique = false
        var session = "this"
        while let word = words.popFirst() {
            switch word {
            case "-n", "-g", "--session":
                guard let value = words.popFirst() else { throw SessionError("\(word) needs a value") }
                if word == "-g" {
                    pattern = value
                } else if word == "--session" {
                    session = value
                } else {
                    guard let number = Int(value), number > 0 else { throw SessionError("-n needs a number above 0") }
                    count = number
                }
            case "-u": isUnique = true
            default: throw SessionError("%history does not know '\(word)'", hint: "%history? shows how it is written.")
            }
        }
        let looksBack = pattern != nil || isUnique || session != "this"
        var rows = inputs(call, session: looksBack && session == "this" ? "all" : session)
        if let pattern { rows = rows.filter { Glob.matches(pattern, $0.text) } }
        if isUnique {
            var seen: Set<String> = []
            rows = rows.reversed().filter { seen.insert($0.text).inserted }.reversed()
        }
        if let count { rows = rows.suffix(count) }
        if rows.isEmpty {
            call.print("no inputs")
        } else {
            call.print(
                rows.map {
                    "\($0.label): \($0.text.replacing("\n", with: "\n" + String(repeating: " ", count: $0.label.count + 2)))"
                }.joined(separator: "\n"))
        }
        return Outcome(.finished)
    }

    /// This session's inputs last, as the newest.
    private static func inputs(_ call: MagicCall, session: String) -> [(label: String, text: String)] {
        let own = call.session.transcript.entries.filter { $0.number < call.number }.map {
            (label: String($0.number), text: $0.input)
        }
        if session == "this" { return own }
        let id = call.session.history?.session
        let others =
            call.session.history?.entries().filter { $0.session != id && (session == "all" || $0.session == session) } ?? []
        return others.map { (label: "\($0.session)/\($0.number)", text: $0.input) }
            + (session == "all" || session == id ? own : [])
    }
}

/// Patterns with `*` and `?`.
enum Glob {
    /// Whether `text` contains what the pattern says, capital letters aside.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(("*" + pattern + "*").lowercased().unicodeScalars)
        let text = Array(text.lowercased().unicodeScalars)
        var (p, t) = (0, 0)
        var (star, mark) = (-1, 0)
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                (star, mark) = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if star >= 0 {
                p = star + 1
                mark += 1
                t = mark
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
