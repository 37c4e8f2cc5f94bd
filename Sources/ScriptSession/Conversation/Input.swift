/// What a person means by an input.
package enum Input: Equatable {
    case nothing
    case code(String, isSilent: Bool)
    /// `%name rest`.
    case magic(name: String, rest: String)
    /// `%%name rest` and the lines below.
    case cellMagic(name: String, rest: String, body: String)
    /// `!line`; with a target, its output becomes a list of lines.
    case shell(line: String, target: String?)
    /// `?name`, `name?`; with detail, the source too.
    case question(subject: String, detail: Bool)
    case exit(code: String)

    package init(_ text: String) {
        let trimmed = text.trimmingBlanks
        let isOneLine = !trimmed.contains("\n")
        if trimmed.isEmpty {
            self = .nothing
        } else if trimmed.hasPrefix("%%") {
            let lines = trimmed.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let (name, rest) = Self.word(lines[0].dropFirst(2))
            self = .cellMagic(name: name, rest: rest, body: lines.count > 1 ? lines[1] : "")
        } else if trimmed.hasPrefix("%"), isOneLine {
            let (name, rest) = Self.word(trimmed.dropFirst())
            self = .magic(name: name, rest: rest)
        } else if trimmed.hasPrefix("!"), isOneLine {
            self = .shell(line: String(trimmed.dropFirst()).trimmingBlanks, target: nil)
        } else if isOneLine, let (target, line) = Self.capture(trimmed) {
            self = .shell(line: line, target: target)
        } else if isOneLine, let question = Self.question(trimmed) {
            self = question
        } else if isOneLine, let code = Self.exitCode(trimmed) {
            self = .exit(code: code)
        } else {
            let isSilent = trimmed.hasSuffix(";")
            self = .code(text, isSilent: isSilent)
        }
    }

    /// The first word and what follows it.
    static func word(_ text: some StringProtocol) -> (String, String) {
        let name = text.prefix { $0 != " " && $0 != "\t" }
        return (String(name), String(text.dropFirst(name.count)).trimmingBlanks)
    }

    /// `name = !line`.
    private static func capture(_ text: String) -> (String, String)? {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        let name = String(text[..<sign]).trimmingBlanks
        let rest = String(text[text.index(after: sign)...]).trimmingBlanks
        guard rest.hasPrefix("!"), !rest.hasPrefix("!="), isName(name) else { return nil }
        return (name, String(rest.dropFirst()).trimmingBlanks)
    }

    private static func question(_ text: String) -> Input? {
        let marks: (Int, String)
        if text.hasPrefix("??") {
            marks = (2, String(text.dropFirst(2)))
        } else if text.hasPrefix("?") {
            marks = (1, String(text.dropFirst()))
        } else if text.hasSuffix("??") {
            marks = (2, String(text.dropLast(2)))
        } else if text.hasSuffix("?") {
            marks = (1, String(text.dropLast()))
        } else {
            return nil
        }
        let subject = marks.1.trimmingBlanks
        // Whatever else ends in a question mark is code with a mistake, for the parser to explain.
        let isAsked =
            subject.isEmpty || isQuoted(subject) || isPath(subject.hasPrefix("%") ? String(subject.dropFirst()) : subject)
        return isAsked && !(subject.isEmpty && text.count > 2) ? .question(subject: subject, detail: marks.0 == 2) : nil
    }

    private static func isQuoted(_ text: String) -> Bool {
        guard text.count > 1, let first = text.first, first == "\"" || first == "'" else { return false }
        return text.last == first && !text.dropFirst().dropLast().contains(first)
    }

    private static func exitCode(_ text: String) -> String? {
        for word in ["exit", "quit"] where text.hasPrefix(word) {
            let rest = String(text.dropFirst(word.count)).trimmingBlanks
            if rest.isEmpty || rest == "()" { return "" }
            let number = rest.hasPrefix("(") && rest.hasSuffix(")") ? String(rest.dropFirst().dropLast()) : rest
            if text.dropFirst(word.count).first.map({ $0 == " " || $0 == "(" }) == true, Int(number.trimmingBlanks) != nil {
                return number.trimmingBlanks
            }
        }
        return nil
    }

    package static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return (first == "_" || first.properties.isXIDStart)
            && text.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
    }

    /// Names joined by dots.
    static func isPath(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isName(String($0)) }
    }
}

extension String {
    /// Without blanks, tabs and line ends at both ends.
    package var trimmingBlanks: String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character.isNewline }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[first...last])
    }
}
