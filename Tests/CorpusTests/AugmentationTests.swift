import Corpus
import Foundation
import Imaging
import Randomness
import Testing

struct AugmentationTests {
    /// A dark cross on a light ground, off the middle.
    private let frame: [Float] = (0..<20 * 16).map { i in
        let (x, y) = (i % 16, i / 16)
        return (4...5).contains(x) && (3..<15).contains(y) || (8...9).contains(y) && (2..<12).contains(x) ? -0.8 : 0.6
    }

    private func changed(seed: UInt64 = 1, _ change: (inout Augmentation) -> Void) throws -> [Float] {
        var augmentation = Augmentation()
        change(&augmentation)
        try augmentation.validate()
        var copy = frame
        augmentation.apply(to: &copy, height: 20, width: 16, surround: 0.6, key: Key(seed: seed))
        return copy
    }

    @Test func eachChangeIsAFunctionOfItsKey() throws {
        let changes: [(String, (inout Augmentation) -> Void)] = [
            ("rotation", { $0.rotation = 0.3 }), ("shear", { $0.shear = 0.3 }), ("scale", { $0.scale = 0.2 }),
            ("stretch", { $0.stretch = 0.2 }), ("shift", { $0.shift = 0.2 }),
            ("elastic", { $0.elastic = 0.1 }), ("thickness", { $0.thickness = 1 }), ("contrast", { $0.contrast = 0.5 }),
            ("brightness", { $0.brightness = 0.3 }), ("erase", { $0.erase = 0.6 }),
        ]
        for (name, change) in changes {
            let first = try changed(change)
            #expect(try first == changed(change), "\(name)")
            #expect(try (2..<6).contains { try changed(seed: $0, change) != first }, "\(name)")
            #expect(first.allSatisfy { $0 >= -1 && $0 <= 1 }, "\(name)")
        }
        #expect(try changed { _ in } == frame && Augmentation().isIdentity)
    }

    /// Sums of ink by hand: what a change must keep, and in which direction it must move the rest.
    @Test func changesDoWhatTheyAreCalled() throws {
        func ink(_ frame: [Float]) -> Float { frame.reduce(0) { $0 + (0.6 - $1) } }
        for seed in UInt64(1)..<9 {
            let turned = try changed(seed: seed) { $0.rotation = 0.2 }
            #expect(abs(ink(turned) / ink(frame) - 1) < 0.06, "turning keeps the ink")
            let thick = try changed(seed: seed) { $0.thickness = 1 }
            #expect(
                zip(thick, frame).allSatisfy { $0 <= $1 } || zip(thick, frame).allSatisfy { $0 >= $1 },
                "thicker or thinner, not both")
            let lighter = try changed(seed: seed) { $0.brightness = 0.2 }
            let steps = zip(lighter, frame).map { $0 - $1 }
            #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-6 && abs($0) <= 0.2 + 1e-6 })
            let erased = try changed(seed: seed) { $0.erase = 0.5 }
            #expect(zip(erased, frame).allSatisfy { $0 == $1 || $0 == 0.6 })
        }
    }

    @Test func extentsAreChecked() {
        var augmentation = Augmentation()
        for bad in [-0.1, .nan, 99.0] {
            augmentation.rotation = bad
            #expect(throws: CorpusError.self) { try augmentation.validate() }
        }
    }

    @Test func batchesChangeByEpochAndExampleAlone() throws {
        let shop = try Workshop()
        let configuration = CorpusConfiguration(
            dataFolder: try SampleData.folder(environment: [:]), repertoire: try Repertoire(named: "kana"))
        let store = try DatasetStore.open(Corpus(configuration), DatasetRequest(folder: "\(shop.path)/out", subset: .test))
        var augmentation = Augmentation()
        augmentation.rotation = 0.3
        func frames(batchSize: Int, epochs: Int, plain: Bool = false) throws -> [[Float]] {
            var request = BatchRequest(batchSize: batchSize, frame: try .init(height: 32, width: 32))
            request.epochs = epochs
            request.augmentation = plain ? nil : (augmentation, Key(seed: 3))
            let source = try BatchSource(store, request)
            var frames: [[Float]] = []
            while let batch = try source.next() {
                for n in 0..<batch.count { frames.append(Array(batch.images[n * 1024..<(n + 1) * 1024])) }
            }
            return frames
        }
        let two = try frames(batchSize: 32, epochs: 2)
        #expect(try two == frames(batchSize: 7, epochs: 2))
        #expect(two[0] != two[255] && two.count == 510)
        #expect(try frames(batchSize: 32, epochs: 1, plain: true)[0] != two[0])
    }
}
