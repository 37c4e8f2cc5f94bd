public import NeuralNetworks
public import Tensors
public import Training

/// Convolutions with pooling between them: the eyes of the baseline models, and a model of its own (`cnn`).
public struct ConvolutionalNetwork: Sendable {
    /// What happens in a pooling window.
    public enum Pooling: String, Sendable, CaseIterable {
        case max, average
    }

    /// The arguments of the original's class, with its defaults.
    public struct Settings: Sendable, Equatable {
        public var kernelSizes = [Extent](repeating: Extent(3), count: 4)
        public var filters = [64, 96, 128, 160]
        public var padding = Padding.same
        public var poolSizes = [Extent](repeating: Extent(2), count: 4)
        public var poolStrides = [2, 2, 2, 2]
        /// A pooling after so many convolutions; nil for none at all.
        public var poolEvery: Int? = 1
        public var pooling = Pooling.max
        public var activation = Activation.relu

        public init() {}

        /// The pooling that follows convolution `layer`, as an index of `poolSizes`.
        func pool(after layer: Int) -> Int? {
            guard let poolEvery, (layer + 1) % poolEvery == 0 else { return nil }
            return (layer + 1) / poolEvery - 1
        }
    }

    public let settings: Settings
    private let convolutions: [Conv2D]
    private let averages: [AveragePool2D?]

    /// - Throws: `RecognitionError.badArgument` when the lists do not fit together, `NeuralNetworkError` for sizes below 1.
    public init(_ settings: Settings = Settings()) throws {
        try Self.check(settings)
        self.settings = settings
        var convolutions: [Conv2D] = []
        var averages: [AveragePool2D?] = []
        for layer in settings.filters.indices {
            let place = settings.pool(after: layer)
            let maximum = try place.flatMap {
                settings.pooling == .max ? try MaxPool2D(settings.poolSizes[$0], stride: Extent(settings.poolStrides[$0])) : nil
            }
            averages.append(
                try place.flatMap {
                    guard settings.pooling == .average else { return nil }
                    return try AveragePool2D(settings.poolSizes[$0], stride: Extent(settings.poolStrides[$0]), name: "pool\($0)")
                })
            convolutions.append(
                try Conv2D(
                    filters: settings.filters[layer], kernel: settings.kernelSizes[layer], padding: settings.padding,
                    activation: settings.activation, pool: maximum, name: "conv\(layer)"))
        }
        (self.convolutions, self.averages) = (convolutions, averages)
    }

    /// Says what it is made of: `CNN_c3x3.64-p2x2.2-...` is a 3x3 convolution with 64 filters, then a 2x2 pooling in steps of 2.
    public var name: String {
        var parts: [String] = []
        for layer in settings.filters.indices {
            let kernel = settings.kernelSizes[layer]
            parts.append("c\(kernel.height)x\(kernel.width).\(settings.filters[layer])")
            if let place = settings.pool(after: layer) {
                let size = settings.poolSizes[place]
                parts.append("p\(size.height)x\(size.width).\(settings.poolStrides[place])")
            }
        }
        return "CNN_" + parts.joined(separator: "-")
    }

    /// Images `[n, h, w, c]` to features `[n, h', w', filters]`.
    public func callAsFunction(_ images: Tensor, _ pass: Pass) throws -> Tensor {
        var x = images
        for (convolution, average) in zip(convolutions, averages) {
            x = try convolution(x, pass)
            if let average { x = try average(x, pass) }
        }
        return x
    }

    /// Rows of the features of an image with `height` rows.
    ///
    /// - Returns: at least 1 for at least 1 row where all windows fit.
    public func outputHeight(of height: Int) -> Int {
        var rows = height
        for layer in settings.filters.indices {
            if settings.padding == .valid { rows -= settings.kernelSizes[layer].height - 1 }
            if let place = settings.pool(after: layer) {
                rows = (rows - settings.poolSizes[place].height) / settings.poolStrides[place] + 1
            }
        }
        return max(0, rows)
    }

    private static func check(_ settings: Settings) throws {
        func refuse(_ argument: String, _ value: String, _ rule: String) -> RecognitionError {
            .badArgument(owner: "CNN", argument: argument, value: value, rule: rule)
        }
        guard !settings.filters.isEmpty else { throw refuse("num_filters", "empty", "one number for each convolution") }
        guard settings.kernelSizes.count == settings.filters.count else {
            throw refuse(
                "kernel_size", "\(settings.kernelSizes.count) sizes", "as many as num_filters, \(settings.filters.count)")
        }
        guard settings.poolSizes.count == settings.poolStrides.count else {
            throw refuse(
                "pool_stride", "\(settings.poolStrides.count) strides", "as many as pool_size, \(settings.poolSizes.count)")
        }
        if let stride = settings.poolStrides.first(where: { $0 < 1 }) { throw refuse("pool_stride", "\(stride)", "1 or more") }
        guard let every = settings.poolEvery else { return }
        guard every >= 1 else { throw refuse("pool_every_n", "\(every)", "None or 1 or more") }
        let pools = settings.filters.count / every
        guard pools == settings.poolSizes.count else {
            throw refuse(
                "pool_size", "\(settings.poolSizes.count) sizes",
                "\(pools) of them: one after every \(every) of \(settings.filters.count) convolutions")
        }
    }
}

/// The network alone, as a model whose output is its features.
public final class FeatureModel: Model {
    public let network: ConvolutionalNetwork

    public init(_ network: ConvolutionalNetwork) { self.network = network }

    public var name: String { network.name }

    public func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        .tensor(try network(try image(in: features), pass))
    }
}

/// The feature that every model here reads.
let imageFeature = "image/data"
/// `[n]`: how many rows of each frame, from the top, a sequence may be read from.
let rowsFeature = "image/rows"

/// The images of a batch, `[n, h, w, c]`.
///
/// - Throws: `RecognitionError.wrongOutput` when the batch has none.
func image(in features: [String: Tensor]) throws -> Tensor {
    guard let images = features[imageFeature] else {
        throw RecognitionError.wrongOutput(task: "the model", needed: "the feature '\(imageFeature)', images [n, h, w, c]")
    }
    return images
}
