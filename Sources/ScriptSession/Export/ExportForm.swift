import Foundation

/// The forms in which a conversation is written to a file.
enum ExportForm {
    case script, notebook, page, test

    /// - Throws: `SessionError` for a name whose ending says nothing.
    init(fileName: String) throws(SessionError) {
        switch (fileName as NSString).pathExtension.lowercased() {
        case "cdm", "py": self = .script
        case "ipynb": self = .notebook
        case "md": self = .page
        case "t": self = .test
        default:
            throw SessionError("'\(fileName)' does not say which form to write", hint: "End the name in .cdm, .ipynb, .md or .t.")
        }
    }

    /// Scripts and tests hold code that worked; the others everything.
    func takes(_ entry: Transcript.Entry) -> Bool {
        guard case .code = Input(entry.input) else { return self == .notebook }
        return entry.status == "ok" || self == .notebook || self == .page
    }

    func data(_ entries: [Transcript.Entry]) throws -> Data {
        switch self {
        case .script: Data(script(entries).utf8)
        case .page: Data(page(entries).utf8)
        case .test: Data(test(entries).utf8)
        case .notebook: try notebook(entries)
        }
    }

    // MARK: - Implementation

    /// The code of an input, without the `;` that silenced its value.
    private func code(_ entry: Transcript.Entry) -> String { entry.input.trimmingLineEnds }

    /// One cell for each input.
    private func script(_ entries: [Transcript.Entry]) -> String {
        entries.map { "# %% In [\($0.number)]\n\(code($0))\n" }.joined(separator: "\n")
    }

    /// A `cdm>` transcript, as documentation tests read it.
    private func page(_ entries: [Transcript.Entry]) -> String {
        var text = "# Session\n\n```cdm\n"
        for entry in entries {
            let lines = code(entry).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() {
                text += index == 0 ? "cdm> \(line)\n" : line.isEmpty ? "...>\n" : "...> \(line)\n"
            }
            text += entry.output
            if !entry.output.isEmpty, !entry.output.hasSuffix("\n") { text += "\n" }
            if let shown = entry.shown { text += shown.text + "\n" }
            text += entry.errorText
        }
        return text + "```\n"
    }

    /// A script with one test: every value that was shown is expected again.
    private func test(_ entries: [Transcript.Entry]) -> String {
        var text = "\"\"\"A session, as a test.\"\"\"\n\n\ndef test_session():\n"
        for entry in entries {
            let lines = code(entry).trimmingBlanks.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if let shown = entry.shown, lines.count == 1, !shown.text.contains("\n") {
                text += "    assert repr(\(lines[0])) == \(Self.quoted(shown.text))\n"
            } else {
                text += Self.indented(code(entry)) + "\n"
            }
        }
        return text + (entries.isEmpty ? "    pass\n" : "")
    }

    /// Lines moved in by four, except inside strings that span lines: there a blank would count.
    private static func indented(_ code: String) -> String {
        code.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }.joined(
            separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        var result = "'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "'": result += "\\'"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }

    // MARK: - Notebook

    private struct Notebook: Encodable {
        struct Cell: Encodable {
            let cell_type = "code"
            let execution_count: Int
            let id: String
            let metadata: [String: String] = [:]
            let outputs: [Output]
            let source: [String]
        }
        struct Output: Encodable {
            let output_type: String
            var name: String?
            var text: [String]?
            var data: [String: String]?
            var execution_count: Int?
            var metadata: [String: String]?
            var ename: String?
            var evalue: String?
            var traceback: [String]?
        }
        struct Metadata: Encodable {
            let kernelspec = ["display_name": "carpedm", "language": "carpedm", "name": "carpedm"]
            let language_info = [
                "file_extension": ".cdm", "mimetype": "text/x-python", "name": "carpedm", "pygments_lexer": "python3",
            ]
        }
        let cells: [Cell]
        let metadata = Metadata()
        let nbformat = 4
        let nbformat_minor = 5
    }

    private func notebook(_ entries: [Transcript.Entry]) throws -> Data {
        let cells = entries.map { entry in
            var outputs: [Notebook.Output] = []
            if !entry.output.isEmpty {
                outputs.append(.init(output_type: "stream", name: "stdout", text: Self.lines(entry.output)))
            }
            if let shown = entry.shown {
                var data: [String: String] = [:]
                for form in shown.forms {
                    let isText = form.type.hasPrefix("text/") || form.type == "image/svg+xml" || form.type == "application/json"
                    data[form.type] = isText ? String(decoding: form.data, as: UTF8.self) : Data(form.data).base64EncodedString()
                }
                outputs.append(.init(output_type: "execute_result", data: data, execution_count: entry.number, metadata: [:]))
            }
            if !entry.errorText.isEmpty {
                outputs.append(
                    .init(
                        output_type: "error", ename: entry.status,
                        evalue: entry.errorText.split(separator: "\n").first.map(String.init) ?? "",
                        traceback: Self.lines(entry.errorText)))
            }
            return Notebook.Cell(
                execution_count: entry.number, id: "in-\(entry.number)", outputs: outputs, source: Self.lines(code(entry)))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Notebook(cells: cells)) + Data("\n".utf8)
    }

    /// Lines with their ends, as notebooks keep them.
    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0 + "\n" }.map(String.init)
        if var last = lines.popLast() {
            last.removeLast()
            if !last.isEmpty { lines.append(last) }
        }
        return lines
    }
}

extension String {
    /// Without line ends at its end.
    package var trimmingLineEnds: String {
        var text = self[...]
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}
