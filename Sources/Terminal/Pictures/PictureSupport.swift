import Foundation

/// Finds out which pictures a terminal can show.
package enum PictureSupport {
    /// By what the terminal says of itself in the environment; nil when that does not tell.
    package static func known(_ environment: [String: String]) -> PictureWay? {
        let term = environment["TERM"] ?? ""
        let program = environment["TERM_PROGRAM"] ?? ""
        if let chosen = environment["CARPEDM_IMAGES"], !chosen.isEmpty {
            return PictureWay(rawValue: chosen.lowercased()) ?? .off
        }
        if term == "dumb" { return .off }
        // A multiplexer stands between: what its host can do does not reach us.
        if environment["TMUX"] != nil || term.hasPrefix("screen") || term.hasPrefix("tmux") { return nil }
        if environment["KITTY_WINDOW_ID"] != nil || term.contains("kitty") || program == "ghostty" { return .kitty }
        if program == "iTerm.app" || program == "WezTerm" || environment["LC_TERMINAL"] == "iTerm2" { return .iterm }
        return nil
    }

    /// Asks the terminal: a kitty picture that is not drawn, then its attributes, which every terminal answers.
    ///
    /// - Returns: nil when that cannot be found out now, for keys are waiting to be read.
    @MainActor
    static func asked() -> PictureWay? {
        guard let bytes = query("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c") else { return nil }
        let (answer, typed) = parts(bytes)
        Readline.typed += typed
        return reading(answer)
    }

    /// What a terminal answered, and what a person typed meanwhile.
    package static func parts(_ bytes: [UInt8]) -> (answer: String, typed: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let answers = text.matches(of: #/\x1B_G[^\x1B]*\x1B\\|\x1B\[\?[0-9;]*c/#)
        var rest = ""
        var place = text.startIndex
        for answer in answers {
            rest += text[place..<answer.range.lowerBound]
            place = answer.range.upperBound
        }
        return (answers.map { String($0.output) }.joined(), Array((rest + text[place...]).utf8))
    }

    package static func reading(_ answer: String) -> PictureWay {
        if answer.contains("\u{1B}_Gi=31;OK") { return .kitty }
        if let attributes = answer.firstMatch(of: #/\x1B\[\?([0-9;]+)c/#), attributes.1.split(separator: ";").contains("4") {
            return .sixel
        }
        return .block
    }

    /// Writes a question to the terminal and takes what comes up to its attributes, for a second at most; nil when keys came first.
    private static func query(_ question: String) -> [UInt8]? {
        var before = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &before) == 0 else { return [] }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return [] }
        defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
        var keys = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&keys, 1, 0) <= 0 else { return nil }
        FileHandle.standardOutput.write(Data(question.utf8))
        var answer: [UInt8] = []
        var source = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while answer.count < 1_000, poll(&source, 1, 1_000) > 0 {
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { break }
            answer.append(byte)
            if byte == UInt8(ascii: "c"), String(decoding: answer, as: UTF8.self).contains(#/\x1B\[\?[0-9;]*c/#) { break }
        }
        return answer
    }
}
