/// Rows of comma-separated values by the rules of RFC 4180, read as Python's `csv` module reads them: any line end, doubled quotes
/// inside quotes, line ends inside quotes, blank lines skipped.
struct DelimitedText {
    /// A row with the line where it begins, counted from 1.
    struct Row {
        var line: Int
        var fields: [ArraySlice<UInt8>]
    }

    private let text: [UInt8]
    private var place = 0
    private var line = 1
    private let file: String

    init(_ text: [UInt8], file: String) {
        self.text = text
        self.file = file
    }

    /// The next row, or nil at the end.
    ///
    /// - Throws: `CorpusError.unterminatedQuote`.
    mutating func next() throws(CorpusError) -> Row? {
        while place < text.count {
            let start = line
            let fields = try record(from: start)
            if fields.count > 1 || fields.first?.isEmpty == false { return Row(line: start, fields: fields) }
        }
        return nil
    }

    private mutating func record(from start: Int) throws(CorpusError) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        fields.reserveCapacity(8)
        while true {
            fields.append(try field(from: start))
            guard place < text.count else { return fields }
            switch text[place] {
            case UInt8(ascii: ","):
                place += 1
                if place == text.count { fields.append([]) }
                if place == text.count { return fields }
            case UInt8(ascii: "\r"):
                place += 1
                if place < text.count, text[place] == UInt8(ascii: "\n") { place += 1 }
                line += 1
                return fields
            default:
                place += 1
                line += 1
                return fields
            }
        }
    }

    /// Reads up to the next comma, line end or end of text.
    private mutating func field(from start: Int) throws(CorpusError) -> ArraySlice<UInt8> {
        guard text[place] == UInt8(ascii: "\"") else { return plain() }
        var value: [UInt8] = []
        place += 1
        while true {
            guard place < text.count else { throw .unterminatedQuote(file: file, row: start) }
            let byte = text[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard place < text.count, text[place] == UInt8(ascii: "\"") else { break }
                place += 1
            } else if byte == UInt8(ascii: "\n")
                || (byte == UInt8(ascii: "\r") && !(place < text.count && text[place] == UInt8(ascii: "\n")))
            {
                line += 1
            }
            value.append(byte)
        }
        // What follows a closing quote belongs to the field.
        value.append(contentsOf: plain())
        return value[...]
    }

    private mutating func plain() -> ArraySlice<UInt8> {
        let start = place
        while place < text.count, text[place] != UInt8(ascii: ","), text[place] != UInt8(ascii: "\n"),
            text[place] != UInt8(ascii: "\r")
        {
            place += 1
        }
        return text[start..<place]
    }
}
