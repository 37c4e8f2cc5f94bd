import CKernels

// 3×3 windows with stride 1 and "same" padding: Winograd forward, and gradients that use what max pooling leaves zero.
// Which tasks there are depends on the shape alone; ranges of tiles and filters give the same bits however they are cut.

extension Convolution {
    /// How a pass over this shape is computed.
    enum Way { case grey, threeByThree, general }

    /// Below eight channels most of a vector would be padding, and columns are short: the general way is as fast.
    func way(_ tail: Tail) -> Way {
        guard kernelHeight == 3, kernelWidth == 3, strideY == 1, strideX == 1, padTop == 1, padLeft == 1,
            outputHeight == height, outputWidth == width
        else { return .general }
        if channels == 1, tail == .reluMaxPool { return .grey }
        return channels >= 8 && filters >= 8 ? .threeByThree : .general
    }

    var plane: ck_conv3x3 {
        ck_conv3x3(height: Int32(height), width: Int32(width), channels: Int32(channels), filters: Int32(filters))
    }

    // MARK: Forward

    func prepare(_ weights: UnsafePointer<Float>, into prepared: UnsafeMutablePointer<Float>) {
        Parallel.ranges(channels, grain: 8) {
            ck_conv3x3_prepare(plane, weights, prepared, Int32($0.lowerBound), Int32($0.upperBound))
        }
    }

    /// Groups of tiles are tasks; where there are few groups, bundles of filters are too.
    func winogradForward(
        _ input: UnsafePointer<Float>, prepared: UnsafePointer<Float>, bias: UnsafePointer<Float>?, tail: Tail,
        output: UnsafeMutablePointer<Float>, argmax: UnsafeMutablePointer<UInt8>?
    ) {
        let tiles = images * ck_conv3x3_tiles(plane), group = ck_conv3x3_tile_group(plane)
        let groups = (tiles + group - 1) / group
        let bundles = groups < 8 ? ck_conv3x3_bundles(plane) : 1
        withWorkerScratch(ck_conv3x3_forward_scratch(plane), tasks: groups * bundles) { task, scratch in
            let first = task / bundles * group, bundle = task % bundles
            ck_conv3x3_forward(
                plane, input, prepared, bias, tail.code, output, argmax, first, min(first + group, tiles), bundle,
                bundles == 1 ? ck_conv3x3_bundles(plane) : bundle + 1, scratch)
        }
    }

    func greyForward(
        _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, argmax: UnsafeMutablePointer<UInt8>?
    ) {
        let pooled = pooledHeight * pooledWidth * filters
        withWorkerScratch(ck_conv3x3_grey_scratch(plane), tasks: images) { image, scratch in
            ck_conv3x3_grey_forward(
                plane, input + image * height * width, weights, bias, output + image * pooled,
                argmax.map { $0 + image * pooled }, scratch)
        }
    }

    // MARK: Gradients behind pooling

    func pooledWeightGradient(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ argmax: UnsafePointer<UInt8>,
        weights: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?
    ) {
        let groups = Self.imageGroups(images), sumCount = ck_conv3x3_pool_weight_gradient_sums(plane)
        let pooled = pooledHeight * pooledWidth * filters
        Workspace.floats(groups.count * sumCount) { sums in
            withWorkerScratch(ck_conv3x3_pool_weight_gradient_scratch(plane), tasks: groups.count) { group, scratch in
                let sum = sums + group * sumCount
                sum.update(repeating: 0, count: sumCount)
                for image in groups[group] {
                    ck_conv3x3_pool_weight_gradient(
                        plane, input + image * height * width * channels, gradient + image * pooled, argmax + image * pooled,
                        sum, scratch)
                }
            }
            Parallel.ranges((channels + 15) / 16, grain: 1) {
                ck_conv3x3_pool_weight_gradient_finish(
                    plane, sums, groups.count, weights, bias, $0.lowerBound, $0.upperBound)
            }
        }
    }

    func greyWeightGradient(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ argmax: UnsafePointer<UInt8>,
        weights: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?
    ) {
        let groups = Self.imageGroups(images), sumCount = 10 * filters
        let pooled = pooledHeight * pooledWidth * filters
        Workspace.floats(groups.count * sumCount) { sums in
            withWorkerScratch(ck_conv3x3_grey_scratch(plane), tasks: groups.count) { group, scratch in
                let sum = sums + group * sumCount
                sum.update(repeating: 0, count: sumCount)
                for image in groups[group] {
                    ck_conv3x3_grey_weight_gradient(
                        plane, input + image * height * width, gradient + image * pooled, argmax + image * pooled, sum, scratch)
                }
            }
            for index in 0..<sumCount {
                let total = groups.indices.reduce(Float(0)) { $0 + sums[$1 * sumCount + index] }
                if index < 9 * filters { weights[index] = total } else { bias?[index - 9 * filters] = total }
            }
        }
    }

    func pooledInputGradient(
        _ gradient: UnsafePointer<Float>, _ argmax: UnsafePointer<UInt8>, weights: UnsafePointer<Float>,
        input: UnsafeMutablePointer<Float>
    ) {
        let pooled = pooledHeight * pooledWidth * filters
        Workspace.floats(ck_conv3x3_pool_input_gradient_prepared(plane)) { prepared in
            Parallel.ranges((channels + 15) / 16, grain: 1) {
                ck_conv3x3_pool_input_gradient_prepare(plane, weights, prepared, $0.lowerBound, $0.upperBound)
            }
            withWorkerScratch(ck_conv3x3_pool_input_gradient_scratch(plane), tasks: images) { image, scratch in
                ck_conv3x3_pool_input_gradient(
                    plane, gradient + image * pooled, argmax + image * pooled, prepared,
                    input + image * height * width * channels, scratch)
            }
        }
    }

    // MARK: Gradients of every output

    /// The convolution of the gradient with the weights turned by half a circle, channels and filters exchanged.
    func winogradInputGradient(
        _ gradient: UnsafePointer<Float>, output: UnsafePointer<Float>?, weights: UnsafePointer<Float>,
        input: UnsafeMutablePointer<Float>
    ) {
        guard
            let back = Convolution(images: images, height: height, width: width, channels: filters, filters: channels)
        else { return }
        let mask = output == nil ? 0 : outputCount
        Workspace.floats(weightCount + ck_conv3x3_prepared_count(back.plane) + 16 + mask) { turned in
            let prepared = turned + (weightCount + 15) / 16 * 16
            let masked = prepared + (ck_conv3x3_prepared_count(back.plane) + 15) / 16 * 16
            Parallel.run(9) { tap, _ in
                let from = weights + tap * channels * filters, to = turned + (8 - tap) * channels * filters
                for filter in 0..<filters {
                    for channel in 0..<channels { to[filter * channels + channel] = from[channel * filters + filter] }
                }
            }
            back.prepare(turned, into: prepared)
            if let output { Elementwise.reluGradient(gradient, output: output, masked, outputCount) }
            back.winogradForward(
                output == nil ? gradient : UnsafePointer(masked), prepared: prepared, bias: nil, tail: .linear, output: input,
                argmax: nil)
        }
    }

    // MARK: - Implementation

    /// Calls `body(task, scratch)` for every task, with `count` floats for each worker.
    private func withWorkerScratch(_ count: Int, tasks: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
        // Apart by more than a cache line, and aligned to one.
        let stride = (count + 15) / 16 * 16 + 64
        Workspace.floats(Parallel.workers * stride) { scratch in
            Parallel.run(tasks) { task, worker in body(task, scratch + worker * stride) }
        }
    }
}

extension Convolution.Tail {
    fileprivate var code: Int32 {
        switch self {
        case .linear: Int32(ck_tail_linear)
        case .relu: Int32(ck_tail_relu)
        case .reluMaxPool: Int32(ck_tail_relu_pool)
        }
    }
}
