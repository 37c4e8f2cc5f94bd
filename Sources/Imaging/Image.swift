/// How many numbers a pixel has.
public enum PixelFormat: Int, Sendable, CaseIterable {
    case gray = 1
    case rgb = 3

    public var channels: Int { rawValue }
}

/// An image of 8-bit pixels, rows from the top, channels last.
public struct Image: Sendable {
    public let width: Int
    public let height: Int
    public let format: PixelFormat
    /// The pixels, and behind them what is left of a larger image that was there before.
    private var storage: [UInt8]

    /// `height · width · channels` numbers.
    public var pixels: [UInt8] { storage.count == size ? storage : Array(storage[..<size]) }
    private var size: Int { width * height * channels }

    /// - Throws: `ImagingError.badSize` unless both sides are positive and `pixels` fills the image exactly.
    public init(width: Int, height: Int, format: PixelFormat, pixels: [UInt8]) throws(ImagingError) {
        guard width > 0, height > 0, width <= Self.greatestSide, height <= Self.greatestSide,
            pixels.count == width * height * format.channels
        else { throw .badSize(width: width, height: height) }
        self.init(width: width, height: height, format: format, filled: pixels)
    }

    /// An image of one colour.
    public init(width: Int, height: Int, format: PixelFormat, filling value: UInt8) throws(ImagingError) {
        guard width > 0, height > 0, width <= Self.greatestSide, height <= Self.greatestSide else {
            throw .badSize(width: width, height: height)
        }
        self.init(
            width: width, height: height, format: format,
            filled: [UInt8](repeating: value, count: width * height * format.channels))
    }

    /// Within the module sizes are known to fit.
    init(width: Int, height: Int, format: PixelFormat, filled pixels: [UInt8]) {
        precondition(pixels.count >= width * height * format.channels, "the pixels must fill the image")
        self.width = width
        self.height = height
        self.format = format
        storage = pixels
    }

    /// Lends out the pixels, row by row.
    func withPixels<Answer>(_ body: (UnsafeBufferPointer<UInt8>) -> Answer) -> Answer {
        storage.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<size])) }
    }

    /// The greatest width and height that any image here has: what a JPEG can have.
    public static let greatestSide = 65_535

    public var channels: Int { format.channels }
    public var bounds: Box { Box(x: 0, y: 0, width: width, height: height) }

    /// The numbers of one pixel.
    public subscript(x: Int, y: Int) -> [UInt8] {
        let start = (y * width + x) * channels
        return Array(storage[start..<start + channels])
    }

    /// The part of the image in `box`.
    ///
    /// - Throws: `ImagingError.cropOutside` when it is empty or leaves the image.
    public func cropped(to box: Box) throws(ImagingError) -> Image {
        guard !box.isEmpty, bounds.contains(box) else { throw .cropOutside(box: box, width: width, height: height) }
        if box == bounds { return self }
        let rowBytes = box.width * channels
        var part: [UInt8] = []
        part.reserveCapacity(box.height * rowBytes)
        for row in box.y..<box.bottom {
            let start = (row * width + box.x) * channels
            part.append(contentsOf: storage[start..<start + rowBytes])
        }
        return Image(width: box.width, height: box.height, format: format, filled: part)
    }

    /// Puts another image of the same format into this one.
    ///
    /// - Throws: `ImagingError.cropOutside` when it does not lie inside, `.badSize` when the formats differ.
    public mutating func paste(_ part: Image, x: Int, y: Int) throws(ImagingError) {
        let box = Box(x: x, y: y, width: part.width, height: part.height)
        guard part.format == format else { throw .badSize(width: part.width, height: part.height) }
        guard bounds.contains(box) else { throw .cropOutside(box: box, width: width, height: height) }
        let rowBytes = part.width * channels
        for row in 0..<part.height {
            let start = ((y + row) * width + x) * channels
            storage.replaceSubrange(start..<start + rowBytes, with: part.storage[row * rowBytes..<(row + 1) * rowBytes])
        }
    }

    /// The image with rows below and columns to the right of one value added.
    ///
    /// - Throws: `ImagingError.badSize` when the sum is too large.
    public func padded(bottom: Int, right: Int, with value: UInt8) throws(ImagingError) -> Image {
        guard bottom >= 0, right >= 0, height + bottom <= Self.greatestSide, width + right <= Self.greatestSide else {
            throw .badSize(width: width + right, height: height + bottom)
        }
        if bottom == 0, right == 0 { return self }
        var padded: [UInt8] = []
        padded.reserveCapacity((height + bottom) * (width + right) * channels)
        for row in 0..<height {
            padded.append(contentsOf: storage[row * width * channels..<(row + 1) * width * channels])
            padded.append(contentsOf: repeatElement(value, count: right * channels))
        }
        padded.append(contentsOf: repeatElement(value, count: bottom * (width + right) * channels))
        return Image(width: width + right, height: height + bottom, format: format, filled: padded)
    }

    /// The image in grey: the luma of Rec. 601 in 16 bits of fraction, rounded, as JPEG and Pillow have it.
    public func inGray() -> Image {
        guard format == .rgb else { return self }
        var gray = [UInt8](repeating: 0, count: width * height)
        withPixels { source in
            gray.withUnsafeMutableBufferPointer { target in
                // `source` has three numbers for each one of `target`.
                for i in 0..<target.count {
                    let sum =
                        UInt32(source[3 * i]) * 19_595 + UInt32(source[3 * i + 1]) * 38_470 + UInt32(source[3 * i + 2]) * 7_471
                    target[i] = UInt8(truncatingIfNeeded: (sum + 0x8000) >> 16)
                }
            }
        }
        return Image(width: width, height: height, format: .gray, filled: gray)
    }

    /// The image with three channels; grey ones are repeated.
    public func inRGB() -> Image {
        guard format == .gray else { return self }
        return Image(width: width, height: height, format: .rgb, filled: pixels.flatMap { [$0, $0, $0] })
    }

    /// The mean of all numbers.
    public var mean: Double {
        Double(withPixels { $0.reduce(into: 0) { $0 += Int($1) } }) / Double(size)
    }
}

extension Image: Equatable {
    public static func == (a: Image, b: Image) -> Bool {
        a.width == b.width && a.height == b.height && a.format == b.format
            && a.withPixels { own in b.withPixels { own.elementsEqual($0) } }
    }
}
