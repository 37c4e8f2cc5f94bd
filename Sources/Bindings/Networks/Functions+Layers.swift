import NeuralNetworks
import ScriptRuntime
import Tensors

extension TensorFunction {
    /// A layer: its parameters are those of the running pass, under `name`.
    private static func layer(
        _ declaration: String, _ doc: String, _ body: @escaping (TensorCall, Pass) throws -> Tensor
    ) -> TensorFunction {
        TensorFunction(declaration, doc) { call in try call.engine.withPass { try body(call, $0) } }
    }

    /// `carpedm.nn`: what has parameters or acts differently in training.
    static var layers: [TensorFunction] {
        [
            layer(
                "variable(name, shape, initializer='glorot_uniform', trainable=True)",
                "The parameter of that name in the current scope, made when it is not there yet. initializer may be a tensor."
            ) { call, pass in
                let (name, shape, trainable) = (try call.call.string(0), try call.shape(1), try call.flag(3))
                if let start = call.engine.asTensor(call[2]) {
                    guard start.shape == shape else {
                        throw TensorError.shapeMismatch(operation: "variable", left: shape, right: start.shape, axis: nil)
                    }
                    let full = pass.path(name)
                    if pass.store[full] == nil {
                        try pass.store.insert(full, start.converted(to: pass.dtype), isTrainable: trainable)
                    }
                }
                let initializer = call.engine.asTensor(call[2]) == nil ? try call.initializer(2) : .zeros
                return try pass.parameter(name, shape, initializer, isTrainable: trainable)
            },
            layer(
                "dense(x, units, activation=None, use_bias=True, kernel_initializer='glorot_uniform', name=None)",
                "Weighted sums of the last axis: [..., in] gives [..., units]. Parameters kernel and bias."
            ) { call, pass in
                let activation = try call.activation(2)
                let dense = try Dense(
                    units: call.int(1), activation: activation.inner, usesBias: call.flag(3),
                    kernelInitializer: call.initializer(4),
                    name: call.layerName(5, pass))
                return try call.applied(activation, to: dense(call.tensor(), pass))
            },
            layer(
                "conv2d(x, filters, kernel=3, stride=1, padding='same', activation=None, use_bias=True, pool=None, "
                    + "kernel_initializer='glorot_uniform', name=None)",
                "Filters slid over images [n, h, w, c]. Sizes are ints or (height, width). pool is the window of a max pooling that "
                    + "follows; with 'relu' and pool=2 it is computed in the same step. Parameters kernel and bias.", convolution),
            layer(
                "max_pool(x, size=2, stride=None, padding='valid', name=None)",
                "The greatest element of every window of images [n, h, w, c]."
            ) {
                call, pass in
                let stride = call.has(2) ? try call.extent(2, "stride") : nil
                return try MaxPool2D(
                    call.extent(1, "size"), stride: stride, padding: call.padding(3), name: call.layerName(4, pass))(
                        call.tensor(), pass)
            },
            layer(
                "avg_pool(x, size=2, stride=None, padding='valid', name=None)", "The mean of every window of images [n, h, w, c]."
            ) { call, pass in
                let stride = call.has(2) ? try call.extent(2, "stride") : nil
                return try AveragePool2D(
                    call.extent(1, "size"), stride: stride, padding: call.padding(3), name: call.layerName(4, pass))(
                        call.tensor(), pass)
            },
            layer(
                "batch_norm(x, is_training=None, momentum=0.99, epsilon=0.001, name=None)",
                "Every channel (last axis) brought to mean 0 and deviation 1 over the batch; outside of training by moving averages. "
                    + "is_training is the pass's own if left out."
            ) { call, pass in
                let norm = try BatchNormalization(
                    momentum: call.call.double(2), epsilon: call.call.double(3), name: call.layerName(4, pass))
                return try pass.acting(asTraining: call.optionalFlag(1)) { try norm(call.tensor(), pass) }
            },
            layer(
                "layer_norm(x, epsilon=1e-05, name=None)",
                "The last axis brought to mean 0 and deviation 1, then scaled and moved."
            ) { call, pass in
                try LayerNormalization(epsilon: call.call.double(1), name: call.layerName(2, pass))(call.tensor(), pass)
            },
            layer(
                "dropout(x, rate=0.5, is_training=None, name=None)",
                "In training every element is 0 with probability rate and the others are scaled up; else unchanged. "
                    + "is_training is the pass's own if left out."
            ) { call, pass in
                let dropout = try Dropout(rate: call.call.double(1), name: call.layerName(3, pass))
                return try pass.acting(asTraining: call.optionalFlag(2)) { try dropout(call.tensor(), pass) }
            },
            layer(
                "embedding(x, count, size, name=None)",
                "A learnt row for every number below count: [...] gives [..., size]. Parameter table."
            ) { call, pass in
                try Embedding(count: call.int(1), size: call.int(2), name: call.layerName(3, pass))(call.places(0), pass)
            },
            layer("flatten(x)", "All axes but the first in one: [n, h, w, c] gives [n, h*w*c].") { call, _ in
                try call.tensor().flattened(from: 1)
            },
            recurrent("lstm", "Long short-term memory over [n, t, c], forward in time.") { units, name, bias in
                let cell = try LongShortTermMemory(units: units, forgetBias: bias, name: name)
                return { try cell($0, lengths: $1, $2) }
            },
            recurrent("bi_lstm", "Long short-term memory over [n, t, c] in both directions; gives [n, t, 2*units].") {
                units, name, bias in
                let cell = try LongShortTermMemory(units: units, isBidirectional: true, forgetBias: bias, name: name)
                return { try cell($0, lengths: $1, $2) }
            },
            recurrent("gru", "A gated recurrent unit over [n, t, c], forward in time.") { units, name, _ in
                let cell = try GatedRecurrentUnit(units: units, name: name)
                return { try cell($0, lengths: $1, $2) }
            },
            recurrent("bi_gru", "A gated recurrent unit over [n, t, c] in both directions; gives [n, t, 2*units].") {
                units, name, _ in
                let cell = try GatedRecurrentUnit(units: units, isBidirectional: true, name: name)
                return { try cell($0, lengths: $1, $2) }
            },
        ]
    }

    private static func convolution(_ call: TensorCall, _ pass: Pass) throws -> Tensor {
        let activation = try call.activation(5)
        let pool = call.has(7) ? try MaxPool2D(call.extent(7, "pool")) : nil
        let convolution = try Conv2D(
            filters: call.int(1), kernel: call.extent(2, "kernel"), stride: call.extent(3, "stride"), padding: call.padding(4),
            activation: activation.inner, pool: activation.isFunction ? nil : pool, usesBias: call.flag(6),
            kernelInitializer: call.initializer(8), name: call.layerName(9, pass))
        let result = try call.applied(activation, to: convolution(call.tensor(), pass))
        guard activation.isFunction, let pool else { return result }
        return try pool(result, pass)
    }

    private typealias Cell = (Tensor, Tensor?, Pass) throws -> Tensor

    private static func recurrent(
        _ name: String, _ doc: String, _ make: @escaping (_ units: Int, _ name: String, _ forgetBias: Double) throws -> Cell
    ) -> TensorFunction {
        let isGated = name.hasSuffix("gru")
        let declaration = "\(name)(x, units, lengths=None, layers=1, \(isGated ? "" : "forget_bias=1.0, ")name=None)"
        let rest =
            " lengths are the true lengths [n]: what lies beyond them is not read, and gives 0. layers are put on top of each other."
        return layer(declaration, doc + rest) { call, pass in
            let (units, count) = (try call.int(1), try call.int(3))
            guard (1...1000).contains(count) else {
                throw NeuralNetworkError.badSetting(layer: name, setting: "layers", value: String(count), rule: "a number from 1 to 1000")
            }
            let base = try call.layerName(isGated ? 4 : 5, pass)
            let (lengths, bias) = (try call.lengths(2), isGated ? 0 : try call.call.double(4))
            var x = try call.tensor()
            for layer in 0..<count { x = try make(units, count == 1 ? base : "\(base)_\(layer)", bias)(x, lengths, pass) }
            return x
        }
    }
}
