import ScriptSession

/// Text that a person pastes: what another prompt or a page put around the code is taken away.
package enum Paste {
    /// Line ends made plain; prompts stripped, with the answers between them; common indentation removed.
    ///
    /// What a page hides behind `#~ ` runs here as it does there. Prompts are `In [3]: `, `   ...: `, `cdm> `, `...> `, `>>> ` and `... `; where there are some, lines without one are answers.
    package static func cleaned(_ text: String) -> String {
        let plain = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        var lines = plain.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.allSatisfy({ $0 == " " || $0 == "\t" }) == true, lines.count > 1 { lines.removeLast() }
        lines = lines.map { $0.hasPrefix("#~ ") ? $0.dropFirst(3) : $0 }
        if let inputs = inputs(lines) { return inputs.joined(separator: "\n") }
        return dedented(lines).joined(separator: "\n")
    }

    /// The inputs of a transcript, one for each prompt; nil for text without prompts.
    package static func inputs(of text: String) -> [String]? {
        inputs(
            text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").split(
                separator: "\n", omittingEmptySubsequences: false))
    }

    private static func inputs(_ lines: [Substring]) -> [String]? {
        guard lines.contains(where: { begin($0) != nil }) else { return nil }
        var inputs: [[Substring]] = []
        // A continuation belongs to the prompt above it; after an answer it is an answer itself.
        var isInside = false
        for line in lines {
            if let rest = begin(line) {
                inputs.append([rest])
                isInside = true
            } else if isInside, let rest = continuation(line) {
                inputs[inputs.count - 1].append(rest)
            } else {
                isInside = false
            }
        }
        return inputs.map { $0.joined(separator: "\n").trimmingLineEnds }.filter { !$0.isEmpty }
    }

    private static func begin(_ line: Substring) -> Substring? {
        for prompt in [">>> ", "cdm> "] where line.hasPrefix(prompt) { return line.dropFirst(prompt.count) }
        if line == ">>>" || line == "cdm>" { return "" }
        return numbered(line)
    }

    /// `In [3]: rest`.
    private static func numbered(_ line: Substring) -> Substring? {
        guard line.hasPrefix("In [") else { return nil }
        let rest = line.dropFirst(4)
        let digits = rest.prefix { $0.isNumber }
        let tail = rest.dropFirst(digits.count)
        guard !digits.isEmpty, tail.hasPrefix("]:") else { return nil }
        return tail.dropFirst(tail.hasPrefix("]: ") ? 3 : 2)
    }

    private static func continuation(_ line: Substring) -> Substring? {
        for prompt in ["... ", "...> "] where line.hasPrefix(prompt) { return line.dropFirst(prompt.count) }
        if line == "..." || line == "...>" { return "" }
        let blanks = line.prefix { $0 == " " }
        let rest = line.dropFirst(blanks.count)
        guard !blanks.isEmpty, rest.hasPrefix("...:") else { return nil }
        return rest.dropFirst(rest.hasPrefix("...: ") ? 5 : 4)
    }

    private static func dedented(_ lines: [Substring]) -> [Substring] {
        let indents = lines.filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }
        // One line keeps its blanks: it may go into the middle of another.
        guard lines.count > 1, let common = indents.min(), common > 0, indents.first == common else { return lines }
        return lines.map { $0.dropFirst(min(common, $0.prefix { $0 == " " }.count)) }
    }
}
