import Tensors
import Testing
import Training

@Suite struct MetricTests {
    /// `scipy.stats.binomtest(hits, count).proportion_ci(0.95, "wilson")`, SciPy 1.16.
    static let intervals: [(hits: Int, count: Int, low: Double, high: Double)] = [
        (109, 167, 0.5777845978980096, 0.720737788600263), (0, 10, 0, 0.27753279986288926), (10, 10, 0.7224672001371109, 1),
        (1, 2, 0.09453120573423074, 0.9054687942657693), (936, 1000, 0.9190992674988254, 0.9495637991017705),
    ]

    @Test(arguments: intervals)
    func intervalIsWilsons(hits: Int, count: Int, low: Double, high: Double) {
        let interval = Proportion(hits: hits, count: count).interval
        #expect(abs(interval.lowerBound - low) < 1e-12)
        #expect(abs(interval.upperBound - high) < 1e-12)
    }

    @Test func proportionSaysItsCounts() throws {
        let accuracy = Proportion(hits: 109, count: 167)
        #expect(accuracy.summary == "65.27 % (109 of 167; 95 % interval 57.78 % to 72.07 %)")
        #expect(Proportion(hits: 0, count: 0).value.isNaN)
        let joined = try accuracy.joined(with: Proportion(hits: 1, count: 3), name: "accuracy")
        #expect(joined as? Proportion == Proportion(hits: 110, count: 170))
        #expect(throws: TrainingError.self) { try accuracy.joined(with: MeanMetric([1]), name: "accuracy") }
    }

    /// By hand: labels 0 0 0 1 1 2, answers 0 0 1 1 0 1.
    @Test func confusionByHand() throws {
        let confusion = try Confusion(classes: 4, labels: [0, 0, 0, 1, 1, 2], answers: [0, 0, 1, 1, 0, 1])
        #expect(confusion.counts == [2, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        #expect(confusion.accuracy == Proportion(hits: 3, count: 6))
        #expect(confusion.majority == Proportion(hits: 3, count: 6))
        #expect(confusion.share(ofClass: 2) == Proportion(hits: 1, count: 6))
        #expect(abs(confusion.balancedAccuracy - (2.0 / 3 + 0.5 + 0) / 3) < 1e-15)
        #expect(confusion.recall[3].isNaN && confusion.precision[2].isNaN)
        #expect(confusion.confusions(2).map { [$0.label, $0.answer, $0.count] } == [[0, 1, 1], [1, 0, 1]])
        let twice = try confusion.joined(with: confusion, name: "c") as? Confusion
        #expect(twice?.counts == confusion.counts.map { 2 * $0 })
        #expect(throws: TrainingError.classOutOfRange(label: 4, classes: 4)) {
            try Confusion(classes: 4, labels: [4], answers: [0])
        }
        #expect(throws: TrainingError.classOutOfRange(label: -1, classes: 4)) {
            try Confusion(classes: 4, labels: [0], answers: [-1])
        }
        #expect(throws: TrainingError.self) { try Confusion(classes: 4, labels: [0], answers: []) }
        #expect(throws: TrainingError.self) { try confusion.joined(with: Confusion(classes: 3), name: "c") }
    }

    @Test func topKCountsTiesByClass() throws {
        let logits = try Tensor([0.1, 0.5, 0.4, 0.2, 0.2, 0.2] as [Float], shape: [2, 3])
        let labels = try Tensor([2, 1] as [Int32], shape: [2])
        #expect(try Proportion.top(1, labels: labels, logits: logits) == Proportion(hits: 0, count: 2))
        #expect(try Proportion.top(2, labels: labels, logits: logits) == Proportion(hits: 2, count: 2))
        let ones = try Tensor([1, 1] as [Int32], shape: [2])
        #expect(try Proportion.accuracy(labels: ones, answers: logits.argmax(axis: 1)) == Proportion(hits: 1, count: 2))
    }

    @Test func labelErrorsAreCountedOverTheCorpus() throws {
        #expect(sequenceDistance([1, 2, 3], [2, 3, 4]) == 2)
        #expect(sequenceDistance([], [1, 2]) == 2)
        #expect(sequenceDistance([1, 1, 1], [1]) == 2)
        let (labels, sequences) = try ErrorRate.labels([[1, 2, 3], [4], []], answers: [[1, 3], [4], [5]])
        #expect(labels == ErrorRate(errors: 2, labels: 4))
        #expect(sequences == Proportion(hits: 2, count: 3))
        #expect(labels.value == 0.5)
        #expect(throws: TrainingError.self) { try ErrorRate.labels([[1]], answers: []) }
    }

    /// By hand: of three thresholds 0, 0.5 and 1 the scores 0.9 0.6 | 0.2 (so) and 0.5 | 0.1 (not so).
    @Test func precisionAndRecallByHand() throws {
        let curve = try PrecisionRecall(
            truths: [true, true, true, false, false], scores: [0.9, 0.6, 0.2, 0.5, 0.1], thresholds: 3)
        #expect(curve.rows[0] == [3, 2, 0])
        #expect(curve.rows[1] == [2, 1, 0])
        #expect(curve.rows[2] == [0, 1, 2])
        #expect(curve.rows[3] == [0, 1, 3])
        #expect(curve.rows[4] == [0.6, Float(2) / 3, 0])
        #expect(curve.rows[5] == [1, Float(2) / 3, 0])
        let twice = try #require(curve.joined(with: curve, name: "c") as? PrecisionRecall)
        #expect(twice.rows[0] == [6, 4, 0])
        #expect(throws: TrainingError.self) { try PrecisionRecall(truths: [true], scores: []) }
        #expect(throws: TrainingError.self) { try curve.joined(with: PrecisionRecall(thresholds: 4), name: "c") }
        let probabilities = try Tensor([0.8, 0.2, 0.3, 0.7] as [Float], shape: [2, 2])
        #expect(try PrecisionRecall(labels: [0, 1], probabilities: probabilities, thresholds: 3).rows[0] == [2, 2, 0])
    }

    @Test func charactersAreCodePoints() throws {
        // が as one code point and as two; by hand two edits in four.
        let rate = try ErrorRate.characters(["かきく", "が"], answers: ["かく", "か\u{3099}"])
        #expect(rate == ErrorRate(errors: 3, labels: 4))
        #expect(rate.summary == "75.00 % (3 errors in 4 labels)")
    }

    @Test func classesSayWhatTheyWereTakenFor() throws {
        let confusion = try Confusion(
            classes: 4, labels: [0, 0, 0, 1, 1, 2], answers: [0, 0, 1, 1, 0, 1], classNames: ["あ", "<b>", "う", "え"])
        let rows = confusion.classRows
        #expect(rows.map(\.name) == ["あ", "<b>", "う"])
        #expect(rows.map { [$0.count, $0.hits, $0.answers] } == [[3, 2, 3], [2, 1, 3], [1, 0, 0]])
        #expect(rows[2].mistakenFor?.0 == "<b>" && rows[2].precision.isNaN)
        #expect(confusion.svg().contains("&lt;b&gt;"))
        #expect(abs(BalancedAccuracy(confusion).value - (2.0 / 3 + 0.5 + 0) / 3) < 1e-15)
        let scratch = try ScratchFolder()
        for name in ["m.svg", "m.csv", "m.npz"] { try confusion.save(to: scratch.file(name), normalized: true) }
        #expect(throws: TrainingError.self) { try confusion.save(to: scratch.file("m.gif")) }
    }
}
