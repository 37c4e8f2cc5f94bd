import Corpus
import Foundation
import Imaging
import Randomness
import Testing

struct BatchSourceTests {
    private let shop: Workshop
    private let store: DatasetStore

    init() throws {
        shop = try Workshop()
        let configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        store = try DatasetStore.open(Corpus(configuration), DatasetRequest(folder: "\(shop.path)/out", subset: .dev))
    }

    private func source(_ size: Int, _ change: (inout BatchRequest) -> Void = { _ in }) throws -> BatchSource {
        var request = BatchRequest(batchSize: size, frame: try Fitting(height: 64, width: 48))
        change(&request)
        return try BatchSource(store, request)
    }

    private func all(_ source: BatchSource) throws -> [Batch] {
        var batches: [Batch] = []
        while let batch = try source.next() { batches.append(batch) }
        return batches
    }

    @Test func framesHoldTheFittedImages() throws {
        var images: [Image] = []
        var targets: [[Int32]] = []
        try store.forEachExample { _, example in
            images.append(example.image)
            targets.append(example.targets)
        }
        let batches = try all(source(32) { $0.epochs = 1 })
        #expect(batches.map(\.count) == Array(repeating: 32, count: 10) + [31] && batches[0].shape == [32, 64, 48, 1])
        let fitting = try Fitting(height: 64, width: 48)
        for batch in batches {
            for (n, index) in batch.indices.enumerated() {
                #expect(try Array(batch.images[n * 3072..<(n + 1) * 3072]) == fitting.fit(images[index]))
                #expect(batch.targets[n] == targets[index][0] && batch.lengths[n] == 1)
                #expect(batch.places[n] == fitting.placement(forHeight: images[index].height, width: images[index].width))
            }
        }
    }

    @Test func epochsAreTrueAndEachHasItsOrder() throws {
        let shuffled: (inout BatchRequest) -> Void = {
            $0.order = .shuffled(Key(seed: 5)); $0.epochs = 2
        }
        let batches = try all(source(50, shuffled))
        let orders = [0, 1].map { epoch in batches.filter { $0.epoch == epoch }.flatMap(\.indices) }
        #expect(orders[0].sorted() == Array(0..<351) && orders[1].sorted() == Array(0..<351))
        #expect(orders[0] != orders[1] && orders[0] != Array(0..<351))
        // The same for other ways of making them.
        let same = try all(
            source(50) {
                shuffled(&$0); $0.prefetch = 7; $0.memoryLimit = 0
            })
        #expect(same.map(\.indices) == batches.map(\.indices) && same.map(\.images) == batches.map(\.images))
        #expect(same.map(\.places) == batches.map(\.places))
        let other = try all(
            source(50) {
                $0.order = .shuffled(Key(seed: 6)); $0.epochs = 1
            })
        #expect(other.flatMap(\.indices) != orders[0])
    }

    @Test func aSavedPositionIsGoneOnFrom() throws {
        let endless: (inout BatchRequest) -> Void = { $0.order = .shuffled(Key(seed: 5)) }
        let first = try source(100, endless)
        let batches = try (0..<9).compactMap { _ in try first.next() }
        #expect(first.position == BatchPosition(epoch: 2, index: 100) && batches[3].count == 51)
        for k in [0, 3, 4, 7] {
            let second = try source(100, endless)
            try second.seek(to: batches[k].next)
            #expect(try second.next()?.indices == batches[k + 1].indices)
        }
        #expect(throws: CorpusError.self) { try first.seek(to: BatchPosition(epoch: 0, index: 352)) }
        let text = try JSONEncoder().encode(first.position)
        #expect(try JSONDecoder().decode(BatchPosition.self, from: text) == first.position)
    }

    @Test func theLastBatchMayBeLeftOut() throws {
        let dropping = try source(100) {
            $0.dropsRemainder = true; $0.epochs = 2
        }
        #expect(dropping.batchesPerEpoch == 3)
        #expect(try all(dropping).map(\.indices.count) == [100, 100, 100, 100, 100, 100])
        #expect(throws: CorpusError.badArgument(argument: "batch_size", value: "352", rule: "at most the 351 examples")) {
            try source(352) { $0.dropsRemainder = true }
        }
        #expect(throws: CorpusError.badArgument(argument: "batch_size", value: "0", rule: "at least 1")) { try source(0) }
    }
}
