import Foundation

/// One value in an event file, under a tag.
public struct Summary: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        case scalar(Float)
        case histogram(Histogram)
        /// A PNG file of `channels` 1 (gray) or 3 (RGB).
        case image(png: [UInt8], height: Int, width: Int, channels: Int)
        /// Markdown; `shape` has rank 0, 1 or 2 (a table), and as many entries as there are strings.
        case text([String], shape: [Int])
        /// Six rows of one number for each threshold: true and false positives, true and false negatives, precision, recall.
        case precisionRecall(rows: [[Float]])
        /// Something this library does not write.
        case other
    }

    public var tag: String
    public var content: Content

    public init(_ tag: String, _ content: Content) {
        self.tag = tag
        self.content = content
    }

    public static func scalar(_ tag: String, _ value: Float) -> Summary { Summary(tag, .scalar(value)) }

    /// - Throws: `FormatsError.badSummary` when a value is not finite.
    public static func histogram(_ tag: String, _ values: some Sequence<Float>) throws -> Summary {
        Summary(tag, .histogram(try Histogram(values, tag: tag)))
    }

    public static func image(_ tag: String, png: [UInt8], height: Int, width: Int, channels: Int) -> Summary {
        Summary(tag, .image(png: png, height: height, width: width, channels: channels))
    }

    /// One markdown text.
    public static func text(_ tag: String, _ text: String) -> Summary { Summary(tag, .text([text], shape: [])) }

    /// A column of markdown texts.
    public static func texts(_ tag: String, _ texts: [String]) -> Summary { Summary(tag, .text(texts, shape: [texts.count])) }
}

// MARK: - Implementation

extension Summary {
    /// - Throws: `FormatsError.badSummary` when the content contradicts itself.
    func message() throws -> WireSummary.Value {
        var value = WireSummary.Value()
        value.tag = tag
        switch content {
        case .scalar(let number): value.simpleValue = number
        case .histogram(let histogram): value.histo = histogram.message
        case .image(let png, let height, let width, let channels):
            guard channels == 1 || channels == 3 else { throw bad("an image of \(channels) channels; 1 or 3 can be shown") }
            guard let height = Int32(exactly: height), let width = Int32(exactly: width), height > 0, width > 0 else {
                throw bad("an image of \(height) rows and \(width) columns")
            }
            value.image.height = height
            value.image.width = width
            value.image.colorspace = Int32(channels)
            value.image.encodedImageString = .init(png)
        case .text(let strings, let shape):
            guard shape.count <= 2, shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, { $0 &* $1 }) == strings.count else {
                throw bad("\(strings.count) strings in the shape \(shape)")
            }
            value.tensor = WireTensorContent(type: .dtString, shape: shape)
            value.tensor.stringVal = strings.map { .init($0.utf8) }
            value.metadata = WireSummaryMetadata(plugin: "text", content: [])
        case .precisionRecall(let rows):
            let thresholds = rows.first?.count ?? 0
            guard rows.count == 6, rows.allSatisfy({ $0.count == thresholds }), thresholds <= UInt32.max else {
                throw bad("\(rows.count) rows instead of six of equal length")
            }
            value.tensor = WireTensorContent(type: .dtFloat, shape: [6, thresholds])
            value.tensor.floatVal = rows.flatMap(\.self)
            var plugin = WirePrecisionRecallPluginData()
            plugin.numThresholds = UInt32(thresholds)
            value.metadata = WireSummaryMetadata(plugin: "pr_curves", content: try plugin.deterministicBytes())
        case .other: throw bad("its kind is not known")
        }
        return value
    }

    init(_ value: WireSummary.Value) {
        tag = value.tag
        switch value.value {
        case .simpleValue(let number): content = .scalar(number)
        case .histo(let message): content = .histogram(Histogram(message))
        case .image(let image):
            content = .image(
                png: [UInt8](image.encodedImageString), height: Int(image.height), width: Int(image.width),
                channels: Int(image.colorspace))
        case .tensor(let tensor):
            let shape = tensor.tensorShape.dim.map { Int($0.size) }
            switch value.metadata.pluginData.pluginName {
            case "text": content = .text(tensor.stringVal.map { String(decoding: $0, as: UTF8.self) }, shape: shape)
            case "pr_curves" where shape.count == 2 && shape[0] == 6 && shape[1] > 0 && tensor.floatVal.count / 6 == shape[1]:
                let values = tensor.floatVal
                content = .precisionRecall(rows: (0..<6).map { Array(values[($0 * shape[1])..<(($0 + 1) * shape[1])]) })
            default: content = .other
            }
        case nil: content = .other
        }
    }

    private func bad(_ problem: String) -> FormatsError { .badSummary(tag: tag, problem: problem) }
}

extension Histogram {
    init(_ message: WireHistogram) {
        self.init(
            min: message.min, max: message.max, count: message.num, sum: message.sum, sumOfSquares: message.sumSquares,
            limits: message.bucketLimit, counts: message.bucket)
    }

    var message: WireHistogram {
        var message = WireHistogram()
        (message.min, message.max, message.num) = (min, max, count)
        (message.sum, message.sumSquares) = (sum, sumOfSquares)
        (message.bucketLimit, message.bucket) = (limits, counts)
        return message
    }
}

extension WireTensorContent {
    fileprivate init(type: DataType, shape: [Int]) {
        self.init()
        dtype = type
        tensorShape.dim = shape.map { length in
            var dimension = WireTensorShape.Dim()
            dimension.size = Int64(length)
            return dimension
        }
    }
}

extension WireSummaryMetadata {
    fileprivate init(plugin: String, content: [UInt8]) {
        self.init()
        pluginData.pluginName = plugin
        pluginData.content = .init(content)
        dataClass = .tensor
    }
}
