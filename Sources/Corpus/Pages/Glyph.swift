public import Imaging

/// One character of a page as a coordinate table has it.
public struct Glyph: Sendable, Equatable {
    public var scalar: Unicode.Scalar
    /// Where it is on its page, in pixels.
    public var box: Box
    /// Which page of its book, an index into `Book.pages`.
    public var page: Int
    /// The number in `B0001`.
    public var block: Int
    /// The number in `C0001`, unique in its page, in reading order.
    public var number: Int
    /// The line of the table, counted from 1, for messages.
    public var row: Int

    public init(scalar: Unicode.Scalar, box: Box, page: Int, block: Int = 1, number: Int, row: Int) {
        self.scalar = scalar
        self.box = box
        self.page = page
        self.block = block
        self.number = number
        self.row = row
    }

    /// `U+306B`.
    public var label: String { CodePoint.label(of: scalar) }
}

/// One image of a book.
public struct Page: Sendable, Equatable {
    /// The name in the table, without folder and suffix.
    public var name: String
    /// The image file.
    public var path: String
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
    public var glyphs: [Glyph]
}
