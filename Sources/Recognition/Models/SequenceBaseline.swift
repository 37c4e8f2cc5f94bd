public import NeuralNetworks
public import Tensors
public import Training

/// A model that reads a strip of characters from top to bottom: a number of time steps for a number of image rows.
public protocol SequenceModel: Model {
    /// Time steps for images with `rows` rows.
    func timeSteps(forRows rows: Int) -> Int
}

/// The original's model for sequences: convolutions, LSTM over the image's height in both directions, one logit for each class and a
/// last one for CTC's blank.
public final class SequenceBaseline: SequenceModel {
    public let network: ConvolutionalNetwork
    public let classes: Int
    private let layers: [LongShortTermMemory]
    private let logits: Dense

    /// - Throws: `RecognitionError.badArgument` for less than one class, layer or unit.
    public init(classes: Int, layers: Int = 2, units: Int = 100, network: ConvolutionalNetwork? = nil) throws {
        for (argument, value) in [("num_classes", classes), ("lstm_layers", layers), ("lstm_units", units)] where value < 1 {
            throw RecognitionError.badArgument(
                owner: "SequenceBaseline", argument: argument, value: "\(value)", rule: "1 or more")
        }
        self.classes = classes
        self.network = try network ?? ConvolutionalNetwork()
        self.layers = try (0..<layers).map { try LongShortTermMemory(units: units, isBidirectional: true, name: "BLSTM_\($0)") }
        logits = try Dense(units: classes + 1, name: "logits")
    }

    public var name: String { "Baseline_seq_" + network.name }

    public func timeSteps(forRows rows: Int) -> Int { network.outputHeight(of: rows) }

    /// `logits` `[n, t, classes + 1]` with the blank last, and `seq_len` `[n]`, the true number of steps of each image.
    public func forward(_ features: [String: Tensor], _ pass: Pass) throws -> ModelOutput {
        let images = try image(in: features)
        let (steps, lengths) = try columns(of: try network(images, pass), features, self)
        var x = steps
        for layer in layers { x = try layer(x, lengths: lengths, pass) }
        return .named(["logits": try logits(x, pass), "seq_len": lengths])
    }

    /// The convolutions of a run of a single-character model, or everything of a run of this model.
    public func initializePretrained(from folder: String) throws -> [(theirs: String, ours: String)] {
        try convolutionMapping(from: folder, to: name)
    }
}

/// The rows of features `[n, t, w, c]` as steps `[n, t, w·c]`, and how many of them are true ones.
///
/// - Throws: `RecognitionError.wrongOutput` when the images are too small to leave any step.
func columns(of seen: Tensor, _ features: [String: Tensor], _ model: any SequenceModel) throws -> (steps: Tensor, lengths: Tensor) {
    let (count, steps, depth) = (seen.shape[0], seen.shape[1], seen.shape[2] * seen.shape[3])
    guard steps > 0, depth > 0 else {
        throw RecognitionError.wrongOutput(
            task: "the sequence model", needed: "images large enough to leave a step after all pooling")
    }
    let rows = features[rowsFeature]?.integers ?? []
    let lengths = (0..<count).map { n in
        Int32(rows.indices.contains(n) ? min(steps, max(0, model.timeSteps(forRows: rows[n]))) : steps)
    }
    return (try seen.reshaped([count, steps, depth]), try Tensor(lengths, shape: [count]))
}

/// Which variables a sequence model called `name` takes from a run in `folder`: all of them when that run is of the same model, else
/// those of layers `conv0`, `conv1`, ... of whatever model is there.
///
/// - Throws: `TrainingError.noCheckpoint`.
func convolutionMapping(from folder: String, to name: String) throws -> [(theirs: String, ours: String)] {
    guard let checkpoint = try RunFolder(path: folder).newest(report: { _ in }) else {
        throw TrainingError.noCheckpoint(folder: folder)
    }
    let model = checkpoint.state.model
    return model == name ? [(name + "/", name + "/")] : [(model + "/conv", name + "/conv")]
}
