public import ScriptSession
import Foundation

/// What a person can choose about the prompt.
public enum PromptOptions {
    public static var all: [Options.Option] {
        [
            .init(
                "images", .choice(["auto", "kitty", "iterm", "sixel", "block", "off"]), standard: "auto",
                "How pictures are drawn in the terminal."),
            .init(
                "history_size", .number(0...1_000_000), standard: "5000",
                "How many earlier inputs the arrow keys and Ctrl-R reach."),
            .init(
                "history_bytes", .number(0...1_000_000_000), standard: "20000000",
                "Size at which the older half of the history file is dropped."),
            .init("editor", .text, standard: "", "The editor of %edit; empty takes $VISUAL, else $EDITOR, else vi."),
        ]
    }
}

/// Where files of the person live: the XDG folders.
public enum Places {
    /// The folder of `config.cdm` and `startup.cdm`.
    public static var config: String { folder("XDG_CONFIG_HOME", ".config") + "/carpedm" }
    public static var history: String { folder("XDG_STATE_HOME", ".local/state") + "/carpedm/history.jsonl" }

    private static func folder(_ variable: String, _ standard: String) -> String {
        let environment = ProcessInfo.processInfo.environment
        // A relative path there is to be ignored, as the specification says.
        if let path = environment[variable], path.hasPrefix("/") { return path }
        return (environment["HOME"] ?? NSHomeDirectory()) + "/" + standard
    }
}
