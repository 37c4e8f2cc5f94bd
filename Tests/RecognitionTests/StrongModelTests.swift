import NeuralNetworks
import Randomness
import Recognition
import Tensors
import Testing
import Training

@Suite struct StrongModelTests {
    private func settings(normalized: Bool) -> StrongNetwork.Settings {
        var settings = StrongNetwork.Settings()
        (settings.filters, settings.depth, settings.isNormalized) = ([4, 6, 8], 2, normalized)
        return settings
    }

    @Test(arguments: [false, true]) func strongModelsGiveTheirShapes(normalized: Bool) throws {
        let images = try Tensor.uniform(Key(seed: 1), [3, 40, 16, 1], from: -1, to: 1)
        let rows = try Tensor([Int32(40), 24, 8], shape: [3])
        let features = ["image/data": images, "image/rows": rows]
        var settings = settings(normalized: normalized)
        let store = ParameterStore(key: Key(seed: 1))
        let single = try SingleCharacterStrong(classes: 5, units: 7, network: StrongNetwork(settings))
        #expect(try single.forward(features, Pass(training: store, key: Key(seed: 2))).logits.shape == [3, 5])
        settings.lastStride = 1
        let reader = try SequenceStrong(classes: 5, units: 7, network: StrongNetwork(settings))
        let pass = Pass(training: ParameterStore(key: Key(seed: 1)), key: Key(seed: 2))
        guard case .named(let output) = try reader.forward(features, pass) else { Issue.record("no names"); return }
        #expect(output["logits"]?.shape == [3, 10, 6])
        #expect(output["seq_len"]?.integers == [10, 6, 2])
        #expect([40, 24, 8, 3].map(reader.timeSteps) == [10, 6, 2, 0])
        // Both have the same convolutions under the same names, so that one can start from the other.
        let convolutions = store.names.filter { $0.hasPrefix("conv") }
        #expect(convolutions == pass.store.names.filter { $0.hasPrefix("conv") } && convolutions.contains("conv5/kernel"))
    }

    /// Contrast and brightness of an image are of no account, and rows that do not count are not looked at.
    @Test func contrastIsEvened() throws {
        let model = try SingleCharacterStrong(classes: 3, network: StrongNetwork(settings(normalized: false)))
        let image = try Tensor.uniform(Key(seed: 1), [1, 16, 16, 1], from: -1, to: 1)
        let pass = Pass(inference: ParameterStore(key: Key(seed: 1)))
        func answer(_ image: Tensor) throws -> [Double] { try model.forward(["image/data": image], pass).logits.elements() }
        let (plain, moved) = (try answer(image), try answer(image + 0.3))
        #expect(zip(plain, moved).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func badSettingsAreRefused() {
        var settings = StrongNetwork.Settings()
        settings.depth = 0
        #expect(throws: RecognitionError.self) { try StrongNetwork(settings) }
        settings = StrongNetwork.Settings()
        settings.filters = []
        #expect(throws: RecognitionError.self) { try StrongNetwork(settings) }
        #expect(throws: RecognitionError.self) { try SingleCharacterStrong(classes: 0, network: StrongNetwork()) }
    }
}
