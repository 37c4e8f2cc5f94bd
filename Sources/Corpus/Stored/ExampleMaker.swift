import Formats
import Imaging

/// Turns an excerpt and the image of its page into the features that are stored (`generate_features`).
///
/// Each thread has its own, which keeps what it worked out for a size.
struct ExampleMaker {
    let recipe: StorageRecipe
    let vocabulary: Vocabulary
    private let scaler: Scaler

    init(recipe: StorageRecipe, vocabulary: Vocabulary) {
        (self.recipe, self.vocabulary, scaler) = (recipe, vocabulary, Scaler(recipe.kernel))
    }

    /// One example, ready to be written.
    struct Product: Sendable {
        var image: Image
        /// The characters, with boxes in pixels of `image`.
        var characters: [(scalar: Unicode.Scalar, box: FractionalBox)]
        /// The lines of a whole page, likewise.
        var lines: [FractionalBox]
    }

    /// The examples of an excerpt: one, or the tiles of a grid.
    ///
    /// - Parameters:
    ///   - page: the page, or as much of it as has the region.
    ///   - region: what the excerpt shows of the page.
    ///   - lines: the boxes of its lines, stored if the recipe says so.
    func products(page: ImagePart, region: Box, glyphs: some Collection<Glyph>, lines: [Box]) throws -> [Product] {
        if let tile = recipe.tile {
            let product = try scaled(page, region, glyphs, lines, size: (region.height, region.width))
            return try tiles(of: product, height: tile.height, width: tile.width)
        }
        return [
            try scaled(page, region, glyphs, lines, size: recipe.shape.size(forHeight: region.height, width: region.width))
        ]
    }

    private func scaled(
        _ page: ImagePart, _ region: Box, _ glyphs: some Collection<Glyph>, _ lines: [Box], size: (height: Int, width: Int)
    ) throws -> Product {
        let vertical = Double(size.height) / Double(region.height)
        let horizontal = Double(size.width) / Double(region.width)
        func place(_ box: Box) -> FractionalBox {
            let box = box.relative(toLeft: region.x, top: region.y)
            return FractionalBox(
                left: Double(box.x) * horizontal, top: Double(box.y) * vertical, right: Double(box.right) * horizontal,
                bottom: Double(box.bottom) * vertical)
        }
        return Product(
            image: try scaler.scaled(page.image, page.place(region), width: size.width, height: size.height),
            characters: glyphs.map { ($0.scalar, place($0.box)) }, lines: recipe.hasLines ? lines.map(place) : [])
    }

    /// The image cut on a regular grid, filled up with its mean below and to the right; a tile has what is wholly inside it.
    private func tiles(of product: Product, height: Int, width: Int) throws -> [Product] {
        let image = product.image
        let padded = try image.padded(
            bottom: (height - image.height % height) % height, right: (width - image.width % width) % width,
            with: UInt8(image.mean.rounded()))
        var tiles: [Product] = []
        for top in stride(from: 0, to: padded.height, by: height) {
            for left in stride(from: 0, to: padded.width, by: width) {
                let frame = Box(x: left, y: top, width: width, height: height)
                tiles.append(
                    Product(
                        image: try padded.cropped(to: frame),
                        characters: product.characters.filter { $0.box.lies(in: frame) }.map {
                            ($0.scalar, $0.box.relative(to: frame))
                        },
                        lines: product.lines.filter { $0.lies(in: frame) }.map { $0.relative(to: frame) }))
            }
        }
        return tiles
    }

    /// The classes of the characters of a product.
    func targets(of product: Product) -> [Int] {
        product.characters.map { vocabulary.id(of: $0.scalar) }
    }

    /// The record of an example, with the keys of the original.
    func record(of product: Product) -> SequenceExample {
        let image = product.image
        var example = SequenceExample(context: [
            "image/data": .byteString(image.pixels), "image/height": .integer(image.height), "image/width": .integer(image.width),
            "image/channels": .integer(image.channels),
        ])
        if recipe.hasCharacters {
            example.context["image/char/count"] = .integer(product.characters.count)
            if recipe.hasLabels { example.featureLists["image/seq/char/id"] = targets(of: product).map { .integer($0) } }
            add(product.characters.map(\.box), of: "char", to: &example, image)
        }
        if recipe.hasLines {
            example.context["image/line/count"] = .integer(product.lines.count)
            add(product.lines, of: "line", to: &example, image)
        }
        if recipe.hasMasks {
            for (name, bytes) in Masks(of: product, classes: targets(of: product)).named {
                example.context[name] = .byteString(bytes)
            }
        }
        return example
    }

    private func add(_ boxes: [FractionalBox], of kind: String, to example: inout SequenceExample, _ image: Image) {
        guard let unit = recipe.boxes else { return }
        let (height, width) = unit == .ratio ? (Double(image.height), Double(image.width)) : (1, 1)
        let sides: [(String, (FractionalBox) -> Double)] = [
            ("xmin", { $0.left / width }), ("ymin", { $0.top / height }), ("xmax", { $0.right / width }),
            ("ymax", { $0.bottom / height }),
        ]
        for (side, value) in sides {
            example.featureLists["image/seq/\(kind)/bbox/\(side)"] = boxes.map { .floats([Float(value($0))]) }
        }
    }
}

/// A box in a scaled image, whose edges need not be whole.
struct FractionalBox: Sendable, Equatable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    func lies(in frame: Box) -> Bool {
        Double(frame.x) <= left && right <= Double(frame.right) && Double(frame.y) <= top && bottom <= Double(frame.bottom)
    }

    func relative(to frame: Box) -> FractionalBox {
        FractionalBox(
            left: left - Double(frame.x), top: top - Double(frame.y), right: right - Double(frame.x),
            bottom: bottom - Double(frame.y))
    }

    /// The whole pixels it covers, edges rounded, inside an image.
    func pixels(in image: Image) -> Box {
        func edge(_ value: Double, _ limit: Int) -> Int { min(max(0, Int(value.rounded())), limit) }
        let x = edge(left, image.width)
        let y = edge(top, image.height)
        return Box(x: x, y: y, width: edge(right, image.width) - x, height: edge(bottom, image.height) - y)
    }
}

/// Pictures of where things are, one number per pixel.
private struct Masks {
    private var characters: [UInt8]
    private var lines: [UInt8]
    private var classes: [UInt8]

    init(of product: ExampleMaker.Product, classes ids: [Int]) {
        let count = product.image.width * product.image.height
        characters = [UInt8](repeating: 0, count: count)
        lines = characters
        classes = [UInt8](repeating: 0, count: 4 * count)
        for (character, id) in zip(product.characters, ids) {
            // Where boxes overlap the later character is shown, as in the original.
            let bytes = withUnsafeBytes(of: Int32(truncatingIfNeeded: id).littleEndian) { Array($0) }
            for place in Self.places(of: character.box, in: product.image) {
                characters[place] = 1
                classes.replaceSubrange(4 * place..<4 * place + 4, with: bytes)
            }
        }
        for line in product.lines {
            for place in Self.places(of: line, in: product.image) { lines[place] = 1 }
        }
    }

    /// By feature: bytes of 0 and 1, and little-endian 32-bit classes.
    var named: [String: [UInt8]] {
        ["image/mask/char": characters, "image/mask/line": lines, "image/mask/class": classes]
    }

    private static func places(of box: FractionalBox, in image: Image) -> [Int] {
        let box = box.pixels(in: image)
        return (box.y..<max(box.y, box.bottom)).flatMap { y in (box.x..<max(box.x, box.right)).map { y * image.width + $0 } }
    }
}

/// Reads masks back.
public enum StoredMask {
    /// The classes of `image/mask/class`, one for each pixel.
    public static func classes(_ bytes: [UInt8]) -> [Int32] {
        stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
            Int32(bitPattern: bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }
}
