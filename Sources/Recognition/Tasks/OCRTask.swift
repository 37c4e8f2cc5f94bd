public import Corpus
public import Imaging
public import NeuralNetworks
import Randomness
public import Tensors
public import Training

/// An OCR task at work: its definition together with books, stored examples, batches, folders and names.
///
/// The books are read when they are first needed, so that a definition may compute what it says from its own arguments.
public final class OCRTask: TrainingTask {
    public let settings: TaskSettings
    /// What the task is about; a script puts its own in front of a built-in one.
    public var definition: any TaskDefinition
    /// The last part of a run's folder; tells first runs from continued ones.
    public var jobID = "_"
    /// Hears how far the storing of examples is, and can end it.
    public var monitor = GenerationMonitor()

    private var reader: Corpus?
    private var stores: [Subset: any ExampleStore] = [:]
    private var strips: StripComposer?

    public init(_ definition: any TaskDefinition, _ settings: TaskSettings) {
        self.definition = definition
        self.settings = settings
    }

    // MARK: What the training loop asks

    public func loss(features: [String: Tensor], output: ModelOutput, targets: Targets, isTraining: Bool) throws -> Tensor {
        try definition.loss(features: features, output: output, targets: targets, isTraining: isTraining, self)
    }

    public func regularization(_ hyperparameters: HParams, _ pass: Pass) throws -> Regularization {
        try definition.regularization(hyperparameters, pass)
    }

    public func results(_ outcome: StepOutcome) throws -> StepResults { try definition.results(outcome, self) }

    public var mainMetric: MainMetric { definition.mainMetric }

    public func classNames() throws -> [String] { try classLabels(asCharacters: true) }

    // MARK: The books

    /// The books as this task reads them; read once.
    public func corpus() throws -> Corpus {
        if let reader { return reader }
        let corpus = try Corpus(configuration())
        reader = corpus
        return corpus
    }

    /// The arguments with which the books are read.
    public func configuration() throws -> CorpusConfiguration {
        var configuration = CorpusConfiguration(dataFolder: settings.dataFolder, repertoire: try definition.repertoire())
        configuration.testSplit = settings.testSplit
        configuration.devSplit = settings.devSplit
        configuration.devFactor = settings.devFactor
        configuration.vocabularySize = settings.vocabularySize
        configuration.minimumFrequency = settings.minimumFrequency
        configuration.reserved = try definition.reserved()
        configuration.scope = try definition.imageScope()
        configuration.sequenceLength = try definition.sequenceLength()
        configuration.sequenceMaximum = try definition.maximumSequenceLength()
        configuration.seed = settings.seed
        return configuration
    }

    /// Number of outputs, reserved tokens included.
    public func classCount() throws -> Int { try definition.classCount(self) }

    /// The types of the vocabulary by id: labels (`U+306B`) or characters.
    public func classLabels(asCharacters: Bool = false) throws -> [String] {
        let vocabulary = try corpus().vocabulary
        return asCharacters ? vocabulary.typesAsCharacters : vocabulary.types
    }

    // MARK: Examples

    /// The stored examples of a subset; made when they are not there yet.
    ///
    /// - Throws: `CorpusError.staleDataset` when the folder holds other data and `overwrite` is false.
    public func store(_ subset: Subset, overwrite: Bool = false) throws -> any ExampleStore {
        if !overwrite, let store = stores[subset] { return store }
        let store: any ExampleStore =
            settings.datasetFormat == Self.generatorFormat ? try generated(subset) : try stored(subset, overwrite: overwrite)
        stores[subset] = store
        return store
    }

    /// The `dataset_format` that keeps examples without files.
    private static let generatorFormat = "generator"

    private func generated(_ subset: Subset) throws -> GeneratedExamples {
        try GeneratedExamples(corpus(), subset: subset, recipe: recipe(), threads: settings.threads, monitor: monitor)
    }

    private func stored(_ subset: Subset, overwrite: Bool) throws -> DatasetStore {
        guard settings.datasetFormat == StorageRecipe.Format.tfrecords.rawValue else {
            throw RecognitionError.badArgument(
                owner: definition.typeName, argument: "dataset_format", value: "'\(settings.datasetFormat)'",
                rule: "'tfrecords' or '\(Self.generatorFormat)'")
        }
        var request = DatasetRequest(folder: try dataFolder(), subset: subset)
        request.recipe = try recipe()
        request.shardCount = settings.shards
        request.threads = settings.threads
        request.overwrite = overwrite
        request.monitor = monitor
        return try DatasetStore.open(corpus(), request)
    }

    /// Stores the examples if need be, and gives what makes batches of them: shuffled and without end from the training set, in order
    /// and once from the others.
    ///
    /// - Throws: `RecognitionError.badArgument` for a batch size below 1.
    public func input(batchSize: Int, subset: Subset, overwrite: Bool = false) throws -> InputFunction {
        guard batchSize >= 1 else {
            throw RecognitionError.badArgument(
                owner: definition.typeName, argument: "batch_size", value: "\(batchSize)", rule: "1 or more")
        }
        let store = try store(subset, overwrite: overwrite)
        var request = BatchRequest(batchSize: batchSize, frame: try frame())
        if isRaised { request.marginBelow = Self.margin }
        if subset == .train { try choose(&request) } else { request.epochs = 1 }
        let (chosen, sparse) = (request, try definition.sparseLabels())
        return { try StoredBatches(store, chosen, corpus: try self.corpus(), sparse: sparse) }
    }

    /// The frame that all images of this task are fitted into: sides that the settings leave free are those of the greatest image.
    public func frame() throws -> Fitting {
        if case .pixels(let height) = settings.inputShape.height, case .pixels(let width) = settings.inputShape.width {
            return try Fitting(height: height, width: width)
        }
        let (height, width) = try corpus().greatestSize(of: nil, shape: settings.inputShape)
        return try Fitting(height: height, width: width)
    }

    /// Order, distortions and made-up sequences of training examples.
    private func choose(_ request: inout BatchRequest) throws {
        let key = Key(seed: settings.shuffleSeed)
        request.order = .shuffled(key)
        if let augmentation = settings.augmentation { request.augmentation = (augmentation, key) }
        guard let recipe = settings.composition, settings.composedExamples > 0 else { return }
        request.composed = (settings.composedExamples, try composer(recipe), key.folded("composed"))
    }

    private func composer(_ recipe: StripComposer.Recipe) throws -> StripComposer {
        if let strips { return strips }
        guard try definition.imageScope() == .sequence else {
            throw RecognitionError.badArgument(
                owner: definition.typeName, argument: "composed", value: "\(settings.composedExamples)",
                rule: "0 where examples are no sequences")
        }
        let composer = try StripComposer(corpus(), recipe, threads: max(1, settings.threads))
        strips = composer
        return composer
    }

    /// Whether images begin at the top of their frames, because their heights are free.
    var isRaised: Bool { settings.inputShape.height == .free }

    /// Rows of surround below the highest image of a batch. With them every image has surround below it as far as the convolutions of
    /// the baseline see (15 rows), so that what is read in it does not depend on the images beside it.
    private static let margin = 16

    private func recipe() throws -> StorageRecipe {
        var recipe = StorageRecipe()
        recipe.shape = settings.storedShape
        try definition.choose(&recipe)
        return recipe
    }
}
