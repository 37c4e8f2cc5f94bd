/// Where in the data a run stands: enough to go on with exactly the batch that would have come next.
public struct DataPosition: Codable, Hashable, Sendable {
    /// Passes over the data that are complete.
    public var epoch: Int
    /// Examples of this pass that are used.
    public var example: Int

    public init(epoch: Int = 0, example: Int = 0) {
        (self.epoch, self.example) = (epoch, example)
    }
}

/// Batches one after the other.
///
/// What comes must depend on the position alone: a source that is sent to a position gives the same batches as one that arrived there
/// by itself. Shuffles and distortions therefore come from keys made of seed, epoch and example, not from a running generator.
public protocol BatchSource: AnyObject {
    /// Where the next batch begins. After the last batch of an epoch that is the start of the next one.
    var position: DataPosition { get }

    /// Batches in one epoch, if that is known: for progress and for the time that is left.
    var batchesPerEpoch: Int? { get }

    /// The next batch; `nil` when the data end, which those for training never do.
    func next() throws -> Batch?

    /// Goes to a position that was read before.
    func seek(to position: DataPosition) throws
}

/// Makes a source that begins at the beginning.
public typealias InputFunction = () throws -> any BatchSource

/// A fixed list of batches, in order: for tests, small arrays and `predict`.
public final class FixedBatches: BatchSource {
    private let batches: [Batch]
    private let repeats: Bool
    private var epoch = 0
    private var index = 0

    /// - Parameter repeats: whether the list begins again after its end, as training needs it.
    public init(_ batches: [Batch], repeats: Bool) {
        self.batches = batches
        self.repeats = repeats
    }

    public var position: DataPosition {
        DataPosition(epoch: epoch, example: batches.prefix(index).reduce(0) { $0 + $1.count })
    }

    public var batchesPerEpoch: Int? { batches.count }

    public func next() throws -> Batch? {
        guard batches.indices.contains(index) else { return nil }
        let batch = batches[index]
        index += 1
        if index == batches.count, repeats { (epoch, index) = (epoch + 1, 0) }
        return batch
    }

    public func seek(to position: DataPosition) throws {
        var examples = 0
        for place in 0...batches.count {
            if examples == position.example {
                (epoch, index) = (position.epoch, place)
                return
            }
            if place < batches.count { examples += batches[place].count }
        }
        throw TrainingError.badPosition(epoch: position.epoch, example: position.example)
    }
}
