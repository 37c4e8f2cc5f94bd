public import Tensors

extension Tensor {
    /// The greatest element of every window of images `[n, h, w, c]`: `[n, oh, ow, c]`. The first of equals gets the gradient,
    /// and padding never wins.
    public func maxPooled(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) throws -> Tensor {
        let window = try PoolWindow(self, size, stride ?? size, padding, "max_pool")
        let x = try converted(to: dtype.floating)
        var places: Tensor?
        return try Tape.unary(x) { x in
            let (result, kept) = try window.maxima(x)
            places = kept
            return result
        } pullback: { _, _ in
            let kept = places
            return { g in
                let g = try g.plain(for: "max_pool")
                let dx = try Tensor.zeros(window.inputShape, g.dtype)
                guard let places = kept else { preconditionFailure("the value was computed before its rule was made") }
                if g.dtype == .float32 {
                    window.scatter(g.float32, places.start(of: Int32.self), dx.float32)
                } else {
                    window.scatter(g.float64, places.start(of: Int32.self), dx.float64)
                }
                return dx
            }
        }
    }

    /// The mean of every window of images `[n, h, w, c]`; padding is not counted.
    public func averagePooled(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) throws -> Tensor {
        let window = try PoolWindow(self, size, stride ?? size, padding, "average_pool")
        return try Tape.unary(converted(to: dtype.floating)) {
            try window.means($0)
        } pullback: { _, _ in
            { g in
                let g = try g.plain(for: "average_pool")
                let dx = try Tensor.zeros(window.inputShape, g.dtype)
                if g.dtype == .float32 { window.spread(g.float32, dx.float32) } else { window.spread(g.float64, dx.float64) }
                return dx
            }
        }
    }
}

// MARK: - Implementation

/// The sizes of a pooling, and its plain loops: images in parallel, channels innermost.
private struct PoolWindow: Sendable {
    let inputShape: [Int]
    let outputShape: [Int]
    private let size: Extent
    private let stride: Extent
    private let top: Int
    private let left: Int

    init(_ x: Tensor, _ size: Extent, _ stride: Extent, _ padding: Padding, _ name: String) throws {
        guard x.rank == 4 else { throw TensorError.invalidShape(operation: name, shape: x.shape, rule: "[n, h, w, c]") }
        guard [size.height, size.width, stride.height, stride.width].allSatisfy({ (1...1 << 24).contains($0) }) else {
            throw TensorError.valueOutOfRange(
                operation: name, value: "window \(size.height)x\(size.width), stride \(stride.height)x\(stride.width)",
                rule: "sizes from 1 to 16,777,216")
        }
        let (rows, before) = Self.extent(x.shape[1], size.height, stride.height, padding)
        let (columns, beside) = Self.extent(x.shape[2], size.width, stride.width, padding)
        guard rows > 0, columns > 0, x.shape[1] * x.shape[2] * x.shape[3] <= Int32.max else {
            throw TensorError.invalidShape(
                operation: name, shape: x.shape, rule: "images that hold a \(size.height)x\(size.width) window")
        }
        inputShape = x.shape
        outputShape = [x.shape[0], rows, columns, x.shape[3]]
        (self.size, self.stride, top, left) = (size, stride, before, beside)
    }

    private static func extent(_ size: Int, _ window: Int, _ stride: Int, _ padding: Padding) -> (Int, Int) {
        switch padding {
        case .valid: return (size < window ? 0 : (size - window) / stride + 1, 0)
        case .same:
            let count = (size + stride - 1) / stride
            return (count, max(0, (count - 1) * stride + window - size) / 2)
        }
    }

    func maxima(_ x: Tensor) throws -> (Tensor, places: Tensor) {
        let result = try Tensor.uninitialized(outputShape, x.dtype, "max_pool")
        let places = try Tensor.uninitialized(outputShape, .int32, "max_pool")
        if x.dtype == .float32 {
            let window = PoolingKernel(
                input: inputShape, output: outputShape, window: (size.height, size.width), stride: (stride.height, stride.width),
                padding: (top, left))
            window.maxima(x.float32, result.float32, places.start(of: Int32.self))
        } else {
            maxima(x.float64, result.float64, places.start(of: Int32.self))
        }
        return (result, places)
    }

    func means(_ x: Tensor) throws -> Tensor {
        let result = try Tensor.zeros(outputShape, x.dtype)
        if x.dtype == .float32 { means(x.float32, result.float32) } else { means(x.float64, result.float64) }
        return result
    }

    /// Calls `body` with every output cell of one image, and the offsets of its window's pixels that lie inside.
    @inline(__always)
    private func forEachCell(_ body: (_ cell: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
        for row in 0..<outputShape[1] {
            let y = row * stride.height - top
            for column in 0..<outputShape[2] {
                let x = column * stride.width - left
                body(
                    (row * outputShape[2] + column) * outputShape[3], max(0, y)..<max(0, y, min(inputShape[1], y + size.height)),
                    max(0, x)..<max(0, x, min(inputShape[2], x + size.width)))
            }
        }
    }

    private var inputStep: Int { inputShape[1] * inputShape[2] * inputShape[3] }
    private var outputStep: Int { outputShape[1] * outputShape[2] * outputShape[3] }

    private func maxima<Element: BinaryFloatingPoint>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ places: UnsafeMutablePointer<Int32>
    ) {
        let channels = inputShape[3]
        Parallel.ranges(inputShape[0], grain: 1) { images in
            for image in images {
                let from = source + image * inputStep
                forEachCell { cell, rows, columns in
                    let (to, at) = (target + image * outputStep + cell, places + image * outputStep + cell)
                    var isFirst = true
                    for row in rows {
                        for column in columns {
                            let offset = (row * inputShape[2] + column) * channels
                            for channel in 0..<channels {
                                let value = from[offset + channel]
                                if isFirst || value > to[channel] || value != value {
                                    to[channel] = value
                                    at[channel] = Int32(offset + channel)
                                }
                            }
                            isFirst = false
                        }
                    }
                }
            }
        }
    }

    func scatter<Element: BinaryFloatingPoint>(
        _ gradient: UnsafeMutablePointer<Element>, _ places: UnsafeMutablePointer<Int32>, _ target: UnsafeMutablePointer<Element>
    ) {
        Parallel.ranges(inputShape[0], grain: 1) { images in
            for image in images {
                for cell in image * outputStep..<(image + 1) * outputStep {
                    target[image * inputStep + Int(places[cell])] += gradient[cell]
                }
            }
        }
    }

    private func means<Element: BinaryFloatingPoint>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>
    ) {
        let channels = inputShape[3]
        Parallel.ranges(inputShape[0], grain: 1) { images in
            for image in images {
                forEachCell { cell, rows, columns in
                    let to = target + image * outputStep + cell
                    for row in rows {
                        for column in columns {
                            let from = source + image * inputStep + (row * inputShape[2] + column) * channels
                            for channel in 0..<channels { to[channel] += from[channel] }
                        }
                    }
                    let count = Element(max(1, rows.count * columns.count))
                    for channel in 0..<channels { to[channel] /= count }
                }
            }
        }
    }

    func spread<Element: BinaryFloatingPoint>(_ gradient: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>) {
        let channels = inputShape[3]
        Parallel.ranges(inputShape[0], grain: 1) { images in
            for image in images {
                forEachCell { cell, rows, columns in
                    let from = gradient + image * outputStep + cell
                    let count = Element(max(1, rows.count * columns.count))
                    for row in rows {
                        for column in columns {
                            let to = target + image * inputStep + (row * inputShape[2] + column) * channels
                            for channel in 0..<channels { to[channel] += from[channel] / count }
                        }
                    }
                }
            }
        }
    }
}
