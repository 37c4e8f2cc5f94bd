import Foundation
import Testing

@Suite struct RunsCommandTests {
    /// Two runs of two steps that differ in the learning rate.
    private func runs() throws -> TemporaryFolder {
        let folder = try BadInputTests.workshop()
        let script = """
            import carpedm as dm
            from carpedm import train
            task = dm.tasks.OCRSingleKana(data_dir="data", task_dir="tasks", shape_in=(16, 16), dev_split=0.2)
            for name, rate in (("slow", 1e-4), ("deep/fast", 1e-2)):
                train.fit(task, "single_char_baseline", max_steps=2, batch_size=2, model_dir="runs/" + name, learning_rate=rate)

            """
        try Data(script.utf8).write(to: folder.url.appending(path: "test.cdm"))
        let run = try Program(["run", "test.cdm"], in: folder.url)
        #expect(run.exitCode == 0, "\(run.error)")
        return folder
    }

    @Test func runsAreListedAndCompared() throws {
        let folder = try runs()
        let table = try Program(["runs", "runs"], in: folder.url)
        let lines = table.output.split(separator: "\n")
        #expect(table.exitCode == 0 && table.error == "" && lines.count == 3, "\(table.output)\(table.error)")
        #expect(lines[0].hasPrefix("run ") && lines[0].hasSuffix("  learning_rate"))
        #expect(lines[1].hasPrefix("deep/fast  2 ") && lines[1].hasSuffix("  0.01") && lines[1].contains("accuracy"))
        #expect(lines[2].hasPrefix("slow ") && lines[2].hasSuffix("  0.0001"))

        let json = try JSONSerialization.jsonObject(with: Data(Program(["runs", "runs", "--json"], in: folder.url).output.utf8))
        let records = try #require(json as? [[String: Any]])
        #expect(records.map { $0["path"] as? String } == ["runs/deep/fast", "runs/slow"])
        #expect(
            records.allSatisfy { $0["step"] as? Int == 2 && $0["isRunning"] as? Bool == false && $0["evaluations"] as? Int == 1 })
        #expect((records[0]["best"] as? [String: Any])?["metric"] as? String == "accuracy")

        let csv = try Program(["runs", "runs", "--csv", "--sort", "time"], in: folder.url).output.components(separatedBy: "\r\n")
        #expect(csv.count == 4 && csv[0].hasPrefix("path,model,step,running,changed,evaluations,best_metric,best,best_step,"))
        let byLoss = try Program(["runs", "runs", "--metric", "loss", "--sort", "loss"], in: folder.url)
        #expect(byLoss.output.contains("loss 1."), "\(byLoss.output)\(byLoss.error)")
    }

    @Test func mistakesAreExplained() throws {
        let folder = try TemporaryFolder(["empty/file": ""])
        #expect(try Program(["runs", "empty"], in: folder.url).output == "no runs in empty\n")
        #expect(try Program(["runs", "empty", "--json"], in: folder.url).output == "[\n\n]\n")
        for (arguments, part) in [
            (["runs", "none"], "there is no folder 'none'"), (["runs", "empty", "--json", "--csv"], "exclude each other"),
            (["runs", "empty", "--metric", "accuracy"], "no run knows 'accuracy'"),
        ] {
            let run = try Program(arguments, in: folder.url)
            #expect(run.exitCode == 2 && run.error.contains(part), "\(run.error)")
        }
    }
}
