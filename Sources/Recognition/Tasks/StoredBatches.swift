import Corpus
import Imaging
import Tensors
import Training

/// Stored examples as the batches that the training loop takes.
///
/// Features: `image/data` `[n, h, w, 1]` from -1 to 1, `image/height` and `image/width` `[n]`, the part of each frame that the image
/// fills. Where the height of images is free they begin at the top of the frame, and a batch is as high as its highest image: then
/// the rows behind an image can be left out of a sequence.
final class StoredBatches: TrainingSource {
    private let source: ExampleSource
    private let corpus: Corpus
    private let excerpts: [Excerpt]
    private let sparse: Bool
    private let isTrimmed: Bool

    init(_ store: DatasetStore, _ request: BatchRequest, corpus: Corpus, sparse: Bool, isTrimmed: Bool) throws {
        source = try ExampleSource(store, request)
        self.corpus = corpus
        excerpts = corpus[store.subset]
        (self.sparse, self.isTrimmed) = (sparse, isTrimmed)
    }

    var position: DataPosition { DataPosition(epoch: source.position.epoch, example: source.position.index) }
    var batchesPerEpoch: Int? { source.batchesPerEpoch }

    func seek(to position: DataPosition) throws {
        try source.seek(to: BatchPosition(epoch: position.epoch, index: position.example))
    }

    func next() throws -> TrainingBatch? {
        guard let batch = try source.next() else { return nil }
        let (pixels, height) = isTrimmed ? Self.trimmed(batch) : (batch.images, batch.height)
        let features = [
            imageFeature: try Tensor(pixels, shape: [batch.count, height, batch.width, 1]),
            "image/height": try Tensor(batch.places.map { Int32(clamping: $0.height) }, shape: [batch.count]),
            "image/width": try Tensor(batch.places.map { Int32(clamping: $0.width) }, shape: [batch.count]),
        ]
        return TrainingBatch(features: features, targets: try targets(of: batch), ids: batch.indices.map(name))
    }

    /// Dense targets `[n, length]`, or sequences of their own lengths.
    private func targets(of batch: ExampleBatch) throws -> Targets {
        guard sparse else { return .dense(try Tensor(batch.targets, shape: [batch.count, batch.targetLength])) }
        return .sequences(
            (0..<batch.count).map { n in
                let start = n * batch.targetLength
                return batch.targets[start..<(start + Int(batch.lengths[n]))].map(Int.init)
            })
    }

    private func name(of index: Int) -> String {
        excerpts.indices.contains(index) ? corpus.identifier(of: excerpts[index]) : "example \(index)"
    }

    /// The images moved to the top, and the height of the highest. What is below an image has the shade of its surround.
    private static func trimmed(_ batch: ExampleBatch) -> (pixels: [Float], height: Int) {
        let (height, width) = (batch.height, batch.width)
        let kept = batch.places.map(\.height).max() ?? height
        var pixels: [Float] = []
        pixels.reserveCapacity(batch.count * kept * width)
        for (n, place) in batch.places.enumerated() {
            let frame = n * height * width
            let start = frame + place.y * width
            pixels += batch.images[start..<(start + place.height * width)]
            // Above or below the image there is surround where there are rows to fill, or the image fills the frame.
            let surround = place.y > 0 ? batch.images[frame] : batch.images[frame + (height - 1) * width]
            pixels += [Float](repeating: surround, count: (kept - place.height) * width)
        }
        return (pixels, kept)
    }
}
