import ScriptSyntax

/// A small model of a terminal: what a person sees after the bytes that a program wrote.
///
/// It knows what readline and the program use of xterm's language; anything else is left out of the picture.
struct TerminalPicture {
    private(set) var columns: Int
    private(set) var rows: Int
    private(set) var cursor = (row: 0, column: 0)
    /// One entry per cell; a wide character has an empty one behind it.
    private var cells: [[String]]
    private var scrolledOff: [String] = []
    private var pending: [UInt8] = []
    /// The cursor stands behind the last column until something more is written.
    private var wraps = false

    init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (columns, rows)
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// A row without the blanks at its end.
    func line(_ row: Int) -> String { Self.trimmed(cells[row]) }

    /// All rows, those that went off the top included.
    var text: String { (scrolledOff + (0..<rows).map(line)).joined(separator: "\n") }

    /// The rows on the screen.
    var screen: [String] { (0..<rows).map(line) }

    private static func trimmed(_ cells: [String]) -> String {
        var text = cells.joined()
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    mutating func resize(columns: Int, rows: Int) {
        // As terminals without reflow do it: lines are cut or filled up.
        cells = cells.map { Array(($0 + Array(repeating: " ", count: max(0, columns - $0.count))).prefix(columns)) }
        while cells.count > rows {
            if cursor.row > 0 {
                scrolledOff.append(Self.trimmed(cells.removeFirst()))
                cursor.row -= 1
            } else {
                cells.removeLast()
            }
        }
        while cells.count < rows { cells.append(Array(repeating: " ", count: columns)) }
        (self.columns, self.rows) = (columns, rows)
        cursor.column = min(cursor.column, columns - 1)
        wraps = false
    }

    mutating func take(_ bytes: some Sequence<UInt8>) {
        pending.append(contentsOf: bytes)
        var index = 0
        while index < pending.count {
            guard let used = step(index) else { break }
            index += used
        }
        pending.removeFirst(index)
    }

    // MARK: - Implementation

    /// Works off one character or sequence; nil when it is not there as a whole.
    private mutating func step(_ start: Int) -> Int? {
        let byte = pending[start]
        switch byte {
        case 0x1B: return escape(start)
        case 8:
            wraps = false
            cursor.column = max(0, cursor.column - 1)
        case 10:
            wraps = false
            lineFeed()
        case 13:
            wraps = false
            cursor.column = 0
        case 9: cursor.column = min(columns - 1, cursor.column / 8 * 8 + 8)
        case 0..<32, 127: break
        default:
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            guard start + length <= pending.count else { return nil }
            for scalar in String(decoding: pending[start..<(start + length)], as: UTF8.self).unicodeScalars { put(scalar) }
            return length
        }
        return 1
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = TerminalWidth.cells(of: scalar)
        if width == 0 {
            // A mark joins what stands before the cursor.
            var column = wraps ? cursor.column : cursor.column - 1
            if column > 0, cells[cursor.row][column].isEmpty { column -= 1 }
            if column >= 0 { cells[cursor.row][column].unicodeScalars.append(scalar) }
            return
        }
        if wraps || cursor.column + width > columns {
            cursor.column = 0
            lineFeed()
            wraps = false
        }
        // Half of a wide character that is written over goes with it.
        if cells[cursor.row][cursor.column].isEmpty, cursor.column > 0 { cells[cursor.row][cursor.column - 1] = " " }
        cells[cursor.row][cursor.column] = String(scalar)
        if width == 2 { cells[cursor.row][cursor.column + 1] = "" }
        let next = cursor.column + width
        if next < columns, cells[cursor.row][next].isEmpty { cells[cursor.row][next] = " " }
        if next >= columns { (cursor.column, wraps) = (columns - 1, true) } else { cursor.column = next }
    }

    private mutating func lineFeed() {
        if cursor.row < rows - 1 {
            cursor.row += 1
        } else {
            scrolledOff.append(Self.trimmed(cells.removeFirst()))
            cells.append(Array(repeating: " ", count: columns))
        }
    }

    private mutating func escape(_ start: Int) -> Int? {
        guard start + 1 < pending.count else { return nil }
        switch pending[start + 1] {
        case UInt8(ascii: "["):
            var index = start + 2
            while index < pending.count, pending[index] < 0x40 { index += 1 }
            guard index < pending.count else { return nil }
            control(String(decoding: pending[(start + 2)..<index], as: UTF8.self), pending[index])
            return index - start + 1
        case UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "P"):
            // Up to BEL or ESC \.
            var index = start + 2
            while index < pending.count {
                if pending[index] == 7 { return index - start + 1 }
                if pending[index] == 0x1B {
                    guard index + 1 < pending.count else { return nil }
                    return index - start + 2
                }
                index += 1
            }
            return nil
        case UInt8(ascii: "("), UInt8(ascii: ")"): return start + 2 < pending.count ? 3 : nil
        default: return 2
        }
    }

    private mutating func control(_ parameters: String, _ final: UInt8) {
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let count = max(1, numbers.first ?? 1)
        wraps = false
        switch final {
        case UInt8(ascii: "A"): cursor.row = max(0, cursor.row - count)
        case UInt8(ascii: "B"): cursor.row = min(rows - 1, cursor.row + count)
        case UInt8(ascii: "C"): cursor.column = min(columns - 1, cursor.column + count)
        case UInt8(ascii: "D"): cursor.column = max(0, cursor.column - count)
        case UInt8(ascii: "G"): cursor.column = min(columns, count) - 1
        case UInt8(ascii: "H"):
            cursor = (min(rows, count) - 1, min(columns, max(1, numbers.count > 1 ? numbers[1] : 1)) - 1)
        case UInt8(ascii: "J"): erase(numbers.first ?? 0)
        case UInt8(ascii: "K"):
            let range = numbers.first == 1 ? 0..<(cursor.column + 1) : numbers.first == 2 ? 0..<columns : cursor.column..<columns
            for column in range { cells[cursor.row][column] = " " }
        case UInt8(ascii: "P"):
            cells[cursor.row].removeSubrange(cursor.column..<min(columns, cursor.column + count))
            cells[cursor.row] += Array(repeating: " ", count: columns - cells[cursor.row].count)
        case UInt8(ascii: "@"):
            cells[cursor.row].insert(contentsOf: Array(repeating: " ", count: count), at: cursor.column)
            cells[cursor.row].removeLast(cells[cursor.row].count - columns)
        default: break
        }
    }

    private mutating func erase(_ what: Int) {
        let blank = Array(repeating: " ", count: columns)
        switch what {
        case 2, 3: cells = Array(repeating: blank, count: rows)
        case 1: for row in 0..<cursor.row { cells[row] = blank }
        default:
            for column in cursor.column..<columns { cells[cursor.row][column] = " " }
            for row in (cursor.row + 1)..<max(cursor.row + 1, rows) { cells[row] = blank }
        }
    }
}
