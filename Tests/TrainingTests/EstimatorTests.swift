import Formats
import Foundation
import NeuralNetworks
import Tensors
import Testing
import Training

@Suite struct EstimatorTests {
    /// Everything that a run says.
    private final class Recorder {
        var events: [ProgressEvent] = []
        var evaluations: [Evaluation] {
            events.compactMap { if case .evaluated(let evaluation) = $0 { evaluation } else { nil } }
        }
        var steps: [StepProgress] { events.compactMap { if case .step(let step) = $0 { step } else { nil } } }
        var notices: [String] { events.compactMap { if case .notice(let text) = $0 { text } else { nil } } }
        var warnings: [String] { events.compactMap { if case .warning(let text) = $0 { text } else { nil } } }
    }

    private func record(_ estimator: Estimator) -> Recorder {
        let recorder = Recorder()
        estimator.progress = { recorder.events.append($0) }
        return recorder
    }

    @Test func evaluatesEveryEpochAndAtTheEnd() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path)
        let recorder = record(estimator)
        let outcome = try estimator.trainAndEvaluate(toySpec(14), [toyEvaluation()])
        #expect(outcome.status == .finished)
        #expect(outcome.step == 14)
        // 50 points in batches of 16: four steps an epoch.
        #expect(recorder.evaluations.map(\.step) == [4, 8, 12, 14])
        #expect(recorder.evaluations.allSatisfy { $0.examples == 31 && $0.confusion?.accuracy.count == 31 })
        #expect(recorder.evaluations.last?.texts["ids"]?.count == 31)
        #expect(recorder.steps.map(\.step) == Array(1...14))
        #expect(recorder.steps.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4])
        #expect(recorder.steps[0].epochs == 4)
        #expect(recorder.notices.contains("evaluates after every epoch and at the end"))
        #expect(outcome.metrics["accuracy"] == recorder.evaluations.last?.metrics["accuracy"])
        let loss = try #require(outcome.metrics["loss"])
        #expect(loss == outcome.metrics["data_loss"].flatMap { data in outcome.metrics["penalty"].map { data + $0 } })
        #expect(RunFolder(path: scratch.path).steps.last == 14)
    }

    @Test func learnsThePoints() throws {
        let estimator = try toyEstimator(nil)
        let outcome = try estimator.trainAndEvaluate(toySpec(400), [toyEvaluation(.steps(400))])
        #expect(try #require(outcome.metrics["accuracy"]) > 0.9)
        let predictions = try estimator.predict { FixedBatches([try ToyPoints.batch([0, 1, 2])], repeats: false) }
        #expect(predictions.map { $0.predictions["classes0"]?.count } == [3])
    }

    @Test(arguments: [("sgd", 0.0), ("sgd", 0.9), ("adam", 0.0), ("adagrad", 0.0), ("rmsprop", 0.5)])
    func resumedRunHasTheSameBits(optimizer: String, momentum: Double) throws {
        let changes: [(String, Setting)] = [
            ("optimizer", .text(optimizer)), ("momentum", .number(momentum)), ("gradient_clipping", .number(0.05)),
            ("lr_decay_steps", .integer(5)), ("lr_decay_rate", .number(0.5)),
        ]
        let straight = try toyEstimator(nil, changes)
        _ = try straight.train(toySpec(23))
        let scratch = try ScratchFolder()
        // Interrupted in the middle of an epoch, twice; each time a new process, as it were.
        for stop in [6, 13] {
            let part = try toyEstimator(scratch.path, changes)
            var steps = 0
            part.progress = { if case .step(let progress) = $0 { steps = progress.step } }
            part.isInterrupted = { steps == stop }
            let outcome = try part.trainAndEvaluate(toySpec(23), [toyEvaluation()])
            #expect(outcome.status == .interrupted)
            #expect(outcome.step == stop)
            #expect(outcome.checkpoint?.hasSuffix("model.ckpt-\(stop)") == true)
        }
        let rest = try toyEstimator(scratch.path, changes)
        let recorder = record(rest)
        #expect(try rest.trainAndEvaluate(toySpec(23), [toyEvaluation()]).status == .finished)
        #expect(recorder.steps.first?.step == 14)
        #expect(bits(rest) == bits(straight))
        #expect(recorder.warnings == [])
    }

    @Test(arguments: [2, 3, 40])
    func towersGiveTheSameBits(towers: Int) throws {
        let one = try toyEstimator(nil)
        let several = try toyEstimator(nil, towers: towers)
        _ = try one.trainAndEvaluate(toySpec(12), [toyEvaluation()])
        let outcome = try several.trainAndEvaluate(toySpec(12), [toyEvaluation()])
        #expect(bits(one) == bits(several))
        #expect(outcome.evaluation?.confusion?.accuracy.count == 31)
    }

    @Test func reachedStepsAreNotTrainedButEvaluated() throws {
        let scratch = try ScratchFolder()
        _ = try toyEstimator(scratch.path).train(toySpec(5))
        let again = try toyEstimator(scratch.path)
        let recorder = record(again)
        let outcome = try again.trainAndEvaluate(toySpec(5), [toyEvaluation()])
        #expect(outcome.status == .alreadyFinished)
        #expect(recorder.steps.isEmpty)
        #expect(recorder.evaluations.map(\.step) == [5])
        #expect(recorder.notices == ["step 5 of 5 is reached already: nothing is trained"])
        #expect(try again.trainAndEvaluate(toySpec(7), [toyEvaluation()]).step == 7)
    }

    @Test func newestAndBestAreKept() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path, config: [("keep_checkpoint_max", .integer(2))])
        let recorder = record(estimator)
        let outcome = try estimator.trainAndEvaluate(toySpec(40), [toyEvaluation()])
        let accuracies = recorder.evaluations.map { $0.metrics["accuracy"] ?? 0 }
        let best = try #require(accuracies.indices.first { accuracies[$0] == accuracies.max() })
        let expected = Set([36, 40, recorder.evaluations[best].step])
        #expect(Set(RunFolder(path: scratch.path).steps) == expected)
        #expect(outcome.bestCheckpoint?.hasSuffix("model.ckpt-\(recorder.evaluations[best].step)") == true)
    }

    @Test func notFiniteLossStopsWithStepAndTensor() throws {
        let scratch = try ScratchFolder()
        let task = ToyTask()
        // One call makes the variables, then one for each step.
        task.spoiltCall = 8
        let estimator = try toyEstimator(scratch.path, task: task)
        #expect(throws: TrainingError.notFinite(step: 7, tensor: "the loss")) {
            try estimator.trainAndEvaluate(toySpec(20), [toyEvaluation()])
        }
        // The last whole step is kept.
        #expect(RunFolder(path: scratch.path).steps == [0, 4, 6])

        let spoilt = try TrainSpec(
            input: {
                var batch = try ToyPoints.batch([0, 1])
                batch.features["points"] = try Tensor.full([2, 4], .infinity)
                return FixedBatches([batch], repeats: true)
            }, maxSteps: 3)
        #expect(throws: TrainingError.notFinite(step: 1, tensor: "feature 'points'")) { try toyEstimator(nil).train(spoilt) }
    }

    @Test func anotherModelsCheckpointIsRefused() throws {
        let scratch = try ScratchFolder()
        _ = try toyEstimator(scratch.path).train(toySpec(2))
        let error = #expect(throws: TrainingError.self) {
            try toyEstimator(scratch.path, model: ToyModel(units: 9)).train(toySpec(4))
        }
        #expect(
            error?.errorDescription
                == "the checkpoint '\(scratch.path)/model.ckpt-2' is of another model: toy/hidden/kernel is [4, 8] there and [4, 9] in the model, "
                + "toy/hidden/bias is [8] there and [9] in the model, toy/logits/kernel is [8, 3] there and [9, 3] in the model")
        let renamed = #expect(throws: TrainingError.self) {
            try toyEstimator(scratch.path, model: ToyModel(name: "other")).train(toySpec(4))
        }
        #expect(renamed?.errorDescription?.contains("it lacks other/hidden/kernel") == true)
    }

    @Test func twoRunsInOneFolderAreRefused() throws {
        let scratch = try ScratchFolder()
        let first = try toyEstimator(scratch.path)
        var second: TrainingError?
        first.isInterrupted = {
            if second == nil { second = #expect(throws: TrainingError.self) { try toyEstimator(scratch.path).train(toySpec(3)) } }
            return false
        }
        _ = try first.train(toySpec(3))
        #expect(second == .folderInUse(path: scratch.path, process: Int(getpid())))
        #expect(try toyEstimator(scratch.path).train(toySpec(4)).step == 4)
    }

    @Test func damagedNewestCheckpointFallsBackToTheSameBits() throws {
        let straight = try toyEstimator(nil)
        _ = try straight.train(toySpec(12))
        let scratch = try ScratchFolder()
        _ = try toyEstimator(scratch.path).trainAndEvaluate(toySpec(8), [toyEvaluation()])
        try Data([0]).write(to: URL(fileURLWithPath: scratch.file("model.ckpt-8/weights.safetensors")))
        let rest = try toyEstimator(scratch.path)
        let recorder = record(rest)
        _ = try rest.trainAndEvaluate(toySpec(12), [toyEvaluation()])
        #expect(recorder.warnings.count == 1)
        #expect(recorder.warnings.first?.contains("model.ckpt-8' is damaged") == true)
        #expect(recorder.steps.first?.step == 5)
        #expect(bits(rest) == bits(straight))
    }

    @Test func warmStartTakesWhatMatches() throws {
        let scratch = try ScratchFolder()
        let teacher = try toyEstimator(scratch.file("a"))
        _ = try teacher.train(toySpec(6))
        let student = try toyEstimator(scratch.file("b"), [("init_dir", .text(scratch.file("a")))])
        let recorder = record(student)
        student.isInterrupted = { true }
        _ = try student.train(toySpec(1))
        #expect(recorder.notices.first?.hasPrefix("4 variables start from") == true)
        let start = try Checkpoint(folder: scratch.file("b/model.ckpt-0"))
        let same = teacher.parameters.allSatisfy {
            start.parameters[$0.name]?.elements(as: Float.self) == $0.value.elements(as: Float.self)
        }
        #expect(same)
        #expect(throws: TrainingError.noCheckpoint(folder: scratch.file("none"))) {
            try toyEstimator(scratch.file("c"), [("init_dir", .text(scratch.file("none")))]).train(toySpec(1))
        }
    }

    @Test func changedHyperparametersAreSaid() throws {
        let scratch = try ScratchFolder()
        _ = try toyEstimator(scratch.path).train(toySpec(2))
        let again = try toyEstimator(scratch.path, [("learning_rate", .number(0.5))])
        let recorder = record(again)
        _ = try again.train(toySpec(3))
        #expect(recorder.warnings == ["hyper-parameters changed since the checkpoint: learning_rate was 0.01, is 0.5"])
    }

    @Test func momentumCanBeTakenAway() throws {
        let scratch = try ScratchFolder()
        _ = try toyEstimator(scratch.path, [("optimizer", .text("sgd")), ("momentum", .number(0.9))]).train(toySpec(2))
        let again = try toyEstimator(scratch.path, [("optimizer", .text("sgd"))])
        let recorder = record(again)
        #expect(try again.train(toySpec(3)).step == 3)
        #expect(recorder.warnings.first?.contains("momentum was 0.9, is 0.0; what the optimizer remembered does not fit") == true)
    }

    @Test func eventFilesHoldTheRun() throws {
        let scratch = try ScratchFolder()
        _ = try toyEstimator(scratch.path).trainAndEvaluate(
            toySpec(12), [toyEvaluation(), toyEvaluation(.steps(100), name: "other")])
        func scalars(_ folder: String) throws -> [String: [Int]] {
            var tags: [String: [Int]] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasPrefix("events.") {
                for record in try EventFileReader.records(in: folder + "/" + name) {
                    guard case .summaries(let summaries) = record.content else { continue }
                    for summary in summaries {
                        if case .scalar(let value) = summary.content {
                            #expect(value.isFinite)
                            tags[summary.tag, default: []].append(record.step)
                        }
                    }
                }
            }
            return tags
        }
        let train = try scalars(scratch.path)
        for tag in ["loss", "data_loss", "penalty", "learning_rate", "global_step/sec"] { #expect(train[tag] == [5, 10]) }
        let evaluation = try scalars(scratch.file("eval"))
        #expect(evaluation["accuracy"] == [4, 8, 12])
        #expect(evaluation["accuracy/interval/low"] == [4, 8, 12])
        #expect(evaluation["loss"] == [4, 8, 12])
        #expect(try scalars(scratch.file("eval_other"))["accuracy"] == [12])
        let counts = try NumpyArchive.read(path: scratch.file("eval/confusion.npz"))["confusion"]
        #expect(counts?.shape == [3, 3])
        #expect(try counts?.values(as: Int64.self).reduce(0, +) == 31)
        let rows = try String(contentsOfFile: scratch.file("eval/confusion.csv"), encoding: .utf8).components(separatedBy: "\r\n")
        #expect(rows[0] == "true \\ answered,0,1,2")
        #expect(rows.count == 5)
    }

    @Test func callbacksStopTheRun() throws {
        final class Patience: TrainingCallback {
            func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? {
                evaluation.step == 8 ? "enough" : nil
            }
        }
        let estimator = try toyEstimator(nil)
        estimator.callbacks = [Patience()]
        let outcome = try estimator.trainAndEvaluate(toySpec(20), [toyEvaluation()])
        #expect(outcome.status == .stopped("enough"))
        #expect(outcome.step == 8)
    }

    @Test func callbacksHearOfEverything() throws {
        final class Listener: TrainingCallback {
            var heard: [String] = []
            func started(_ start: RunStart, _ estimator: Estimator) throws { heard.append("start \(start.step)") }
            func stepEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? {
                heard.append("step \(progress.step)")
                estimator.recorder?.scalar("mine", Double(progress.step))
                return nil
            }
            func epochEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? {
                heard.append("epoch \(progress.epoch)")
                return nil
            }
            func evaluated(_ evaluation: Evaluation, _ estimator: Estimator) throws -> StopReason? {
                heard.append("evaluation \(evaluation.step)")
                if evaluation.step == 8 { estimator.stop("enough") }
                return nil
            }
            func saved(path: String, step: Int, _ estimator: Estimator) throws { heard.append("checkpoint \(step)") }
            func ended(_ outcome: RunOutcome, _ estimator: Estimator) throws { heard.append("end \(outcome.step)") }
        }
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path)
        let listener = Listener()
        estimator.callbacks = [listener]
        let outcome = try estimator.trainAndEvaluate(toySpec(20), [toyEvaluation()])
        #expect(outcome.status == .stopped("enough"))
        #expect(
            listener.heard == [
                "start 0", "checkpoint 0", "step 1", "step 2", "step 3", "step 4", "epoch 1", "checkpoint 4", "evaluation 4",
                "step 5", "step 6",
                "step 7", "step 8", "epoch 2", "checkpoint 8", "evaluation 8", "end 8",
            ])
        #expect(estimator.losses.map(\.step) == Array(1...8))
        let file = try #require(FileManager.default.contentsOfDirectory(atPath: scratch.path).first { $0.hasPrefix("events.") })
        let own = try EventFileReader.records(in: scratch.file(file)).filter {
            if case .summaries(let summaries) = $0.content { summaries.contains { $0.tag == "mine" } } else { false }
        }
        #expect(own.map(\.step) == Array(1...8))
    }

    @Test func throwingCallbackLeavesTheLastStepAndTheSameBits() throws {
        struct Trouble: Error {}
        final class Thrower: TrainingCallback {
            func stepEnded(_ progress: StepProgress, _ estimator: Estimator) throws -> StopReason? {
                if progress.step == 6 { throw Trouble() }
                return nil
            }
        }
        let straight = try toyEstimator(nil)
        _ = try straight.train(toySpec(10))
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path)
        estimator.callbacks = [Thrower()]
        #expect(throws: Trouble.self) { try estimator.trainAndEvaluate(toySpec(10), [toyEvaluation()]) }
        #expect(RunFolder(path: scratch.path).steps == [0, 4, 6])
        let rest = try toyEstimator(scratch.path)
        _ = try rest.trainAndEvaluate(toySpec(10), [toyEvaluation()])
        #expect(bits(rest) == bits(straight))
    }

    @Test func interruptedEvaluationIsMadeLater() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path)
        // The checkpoint of the fourth step comes right before the first evaluation.
        var isSaved = false
        estimator.progress = { if case .saved(_, 4) = $0 { isSaved = true } }
        estimator.isInterrupted = { isSaved }
        #expect(try estimator.trainAndEvaluate(toySpec(6), [toyEvaluation()]).status == .interrupted)
        #expect(estimator.step == 4 && estimator.history.isEmpty)
        estimator.isInterrupted = { false }
        let recorder = record(estimator)
        _ = try estimator.trainAndEvaluate(toySpec(6), [toyEvaluation()])
        #expect(recorder.evaluations.map(\.step) == [4, 6])
    }

    /// The rate falls after more than one evaluation without improvement, and a run that goes on has the same rate.
    @Test func plateauLowersTheRateAlsoAfterARestart() throws {
        let lower = MainMetric(name: "loss", isBetterWhenHigher: false)
        let still: [(String, Setting)] = [("optimizer", .text("sgd")), ("learning_rate", .number(1e-30))]
        let scratch = try ScratchFolder()
        var rates: [Double] = []
        for steps in [13, 17] {
            let estimator = try toyEstimator(scratch.path, still)
            estimator.callbacks = [try RateReduction(metric: lower, factor: 0.5, patience: 1, lowest: 0)]
            let recorder = record(estimator)
            _ = try estimator.trainAndEvaluate(toySpec(steps), [toyEvaluation()])
            rates += recorder.steps.map(\.learningRate)
        }
        // Evaluated after 4, 8 and 12 (the loss stays), 13, 16: at 12 the second without improvement.
        #expect(rates == [Double](repeating: 1e-30, count: 12) + [Double](repeating: 5e-31, count: 4) + [2.5e-31])
    }

    @Test func frozenVariablesStay() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path, [("freeze", .text("hidden/*, toy/logits/bias"))])
        _ = try estimator.train(toySpec(3))
        let before = try Checkpoint(folder: scratch.file("model.ckpt-0")).parameters.mapValues { $0.elements(as: Float.self) }
        let after = try Checkpoint(folder: scratch.file("model.ckpt-3")).parameters.mapValues { $0.elements(as: Float.self) }
        #expect(before.keys.filter { before[$0] != after[$0] } == ["toy/logits/kernel"])
        let error = #expect(throws: TrainingError.self) {
            try toyEstimator(nil, [("freeze", .text("hiden/*"))]).train(toySpec(1))
        }
        #expect(error?.errorDescription == "there is no variable to freeze 'hiden/*'")
    }

    /// By hand: half a cosine over eight steps after a rise over two.
    @Test func schedulesFollowTheLengthOfTheRun() throws {
        let estimator = try toyEstimator(
            nil, [("lr_schedule", .text("cosine")), ("lr_warmup_steps", .integer(2)), ("learning_rate", .number(0.1))])
        let recorder = record(estimator)
        _ = try estimator.train(toySpec(10))
        let rates = recorder.steps.map(\.learningRate)
        for (step, wanted) in [(0, 0.05), (1, 0.1), (2, 0.1), (6, 0.05), (9, 0.1 * (1 + cos(7 * Double.pi / 8)) / 2)] {
            #expect(abs(rates[step] - wanted) < 1e-12)
        }
    }

    /// By hand; the measure must rise by more than the minimum change.
    @Test func patienceCountsEvaluationsWithoutImprovement() throws {
        let higher = MainMetric(name: "accuracy", isBetterWhenHigher: true)
        let lower = MainMetric(name: "loss", isBetterWhenHigher: false)
        #expect(EarlyStopping.waiting([], higher, 0) == 0)
        #expect(EarlyStopping.waiting([0.1, 0.2, 0.2, 0.15], higher, 0) == 2)
        #expect(EarlyStopping.waiting([0.1, 0.2, 0.2, 0.21], higher, 0) == 0)
        #expect(EarlyStopping.waiting([0.1, 0.2, 0.2, 0.21], higher, 0.02) == 2)
        #expect(EarlyStopping.waiting([.nan, 3, 2, .nan, 2.5], lower, 0) == 2)
        #expect(throws: TrainingError.self) { try EarlyStopping(metric: higher, patience: 0) }

        let scratch = try ScratchFolder()
        // Learning nothing, the loss never improves: two evaluations after the first the run ends, also when it is started anew in between.
        let still: [(String, Setting)] = [("optimizer", .text("sgd")), ("learning_rate", .number(1e-30))]
        for (steps, status) in [
            (8, RunOutcome.Status.finished), (400, .stopped("loss has not improved for 2 evaluations (now 1.2345)")),
        ] {
            let estimator = try toyEstimator(scratch.path, still)
            estimator.callbacks = [try EarlyStopping(metric: lower, patience: 2)]
            let outcome = try estimator.trainAndEvaluate(toySpec(steps), [toyEvaluation()])
            switch (outcome.status, status) {
            case (.finished, .finished): #expect(outcome.step == 8)
            case (.stopped(let reason), .stopped):
                #expect(reason.hasPrefix("loss has not improved for 2 evaluations"))
                #expect(outcome.step == 12)
            default: Issue.record("ended as \(outcome.status)")
            }
        }
        let table = try String(contentsOfFile: scratch.file("history.csv"), encoding: .utf8).components(separatedBy: "\r\n")
        #expect(table[0] == "step,data,accuracy,confusion,data_loss,loss,penalty")
        #expect(table.dropFirst().map { $0.prefix { $0 != "," } } == ["4", "8", "12", ""])
    }

    @Test func badInputIsNamed() throws {
        let empty = try TrainSpec(input: { FixedBatches([], repeats: true) }, maxSteps: 1)
        #expect(throws: TrainingError.emptyInput(purpose: "training")) { try toyEstimator(nil).train(empty) }
        let noEvaluation = try EvalSpec(input: { FixedBatches([], repeats: false) })
        #expect(throws: TrainingError.emptyInput(purpose: "evaluation")) {
            try toyEstimator(nil).trainAndEvaluate(toySpec(1), [noEvaluation])
        }
        let uneven = try TrainSpec(
            input: {
                var batch = try ToyPoints.batch([0, 1])
                batch.targets = .dense(try Tensor([0] as [Int32], shape: [1]))
                return FixedBatches([batch], repeats: true)
            }, maxSteps: 1)
        #expect(throws: TrainingError.badShape(what: "feature 'points'", found: [2, 4], expected: "1 examples, as the targets")) {
            try toyEstimator(nil).train(uneven)
        }
        #expect(throws: TrainingError.noModelFolder) { try toyEstimator(nil).evaluate(toyEvaluation()) }
        let scratch = try ScratchFolder()
        #expect(throws: TrainingError.noCheckpoint(folder: scratch.path)) {
            try toyEstimator(scratch.path).evaluate(toyEvaluation())
        }
    }

    @Test func evaluateReadsTheNewestCheckpoint() throws {
        let scratch = try ScratchFolder()
        let trained = try toyEstimator(scratch.path).trainAndEvaluate(toySpec(9), [toyEvaluation()])
        let evaluation = try toyEstimator(scratch.path).evaluate(toyEvaluation())
        #expect(evaluation.step == 9)
        #expect(evaluation.metrics == trained.metrics)
    }

    @Test func evaluateReadsTheCheckpointThatIsAskedFor() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path)
        let recorder = record(estimator)
        _ = try estimator.trainAndEvaluate(toySpec(12), [toyEvaluation()])
        let early = try estimator.evaluate(toyEvaluation(), checkpoint: scratch.file("model.ckpt-4"))
        #expect(early.step == 4 && early.metrics == recorder.evaluations[0].metrics)
        // What is in memory stays what it is.
        #expect(try estimator.evaluate(toyEvaluation()).step == 12)
        #expect(throws: TrainingError.self) { try estimator.evaluate(toyEvaluation(), checkpoint: scratch.file("none")) }
    }

    @Test func summaryCountsParameters() throws {
        let summary = try ModelSummary(ToyModel(), batch: ToyPoints.batch([0, 1]))
        // By hand: 4·8 + 8 and 8·3 + 3 learnt numbers; 4·8 and 8·3 multiplications for one example.
        #expect(summary.parameterCount == 67)
        #expect(summary.multiplyAdds == 56)
        #expect(
            summary.text == """
                toy
                -----------------------------------------------
                layer   output shape  parameters  multiply-adds
                -----------------------------------------------
                hidden  (n, 8)                40             32
                logits  (n, 3)                27             24
                -----------------------------------------------
                total                         67             56
                """)
    }
}
