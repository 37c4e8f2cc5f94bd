import Dispatch
public import Imaging
public import Randomness
import Synchronization

/// Examples ready for a model.
public struct Batch: Sendable {
    /// `[count, height, width, 1]`, from -1 to 1.
    public var images: [Float]
    public var count: Int
    public var height: Int
    public var width: Int
    /// `[count, targetLength]`, filled up with 0 (`<PAD>`).
    public var targets: [Int32]
    public var targetLength: Int
    /// How many targets each example has.
    public var lengths: [Int32]
    /// Where in its frame each image lies; the rest is surround.
    public var places: [Box]
    /// What is around each image.
    public var surrounds: [Float]
    /// Which examples of the dataset they are; made-up ones have the numbers after the last.
    public var indices: [Int]
    public var epoch: Int
    /// Where the next batch begins: save it, and `seek` to it to go on.
    public var next: BatchPosition

    public var shape: [Int] { [count, height, width, 1] }
}

/// A place in the endless row of epochs.
public struct BatchPosition: Sendable, Hashable, Codable {
    public var epoch: Int
    /// How many examples of the epoch are used up.
    public var index: Int

    public init(epoch: Int = 0, index: Int = 0) {
        self.epoch = epoch
        self.index = index
    }
}

/// How batches are made of a dataset.
public struct BatchRequest: Sendable {
    /// The order of examples in an epoch.
    public enum Order: Sendable, Hashable {
        case stored
        /// Another order in each epoch, a function of the key and the epoch alone.
        case shuffled(Key)
    }

    public var batchSize: Int
    /// The frame that images are fitted into.
    public var frame: Fitting
    public var order = Order.stored
    /// Leave out the last batch of an epoch when it is not full.
    public var dropsRemainder = false
    /// How many epochs; nil for no end.
    public var epochs: Int?
    /// Changes of the images, seeded by the key for each epoch and example; nil for none.
    public var augmentation: (Augmentation, Key)?
    /// Rows of surround below the highest image of a batch: then images begin at the top of their frames, and a batch is no higher than
    /// it need be. Nil for images in the middle of whole frames.
    public var marginBelow: Int?
    /// Made-up sequences in each epoch beside the stored examples: how many, and what they are made by; other ones in every epoch.
    public var composed: (count: Int, composer: StripComposer, key: Key)?
    /// How many batches are made ahead, in parallel.
    public var prefetch = 2
    /// How many bytes of pixels may stay in memory; larger datasets are read from their files again and again.
    public var memoryLimit = 256 << 20

    public init(batchSize: Int, frame: Fitting) {
        self.batchSize = batchSize
        self.frame = frame
    }
}

/// Gives the batches of a dataset one after the other, made ahead in the background.
///
/// Epochs are true ones: each example comes once in each. The batches depend on the dataset and the request alone, not on threads or
/// on where reading began.
public final class BatchSource {
    /// Where the next batch begins.
    public private(set) var position = BatchPosition()
    /// Examples in an epoch, made-up ones included.
    public var count: Int { frames.count + max(0, request.composed?.count ?? 0) }
    /// Batches in an epoch.
    public var batchesPerEpoch: Int {
        request.dropsRemainder ? count / request.batchSize : (count + request.batchSize - 1) / request.batchSize
    }

    private let request: BatchRequest
    private let frames: FrameStore
    private let queue = DispatchQueue(label: "carpedm.batches", attributes: .concurrent)
    private var pending: [Pending] = []
    /// Where the first batch that is not yet begun begins.
    private var frontier = BatchPosition()
    private var order: (epoch: Int, examples: [Int])?

    /// Reads the dataset once, checking every record.
    ///
    /// - Throws: `CorpusError.badArgument` for a batch size that gives no batch; what reading throws.
    public init(_ store: any ExampleStore, _ request: BatchRequest, threads: Int = 2) throws {
        guard request.batchSize >= 1 else {
            throw CorpusError.badArgument(argument: "batch_size", value: "\(request.batchSize)", rule: "at least 1")
        }
        try request.augmentation?.0.validate()
        frames = try FrameStore(store, fitting: request.frame, memoryLimit: request.memoryLimit, threads: threads)
        self.request = request
        guard batchesPerEpoch > 0 else {
            throw CorpusError.badArgument(
                argument: "batch_size", value: "\(request.batchSize)", rule: "at most the \(count) examples")
        }
    }

    /// The next batch, or nil after the last epoch.
    ///
    /// - Throws: `FormatsError`, `CorpusError` when files changed under a dataset that is too large for memory.
    public func next() throws -> Batch? {
        while pending.count < max(1, request.prefetch), let work = takeWork() { pending.append(Pending(work, frames, on: queue)) }
        guard !pending.isEmpty else { return nil }
        let batch = try pending.removeFirst().wait()
        position = batch.next
        return batch
    }

    /// Goes on from a saved position.
    ///
    /// - Throws: `CorpusError.badArgument` when there is no such position in this dataset.
    public func seek(to position: BatchPosition) throws {
        guard position.epoch >= 0, (0...count).contains(position.index) else {
            throw CorpusError.badArgument(
                argument: "position", value: "(\(position.epoch), \(position.index))", rule: "in an epoch of \(count) examples")
        }
        pending = []
        frontier = position
        self.position = position
    }

    // MARK: - Implementation

    /// The examples of the next batch that is not yet begun.
    private func takeWork() -> Work? {
        let left = count - frontier.index
        if left <= 0 || (request.dropsRemainder && left < request.batchSize) {
            frontier = BatchPosition(epoch: frontier.epoch + 1)
        }
        if let epochs = request.epochs, frontier.epoch >= epochs { return nil }
        let start = frontier.index
        let end = min(start + request.batchSize, count)
        let epoch = frontier.epoch
        let isLast = end == count || (request.dropsRemainder && count - end < request.batchSize)
        frontier = isLast ? BatchPosition(epoch: epoch + 1) : BatchPosition(epoch: epoch, index: end)
        return Work(
            examples: Array(examples(of: epoch)[start..<end]), epoch: epoch, next: frontier, request: request)
    }

    private func examples(of epoch: Int) -> [Int] {
        if let order, order.epoch == epoch { return order.examples }
        let examples =
            switch request.order {
            case .stored: Array(0..<count)
            case .shuffled(let key): key.folded("epoch").folded(epoch).permutation(of: count)
            }
        order = (epoch, examples)
        return examples
    }
}

/// The examples of one batch.
private struct Work: Sendable {
    var examples: [Int]
    var epoch: Int
    var next: BatchPosition
    var request: BatchRequest

    func batch(from frames: FrameStore) throws -> Batch {
        let fitting = frames.fitting
        let size = fitting.height * fitting.width
        var (places, surrounds, targets) = ([Box](), [Float](), [[Int32]]())
        var failure: (any Error)?
        var images = [Float](unsafeUninitializedCapacity: examples.count * size) { buffer, count in
            buffer.initialize(repeating: 0)
            count = examples.count * size
            do {
                for (n, example) in examples.enumerated() {
                    // The n-th frame of the batch.
                    let frame = UnsafeMutableBufferPointer(rebasing: buffer[n * size..<(n + 1) * size])
                    let filled = try fill(frame, with: example, frames)
                    places.append(filled.place)
                    surrounds.append(filled.surround)
                    targets.append(filled.targets)
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        var height = fitting.height
        if let margin = request.marginBelow { height = raise(&images, &places, fitting, surrounds, margin) }
        change(&images, (height, fitting.width), places, surrounds)
        let length = targets.map(\.count).max() ?? 0
        return Batch(
            images: images, count: examples.count, height: height, width: fitting.width,
            targets: targets.flatMap { $0 + [Int32](repeating: 0, count: length - $0.count) }, targetLength: length,
            lengths: targets.map { Int32($0.count) }, places: places, surrounds: surrounds, indices: examples, epoch: epoch,
            next: next)
    }
}

extension Work {
    /// Writes the frame of a stored or a made-up example.
    private func fill(
        _ frame: UnsafeMutableBufferPointer<Float>, with example: Int, _ frames: FrameStore
    ) throws -> (place: Box, surround: Float, targets: [Int32]) {
        if example < frames.count {
            let filled = try frames.fill(frame, with: example)
            return (filled.place, filled.surround, frames.targets[example])
        }
        guard let composed = request.composed else { throw CorpusError.interrupted }
        let strip = try composed.composer.strip(composed.key.folded(epoch).folded(example - frames.count))
        let fitted = try frames.fitting.fitted(strip.image)
        fitted.pixels.withUnsafeBufferPointer {
            frames.fitting.fill(frame, place: fitted.place, pixels: $0, surround: fitted.surround)
        }
        return (fitted.place, fitted.surround, strip.targets)
    }

    /// Moves every image to the top of its frame and cuts the frames below the highest.
    ///
    /// - Returns: the height of the frames.
    private func raise(
        _ images: inout [Float], _ places: inout [Box], _ fitting: Fitting, _ surrounds: [Float], _ margin: Int
    ) -> Int {
        let height = (places.map(\.height).max() ?? 0) + max(0, margin)
        var raised: [Float] = []
        raised.reserveCapacity(places.count * height * fitting.width)
        for (n, place) in places.enumerated() {
            let start = (n * fitting.height + place.y) * fitting.width
            raised += images[start..<start + place.height * fitting.width]
            raised += [Float](repeating: surrounds[n], count: (height - place.height) * fitting.width)
            places[n].y = 0
        }
        images = raised
        return height
    }

    /// Applies the augmentation to every frame; of raised images to the rows that they fill.
    private func change(_ images: inout [Float], _ frame: (height: Int, width: Int), _ places: [Box], _ surrounds: [Float]) {
        guard let (augmentation, key) = request.augmentation, !augmentation.isIdentity else { return }
        for (n, example) in examples.enumerated() {
            let height = request.marginBelow == nil ? frame.height : places[n].height
            let start = n * frame.height * frame.width
            let range = start..<start + height * frame.width
            var pixels = Array(images[range])
            augmentation.apply(
                to: &pixels, height: height, width: frame.width, surround: surrounds[n],
                key: Augmentation.key(key, epoch: epoch, example: example))
            images.replaceSubrange(range, with: pixels)
        }
    }
}

/// A batch that is being made.
private final class Pending: Sendable {
    private let group = DispatchGroup()
    private let result = Mutex<Result<Batch, any Error>?>(nil)

    init(_ work: Work, _ frames: FrameStore, on queue: DispatchQueue) {
        queue.async(group: group) {
            let made = Result { try work.batch(from: frames) }
            self.result.withLock { $0 = made }
        }
    }

    func wait() throws -> Batch {
        group.wait()
        guard let made = result.withLock({ $0 }) else { throw CorpusError.interrupted }
        return try made.get()
    }
}
