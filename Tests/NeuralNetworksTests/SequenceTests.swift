import Foundation
import NeuralNetworks
import Randomness
import Tensors
import Testing

/// CTC against enumeration of every alignment, decoding against exhaustive search.
struct SequenceTests {
    /// All paths of `steps` over `classes`.
    private func paths(_ steps: Int, _ classes: Int) -> [[Int]] {
        (0..<steps).reduce([[]]) { paths, _ in paths.flatMap { path in (0..<classes).map { path + [$0] } } }
    }

    private func collapsed(_ path: [Int], blank: Int) -> [Int] {
        var (labels, previous) = ([Int](), blank)
        for label in path {
            if label != previous && label != blank { labels.append(label) }
            previous = label
        }
        return labels
    }

    /// The probability of every label sequence, by enumeration.
    private func probabilities(_ logits: Tensor) throws -> [[Int]: Double] {
        let (steps, classes) = (logits.shape[1], logits.shape[2])
        let values: [Double] = try logits.converted(to: .float64).softmax().elements()
        var sums: [[Int]: Double] = [:]
        for path in paths(steps, classes) {
            let probability = path.enumerated().reduce(1.0) { $0 * values[$1.offset * classes + $1.element] }
            sums[collapsed(path, blank: classes - 1), default: 0] += probability
        }
        return sums
    }

    @Test func lossSumsEveryAlignment() throws {
        let key = Key(seed: 9)
        for (number, (steps, classes)) in [(1, 3), (3, 3), (4, 3), (5, 4)].enumerated() {
            let logits = try Tensor.normal(key.folded(number), [1, steps, classes], deviation: 2, .float64)
            for (labels, probability) in try probabilities(logits) {
                let exact = try Tensor.temporalClassificationLoss(logits: logits, labels: [labels]).item()
                #expect(abs(exact + log(probability)) < 1e-10, "\(labels)")
                let single = try Tensor.temporalClassificationLoss(logits: logits.converted(to: .float32), labels: [labels])
                    .item()
                #expect(abs(single + log(probability)) < 1e-4, "\(labels)")
            }
        }
    }

    @Test func lossSlopeEqualsDifferences() throws {
        let logits = try Tensor.normal(Key(seed: 3), [2, 5, 4], .float64)
        let labels = [[0, 0, 2], [1]]
        let lengths = try Tensor([5, 3])
        let tape = Tape()
        let x = try tape.watch(logits)
        let slopes: [Double] = try tape.gradient(
            of: Tensor.temporalClassificationLoss(logits: x, labels: labels, lengths: lengths).sum(), for: [x])[0].elements()
        let values: [Double] = logits.elements()
        for element in values.indices {
            func loss(_ offset: Double) throws -> Double {
                var moved = values
                moved[element] += offset
                return try Tensor.temporalClassificationLoss(
                    logits: Tensor(moved, shape: logits.shape), labels: labels, lengths: lengths
                ).sum().item()
            }
            #expect(abs(try (loss(1e-5) - loss(-1e-5)) / 2e-5 - slopes[element]) < 1e-8)
        }
    }

    @Test func lossRefusesASecondDerivative() throws {
        for kind in [DType.float32, .float64] {
            let outer = Tape()
            let x = try outer.watch(Tensor.zeros([1, 2, 3], kind))
            let inner = Tape()
            let y = try inner.watch(x)
            let loss = try Tensor.temporalClassificationLoss(logits: y, labels: [[0]]).sum()
            #expect(throws: TensorError.noSecondDerivative(operation: "ctc_loss")) { try inner.gradient(of: loss, for: [y]) }
        }
    }

    @Test func labelsThatCannotFitNameTheExample() throws {
        let logits = try Tensor.zeros([2, 4, 5])
        #expect(throws: NeuralNetworkError.labelsDoNotFit(example: 1, labels: 3, repeats: 2, steps: 4, fitting: [2, 5, 5])) {
            try Tensor.temporalClassificationLoss(logits: logits, labels: [[1], [2, 2, 2]])
        }
        let error = NeuralNetworkError.labelsDoNotFit(example: 1, labels: 3, repeats: 2, steps: 4, fitting: [2, 5, 5])
        #expect(error.localizedDescription == "example 1: 3 labels with 2 repeats need 5 time steps, but there are 4")
        #expect(error.recoverySuggestion?.hasPrefix("Logits of shape (2, 5, 5) would fit") == true)
        #expect(throws: NeuralNetworkError.labelOutOfRange(position: 0, label: 4, classes: 4)) {
            try Tensor.temporalClassificationLoss(logits: logits, labels: [[4], []])
        }
    }

    @Test func aWideBeamFindsTheLikeliestReading() throws {
        for seed in 0..<20 {
            let logits = try Tensor.normal(Key(seed: UInt64(seed)), [1, 5, 4], deviation: 2)
            let all = try probabilities(logits).sorted { $0.value > $1.value }
            let found = try PathDecoder.beam(logits, width: 2000, count: 3)[0]
            for (reading, expected) in zip(found, all) {
                #expect(reading.labels == expected.key)
                #expect(abs(reading.logProbability - log(expected.value)) < 1e-4)
            }
            // A model that says the same of every label changes nothing but the score.
            let even = try NGram(order: 1, classes: 3, from: [])
            let guided = try PathDecoder.beam(logits, width: 2000, model: even, weight: 1, bonus: log(3))[0]
            #expect(guided.first?.labels == all[0].key)
        }
    }

    @Test func beamKeepsRealRepeats() throws {
        // Steps say A, blank, A: two A's.
        let logits = try Tensor([9, 0, 0, 0, 0, 9, 9, 0, 0] as [Float], shape: [1, 3, 3])
        #expect(try PathDecoder.beam(logits)[0].first?.labels == [0, 0])
        #expect(try PathDecoder.greedy(logits)[0].labels == [0, 0])
        #expect(try PathDecoder.greedy(logits, lengths: Tensor([2]))[0].labels == [0])
    }

    @Test func aModelTurnsTheReading() throws {
        // The picture cannot tell 0 from 1; the model has only seen 0 followed by 1.
        let logits = try Tensor([5, 5, 0, 0, 0, 9, 5, 5, 0] as [Float], shape: [1, 3, 3])
        let model = try NGram(order: 2, classes: 2, from: Array(repeating: [0, 1], count: 10))
        #expect(try PathDecoder.beam(logits, model: model, weight: 1)[0].first?.labels == [0, 1])
        #expect(throws: TensorError.self) { try PathDecoder.beam(logits, model: model, weight: -1) }
    }

    @Test func errorRatesCountOverTheWholeSet() {
        #expect(ErrorRates.editDistance([1, 2, 3], [2, 3, 4]) == 2)
        #expect(ErrorRates.editDistance([], [1, 2]) == 2)
        #expect(ErrorRates.editDistance([1, 1, 2], [1, 1, 2]) == 0)
        var rates = ErrorRates()
        rates.count(read: [1, 2], true: [1, 2])
        rates.count(read: [1], true: [1, 2, 3])
        #expect(rates.labelErrorRate == 0.4)
        #expect(rates.sequenceErrorRate == 0.5)
    }
}
