import ScriptSyntax

/// Words in as many columns as the terminal has room for, read downwards.
struct CandidateColumns {
    let lines: [String]

    init(_ words: [String], columns: Int, mostLines: Int) {
        let widest = words.map { TerminalWidth.cells(in: $0) }.max() ?? 0
        let width = min(widest + 2, max(columns, 1))
        let across = max(1, (columns - 1) / max(width, 1))
        let rows = (words.count + across - 1) / across
        let shown = min(rows, max(mostLines, 1))
        var lines = (0..<shown).map { row in
            var line = ""
            for index in stride(from: row, to: words.count, by: rows) {
                let padding = width - TerminalWidth.cells(in: words[index])
                line += words[index] + (index + rows < words.count ? String(repeating: " ", count: max(1, padding)) : "")
            }
            return line
        }
        if shown < rows { lines.append("... \(words.count - shown * across) more") }
        self.lines = lines
    }
}
