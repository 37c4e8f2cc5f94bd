import Formats
import Imaging

/// Reads `<book>_coordinate.csv`: one row per character, columns by name, further columns and fields ignored as comments.
struct CoordinateTable {
    private static let required = ["Unicode", "Image", "X", "Y", "Block ID", "Char ID", "Width", "Height"]

    private let file: String
    private let imageFolder: String
    private var columns: [Int] = []
    private var pages: [Page] = []
    private var pageOfName: [ArraySlice<UInt8>: Int] = [:]
    /// The name in the last row and its page: most rows have the page of the row before.
    private var last: (name: ArraySlice<UInt8>, page: Int) = ([], 0)

    /// The book in `folder`.
    ///
    /// - Parameters:
    ///   - table: the path of the table where it is not `<folder>/<id>/<id>_coordinate.csv`.
    ///   - problem: told of each row that cannot be used, which is then left out; to stop at the first, throw.
    /// - Throws: `CorpusError` for a table that cannot be read at all, and whatever `problem` throws.
    static func read(
        book id: String, in folder: String, table: String? = nil, problem: (CorpusError) throws(CorpusError) -> Void
    ) throws(CorpusError) -> Book {
        let file = table ?? "\(folder)/\(id)/\(id)_coordinate.csv"
        var table = CoordinateTable(file: file, imageFolder: "\(folder)/\(id)/images")
        return try table.book(id: id, problem: problem)
    }

    private init(file: String, imageFolder: String) {
        self.file = file
        self.imageFolder = imageFolder
    }

    private mutating func book(id: String, problem: (CorpusError) throws(CorpusError) -> Void) throws(CorpusError) -> Book {
        let bytes = try FileSystem.contents(of: file)
        guard let (text, _) = TextEncoding.decode(bytes) else {
            throw .undecodable(file: file, tried: TextEncoding.allCases.map(\.rawValue))
        }
        var rows = DelimitedText(text, file: file)
        var glyphs = GlyphTable()
        if let header = try rows.next() {
            columns = try Self.places(of: header, file: file)
            glyphs.reserveCapacity(text.count { $0 == UInt8(ascii: "\n") })
            while let row = try rows.next() {
                do throws(CorpusError) { glyphs.append(try glyph(row)) } catch { try problem(error) }
            }
        }
        return Book(id: id, table: file, tableChecksum: CRC32C.checksum(bytes), pages: pages, glyphs: glyphs)
    }

    private static func places(of header: DelimitedText.Row, file: String) throws(CorpusError) -> [Int] {
        let present = header.fields.map { String(decoding: $0, as: UTF8.self) }
        var places: [Int] = []
        for column in required {
            guard let place = present.firstIndex(of: column) else {
                throw .missingColumn(file: file, column: column, present: present)
            }
            guard present.lastIndex(of: column) == place else { throw .duplicateColumn(file: file, column: column) }
            places.append(place)
        }
        return places
    }

    private mutating func glyph(_ row: DelimitedText.Row) throws(CorpusError) -> Glyph {
        for (column, place) in zip(Self.required, columns) where place >= row.fields.count {
            throw .missingField(file: file, row: row.line, column: column)
        }
        let label = row.fields[columns[0]]
        guard let scalar = CodePoint.scalar(ofLabel: label) else {
            throw .badLabel(file: file, row: row.line, value: String(decoding: label, as: UTF8.self))
        }
        let box = Box(
            x: try number(row, 2), y: try number(row, 3), width: try number(row, 6), height: try number(row, 7))
        guard box.width > 0, box.height > 0 else {
            throw .emptyBox(file: file, row: row.line, width: box.width, height: box.height)
        }
        return Glyph(
            scalar: scalar, box: box, page: try page(row), block: try identifier(row, 4, letter: "B"),
            number: try identifier(row, 5, letter: "C"), row: row.line)
    }

    /// An integer as Python's `int` reads it, small enough that sums of boxes cannot overflow.
    private func number(_ row: DelimitedText.Row, _ column: Int) throws(CorpusError) -> Int {
        let field = row.fields[columns[column]]
        if let value = Self.digits(field) { return value }
        let text = String(decoding: field, as: UTF8.self)[...].trimmed
        guard let value = Int(text), (-greatestCoordinate...greatestCoordinate).contains(value) else {
            throw .badNumber(file: file, row: row.line, column: Self.required[column], value: text)
        }
        return value
    }

    /// The number in `B0001` or `C0001`.
    private func identifier(_ row: DelimitedText.Row, _ column: Int, letter: Character) throws(CorpusError) -> Int {
        let field = row.fields[columns[column]]
        if field.first == letter.asciiValue, field.count > 4, let value = Self.digits(field.dropFirst()) { return value }
        throw .badIdentifier(file: file, row: row.line, column: Self.required[column], value: String(decoding: field, as: UTF8.self))
    }

    /// A number of one to nine digits; nil for everything else.
    private static func digits(_ field: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(field.count) else { return nil }
        var value = 0
        for byte in field {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private mutating func page(_ row: DelimitedText.Row) throws(CorpusError) -> Int {
        let key = row.fields[columns[1]]
        if key == last.name, !pages.isEmpty { return last.page }
        if let known = pageOfName[key] {
            last = (key, known)
            return known
        }
        let name = String(decoding: key, as: UTF8.self)
        // A table names images of its own book only; a path would lead out of it.
        guard !name.isEmpty, name != "..", !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else {
            throw .badImageName(file: file, row: row.line, value: name)
        }
        pages.append(Page(name: name, path: Self.imagePath(name, in: imageFolder)))
        pageOfName[key] = pages.count - 1
        last = (key, pages.count - 1)
        return last.page
    }

    /// `<name>.jpg`, or where there is none the first other kind of image that exists.
    private static func imagePath(_ name: String, in folder: String) -> String {
        let usual = "\(folder)/\(name).jpg"
        if FileSystem.kind(of: usual) != nil { return usual }
        let others = ["jpeg", "JPG", "png"].map { "\(folder)/\(name).\($0)" }
        return others.first { FileSystem.kind(of: $0) != nil } ?? usual
    }
}
