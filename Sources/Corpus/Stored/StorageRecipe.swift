public import Imaging

/// How the examples of a corpus are written to files.
public struct StorageRecipe: Sendable, Equatable {
    /// The kinds of file.
    public enum Format: String, Sendable, CaseIterable {
        case tfrecords, jpeg, jpg, png

        /// - Parameter others: what the caller also knows, for the message.
        /// - Throws: `CorpusError.unknownChoice`.
        public init(named text: String, besides others: [String] = []) throws(CorpusError) {
            guard let format = Format(rawValue: text) else {
                throw .unknownChoice(argument: "format_store", value: text, known: Self.allCases.map(\.rawValue) + others)
            }
            self = format
        }
    }

    /// The unit of stored boxes.
    public enum BoxUnit: String, Sendable, CaseIterable {
        /// Pixels of the stored image.
        case pixel
        /// Shares of its height and width.
        case ratio

        /// - Throws: `CorpusError.unknownChoice`.
        public init(named text: String) throws(CorpusError) {
            guard let unit = BoxUnit(rawValue: text) else {
                throw .unknownChoice(argument: "bbox", value: text, known: Self.allCases.map(\.rawValue))
            }
            self = unit
        }
    }

    public var format = Format.tfrecords
    /// The size of stored images (`shape_store`); of the tiles, when `isChunked`.
    public var shape = Shape.unchanged
    /// Grey images are a third of the size and three times as fast to decode; every model here reads grey.
    public var color = PixelFormat.gray
    /// Of JPEG files, 1...100.
    public var quality = 95
    /// Store the number of characters, and what the next two ask for.
    public var hasCharacters = true
    /// Store the classes of the characters.
    public var hasLabels = true
    /// Store the boxes of characters and lines in this unit.
    public var boxes: BoxUnit?
    /// Store the lines of whole pages.
    public var hasLines = false
    /// Store a grid of tiles instead of each image, each with the characters that are wholly inside.
    public var isChunked = false
    /// Store masks: 1 inside the boxes of characters and lines, and the class of the character at each pixel.
    public var hasMasks = false

    /// How images are scaled.
    public var kernel = ResizeKernel.automatic

    public init() {}

    /// - Throws: `CorpusError.chunksNeedSize` when tiles are asked for without a size in pixels; `.badArgument`.
    func validate() throws(CorpusError) {
        if isChunked, tile == nil { throw .chunksNeedSize(shape: shape.description) }
        guard (1...100).contains(quality) else {
            throw .badArgument(argument: "quality", value: "\(quality)", rule: "from 1 to 100")
        }
    }

    /// What was asked for and changes nothing beside the rest.
    public func idleArguments(for scope: ImageScope) -> [CorpusNotice] {
        let isRecord = format == .tfrecords
        let noLines = isRecord ? "only whole pages (image_scope 'page') have lines" : "image files have no lines; TFRecords do"
        let all: [(isIdle: Bool, argument: String, reason: String)] = [
            (hasMasks && !isRecord, "mask", "image files have no masks; TFRecords do"),
            (hasLines && !(isRecord && scope == .page), "line", noLines),
            (boxes != nil && !hasCharacters && !(isRecord && hasLines), "bbox", "without character no boxes are stored"),
            (quality != StorageRecipe().quality && (isRecord || format == .png), "quality", "it is for JPEG files"),
        ]
        return all.filter(\.isIdle).map { .withoutEffect(argument: $0.argument, reason: $0.reason) }
    }

    /// The size of the tiles.
    var tile: (height: Int, width: Int)? {
        guard isChunked, case .pixels(let height) = shape.height, case .pixels(let width) = shape.width else { return nil }
        return (height, width)
    }

    /// What the files depend on, by name.
    var entries: [String: String] {
        // A key of its own only where it is not the usual one, so that datasets from before there was a choice stay good.
        let chosen = kernel == .automatic ? [:] : ["resize": kernel.rawValue]
        return chosen.merging([
            "format_store": format.rawValue, "shape_store": shape.description, "channels": "\(color.channels)",
            "quality": format == .jpeg || format == .jpg ? "\(quality)" : "None", "character": "\(hasCharacters)",
            "label": "\(hasLabels)", "bbox": boxes?.rawValue ?? "None", "line": "\(hasLines)", "chunk": "\(isChunked)",
            "mask": "\(hasMasks)",
        ]) { first, _ in first }
    }
}

extension ResizeKernel {
    /// - Throws: `CorpusError.unknownChoice`.
    public init(named text: String) throws(CorpusError) {
        guard let kernel = ResizeKernel(rawValue: text) else {
            throw .unknownChoice(argument: "resize", value: text, known: Self.allCases.map(\.rawValue))
        }
        self = kernel
    }
}

extension CorpusConfiguration {
    /// What the examples depend on, by name; the data itself is in it as checksums.
    func entries(books: [Book], testRule: SplitRule, devRule: SplitRule, fingerprint: UInt32) -> [String: String] {
        func text(_ number: Int?) -> String { number.map { "\($0)" } ?? "None" }
        let ranges = repertoire.ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
        // Likewise a key only for what is not usual.
        let source = lineSource == .table ? [:] : ["lines_from": lineSource.rawValue]
        return source.merging([
            "books": books.map(\.id).joined(separator: ","), "data": String(fingerprint, radix: 16), "test_split": testRule.text,
            "dev_split": devRule.text, "dev_factor": "\(devFactor)", "vocab_size": text(vocabularySize),
            "min_freq": "\(minimumFrequency)",
            "reserved": reserved.joined(separator: ","), "charset": "\(repertoire.name) \(ranges)", "image_scope": scope.rawValue,
            "seq_len": text(scope == .sequence ? sequenceLength : nil),
            "seq_maxlen": text(scope == .sequence ? sequenceMaximum ?? sequenceLength : nil),
            "stride": text(scope == .sequence ? sequenceStride : nil), "seed": "\(seed ?? Self.defaultSeed)",
        ]) { first, _ in first }
    }
}

extension SplitRule {
    /// As it is written: `0.1`, `a,b`.
    public var text: String {
        switch self {
        case .fraction(let share): "\(share)"
        case .books(let ids): ids.joined(separator: ",")
        }
    }
}
