import NeuralNetworks
import ScriptRuntime
import Tensors

/// `carpedm.nn`: layers, losses and decoders.
extension Engine {
    func networkModules() -> [NativeModule] {
        let functions = (TensorFunction.layers + TensorFunction.losses).map { $0.native(self) } + variableFunctions
        let ngram = defineNGram()
        return [
            NativeModule(
                "carpedm.nn",
                doc:
                    "Layers, losses and decoders. Layers find their parameters by name in the model that runs; outside of one they have "
                    + "parameters to try things out with. Give layers names: then they are the same from call to call.",
                functions: functions, members: { _ in [("NGram", .type(ngram))] }),
            NativeModule(
                "carpedm.nn.conv", doc: "Convolutional networks.",
                members: { [unowned self] _ in modelTypes.filter { $0.name == "CNN" }.map { ($0.name, .type($0)) } }),
            NativeModule("carpedm.nn.rnn", doc: "Recurrent networks.", functions: [stackedFunction]),
            initializerModule,
        ]
    }

    private var variableFunctions: [Native] {
        [
            Native(
                "variables()", "The parameters that this pass has used and that training changes, in the order they were made."
            ) {
                [unowned self] _ in try withPass { .list($0.variables.map { tensorValue($0.value) }) }
            },
            Native("named_variables()", "The same as a dict by name.") { [unowned self] _ in
                try withPass { interpreter.dict($0.variables.map { ($0.name, tensorValue($0.value)) }) }
            },
            Native("scope(name)", "with nn.scope('encoder'): the names of parameters made inside begin with 'encoder/'.") {
                [unowned self] call in
                interpreter.value(of: ScopeObject(try call.string(0), self))
            },
        ]
    }

    /// The original's stack of bidirectional layers, with its names.
    private var stackedFunction: Native {
        Native(
            "bi_lstm(x, num_layers, num_units, lengths=None)",
            "Bidirectional LSTM layers BLSTM_0, BLSTM_1, ... over [n, t, c]; gives [n, t, 2*num_units]."
        ) {
            [unowned self] call in
            let arguments = TensorCall(call: call, engine: self, name: "bi_lstm")
            let (layers, units, lengths) = (try call.int(1), try call.int(2), try arguments.lengths(3))
            guard (0...1000).contains(layers) else {
                throw NeuralNetworkError.badSetting(
                    layer: "bi_lstm", setting: "num_layers", value: String(layers), rule: "a number from 0 to 1000")
            }
            var x = try arguments.tensor()
            try withPass { pass in
                for layer in 0..<layers {
                    x = try LongShortTermMemory(units: units, isBidirectional: true, name: "BLSTM_\(layer)")(
                        x, lengths: lengths, pass)
                }
            }
            return try result(x)
        }.namingMistakes
    }

    private var initializerModule: NativeModule {
        func make(_ declaration: String, _ doc: String, _ body: @escaping (Call) throws -> Initializer) -> Native {
            Native(declaration, doc) { call in call.interpreter.value(of: InitializerObject(try body(call))) }.namingMistakes
        }
        return NativeModule(
            "carpedm.nn.initializers",
            doc:
                "How parameters begin. Those without numbers can also be given by name: \(Initializer.names.joined(separator: ", ")).",
            functions: Initializer.names.filter { $0 != "orthogonal" }.map { name in
                make("\(name)()", "The initializer '\(name)'.") { _ in try Initializer(named: name) }
            }
                + [
                    make("orthogonal(gain=1.0)", "Rows or columns at right angles, gain long.") {
                        .orthogonal(gain: try $0.double(0))
                    },
                    make("constant(value)", "Every element value.") { .constant(try $0.double(0)) },
                    make("uniform(low=-0.05, high=0.05)", "Evenly from low to high.") {
                        .uniform(from: try $0.double(0), to: try $0.double(1))
                    },
                    make("normal(mean=0.0, stddev=0.05)", "From the normal distribution.") {
                        .normal(mean: try $0.double(0), deviation: try $0.double(1))
                    },
                    make("truncated_normal(mean=0.0, stddev=0.05)", "The same, cut off at two deviations.") {
                        .truncatedNormal(mean: try $0.double(0), deviation: try $0.double(1))
                    },
                ])
    }

    private func defineNGram() -> TypeObject {
        let doc = "How likely class numbers follow each other, learnt from sequences of them; for ctc_beam_search."
        return interpreter.define(
            NativeType(
                "NGram", doc: doc, module: "carpedm.nn",
                constructor: Native("NGram(order, classes, sequences, smoothing=0.1)", doc) { [unowned self] call in
                    let sequences = try TensorCall(call: call, engine: self, name: "NGram").sequences(2)
                    return interpreter.value(
                        of: NGramObject(
                            try NGram(order: call.int(0), classes: call.int(1), smoothing: call.double(3), from: sequences)))
                },
                methods: [
                    Native(
                        "log_probability(self, label, earlier)",
                        "The natural logarithm of the probability of label after the list earlier."
                    ) { call in
                        let earlier = try call.interpreter.items(of: call[2]).map { try call.interpreter.index($0) }
                        return .float(
                            try call.host(0, as: NGramObject.self).model.logProbability(of: try call.int(1), after: earlier[...]))
                    }
                ], isInheritable: false))
    }
}

/// `with nn.scope(name):`
final class ScopeObject: HostContext {
    private let name: String
    private unowned let engine: Engine
    private var pass: Pass?

    init(_ name: String, _ engine: Engine) { (self.name, self.engine) = (name, engine) }

    var scriptTypeName: String { "Scope" }
    var scriptSummary: String { "<scope '\(name)'>" }

    func enter(_ interpreter: Interpreter) throws -> Value {
        guard pass == nil else {
            throw Raised(.runtimeError, "this scope is entered already", hint: "Make another with nn.scope('\(name)').")
        }
        try engine.withPass {
            $0.enter(name)
            pass = $0
        }
        return .str(name)
    }

    func exit(_ exception: Value, _ interpreter: Interpreter) throws -> Bool {
        pass?.leave()
        pass = nil
        return false
    }
}
