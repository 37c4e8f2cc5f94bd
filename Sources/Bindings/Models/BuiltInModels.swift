import NeuralNetworks
import Recognition
import ScriptRuntime
import Training

/// The models that scripts find in the registry.
extension Engine {
    typealias BuiltInModel = (name: String, doc: String, parameters: String, make: (Call) throws -> any Model)

    /// By the original's class names, which give the registry's in snake case.
    var builtInModels: [BuiltInModel] {
        [
            (
                "CNN", "Convolutions with pooling between them; gives features, and is the feature_extractor of other models.",
                "kernel_size=((3, 3), (3, 3), (3, 3), (3, 3)), num_filters=(64, 96, 128, 160), padding='same', "
                    + "pool_size=((2, 2), (2, 2), (2, 2), (2, 2)), pool_stride=(2, 2, 2, 2), pool_every_n=1, pooling_fn='max', "
                    + "activation_fn='relu'",
                { [unowned self] in FeatureModel(try network(of: $0)) }
            ),
            (
                "SingleCharBaseline", "Convolutions and two dense layers of 200; one logit for each class.",
                "num_classes, *, feature_extractor=None",
                { [unowned self] in try SingleCharacterBaseline(classes: $0.int(0), network: extractor($0[1])) }
            ),
            (
                "SequenceBaseline",
                "Convolutions, LSTM over the image's height in both directions; logits of num_classes and CTC's blank, which is last.",
                "num_classes, lstm_layers=2, lstm_units=100, feature_extractor=None",
                { [unowned self] in
                    try SequenceBaseline(classes: $0.int(0), layers: $0.int(1), units: $0.int(2), network: extractor($0[3]))
                }
            ),
            (
                "SingleCharStrong",
                "Learns more from few pages than the baseline: even contrast, dropout, on request batch normalization.",
                "num_classes, filters=(64, 96, 128, 160), depth=1, batch_norm=False, units=256, dropout=0.4, conv_dropout=0.1",
                { [unowned self] in
                    try SingleCharacterStrong(
                        classes: $0.int(0), units: $0.int(4), dropout: $0.double(5),
                        network: strongNetwork($0, dropout: $0[6], lastStride: 2))
                }
            ),
            (
                "SequenceStrong", "Learns more from few pages than the baseline; finer steps (an eighth of the height), dropout.",
                "num_classes, filters=(64, 96, 128, 160), depth=1, batch_norm=False, lstm_layers=1, lstm_units=128, dropout=0.3, "
                    + "conv_dropout=0.1",
                { [unowned self] in
                    try SequenceStrong(
                        classes: $0.int(0), layers: $0.int(4), units: $0.int(5), dropout: $0.double(6),
                        network: strongNetwork($0, dropout: $0[7], lastStride: 1))
                }
            ),
        ]
    }

    /// From the arguments `(num_classes, filters, depth, batch_norm, ...)`.
    private func strongNetwork(_ call: Call, dropout: Value, lastStride: Int) throws -> StrongNetwork {
        var settings = StrongNetwork.Settings()
        settings.filters = try integers(call[1], "filters")
        settings.depth = try call.int(2)
        settings.isNormalized = try call.truth(3)
        settings.dropout = try interpreter.double(dropout)
        settings.lastStride = lastStride
        return try StrongNetwork(settings)
    }

    private func extractor(_ value: Value) throws -> ConvolutionalNetwork? {
        if value.isNone { return nil }
        guard case .host(let box) = interpreter.plain(value), let model = (box.object as? ModelObject)?.model as? FeatureModel
        else {
            throw Raised(
                .typeError, "feature_extractor must be None or a CNN, not \(interpreter.typeName(of: value))",
                hint: "Write feature_extractor=dm.models.CNN(...), or registry.model(\"cnn\")(...).")
        }
        return model.network
    }

    /// From the arguments of `CNN`.
    private func network(of call: Call) throws -> ConvolutionalNetwork {
        var settings = ConvolutionalNetwork.Settings()
        settings.kernelSizes = try extents(call[0], "kernel_size")
        settings.filters = try integers(call[1], "num_filters")
        settings.padding = try choice(Padding(rawValue: call.string(2)), call, 2, "padding", ["same", "valid"])
        settings.poolSizes = try extents(call[3], "pool_size")
        settings.poolStrides = try integers(call[4], "pool_stride")
        settings.poolEvery = try call.optionalInt(5)
        settings.pooling = try choice(
            ConvolutionalNetwork.Pooling(rawValue: call.string(6)), call, 6, "pooling_fn",
            ConvolutionalNetwork.Pooling.allCases.map(\.rawValue))
        settings.activation = try Activation(named: call.string(7))
        return try ConvolutionalNetwork(settings)
    }

    private func choice<Choice>(_ found: Choice?, _ call: Call, _ index: Int, _ name: String, _ known: [String]) throws -> Choice {
        guard let found else {
            throw Raised(
                .valueError, "\(name) must not be \(try interpreter.repr(call[index]).string)",
                hint: "Known: \(known.joined(separator: ", ")).")
        }
        return found
    }

    /// One size or a pair `(height, width)` for each layer.
    private func extents(_ value: Value, _ name: String) throws -> [NeuralNetworks.Extent] {
        try interpreter.items(of: value).map { item in
            if case .int(let side) = item { return NeuralNetworks.Extent(side) }
            let sides = try integers(item, name)
            guard sides.count == 2 else { throw Raised.value("\(name) must hold sizes or pairs (height, width)") }
            return NeuralNetworks.Extent(sides[0], sides[1])
        }
    }
}
