import Foundation
import Testing
import Training

/// A run's folder as other programs see it. Runs where `CARPEDM_PEER_PYTHON` names a Python with tensorflow, tensorboard and safetensors.
private let peerPython = ProcessInfo.processInfo.environment["CARPEDM_PEER_PYTHON"]

@Suite(.enabled(if: peerPython != nil, "CARPEDM_PEER_PYTHON names no Python with tensorflow, tensorboard and safetensors"))
struct PeerTests {
    @Test func otherProgramsReadTheFolderOfARun() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.file("run"))
        _ = try estimator.trainAndEvaluate(toySpec(12), [toyEvaluation()])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(peerPython))
        process.arguments = [
            "-c",
            """
            import os, tensorflow as tf
            from safetensors.numpy import load_file
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            guidance = {k: 0 for k in ("scalars", "histograms", "images", "tensors")}
            train, dev = (EventAccumulator(d, size_guidance=guidance).Reload() for d in ("run", "run/eval"))
            for tag in ("loss", "penalty", "learning_rate"):
                print(tag, [e.step for e in train.Scalars(tag)])
            print("accuracy", [e.step for e in dev.Scalars("accuracy")])
            print(sorted(train.Tags()["histograms"]))
            state = tf.train.get_checkpoint_state("run")
            print([os.path.basename(p) for p in state.all_model_checkpoint_paths])
            weights = load_file(state.model_checkpoint_path + "/weights.safetensors")
            print({name: w.shape for name, w in sorted(weights.items())})
            """,
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1",
        ]) { $1 }
        let (output, errors) = (scratch.file("stdout"), scratch.file("stderr"))
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        process.waitUntilExit()
        let complaint = try String(contentsOfFile: errors, encoding: .utf8).suffix(2000)
        #expect(process.terminationStatus == 0, "\(complaint)")
        #expect(
            try String(contentsOfFile: output, encoding: .utf8) == """
                loss [5, 10]
                penalty [5, 10]
                learning_rate [5, 10]
                accuracy [4, 8, 12]
                ['toy/hidden/activations', 'toy/logits/activations']
                ['model.ckpt-0', 'model.ckpt-4', 'model.ckpt-8', 'model.ckpt-12']
                {'toy/hidden/bias': (8,), 'toy/hidden/kernel': (4, 8), 'toy/logits/bias': (3,), 'toy/logits/kernel': (8, 3)}

                """)
    }
}

/// A folder on a disk of about a megabyte (say, a tmpfs) named by `CARPEDM_SMALL_DISK`.
private let smallDisk = ProcessInfo.processInfo.environment["CARPEDM_SMALL_DISK"]

@Suite(.enabled(if: smallDisk != nil, "CARPEDM_SMALL_DISK names no folder on a disk of about a megabyte"))
struct FullDiskTests {
    @Test func fullDiskKeepsThePreviousCheckpoint() throws {
        let folder = try #require(smallDisk) + "/run"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // About 100 KB a checkpoint, all of which are kept.
        let config: [(String, Setting)] = [("keep_checkpoint_max", .integer(0)), ("save_checkpoints_steps", .integer(1))]
        let model = ToyModel(units: 1000)
        var saved: [Int] = []
        let estimator = try toyEstimator(folder, model: model, config: config)
        estimator.progress = { if case .saved(_, let step) = $0 { saved.append(step) } }
        let error = #expect(throws: (any Error).self) { try estimator.train(toySpec(400)) }
        #expect((error as? any LocalizedError)?.errorDescription?.contains("No space left on device") == true)
        #expect(saved.count > 1)
        let newest = try RunFolder(path: folder).newest { Issue.record("\($0) is damaged") }
        #expect(newest?.state.step == saved.last)
        let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains("partial") }
        #expect(leftovers == [])
    }
}
