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

    /// Writes the fitted image in grey to `target`, row by row.
    ///
    /// - Parameter target: `height · width` numbers; must have exactly that many.
    public func fill(_ target: UnsafeMutableBufferPointer<Float>, with image: Image) throws(ImagingError) {
        precondition(target.count == height * width, "the frame must be filled exactly")
        let gray = image.inGray()
        let place = placement(forHeight: gray.height, width: gray.width)
        let fitted = try gray.resized(width: place.width, height: place.height)
        target.update(repeating: Self.normalized(fitted.mean))
        fitted.pixels.withUnsafeBufferPointer { source in
            // The placement lies inside the frame.
            for y in 0..<place.height {
                let row = (place.y + y) * width + place.x
                for x in 0..<place.width { target[row + x] = Self.table[Int(source[y * place.width + x])] }
            }
        }
    }

    /// The fitted image in grey, `height · width` numbers.
    public func fit(_ image: Image) throws(ImagingError) -> [Float] {
        var failure: ImagingError?
        let numbers = [Float](unsafeUninitializedCapacity: height * width) { buffer, count in
            do throws(ImagingError) {
                try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<(height * width)]), with: image)
                count = height * width
            } catch { failure = error }
        }
        if let failure { throw failure }
        return numbers
    }

    /// A pixel of 0...255 as a number of -1...1.
    public static func normalized(_ value: Double) -> Float { Float((value / 255 - 0.5) * 2) }

    private static let table: [Float] = (0...255).map { normalized(Double($0)) }
}
