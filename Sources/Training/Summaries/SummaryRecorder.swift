public import Formats
public import Tensors

/// Makes the bytes of a PNG file of gray (1 channel) or RGB (3 channels) pixels, row by row. Given by whoever knows images.
public typealias ImageEncoder = (_ pixels: [UInt8], _ height: Int, _ width: Int, _ channels: Int) throws -> [UInt8]

/// Collects what hooks want to see in the event file.
public final class SummaryRecorder {
    /// False when nothing will be written for this step: recording costs nothing then.
    public let isActive: Bool
    /// False when only numbers and texts are written: images and histograms would make event files grow too fast.
    public let isHeavy: Bool
    public private(set) var summaries: [Summary] = []

    private let encodeImage: ImageEncoder?

    public init(isActive: Bool, isHeavy: Bool = true, encodeImage: ImageEncoder? = nil) {
        (self.isActive, self.isHeavy, self.encodeImage) = (isActive, isHeavy, encodeImage)
    }

    public func scalar(_ tag: String, _ value: Double) {
        if isActive { summaries.append(.scalar(tag, Float(value))) }
    }

    /// - Throws: `FormatsError.badSummary` when a value is not finite.
    public func histogram(_ tag: String, _ tensor: Tensor) throws {
        if isActive, isHeavy { summaries.append(try .histogram(tag, tensor.elements(as: Float.self))) }
    }

    /// Markdown.
    public func text(_ tag: String, _ texts: [String]) {
        if isActive { summaries.append(.texts(tag, texts)) }
    }

    /// The first `limit` images of `[n, h, w, c]`, c = 1 or 3, as `tag/image/0`, `tag/image/1`, ...
    ///
    /// Bytes are shown as they are. Of floating values 0 becomes black and the largest white; where there are negative ones, 0 becomes
    /// mid-gray and the value farthest from it black or white (the rule of TensorFlow's image summary).
    /// - Throws: `TrainingError.badShape` for other shapes. Without an encoder nothing is recorded.
    public func images(_ tag: String, _ tensor: Tensor, limit: Int = 3) throws {
        guard isActive, isHeavy, let encodeImage else { return }
        guard tensor.rank == 4, tensor.shape[3] == 1 || tensor.shape[3] == 3 else {
            throw TrainingError.badShape(what: "images of '\(tag)'", found: tensor.shape, expected: "[n, height, width, 1 or 3]")
        }
        let (height, width, channels) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
        let size = height * width * channels
        guard size > 0 else { return }
        let values: [Float] = tensor.elements(as: Float.self)
        for index in 0..<min(limit, tensor.shape[0]) {
            let image = values[(index * size)..<((index + 1) * size)]
            let pixels = tensor.dtype.isFloating ? Self.shades(image) : image.map { UInt8(max(0, min(255, $0))) }
            let png = try encodeImage(pixels, height, width, channels)
            summaries.append(.image("\(tag)/image/\(index)", png: png, height: height, width: width, channels: channels))
        }
    }

    /// Any other summary.
    public func add(_ summary: Summary) {
        if isActive { summaries.append(summary) }
    }

    private static func shades(_ values: ArraySlice<Float>) -> [UInt8] {
        let finite = values.filter(\.isFinite)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
        let reach = max(low.magnitude, high.magnitude)
        let (scale, offset): (Float, Float) = low < 0 ? (127 / reach, 128) : (255 / max(reach, .leastNormalMagnitude), 0)
        return values.map { $0.isFinite ? UInt8(max(0, min(255, $0 * scale + offset))) : 0 }
    }
}
