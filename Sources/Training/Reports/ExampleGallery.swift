import Tensors

/// One example of an evaluation, as reports show it.
public struct ExampleRecord: Sendable, Equatable {
    public var id: String
    /// NaN where the task gives no loss for each example.
    public var loss: Double
    /// What is right and what was answered, for people; nil where the task does not say.
    public var truth: String?
    public var answer: String?
    /// Gray or RGB bytes, row by row; nil where the example has no picture.
    public var picture: ExamplePicture?

    public var isWrong: Bool { truth != nil && truth != answer }
}

public struct ExamplePicture: Sendable, Equatable {
    public var pixels: [UInt8]
    public var height: Int
    public var width: Int
    /// 1 (gray) or 3 (RGB).
    public var channels: Int
}

/// The examples of an evaluation that are worth a look: the greatest losses, and some of every pair of classes that were confused.
public struct ExampleGallery: Sendable {
    /// The greatest losses, the greatest first.
    public private(set) var hardest: [ExampleRecord] = []
    /// Wrong answers by what is right and what was answered, at most `perPair` of each, in the order of the data.
    public private(set) var confused: [Pair: [ExampleRecord]] = [:]

    public struct Pair: Hashable, Sendable {
        public var truth: String
        public var answer: String
    }

    static let hardestCount = 24
    static let perPair = 6
    /// Bounds the memory of evaluations in which nearly everything is wrong.
    static let pairCount = 400

    /// Takes what is worth keeping of a batch.
    mutating func add(_ batch: Batch, losses: [Float]?, truths: [String]?, answers: [String]?) {
        let pictures =
            batch.features["image/data"] ?? batch.features.sorted { $0.key < $1.key }.first { Self.isPicture($0.value) }?.value
        for index in 0..<batch.count {
            let loss = losses.map { Double($0[index]) } ?? .nan
            let (truth, answer) = (truths?[index], answers?[index])
            let isHard = loss > (hardest.count < Self.hardestCount ? -Double.infinity : hardest.last?.loss ?? -.infinity)
            let pair = truth.flatMap { truth in answer.map { Pair(truth: truth, answer: $0) } }
            let isNew = pair.map { $0.truth != $0.answer && confused[$0, default: []].count < Self.perPair } ?? false
            let isKept = isNew && (pair.map { confused[$0] != nil } ?? false || confused.count < Self.pairCount)
            guard isHard || isKept else { continue }
            let record = ExampleRecord(
                id: batch.ids.indices.contains(index) ? batch.ids[index] : "example \(index)", loss: loss, truth: truth,
                answer: answer,
                picture: pictures.flatMap { Self.picture(index, of: $0) })
            if isHard {
                // Of equal losses the earlier example stays first.
                hardest.insert(record, at: hardest.firstIndex { $0.loss < loss } ?? hardest.count)
                if hardest.count > Self.hardestCount { hardest.removeLast() }
            }
            if isKept, let pair { confused[pair, default: []].append(record) }
        }
    }

    private static func isPicture(_ tensor: Tensor) -> Bool { tensor.rank == 4 && (tensor.shape[3] == 1 || tensor.shape[3] == 3) }

    /// Image `index` of `[n, h, w, c]`; floating values from -1 to 1, bytes as they are.
    private static func picture(_ index: Int, of images: Tensor) -> ExamplePicture? {
        guard isPicture(images), let image = try? images.gathered(Tensor([index])) else { return nil }
        let values: [Float] = image.elements(as: Float.self)
        let pixels = values.map { value in
            UInt8(max(0, min(255, images.dtype.isFloating ? ((value.isFinite ? value : 0) + 1) * 127.5 : value)))
        }
        return ExamplePicture(pixels: pixels, height: images.shape[1], width: images.shape[2], channels: images.shape[3])
    }
}
