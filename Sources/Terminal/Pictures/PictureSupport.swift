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
    static func asked() -> PictureWay {
        let answer = query("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c", until: UInt8(ascii: "c"))
        return reading(answer)
    }

    package static func reading(_ answer: String) -> PictureWay {
        if answer.contains("\u{1B}_Gi=31;OK") { return .kitty }
        if let attributes = answer.firstMatch(of: #/\x1B\[\?([0-9;]+)c/#), attributes.1.split(separator: ";").contains("4") {
            return .sixel
        }
        return .block
    }

    /// Writes a question to the terminal and takes the answer, for a fifth of a second at most.
    private static func query(_ question: String, until last: UInt8) -> String {
        var before = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &before) == 0 else { return "" }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return "" }
        defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
        FileHandle.standardOutput.write(Data(question.utf8))
        var answer: [UInt8] = []
        var source = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while answer.count < 1_000, poll(&source, 1, 200) > 0 {
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { break }
            answer.append(byte)
            if byte == last { break }
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
