import CKernels

// The way that serves every shape: windows copied to columns, image by image, and a matrix product on one thread for
// each. The images are shared by the workers. Float32 uses the vector loops around the products, float64 plain ones.

/// The loops around the products, for one number type.
protocol ConvolutionElement: MatrixElement {
    static func addColumns(
        _ window: ck_window, _ columns: UnsafePointer<Self>, _ image: UnsafeMutablePointer<Self>, _ rows: Range<Int>)
    static func biasRows(
        _ y: UnsafeMutablePointer<Self>, _ bias: UnsafePointer<Self>, rows: Int, columns: Int, relu: Bool)
    static func biasReLUPool(
        _ y: UnsafePointer<Self>, _ bias: UnsafePointer<Self>, _ pooled: UnsafeMutablePointer<Self>,
        _ argmax: UnsafeMutablePointer<UInt8>, height: Int, width: Int, filters: Int)
}

extension Convolution {
    func generalForward<Element: ConvolutionElement>(
        _ input: UnsafePointer<Element>, weights: UnsafePointer<Element>, bias: UnsafePointer<Element>?, tail: Tail,
        output: UnsafeMutablePointer<Element>, argmax: UnsafeMutablePointer<UInt8>?
    ) {
        let pixels = outputHeight * outputWidth, depth = kernelHeight * kernelWidth * channels
        let rows = rowsPerProduct
        withScratch(Element.self, rows * outputWidth * depth + (tail == .reluMaxPool ? pixels * filters : 0) + filters) {
            columns, image, _ in
            let linear = columns + rows * outputWidth * depth + filters
            let zeros = columns + rows * outputWidth * depth
            for filter in 0..<filters { zeros[filter] = bias?[filter] ?? 0 }
            let y = tail == .reluMaxPool ? linear : output + image * pixels * filters
            products(rows: rows) { part in
                ck_windows_to_columns(
                    window, input + image * height * width * channels, columns, MemoryLayout<Element>.size,
                    Int32(part.lowerBound), Int32(part.upperBound))
                Element.multiply(
                    part.count * outputWidth, filters, depth, alpha: 1, columns, depth, transposed: false, weights, filters,
                    transposed: false, beta: 0, y + part.lowerBound * outputWidth * filters, filters)
            }
            if tail == .reluMaxPool {
                let pooled = pooledHeight * pooledWidth * filters
                withBytes(argmax.map { $0 + image * pooled }, pooled) { argmax in
                    Element.biasReLUPool(
                        y, zeros, output + image * pooled, argmax, height: outputHeight, width: outputWidth, filters: filters)
                }
            } else {
                Element.biasRows(y, zeros, rows: pixels, columns: filters, relu: tail == .relu)
            }
        }
    }

    func generalInputGradient<Element: ConvolutionElement>(
        _ gradient: Gradient<Element>, weights: UnsafePointer<Element>, input: UnsafeMutablePointer<Element>
    ) {
        let pixels = outputHeight * outputWidth, depth = kernelHeight * kernelWidth * channels
        let rows = rowsPerProduct
        withScratch(Element.self, rows * outputWidth * depth + pixels * filters) { columns, image, _ in
            let dy = linearGradient(gradient, image: image, scratch: columns + rows * outputWidth * depth)
            let dx = input + image * height * width * channels
            dx.update(repeating: 0, count: height * width * channels)
            products(rows: rows) { part in
                Element.multiply(
                    part.count * outputWidth, depth, filters, alpha: 1, dy + part.lowerBound * outputWidth * filters, filters,
                    transposed: false, weights, filters, transposed: true, beta: 0, columns, depth)
                Element.addColumns(window, columns, dx, part)
            }
        }
    }

    func generalWeightGradient<Element: ConvolutionElement>(
        _ input: UnsafePointer<Element>, _ gradient: Gradient<Element>, weights: UnsafeMutablePointer<Element>,
        bias: UnsafeMutablePointer<Element>?
    ) {
        // The images are summed in groups whose size depends on nothing but their number, and the groups in turn.
        let pixels = outputHeight * outputWidth, depth = kernelHeight * kernelWidth * channels
        let rows = rowsPerProduct, sumCount = depth * filters + filters, groups = Self.imageGroups(images)
        Workspace.elements(Element.self, groups.count * sumCount) { sums in
            Workspace.elements(Element.self, Parallel.workers * (rows * outputWidth * depth + pixels * filters)) { scratch in
                Parallel.run(groups.count) { group, worker in
                    let columns = scratch + worker * (rows * outputWidth * depth + pixels * filters)
                    let dW = sums + group * sumCount, db = dW + depth * filters
                    dW.update(repeating: 0, count: sumCount)
                    for image in groups[group] {
                        let dy = linearGradient(gradient, image: image, scratch: columns + rows * outputWidth * depth)
                        products(rows: rows) { part in
                            ck_windows_to_columns(
                                window, input + image * height * width * channels, columns, MemoryLayout<Element>.size,
                                Int32(part.lowerBound), Int32(part.upperBound))
                            Element.multiply(
                                depth, filters, part.count * outputWidth, alpha: 1, columns, depth, transposed: true,
                                dy + part.lowerBound * outputWidth * filters, filters, transposed: false, beta: 1, dW, filters)
                        }
                        for pixel in 0..<pixels { for filter in 0..<filters { db[filter] += dy[pixel * filters + filter] } }
                    }
                }
            }
            Parallel.ranges(depth * filters, grain: 1 << 14) { part in
                for index in part {
                    weights[index] = groups.indices.reduce(0) { $0 + sums[$1 * sumCount + index] }
                }
            }
            for filter in 0..<(bias == nil ? 0 : filters) {
                bias?[filter] = groups.indices.reduce(0) { $0 + sums[$1 * sumCount + depth * filters + filter] }
            }
        }
    }

    /// The most bytes of working memory that a pass over elements of `size` bytes takes, forward or back.
    package func workingBytes(_ size: Int) -> Int {
        let pixels = outputHeight * outputWidth, depth = kernelHeight * kernelWidth * channels
        let line = rowsPerProduct * outputWidth, groups = Self.imageGroups(images).count
        // Columns, an image's gradient, and a product's right side, packed in panels of 32: the weights, or a part of the gradient.
        let worker = line * depth + pixels * filters + (depth + 31 + line) * (filters + 31)
        let threeByThree = groups * ck_conv3x3_pool_weight_gradient_sums(plane) + ck_conv3x3_prepared_count(plane)
        return (Parallel.workers * worker + max(groups * (depth + 1) * filters, way(.linear) == .threeByThree ? threeByThree : 0)) * size
    }

    /// At least four groups, for the cores, and groups of at most eight images, so that adding their sums stays cheap.
    static func imageGroups(_ images: Int) -> [Range<Int>] {
        let size = max(1, min(8, (images + 3) / 4))
        return stride(from: 0, to: images, by: size).map { $0..<min(images, $0 + size) }
    }

    // MARK: - Implementation

    var window: ck_window {
        ck_window(
            height: Int32(height), width: Int32(width), channels: Int32(channels), window_height: Int32(kernelHeight),
            window_width: Int32(kernelWidth), stride_y: Int32(strideY), stride_x: Int32(strideX), pad_top: Int32(padTop),
            pad_left: Int32(padLeft), out_height: Int32(outputHeight), out_width: Int32(outputWidth))
    }

    /// As many output rows as give columns of about half a megabyte, which stay in the second-level cache.
    private var rowsPerProduct: Int {
        max(1, min(outputHeight, (1 << 17) / max(1, outputWidth * kernelHeight * kernelWidth * channels)))
    }

    private func products(rows: Int, _ body: (Range<Int>) -> Void) {
        for first in stride(from: 0, to: outputHeight, by: rows) { body(first..<min(outputHeight, first + rows)) }
    }

    /// Calls `body(scratch, image, worker)` for every image, with scratch of its own for each worker.
    private func withScratch<Element>(
        _ type: Element.Type, _ count: Int, _ body: (UnsafeMutablePointer<Element>, Int, Int) -> Void
    ) {
        Workspace.elements(type, Parallel.workers * count) { scratch in
            Parallel.run(images) { image, worker in body(scratch + worker * count, image, worker) }
        }
    }

    private func withBytes(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Void) {
        if let bytes { return body(bytes) }
        Workspace.elements(UInt8.self, count, body)
    }

    /// The gradient with respect to the linear output of one image; what must be computed is written to `scratch`.
    private func linearGradient<Element: ConvolutionElement>(
        _ gradient: Gradient<Element>, image: Int, scratch: UnsafeMutablePointer<Element>
    ) -> UnsafePointer<Element> {
        let count = outputHeight * outputWidth * filters, pooled = pooledHeight * pooledWidth * filters
        switch gradient {
        case .linear(let dy):
            return dy + image * count
        case .relu(let dy, let y):
            for index in 0..<count { scratch[index] = y[image * count + index] > 0 ? dy[image * count + index] : 0 }
        case .reluMaxPool(let dy, let argmax):
            scratch.update(repeating: 0, count: count)
            for index in 0..<pooled {
                let place = Int(argmax[image * pooled + index])
                guard place < 4 else { continue }
                let cell = index / filters, filter = index % filters
                let y = 2 * (cell / pooledWidth) + place / 2, x = 2 * (cell % pooledWidth) + place % 2
                scratch[(y * outputWidth + x) * filters + filter] = dy[image * pooled + index]
            }
        }
        return UnsafePointer(scratch)
    }
}

extension Workspace {
    /// The same for other number types.
    package static func elements<Element, R>(
        _ type: Element.Type, _ count: Int, _ body: (UnsafeMutablePointer<Element>) throws -> R
    ) rethrows -> R {
        // The memory is aligned to 64 bytes and holds trivial values only: binding it anew is enough.
        try floats((count * MemoryLayout<Element>.stride + 3) / 4) { floats in
            try floats.withMemoryRebound(to: UInt8.self, capacity: count * MemoryLayout<Element>.stride) { bytes in
                try body(UnsafeMutableRawPointer(bytes).bindMemory(to: type, capacity: count))
            }
        }
    }
}

extension Float: ConvolutionElement {
    static func addColumns(
        _ window: ck_window, _ columns: UnsafePointer<Float>, _ image: UnsafeMutablePointer<Float>, _ rows: Range<Int>
    ) {
        ck_add_columns_f32(window, columns, image, Int32(rows.lowerBound), Int32(rows.upperBound))
    }
    static func biasRows(
        _ y: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>, rows: Int, columns: Int, relu: Bool
    ) {
        ck_bias_rows(y, bias, y, columns, 0, rows, relu ? 1 : 0)
    }
    static func biasReLUPool(
        _ y: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ pooled: UnsafeMutablePointer<Float>,
        _ argmax: UnsafeMutablePointer<UInt8>, height: Int, width: Int, filters: Int
    ) {
        ck_bias_relu_pool(y, bias, pooled, argmax, Int32(height), Int32(width), Int32(filters))
    }
}

extension Double: ConvolutionElement {
    static func addColumns(
        _ window: ck_window, _ columns: UnsafePointer<Double>, _ image: UnsafeMutablePointer<Double>, _ rows: Range<Int>
    ) {
        ck_add_columns_f64(window, columns, image, Int32(rows.lowerBound), Int32(rows.upperBound))
    }
    static func biasRows(
        _ y: UnsafeMutablePointer<Double>, _ bias: UnsafePointer<Double>, rows: Int, columns: Int, relu: Bool
    ) {
        for row in 0..<rows {
            for column in 0..<columns {
                let v = y[row * columns + column] + bias[column]
                y[row * columns + column] = relu && v <= 0 ? 0 : v
            }
        }
    }
    static func biasReLUPool(
        _ y: UnsafePointer<Double>, _ bias: UnsafePointer<Double>, _ pooled: UnsafeMutablePointer<Double>,
        _ argmax: UnsafeMutablePointer<UInt8>, height: Int, width: Int, filters: Int
    ) {
        for row in 0..<height / 2 {
            for column in 0..<width / 2 {
                for filter in 0..<filters {
                    var best = y[(2 * row * width + 2 * column) * filters + filter], place: UInt8 = 0
                    for other in 1..<4 {
                        let v = y[((2 * row + other / 2) * width + 2 * column + other % 2) * filters + filter]
                        if v > best || v.isNaN { (best, place) = (v, UInt8(other)) }
                    }
                    best += bias[filter]
                    let index = (row * (width / 2) + column) * filters + filter
                    pooled[index] = best <= 0 ? 0 : best
                    argmax[index] = best <= 0 ? 4 : place
                }
            }
        }
    }
}
