import Imaging

/// A page that no file holds: images of an array, laid out in rows.
///
/// Sets of characters come as arrays (`[n, height, width]`); as pages of a book everything that is done with books can be done with them.
struct ArraySheet: Sendable, Equatable {
    /// All images of the array, row by row.
    private let pixels: [UInt8]
    private let height: Int
    private let width: Int
    /// Which images are on this page.
    let images: Range<Int>

    /// Images in a row of a page, and on a page.
    static let columns = 40
    static let capacity = 1000

    init(pixels: [UInt8], height: Int, width: Int, images: Range<Int>) {
        precondition(pixels.count >= images.upperBound * height * width, "the images of a sheet must be in the array")
        (self.pixels, self.height, self.width, self.images) = (pixels, height, width, images)
    }

    /// Where an image is on its page.
    static func box(of number: Int, height: Int, width: Int) -> Box {
        let place = number % capacity
        return Box(x: place % columns * width, y: place / columns * height, width: width, height: height)
    }

    /// The width and height of the page.
    var size: (width: Int, height: Int) {
        (min(images.count, Self.columns) * width, (images.count + Self.columns - 1) / Self.columns * height)
    }

    /// The page, grey; places without an image are black.
    func image() throws(ImagingError) -> Image {
        var page = [UInt8](repeating: 0, count: size.width * size.height)
        for number in images {
            let box = Self.box(of: number, height: height, width: width)
            for row in 0..<height {
                let (from, to) = ((number * height + row) * width, (box.y + row) * size.width + box.x)
                page.replaceSubrange(to..<to + width, with: pixels[from..<from + width])
            }
        }
        return try Image(width: size.width, height: size.height, format: .gray, pixels: page)
    }

    static func == (a: ArraySheet, b: ArraySheet) -> Bool {
        a.images == b.images && a.height == b.height && a.width == b.width && a.pixels == b.pixels
    }
}
