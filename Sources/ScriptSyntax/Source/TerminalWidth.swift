/// How many terminal cells text takes: wide characters 2, combining marks and invisible characters 0.
///
/// The numbers are those of Python's `wcwidth`; controls, which it has no number for, count 0.
public enum TerminalWidth {
    /// How many cells of a terminal a text fills.
    public static func cells(in text: String) -> Int {
        var total = 0
        for scalar in text.unicodeScalars { total += cells(of: scalar) }
        return total
    }

    /// How many cells a code point fills: 0, 1 or 2.
    public static func cells(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
        if contains(value, WidthTables.zero) { return 0 }
        return contains(value, WidthTables.wide) ? 2 : 1
    }

    private static func contains(_ value: UInt32, _ table: [ClosedRange<UInt32>]) -> Bool {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < table.count && table[low].contains(value)
    }
}
