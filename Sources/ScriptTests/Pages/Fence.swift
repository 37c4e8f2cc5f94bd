/// One fenced code block of a Markdown page.
struct Fence {
    /// The first word behind the opening fence: `cdm`, `output`; empty when there is none.
    let tag: String
    /// What follows the tag.
    let options: String
    /// The line of the opening fence, from 1.
    let line: Int
    /// The bytes of the content, whole lines; empty fences have an empty range.
    let content: Range<Int>
    /// Blanks before the fence, taken off its lines.
    let indent: Int
    let isClosed: Bool
}

/// The fences of a page, as CommonMark reads them.
///
/// - Source: CommonMark 0.31, section 4.5; unlike there a fence may be indented by any number of blanks (lists).
struct FenceScanner {
    private let bytes: [UInt8]
    private(set) var fences: [Fence] = []
    /// Byte offset of every line.
    private(set) var lineStarts: [Int] = [0]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        for (index, byte) in bytes.enumerated() where byte == 10 { lineStarts.append(index + 1) }
        scan()
    }

    /// A line (from 0) without its end.
    func text(ofLine index: Int) -> String {
        let start = lineStarts[index]
        var end = index + 1 < lineStarts.count ? lineStarts[index + 1] : bytes.count
        while end > start, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func scan() {
        var line = 0
        while line < lineStarts.count {
            guard let opening = Self.opening(text(ofLine: line)) else {
                line += 1
                continue
            }
            let first = line + 1
            var last = first
            while last < lineStarts.count, !Self.closes(text(ofLine: last), opening) { last += 1 }
            let start = first < lineStarts.count ? lineStarts[first] : bytes.count
            let end = last < lineStarts.count ? lineStarts[last] : bytes.count
            let words = opening.info.split(separator: " ", maxSplits: 1)
            fences.append(
                Fence(
                    tag: words.first.map(String.init) ?? "", options: words.count > 1 ? String(words[1]) : "", line: line + 1,
                    content: start..<max(start, end), indent: opening.indent, isClosed: last < lineStarts.count))
            line = last + 1
        }
    }

    private struct Opening {
        let indent: Int
        let mark: Character
        let count: Int
        let info: String
    }

    private static func opening(_ line: String) -> Opening? {
        let indent = line.prefix { $0 == " " }.count
        let rest = line.dropFirst(indent)
        guard let mark = rest.first, mark == "`" || mark == "~" else { return nil }
        let count = rest.prefix { $0 == mark }.count
        let info = rest.dropFirst(count)
        guard count >= 3, mark == "~" || !info.contains("`") else { return nil }
        return Opening(indent: indent, mark: mark, count: count, info: info.trimmingBlanks)
    }

    private static func closes(_ line: String, _ opening: Opening) -> Bool {
        let text = line.trimmingBlanks
        return text.count >= opening.count && text.allSatisfy { $0 == opening.mark }
    }
}

extension StringProtocol {
    var trimmingBlanks: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
