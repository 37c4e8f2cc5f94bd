package import ScriptRuntime
import ScriptSyntax

/// `%who`, `%whos`, `%reset`, `%out`, `%tb` and `%magics`: what the session knows.
enum NameMagics {
    static var all: [Magic] {
        [
            Magic("who", "%who", "List the names that this session has bound.") { call in
                let names = call.session.boundNames.map(\.name)
                call.print(names.isEmpty ? "no names yet" : names.joined(separator: "  "))
                return Outcome(.finished)
            },
            Magic("whos", "%whos", "List the bound names with type and value.", run: whos),
            Magic(
                "reset", "%reset",
                "Forget all names, values and answers of this session.\nRegistered tasks and models stay; the numbering goes on."
            ) { call in
                call.session.interpreter.resetMain()
                call.session.transcript.forget()
                return Outcome(.finished)
            },
            Magic("out", "%out [NUMBER]", "Show what the answer to an input looked like, even when its value is gone.") { call in
                let transcript = call.session.transcript
                guard let word = call.words.first else {
                    let kept = transcript.entries.filter { $0.shown != nil }.map { String($0.number) }
                    call.print(kept.isEmpty ? "no answers yet" : "answers: \(kept.joined(separator: ", "))")
                    return Outcome(.finished)
                }
                guard let number = Int(word), let entry = transcript.entry(number) else {
                    throw SessionError("there is no input '\(word)'")
                }
                guard let shown = entry.shown else { throw SessionError("input \(number) gave no value") }
                return Outcome(.finished, shown: shown)
            },
            Magic("tb", "%tb", "Show the newest error once more, with all calls that led to it.") { call in
                guard let report = call.session.lastReport else { throw SessionError("nothing has failed yet") }
                call.print(report.text)
                return Outcome(.finished)
            },
            Magic("magics", "%magics [NAME]", "List all commands, or show how one is written.", operand: .magic) { call in
                guard let name = call.words.first else {
                    call.print(call.session.magics.overview)
                    return Outcome(.finished)
                }
                guard let help = call.session.magicHelp(name) else {
                    throw SessionError("there is no command '%\(name)'", hint: "%magics lists them.")
                }
                call.print(help)
                return Outcome(.finished)
            },
        ]
    }

    private static func whos(_ call: MagicCall) throws -> Outcome {
        let session = call.session
        let bound = session.boundNames
        guard !bound.isEmpty else {
            call.print("no names yet")
            return Outcome(.finished)
        }
        let rows = try bound.map {
            (name: $0.name, type: session.interpreter.typeName(of: $0.value), value: try session.glance($0.value))
        }
        let widths = (rows.map { cells($0.name) }.max() ?? 0, rows.map { cells($0.type) }.max() ?? 0)
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - cells(text))) }
        call.print(rows.map { "\(padded($0.name, widths.0))  \(padded($0.type, widths.1))  \($0.value)" }.joined(separator: "\n"))
        return Outcome(.finished)
    }
}

extension ScriptSession {
    /// Names that inputs have bound, in order; those that begin with an underscore are nobody's business.
    package var boundNames: [(name: String, value: Value)] {
        interpreter.main.members.map { (name: $0.name.name, value: $0.value) }.filter { !$0.name.hasPrefix("_") }.sorted {
            $0.name < $1.name
        }
    }

    func magicHelp(_ name: String) -> String? {
        let plain = String(name.drop { $0 == "%" })
        return magics[plain].map { "\($0.usage)\n\n\($0.help)" }
    }

    /// A value on one short line.
    func glance(_ value: Value, width: Int = 60) throws(Raised) -> String {
        let text = try interpreter.repr(value).string
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        return line.count > width || line.count < text.count ? String(line.prefix(width)) + "..." : line
    }
}

private func cells(_ text: String) -> Int { TerminalWidth.cells(in: text) }
