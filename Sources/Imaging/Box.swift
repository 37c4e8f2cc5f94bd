/// A half-open rectangle of pixels, counted from the top left of an image: columns `x..<x + width`, rows `y..<y + height`.
public struct Box: Hashable, Sendable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The column after the last.
    public var right: Int { x + width }
    /// The row after the last.
    public var bottom: Int { y + height }
    public var isEmpty: Bool { width <= 0 || height <= 0 }

    /// The smallest box that holds both.
    public func union(_ other: Box) -> Box {
        let left = min(x, other.x)
        let top = min(y, other.y)
        return Box(x: left, y: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// Whether every pixel of `other` is in this box.
    public func contains(_ other: Box) -> Bool {
        x <= other.x && other.right <= right && y <= other.y && other.bottom <= bottom
    }

    /// The same box seen from (`left`, `top`).
    public func relative(toLeft left: Int, top: Int) -> Box {
        Box(x: x - left, y: y - top, width: width, height: height)
    }
}
