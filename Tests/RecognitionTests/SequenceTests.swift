import Corpus
import Foundation
import Imaging
import NeuralNetworks
import Randomness
import Recognition
import Tensors
import Testing
import Training

@Suite struct SequenceTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")

    /// A task on the bundled sample.
    private func task(_ definition: any TaskDefinition, height: Imaging.Extent = .free, width: Int = 64) throws -> OCRTask {
        var settings = TaskSettings(dataFolder: try SampleData.folder(), taskFolder: folder.path)
        settings.inputShape = try Shape(height: height, width: .pixels(width))
        return OCRTask(definition, settings)
    }

    /// Counts as the split of CPython's reference script gives them for the sample.
    @Test func threeKanaAreCutAsTheOriginalDoes() throws {
        let task = try task(SequenceReading.threeKana())
        #expect(try [.train, .dev, .test].map { try task.corpus()[$0].count } == [668, 81, 61])
        #expect(try task.corpus()[.train].allSatisfy { $0.glyphs.count == 3 })
        #expect(try task.jobFolder("seq3", model: "m").hasSuffix("/results/seq3/None_64/m"))
    }

    @Test func otherTasksReadRunsAndLines() throws {
        let runs = try task(SequenceReading.kana(minimum: 1, maximum: 4, beamWidth: 5)).corpus()[.train]
        #expect(Set(runs.map(\.glyphs.count)) == [1, 2, 3, 4])
        let lines = try task(SequenceReading.line(repertoire: "all", beamWidth: 5)).corpus()[.train]
        #expect(lines.map(\.glyphs.count).max() ?? 0 > 10)
        #expect(throws: RecognitionError.self) { try SequenceReading.threeKana(beamWidth: 0) }
    }

    /// A small network learns one batch of runs by heart, and begins to read whole columns: what it reads is then near the truth.
    @Test(arguments: [(false, 250, 0.25), (true, 150, 0.9)]) func runsAndLinesAreLearnt(lines: Bool, steps: Int, bound: Double) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = try task(
            lines ? SequenceReading.line(repertoire: "kana", beamWidth: 5) : .kana(minimum: 1, maximum: 3, beamWidth: 5), width: 16)
        let batch = try #require(try task.input(batchSize: lines ? 2 : 4, subset: .train)().next())
        var settings = StrongNetwork.Settings()
        (settings.filters, settings.dropout, settings.lastStride) = ([8, 16], 0, 1)
        let model = try SequenceStrong(classes: task.classCount(), units: 24, dropout: 0, network: StrongNetwork(settings))
        let hyperparameters = try HParams([
            ("optimizer", .text("adam")), ("learning_rate", .number(0.01)), ("gradient_clip_norm", .number(5)), ("seed", .integer(1)),
        ])
        let estimator = Estimator(try task.modelFunction(model), config: RunConfig(), hyperparameters: hyperparameters)
        _ = try estimator.train(TrainSpec(input: { FixedBatches([batch], repeats: true) }, maxSteps: steps))
        let evaluation = try estimator.evaluate(EvalSpec(input: { FixedBatches([batch], repeats: false) }))
        let errors = try #require(evaluation.metrics["ler"])
        #expect(errors < bound, "\(zip(evaluation.texts["gt"] ?? [], evaluation.texts["decoded"] ?? []).map { $0 })")
    }

    /// A batch is 16 rows higher than its highest image, and each image knows its own rows.
    @Test func batchesAreAsHighAsTheirImages() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = try task(SequenceReading.threeKana())
        let source = try task.input(batchSize: 20, subset: .dev)()
        var heights: Set<Int> = []
        while let batch = try source.next() {
            let rows = try #require(batch.features["image/rows"]).integers
            let images = try #require(batch.features["image/data"])
            #expect(images.shape == [batch.count, (rows.max() ?? 0) + 16, 64, 1])
            heights.insert(images.shape[1])
            let model = try SequenceBaseline(classes: task.classCount())
            let pass = Pass(inference: ParameterStore(key: Key(seed: 1)))
            guard case .named(let output) = try model.forward(batch.features, pass) else { Issue.record("no names"); return }
            #expect(output["seq_len"]?.integers == rows.map { $0 / 16 })
            #expect(output["logits"]?.shape == [batch.count, images.shape[1] / 16, try task.classCount() + 1])
        }
        #expect(heights.count > 1)
    }

    /// What is read in an image does not depend on the images beside it in the batch.
    @Test func readingsDoNotDependOnTheBatch() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = try task(SequenceReading.threeKana())
        let model = try SequenceBaseline(classes: task.classCount())
        let store = ParameterStore(key: Key(seed: 1))
        func logits(batchSize: Int) throws -> [[Float]] {
            let source = try task.input(batchSize: batchSize, subset: .test)()
            var all: [[Float]] = []
            while let batch = try source.next(), all.count < 12 {
                guard case .named(let output) = try model.forward(batch.features, Pass(inference: store)) else { break }
                let (logits, lengths) = (try #require(output["logits"]), try #require(output["seq_len"]).integers)
                let values: [Float] = logits.elements()
                let size = logits.shape[1] * logits.shape[2]
                for n in 0..<batch.count { all.append(Array(values[n * size..<n * size + lengths[n] * logits.shape[2]])) }
            }
            return Array(all.prefix(12))
        }
        for (one, many) in zip(try logits(batchSize: 1), try logits(batchSize: 12)) {
            #expect(one.count == many.count)
            // Sums in another order: float32, and logits of about 0.1.
            #expect(zip(one, many).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    /// Decoded and true text, and error rates counted over the corpus, in the order of the batch whatever the towers.
    @Test func resultsGiveTextAndRates() throws {
        let task = try task(SequenceReading.threeKana())
        let vocabulary = try task.corpus().vocabulary
        let truth = [[2, 3, 4], [5, 5, 6]]
        // Ten steps with a clear class each; the blank is last.
        let paths = [[2, 2, 99, 3, 4, 4, 99, 99, 99, 99], [5, 99, 5, 99, 7, 7, 99, 99, 99, 99]]
        let classes = vocabulary.count + 1
        func output(_ path: [Int]) throws -> ModelOutput {
            let hot = path.flatMap { label in (0..<classes).map { $0 == min(label, classes - 1) ? Float(30) : 0 } }
            return .named([
                "logits": try Tensor(hot, shape: [1, path.count, classes]),
                "seq_len": try Tensor([Int32(path.count)], shape: [1]),
            ])
        }
        let outcome = StepOutcome(
            mode: .evaluate, loss: nil, exampleLosses: nil, features: [[:], [:]], outputs: try paths.map(output),
            targets: truth.map { .sequences([$0]) }, ids: ["a", "b"], summaries: SummaryRecorder(isActive: false))
        let results = try task.results(outcome)
        func text(_ labels: [Int]) -> String { labels.map { vocabulary.typesAsCharacters[$0] }.joined() }
        #expect(results.texts["gt"] == truth.map(text))
        #expect(results.texts["decoded"] == [text([2, 3, 4]), text([5, 5, 7])])
        #expect(results.metrics["ler"] as? ErrorRate == ErrorRate(errors: 1, labels: 6))
        #expect(results.metrics["ser"] as? Proportion == Proportion(hits: 1, count: 2))
        #expect(results.predictions["classes"]?.integers == [2, 3, 4, 5, 5, 7])
        #expect(task.mainMetric == MainMetric(name: "ler", isBetterWhenHigher: false))
    }

    /// Four steps hold three labels only where neighbours differ at all or once.
    @Test func labelsThatCannotFitAreNamedBeforeTraining() throws {
        let model = try SequenceBaseline(classes: 72)
        let error = #expect(throws: RecognitionError.self) {
            try task(SequenceReading.threeKana(), height: .pixels(48)).modelFunction(model)
        }
        guard case .labelsDoNotFit(let found) = error else { Issue.record("\(String(describing: error))"); return }
        #expect(found.labels == 3 && found.repeats == 1 && found.rows == 48 && found.steps == 3)
        #expect(found.height == 64 && found.width == 64)
        #expect(error?.errorDescription?.contains(found.example) == true)
        #expect(error?.recoverySuggestion?.contains("shape_in=(64, 64)") == true)
        _ = try task(SequenceReading.threeKana(), height: .pixels(64)).modelFunction(model)
        _ = try task(SequenceReading.threeKana()).modelFunction(model)
    }

    /// The sequence model starts from the convolutions of a single-character run, whatever that model is called.
    @Test func convolutionsComeFromASingleCharacterRun() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func save(_ model: String) throws {
            var state = RunState()
            (state.model, state.variables) = (model, ["\(model)/conv0/bias"])
            try RunFolder(path: folder.path).save(
                Checkpoint(state: state, parameters: ["\(model)/conv0/bias": .zeros([64])], slots: [:]))
        }
        let model = try SequenceBaseline(classes: 5)
        #expect(throws: TrainingError.self) { try model.initializePretrained(from: folder.path) }
        try save("Baseline_x")
        #expect(try model.initializePretrained(from: folder.path).map(\.theirs) == ["Baseline_x/conv"])
        #expect(try model.initializePretrained(from: folder.path).map(\.ours) == ["\(model.name)/conv"])
        try save(model.name)
        #expect(try model.initializePretrained(from: folder.path).map(\.ours) == ["\(model.name)/"])
    }

    /// The original's numbers of parameters for 70 classes at 64 columns.
    @Test func sequenceBaselineIsTheOriginals() throws {
        let model = try SequenceBaseline(classes: 70)
        #expect(model.name == "Baseline_seq_CNN_c3x3.64-p2x2.2-c3x3.96-p2x2.2-c3x3.128-p2x2.2-c3x3.160-p2x2.2")
        let batch = Batch(features: ["image/data": try .zeros([1, 192, 64, 1])], targets: .unknown(count: 1))
        let summary = try ModelSummary(model, batch: batch)
        #expect(summary.layers.filter { $0.kind == "bilstm" }.map(\.parameterCount) == [592_800, 240_800])
        #expect(summary.layers.last?.outputShape == [1, 12, 71])
    }
}
