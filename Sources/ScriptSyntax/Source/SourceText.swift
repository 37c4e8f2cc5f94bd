/// The text of one file, cell or prompt input, with the name it is reported under.
///
/// Lines end at `\n`, `\r\n` or a lone `\r`, as in CPython. The bytes need not be valid UTF-8: the parser
/// reports that; everything here stays in bounds for any bytes and any span.
public final class SourceText: Sendable {
    public let name: String
    public let utf8: [UInt8]
    /// Byte offset of the first byte of every line; never empty.
    public let lineStarts: [Int32]

    /// A source of these bytes; messages call it by `name`.
    public init(name: String, utf8: [UInt8]) {
        self.name = name
        self.utf8 = utf8
        lineStarts = SourceText.findLineStarts(utf8)
    }

    /// A source of this text; messages call it by `name`.
    public convenience init(name: String, text: String) {
        self.init(name: name, utf8: Array(text.utf8))
    }

    /// Where a byte offset stands for a reader.
    public struct Position: Hashable, Sendable {
        /// From 1.
        public let line: Int
        /// In code points, from 1.
        public let column: Int
        /// In terminal cells, from 0: what to indent a caret by.
        public let cell: Int
    }

    public var lineCount: Int { lineStarts.count }

    /// The line (from 1) that holds the byte `offset`; offsets outside are clamped.
    public func line(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// - Complexity: logarithmic in the lines, linear in the bytes of the line.
    public func position(at offset: Int) -> Position {
        let offset = Swift.min(Swift.max(offset, 0), utf8.count)
        let line = self.line(at: offset)
        let before = String(decoding: utf8[Int(lineStarts[line - 1])..<offset], as: UTF8.self)
        return Position(line: line, column: before.unicodeScalars.count + 1, cell: TerminalWidth.cells(in: before))
    }

    /// The byte range of a line (from 1) without its line end; empty when there is no such line.
    public func range(ofLine line: Int) -> Range<Int> {
        guard line >= 1, line <= lineStarts.count else { return utf8.count..<utf8.count }
        let start = Int(lineStarts[line - 1])
        var end = line < lineStarts.count ? Int(lineStarts[line]) : utf8.count
        while end > start, utf8[end - 1] == 10 || utf8[end - 1] == 13 { end -= 1 }
        return start..<end
    }

    /// The text of a line (from 1) without its line end; invalid UTF-8 is shown as U+FFFD.
    public func text(ofLine line: Int) -> String {
        String(decoding: utf8[range(ofLine: line)], as: UTF8.self)
    }

    /// The text of a stretch.
    public func text(of span: SourceSpan) -> String {
        let end = Swift.min(Swift.max(Int(span.end), 0), utf8.count)
        let start = Swift.min(Swift.max(Int(span.start), 0), end)
        return String(decoding: utf8[start..<end], as: UTF8.self)
    }
}

// MARK: - Implementation

extension SourceText {
    private static func findLineStarts(_ bytes: [UInt8]) -> [Int32] {
        var starts: [Int32] = [0]
        starts.reserveCapacity(bytes.count / 24 + 8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 10 {
                starts.append(Int32(clamping: index))
            } else if byte == 13 {
                if index < bytes.count, bytes[index] == 10 { index += 1 }
                starts.append(Int32(clamping: index))
            }
        }
        return starts
    }
}
