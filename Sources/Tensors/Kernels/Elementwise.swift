import CKernels

/// Vector loops over arrays, shared by the workers when the arrays are long.
///
/// The arrays may be the same array; apart from that they must not overlap.
package enum Elementwise {
    package typealias Input = UnsafePointer<Float>
    package typealias Output = UnsafeMutablePointer<Float>

    /// Below this many elements a second thread costs more than it brings; above, tasks of this size fit a core's cache.
    static let grain = 1 << 15

    package static func exp(_ x: Input, _ y: Output, _ count: Int) { unary(ck_exp, x, y, count) }
    package static func log(_ x: Input, _ y: Output, _ count: Int) { unary(ck_log, x, y, count) }
    package static func tanh(_ x: Input, _ y: Output, _ count: Int) { unary(ck_tanh, x, y, count) }
    package static func sigmoid(_ x: Input, _ y: Output, _ count: Int) { unary(ck_sigmoid, x, y, count) }
    package static func erf(_ x: Input, _ y: Output, _ count: Int) { unary(ck_erf, x, y, count) }
    /// The normal distribution function, (1 + erf(x / √2)) / 2.
    package static func normal(_ x: Input, _ y: Output, _ count: Int) { unary(ck_normal, x, y, count) }
    /// x times the normal distribution function of x.
    package static func gelu(_ x: Input, _ y: Output, _ count: Int) { unary(ck_gelu, x, y, count) }
    /// max(x, 0); NaN stays NaN.
    package static func relu(_ x: Input, _ y: Output, _ count: Int) { unary(ck_relu, x, y, count) }

    /// Gradients from the gradient of the output and the output itself.
    package static func reluGradient(_ dy: Input, output y: Input, _ dx: Output, _ count: Int) {
        binary(ck_relu_gradient, dy, y, dx, count)
    }
    package static func tanhGradient(_ dy: Input, output y: Input, _ dx: Output, _ count: Int) {
        binary(ck_tanh_gradient, dy, y, dx, count)
    }
    package static func sigmoidGradient(_ dy: Input, output y: Input, _ dx: Output, _ count: Int) {
        binary(ck_sigmoid_gradient, dy, y, dx, count)
    }

    package static func add(_ a: Input, _ b: Input, _ y: Output, _ count: Int) { binary(ck_add, a, b, y, count) }
    package static func subtract(_ a: Input, _ b: Input, _ y: Output, _ count: Int) { binary(ck_subtract, a, b, y, count) }
    package static func multiply(_ a: Input, _ b: Input, _ y: Output, _ count: Int) { binary(ck_multiply, a, b, y, count) }
    package static func divide(_ a: Input, _ b: Input, _ y: Output, _ count: Int) { binary(ck_divide, a, b, y, count) }

    /// y = scale · x + offset.
    package static func scale(_ x: Input, by scale: Float, offset: Float = 0, _ y: Output, _ count: Int) {
        Parallel.ranges(count, grain: grain) { ck_scale_offset(x + $0.lowerBound, scale, offset, y + $0.lowerBound, $0.count) }
    }
    /// y += scale · x.
    package static func add(_ x: Input, scaledBy scale: Float, to y: Output, _ count: Int) {
        Parallel.ranges(count, grain: grain) { ck_add_scaled(x + $0.lowerBound, scale, y + $0.lowerBound, $0.count) }
    }

    // MARK: - Implementation

    private static func unary(
        _ kernel: (Input, Output, Int) -> Void, _ x: Input, _ y: Output, _ count: Int
    ) {
        Parallel.ranges(count, grain: grain) { kernel(x + $0.lowerBound, y + $0.lowerBound, $0.count) }
    }

    private static func binary(
        _ kernel: (Input, Input, Output, Int) -> Void, _ a: Input, _ b: Input, _ y: Output, _ count: Int
    ) {
        Parallel.ranges(count, grain: grain) {
            kernel(a + $0.lowerBound, b + $0.lowerBound, y + $0.lowerBound, $0.count)
        }
    }
}

/// Sums and maxima of whole arrays; the order of additions depends on the count alone.
package enum Reduction {
    package typealias Input = UnsafePointer<Float>

    package static func sum(_ x: Input, _ count: Int) -> Float {
        blocks(count) { ck_sum(x + $0.lowerBound, $0.count) }
    }
    package static func sumOfSquares(_ x: Input, _ count: Int) -> Float {
        blocks(count) { ck_sum_of_squares(x + $0.lowerBound, $0.count) }
    }
    package static func dot(_ a: Input, _ b: Input, _ count: Int) -> Float {
        blocks(count) { ck_dot(a + $0.lowerBound, b + $0.lowerBound, $0.count) }
    }
    /// The largest element; NaN when there is one, −∞ for no elements.
    package static func maximum(_ x: Input, _ count: Int) -> Float { ck_maximum(x, count) }

    /// Blocks of a fixed size, each summed by one worker, and the sums of the blocks summed in turn.
    static func blocks(_ count: Int, _ partial: (Range<Int>) -> Float) -> Float {
        let grain = 1 << 16
        guard count > grain else { return partial(0..<count) }
        let number = (count + grain - 1) / grain
        return Workspace.floats(number) { sums in
            Parallel.run(number) { block, _ in
                sums[block] = partial(block * grain..<min(count, (block + 1) * grain))
            }
            return ck_sum(sums, number)
        }
    }
}
