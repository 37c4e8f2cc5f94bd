import Tensors
import Testing

extension KernelTests {
    /// Each rule against its formula in double precision, three steps, with every term of the gradient in play.
    @Suite("optimizers") struct OptimizerTests {
        /// Beyond two vectors and not a multiple of one.
        static let count = 53
        static let scale = 0.5, decay = 0.01, clip = 0.3

        struct State {
            var v: [Double], a: [Double], b: [Double]
        }

        /// Runs `kernel` and `rule` side by side; the rule gets one element's value, slots, final gradient and step.
        func compare(
            slots: (Double, Double), _ rule: (inout Double, inout Double, inout Double, Double, Int) -> Void,
            _ kernel: (
                UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafePointer<Float>,
                OptimizerKernel.Terms, Int
            ) -> Void
        ) {
            let terms = OptimizerKernel.terms(scale: Float(Self.scale), decay: Float(Self.decay), clip: Float(Self.clip))
            onEveryPath { path in
                var noise = Noise(10)
                var v = noise.floats(Self.count)
                var a = v.map { _ in Float(slots.0) }, b = v.map { _ in Float(slots.1) }
                var truth = State(v: v.map(Double.init), a: a.map(Double.init), b: b.map(Double.init))
                for step in 1...3 {
                    let g = noise.floats(Self.count)
                    kernel(&v, &a, &b, g, terms, step)
                    for i in 0..<Self.count {
                        let raw = Self.scale * Double(g[i]) + Self.decay * truth.v[i]
                        rule(&truth.v[i], &truth.a[i], &truth.b[i], max(-Self.clip, min(Self.clip, raw)), step)
                    }
                }
                #expect(relativeError(v, truth.v) < 2e-6, "values, \(path)")
                #expect(relativeError(a, truth.a) < 2e-6, "first slot, \(path)")
                #expect(relativeError(b, truth.b) < 2e-6, "second slot, \(path)")
            }
        }

        @Test func gradientDescent() {
            compare(slots: (0, 0)) { v, _, _, g, _ in
                v -= 0.1 * g
            } _: { v, _, _, g, terms, _ in
                OptimizerKernel.descend(values: v, gradient: g, terms, rate: 0.1, Self.count)
            }
        }

        @Test(arguments: [false, true])
        func momentum(nesterov: Bool) {
            compare(slots: (0, 0)) { v, a, _, g, _ in
                a = 0.9 * a + g
                v -= 0.1 * (nesterov ? g + 0.9 * a : a)
            } _: { v, a, _, g, terms, _ in
                OptimizerKernel.momentum(
                    values: v, accumulator: a, gradient: g, terms, rate: 0.1, momentum: 0.9, nesterov: nesterov, Self.count)
            }
        }

        @Test(arguments: [0, 0.001])
        func adam(shrink: Double) {
            func rate(_ step: Int) -> Double {
                var (one, two) = (1.0, 1.0)
                for _ in 0..<step { (one, two) = (one * 0.9, two * 0.999) }
                return 0.01 * (1 - two).squareRoot() / (1 - one)
            }
            compare(slots: (0, 0)) { v, m, s, g, step in
                // 1 − β of the float β, as TensorFlow computes it: 1 − 0.999 keeps only five digits.
                m += (g - m) * Double(1 - Float(0.9))
                s += (g * g - s) * Double(1 - Float(0.999))
                v = v - shrink * v - rate(step) * m / (s.squareRoot() + 1e-8)
            } _: { v, m, s, g, terms, step in
                OptimizerKernel.adam(
                    values: v, first: m, second: s, gradient: g, terms, rate: Float(rate(step)), beta1: 0.9, beta2: 0.999,
                    epsilon: 1e-8, shrink: Float(shrink), Self.count)
            }
        }

        @Test func adagrad() {
            compare(slots: (0.1, 0)) { v, a, _, g, _ in
                a += g * g
                v -= 0.1 * g / a.squareRoot()
            } _: { v, a, _, g, terms, _ in
                OptimizerKernel.adagrad(values: v, accumulator: a, gradient: g, terms, rate: 0.1, Self.count)
            }
        }

        @Test func rmsProp() {
            compare(slots: (1, 0)) { v, s, a, g, _ in
                s = 0.9 * s + 0.1 * g * g
                a = 0.5 * a + 0.1 * g / (s + 1e-10).squareRoot()
                v -= a
            } _: { v, s, a, g, terms, _ in
                OptimizerKernel.rmsProp(
                    values: v, meanSquare: s, accumulator: a, gradient: g, terms, rate: 0.1, decay: 0.9, momentum: 0.5,
                    epsilon: 1e-10, Self.count)
            }
        }

        @Test func normOfTheGradient() {
            var noise = Noise(11)
            for count in [0, 1, 31, 33, 10_001] {
                let v = noise.floats(count), g = noise.floats(count)
                let truth = zip(v, g).reduce(0.0) { sum, pair in
                    let d = 0.5 * Double(pair.1) + 0.1 * Double(pair.0)
                    return sum + d * d
                }
                onEveryPath { path in
                    let terms = OptimizerKernel.terms(scale: 0.5, decay: 0.1)
                    let got = OptimizerKernel.sumOfSquares(values: v, gradient: g, terms, count)
                    #expect(abs(Double(got) - truth) <= 2e-6 * truth, "\(count), \(path)")
                }
            }
        }

        @Test func notANumberIsNotClippedAway() {
            onEveryPath { _ in
                var v: [Float] = [1, 1]
                OptimizerKernel.descend(
                    values: &v, gradient: [.nan, 1], OptimizerKernel.terms(clip: 0.5), rate: 1, 2)
                #expect(v[0].isNaN && v[1] == 0.5)
            }
        }
    }
}
