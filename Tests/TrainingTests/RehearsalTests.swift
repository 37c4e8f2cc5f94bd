import Foundation
import NeuralNetworks
import Tensors
import Testing
import Training

@Suite struct RehearsalTests {
    @Test func searchRaisesTheRateUntilTheLossGrows() throws {
        let estimator = try toyEstimator(nil, [("optimizer", .text("sgd"))])
        let search = try estimator.findRate(toySpec(nil).input, from: 1e-3, to: 1e4, steps: 60)
        #expect(search.rates.first == 1e-3)
        #expect(zip(search.rates, search.rates.dropFirst()).allSatisfy { abs($1 / $0 - pow(1e7, 1.0 / 59)) < 1e-9 })
        // With rates of thousands the loss must grow: the search ends before.
        #expect(search.rates.count < 60)
        let suggestion = try #require(search.suggestion)
        #expect(suggestion > 1e-3 && suggestion < 100)
        // Nothing of it is kept.
        #expect(estimator.parameters.isEmpty && estimator.hyperparameters.learningRate == 0.01)
        #expect(throws: TrainingError.self) { try estimator.findRate(toySpec(nil).input, from: 1, to: 0.1) }
        #expect(throws: TrainingError.self) { try estimator.findRate(toySpec(nil).input, steps: 1) }
    }

    @Test func rehearsalWritesNothingAndFindsDeadVariables() throws {
        let scratch = try ScratchFolder()
        let task = ToyTask()
        task.names = ["a", "b", "c"]
        let estimator = try toyEstimator(scratch.file("run"), task: task)
        let rehearsal = try estimator.rehearse(toySpec(10), [toyEvaluation()])
        #expect(rehearsal.losses.count == 2 && rehearsal.evaluations.first?.examples == 20)
        #expect(rehearsal.evenLoss == log(3))
        #expect(rehearsal.problems == [])
        #expect(
            rehearsal.gradients.map(\.name) == ["toy/hidden/kernel", "toy/hidden/bias", "toy/logits/kernel", "toy/logits/bias"])
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))

        final class DeadModel: Model {
            let name = "dead"
            func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
                guard let points = features["points"] else { throw CancellationError() }
                _ = try Dense(units: 2, name: "unused")(points, pass)
                return .tensor(try Dense(units: 3, name: "logits")(points, pass))
            }
        }
        let dead = Estimator(
            try ModelFunction(task: ToyTask(), model: DeadModel()), config: RunConfig(), hyperparameters: try HParams([]))
        #expect(
            try dead.rehearse(toySpec(10), []).problems.first == "no gradient reaches 'dead/unused/kernel': it will not learn")
    }

    @Test func oneBatchIsLearntByHeart() throws {
        let good = try toyEstimator(nil, [("learning_rate", .number(0.05))]).overfit(toySpec(nil).input, steps: 200)
        #expect(good.problems == [] && good.losses.count == 200)
        let bad = try toyEstimator(nil, [("learning_rate", .number(1e-9))]).overfit(toySpec(nil).input, steps: 5)
        #expect(bad.problems.first?.contains("not below a tenth") == true)
    }

    /// A run that starts from one with other classes takes over the columns of those it knows by name.
    @Test func outputLayerIsCarriedOverByTheNamesOfClasses() throws {
        let scratch = try ScratchFolder()
        let (first, second) = (ToyTask(), ToyTask())
        (first.names, second.names) = (["a", "b", "c"], ["c", "x", "a"])
        _ = try toyEstimator(scratch.file("a"), task: first).train(toySpec(6))
        let student = try toyEstimator(scratch.file("b"), task: second, [("init_dir", .text(scratch.file("a")))])
        var notices: [String] = []
        student.progress = { if case .notice(let text) = $0 { notices.append(text) } }
        _ = try student.train(toySpec(1))
        #expect(notices.contains("the output layer starts with 2 of 3 classes, those that both runs know by name"))
        let fresh = try toyEstimator(scratch.file("c"), task: second)
        _ = try fresh.train(toySpec(1))
        func bias(_ run: String, _ step: Int, _ name: String) throws -> [Float] {
            try Checkpoint(folder: scratch.file("\(run)/model.ckpt-\(step)")).parameters["toy/\(name)"]?.elements(as: Float.self)
                ?? []
        }
        let (learnt, start) = (try bias("a", 6, "logits/bias"), try bias("b", 0, "logits/bias"))
        #expect(start == [learnt[2], 0, learnt[0]])
        let (theirs, ours) = (try bias("a", 6, "logits/kernel"), try bias("b", 0, "logits/kernel"))
        let own = try bias("c", 0, "logits/kernel")
        for row in 0..<8 {
            #expect(Array(ours[(row * 3)..<(row * 3 + 3)]) == [theirs[row * 3 + 2], own[row * 3 + 1], theirs[row * 3]])
        }
        #expect(try bias("b", 0, "hidden/kernel") == bias("a", 6, "hidden/kernel"))
    }

    @Test(arguments: [
        ("2 epochs", EvalSpec.Schedule.epochs(2)), ("epoch", .epochs(1)), ("500 steps", .steps(500)),
        ("10 minutes", .elapsed(600)),
        ("0.5 hours", .elapsed(1800)), ("30 Seconds", .elapsed(30)),
    ])
    func schedulesAreReadFromText(text: String, schedule: EvalSpec.Schedule) throws {
        #expect(try EvalSpec.schedule(text) == schedule)
    }

    @Test(arguments: ["", "often", "0 steps", "1.5 epochs", "-1 minutes", "3", "2 epochs or so", "1e400 seconds", "nan steps"])
    func otherTextsAreRefused(text: String) {
        #expect(throws: TrainingError.self) { try EvalSpec.schedule(text) }
    }

    @Test func timedEvaluationsComeByTheClock() throws {
        let estimator = try toyEstimator(nil)
        var now = 0.0
        estimator.clock = { now }
        var steps: [Int] = []
        estimator.progress = { event in
            if case .step = event { now += 10 }
            if case .evaluated(let evaluation) = event { steps.append(evaluation.step) }
        }
        _ = try estimator.trainAndEvaluate(toySpec(8), [toyEvaluation(.elapsed(30))])
        #expect(steps == [3, 6, 8])
    }
}
