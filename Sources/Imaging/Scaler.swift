internal import CPixels

/// Scales many parts of images with one kernel, one after the other: what is worked out for one size is kept for the next part of it.
public final class Scaler {
    /// The old and new length of an axis.
    private struct Lengths: Hashable {
        var old: Int
        var new: Int
    }

    private let kernel: ResizeKernel
    private var known: [Lengths: Taps] = [:]
    /// The pixels between the two steps.
    private var narrow: [UInt8] = []

    /// Sizes that are kept; each takes some kilobytes.
    private static let capacity = 512

    public init(_ kernel: ResizeKernel = .automatic) { self.kernel = kernel }

    /// The part of an image in `box`, scaled.
    ///
    /// - Throws: `ImagingError.cropOutside`, `ImagingError.badSize`.
    public func scaled(_ image: Image, _ box: Box, width: Int, height: Int) throws(ImagingError) -> Image {
        guard !box.isEmpty, image.bounds.contains(box) else {
            throw .cropOutside(box: box, width: image.width, height: image.height)
        }
        guard width > 0, height > 0, width <= Image.greatestSide, height <= Image.greatestSide else {
            throw .badSize(width: width, height: height)
        }
        if width == box.width, height == box.height { return try image.cropped(to: box) }
        let columns = taps(from: box.width, to: width)
        let rows = taps(from: box.height, to: height)
        let rowLength = width * image.channels
        let pixels = [UInt8](unsafeUninitializedCapacity: height * rowLength) { target, count in
            count = height * rowLength
            image.withPixels { source in
                // The box lies in the image, so that `start` and every row after it do; `target` has room for all new rows.
                let start = UnsafeBufferPointer(rebasing: source[((box.y * image.width + box.x) * image.channels)...])
                if !rows.isScaling {
                    columns.scaleRows(start, stride: image.width * image.channels, rows: box.height, image.channels, into: target)
                    return
                }
                let size = box.height * rowLength
                if narrow.count < size { narrow = [UInt8](repeating: 0, count: size) }
                narrow.withUnsafeMutableBufferPointer { middle in
                    columns.scaleRows(start, stride: image.width * image.channels, rows: box.height, image.channels, into: middle)
                    rows.scaleColumns(UnsafeBufferPointer(middle), length: rowLength, into: target)
                }
            }
        }
        return Image(width: width, height: height, format: image.format, filled: pixels)
    }

    private func taps(from old: Int, to new: Int) -> Taps {
        let lengths = Lengths(old: old, new: new)
        if let taps = known[lengths] { return taps }
        let taps = Taps(from: old, to: new, kernel)
        if known.count >= Self.capacity { known = [:] }
        known[lengths] = taps
        return taps
    }
}

/// Which old pixels each new pixel along one axis is made of.
private final class Taps {
    /// The first old pixel of each new one, and how many it has.
    private var starts: [Int32] = []
    private var counts: [Int32] = []
    /// `stride` weights for each new pixel; those beyond its count are 0.
    private var weights: [Int32]
    private let stride: Int
    let isScaling: Bool
    /// The same for grey rows, where every new pixel has `width` old ones, a multiple of 4 (some of weight 0), all inside the row: weight k of
    /// each new pixel, then weight k + 1. Nil for axes shorter than that.
    private var wide: (width: Int, starts: [Int32], weights: [Int32])?

    private static let shift = Int32(cp_weight_bits)

    init(from old: Int, to new: Int, _ kernel: ResizeKernel) {
        isScaling = old != new
        let scale = Double(old) / Double(new)
        // A window that shrinks is as wide as the new pixels; the nearest pixel is one, whatever the scale.
        let spread = kernel == .nearest ? 1 : max(scale, 1)
        let reach = kernel.reach(scale: scale) * spread
        // A window touches at most this many old pixels.
        stride = min(old, Int(2 * reach) + 2)
        weights = [Int32](repeating: 0, count: new * stride)
        starts.reserveCapacity(new)
        counts.reserveCapacity(new)
        var exact = [Double](repeating: 0, count: stride)
        for i in 0..<new {
            let centre = (Double(i) + 0.5) * scale
            if kernel == .nearest {
                starts.append(Int32(min(Int(centre), old - 1)))
                counts.append(1)
                weights[i * stride] = 1 << Self.shift
                continue
            }
            let start = max(0, Int(centre - reach + 0.5))
            let count = min(old, Int(centre + reach + 0.5)) - start
            var sum = 0.0
            for k in 0..<count {
                exact[k] = kernel.weight((Double(start + k) - centre + 0.5) / spread, scale: scale)
                sum += exact[k]
            }
            starts.append(Int32(start))
            counts.append(Int32(count))
            // Half away from zero, as Pillow rounds them.
            for k in 0..<count {
                weights[i * stride + k] = Int32((exact[k] / sum * Double(1 << Self.shift)).rounded(.toNearestOrAwayFromZero))
            }
        }
        widen(old: old, new: new)
    }

    private func widen(old: Int, new: Int) {
        let width = (Int(counts.max() ?? 0) + 3) / 4 * 4
        guard width <= old, isScaling else { return }
        var wideStarts = starts
        var wideWeights = [Int32](repeating: 0, count: width * new)
        for x in 0..<new {
            let start = min(Int(starts[x]), old - width)
            wideStarts[x] = Int32(start)
            let moved = Int(starts[x]) - start
            for k in 0..<Int(counts[x]) { wideWeights[(k + moved) * new + x] = weights[x * stride + k] }
        }
        wide = (width, wideStarts, wideWeights)
    }

    /// Scales rows that begin `stride` bytes apart in `source`, into rows without gaps.
    func scaleRows(
        _ source: UnsafeBufferPointer<UInt8>, stride: Int, rows: Int, _ channels: Int,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        let length = starts.count * channels
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        if !isScaling {
            // `length` bytes are a whole row of both.
            for y in 0..<rows { (to + y * length).update(from: from + y * stride, count: length) }
        } else if channels == 1, let wide {
            // `wide` keeps every read inside its row, and `target` has `rows` rows of `length` bytes.
            cp_scale_rows(from, stride, rows, wide.starts, wide.weights, wide.width, starts.count, to)
        } else {
            for y in 0..<rows { scaleRow(from + y * stride, channels: channels, into: to + y * length) }
        }
    }

    /// Any number of channels, any length. Starts and counts stay inside the old row.
    private func scaleRow(_ source: UnsafePointer<UInt8>, channels: Int, into target: UnsafeMutablePointer<UInt8>) {
        for x in 0..<starts.count {
            let first = Int(starts[x]) &* channels
            for channel in 0..<channels {
                var sum: Int32 = 1 << (Self.shift - 1)
                for k in 0..<Int(counts[x]) {
                    sum &+= Int32(source[first &+ k &* channels &+ channel]) &* weights[x &* stride &+ k]
                }
                target[x &* channels &+ channel] = UInt8(clamping: sum >> Self.shift)
            }
        }
    }

    /// Scales along rows of `length` bytes: `source` has as many as starts and counts reach, `target` one for each start.
    func scaleColumns(_ source: UnsafeBufferPointer<UInt8>, length: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        cp_scale_columns(from, length, starts, counts, weights, stride, starts.count, to)
    }
}
