package import ScriptRuntime

/// A parsed format specification, `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
///
/// - Source: the "Format Specification Mini-Language" of Python's library reference.
package struct FormatSpec {
    package var fill: UInt32 = 32
    /// `<`, `>`, `^` or `=`.
    package var align: UInt32
    /// `+`, `-`, space, or 0 when it was not given.
    package var sign: UInt32 = 0
    package var noNegativeZero = false
    package var alternate = false
    package var width: Int?
    /// `,`, `_`, or 0.
    package var grouping: UInt32 = 0
    package var precision: Int?
    /// 0 when it was not given.
    package var type: UInt32 = 0

    /// - Parameters:
    ///   - typeName: of the value, for messages.
    ///   - defaultAlign: `>` for numbers, `<` for text.
    ///   - defaultType: the presentation type that stands for none.
    package init(_ spec: StrObject, typeName: String, defaultAlign: Unicode.Scalar, defaultType: Unicode.Scalar?) throws(Raised) {
        var reader = SpecReader(spec)
        align = defaultAlign.value
        type = defaultType?.value ?? 0
        var hasFill = false
        var hasAlign = false
        if reader.left >= 2, SpecReader.isAlign(reader.peek(1)) {
            fill = reader.next()
            align = reader.next()
            hasFill = true
            hasAlign = true
        } else if reader.left >= 1, SpecReader.isAlign(reader.peek()) {
            align = reader.next()
            hasAlign = true
        }
        if reader.isAt("+") || reader.isAt("-") || reader.isAt(" ") { sign = reader.next() }
        noNegativeZero = reader.take("z")
        alternate = reader.take("#")
        if !hasFill, reader.take("0") {
            fill = 48
            if !hasAlign && defaultAlign == ">" { align = 61 }
        }
        width = try reader.number()
        try readGrouping(&reader)
        if reader.take(".") {
            precision = try reader.number()
            if precision == nil { throw .value("Format specifier missing precision") }
        }
        if reader.left > 1 {
            throw .value("Invalid format specifier '\(spec.string)' for object of type '\(typeName)'")
        }
        if reader.left == 1 { type = reader.next() }
        try checkGrouping()
    }

    private mutating func readGrouping(_ reader: inout SpecReader) throws(Raised) {
        if reader.take(",") { grouping = 44 }
        if reader.take("_") {
            if grouping != 0 { throw .value("Cannot specify both ',' and '_'.") }
            grouping = 95
        }
        if grouping == 95, reader.isAt(",") { throw .value("Cannot specify both ',' and '_'.") }
    }

    private func checkGrouping() throws(Raised) {
        guard grouping != 0 else { return }
        switch Unicode.Scalar(type) {
        case "d", "e", "f", "g", "E", "G", "%", "F", "\0": return
        case "b", "o", "x", "X": if grouping == 95 { return }
        default: break
        }
        let mark = grouping == 44 ? "," : "_"
        throw .value("Cannot specify '\(mark)' with \(FormatSpec.quoted(type)).")
    }

    /// Digits per group.
    var groupSize: Int {
        switch Unicode.Scalar(type) {
        case "b", "o", "x", "X": return 4
        default: return 3
        }
    }

    /// How a presentation type is shown in a message: as itself, or by number.
    package static func quoted(_ type: UInt32) -> String {
        if type > 32 && type < 128, let scalar = Unicode.Scalar(type) { return "'\(scalar)'" }
        return "'\\x\(String(type, radix: 16))'"
    }

    package static func unknownType(_ type: UInt32, _ typeName: String) -> Raised {
        .value("Unknown format code \(quoted(type)) for object of type '\(typeName)'")
    }
}

private struct SpecReader {
    private let text: StrObject
    private var position = 0

    init(_ text: StrObject) { self.text = text }

    var left: Int { text.count - position }

    func peek(_ ahead: Int = 0) -> UInt32 { text[position + ahead] }

    mutating func next() -> UInt32 {
        position += 1
        return text[position - 1]
    }

    func isAt(_ scalar: Unicode.Scalar) -> Bool { left > 0 && peek() == scalar.value }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard isAt(scalar) else { return false }
        position += 1
        return true
    }

    static func isAlign(_ unit: UInt32) -> Bool { unit == 60 || unit == 62 || unit == 61 || unit == 94 }

    mutating func number() throws(Raised) -> Int? {
        var result: Int?
        while left > 0, let digit = Digit.value(of: peek()) {
            let (scaled, overflow) = (result ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, overflowToo) = scaled.addingReportingOverflow(digit)
            if overflow || overflowToo { throw .value("Too many decimal digits in format string") }
            result = sum
            position += 1
        }
        return result
    }
}

/// Decimal digits of any script, as `int()` and the format language read them.
package enum Digit {
    package static func value(of unit: UInt32) -> Int? {
        if unit < 128 { return unit >= 48 && unit <= 57 ? Int(unit) - 48 : nil }
        return UnicodeTable.decimal(unit)
    }
}
