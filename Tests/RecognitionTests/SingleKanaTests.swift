import Corpus
import Formats
import Foundation
import Imaging
import NeuralNetworks
import Randomness
import Recognition
import Tensors
import Testing
import Training

@Suite struct SingleKanaTests {
    /// The task on the bundled sample, in a folder of its own that the caller removes.
    private func task(seed: UInt64 = 0) throws -> (OCRTask, folder: URL) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        var settings = TaskSettings(dataFolder: try SampleData.folder(), taskFolder: folder.path)
        settings.inputShape = try Shape(height: .pixels(64), width: .pixels(64))
        settings.shuffleSeed = seed
        return (OCRTask(try SingleKana(), settings), folder)
    }

    /// Counts as the split of CPython's reference script gives them for the sample.
    @Test func sampleHasItsClassesAndFolders() throws {
        let (task, folder) = try task()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try task.corpus()[.train].count == 2906)
        #expect(try task.corpus()[.dev].count == 351)
        #expect(try task.corpus()[.test].count == 255)
        #expect(try task.classCount() == 72)
        #expect(try task.taskID().hasPrefix("OCRSingleKana_kana-70-"))
        #expect(try task.dataFolder().hasSuffix("/data/tfrecords/None/test=synt00015_dev=0.1"))
        #expect(try task.jobFolder("example", model: "m").hasSuffix("/results/example/64_64/m"))
    }

    @Test func folderDependsOnWhatExamplesDependOn() throws {
        let (task, folder) = try task()
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = task.settings
        settings.minimumFrequency = 1
        #expect(try OCRTask(try SingleKana(), settings).taskID() != task.taskID())
        settings = task.settings
        settings.inputShape = .unchanged
        #expect(try OCRTask(try SingleKana(), settings).taskID() == task.taskID())
    }

    /// A set of characters as KMNIST comes: arrays of images and labels, and a class map. The task needs to know nothing of it.
    @Test func arraysFeedTheTaskWithoutFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, count) in [("train", 60), ("test", 20)] {
            let images = try StoredArray((0..<count * 784).map { UInt8(truncatingIfNeeded: $0 * 5) }, shape: [count, 28, 28])
            let labels = try StoredArray((0..<count).map { UInt8($0 % 3) }, shape: [count])
            try NumpyArchive.write(["arr_0": images], to: "\(folder.path)/kmnist-\(name)-imgs.npz")
            try NumpyArchive.write(["arr_0": labels], to: "\(folder.path)/kmnist-\(name)-labels.npz")
        }
        let map = "index,codepoint,char\n0,U+304A,お\n1,U+304D,き\n2,U+3059,す\n"
        try Data(map.utf8).write(to: folder.appendingPathComponent("kmnist_classmap.csv"))
        var settings = TaskSettings(dataFolder: folder.path, taskFolder: folder.appendingPathComponent("task").path)
        settings.inputShape = try Shape(height: .pixels(28), width: .pixels(28))
        settings.datasetFormat = "generator"
        let task = OCRTask(try SingleKana(), settings)
        #expect(try task.classCount() == 5 && task.corpus()[.test].count == 20)
        let batch = try #require(try task.input(batchSize: 16, subset: .train)().next())
        #expect(batch.features["image/data"]?.shape == [16, 28, 28, 1])
        #expect(!FileManager.default.fileExists(atPath: settings.taskFolder))
        settings.datasetFormat = "png"
        #expect(throws: RecognitionError.self) { try OCRTask(SingleKana(), settings).input(batchSize: 16, subset: .train) }
    }

    /// At the start a classifier knows nothing: cross-entropy ln 72, and the penalty of Glorot's limits is about 0.1009.
    @Test func untrainedLossIsThatOfGuessing() throws {
        let (task, folder) = try task()
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = try task.input(batchSize: 32, subset: .train)()
        let batch = try #require(try source.next())
        #expect(batch.features["image/data"]?.shape == [32, 64, 64, 1])
        let pass = Pass(inference: ParameterStore(key: Key(seed: 7)))
        let output = try SingleCharacterBaseline(classes: task.classCount()).forward(batch.features, pass)
        let losses = try task.loss(features: batch.features, output: output, targets: batch.targets, isTraining: true)
        let mean = try losses.mean().item()
        #expect(abs(mean - log(72)) < 0.1)
        let penalty = try pass.store.parameters.reduce(0) { $0 + (try $1.value.halfSquaredNorm().item()) } * 2e-4
        #expect(abs(penalty - 0.1009) < 0.002)
    }

    @Test func orderDependsOnTheSeedAlone() throws {
        let (first, folder) = try task(seed: 5)
        defer { try? FileManager.default.removeItem(at: folder) }
        let other = OCRTask(try SingleKana(), first.settings)
        let ids = try #require(try first.input(batchSize: 16, subset: .train)().next()?.ids)
        #expect(try other.input(batchSize: 16, subset: .train)().next()?.ids == ids)
        var settings = first.settings
        settings.shuffleSeed = 6
        #expect(try OCRTask(try SingleKana(), settings).input(batchSize: 16, subset: .train)().next()?.ids != ids)
    }

    @Test func evaluationDataEndWithASmallerBatch() throws {
        let (task, folder) = try task()
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = try task.input(batchSize: 100, subset: .dev)()
        var counts: [Int] = []
        while let batch = try source.next() { counts.append(batch.count) }
        #expect(counts == [100, 100, 100, 51])
    }
}
