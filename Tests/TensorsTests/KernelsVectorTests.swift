import Foundation
import Tensors
import Testing

extension KernelTests {
    @Suite("vector loops") struct VectorTests {
        /// A function of the kernels, the truth in double precision, and the arguments to try.
        struct Function: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let kernel: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
            let truth: @Sendable (Double) -> Double
            let range: ClosedRange<Float>
            /// Units in the last place; subnormal results count in the smallest unit.
            let error: Double
        }

        static let functions = [
            Function(
                testDescription: "exp", kernel: Elementwise.exp, truth: { Foundation.exp($0) }, range: -110...95, error: 1.5),
            Function(
                testDescription: "log", kernel: Elementwise.log, truth: { Foundation.log($0) }, range: .leastNonzeroMagnitude...1e38, error: 1.5),
            Function(
                testDescription: "tanh", kernel: Elementwise.tanh, truth: { Foundation.tanh($0) }, range: -20...20, error: 2),
            Function(
                testDescription: "sigmoid", kernel: Elementwise.sigmoid, truth: { 1 / (1 + Foundation.exp(-$0)) },
                range: -110...95, error: 2.5),
            Function(testDescription: "erf", kernel: Elementwise.erf, truth: { Foundation.erf($0) }, range: -6...6, error: 3),
            // Between 0 and -1.4 a half less a half: the digits that are lost there.
            Function(
                testDescription: "normal", kernel: Elementwise.normal, truth: { 0.5 * Foundation.erfc(-$0 / 2.0.squareRoot()) },
                range: -15...15, error: 10),
            Function(
                testDescription: "gelu", kernel: Elementwise.gelu, truth: { 0.5 * $0 * Foundation.erfc(-$0 / 2.0.squareRoot()) },
                range: -15...15, error: 14),
        ]

        /// Arguments spread over the range, over all magnitudes in it, and around the places where formulas change.
        static func arguments(_ range: ClosedRange<Float>) -> [Float] {
            var values: [Float] = []
            for step in 0...20_000 {
                values.append(range.lowerBound + (range.upperBound - range.lowerBound) * Float(step) / 20_000)
            }
            for exponent in stride(from: -149.0, through: 127.0, by: 0.01) {
                values += [Float(Foundation.exp2(exponent)), -Float(Foundation.exp2(exponent))]
            }
            for edge: Float in [0.625, -0.625, 0.707106781, 88.7228, 88.72284, -87.33655, -103.97208, -103.9721] {
                values += [edge.nextDown, edge, edge.nextUp]
            }
            return values.filter(range.contains)
        }

        @Test("error in units of the last place", arguments: functions)
        func accuracy(_ function: Function) {
            let x = Self.arguments(function.range)
            onEveryPath { path in
                var y = x.map { _ in Float.nan }
                function.kernel(x, &y, x.count)
                var worst = (error: 0.0, at: Float(0))
                for (x, y) in zip(x, y) {
                    let truth = function.truth(Double(x)), rounded = Float(truth)
                    if rounded.isInfinite || y.isInfinite {
                        #expect(y == rounded, "\(function.testDescription)(\(x)), \(path)")
                        continue
                    }
                    let error = abs(Double(y) - truth) / Double(max(rounded.magnitude.ulp, .leastNonzeroMagnitude))
                    if !(error <= worst.error) { worst = (error, x) }
                }
                #expect(worst.error <= function.error, "\(function.testDescription)(\(worst.at)), \(path)")
            }
        }

        @Test func specialValues() {
            let x: [Float] = [0, -0.0, .infinity, -.infinity, .nan, 1, -1, .leastNonzeroMagnitude]
            let expected: [(Function, [Float])] = [
                (Self.functions[0], [1, 1, .infinity, 0, .nan, 2.7182817, 0.36787945, 1]),
                (Self.functions[1], [-.infinity, -.infinity, .infinity, .nan, .nan, 0, .nan, -103.27893]),
                (Self.functions[2], [0, -0.0, 1, -1, .nan, 0.7615942, -0.7615942, .leastNonzeroMagnitude]),
                (Self.functions[3], [0.5, 0.5, 1, 0, .nan, 0.7310586, 0.26894143, 0.5]),
            ]
            onEveryPath { path in
                for (function, expected) in expected {
                    var y = x
                    function.kernel(y, &y, y.count)
                    for (index, pair) in zip(y, expected).enumerated() {
                        let (got, wanted) = pair
                        let same = got == wanted || (got.isNaN && wanted.isNaN) || abs(got - wanted) <= wanted.ulp
                        #expect(same, "\(function.testDescription)(\(x[index])) = \(got), \(path)")
                    }
                    #expect(function.testDescription != "tanh" || y[1].sign == .minus)
                }
            }
        }

        /// Every length from none to beyond two vectors, where the last elements go another way.
        @Test func everyLength() {
            var noise = Noise(7)
            onEveryPath { path in
                for count in 0..<40 {
                    let a = noise.floats(count), b = noise.floats(count)
                    func check(_ name: String, _ run: (UnsafeMutablePointer<Float>) -> Void, _ truth: (Float, Float) -> Float) {
                        var y = [Float](repeating: 9, count: count + 1)
                        run(&y)
                        #expect(y[count] == 9, "\(name) wrote beyond \(count), \(path)")
                        for index in 0..<count {
                            #expect(abs(y[index] - truth(a[index], b[index])) <= 1e-6, "\(name) of \(count), \(path)")
                        }
                    }
                    check("add", { Elementwise.add(a, b, $0, count) }, { $0 + $1 })
                    check("subtract", { Elementwise.subtract(a, b, $0, count) }, { $0 - $1 })
                    check("multiply", { Elementwise.multiply(a, b, $0, count) }, { $0 * $1 })
                    check("relu", { Elementwise.relu(a, $0, count) }, { a, _ in max(a, 0) })
                    check("reluGradient", { Elementwise.reluGradient(a, output: b, $0, count) }, { $1 > 0 ? $0 : 0 })
                    check("tanhGradient", { Elementwise.tanhGradient(a, output: b, $0, count) }, { $0 * (1 - $1 * $1) })
                    check("sigmoidGradient", { Elementwise.sigmoidGradient(a, output: b, $0, count) }, { $0 * $1 * (1 - $1) })
                    check("scale", { Elementwise.scale(a, by: 3, offset: 1, $0, count) }, { a, _ in 3 * a + 1 })
                }
            }
        }

        @Test func reductionsKeepTheirDigits() {
            var noise = Noise(8)
            for count in [0, 1, 15, 16, 17, 63, 64, 65, 4096, 4097, 70_000, 200_001] {
                let a = noise.floats(count), b = noise.floats(count)
                let sum = a.reduce(0) { $0 + Double($1) }, magnitude = a.reduce(1e-30) { $0 + Double(abs($1)) }
                let dot = zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                let squares = a.reduce(0) { $0 + Double($1) * Double($1) }
                onEveryPath { path in
                    for (s, d, q) in forEveryWorkerCount({
                        (Reduction.sum(a, count), Reduction.dot(a, b, count), Reduction.sumOfSquares(a, count))
                    }) {
                        #expect(s == Reduction.sum(a, count), "bits depend on the workers, \(path)")
                        #expect(abs(Double(s) - sum) <= 1e-6 * magnitude, "sum of \(count), \(path)")
                        #expect(abs(Double(d) - dot) <= 1e-6 * magnitude, "dot of \(count), \(path)")
                        #expect(abs(Double(q) - squares) <= 1e-6 * squares + 1e-12, "squares of \(count), \(path)")
                    }
                    #expect(Reduction.maximum(a, count) == (a.max() ?? -.infinity))
                }
            }
            onEveryPath { _ in
                for place in 0..<20 {
                    var a = [Float](repeating: 1, count: 20)
                    a[place] = .nan
                    #expect(Reduction.maximum(a, 20).isNaN)
                }
            }
        }

        /// Logits, labels, and what follows from them by definition.
        struct Logits: Sendable {
            static let rows = 9
            let columns: Int
            let x: [Float]
            let bias: [Float]
            let labels: [Int32]
            let logSums: [Double]
            let logs: [Double]

            init(columns: Int) {
                var noise = Noise(9)
                self.columns = columns
                let x = noise.floats(Self.rows * columns).map { $0 * 20 }
                self.x = x
                bias = noise.floats(columns)
                labels = (0..<Self.rows).map { _ in Int32(noise.below(columns)) }
                let sums = (0..<Self.rows).map { row in
                    let values = x[row * columns..<(row + 1) * columns].map(Double.init)
                    let top = values.max() ?? 0
                    return top + Foundation.log(values.reduce(0) { $0 + Foundation.exp($1 - top) })
                }
                logSums = sums
                logs = x.indices.map { Double(x[$0]) - sums[$0 / columns] }
            }
        }

        static let widths = [1, 3, 16, 17, 71, 100].map(Logits.init)

        @Test("sums along rows and columns", arguments: widths)
        func sums(_ given: Logits) {
            let rows = Logits.rows
            let columns = given.columns
            let biased = given.x.indices.map { max(0, Double(given.x[$0]) + Double(given.bias[$0 % columns])) }
            let columnSums = (0..<columns).map { c in (0..<rows).reduce(0) { $0 + Double(given.x[$1 * columns + c]) } }
            for path in CPUPath.available {
                path.use()
                var y = given.x
                Rows.addBias(given.x, given.bias, &y, rows: rows, columns: columns, relu: true)
                #expect(relativeError(y, biased) < 1e-6, "bias, \(path)")
                var sums = given.bias
                Rows.columnSums(given.x, &sums, rows: rows, columns: columns)
                #expect(relativeError(sums, columnSums) < 1e-6, "column sums, \(path)")
                var logSums = [Float](repeating: 0, count: rows)
                Rows.logSumExp(given.x, &logSums, rows: rows, columns: columns)
                #expect(relativeError(logSums, given.logSums) < 1e-6, "log sum exp, \(path)")
            }
        }

        @Test("softmax and its relatives", arguments: widths)
        func softmax(_ given: Logits) {
            let columns = given.columns
            let losses = (0..<Logits.rows).map { -given.logs[$0 * columns + Int(given.labels[$0])] }
            let gradient = given.logs.indices.map { index in
                0.25 * (Foundation.exp(given.logs[index]) - (Int(given.labels[index / columns]) == index % columns ? 1 : 0))
            }
            for path in CPUPath.available {
                path.use()
                var y = given.x
                Rows.softmax(given.x, &y, rows: Logits.rows, columns: columns)
                #expect(relativeError(y, given.logs.map { Foundation.exp($0) }) < 2e-6, "softmax, \(path)")
                Rows.logSoftmax(given.x, &y, rows: Logits.rows, columns: columns)
                #expect(relativeError(y, given.logs) < 1e-6, "log softmax, \(path)")
                y = given.x
                var each = [Float](repeating: 0, count: Logits.rows)
                y.withUnsafeMutableBufferPointer { memory in
                    guard let address = memory.baseAddress else { return }
                    Rows.softmaxCrossEntropy(
                        address, labels: given.labels, scale: 0.25, losses: &each, gradient: address, rows: Logits.rows,
                        columns: columns)
                }
                #expect(zip(each, losses).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "cross entropy, \(path)")
                #expect(zip(y, gradient).allSatisfy { abs(Double($0) - $1) < 1e-6 }, "its gradient, \(path)")
            }
        }

        @Test func rowsOfInfinities() {
            let x: [Float] = [-.infinity, -.infinity, -.infinity, 0, .infinity, 0]
            onEveryPath { _ in
                var y: [Float] = [0, 0, 0]
                Rows.logSumExp(x, &y, rows: 3, columns: 2)
                #expect(y[0] == -.infinity && y[1] == 0 && y[2] == .infinity)
            }
        }
    }
}
