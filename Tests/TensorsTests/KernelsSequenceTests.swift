import Foundation
import Randomness
import Tensors
import Testing

/// An LSTM layer by its equations, in double precision.
struct PlainLSTM {
    let shape: LSTM
    let lengths: [Int32]

    /// Outputs [n, t, d · u] for the input [n, t, c] and one kernel and bias per direction, laid end to end.
    func outputs(_ input: [Double], _ parameters: [Double]) -> [Double] {
        let s = shape, size = s.kernelCount + s.biasCount
        var outputs = [Double](repeating: 0, count: s.outputCount)
        for direction in 0..<s.directions {
            let kernel = Array(parameters[direction * size..<direction * size + s.kernelCount])
            let bias = Array(parameters[direction * size + s.kernelCount..<(direction + 1) * size])
            for sequence in 0..<s.sequences {
                var h = [Double](repeating: 0, count: s.units), c = h
                let steps = Array(0..<Int(lengths[sequence]))
                for step in direction == 0 ? steps : steps.reversed() {
                    let at = (sequence * s.steps + step)
                    let x = Array(input[at * s.inputs..<(at + 1) * s.inputs]) + h
                    let z = (0..<4 * s.units).map { column in
                        x.indices.reduce(bias[column]) { $0 + x[$1] * kernel[$1 * 4 * s.units + column] }
                    }
                    for u in 0..<s.units {
                        let i = sigmoid(z[u]), j = tanh(z[s.units + u])
                        let f = sigmoid(z[2 * s.units + u] + Double(s.forgetBias)), o = sigmoid(z[3 * s.units + u])
                        c[u] = c[u] * f + i * j
                        h[u] = tanh(c[u]) * o
                        outputs[at * s.units * s.directions + direction * s.units + u] = h[u]
                    }
                }
            }
        }
        return outputs
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}

extension KernelTests {
    /// What of the kernels this machine cannot show, with the reason; the other tests take every path that there is.
    @Suite("CPU paths") struct PathTests {
        @Test(.enabled(if: CPUPath.available.contains(.avx2), "this CPU has no AVX2: the kernels for it are not tested here"))
        func avx2() throws { try agrees(.avx2) }

        @Test(.enabled(if: CPUPath.available.contains(.avx512), "this CPU has no AVX-512: the kernels for it are not tested here"))
        func avx512() throws { try agrees(.avx512) }

        /// Both with fused multiplications or without: the last digits differ.
        private func agrees(_ path: CPUPath) throws {
            let before = CPUPath.current
            defer { before.use() }
            let (a, b) = (try Tensor.normal(Key(seed: 1), [40, 300]), try Tensor.normal(Key(seed: 2), [300, 50]))
            #expect(CPUPath.portable.use())
            let plain: [Double] = try a.matmul(b).tanh().elements()
            #expect(path.use())
            #expect(CPUPath.current == path)
            #expect(relativeError(try a.matmul(b).tanh().elements(), plain) < 1e-5)
        }
    }

    @Suite("LSTM") struct LSTMTests {
        struct Example: Sendable {
            let shape: LSTM
            let lengths: [Int32]
            let input: [Float]
            let parameters: [Float]
            let weights: [Float]

            init(_ sequences: Int, _ steps: Int, _ inputs: Int, _ units: Int, bidirectional: Bool, full: Bool) {
                var noise = Noise(13)
                let shape = LSTM(
                    sequences: sequences, steps: steps, inputs: inputs, units: units, bidirectional: bidirectional)
                self.shape = shape
                lengths = (0..<sequences).map { full ? Int32(steps) : Int32($0 % (steps + 1)) }
                input = noise.floats(shape.inputCount)
                parameters = noise.floats(shape.directions * (shape.kernelCount + shape.biasCount)).map { $0 / 2 }
                weights = noise.floats(shape.outputCount)
            }

            /// Outputs, and the gradients of Σ weights · outputs for input and parameters, by the kernels.
            func run() -> (outputs: [Float], input: [Float], parameters: [Float]) {
                let size = shape.kernelCount + shape.biasCount
                let memory = Memory(parameters)
                let directions = (0..<shape.directions).map { direction in
                    LSTM.Direction(
                        kernel: memory.pointer + direction * size, bias: memory.pointer + direction * size + shape.kernelCount)
                }
                var outputs = [Float](repeating: .nan, count: shape.outputCount)
                var saved = [Float](repeating: .nan, count: shape.savedCount)
                shape.forward(input, lengths: lengths, directions, output: &outputs, saved: &saved)
                var dx = [Float](repeating: .nan, count: shape.inputCount)
                var gradient = [Float](repeating: .nan, count: parameters.count)
                gradient.withUnsafeMutableBufferPointer { gradient in
                    guard let base = gradient.baseAddress else { return }
                    let places = (0..<shape.directions).map { direction in
                        LSTM.DirectionGradient(
                            kernel: base + direction * size, bias: base + direction * size + shape.kernelCount)
                    }
                    shape.backward(
                        input, directions, saved: saved, outputGradient: weights, gradients: places, inputGradient: &dx)
                }
                withExtendedLifetime(memory) {}
                return (outputs, dx, gradient)
            }

            /// Central differences of the plain layer for every `stride`-th number.
            func slopes(of numbers: [Double], stride step: Int, _ outputs: ([Double]) -> [Double]) -> [Int: Double] {
                var slopes: [Int: Double] = [:]
                for index in stride(from: 0, to: numbers.count, by: step) {
                    func loss(_ change: Double) -> Double {
                        var moved = numbers
                        moved[index] += change
                        return zip(outputs(moved), weights).reduce(0) { $0 + $1.0 * Double($1.1) }
                    }
                    slopes[index] = (loss(1e-5) - loss(-1e-5)) / 2e-5
                }
                return slopes
            }
        }

        static let examples = [
            Example(1, 1, 1, 1, bidirectional: false, full: true),
            Example(3, 5, 4, 3, bidirectional: false, full: false),
            Example(3, 4, 5, 16, bidirectional: true, full: false),
            Example(19, 3, 7, 21, bidirectional: true, full: true),
        ]

        @Test("agrees with its equations", arguments: examples)
        func agrees(_ example: Example) {
            let plain = PlainLSTM(shape: example.shape, lengths: example.lengths)
            let input = example.input.map(Double.init), parameters = example.parameters.map(Double.init)
            let outputs = plain.outputs(input, parameters)
            let step = max(1, example.parameters.count / 40)
            let inputSlopes = example.slopes(of: input, stride: max(1, input.count / 20)) { plain.outputs($0, parameters) }
            let parameterSlopes = example.slopes(of: parameters, stride: step) { plain.outputs(input, $0) }
            for path in CPUPath.available {
                path.use()
                let got = example.run()
                #expect(relativeError(got.outputs, outputs) < 2e-6, "\(path)")
                for (index, slope) in inputSlopes {
                    #expect(abs(Double(got.input[index]) - slope) < 2e-5 * max(1, abs(slope)), "input \(index), \(path)")
                }
                for (index, slope) in parameterSlopes {
                    let error = abs(Double(got.parameters[index]) - slope)
                    #expect(error < 2e-5 * max(1, abs(slope)), "parameter \(index), \(path)")
                }
            }
        }

        /// σ(−87) · tanh(0.05) is about 1e-39: below the normal range.
        @Test("states behind a closed gate are zero, not denormal")
        func closedGate() {
            let shape = LSTM(sequences: 17, steps: 3, inputs: 2, units: 5, forgetBias: 0, bidirectional: true)
            let kernel = Memory([Float](repeating: 0, count: shape.kernelCount))
            let bias = Memory([0, 0.1, 0, -87].flatMap { [Float](repeating: $0, count: shape.units) })
            let direction = LSTM.Direction(kernel: kernel.pointer, bias: bias.pointer)
            for path in CPUPath.available {
                path.use()
                var outputs = [Float](repeating: .nan, count: shape.outputCount)
                var saved = [Float](repeating: .nan, count: shape.savedCount)
                shape.forward(
                    [Float](repeating: 0, count: shape.inputCount), lengths: nil, [direction, direction], output: &outputs, saved: &saved)
                #expect(outputs.allSatisfy { $0 == 0 }, "\(path)")
            }
            withExtendedLifetime((kernel, bias)) {}
        }

        @Test("the number of workers changes no bit", arguments: examples)
        func workers(_ example: Example) {
            for path in CPUPath.available {
                path.use()
                let runs = forEveryWorkerCount { () -> [[Float]] in
                    let run = example.run()
                    return [run.outputs, run.input, run.parameters]
                }
                #expect(runs.allSatisfy { $0 == runs[0] }, "\(path)")
            }
        }
    }

    /// CTC by its definition: the probability of labels is the sum over all paths that collapse to them.
    struct Paths {
        let logits: [Double]
        let steps: Int
        let classes: Int

        /// The probability of every label sequence that some path collapses to.
        func probabilities() -> [[Int32]: Double] {
            let rows = (0..<steps).map { step in
                let row = logits[step * classes..<(step + 1) * classes].map { exp($0) }
                return row.map { $0 / row.reduce(0, +) }
            }
            var result: [[Int32]: Double] = [:]
            var path = [Int](repeating: 0, count: steps)
            while true {
                var labels: [Int32] = []
                for (step, label) in path.enumerated() where label != classes - 1 && (step == 0 || path[step - 1] != label) {
                    labels.append(Int32(label))
                }
                result[labels, default: 0] += path.indices.reduce(1) { $0 * rows[$1][path[$1]] }
                guard let step = path.lastIndex(where: { $0 < classes - 1 }) else { return result }
                path[step] += 1
                for later in step + 1..<steps { path[later] = 0 }
            }
        }
    }

    @Suite("CTC") struct CTCTests {
        static let steps = 5, classes = 4

        static func logits(_ seed: UInt64, lines: Int = 1) -> [Float] {
            var noise = Noise(seed)
            return noise.floats(lines * steps * classes).map { 3 * $0 }
        }

        func loss(_ logits: [Float], _ labels: [Int32], steps: Int, classes: Int, scale: Float = 1) -> (Float, [Float]) {
            var loss: [Float] = [.nan], gradient = logits.map { _ in Float.nan }
            CTC.loss(
                logits, sequences: 1, steps: steps, classes: classes, lengths: nil, labels: labels + [0],
                labelCounts: [Int32(labels.count)], scale: scale, losses: &loss, gradient: &gradient)
            return (loss[0], gradient)
        }

        @Test(
            "the loss is the sum over all paths",
            arguments: [[], [0], [1, 2], [0, 0], [2, 1, 2], [1, 1, 1], [0, 1, 2, 0, 1]])
        func sumOverPaths(_ labels: [Int32]) {
            let logits = Self.logits(14), exact = logits.map(Double.init)
            func truth(_ logits: [Double]) -> Double {
                -log(Paths(logits: logits, steps: Self.steps, classes: Self.classes).probabilities()[labels] ?? 0)
            }
            for path in CPUPath.available {
                path.use()
                let (loss, gradient) = loss(logits, labels, steps: Self.steps, classes: Self.classes, scale: 0.5)
                #expect(abs(Double(loss) - truth(exact)) < 1e-5, "\(path)")
                for index in exact.indices {
                    var (up, down) = (exact, exact)
                    up[index] += 1e-5
                    down[index] -= 1e-5
                    let slope = 0.5 * (truth(up) - truth(down)) / 2e-5
                    #expect(abs(Double(gradient[index]) - slope) < 2e-6, "logit \(index), \(path)")
                }
            }
        }

        @Test func labelsThatDoNotFitHaveInfiniteLossAndNoGradient() {
            for path in CPUPath.available {
                path.use()
                let (loss, gradient) = loss(Self.logits(15), [1, 1, 1, 2], steps: Self.steps, classes: Self.classes)
                #expect(loss == .infinity && gradient.allSatisfy { $0 == 0 }, "\(path)")
            }
        }

        @Test func impossibleClassesAreNotReached() {
            var logits = Self.logits(16)
            for step in 0..<Self.steps { logits[step * Self.classes + 2] = -.infinity }
            #expect(loss(logits, [0, 1], steps: Self.steps, classes: Self.classes).0.isFinite)
            #expect(loss(logits, [2], steps: Self.steps, classes: Self.classes).0 == .infinity)
        }

        /// Each step's gradient sums to zero, because softmax and shares both sum to one: also after a thousand steps.
        @Test func longSequencesLoseNoDigits() {
            var noise = Noise(17)
            let steps = 1000, classes = 40
            let logits = noise.floats(steps * classes).map { 5 * $0 }, labels = (0..<100).map { Int32($0 % 39) }
            for path in CPUPath.available {
                path.use()
                let (loss, gradient) = loss(logits, labels, steps: steps, classes: classes)
                #expect(loss.isFinite && loss > 100)
                for step in 0..<steps {
                    #expect(abs(gradient[step * classes..<(step + 1) * classes].reduce(0, +)) < 1e-5, "\(path)")
                }
            }
        }

        @Test func batchesWithLengths() {
            let lines = 7
            let logits = Self.logits(18, lines: lines), counts: [Int32] = [1, 0, 2, 1, 3, 1, 0]
            let lengths: [Int32] = [5, 3, 4, 1, 5, 0, 0], labels: [Int32] = [2, 0, 1, 1, 0, 1, 2, 2]
            let runs = forEveryWorkerCount { () -> [[Float]] in
                var losses = [Float](repeating: .nan, count: lines), gradient = logits.map { _ in Float.nan }
                CTC.loss(
                    logits, sequences: lines, steps: Self.steps, classes: Self.classes, lengths: lengths, labels: labels,
                    labelCounts: counts, scale: 1, losses: &losses, gradient: &gradient)
                return [losses, gradient]
            }
            #expect(runs.allSatisfy { $0 == runs[0] })
            var start = 0
            for line in 0..<lines {
                let own = Array(labels[start..<start + Int(counts[line])]), steps = Int(lengths[line])
                start += own.count
                let at = line * Self.steps * Self.classes
                let paths = Paths(
                    logits: logits[at..<at + steps * Self.classes].map(Double.init), steps: steps, classes: Self.classes)
                let truth = steps == 0 ? (own.isEmpty ? 0 : .infinity) : -log(paths.probabilities()[own] ?? 0)
                let got = Double(runs[0][0][line])
                #expect(got == truth || abs(got - truth) < 1e-5)
                #expect(runs[0][1][at + steps * Self.classes..<at + Self.steps * Self.classes].allSatisfy { $0 == 0 })
            }
        }
    }

    @Suite("beam search") struct BeamSearchTests {
        @Test("a wide beam finds what all paths give", arguments: [1, 2, 3, 4, 5, 6])
        func exhaustive(_ seed: UInt64) {
            let steps = 5, classes = 4, lines = 3
            var noise = Noise(20 + seed)
            let logits = noise.floats(lines * steps * classes).map { 2 * $0 }
            var logs = logits
            Rows.logSoftmax(logits, &logs, rows: lines * steps, columns: classes)
            let results = forEveryWorkerCount {
                BeamSearch(width: 400).decode(logs, lines: lines, steps: steps, classes: classes, lengths: nil, count: 400)
            }
            #expect(results.allSatisfy { $0 == results[0] })
            for line in 0..<lines {
                let row = logits[line * steps * classes..<(line + 1) * steps * classes].map(Double.init)
                let truth = Paths(logits: row, steps: steps, classes: classes).probabilities()
                #expect(results[0][line].count == truth.count)
                for found in results[0][line] {
                    #expect(abs(exp(found.logProbability) - (truth[found.labels] ?? -1)) < 1e-6)
                }
                let order = results[0][line].map(\.logProbability)
                #expect(order == order.sorted(by: >))
            }
        }

        /// Narrow beams against the same search written plainly: every prefix by every label, the best kept.
        @Test("a narrow beam keeps what the plain search keeps", arguments: [1, 2, 5, 20])
        func narrow(_ width: Int) {
            let steps = 12, classes = 9
            var noise = Noise(30)
            for _ in 0..<10 {
                let logits = noise.floats(steps * classes).map { 3 * $0 }
                var logs = logits
                Rows.logSoftmax(logits, &logs, rows: steps, columns: classes)
                let best = BeamSearch(width: width).decode(logs, lines: 1, steps: steps, classes: classes, lengths: nil)[0]
                let plain = plainSearch(logs.map(Double.init), steps, classes, width)
                #expect(best.first?.labels == plain.labels)
                #expect(abs((best.first?.logProbability ?? 0) - plain.log) < 1e-9)
            }
        }

        /// The same with a guide that has an opinion on every pair of neighbours.
        @Test("a guided beam keeps what the plain search keeps", arguments: [1, 3, 20])
        func guided(_ width: Int) {
            let steps = 10, classes = 7
            var noise = Noise(31)
            @Sendable func bonus(_ label: Int32, _ earlier: [Int32]) -> Double {
                let last: Int32 = earlier.last ?? 5
                let number: Int32 = 7 * label + 3 * last + Int32(earlier.count)
                return 0.3 - Double(number % 11) / 4
            }
            let search = BeamSearch(width: width, guide: .init(most: 0.3, bonus: bonus))
            for _ in 0..<10 {
                let logits = noise.floats(steps * classes).map { 3 * $0 }
                var logs = logits
                Rows.logSoftmax(logits, &logs, rows: steps, columns: classes)
                let best = search.decode(logs, lines: 1, steps: steps, classes: classes, lengths: nil)[0]
                let plain = plainSearch(logs.map(Double.init), steps, classes, width, bonus)
                #expect(best.first?.labels == plain.labels)
                #expect(abs((best.first?.logProbability ?? 0) - plain.log) < 1e-9)
            }
        }

        private func plainSearch(
            _ logs: [Double], _ steps: Int, _ classes: Int, _ width: Int, _ bonus: (Int32, [Int32]) -> Double = { _, _ in 0 }
        ) -> (labels: [Int32], log: Double) {
            func guidance(_ prefix: [Int32]) -> Double {
                prefix.indices.reduce(0) { $0 + bonus(prefix[$1], Array(prefix[..<$1])) }
            }
            func score(_ item: (key: [Int32], value: (blank: Double, label: Double))) -> Double {
                log(item.value.blank + item.value.label) + guidance(item.key)
            }
            var beam: [[Int32]: (blank: Double, label: Double)] = [[]: (1, 0)]
            for step in 0..<steps {
                var next: [[Int32]: (blank: Double, label: Double)] = [:]
                for (prefix, p) in beam {
                    for label in 0..<classes {
                        let q = exp(logs[step * classes + label])
                        if label == classes - 1 {
                            next[prefix, default: (0, 0)].blank += (p.blank + p.label) * q
                        } else if prefix.last == Int32(label) {
                            next[prefix, default: (0, 0)].label += p.label * q
                            next[prefix + [Int32(label)], default: (0, 0)].label += p.blank * q
                        } else {
                            next[prefix + [Int32(label)], default: (0, 0)].label += (p.blank + p.label) * q
                        }
                    }
                }
                let sorted = next.map { (score($0), $0) }.sorted { $0.0 > $1.0 }.map(\.1)
                beam = Dictionary(uniqueKeysWithValues: sorted.prefix(width).map { ($0.key, $0.value) })
            }
            let best = beam.max { score($0) < score($1) }
            return (best?.key ?? [], log((best?.value.blank ?? 0) + (best?.value.label ?? 0)))
        }

        @Test func realRepeatsAreKept() {
            // Label 0, blank, label 0: nearly certain.
            let logits: [Float] = [9, 0, 0, 9, 9, 0]
            var logs = logits
            Rows.logSoftmax(logits, &logs, rows: 3, columns: 2)
            let found = BeamSearch(width: 100).decode(logs, lines: 1, steps: 3, classes: 2, lengths: nil)
            #expect(found[0].first?.labels == [0, 0])
        }

        @Test func noStepsGiveNoLabels() {
            let found = BeamSearch(width: 5).decode([0], lines: 1, steps: 1, classes: 1, lengths: [0])
            #expect(found.count == 1 && found[0].map(\.labels) == [[]] && found[0].map(\.logProbability) == [0])
        }
    }
}
