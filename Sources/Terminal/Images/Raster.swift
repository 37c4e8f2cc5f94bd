/// Pixels of a picture for terminals that cannot read image files: red, green and blue, rows from the top.
public struct Raster: Sendable {
    public let width: Int
    public let height: Int
    /// `width · height · 3` numbers.
    public let pixels: [UInt8]

    /// Nil unless both sides are positive and the pixels fill the picture exactly.
    public init?(width: Int, height: Int, pixels: [UInt8]) {
        guard width > 0, height > 0, pixels.count == width * height * 3 else { return nil }
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }

    /// Made smaller, by the mean of the pixels that fall together, so that it fits; never larger.
    func fitted(width most: Int, height highest: Int) -> Raster {
        let scale = min(1, min(Double(max(most, 1)) / Double(width), Double(max(highest, 1)) / Double(height)))
        guard scale < 1 else { return self }
        let (w, h) = (max(1, Int(Double(width) * scale)), max(1, Int(Double(height) * scale)))
        var result = [UInt8]()
        result.reserveCapacity(w * h * 3)
        for y in 0..<h {
            let rows = (y * height / h)..<max(y * height / h + 1, (y + 1) * height / h)
            for x in 0..<w {
                let columns = (x * width / w)..<max(x * width / w + 1, (x + 1) * width / w)
                var sums = (0, 0, 0)
                for row in rows {
                    for column in columns {
                        let index = (row * width + column) * 3
                        sums.0 += Int(pixels[index])
                        sums.1 += Int(pixels[index + 1])
                        sums.2 += Int(pixels[index + 2])
                    }
                }
                let count = rows.count * columns.count
                result += [UInt8(sums.0 / count), UInt8(sums.1 / count), UInt8(sums.2 / count)]
            }
        }
        return Raster(width: w, height: h, pixels: result) ?? self
    }

    var isGray: Bool {
        for index in stride(from: 0, to: pixels.count, by: 3) {
            if pixels[index] != pixels[index + 1] || pixels[index] != pixels[index + 2] { return false }
        }
        return true
    }

    func pixel(_ x: Int, _ y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let index = (y * width + x) * 3
        return (pixels[index], pixels[index + 1], pixels[index + 2])
    }
}
