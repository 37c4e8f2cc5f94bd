import Formats
import Foundation
import Tensors
import Testing
import Training

@Suite struct ReportTests {
    private func trained(_ scratch: ScratchFolder, steps: Int = 8) throws -> (Estimator, RunOutcome) {
        let task = ToyTask()
        task.names = ["い", "<ろ>", "は"]
        let estimator = try toyEstimator(scratch.file("run"), task: task)
        return (estimator, try estimator.trainAndEvaluate(toySpec(steps), [toyEvaluation()]))
    }

    @Test func everyEvaluationLeavesAReport() throws {
        let scratch = try ScratchFolder()
        let (estimator, outcome) = try trained(scratch)
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("run/eval")).filter {
            $0.hasPrefix("report")
        }.sorted()
        #expect(names == ["report-4.html", "report-4.txt", "report-8.html", "report-8.txt"])
        let evaluation = try #require(outcome.evaluation)
        let report = EvaluationReport(evaluation, estimator)
        #expect(try String(contentsOfFile: scratch.file("run/eval/report-8.txt"), encoding: .utf8) == report.text)
        let accuracy = try #require(evaluation.confusion?.accuracy)
        for part in [
            "toy: evaluation at step 8, 31 examples", accuracy.summary, "balanced accuracy", "character errors",
            "texts with errors", "Highest losses", "point",
            "Most confused",
        ] {
            #expect(report.text.contains(part), "\(part)")
        }
        #expect(evaluation.gallery.hardest.count == 24)
        let losses = evaluation.gallery.hardest.map(\.loss)
        #expect(losses == losses.sorted(by: >))
        let wrong = evaluation.gallery.confused.values.flatMap(\.self)
        #expect(wrong.allSatisfy { $0.isWrong })
    }

    /// Whole pages only: an XML parser reads them, they name nothing outside, and what classes are called is no markup.
    @Test func pageStandsAlone() throws {
        let scratch = try ScratchFolder()
        let (estimator, outcome) = try trained(scratch, steps: 4)
        let html = EvaluationReport(try #require(outcome.evaluation), estimator).html
        #expect(!html.contains("<ろ>"))
        #expect(html.contains("&lt;ろ&gt;"))
        #expect(!html.contains("http://") || html.components(separatedBy: "http://").count == 2)
        #expect(!html.contains("<script") && !html.contains("https://") && !html.contains("src=\"/"))
        #expect(html.contains("<polyline"))
        for tag in ["table", "section", "svg", "div", "figure", "tr", "td"] {
            let opened = html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count - 2
            #expect(opened == html.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
        }
    }

    @Test func pagesGoWithTheirCheckpoints() throws {
        let scratch = try ScratchFolder()
        let estimator = try toyEstimator(scratch.path, config: [("keep_checkpoint_max", .integer(2))])
        _ = try estimator.trainAndEvaluate(toySpec(24), [toyEvaluation()])
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("eval"))
        #expect(names.count { $0.hasSuffix(".txt") } == 6)
        let pages = Set(names.filter { $0.hasSuffix(".html") }.compactMap { Int($0.dropFirst(7).dropLast(5)) })
        #expect(pages == Set(RunFolder(path: scratch.path).steps).subtracting([0]))
    }

    @Test func curveCountsRepeatedStepsOnce() throws {
        let scratch = try ScratchFolder()
        for (steps, values) in [([5, 10, 15], [3, 2, 9]), ([15, 20], [1, 0.5])] as [([Int], [Float])] {
            let file = try EventFileWriter(folder: scratch.path)
            if steps[0] == 15 { try file.markRestart(step: 11) }
            for (step, value) in zip(steps, values) { try file.write([.scalar("loss", value)], step: step) }
            try file.close()
        }
        let points = TrainingCurve(folder: scratch.path).points("loss")
        #expect(points.map(\.step) == [5, 10, 15, 20])
        #expect(points.map(\.value) == [3, 2, 1, 0.5])
        #expect(TrainingCurve(folder: scratch.file("none")).points("loss").isEmpty)
    }

    @Test func runsAreFoundWithTheirBest() throws {
        let scratch = try ScratchFolder()
        let (estimator, _) = try trained(scratch)
        _ = try toyEstimator(scratch.file("deep/er"), [("learning_rate", .number(0.5))]).train(toySpec(2))
        try FileManager.default.createDirectory(atPath: scratch.file("empty"), withIntermediateDirectories: true)
        let runs = RunRecord.all(under: scratch.path)
        #expect(runs.map(\.path) == [scratch.file("deep/er"), scratch.file("run")])
        #expect(runs.map(\.step) == [2, 8])
        #expect(runs.map(\.isRunning) == [false, false])
        #expect(runs[0].hyperparameters["learning_rate"] == "0.5" && runs[0].best == nil)
        let accuracies = estimator.history.map { $0.metrics["accuracy"] ?? 0 }
        #expect(runs[1].best?.metric == "accuracy" && runs[1].best?.value == accuracies.max())
        #expect(runs[1].metrics["accuracy"] == accuracies.last)
        var seen: RunRecord?
        let again = try toyEstimator(scratch.file("run"))
        again.isInterrupted = {
            seen = RunRecord(folder: scratch.file("run"))
            return true
        }
        _ = try again.train(toySpec(12))
        #expect(seen?.isRunning == true)
    }
}
