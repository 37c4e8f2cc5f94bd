/// A part of a file that tools can run on its own: from a line `# %% title` to the next, or the lines before the first.
public struct Cell: Hashable, Sendable {
    /// Without the marker; empty when the marker has none or there is no marker.
    public let title: String
    /// The marker's line, or nil for the lines before the first marker.
    public let marker: SourceSpan?
    /// What follows the marker.
    public let body: SourceSpan
}

extension ParsedSource {
    /// In order. Lines before the first marker are a cell when they hold anything but blanks.
    public var cells: [Cell] {
        let markers = comments.compactMap { marker($0) }
        let end = source.utf8.count
        var cells: [Cell] = []
        let head = 0..<(markers.first.map { Int($0.line.start) } ?? end)
        if markers.isEmpty || source.utf8[head].contains(where: { $0 > 32 }) {
            cells.append(Cell(title: "", marker: nil, body: SourceSpan(head)))
        }
        for (index, marker) in markers.enumerated() {
            let next = index + 1 < markers.count ? Int(markers[index + 1].line.start) : end
            let number = source.line(at: Int(marker.line.start))
            let start = number < source.lineCount ? Int(source.lineStarts[number]) : end
            cells.append(Cell(title: marker.title, marker: marker.line, body: SourceSpan(start..<max(start, next))))
        }
        return cells
    }

    /// The title when a comment alone on its line begins with `%%`.
    private func marker(_ comment: SourceSpan) -> (line: SourceSpan, title: String)? {
        let range = source.range(ofLine: source.line(at: Int(comment.start)))
        let before = source.utf8[range.lowerBound..<Int(comment.start)]
        guard before.isEmpty || before.elementsEqual([0xEF, 0xBB, 0xBF]) else { return nil }
        let text = source.text(of: comment).dropFirst().drop { $0 == " " || $0 == "\t" }
        guard text.hasPrefix("%%"), text.dropFirst(2).first != "%" else { return nil }
        let title = text.dropFirst(2).drop { $0 == " " || $0 == "\t" }
        let trimmed = title.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
        return (SourceSpan(start: comment.start, end: comment.end), String(trimmed))
    }
}
