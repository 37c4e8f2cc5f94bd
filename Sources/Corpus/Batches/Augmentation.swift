import Foundation
public import Randomness

/// Random changes of training images, each with the greatest extent that it may have; 0 for none.
///
/// What happens to an example is a function of a key alone, so that every example has changes of its own in each epoch, the same in
/// every run.
public struct Augmentation: Sendable, Hashable, Codable {
    /// Turns by up to this angle either way, in radians. The original's is 0.3.
    public var rotation = 0.0
    /// Leans by up to this share of the height.
    public var shear = 0.0
    /// Scales by a factor of up to 1 + this, or its inverse.
    public var scale = 0.0
    /// Makes wider by a factor of up to 1 + this, or its inverse, and lower by as much.
    public var stretch = 0.0
    /// Moves by up to this share of the frame's sides.
    public var shift = 0.0
    /// Bends by up to about this share of the frame's shorter side.
    public var elastic = 0.0
    /// Thickens or thins dark strokes by up to this many pixels (at most 1 has an effect).
    public var thickness = 0.0
    /// Multiplies the distance from the surround by 1 ± this.
    public var contrast = 0.0
    /// Adds up to this either way (images go from -1 to 1).
    public var brightness = 0.0
    /// Covers a rectangle of up to this share of each side with the surround.
    public var erase = 0.0

    public init() {}

    /// Whether nothing is ever changed.
    public var isIdentity: Bool { self == Augmentation() }

    /// The extents by name, with the greatest that makes sense.
    public static var extents: [(name: String, path: WritableKeyPath<Augmentation, Double>, limit: Double)] {
        [
            ("rotation", \.rotation, Double.pi), ("shear", \.shear, 2), ("scale", \.scale, 3), ("stretch", \.stretch, 3),
            ("shift", \.shift, 1),
            ("elastic", \.elastic, 0.5), ("thickness", \.thickness, 1), ("contrast", \.contrast, 1),
            ("brightness", \.brightness, 1),
            ("erase", \.erase, 1),
        ]
    }

    /// - Throws: `CorpusError.badArgument` for an extent that makes no sense.
    public func validate() throws(CorpusError) {
        for (name, path, limit) in Self.extents where !(0...limit).contains(self[keyPath: path]) {
            throw .badArgument(argument: name, value: "\(self[keyPath: path])", rule: "from 0 to \(limit)")
        }
    }

    /// Changes one frame.
    ///
    /// - Parameters:
    ///   - frame: `height · width` numbers from -1 to 1, row by row.
    ///   - surround: the number that stands for what is outside.
    ///   - key: decides everything.
    public func apply(to frame: inout [Float], height: Int, width: Int, surround: Float, key: Key) {
        precondition(frame.count == height * width, "the frame must be whole")
        if rotation > 0 || shear > 0 || scale > 0 || stretch > 0 || shift > 0 || elastic > 0 {
            let warp = Warp(self, height: height, width: width, key: key.folded("warp"))
            frame = warp.sampled(frame, surround: surround)
        }
        if thickness > 0 {
            Strokes.change(&frame, height: height, width: width, by: Self.signed(thickness, key.folded("thickness")))
        }
        if contrast > 0 || brightness > 0 {
            let factor = Float(1 + Self.signed(contrast, key.folded("contrast")))
            let offset = Float(Self.signed(brightness, key.folded("brightness")))
            for i in frame.indices { frame[i] = min(1, max(-1, surround + (frame[i] - surround) * factor + offset)) }
        }
        if erase > 0 { cover(&frame, height: height, width: width, surround: surround, key: key.folded("erase")) }
    }

    /// What decides the change of one example in one epoch.
    static func key(_ key: Key, epoch: Int, example: Int) -> Key { key.folded("augmentation").folded(epoch).folded(example) }

    /// Uniform in -extent...extent.
    fileprivate static func signed(_ extent: Double, _ key: Key) -> Double { (2 * key.uniform() - 1) * extent }

    private func cover(_ frame: inout [Float], height: Int, width: Int, surround: Float, key: Key) {
        func stretch(_ side: Int, _ name: String) -> Range<Int> {
            let length = Int(key.folded(name).uniform() * erase * Double(side))
            let start = key.folded(name).integer(below: side - length + 1, at: 1)
            return start..<start + length
        }
        let columns = stretch(width, "columns")
        for y in stretch(height, "rows") {
            for x in columns { frame[y * width + x] = surround }
        }
    }
}

/// Where in the old frame each pixel of the new one comes from.
private struct Warp {
    let height: Int
    let width: Int
    /// The inverse of the change, about the middle: rows of a 2 x 2 matrix and a shift.
    private var matrix: (Double, Double, Double, Double)
    private var offset: (x: Double, y: Double)
    /// Displacements on a grid of `grid + 1` points a side, in pixels.
    private var bend: [(x: Double, y: Double)] = []

    private static let grid = 4

    init(_ extent: Augmentation, height: Int, width: Int, key: Key) {
        self.height = height
        self.width = width
        let angle = Augmentation.signed(extent.rotation, key.folded("rotation"))
        let lean = Augmentation.signed(extent.shear, key.folded("shear"))
        let size = pow(1 + extent.scale, Augmentation.signed(1, key.folded("scale")))
        let stretch = pow(1 + extent.stretch, Augmentation.signed(1, key.folded("stretch")))
        let (c, s) = (cos(angle) / size, sin(angle) / size)
        // Inverse of: stretch, lean, then turn and scale.
        matrix = ((c + lean * s) / stretch, (s - lean * c) / stretch, -s * stretch, c * stretch)
        offset = (
            Augmentation.signed(extent.shift, key.folded("shift x")) * Double(width),
            Augmentation.signed(extent.shift, key.folded("shift y")) * Double(height)
        )
        if extent.elastic > 0 {
            let reach = extent.elastic * Double(min(height, width))
            bend = (0..<(Self.grid + 1) * (Self.grid + 1)).map { i in
                let point = key.folded("elastic").folded(i)
                return (Augmentation.signed(reach, point.folded(0)), Augmentation.signed(reach, point.folded(1)))
            }
        }
    }

    func sampled(_ frame: [Float], surround: Float) -> [Float] {
        var result = frame
        let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
        for y in 0..<height {
            for x in 0..<width {
                let bent = displacement(x, y)
                let dx = Double(x) - middleX - offset.x + bent.x
                let dy = Double(y) - middleY - offset.y + bent.y
                result[y * width + x] = value(
                    frame, matrix.0 * dx + matrix.1 * dy + middleX, matrix.2 * dx + matrix.3 * dy + middleY, surround)
            }
        }
        return result
    }

    /// Between the points of the grid, in proportion.
    private func displacement(_ x: Int, _ y: Int) -> (x: Double, y: Double) {
        guard !bend.isEmpty else { return (0, 0) }
        let column = Double(x) / Double(max(1, width - 1)) * Double(Self.grid)
        let row = Double(y) / Double(max(1, height - 1)) * Double(Self.grid)
        let (i, j) = (min(Int(column), Self.grid - 1), min(Int(row), Self.grid - 1))
        let (u, v) = (column - Double(i), row - Double(j))
        func point(_ i: Int, _ j: Int) -> (x: Double, y: Double) { bend[j * (Self.grid + 1) + i] }
        func mix(_ part: ((x: Double, y: Double)) -> Double) -> Double {
            (part(point(i, j)) * (1 - u) + part(point(i + 1, j)) * u) * (1 - v)
                + (part(point(i, j + 1)) * (1 - u) + part(point(i + 1, j + 1)) * u) * v
        }
        return (mix { $0.x }, mix { $0.y })
    }

    /// Between the four pixels around a place, in proportion; outside the frame lies the surround.
    private func value(_ frame: [Float], _ x: Double, _ y: Double, _ surround: Float) -> Float {
        guard x > -1, y > -1, x < Double(width), y < Double(height) else { return surround }
        let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        let (u, v) = (Float(x - Double(left)), Float(y - Double(top)))
        func pixel(_ x: Int, _ y: Int) -> Float {
            (0..<width).contains(x) && (0..<height).contains(y) ? frame[y * width + x] : surround
        }
        return (pixel(left, top) * (1 - u) + pixel(left + 1, top) * u) * (1 - v)
            + (pixel(left, top + 1) * (1 - u) + pixel(left + 1, top + 1) * u) * v
    }
}

/// Makes dark strokes thicker or thinner.
private enum Strokes {
    /// - Parameter amount: 1 takes the darkest of each 3 x 3 pixels, -1 the lightest, in between in proportion.
    static func change(_ frame: inout [Float], height: Int, width: Int, by amount: Double) {
        let darkens = amount > 0
        let share = Float(abs(amount))
        let old = frame
        for y in 0..<height {
            for x in 0..<width {
                var extreme = old[y * width + x]
                for row in max(0, y - 1)...min(height - 1, y + 1) {
                    for column in max(0, x - 1)...min(width - 1, x + 1) {
                        let value = old[row * width + column]
                        extreme = darkens ? min(extreme, value) : max(extreme, value)
                    }
                }
                frame[y * width + x] = old[y * width + x] * (1 - share) + extreme * share
            }
        }
    }
}
