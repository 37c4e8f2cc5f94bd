public import Imaging

/// One character of a page as a coordinate table has it.
///
/// Its numbers have 32 bits: coordinates beyond `greatestCoordinate` are held there, and tables have none.
public struct Glyph: Sendable, Equatable {
    public var scalar: Unicode.Scalar
    private var x: Int32 = 0
    private var y: Int32 = 0
    private var width: Int32 = 0
    private var height: Int32 = 0
    private var pageIndex: Int32
    private var blockNumber: Int32
    private var ownNumber: Int32
    private var tableRow: Int32

    /// Where it is on its page, in pixels.
    public var box: Box {
        get { Box(x: Int(x), y: Int(y), width: Int(width), height: Int(height)) }
        set {
            (x, y, width, height) = (
                Int32(held: newValue.x), Int32(held: newValue.y), Int32(held: newValue.width), Int32(held: newValue.height)
            )
        }
    }
    /// Which page of its book, an index into `Book.pages`.
    public var page: Int {
        get { Int(pageIndex) }
        set { pageIndex = Int32(clamping: newValue) }
    }
    /// The number in `B0001`.
    public var block: Int {
        get { Int(blockNumber) }
        set { blockNumber = Int32(clamping: newValue) }
    }
    /// The number in `C0001`, unique in its page, in reading order.
    public var number: Int {
        get { Int(ownNumber) }
        set { ownNumber = Int32(clamping: newValue) }
    }
    /// The line of the table, counted from 1, for messages.
    public var row: Int {
        get { Int(tableRow) }
        set { tableRow = Int32(clamping: newValue) }
    }

    public init(scalar: Unicode.Scalar, box: Box, page: Int, block: Int = 1, number: Int, row: Int) {
        self.scalar = scalar
        pageIndex = Int32(clamping: page)
        blockNumber = Int32(clamping: block)
        ownNumber = Int32(clamping: number)
        tableRow = Int32(clamping: row)
        self.box = box
    }

    /// `U+306B`.
    public var label: String { CodePoint.label(of: scalar) }
}

/// One image of a book.
public struct Page: Sendable, Equatable {
    /// The name in the table, without folder and suffix.
    public var name: String
    /// The image file, or the file of arrays that the page is in.
    public var path: String
    /// The images of an array that the page consists of; nil for a page with a file of its own.
    var sheet: ArraySheet?

    public init(name: String, path: String) { self.init(name: name, path: path, sheet: nil) }

    init(name: String, path: String, sheet: ArraySheet?) {
        self.name = name
        self.path = path
        self.sheet = sheet
    }
}

/// A folder `<id>` with `<id>_coordinate.csv` and `images`.
public struct Book: Sendable, Equatable {
    public var id: String
    /// The coordinate table.
    public var table: String
    /// CRC32C of the coordinate table.
    public var tableChecksum: UInt32
    /// In order of first appearance in the table.
    public var pages: [Page]
    /// In the order of the table.
    public var glyphs: GlyphTable
    /// The lines of all pages in order, where they were found by geometry; else the rows tell them.
    var lines: [Range<Int>]?
}

extension Glyph {
    /// A character from the texts of a table's row.
    ///
    /// - Throws: `CorpusError.badArgument` for what no row may have.
    public init(label: String, box: Box, block: String, number: String) throws(CorpusError) {
        guard let scalar = CodePoint.scalar(ofLabel: label.utf8) else {
            throw .badArgument(
                argument: "label", value: "'\(label)'", rule: "U+ and 4 to 6 hexadecimal digits of a character, such as U+3055")
        }
        guard let block = Self.number(in: block, letter: "B") else {
            throw .badArgument(argument: "block_id", value: "'\(block)'", rule: "B and at least four digits, such as B0001")
        }
        guard let digits = Self.number(in: number, letter: "C") else {
            throw .badArgument(argument: "char_id", value: "'\(number)'", rule: "C and at least four digits, such as C0001")
        }
        let sides = [box.x, box.y, box.width, box.height]
        guard box.width > 0, box.height > 0, sides.allSatisfy({ (-greatestCoordinate...greatestCoordinate).contains($0) }) else {
            throw .badArgument(
                argument: "the box", value: "\(sides)", rule: "x, y, width and height in pixels, the last two at least 1")
        }
        self.init(scalar: scalar, box: box, page: 0, block: block, number: digits, row: 0)
    }

    /// `B0001`
    public var blockID: String { Self.identifier("B", block) }
    /// `C0001`
    public var characterID: String { Self.identifier("C", number) }

    static func identifier(_ letter: String, _ number: Int) -> String {
        let digits = String(number)
        return letter + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The number in `B0001` or `C0001`.
    static func number(in text: String, letter: Character) -> Int? {
        let digits = text.dropFirst()
        guard text.first == letter, (4...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            return nil
        }
        return Int(digits)
    }
}

/// Coordinates beyond this are refused: no image has them.
let greatestCoordinate = 1 << 30

extension Int32 {
    /// A coordinate within its limits.
    fileprivate init(held value: Int) { self.init(Swift.min(Swift.max(value, -greatestCoordinate), greatestCoordinate)) }
}
