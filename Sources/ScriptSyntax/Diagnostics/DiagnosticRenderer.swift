import Foundation

/// Shows diagnostics to people and to programs.
public enum DiagnosticRenderer {
    /// Message, place, source lines with carets, notes and help; ends with a line end.
    ///
    /// Carets are placed in terminal cells. Tabs are shown as four blanks, other control characters as U+FFFD, and
    /// very long lines are cut around what matters.
    public static func text(_ diagnostic: Diagnostic, in source: SourceText, color: Bool = false) -> String {
        var page = TextPage(diagnostic: diagnostic, source: source, paint: Paint(isOn: color))
        return page.render()
    }

    /// One JSON object on one line, without a line end; keys in order.
    public static func json(_ diagnostic: Diagnostic, in source: SourceText) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it can fail to encode: strings and integers only.
        guard let data = try? encoder.encode(DiagnosticRecord(diagnostic, in: source)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}

// MARK: - Implementation

struct Paint {
    let isOn: Bool

    func callAsFunction(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

/// The text form under construction.
private struct TextPage {
    let diagnostic: Diagnostic
    let source: SourceText
    let paint: Paint

    private struct Mark {
        let start: Int
        let end: Int
        let text: String
        let isPrimary: Bool
    }

    mutating func render() -> String {
        let accent = diagnostic.severity == .error ? "1;31" : "1;33"
        let head = paint("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", accent)
        var lines = ["\(head): \(diagnostic.message)"]
        var byLine: [Int: [Diagnostic.Label]] = [:]
        var primary = diagnostic.primary
        primary.isPrimary = true
        for label in [primary] + diagnostic.secondary {
            byLine[source.line(at: Int(label.span.start)), default: []].append(label)
        }
        let numbers = byLine.keys.sorted()
        let width = String(numbers.last ?? 1).count
        let blank = String(repeating: " ", count: width)
        let place = source.position(at: Int(diagnostic.primary.span.start))
        lines.append("\(blank)\(paint("-->", "1;34")) \(source.name):\(place.line):\(place.column)")
        lines.append("\(blank) \(paint("|", "1;34"))")
        var last: Int?
        for number in numbers {
            if let last, number > last + 1 { lines.append(paint("...", "1;34")) }
            last = number
            lines += show(line: number, byLine[number] ?? [], blank, accent)
        }
        for note in diagnostic.notes { lines += remark("note", note, blank) }
        for help in diagnostic.help { lines += remark("help", help, blank) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func remark(_ kind: String, _ text: String, _ blank: String) -> [String] {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        let head = "\(blank) \(paint("=", "1;34")) \(paint(kind, "1")): "
        let indent = String(repeating: " ", count: blank.count + kind.count + 5)
        return parts.enumerated().map { ($0.offset == 0 ? head : indent) + $0.element }
    }

    private func show(line: Int, _ labels: [Diagnostic.Label], _ blank: String, _ accent: String) -> [String] {
        let number = String(line)
        let gutter = String(repeating: " ", count: blank.count - number.count) + number
        let range = source.range(ofLine: line)
        var shown = ShownLine(source.utf8[range], from: range.lowerBound)
        let marks = labels.map { label -> Mark in
            let start = shown.cell(at: Int(label.span.start))
            let end = max(start + 1, shown.cell(at: min(Int(label.span.end), range.upperBound)))
            return Mark(start: start, end: end, text: label.text, isPrimary: label.isPrimary)
        }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        let offset = shown.clip(around: marks.first { $0.isPrimary }?.start ?? marks.first?.start ?? 0)
        let bar = paint("|", "1;34")
        var lines = ["\(paint(gutter, "1;34")) \(bar)\(shown.text.isEmpty ? "" : " ")\(shown.text)"]
        for row in rows(marks, offset, shown.cellCount + 1) {
            lines.append("\(blank) \(bar) \(paint(row, accent))")
        }
        return lines
    }

    /// The underlines, the text of the last label beside them, and the other texts hung below their labels.
    private func rows(_ marks: [Mark], _ offset: Int, _ limit: Int) -> [String] {
        var underline: [Character] = []
        for mark in marks.sorted(by: { !$0.isPrimary && $1.isPrimary }) {
            let start = max(0, mark.start - offset)
            let end = min(max(start + 1, mark.end - offset), max(limit, start + 1))
            while underline.count < end { underline.append(" ") }
            for cell in start..<end { underline[cell] = mark.isPrimary ? "^" : "-" }
        }
        var first = String(underline)
        var hanging = marks.filter { !$0.text.isEmpty }
        if let last = marks.last, !last.text.isEmpty {
            first += " " + last.text
            hanging.removeLast()
        }
        var rows = [first]
        if !hanging.isEmpty { rows.append(stems(hanging, offset)) }
        while let mark = hanging.popLast() {
            var row = hanging.isEmpty ? "" : stems(hanging, offset)
            let start = max(0, mark.start - offset)
            if row.count < start { row += String(repeating: " ", count: start - row.count) }
            rows.append(row + mark.text)
        }
        return rows
    }

    private func stems(_ marks: [Mark], _ offset: Int) -> String {
        var row: [Character] = []
        for mark in marks {
            let start = max(0, mark.start - offset)
            while row.count < start { row.append(" ") }
            if row.count == start { row.append("|") }
        }
        return String(row)
    }
}

/// A source line as a terminal shows it, with the cell of every byte.
private struct ShownLine {
    private(set) var text = ""
    private(set) var cellCount = 0
    private let start: Int
    /// Byte offset and cell of every scalar, and of the end.
    private var cells: [(offset: Int, cell: Int)] = []
    private var scalars: [(Unicode.Scalar, Int)] = []

    static let widest = 240

    init(_ bytes: ArraySlice<UInt8>, from start: Int) {
        self.start = start
        var offset = start
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            cells.append((offset, cellCount))
            offset += UTF8.width(scalar)
            let shown: [Unicode.Scalar] = scalar == "\t" ? [" ", " ", " ", " "] : [ShownLine.visible(scalar)]
            for scalar in shown {
                let width = TerminalWidth.cells(of: scalar)
                scalars.append((scalar, width))
                cellCount += width
                text.unicodeScalars.append(scalar)
            }
        }
        cells.append((offset, cellCount))
    }

    /// Controls could change the terminal, directional marks the order of what is read.
    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let value = scalar.value
        let isControl = value < 0x20 || (0x7F...0x9F).contains(value)
        let isDirectional = (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        return isControl || isDirectional ? "\u{FFFD}" : scalar
    }

    func cell(at offset: Int) -> Int {
        // The last scalar that begins at or before the offset.
        var low = 0
        var high = cells.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if cells[middle].offset <= offset { low = middle } else { high = middle }
        }
        return cells[low].cell
    }

    /// Cuts a line that is too wide; gives the cells dropped in front.
    mutating func clip(around cell: Int) -> Int {
        guard cellCount > ShownLine.widest else { return 0 }
        let from = max(0, cell - 80)
        var position = 0
        var dropped: Int?
        var kept = String.UnicodeScalarView()
        for (scalar, width) in scalars {
            defer { position += width }
            if position < from { continue }
            if dropped == nil { dropped = position }
            if position >= from + ShownLine.widest - 80 { break }
            kept.append(scalar)
        }
        let offset = dropped ?? 0
        text = (offset > 0 ? "…" : "") + String(kept) + "…"
        cellCount = TerminalWidth.cells(in: text)
        return offset > 0 ? offset - 1 : 0
    }
}

/// The JSON form.
private struct DiagnosticRecord: Encodable {
    struct Label: Encodable {
        let span: PlaceRecord
        let text: String
    }
    struct Edit: Encodable {
        let start: Int
        let end: Int
        let replacement: String
    }
    struct Fix: Encodable {
        let title: String
        let edits: [Edit]
    }

    let code: String
    let severity: String
    let message: String
    let file: String
    let span: PlaceRecord
    let label: String
    let secondary: [Label]
    let notes: [String]
    let help: [String]
    let fixes: [Fix]

    init(_ diagnostic: Diagnostic, in source: SourceText) {
        code = diagnostic.code
        severity = diagnostic.severity.rawValue
        message = diagnostic.message
        file = source.name
        span = PlaceRecord(diagnostic.primary.span, in: source)
        label = diagnostic.primary.text
        secondary = diagnostic.secondary.map { Label(span: PlaceRecord($0.span, in: source), text: $0.text) }
        notes = diagnostic.notes
        help = diagnostic.help
        fixes = diagnostic.fixes.map { fix in
            Fix(
                title: fix.title,
                edits: fix.edits.map {
                    Edit(start: Int($0.span.start), end: Int($0.span.end), replacement: $0.replacement)
                })
        }
    }
}
