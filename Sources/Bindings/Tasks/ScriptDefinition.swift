import Corpus
import NeuralNetworks
import Recognition
import ScriptRuntime
import Tensors
import Training

/// A definition whose members may be written in a script: whatever the script's class does not say, the built-in one says.
final class ScriptDefinition: TaskDefinition {
    private weak var instance: InstanceObject?
    private let builtIn: any TaskDefinition
    private unowned let engine: Engine

    init(_ instance: InstanceObject, over builtIn: any TaskDefinition, _ engine: Engine) {
        (self.instance, self.builtIn, self.engine) = (instance, builtIn, engine)
    }

    private var interpreter: Interpreter { engine.interpreter }

    var typeName: String { instance?.type.name ?? builtIn.typeName }

    // MARK: Members

    /// The value of an attribute or property that the script's class defines itself.
    private func own(_ name: Symbol) throws -> Value? {
        guard let instance, interpreter.overriding(instance, name) != nil else { return nil }
        return try interpreter.attribute(.instance(instance), name)
    }

    func repertoire() throws -> Repertoire {
        guard let value = try own("character_set") else { return try builtIn.repertoire() }
        return try engine.repertoire(value, "character_set")
    }

    func imageScope() throws -> ImageScope {
        try text("image_scope").map { try ImageScope(named: $0) } ?? builtIn.imageScope()
    }

    func sequenceLength() throws -> Int? { try optionalInt("sequence_length", builtIn.sequenceLength) }
    func maximumSequenceLength() throws -> Int? { try optionalInt("max_sequence_length", builtIn.maximumSequenceLength) }

    func reserved() throws -> [String] {
        try own("reserved").map { try interpreter.stringList($0, name: "reserved") } ?? builtIn.reserved()
    }

    func classCount(_ task: OCRTask) throws -> Int {
        try optionalInt("num_classes") { try builtIn.classCount(task) } ?? builtIn.classCount(task)
    }

    func target() throws -> String { try text("target") ?? builtIn.target() }

    func sparseLabels() throws -> Bool {
        try own("sparse_labels").map { try interpreter.truth($0) } ?? builtIn.sparseLabels()
    }

    func choose(_ recipe: inout StorageRecipe) throws {
        try builtIn.choose(&recipe)
        func flag(_ name: Symbol, _ change: (Bool) -> Void) throws {
            if let value = try own(name) { change(try interpreter.truth(value)) }
        }
        try flag("character") { recipe.hasCharacters = $0 }
        try flag("label") { recipe.hasLabels = $0 }
        try flag("line") { recipe.hasLines = $0 }
        try flag("chunk") { recipe.isChunked = $0 }
        if let value = try own("bbox") {
            if case .str(let unit) = value {
                recipe.boxes = try StorageRecipe.BoxUnit(named: unit.string)
            } else {
                recipe.boxes = try interpreter.truth(value) ? .ratio : nil
            }
        }
    }

    private func text(_ name: Symbol) throws -> String? {
        guard let value = try own(name) else { return nil }
        guard case .str(let text) = interpreter.plain(value) else {
            throw Raised.type("\(typeName).\(name.name) must be a string, not \(interpreter.typeName(of: value))")
        }
        return text.string
    }

    private func optionalInt(_ name: Symbol, _ otherwise: () throws -> Int?) throws -> Int? {
        guard let value = try own(name) else { return try otherwise() }
        return value.isNone ? nil : try interpreter.index(value)
    }

    // MARK: Hooks

    func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool, _ task: OCRTask) throws -> Tensor {
        guard let instance, let method = interpreter.overriding(instance, "loss_fn") else {
            return try builtIn.loss(features: features, output: output, targets: targets, isTraining: isTraining, task)
        }
        return try engine.hook("\(typeName).loss_fn") {
            let answer = try interpreter.callMethod(
                method, .instance(instance), engine.featuresValue(features), engine.outputValue(output), try engine.targetsValue(targets),
                .bool(isTraining))
            return try engine.tensor(answer, "what \(typeName).loss_fn returns")
        }
    }

    func regularization(_ hyperparameters: HParams, _ pass: Pass) throws -> Regularization {
        guard let instance, let method = interpreter.overriding(instance, "regularization") else {
            return try builtIn.regularization(hyperparameters, pass)
        }
        return try engine.hook("\(typeName).regularization") {
            let answer = try engine.running(pass) {
                try interpreter.callMethod(method, .instance(instance), interpreter.value(of: SettingsObject(hyperparameters)))
            }
            if answer.isNone { return .none }
            if case .int(0) = answer { return .none }
            if case .host(let box) = answer, let chosen = box.object as? RegularizationObject { return chosen.regularization }
            return .penalty(try engine.tensor(answer, "what \(typeName).regularization returns"))
        }
    }

    func results(_ outcome: StepOutcome, _ task: OCRTask) throws -> StepResults {
        guard let instance, let method = interpreter.overriding(instance, "results") else {
            return try builtIn.results(outcome, task)
        }
        return try engine.hook("\(typeName).results") {
            let before = engine.outcome
            engine.outcome = outcome
            defer { engine.outcome = before }
            let answer = try engine.running(nil, outcome.summaries) {
                try interpreter.callMethod(
                    method, .instance(instance), outcome.loss.map { engine.tensorValue($0) } ?? .none,
                    .list(outcome.features.map(engine.featuresValue)), .list(outcome.outputs.map(engine.outputValue)),
                    .list(try outcome.targets.map(engine.targetsValue)), .bool(outcome.isTraining))
            }
            return try engine.stepResults(answer, "\(typeName).results")
        }
    }

    var mainMetric: MainMetric {
        // A metric of the script decides when it says which; a property cannot fail here, so anything unusable means the default.
        guard let value = try? own("main_metric"), case .str(let name) = value else { return builtIn.mainMetric }
        let lowerIsBetter = ["loss", "ler", "ser", "cer", "error"].contains { name.string.contains($0) }
        return MainMetric(name: name.string, isBetterWhenHigher: !lowerIsBetter)
    }
}
