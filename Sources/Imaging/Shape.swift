/// What a caller wants of one side of an image.
public enum Extent: Sendable, Equatable, Hashable {
    /// So many pixels.
    case pixels(Int)
    /// So many times the old size.
    case factor(Double)
    /// Whatever keeps the proportions, or the old size when the other side is free too.
    case free
}

/// A wanted size, `(height, width)` as scripts write it; `(None, None)` keeps every image as it is.
public struct Shape: Sendable, Equatable, Hashable {
    public var height: Extent
    public var width: Extent

    public static let unchanged = Shape(unchecked: .free, .free)

    /// - Throws: `ImagingError.badShape` when a side is not positive.
    public init(height: Extent, width: Extent) throws(ImagingError) {
        self.init(unchecked: height, width)
        for extent in [height, width] {
            switch extent {
            case .pixels(let count) where !(1...Image.greatestSide).contains(count): throw .badShape(description)
            case .factor(let factor) where !(factor > 0 && factor <= 1000): throw .badShape(description)
            default: continue
            }
        }
    }

    private init(unchecked height: Extent, _ width: Extent) {
        self.height = height
        self.width = width
    }

    /// The size in pixels for an image of the given size, truncated, at least 1.
    ///
    /// A number of pixels stands for itself and a factor for its multiple of the old size; a free side keeps the proportions.
    public func size(forHeight oldHeight: Int, width oldWidth: Int) -> (height: Int, width: Int) {
        var newHeight = Double(oldHeight)
        var newWidth = Double(oldWidth)
        if let fixed = height.resolved(Double(oldHeight)) { newHeight = fixed }
        if let fixed = width.resolved(Double(oldWidth)) { newWidth = fixed }
        if height == .free { newHeight *= newWidth / Double(oldWidth) }
        if width == .free { newWidth *= newHeight / Double(oldHeight) }
        return (Self.whole(newHeight), Self.whole(newWidth))
    }

    private static func whole(_ side: Double) -> Int { max(1, Int(min(side, Double(Image.greatestSide)))) }
}

extension Extent {
    fileprivate func resolved(_ old: Double) -> Double? {
        switch self {
        case .pixels(let count): Double(count)
        case .factor(let factor): old * factor
        case .free: nil
        }
    }
}

extension Shape: CustomStringConvertible {
    /// As Python writes it: `(64, None)`.
    public var description: String { "(\(height), \(width))" }
}

extension Extent: CustomStringConvertible {
    public var description: String {
        switch self {
        case .pixels(let count): "\(count)"
        case .factor(let factor): "\(factor)"
        case .free: "None"
        }
    }
}
