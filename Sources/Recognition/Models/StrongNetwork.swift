public import NeuralNetworks
public import Tensors
public import Training

/// The eyes of the stronger models: images brought to one contrast, then stages of convolutions that each end in a pooling; He's start,
/// batch normalization and dropout where they are asked for.
public struct StrongNetwork: Sendable {
    public struct Settings: Sendable, Equatable {
        /// Filters of the convolutions of each stage.
        public var filters = [64, 96, 128, 160]
        /// Convolutions in each stage.
        public var depth = 1
        public var isNormalized = false
        /// Share of the features that training leaves out after the last two stages.
        public var dropout = 0.1
        /// How much smaller the last pooling makes the height: 2, or 1 for finer steps in reading.
        public var lastStride = 2

        public init() {}
    }

    public let settings: Settings
    private let convolutions: [[Conv2D]]
    private let norms: [[BatchNormalization]]
    private let pools: [MaxPool2D]
    private let dropout: Dropout

    /// - Throws: `RecognitionError.badArgument`, `NeuralNetworkError` for sizes below 1.
    public init(_ settings: Settings = Settings()) throws {
        func refuse(_ argument: String, _ value: Any, _ rule: String) -> RecognitionError {
            .badArgument(owner: "the network", argument: argument, value: "\(value)", rule: rule)
        }
        guard !settings.filters.isEmpty else { throw refuse("filters", "empty", "one number for each stage") }
        guard settings.depth >= 1 else { throw refuse("depth", settings.depth, "1 or more") }
        guard (1...2).contains(settings.lastStride) else { throw refuse("last_stride", settings.lastStride, "1 or 2") }
        self.settings = settings
        let stages = settings.filters.indices
        pools = try stages.map { stage in
            try MaxPool2D(stage == settings.filters.count - 1 ? Extent(settings.lastStride, 2) : Extent(2), name: "pool\(stage)")
        }
        let pools = pools
        convolutions = try stages.map { stage in
            try (0..<settings.depth).map { layer in
                // What normalization does not stand between is computed in one pass.
                let isLast = layer == settings.depth - 1
                return try Conv2D(
                    filters: settings.filters[stage], activation: settings.isNormalized ? .linear : .relu,
                    pool: isLast && !settings.isNormalized ? pools[stage] : nil, usesBias: !settings.isNormalized,
                    kernelInitializer: .heUniform, name: "conv\(stage * settings.depth + layer)")
            }
        }
        norms = try stages.map { stage in
            try (0..<settings.depth).map {
                try BatchNormalization(momentum: 0.9, name: "conv\(stage * settings.depth + $0)/norm")
            }
        }
        dropout = try Dropout(rate: settings.dropout, name: "dropout")
    }

    public var name: String {
        "Strong_"
            + settings.filters.map { "c3x3.\($0)" + (settings.depth > 1 ? "x\(settings.depth)" : "") }.joined(separator: "-")
            + (settings.isNormalized ? "-bn" : "")
    }

    /// Images `[n, h, w, 1]` to features `[n, h', w', filters]`.
    ///
    /// - Parameter rows: how many rows of each image count for its contrast; all without it.
    public func callAsFunction(_ images: Tensor, rows: Tensor?, _ pass: Pass) throws -> Tensor {
        var x = try images.evenContrast(rows: rows)
        for stage in convolutions.indices {
            for (layer, convolution) in convolutions[stage].enumerated() {
                x = try convolution(x, pass)
                if settings.isNormalized { x = try norms[stage][layer](x, pass).relu() }
            }
            if settings.isNormalized { x = try pools[stage](x, pass) }
            if stage >= convolutions.count - 2 { x = try dropout(x, pass) }
        }
        return x
    }

    /// Rows of the features of an image with `height` rows.
    public func outputHeight(of height: Int) -> Int {
        pools.reduce(height) { rows, pool in rows < pool.size.height ? 0 : rows / pool.stride.height }
    }
}

extension Tensor {
    /// Images `[n, h, w, c]` with the mean 0 and about the deviation 1, each by itself; of images with little contrast the noise is not
    /// made large. Images are no variables: no slope goes through.
    ///
    /// - Parameter rows: how many rows of each image, from the top, give its mean and deviation.
    func evenContrast(rows: Tensor?) throws -> Tensor {
        guard rank == 4, shape[0] > 0 else { return self }
        let size = count / shape[0]
        let row = shape[2] * shape[3]
        let own = rows?.integers ?? []
        var values: [Float] = elements()
        for n in 0..<shape[0] {
            let used = own.indices.contains(n) ? max(1, min(shape[1], own[n])) * row : size
            guard used > 0, size > 0 else { continue }
            var (sum, squares) = (0.0, 0.0)
            for i in n * size..<n * size + used {
                sum += Double(values[i])
                squares += Double(values[i] * values[i])
            }
            let mean = sum / Double(used)
            let deviation = max(0, squares / Double(used) - mean * mean).squareRoot()
            let (middle, factor) = (Float(mean), Float(1 / (deviation + 0.1)))
            for i in n * size..<(n + 1) * size { values[i] = (values[i] - middle) * factor }
        }
        return try Tensor(values, shape: shape)
    }
}

/// A single-character model that learns more from few pages: see `StrongNetwork`; then dropout and one dense layer.
public final class SingleCharacterStrong: Model {
    public let network: StrongNetwork
    public let classes: Int
    private let dropout: Dropout
    private let dense: Dense
    private let logits: Dense

    /// - Parameter dropout: share of the inputs of the dense layers that training leaves out.
    public init(classes: Int, units: Int = 256, dropout: Double = 0.4, network: StrongNetwork) throws {
        guard classes >= 1 else {
            throw RecognitionError.badArgument(
                owner: "SingleCharStrong", argument: "num_classes", value: "\(classes)", rule: "1 or more")
        }
        (self.classes, self.network) = (classes, network)
        self.dropout = try Dropout(rate: dropout, name: "dropout")
        dense = try Dense(units: units, activation: .relu, kernelInitializer: .heUniform, name: "dense")
        logits = try Dense(units: classes, name: "logits")
    }

    public var name: String { network.name }

    /// `[n, classes]`.
    public func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        let seen = try network(try image(in: features), rows: features[rowsFeature], pass).flattened(from: 1)
        let thought = try dense(try dropout(seen, pass), pass)
        return .tensor(try logits(try dropout(thought, pass), pass))
    }

    public func initializePretrained(from folder: String) throws -> [(theirs: String, ours: String)] {
        try convolutionMapping(from: folder, to: name)
    }
}

/// A sequence model that learns more from few pages: see `StrongNetwork`; then LSTM in both directions, with dropout around it.
public final class SequenceStrong: SequenceModel {
    public let network: StrongNetwork
    public let classes: Int
    private let layers: [LongShortTermMemory]
    private let dropout: Dropout
    private let logits: Dense

    public init(classes: Int, layers: Int = 1, units: Int = 128, dropout: Double = 0.3, network: StrongNetwork) throws {
        for (argument, value) in [("num_classes", classes), ("lstm_layers", layers)] where value < 1 {
            throw RecognitionError.badArgument(owner: "SequenceStrong", argument: argument, value: "\(value)", rule: "1 or more")
        }
        (self.classes, self.network) = (classes, network)
        self.layers = try (0..<layers).map { try LongShortTermMemory(units: units, isBidirectional: true, name: "BLSTM_\($0)") }
        self.dropout = try Dropout(rate: dropout, name: "dropout")
        logits = try Dense(units: classes + 1, name: "logits")
    }

    public var name: String { network.name + "_seq" }

    public func timeSteps(forRows rows: Int) -> Int { network.outputHeight(of: rows) }

    /// As `SequenceBaseline`.
    public func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        let seen = try network(try image(in: features), rows: features[rowsFeature], pass)
        let (steps, lengths) = try columns(of: seen, features, self)
        var x = steps
        for layer in layers { x = try layer(try dropout(x, pass), lengths: lengths, pass) }
        return .named(["logits": try logits(try dropout(x, pass), pass), "seq_len": lengths])
    }

    public func initializePretrained(from folder: String) throws -> [(theirs: String, ours: String)] {
        try convolutionMapping(from: folder, to: name)
    }
}
