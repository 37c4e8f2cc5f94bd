import Formats
import Foundation
import NeuralNetworks
import Randomness
import Tensors

/// A run in memory: variables, optimizer, data and counters, moved on step by step.
final class TrainingRun {
    let function: ModelFunction
    let store: ParameterStore
    let source: any BatchSource
    let seed: Int
    /// Number of the last step, where it is known: the length of some schedules.
    let maxSteps: Int?
    private(set) var step = 0
    /// False while a step changes variables.
    private(set) var isWhole = true
    /// What the schedule's learning rate is multiplied by.
    var rateScale = 1.0
    private(set) var optimizer: Optimizer
    private(set) var hyperparameters: HParams
    /// Where the next batch begins: what a checkpoint must remember.
    private(set) var position: DataPosition

    /// What the task's classes are called, by number.
    let classNames: [String]
    /// Polled within steps and evaluations, which end where it says true with nothing changed.
    var isInterrupted: () -> Bool = { false }
    private var frozen: Set<String> = []

    init(_ function: ModelFunction, _ hyperparameters: HParams, source: any BatchSource, seed: Int, maxSteps: Int? = nil) throws {
        self.function = function
        self.source = source
        (self.seed, self.maxSteps) = (seed, maxSteps)
        self.hyperparameters = hyperparameters
        try hyperparameters.schedule(maxSteps: maxSteps).validate()
        optimizer = Optimizer(try hyperparameters.rule)
        store = ParameterStore(key: Key(seed: UInt64(bitPattern: Int64(seed))).folded("variables"))
        position = source.position
        classNames = try function.task.classNames()
        try makeVariables()
        frozen = try frozenNames(hyperparameters)
    }

    /// The learning rate of the next step.
    func rate(_ hyperparameters: HParams) -> Double { hyperparameters.schedule(maxSteps: maxSteps).rate(at: step) * rateScale }

    /// What came of one step.
    struct StepReport {
        var loss: Double
        var dataLoss: Double
        var penalty: Double
        var learningRate: Double
        var examples: Int
        var results: StepResults?
        var summaries: [Summary]
    }

    /// Trains on the next batch.
    ///
    /// - Parameter recorder: where the task's hooks put summaries; they are only asked when it is active.
    /// - Returns: `nil` when the data end.
    /// - Throws: `TrainingError.notFinite` with the step and the tensor, and `Interruption`, before any variable is changed.
    func advance(_ recorder: SummaryRecorder) throws -> StepReport? {
        guard let batch = try source.next() else { return nil }
        try batch.validate()
        let pass = Pass(training: store, key: Key(seed: UInt64(bitPattern: Int64(seed))).folded("step").folded(step))
        pass.poll = poll
        if recorder.isActive, recorder.isHeavy { pass.observer = { name, result in Self.observe(name, result, recorder) } }
        let output = try forward(batch, pass)
        let towers = Towers(examples: batch.count, towers: function.towers)
        let terms = try LossTerms(
            function.task, batch: batch, output: output, towers: towers, pass: pass, hyperparameters)
        let dataLoss = try terms.data.detached.item()
        let loss = dataLoss + terms.penalty
        guard loss.isFinite else { throw TrainingError.notFinite(step: step + 1, tensor: culprit(batch, output, terms)) }
        let gradients = try pass.gradients(of: terms.differentiable).filter { !frozen.contains($0.name) }
        if let spoilt = gradients.first(where: { Self.isSpoilt($0.value) }) {
            throw TrainingError.notFinite(step: step + 1, tensor: "the gradient of '\(spoilt.name)'")
        }
        // The last moment: from here on the step is made whole.
        try poll()
        let rate = rate(hyperparameters)
        optimizer.treatment = GradientTreatment(decay: terms.decay, clipping: hyperparameters.clipping)
        isWhole = false
        try optimizer.apply(gradients, to: store, rate: rate)
        try pass.commit()
        step += 1
        position = source.position
        isWhole = true
        var report = StepReport(
            loss: loss, dataLoss: dataLoss, penalty: terms.penalty, learningRate: rate, examples: batch.count, results: nil,
            summaries: [])
        if recorder.isActive {
            report.results = try results(.train, batch, output, towers, terms, recorder)
            report.summaries = recorder.summaries
        }
        return report
    }

    /// The length of the gradient of each variable on the next batch, which stays the next one.
    func gradientLengths() throws -> [(name: String, length: Double)] {
        let start = source.position
        guard let batch = try source.next() else { throw TrainingError.emptyInput(purpose: "training") }
        try source.seek(to: start)
        let pass = Pass(training: store, key: Key(seed: UInt64(bitPattern: Int64(seed))).folded("step").folded(step))
        let output = try forward(batch, pass)
        let towers = Towers(examples: batch.count, towers: function.towers)
        let terms = try LossTerms(function.task, batch: batch, output: output, towers: towers, pass: pass, hyperparameters)
        var lengths: [String: Double] = [:]
        for (name, gradient) in try pass.gradients(of: terms.differentiable) {
            let squares: Double = gradient.elements(as: Double.self).reduce(0) { $0 + $1 * $1 }
            lengths[name] = squares.squareRoot()
        }
        return store.trainable.map { ($0.name, lengths[$0.name] ?? 0) }
    }

    /// Asks the task what it has to say about a batch.
    func results(
        _ mode: Mode, _ batch: Batch, _ output: ModelOutput, _ towers: Towers, _ terms: LossTerms?, _ recorder: SummaryRecorder
    ) throws -> StepResults {
        let loss = try terms.map { terms in try terms.data.detached + terms.penalty }
        let outcome = StepOutcome(
            mode: mode, loss: loss, exampleLosses: terms?.examples, features: try towers.features(batch.features),
            outputs: try towers.outputs(output.map(\.detached)),
            targets: mode == .predict ? [] : try towers.targets(batch.targets),
            ids: batch.ids, summaries: recorder)
        return try function.task.results(outcome)
    }

    /// The model's output for a batch, under the model's name.
    func forward(_ batch: Batch, _ pass: Pass) throws -> ModelOutput {
        try pass.scoped(function.model.name) { try function.model.forward(batch.features, pass) }
    }

    /// - Throws: `Interruption` when a person asked to stop.
    func poll() throws {
        if isInterrupted() { throw Interruption() }
    }

    /// Changes hyper-parameters between steps; the optimizer's memory stays while its rule does.
    func change(_ new: HParams) throws {
        guard new != hyperparameters else { return }
        try new.schedule(maxSteps: maxSteps).validate()
        let rule = try new.rule
        if new.freeze != hyperparameters.freeze { frozen = try frozenNames(new) }
        if rule != optimizer.rule {
            let (state, steps) = (optimizer.state, optimizer.step)
            optimizer = Optimizer(rule)
            if new.optimizer == hyperparameters.optimizer { try optimizer.restore(state, step: steps) }
        }
        hyperparameters = new
    }

    // MARK: - Checkpoints

    func checkpoint() -> Checkpoint {
        var state = RunState()
        (state.step, state.position, state.seed) = (step, position, seed)
        state.model = function.model.name
        state.classes = classNames
        for (name, value) in hyperparameters.values { state.hyperparameters[name] = value.description }
        state.optimizerStep = optimizer.step
        let parameters = store.parameters
        state.variables = parameters.filter(\.isTrainable).map(\.name)
        state.untrained = parameters.filter { !$0.isTrainable }.map(\.name)
        return Checkpoint(
            state: state, parameters: Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) }),
            slots: Dictionary(uniqueKeysWithValues: optimizer.state.map { ($0.name, $0.value) }))
    }

    /// Goes on from a checkpoint, to the bit.
    ///
    /// - Parameter data: whether the data go on as well; not when they are only to be looked at.
    /// - Returns: names of hyper-parameters whose values changed since, with both values.
    /// - Throws: `TrainingError.checkpointMismatch` when it was made by another model.
    func restore(_ checkpoint: Checkpoint, path: String, data: Bool = true) throws -> [String] {
        try load(checkpoint.parameters, path: path)
        var changed: [String] = []
        for (name, value) in hyperparameters.values {
            let old = checkpoint.state.hyperparameters[name]
            if let old, old != value.description { changed.append("\(name) was \(old), is \(value)") }
        }
        let saved = checkpoint.state.hyperparameters["optimizer"]
        if saved == nil || saved == Setting.text(hyperparameters.optimizer).description {
            do {
                try optimizer.restore(
                    checkpoint.slots.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, step: checkpoint.state.optimizerStep)
            } catch NeuralNetworkError.unknownState {
                // Another momentum makes another rule, which remembers other things.
                optimizer = Optimizer(try hyperparameters.rule)
                changed.append("what the optimizer remembered does not fit and is left out")
            }
        }
        step = checkpoint.state.step
        if data {
            try source.seek(to: checkpoint.state.position)
            position = source.position
        }
        return changed
    }

    /// Takes variables whose names and shapes must be exactly those of the model.
    func load(_ saved: [String: Tensor], path: String) throws {
        let own = store.parameters
        let names = Set(own.map(\.name))
        let different = own.compactMap { variable -> TrainingError.ShapeDifference? in
            guard let tensor = saved[variable.name], tensor.shape != variable.value.shape else { return nil }
            return .init(name: variable.name, saved: tensor.shape, wanted: variable.value.shape)
        }
        let missing = own.map(\.name).filter { saved[$0] == nil }
        let unexpected = saved.keys.filter { !names.contains($0) }.sorted()
        guard missing.isEmpty, unexpected.isEmpty, different.isEmpty else {
            throw TrainingError.checkpointMismatch(path: path, missing: missing, unexpected: unexpected, different: different)
        }
        for (name, tensor) in saved.sorted(by: { $0.key < $1.key }) { try store.assign(tensor, to: name) }
    }

    // MARK: - Implementation

    /// Runs the model once over the first batch, so that all variables exist before the first checkpoint.
    private func makeVariables() throws {
        let start = source.position
        guard let batch = try source.next(), batch.count > 0 else { throw TrainingError.emptyInput(purpose: "training") }
        try batch.validate()
        try source.seek(to: start)
        let pass = Pass(store: store, isTraining: true, key: Key(seed: 0))
        let output = try forward(batch, pass)
        _ = try LossTerms(
            function.task, batch: batch, output: output, towers: Towers(examples: batch.count, towers: function.towers),
            pass: pass,
            hyperparameters)
    }

    /// The variables that `freeze` names: by their whole names or by those within the model.
    ///
    /// - Throws: `TrainingError.unknownName` for a pattern that fits none.
    private func frozenNames(_ hyperparameters: HParams) throws -> Set<String> {
        let own = function.model.name + "/"
        var names: Set<String> = []
        for pattern in (hyperparameters.freeze ?? "").split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            let known = store.trainable.map(\.name)
            let found = known.filter { name in
                let short = name.hasPrefix(own) ? String(name.dropFirst(own.count)) : name
                return [name, short].contains { pattern.hasSuffix("*") ? $0.hasPrefix(pattern.dropLast()) : $0 == pattern }
            }
            guard !found.isEmpty else { throw TrainingError.unknownName(kind: "variable to freeze", name: pattern, known: known) }
            names.formUnion(found)
        }
        return names
    }

    /// Which tensor spoils the loss: the first one on the way that is not finite.
    private func culprit(_ batch: Batch, _ output: ModelOutput, _ terms: LossTerms) -> String {
        for (name, tensor) in batch.features.sorted(by: { $0.key < $1.key }) where Self.isSpoilt(tensor) {
            return "feature '\(name)'"
        }
        for variable in store.parameters where Self.isSpoilt(variable.value) { return "variable '\(variable.name)'" }
        for part in output.parts where Self.isSpoilt(part.tensor) { return part.name }
        return terms.penalty.isFinite ? "the loss" : "the penalty"
    }

    /// Whether an element is infinite or no number.
    private static func isSpoilt(_ tensor: Tensor) -> Bool {
        guard tensor.dtype.isFloating else { return false }
        // A finite sum of squares, which is fast, settles it; a sum that is not may only be too great.
        if tensor.dtype == .float32, Reduction.sumOfSquares(tensor.float32, tensor.count).isFinite { return false }
        return tensor.elements(as: Float.self).contains { !$0.isFinite }
    }

    private static func observe(_ name: String, _ result: Tensor, _ recorder: SummaryRecorder) {
        let values: [Float] = result.elements(as: Float.self)
        guard !values.isEmpty else { return }
        recorder.scalar("\(name)/sparsity", Double(values.count { $0 == 0 }) / Double(values.count))
        // An activation that is not finite shows in the loss, which stops the run with its name.
        try? recorder.histogram("\(name)/activations", result)
    }
}
