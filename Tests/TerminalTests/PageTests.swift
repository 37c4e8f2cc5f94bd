import Foundation
import Terminal
import Testing

@Suite struct PageTests {
    /// Docs/Guide/TheREPL.md begins with a conversation: typed again, it looks as it does there.
    @Test func thePageShowsWhatThePromptShows() throws {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Docs/Guide/TheREPL.md").standardizedFileURL
        let blocks = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```text\n")
        try #require(blocks.count == 2)
        let shown = blocks[1].components(separatedBy: "```")[0]
        let inputs = try #require(Paste.inputs(of: shown))
        #expect(inputs.count > 3)
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url, columns: 100, rows: 40)
        for (number, input) in inputs.enumerated() {
            try terminal.waitForPrompt(number + 1)
            let lines = input.split(separator: "\n")
            for (index, line) in lines.enumerated() {
                // Indentation comes by itself.
                try terminal.send(line.drop { $0 == " " } + "\r")
                guard lines.count > 1 else { continue }
                try terminal.wait(for: "the next line") { picture in
                    picture.cursor.row > 0 && picture.line(picture.cursor.row).hasPrefix("   ...:")
                        && picture.line(picture.cursor.row - 1).hasSuffix(line.drop { $0 == " " })
                }
                // An empty line ends a block.
                if index == lines.count - 1 { try terminal.send("\r") }
            }
        }
        try terminal.waitForPrompt(inputs.count + 1)
        func trimmed(_ text: String) -> String { text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n") }
        #expect(trimmed(terminal.picture.text).contains(trimmed(shown)), "\(terminal.picture.text)")
    }
}
