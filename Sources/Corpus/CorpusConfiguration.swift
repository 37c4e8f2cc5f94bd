/// What to read and how to split it; the arguments of `MetaLoader`.
public struct CorpusConfiguration: Sendable, Equatable {
    /// The seed that is used where none is given.
    public static let defaultSeed = 123456

    /// The folder that holds one folder per book.
    public var dataFolder: String
    /// A share of all examples (`0.1`), a book, or several with commas; nil for the book that the data itself names.
    public var testSplit: String?
    /// Likewise for dev.
    public var devSplit = "0.1"
    /// The size of dev becomes a multiple of this.
    public var devFactor = 1
    /// The greatest number of characters in the vocabulary, reserved tokens not counted; nil for no limit.
    public var vocabularySize: Int?
    /// Characters rarer than this in train are unknown.
    public var minimumFrequency = 0
    public var reserved = ["<PAD>", "<GO>", "<END>", "<UNK>"]
    public var repertoire: Repertoire
    public var scope = ImageScope.character
    /// Characters in a sequence; with `sequenceMaximum` the fewest.
    public var sequenceLength: Int?
    /// The most characters in a sequence, whose length is then random.
    public var sequenceMaximum: Int?
    /// Distance of the starts of sequences, which may then overlap; nil cuts runs without overlap.
    public var sequenceStride: Int?
    public var seed: Int?
    /// Which rule finds lines, and with them sequences.
    public var lineSource = LineSource.table

    public init(dataFolder: String, repertoire: Repertoire) {
        self.dataFolder = dataFolder
        self.repertoire = repertoire
    }

    /// The lengths of sequences, after the arguments that concern them are checked.
    func sequenceLengths() throws(CorpusError) -> ClosedRange<Int> {
        guard scope == .sequence else { return 1...1 }
        guard let minimum = sequenceLength else { throw .missingSequenceLength }
        let maximum = sequenceMaximum ?? minimum
        guard minimum > 0, maximum >= minimum else { throw .badSequenceLength(minimum: minimum, maximum: maximum) }
        return minimum...maximum
    }

    /// The arguments that were given and change nothing beside the others.
    var idleArguments: [CorpusNotice] {
        let given = [("seq_len", sequenceLength), ("seq_maxlen", sequenceMaximum), ("stride", sequenceStride)].filter { $1 != nil }
        guard scope == .sequence else {
            let reason = "it is for image_scope 'seq', and this one is '\(scope.rawValue)'"
            return given.map { .withoutEffect(argument: $0.0, reason: reason) }
        }
        guard sequenceStride != nil, let sequenceMaximum, sequenceMaximum != sequenceLength else { return [] }
        return [.withoutEffect(argument: "seq_len", reason: "with stride all sequences have seq_maxlen characters")]
    }

    /// Checks the arguments that need no data.
    func validate() throws(CorpusError) {
        _ = try sequenceLengths()
        try Self.require(devFactor >= 1, "dev_factor", devFactor, "at least 1")
        try Self.require(minimumFrequency >= 0, "min_freq", minimumFrequency, "0 or more")
        if let vocabularySize { try Self.require(vocabularySize >= 0, "vocab_size", vocabularySize, "0 or more") }
        if let sequenceStride { try Self.require(sequenceStride >= 1, "stride", sequenceStride, "at least 1") }
    }

    private static func require(_ holds: Bool, _ argument: String, _ value: Int, _ rule: String) throws(CorpusError) {
        guard holds else { throw .badArgument(argument: argument, value: String(value), rule: rule) }
    }
}
