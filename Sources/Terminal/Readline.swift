import CReadline
import Foundation

/// GNU readline behind a Swift face: the only file that knows the library.
///
/// The library has one state for the process, so all of this belongs to the main actor. It is driven through its callback
/// interface: waiting for keys, signals and window sizes is ours, and the library catches no signal.
@MainActor
enum Readline {
    /// What the person ended a line with.
    enum Line: Equatable {
        case text(String)
        /// Ctrl-D on an empty line, or the terminal is gone.
        case end
    }

    /// What the library's keys ask of us.
    struct Hooks {
        /// Tab: given the line, the place in bytes, and whether Tab was the key before.
        var complete: (_ text: String, _ point: Int, _ isRepeated: Bool) -> Void = { _, _, _ in }
        /// Text that was pasted, as it should stand in the line.
        var clean: (_ pasted: String) -> String = { $0 }
    }

    static var hooks = Hooks()
    /// Keys that were read by somebody else, to be taken before those that wait.
    static var typed: [UInt8] = []
    fileprivate static var accepted: Line?
    /// Text to begin the next line with.
    fileprivate static var initial = ""

    /// Reads `~/.inputrc` and adds our keys where it has the library's own.
    static func start(usesBracketedPaste: Bool) {
        // Widths of characters come from the locale; without a Unicode one everything would be counted in bytes.
        setlocale(LC_ALL, "")
        if MB_CUR_MAX_isOne {
            // By the environment, for the library sets the locale anew at every line.
            setenv("LC_ALL", "C.UTF-8", 1)
            setlocale(LC_ALL, "")
        }
        carpedm_readline_configure()
        carpedm_readline_prepare_with(onPrepare)
        rl_initialize()
        // The library asks the environment's locale itself, not the one that was just chosen.
        rl_variable_bind("input-meta", "on")
        rl_variable_bind("output-meta", "on")
        rl_variable_bind("convert-meta", "off")
        rl_variable_bind("blink-matching-paren", "off")
        rl_variable_bind("enable-bracketed-paste", usesBracketedPaste ? "on" : "off")
        // Else the library gives the terminal's erase key its own function again at every line.
        rl_variable_bind("bind-tty-special-chars", "off")
        rebind("\t", from: rl_complete, to: onTab)
        if usesBracketedPaste { rl_bind_keyseq("\\e[200~", onPaste) }
        rl_bind_keyseq("\\e[?", onAttributes)
        for key in ["\u{8}", "\u{7F}"] { rebind(key, from: rl_rubout, to: onBackspace) }
        for key in ["\u{1B}[A", "\u{1B}OA"] { rebind(key, from: rl_get_previous_history, to: rl_history_search_backward) }
        for key in ["\u{1B}[B", "\u{1B}OB"] { rebind(key, from: rl_get_next_history, to: rl_history_search_forward) }
        using_history()
    }

    private typealias Command = @convention(c) (Int32, Int32) -> Int32

    /// Gives a key to `new` unless the person's own configuration has changed it.
    private static func rebind(_ key: String, from old: Command, to new: Command) {
        guard let bound = rl_function_of_keyseq(key, nil, nil), carpedm_readline_same(bound, old) != 0 else { return }
        rl_bind_keyseq(
            key.replacingOccurrences(of: "\u{1B}", with: "\\e").replacingOccurrences(of: "\u{8}", with: "\\C-h")
                .replacingOccurrences(of: "\u{7F}", with: "\\C-?").replacingOccurrences(of: "\t", with: "\\t"), new)
    }

    private static var MB_CUR_MAX_isOne: Bool { mblen("あ", 3) != 3 }

    // MARK: - One line

    /// Draws the prompt and takes keys from now on.
    static func begin(prompt: String, text: String) {
        accepted = nil
        initial = text
        rl_callback_handler_install(prompt, onLine)
        if !text.isEmpty {
            rl_insert_text(text)
            rl_redisplay()
        }
    }

    /// To be called when a key is waiting; gives the line when that was its last.
    static func takeKey() -> Line? {
        // All of a line at once: the library takes what it was given before what waits in the terminal, and no more than a line.
        let end = typed.firstIndex { $0 == 10 || $0 == 13 }.map { $0 + 1 } ?? typed.count
        for key in typed.prefix(end) { rl_stuff_char(Int32(key)) }
        typed.removeFirst(end)
        rl_callback_read_char()
        return accepted
    }

    /// Leaves the line unfinished, with `mark` behind it, and the terminal as it was.
    static func cancel(mark: String) {
        rl_callback_sigcleanup()
        rl_free_line_state()
        carpedm_readline_move(carpedm_readline_end())
        rl_redisplay()
        FileHandle.standardOutput.write(Data((mark + "\n").utf8))
        rl_callback_handler_remove()
    }

    static func windowChanged() { rl_resize_terminal() }

    /// Before the process is stopped by Ctrl-Z, and when it goes on.
    static func suspend() { rl_cleanup_after_signal() }
    static func resume() {
        rl_reset_after_signal()
        rl_forced_update_display()
    }

    // MARK: - The line as it stands

    static var text: String { String(cString: carpedm_readline_text()) }
    static var point: Int { Int(carpedm_readline_point()) }

    /// Puts `text` in the place of the bytes before the point, as one change that can be undone.
    static func replace(last count: Int, with text: String) {
        rl_begin_undo_group()
        let point = carpedm_readline_point()
        if count > 0 {
            rl_delete_text(point - Int32(count), point)
            carpedm_readline_move(point - Int32(count))
        }
        rl_insert_text(text)
        rl_end_undo_group()
    }

    static func ring() { rl_ding() }

    /// Lets `body` write below the line, and draws the line again.
    static func writingBelow(_ body: () -> Void) {
        let point = carpedm_readline_point()
        carpedm_readline_move(carpedm_readline_end())
        rl_redisplay()
        rl_crlf()
        body()
        carpedm_readline_move(point)
        rl_on_new_line()
        rl_redisplay()
    }

    // MARK: - History

    static func remember(_ text: String) { add_history(text) }

    static func rememberAll(_ texts: [String], most: Int) {
        stifle_history(Int32(clamping: most))
        for text in texts { add_history(text) }
        // The line that is edited stands behind the last of them.
        using_history()
    }

    // MARK: - Keys

    fileprivate static func take(_ line: Line) {
        accepted = line
        rl_callback_handler_remove()
    }

    fileprivate static func tab() {
        hooks.complete(text, point, carpedm_readline_repeats(onTab) != 0)
    }

    /// Takes everything up to the end of the paste, however long.
    fileprivate static func paste() {
        let end: [UInt8] = Array("\u{1B}[201~".utf8)
        var bytes: [UInt8] = []
        while true {
            let key = rl_read_key()
            guard key >= 0, key < 256 else { break }
            bytes.append(UInt8(key))
            if key == 126, bytes.count >= end.count, bytes.suffix(end.count).elementsEqual(end) {
                bytes.removeLast(end.count)
                break
            }
        }
        let text = hooks.clean(String(decoding: bytes, as: UTF8.self))
        rl_begin_undo_group()
        rl_insert_text(text.replacingOccurrences(of: "\0", with: ""))
        rl_end_undo_group()
    }

    /// In the blanks at the start of a line, back to the last multiple of four.
    fileprivate static func backspace(_ count: Int32, _ key: Int32) {
        let before = Array(text.utf8.prefix(point))
        let blanks = before.reversed().prefix { $0 == 32 }.count
        let isIndent = blanks == before.count || before[before.count - blanks - 1] == 10
        let step = isIndent && blanks > 1 && count == 1 ? (blanks - 1) % 4 + 1 : 1
        if step == 1 {
            rl_rubout(count, key)
        } else {
            rl_delete_text(Int32(point - step), Int32(point))
            carpedm_readline_move(Int32(point - step))
        }
    }
}

// The library calls these on the thread that called it: the main thread.

private func onLine(_ line: UnsafeMutablePointer<CChar>?) {
    let text = line.map { String(cString: $0) }
    free(line)
    MainActor.assumeIsolated { Readline.take(text.map { .text($0) } ?? .end) }
}

/// Ctrl-S is a key of the search here, not the one that stops the terminal's output. The library gives the old settings back.
private func onPrepare(_ meta: Int32) {
    rl_prep_terminal(meta)
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    settings.c_iflag &= ~tcflag_t(IXON)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
}

private func onTab(_ count: Int32, _ key: Int32) -> Int32 {
    MainActor.assumeIsolated { Readline.tab() }
    return 0
}

private func onPaste(_ count: Int32, _ key: Int32) -> Int32 {
    MainActor.assumeIsolated { Readline.paste() }
    return 0
}

/// The terminal's answer to a question of ours that came too late: it is no key.
private func onAttributes(_ count: Int32, _ key: Int32) -> Int32 {
    var key = rl_read_key()
    while key == 59 || (48...57).contains(key) { key = rl_read_key() }
    return 0
}

private func onBackspace(_ count: Int32, _ key: Int32) -> Int32 {
    MainActor.assumeIsolated { Readline.backspace(count, key) }
    return 0
}
