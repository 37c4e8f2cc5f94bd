package import Corpus
import Imaging
import Tensors
import Training

/// Stored examples as the batches that the training loop takes.
///
/// Features: `image/data` `[n, h, w, 1]` from -1 to 1; `image/height` and `image/width` `[n]`, the part of each frame that the image
/// fills; `image/rows` `[n]`, how many rows from the top a sequence may be read from. Where the height of images is free they begin at
/// the top of the frame, a batch is a little higher than its highest image, and only an image's own rows are read; else all rows are.
final class StoredBatches: TrainingSource {
    private let source: ExampleSource
    private let corpus: Corpus
    private let excerpts: SpooledArray<Excerpt>
    private let sparse: Bool
    private let isRaised: Bool

    init(_ store: any ExampleStore, _ request: BatchRequest, corpus: Corpus, sparse: Bool) throws {
        try request.ensureRoom(for: store)
        source = try ExampleSource(store, request)
        self.corpus = corpus
        excerpts = corpus[store.subset]
        (self.sparse, isRaised) = (sparse, request.marginBelow != nil)
    }

    var position: DataPosition { DataPosition(epoch: source.position.epoch, example: source.position.index) }
    var batchesPerEpoch: Int? { source.batchesPerEpoch }

    func seek(to position: DataPosition) throws {
        try source.seek(to: BatchPosition(epoch: position.epoch, index: position.example))
    }

    func next() throws -> TrainingBatch? {
        guard let batch = try source.next() else { return nil }
        let features = [
            imageFeature: try Tensor(batch.images, shape: batch.shape),
            "image/height": try Tensor(batch.places.map { Int32(clamping: $0.height) }, shape: [batch.count]),
            "image/width": try Tensor(batch.places.map { Int32(clamping: $0.width) }, shape: [batch.count]),
            rowsFeature: try Tensor(
                batch.places.map { Int32(clamping: isRaised ? $0.height : batch.height) }, shape: [batch.count]),
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
        excerpts.indices.contains(index) ? corpus.identifier(of: excerpts[index]) : "made up \(index - excerpts.count)"
    }
}

extension BatchRequest {
    /// Asks for the memory of the batches that are made ahead, while it can still be refused.
    ///
    /// - Throws: `TensorError.outOfMemory` when the system has less.
    package func ensureRoom(for store: any ExampleStore) throws {
        let examples = min(batchSize, store.count + (composed?.count ?? 0))
        let (bytes, overflow) = examples.multipliedReportingOverflow(by: frame.height * frame.width * (prefetch + 1) * MemoryLayout<Float>.size)
        try MemoryPool.ensureRoom(overflow ? .max : bytes, "batches of \(examples) images of \(frame.height) x \(frame.width)")
    }
}
