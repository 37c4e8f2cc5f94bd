import Testing
import Training

@Suite struct ProgressTests {
    private func step(_ step: Int, endsInterval: Bool = false) -> StepProgress {
        StepProgress(
            step: step, maxSteps: 1350, epoch: 10, epochs: 30, loss: 2.1034, penalty: 0.1009, learningRate: 1e-3,
            logged: ["loss": 1, "hit": 0.5],
            examplesPerSecond: 411.6, averageExamplesPerSecond: 400, secondsLeft: 130, endsInterval: endsInterval)
    }

    @Test func linesSayWhatCounts() throws {
        #expect(
            ProgressText.line(step(450))
                == "step 450 of 1350, epoch 10 of 30, loss 2.1034 (penalty 0.1009), hit 0.5, 412 examples/s, 2 min 10 s left")
        let confusion = try Confusion(classes: 2, labels: [0, 1, 1], answers: [0, 0, 1])
        let evaluation = Evaluation(
            name: nil, step: 45, examples: 167, seconds: 1, metrics: ["loss": 3.25],
            measures: ["accuracy": Proportion(hits: 109, count: 167), "confusion": confusion], texts: [:], checkpoint: nil)
        #expect(
            ProgressText.line(evaluation)
                == "evaluation at step 45: loss 3.2500, accuracy 65.27 % (109 of 167; 95 % interval 57.78 % to 72.07 %), "
                + "always the commonest class 66.67 %")
        #expect([7.4, 59.6, 130, 7500].map(ProgressText.duration) == ["7 s", "1 min 0 s", "2 min 10 s", "2 h 5 min"])
    }

    @Test func pipesGetOneLineForEachInterval() {
        var text = ""
        let lines = LineProgress { text += $0 }
        for number in 1...3 { lines.show(.step(step(number, endsInterval: number == 3))) }
        lines.show(.notice("note"))
        #expect(text.split(separator: "\n").count == 2)
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
    }

    @Test func terminalRedrawsOneLine() {
        var text = ""
        var now = 0.0
        let terminal = RedrawnProgress(columns: { 20 }, clock: { now }, write: { text += $0 })
        terminal.show(.step(step(1)))
        terminal.show(.step(step(2)))
        now = 0.2
        terminal.show(.step(step(3)))
        terminal.show(.notice("note"))
        terminal.end()
        #expect(text == "\rstep 1 of 1350, epo\u{1B}[K\rstep 3 of 1350, epo\u{1B}[K\r\u{1B}[Knote\n")
    }
}
