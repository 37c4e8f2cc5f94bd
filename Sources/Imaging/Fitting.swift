/// An image put into a frame of fixed size, as numbers from -1 to 1: never enlarged, shrunk in proportion where it is too large, in the
/// middle, the rest filled with its mean.
public struct Fitting: Sendable, Equatable {
    /// The frame.
    public let height: Int
    public let width: Int

    /// - Throws: `ImagingError.badSize`.
    public init(height: Int, width: Int) throws(ImagingError) {
        guard height > 0, width > 0, height <= Image.greatestSide, width <= Image.greatestSide else {
            throw .badSize(width: width, height: height)
        }
        self.height = height
        self.width = width
    }

    /// Where an image of the given size lies in the frame.
    ///
    /// Sides are truncated to whole pixels, at least 1; of an odd remainder the greater half is below and to the right.
    public func placement(forHeight oldHeight: Int, width oldWidth: Int) -> Box {
        var newHeight = oldHeight
        var newWidth = oldWidth
        // The side that exceeds its frame more decides; it then fills the frame exactly. Integers, so that nothing depends on rounding.
        if newHeight > height || newWidth > width {
            if oldHeight * width >= oldWidth * height {
                newHeight = height
                newWidth = max(1, oldWidth * height / oldHeight)
            } else {
                newWidth = width
                newHeight = max(1, oldHeight * width / oldWidth)
            }
        }
        return Box(x: (width - newWidth) / 2, y: (height - newHeight) / 2, width: newWidth, height: newHeight)
    }

    /// What is left of an image in the frame.
    public struct Fitted: Sendable, Equatable {
        /// Where it lies in the frame.
        public var place: Box
        /// Its grey pixels, row by row.
        public var pixels: [UInt8]
        /// The number around it: the mean of its pixels.
        public var surround: Float
    }

    /// The image in grey, shrunk to fit.
    public func fitted(_ image: Image) throws(ImagingError) -> Fitted {
        let place = placement(forHeight: image.height, width: image.width)
        let gray = try image.inGray().resized(width: place.width, height: place.height)
        return Fitted(place: place, pixels: gray.pixels, surround: Self.normalized(gray.mean))
    }

    /// Writes a frame to `target`, row by row.
    ///
    /// - Parameters:
    ///   - target: exactly `height · width` numbers.
    ///   - pixels: exactly those of `place`, which must lie in the frame.
    public func fill(
        _ target: UnsafeMutableBufferPointer<Float>, place: Box, pixels: UnsafeBufferPointer<UInt8>, surround: Float
    ) {
        precondition(
            target.count == height * width && pixels.count == place.width * place.height, "frame and pixels must be whole")
        precondition(Box(x: 0, y: 0, width: width, height: height).contains(place), "the image must lie in the frame")
        target.update(repeating: surround)
        for y in 0..<place.height {
            let row = (place.y + y) * width + place.x
            for x in 0..<place.width { target[row + x] = Self.table[Int(pixels[y * place.width + x])] }
        }
    }

    /// The fitted image in grey, `height · width` numbers.
    public func fit(_ image: Image) throws(ImagingError) -> [Float] {
        let fitted = try fitted(image)
        return [Float](unsafeUninitializedCapacity: height * width) { buffer, count in
            buffer.initialize(repeating: 0)
            count = height * width
            fitted.pixels.withUnsafeBufferPointer { pixels in
                fill(
                    UnsafeMutableBufferPointer(rebasing: buffer[..<(height * width)]), place: fitted.place, pixels: pixels,
                    surround: fitted.surround)
            }
        }
    }

    /// A pixel of 0...255 as a number of -1...1.
    public static func normalized(_ value: Double) -> Float { Float((value / 255 - 0.5) * 2) }

    private static let table: [Float] = (0...255).map { normalized(Double($0)) }
}
