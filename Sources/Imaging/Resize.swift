import Foundation

/// How the pixels of another size are made of the old ones; the numbers are those of Pillow's filters of these names.
public enum ResizeKernel: String, Sendable, CaseIterable {
    /// The mean along an axis that shrinks, bilinear along one that grows.
    case automatic = "auto"
    case nearest, box, bilinear, bicubic, lanczos

    /// Half the width of the window, in old pixels (new ones where the axis shrinks).
    fileprivate func reach(scale: Double) -> Double {
        switch self {
        case .automatic: scale > 1 ? 0.5 : 1
        case .nearest, .box: 0.5
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The weight at a distance from the middle of the window.
    fileprivate func weight(_ x: Double, scale: Double) -> Double {
        switch self {
        case .automatic: (scale > 1 ? ResizeKernel.box : .bilinear).weight(x, scale: scale)
        case .nearest, .box: x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: max(0, 1 - abs(x))
        case .bicubic: Self.cubic(abs(x))
        case .lanczos: abs(x) < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        }
    }

    /// Keys, 1981, with a = -0.5.
    private static func cubic(_ x: Double) -> Double {
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }

    private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * Double.pi) / (x * Double.pi) }
}

extension Image {
    /// The image scaled to another size: along an axis that shrinks each new pixel is the mean of the old pixels whose centres it
    /// covers, along one that grows it is interpolated between the nearest two by the distance of pixel centres.
    ///
    /// The numbers are those of Pillow's `BOX` and `BILINEAR`, rounded to 8 bits after the columns and again after the rows.
    ///
    /// - Throws: `ImagingError.badSize`.
    /// - Complexity: `height · width + newHeight · newWidth` times the scale of the rows.
    public func resized(width newWidth: Int, height newHeight: Int, by kernel: ResizeKernel = .automatic) throws(ImagingError)
        -> Image
    {
        try resized(bounds, width: newWidth, height: newHeight, by: kernel)
    }

    /// The part of the image in `box`, scaled; the same as `cropped` and then `resized`, without the copy between.
    ///
    /// - Throws: `ImagingError.cropOutside`, `ImagingError.badSize`.
    public func resized(
        _ box: Box, width newWidth: Int, height newHeight: Int, by kernel: ResizeKernel = .automatic
    ) throws(ImagingError) -> Image {
        guard !box.isEmpty, bounds.contains(box) else { throw .cropOutside(box: box, width: width, height: height) }
        guard newWidth > 0, newHeight > 0, newWidth <= Self.greatestSide, newHeight <= Self.greatestSide else {
            throw .badSize(width: newWidth, height: newHeight)
        }
        if newWidth == box.width, newHeight == box.height { return try cropped(to: box) }
        return scaled(
            box, columns: Taps(from: box.width, to: newWidth, kernel), rows: Taps(from: box.height, to: newHeight, kernel))
    }

    private func scaled(_ box: Box, columns: Taps, rows: Taps) -> Image {
        let rowLength = columns.starts.count * channels
        var narrow = [UInt8](repeating: 0, count: box.height * rowLength)
        pixels.withUnsafeBufferPointer { source in
            narrow.withUnsafeMutableBufferPointer { target in
                for y in 0..<box.height {
                    let start = ((box.y + y) * width + box.x) * channels
                    // The row of the box ends inside `source`; the new row begins at y · rowLength of `target`.
                    columns.scaleRow(
                        UnsafeBufferPointer(rebasing: source[start..<start + box.width * channels]), channels: channels,
                        into: UnsafeMutableBufferPointer(rebasing: target[y * rowLength..<(y + 1) * rowLength]))
                }
            }
        }
        guard rows.isScaling else {
            return Image(width: columns.starts.count, height: box.height, format: format, filled: narrow)
        }
        var pixels = [UInt8](repeating: 0, count: rows.starts.count * rowLength)
        narrow.withUnsafeBufferPointer { source in
            pixels.withUnsafeMutableBufferPointer { target in rows.scaleColumns(source, rowLength: rowLength, into: target) }
        }
        return Image(width: columns.starts.count, height: rows.starts.count, format: format, filled: pixels)
    }
}

/// Which old pixels each new pixel along one axis is made of.
private struct Taps {
    /// The first old pixel of each new one, and how many it has.
    private(set) var starts: [Int] = []
    private var counts: [Int] = []
    /// `stride` weights for each new pixel; those beyond its count are 0.
    private var weights: [Int32] = []
    private var stride = 0
    let isScaling: Bool

    /// Bits of fraction of a weight: 255 · 2²² and the rounding fit 32 bits.
    private static let shift: Int32 = 22

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
                starts.append(min(Int(centre), old - 1))
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
            starts.append(start)
            counts.append(count)
            // Half away from zero, as Pillow rounds them.
            for k in 0..<count {
                weights[i * stride + k] = Int32((exact[k] / sum * Double(1 << Self.shift)).rounded(.toNearestOrAwayFromZero))
            }
        }
    }

    func scaleRow(_ source: UnsafeBufferPointer<UInt8>, channels: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
        if !isScaling {
            _ = target.update(from: source)
            return
        }
        // Starts and counts stay inside the old row, and there are `stride` weights for each of them: no index leaves its buffer.
        weights.withUnsafeBufferPointer { weights in
            starts.withUnsafeBufferPointer { starts in
                counts.withUnsafeBufferPointer { counts in
                    if channels == 1 {
                        for x in 0..<starts.count {
                            var sum: Int32 = 1 << (Self.shift - 1)
                            for k in 0..<counts[x] { sum &+= Int32(source[starts[x] &+ k]) &* weights[x &* stride &+ k] }
                            target[x] = UInt8(clamping: sum >> Self.shift)
                        }
                        return
                    }
                    for x in 0..<starts.count {
                        let count = counts[x]
                        let first = starts[x] &* channels
                        let weight = x &* stride
                        for channel in 0..<channels {
                            var sum: Int32 = 1 << (Self.shift - 1)
                            for k in 0..<count {
                                sum &+= Int32(source[first &+ k &* channels &+ channel]) &* weights[weight &+ k]
                            }
                            target[x &* channels &+ channel] = UInt8(clamping: sum >> Self.shift)
                        }
                    }
                }
            }
        }
    }

    func scaleColumns(_ source: UnsafeBufferPointer<UInt8>, rowLength: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
        var sums = [Int32](repeating: 0, count: rowLength)
        sums.withUnsafeMutableBufferPointer { sums in
            // `source` has as many rows of `rowLength` as starts and counts reach; `target` one for each start.
            for y in 0..<starts.count {
                sums.update(repeating: 1 << (Self.shift - 1))
                for k in 0..<counts[y] {
                    let weight = weights[y * stride + k]
                    let row = (starts[y] + k) * rowLength
                    for x in 0..<rowLength { sums[x] &+= Int32(source[row + x]) &* weight }
                }
                for x in 0..<rowLength { target[y * rowLength + x] = UInt8(clamping: sums[x] >> Self.shift) }
            }
        }
    }
}
