public import Corpus
public import Imaging

/// The arguments that every OCR task takes, with the original's defaults.
public struct TaskSettings: Sendable, Equatable {
    /// Folder of the raw data: one folder for each book.
    public var dataFolder: String
    /// Folder under which tasks keep their data and results.
    public var taskFolder: String
    /// Share, book or books; nil for the book that the data itself names.
    public var testSplit: String?
    public var devSplit = "0.1"
    public var devFactor = 1
    public var datasetFormat = "tfrecords"
    public var shards = 8
    /// 0 takes all cores.
    public var threads = 8
    /// Size of the images as they are stored.
    public var storedShape = Shape.unchanged
    /// Size of the images as models get them.
    public var inputShape = Shape.unchanged
    public var vocabularySize: Int?
    public var minimumFrequency = 0
    /// Start of the split's randomness.
    public var seed: Int?
    /// Start of the order in which training examples come.
    public var shuffleSeed: UInt64 = 0
    /// Random changes of training images; others in every epoch.
    public var augmentation: Augmentation?
    /// Made-up sequences in each training epoch beside the true ones, and how they are made.
    public var composedExamples = 0
    public var composition: StripComposer.Recipe?

    public init(dataFolder: String, taskFolder: String) {
        self.dataFolder = dataFolder
        self.taskFolder = taskFolder
    }
}
