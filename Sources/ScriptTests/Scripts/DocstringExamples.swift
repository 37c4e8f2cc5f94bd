import ScriptSyntax

/// The `>>>` examples of one docstring, in the layout of Python's doctest.
struct DocstringExamples {
    struct Example {
        let code: String
        let expected: [String]
        /// Line in the file, from 1.
        let line: Int
        let isSkipped: Bool
    }

    /// `Task.loss`; `module` for the file's own docstring.
    let name: String
    let line: Int
    let examples: [Example]

    /// The docstrings of a file that have examples.
    static func all(in parsed: ParsedSource) -> [DocstringExamples] {
        Docstring.all(in: parsed.module).compactMap { docstring in
            let first = parsed.source.line(at: Int(docstring.span.start))
            let last = parsed.source.line(at: max(Int(docstring.span.start), Int(docstring.span.end) - 1))
            // The text is cleaned of margins: the lines of the examples are found again by their prompts.
            let prompts = (first...last).filter { parsed.source.text(ofLine: $0).contains(">>>") }
            let examples = examples(in: docstring.text, lines: prompts, otherwise: first)
            guard !examples.isEmpty else { return nil }
            let name = docstring.qualifiedName.isEmpty ? "module" : docstring.qualifiedName
            return DocstringExamples(name: name, line: first, examples: examples)
        }
    }

    private static func examples(in text: String, lines prompts: [Int], otherwise first: Int) -> [Example] {
        let lines = outputLines(text)
        var examples: [Example] = []
        var index = 0
        while index < lines.count {
            guard let (margin, start) = prompt(">>>", lines[index]) else {
                index += 1
                continue
            }
            var code = [start]
            index += 1
            while index < lines.count, let (indent, more) = prompt("...", lines[index]), indent == margin {
                code.append(more)
                index += 1
            }
            var expected: [String] = []
            while index < lines.count, !lines[index].allSatisfy({ $0 == " " }), prompt(">>>", lines[index]) == nil {
                let line = String(lines[index].dropFirst(margin))
                expected.append(line == "<BLANKLINE>" ? "" : line)
                index += 1
            }
            let number = examples.count < prompts.count ? prompts[examples.count] : first
            examples.append(
                Example(
                    code: code.joined(separator: "\n") + "\n", expected: expected, line: number,
                    isSkipped: code.contains { $0.contains("doctest: +SKIP") }))
        }
        return examples
    }

    /// The indentation of a line that begins with a prompt, and what follows it.
    private static func prompt(_ prompt: String, _ line: String) -> (margin: Int, code: String)? {
        let margin = line.prefix { $0 == " " }.count
        let rest = line.dropFirst(margin)
        guard rest.hasPrefix(prompt) else { return nil }
        let code = rest.dropFirst(prompt.count)
        guard code.isEmpty || code.first == " " else { return nil }
        return (margin, String(code.dropFirst()))
    }
}
