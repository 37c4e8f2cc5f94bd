import Tensors
import Testing

/// One convolution worked out by its definition, in double precision: the truth the kernels are held to.
struct PlainConvolution {
    let shape: Convolution
    let input: [Float], weights: [Float], bias: [Float]

    init(_ shape: Convolution, seed: UInt64) {
        var noise = Noise(seed)
        self.shape = shape
        input = noise.floats(shape.inputCount)
        weights = noise.floats(shape.weightCount)
        bias = noise.floats(shape.filters)
    }

    /// Calls `body(input index, weight index, output index)` for every product.
    func eachProduct(_ body: (Int, Int, Int) -> Void) {
        let s = shape
        for image in 0..<s.images {
            for oy in 0..<s.outputHeight {
                for ox in 0..<s.outputWidth {
                    for ky in 0..<s.kernelHeight {
                        for kx in 0..<s.kernelWidth {
                            let y = oy * s.strideY - s.padTop + ky, x = ox * s.strideX - s.padLeft + kx
                            guard (0..<s.height).contains(y), (0..<s.width).contains(x) else { continue }
                            let i = ((image * s.height + y) * s.width + x) * s.channels
                            let w = (ky * s.kernelWidth + kx) * s.channels * s.filters
                            let o = ((image * s.outputHeight + oy) * s.outputWidth + ox) * s.filters
                            for c in 0..<s.channels {
                                for f in 0..<s.filters { body(i + c, w + c * s.filters + f, o + f) }
                            }
                        }
                    }
                }
            }
        }
    }

    func linear() -> [Double] {
        var y = (0..<shape.outputCount).map { Double(bias[$0 % shape.filters]) }
        let input = input.map(Double.init), weights = weights.map(Double.init)
        eachProduct { i, w, o in y[o] += input[i] * weights[w] }
        return y
    }

    /// Of each window the ReLU of its maximum.
    func pooled(_ y: [Double]) -> [Double] {
        (0..<shape.pooledCount).map { index in max(0, cells(index).map { y[$0] }.max() ?? 0) }
    }

    /// The four outputs of the window that a pooled output comes from.
    func cells(_ index: Int) -> [Int] {
        let s = shape, filter = index % s.filters, cell = index / s.filters
        let x = cell % s.pooledWidth, y = cell / s.pooledWidth % s.pooledHeight
        let image = cell / s.pooledWidth / s.pooledHeight
        return (0..<4).map { place in
            ((image * s.outputHeight + 2 * y + place / 2) * s.outputWidth + 2 * x + place % 2) * s.filters + filter
        }
    }

    /// Gradients of weights, bias and input for the gradient `dy` of the linear output.
    func gradients(_ dy: [Double]) -> (weights: [Double], bias: [Double], input: [Double]) {
        var dW = [Double](repeating: 0, count: weights.count), db = [Double](repeating: 0, count: bias.count)
        var dx = [Double](repeating: 0, count: input.count)
        eachProduct { i, w, o in
            dW[w] += Double(input[i]) * dy[o]
            dx[i] += Double(weights[w]) * dy[o]
        }
        for index in dy.indices { db[index % shape.filters] += dy[index] }
        return (dW, db, dx)
    }
}

extension KernelTests {
    @Suite("convolution") struct ConvolutionTests {
        /// Shapes with a kernel of their own, their edges, and shapes that only the general way serves.
        static let shapes: [Convolution] = [
            Convolution(images: 3, height: 16, width: 16, channels: 1, filters: 64),
            Convolution(images: 2, height: 9, width: 13, channels: 1, filters: 40),
            Convolution(images: 2, height: 8, width: 8, channels: 32, filters: 48),
            Convolution(images: 3, height: 12, width: 8, channels: 64, filters: 96),
            Convolution(images: 1, height: 8, width: 8, channels: 128, filters: 160),
            Convolution(images: 9, height: 4, width: 4, channels: 96, filters: 128),
            Convolution(images: 2, height: 7, width: 9, channels: 20, filters: 33),
            Convolution(images: 2, height: 5, width: 6, channels: 17, filters: 7),
            Convolution(images: 1, height: 3, width: 3, channels: 16, filters: 16),
            Convolution(images: 1, height: 1, width: 1, channels: 16, filters: 16),
            Convolution(images: 2, height: 2, width: 40, channels: 3, filters: 5),
            Convolution(images: 2, height: 8, width: 8, channels: 16, filters: 16, padding: .valid),
            Convolution(images: 2, height: 9, width: 11, channels: 3, filters: 8, kernel: (5, 5)),
            Convolution(images: 2, height: 9, width: 11, channels: 3, filters: 8, kernel: (5, 2), stride: (2, 3)),
            Convolution(images: 2, height: 9, width: 10, channels: 4, filters: 8, kernel: (3, 3), stride: (2, 2)),
            Convolution(images: 2, height: 9, width: 10, channels: 4, filters: 8, kernel: (1, 1), stride: (3, 1)),
            Convolution(images: 10, height: 6, width: 6, channels: 2, filters: 4, kernel: (6, 6), padding: .valid),
            Convolution(images: 0, height: 6, width: 6, channels: 16, filters: 16),
        ].compactMap { $0 }

        /// Winograd's F(4×4) multiplies rounding errors by up to about ten; plain sums stay below 2e-6.
        static let tolerance = 2e-5

        @Test func everyShapeIsAccepted() { #expect(Self.shapes.count == 18) }

        @Test func windowsLargerThanTheImageAreRefused() {
            #expect(Convolution(images: 1, height: 2, width: 9, channels: 1, filters: 1, padding: .valid) == nil)
            #expect(Convolution(images: 1, height: 0, width: 9, channels: 1, filters: 1) == nil)
        }

        @Test("forward agrees with the definition", arguments: shapes)
        func forward(_ shape: Convolution) {
            let plain = PlainConvolution(shape, seed: 1)
            let linear = plain.linear(), pooled = plain.pooled(linear)
            onEveryPath { path in
                var y = [Float](repeating: .nan, count: shape.outputCount)
                shape.forward(plain.input, weights: plain.weights, bias: plain.bias, tail: .linear, output: &y)
                #expect(relativeError(y, linear) < Self.tolerance, "linear, \(path)")
                shape.forward(plain.input, weights: plain.weights, bias: plain.bias, tail: .relu, output: &y)
                #expect(relativeError(y, linear.map { max($0, 0) }) < Self.tolerance, "ReLU, \(path)")
                var small = [Float](repeating: .nan, count: shape.pooledCount)
                var argmax = [UInt8](repeating: 99, count: shape.pooledCount)
                shape.forward(
                    plain.input, weights: plain.weights, bias: plain.bias, tail: .reluMaxPool, output: &small,
                    argmax: &argmax)
                #expect(relativeError(small, pooled) < Self.tolerance, "pooled, \(path)")
                let largest = linear.reduce(0) { max($0, abs($1)) }
                for index in small.indices {
                    let alive = small[index] > 0
                    #expect(alive == (argmax[index] < 4))
                    guard alive else { continue }
                    let there = linear[plain.cells(index)[Int(argmax[index])]]
                    // Of two nearly equal values either may be called the maximum.
                    #expect(abs(there - pooled[index]) <= 2 * Self.tolerance * largest)
                }
                var again = small.map { _ in Float.nan }
                shape.forward(plain.input, weights: plain.weights, bias: plain.bias, tail: .reluMaxPool, output: &again)
                #expect(again == small, "without argmax")
            }
        }

        @Test("gradients agree with the definition", arguments: shapes)
        func gradients(_ shape: Convolution) {
            let plain = PlainConvolution(shape, seed: 2)
            var noise = Noise(3)
            let dense = noise.floats(shape.outputCount), outputs = noise.floats(shape.outputCount)
            let pooled = noise.floats(shape.pooledCount)
            let argmax = pooled.map { _ in UInt8(noise.below(5)) }
            let masked = zip(dense, outputs).map { $1 > 0 ? Double($0) : 0 }
            var spread = [Double](repeating: 0, count: shape.outputCount)
            for index in pooled.indices where argmax[index] < 4 {
                spread[plain.cells(index)[Int(argmax[index])]] = Double(pooled[index])
            }
            let (dyMemory, yMemory) = (Memory(dense), Memory(outputs))
            let (pooledMemory, argmaxMemory) = (Memory(pooled), Memory(argmax))
            let cases: [(String, Convolution.Gradient<Float>, [Double])] = [
                ("linear", .linear(dyMemory.pointer), dense.map(Double.init)),
                ("ReLU", .relu(dyMemory.pointer, output: yMemory.pointer), masked),
                ("pooled", .reluMaxPool(pooledMemory.pointer, argmax: argmaxMemory.pointer), spread),
            ]
            for (name, gradient, dy) in cases {
                let expected = plain.gradients(dy)
                onEveryPath { path in
                    var dW = plain.weights.map { _ in Float.nan }, db = plain.bias.map { _ in Float.nan }
                    shape.weightGradient(plain.input, gradient, weights: &dW, bias: &db)
                    #expect(relativeError(dW, expected.weights) < Self.tolerance, "weights, \(name), \(path)")
                    #expect(relativeError(db, expected.bias) < Self.tolerance, "bias, \(name), \(path)")
                    var dx = plain.input.map { _ in Float.nan }
                    shape.inputGradient(gradient, weights: plain.weights, input: &dx)
                    #expect(relativeError(dx, expected.input) < Self.tolerance, "input, \(name), \(path)")
                }
            }
            withExtendedLifetime((dyMemory, yMemory, pooledMemory, argmaxMemory)) {}
        }

        @Test("double precision agrees with the definition", arguments: shapes)
        func doublePrecision(_ shape: Convolution) {
            let plain = PlainConvolution(shape, seed: 4)
            let input = plain.input.map(Double.init), weights = plain.weights.map(Double.init)
            let bias = plain.bias.map(Double.init), linear = plain.linear()
            var y = linear.map { _ in Double.nan }
            shape.forward(input, weights: weights, bias: bias, tail: .linear, output: &y)
            #expect(zip(y, linear).allSatisfy { abs($0 - $1) < 1e-10 })
            var small = [Double](repeating: .nan, count: shape.pooledCount)
            shape.forward(input, weights: weights, bias: bias, tail: .reluMaxPool, output: &small)
            #expect(zip(small, plain.pooled(linear)).allSatisfy { abs($0 - $1) < 1e-10 })
            let expected = plain.gradients(linear)
            var dW = weights, db = bias, dx = input
            let gradient = Memory(linear)
            shape.weightGradient(input, .linear(gradient.pointer), weights: &dW, bias: &db)
            shape.inputGradient(.linear(gradient.pointer), weights: weights, input: &dx)
            #expect(zip(dW + db + dx, expected.weights + expected.bias + expected.input).allSatisfy { abs($0 - $1) < 1e-8 })
        }

        @Test("the number of workers changes no bit", arguments: shapes)
        func workers(_ shape: Convolution) {
            let plain = PlainConvolution(shape, seed: 5)
            onEveryPath { path in
                let runs = forEveryWorkerCount { () -> [[Float]] in
                    var y = [Float](repeating: 0, count: shape.pooledCount), dW = plain.weights, db = plain.bias
                    var argmax = [UInt8](repeating: 0, count: shape.pooledCount), dx = plain.input
                    shape.forward(
                        plain.input, weights: plain.weights, bias: plain.bias, tail: .reluMaxPool, output: &y, argmax: &argmax)
                    let (g, places) = (Memory(y), Memory(argmax))
                    let gradient = Convolution.Gradient.reluMaxPool(g.pointer, argmax: places.pointer)
                    shape.weightGradient(plain.input, gradient, weights: &dW, bias: &db)
                    shape.inputGradient(gradient, weights: plain.weights, input: &dx)
                    return [y, dW, db, dx]
                }
                #expect(runs.allSatisfy { $0 == runs[0] }, "\(path)")
            }
        }

        @Test func notANumberReachesTheOutput() throws {
            let shape = try #require(Convolution(images: 1, height: 8, width: 8, channels: 16, filters: 16))
            var plain = PlainConvolution(shape, seed: 6).input
            plain[5 * 16] = .nan
            let weights = [Float](repeating: 1, count: shape.weightCount)
            onEveryPath { path in
                var y = [Float](repeating: 0, count: shape.pooledCount)
                shape.forward(plain, weights: weights, bias: nil, tail: .reluMaxPool, output: &y)
                #expect(y.contains { $0.isNaN }, "\(path)")
            }
        }
    }
}

/// A copy of an array at an address that stays.
final class Memory<Element> {
    let pointer: UnsafePointer<Element>

    init(_ array: [Element]) {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, array.count))
        memory.initialize(from: array, count: array.count)
        pointer = UnsafePointer(memory)
    }

    deinit { pointer.deallocate() }
}
