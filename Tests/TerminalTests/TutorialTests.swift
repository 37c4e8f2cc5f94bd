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
        func ask(_ input: String) throws -> String {
            try terminal.send(input + "\r")
            try terminal.waitForPrompt(number + 1, seconds: PseudoTerminal.long)
            number += 1
            return try #require(terminal.answer(to: number - 1))
        }
        _ = try ask("import carpedm as dm")
        _ = try ask("from carpedm import train")
        _ = try ask("from carpedm.util import registry")
        _ = try ask("meta = dm.data.MetaLoader(dm.data.sample, charset='kana', image_scope='char')")
        #expect(try ask("meta").contains(": <MetaLoader of kana char: 2906 train, 351 dev, 255 test>"))
        #expect(try ask("meta.data_stats(which_stats=['majority'])").contains("Majority class from train: 4 (の), 8.40 %"))
        _ = try ask(
            "task = registry.task('ocr_single_kana')(data_dir=dm.data.sample, task_dir='tasks', shape_in=(16, 16))"
        )
        #expect(try ask("task.num_classes").contains("Out[\(number - 1)]: 72"))
        _ = try ask("model = registry.model('single_char_baseline')(num_classes=task.num_classes)")
        _ = try ask("params = train.HParams(train_batch_size=32, eval_batch_size=8, optimizer='sgd', learning_rate=0.001)")
        // Two epochs. Should Ctrl-C come late on a slow machine, the run still waits for it before it is through.
        _ = try ask("steps = 2 * (2906 // 32)")
        _ = try ask(
            PseudoTerminal.pasted("def hold(run):\n    while run.step == steps - 1 and run.learning_rate == 0.001: pass"))
        _ = try ask(
            "estimator = train.Estimator(task.model_fn(model), train.RunConfig(model_dir='run'), params, callbacks=[hold])")
        _ = try ask("checks = train.EvalSpec(task.input_fn(8, subset='dev'))")
        // Ctrl-C in the middle of training: the prompt comes back with everything there.
        try terminal.send(
            "result = train.train_and_evaluate(estimator, train.TrainSpec(task.input_fn(32, subset='train'), steps), checks)\r")
        try terminal.wait(seconds: PseudoTerminal.long, for: "training") {
            $0.screen.contains { $0.hasPrefix("step ") && !$0.hasPrefix("step 0") }
        }
        try terminal.send(PseudoTerminal.controlC)
        number += 1
        try terminal.waitForPrompt(number, seconds: PseudoTerminal.long)
        let paused = try #require(
            terminal.picture.text.firstMatch(
                of: #/\ninterrupted\ntraining is paused at step (\d+) of 180; train.resume\(\) goes on/#))
        let step = try #require(Int(paused.1))
        #expect((1..<180).contains(step))
        #expect(try ask("train.current.step").contains("Out[\(number - 1)]: \(step)"))
        #expect(try ask("train.current.loss > 0").contains(": True"))
        #expect(try ask("len(train.current.losses)").contains(": \(step)"))
        _ = try ask("train.current.learning_rate = 0.0005")
        #expect(try ask("params.learning_rate").contains(": 0.0005"))
        #expect(try ask("result = train.resume()").contains("going on from step \(step)"))
        #expect(try ask("result.step, result.status").contains(": (180, 'finished')"))
        // Evaluated after the first epoch, unless the pause came later, and at the end; once more by hand.
        #expect(try ask("[record['step'] for record in train.current.history]").contains(": [91, 180]"))
        let again = try ask(
            "estimator.evaluate(task.input_fn(8, subset='dev')).metrics['accuracy'] == result.metrics['accuracy']")
        #expect(again.contains(": True"))
        #expect(try ask("result.evaluation.confusion").contains("Out["))
        #expect(try ask("%export session.md").contains("inputs written to session.md"))
        #expect(try ask("%save session.cdm").contains("inputs written to session.cdm"))
        let page = try String(contentsOf: home.url.appendingPathComponent("session.md"), encoding: .utf8)
        #expect(page.contains("cdm> result.step, result.status\n(180, 'finished')\n"))
        let script = try String(contentsOf: home.url.appendingPathComponent("session.cdm"), encoding: .utf8)
        #expect(script.contains("train.current.learning_rate = 0.0005\n"))
        try terminal.send(PseudoTerminal.controlD)
        #expect(try terminal.waitForExit() == 0)
    }
}
