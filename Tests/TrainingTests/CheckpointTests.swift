import Formats
import Foundation
import Tensors
import Testing
import Training

@Suite struct CheckpointTests {
    private func checkpoint(_ step: Int) throws -> Checkpoint {
        var state = RunState()
        (state.step, state.position, state.model) = (step, DataPosition(epoch: 2, example: 48), "toy")
        state.variables = ["a/kernel", "a/bias"]
        state.untrained = ["a/mean"]
        return Checkpoint(
            state: state,
            parameters: [
                "a/kernel": try Tensor([0.1, -2, 3, .pi] as [Float], shape: [2, 2]),
                "a/bias": try Tensor([Float(step)], shape: [1]),
                "a/mean": try Tensor([1, 2] as [Int64], shape: [2]),
            ], slots: ["a/kernel/Momentum": try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])])
    }

    @Test func checkpointsComeBack() throws {
        let scratch = try ScratchFolder()
        let folder = RunFolder(path: scratch.file("run"))
        #expect(try folder.newest { _ in } == nil)
        for step in [0, 10, 9] { try folder.save(try checkpoint(step)) }
        #expect(folder.steps == [0, 9, 10])
        let list = try String(contentsOfFile: scratch.file("run/checkpoint"), encoding: .utf8)
        #expect(
            list == """
                model_checkpoint_path: "model.ckpt-9"
                all_model_checkpoint_paths: "model.ckpt-0"
                all_model_checkpoint_paths: "model.ckpt-9"
                all_model_checkpoint_paths: "model.ckpt-10"

                """)
        let newest = try #require(try folder.newest { _ in Issue.record("nothing is damaged") })
        #expect(newest.state == (try checkpoint(9)).state)
        #expect(newest.parameters["a/bias"]?.elements(as: Float.self) == [9])
        #expect(newest.parameters["a/mean"]?.integers == [1, 2])
        #expect(newest.slots["a/kernel/Momentum"]?.shape == [2, 2])

        try folder.prune(newest: 1, kept: [0])
        #expect(folder.steps == [0, 10])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "checkpoint", "model.ckpt-0", "model.ckpt-10",
            ])
    }

    @Test(arguments: ["weights.safetensors", "optimizer.safetensors", "state.json", "MANIFEST"])
    func damageFallsBackWithAWarning(file: String) throws {
        let scratch = try ScratchFolder()
        let folder = RunFolder(path: scratch.path)
        let changes: [(inout [UInt8]) -> Void] = [{ $0[$0.count / 2] ^= 4 }, { $0.removeLast() }, { $0.append(10) }, { $0 = [] }]
        for change in changes {
            for step in [1, 2] { try folder.save(try checkpoint(step)) }
            let path = folder.checkpointPath(2) + "/" + file
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            change(&bytes)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            var reported: [TrainingError] = []
            let newest = try folder.newest { reported.append($0) }
            #expect(newest?.state.step == 1)
            #expect(reported.count == 1)
            #expect(reported.first?.errorDescription?.contains("model.ckpt-2' is damaged") == true)
        }
        try FileManager.default.removeItem(atPath: folder.checkpointPath(2) + "/" + file)
        #expect(try folder.newest { _ in }?.state.step == 1)
        try FileManager.default.removeItem(atPath: folder.checkpointPath(1) + "/" + file)
        #expect(throws: TrainingError.self) { try folder.newest { _ in } }
    }

    @Test func savingAgainReplaces() throws {
        let scratch = try ScratchFolder()
        let folder = RunFolder(path: scratch.path)
        try folder.save(try checkpoint(4))
        var other = try checkpoint(4)
        other.state.seed = 99
        try folder.save(other)
        #expect(try folder.newest { _ in }?.state.seed == 99)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["checkpoint", "model.ckpt-4"])
    }

    @Test func unwritableFolderLeavesNothing() throws {
        let error = #expect(throws: FormatsError.self) { try RunFolder(path: "/proc/none").save(try checkpoint(1)) }
        #expect(error?.errorDescription?.contains("/proc/none") == true)
    }
}
