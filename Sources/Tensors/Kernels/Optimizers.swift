package import CKernels

/// One pass of an optimizer over one parameter: values, gradient and slots, shared by the workers.
package enum OptimizerKernel {
    package typealias Input = UnsafePointer<Float>
    package typealias Output = UnsafeMutablePointer<Float>
    /// What is done to the raw gradient g first: clamp(scale · g + decay · v, −clip, clip).
    package typealias Terms = ck_gradient_terms

    package static func terms(scale: Float = 1, decay: Float = 0, clip: Float = .infinity) -> Terms {
        ck_gradient_terms(scale: scale, decay: decay, clip: clip)
    }

    /// Σ (scale · g + decay · v)²: the square of the gradient's norm, for clipping by the global norm.
    package static func sumOfSquares(values: Input, gradient: Input, _ terms: Terms, _ count: Int) -> Float {
        Reduction.blocks(count) {
            ck_gradient_sum_of_squares(values + $0.lowerBound, gradient + $0.lowerBound, terms, $0.count)
        }
    }

    /// v −= rate · g.
    package static func descend(values: Output, gradient: Input, _ terms: Terms, rate: Float, _ count: Int) {
        Parallel.ranges(count, grain: Elementwise.grain) {
            ck_descend(values + $0.lowerBound, gradient + $0.lowerBound, terms, rate, $0.count)
        }
    }

    /// a = momentum · a + g; v −= rate · a, or rate · (g + momentum · a) when `nesterov`.
    package static func momentum(
        values: Output, accumulator: Output, gradient: Input, _ terms: Terms, rate: Float, momentum: Float,
        nesterov: Bool = false, _ count: Int
    ) {
        Parallel.ranges(count, grain: Elementwise.grain) {
            ck_momentum(
                values + $0.lowerBound, accumulator + $0.lowerBound, gradient + $0.lowerBound, terms, rate, momentum,
                nesterov ? 1 : 0, $0.count)
        }
    }

    /// m and s are the first and second moment; `rate` already holds the bias correction lr·√(1−β₂ᵗ)/(1−β₁ᵗ), and
    /// `shrink` AdamW's lr · decay: v −= rate · m / (√s + epsilon) + shrink · v.
    package static func adam(
        values: Output, first m: Output, second s: Output, gradient: Input, _ terms: Terms, rate: Float, beta1: Float,
        beta2: Float, epsilon: Float, shrink: Float = 0, _ count: Int
    ) {
        Parallel.ranges(count, grain: Elementwise.grain) {
            ck_adam(
                values + $0.lowerBound, m + $0.lowerBound, s + $0.lowerBound, gradient + $0.lowerBound, terms, rate, beta1,
                beta2, epsilon, shrink, $0.count)
        }
    }

    /// a += g²; v −= rate · g / √a. Start a above zero.
    package static func adagrad(
        values: Output, accumulator: Output, gradient: Input, _ terms: Terms, rate: Float, _ count: Int
    ) {
        Parallel.ranges(count, grain: Elementwise.grain) {
            ck_adagrad(values + $0.lowerBound, accumulator + $0.lowerBound, gradient + $0.lowerBound, terms, rate, $0.count)
        }
    }

    /// s = decay · s + (1−decay)g²; a = momentum · a + rate · g / √(s + epsilon); v −= a.
    package static func rmsProp(
        values: Output, meanSquare s: Output, accumulator a: Output, gradient: Input, _ terms: Terms, rate: Float,
        decay: Float, momentum: Float, epsilon: Float, _ count: Int
    ) {
        Parallel.ranges(count, grain: Elementwise.grain) {
            ck_rmsprop(
                values + $0.lowerBound, s + $0.lowerBound, a + $0.lowerBound, gradient + $0.lowerBound, terms, rate, decay,
                momentum, epsilon, $0.count)
        }
    }
}
