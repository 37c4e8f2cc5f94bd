import NeuralNetworks
import Randomness
import Recognition
import Tensors
import Testing
import Training

@Suite struct ModelTests {
    /// The original's name and number of parameters for 70 classes.
    @Test func baselineIsTheOriginals() throws {
        let model = try SingleCharacterBaseline(classes: 70)
        #expect(model.name == "Baseline_CNN_c3x3.64-p2x2.2-c3x3.96-p2x2.2-c3x3.128-p2x2.2-c3x3.160-p2x2.2")
        let images = try Tensor.zeros([1, 64, 64, 1])
        let summary = try ModelSummary(model, batch: Batch(features: ["image/data": images], targets: .unknown(count: 1)))
        #expect(summary.parameterCount == 917_702)
    }

    @Test func poolingEverySecondLayerFollowsTheSecond() throws {
        var settings = ConvolutionalNetwork.Settings()
        settings.kernelSizes = [Extent(3), Extent(5)]
        settings.filters = [4, 6]
        settings.poolSizes = [Extent(2)]
        settings.poolStrides = [2]
        settings.poolEvery = 2
        let network = try ConvolutionalNetwork(settings)
        #expect(network.name == "CNN_c3x3.4-c5x5.6-p2x2.2")
        let pass = Pass(inference: ParameterStore(key: Key(seed: 1)))
        #expect(try network(.zeros([2, 10, 8, 1]), pass).shape == [2, 5, 4, 6])
        #expect(network.outputHeight(of: 10) == 5)
    }

    @Test func settingsThatDoNotFitTogetherAreRefused() throws {
        var settings = ConvolutionalNetwork.Settings()
        settings.poolSizes.removeLast()
        settings.poolStrides.removeLast()
        #expect(throws: RecognitionError.self) { try ConvolutionalNetwork(settings) }
        #expect(throws: RecognitionError.self) { try SingleCharacterBaseline(classes: 0) }
    }

    @Test func batchWithoutImagesIsRefused() throws {
        let model = try SingleCharacterBaseline(classes: 3)
        let pass = Pass(inference: ParameterStore(key: Key(seed: 1)))
        #expect(throws: RecognitionError.self) { try model.forward([:], pass) }
    }
}
