import Foundation
import Testing

@Suite struct LoopTests {
    @Test func callbacksOfAllKindsAreCalled() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        #expect(
            conversation.answer(
                workshop(scratch) + """
                    heard = []
                    class Listener:
                        def on_start(self, run): heard.append(f"start {run.step}")
                        def on_step(self, run):
                            heard.append(f"step {run.step}")
                            dm.summary.scalar("mine", run.loss)
                            run.learning_rate = 0.002
                        def on_evaluation(self, run, evaluation): heard.append(f"evaluation {evaluation.step} {run.evaluation.examples}")
                        def on_checkpoint(self, run, path): heard.append(path.split("-")[-1])
                        def on_end(self, run, result): heard.append(result.status)

                    def stopping(run):
                        if run.step == 5:
                            run.stop("enough")

                    result = train.train_and_evaluate(estimator("a", [Listener(), stopping]), spec(9), checks)
                    print(heard)
                    print(result.status, params.learning_rate, len(result.evaluation.hardest))
                    """) == """
                    ['start 0', '0', 'step 1', 'step 2', 'step 3', 'step 4', '4', 'evaluation 4 50', 'step 5', '5', 'evaluation 5 50', 'stopped: enough']
                    stopped: enough 0.002 24

                    """)
    }

    @Test(arguments: [
        ("estimator('a', [3])", "TypeError", "a callback must be a function or an object with methods, not int"),
        (
            "class X:\n    def on_stop(self, run): pass\nestimator('a', [X()])", "TypeError",
            "a method 'on_stop', which is never called"
        ),
        (
            "train.train_and_evaluate(estimator('a', [train.EarlyStopping('acuracy')]), spec(4), checks)", "ValueError",
            "there is no metric 'acuracy'"
        ),
        (
            "train.EarlyStopping(mode='up') and estimator('a', [train.EarlyStopping(mode='up')])", "ValueError",
            "there is no mode 'up'"
        ),
        ("train.EvalSpec(dev, every='often')", "ValueError", "every must be a number and a unit"),
        ("train.EvalSpec(dev, every='1 epoch', every_steps=3)", "ValueError", "exclude each other"),
        ("train.fit(task, model, learning_rat=1)", "ValueError", "Did you mean 'learning_rate'?"),
        ("train.fit(task, 'single_char_baselin')", "LookupError", "Did you mean 'single_char_baseline'?"),
        ("train.fit(3, model)", "TypeError", "a task"),
        ("train.HParams(gradient_clipping=1, gradient_clip_norm=1)", "ValueError", "exclude each other"),
        ("train.HParams(lr_schedule='cosin')", "ValueError", "Did you mean 'cosine'?"),
        (
            "params.freeze = 'conv9/*'\nestimator('a').train(examples, 1)", "ValueError",
            "there is no variable to freeze 'conv9/*'"
        ),
        ("train.Estimator(task.model_fn(model), None, 3)", "TypeError", "Estimator: argument 3 must be HParams, not int"),
        ("train.EvalSpec(dev, every_steps=1.5)", "TypeError", "EvalSpec: 'float' object"),
        ("train.find_learning_rate(estimator('a'), examples, steps=2**53)", "ValueError", "a whole number from 2 to 1000000"),
        ("registry.display_list_by_prefix({}, 2**40)", "ValueError", "starting_spaces must be from 0 to 1000"),
        ("dm.report(3)", "TypeError", "a result of training or an evaluation"),
        ("estimator('a').evaluate(dev)", "FileNotFoundError", "there is no checkpoint in"),
        ("dm.metrics.confusion([0], [3], 2)", "ValueError", "class 3 is not one of the 2 classes"),
        ("dm.metrics.ler([[1]], [])", "ValueError", "answers"),
        ("dm.metrics.wilson(3, 2)", "ValueError", "hits must be from 0 to count"),
    ])
    func mistakesAreExplained(code: String, kind: String, part: String) throws {
        let scratch = try Scratch()
        let answer = try Conversation().answer(workshop(scratch) + code)
        #expect(answer.contains("error[\(kind)]"), "\(answer)")
        #expect(answer.contains(part), "\(answer)")
    }

    /// A callback that raises: both sides in the traceback, and the last step kept.
    @Test func raisingCallbackLeavesACheckpoint() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        let answer = conversation.answer(
            workshop(scratch) + """
                def broken(run):
                    if run.step == 3:
                        raise ValueError("no more")

                train.train_and_evaluate(estimator("a", [broken]), spec(9), checks)
                """)
        #expect(answer.contains("error[ValueError]: no more"), "\(answer)")
        #expect(answer.contains("in a callback's on_step, called by the training loop"), "\(answer)")
        #expect(answer.contains("in broken"), "\(answer)")
        #expect(try scratch.names("a").contains("model.ckpt-3"))
        #expect(conversation.answer("broken = None\nprint(train.current.status, train.current.step)") == "failed 3\n")
        #expect(conversation.answer("print(estimator('a').train(examples, 4).step)") == "4\n")
    }

    @Test func fitIsTheShortForm() throws {
        let scratch = try Scratch()
        let conversation = try Conversation()
        #expect(
            conversation.answer(
                workshop(scratch) + """
                    result = train.fit(task, "single_char_baseline", max_steps=4, batch_size=8, eval_batch_size=50, model_dir=place + "fit",
                                       every="2 steps", learning_rate=1e-3, momentum=0.9, save_summary_steps=2)
                    print(result.step, result.status, [record["step"] for record in train.current.history])
                    print(train.fit(task, dm.models.SingleCharBaseline, max_steps=5, batch_size=8, eval_batch_size=50, model_dir=place + "fit").step)
                    """) == "4 finished [2, 4]\n5\n")
    }

    @Test func rehearsalsAndSearchesGiveNumbers() throws {
        let scratch = try Scratch()
        #expect(
            try Conversation().answer(
                workshop(scratch) + """
                    e = estimator("a")
                    check = train.sanity_check(e, spec(10), checks)
                    print(bool(check), check.problems, len(check.losses), check.evaluations[0].examples, round(check.even_loss, 3))
                    search = train.find_learning_rate(e, examples, low=1e-4, high=1e-2, steps=4)
                    print([round(rate, 6) for rate in search.rates], len(search.losses))
                    learnt = train.overfit_one_batch(e, examples, steps=3)
                    print(len(learnt.losses), len(learnt.problems))
                    import os
                    print(os.path.exists(place + "a"))
                    """) == """
                    True [] 2 50 4.277
                    [0.0001, 0.000464, 0.002154, 0.01] 4
                    3 1
                    False

                    """)
    }

    @Test func reportsAreTextAndPage() throws {
        let scratch = try Scratch()
        #expect(
            try Conversation().answer(
                workshop(scratch) + """
                    result = train.train_and_evaluate(estimator("a"), spec(4), checks)
                    report = result.report(place + "r/page.html")
                    dm.report(result.evaluation, place + "r/page.txt")
                    print(str(report) == report.text == open(place + "r/page.txt").read(), report.html == open(place + "r/page.html").read())
                    print(report.html.count("data:image/png;base64,") > 20, "<script" in report.html)
                    print(result.evaluation.measures["accuracy"].count, result.evaluation.confusion.classes if False else len(result.evaluation.confusion.class_names))
                    """) == "True True\nTrue False\n50 72\n")
        #expect(try scratch.names("a/eval").contains("report-4.html"))
    }

    /// A task with texts of its own beside a confusion matrix: the crops are beside the pairs of classes. Where no classes are
    /// predicted, the wrong answers are shown by text.
    @Test(arguments: [("predictions", 0), ("{}", 1)])
    func confusedPairsHaveCrops(predictions: String, galleries: Int) throws {
        let scratch = try Scratch()
        #expect(
            try Conversation().answer(
                workshop(scratch) + """
                    class Told(dm.tasks.OCRSingleKana):
                        def results(self, loss, f, p, t, is_training):
                            logged, predictions, metrics = super().results(loss, f, p, t, is_training)
                            count = len(t[0])
                            return logged, {**\(predictions), "gt": ["true"] * count, "decoded": ["read"] * count}, metrics

                    told = Told(data_dir=dm.data.sample, task_dir=place + "told", shape_in=(16, 16))
                    net = "single_char_baseline"
                    result = train.fit(told, net, max_steps=2, batch_size=8, eval_batch_size=50, model_dir=place + "b")
                    page = result.report().html
                    pairs = page[page.index("Most confused"):page.index("Confusion matrix")]
                    print(pairs.count("<img") > 5, page.count("Wrong answers"))
                    """) == "\(galleries == 0 ? "True" : "False") \(galleries)\n")
    }

    @Test func measuresAreCountedAndJoined() throws {
        #expect(
            try Conversation().answer(
                """
                import carpedm as dm
                m = dm.metrics
                a = m.accuracy([1, 2, 3, 3], [1, 2, 2, 3])
                print(a.value, a.hits, a.count, [round(x, 4) for x in a.interval], (a + a).count, a > 0.7)
                c = m.confusion([0, 0, 1, 2], [0, 1, 1, 1], 3, ["あ", "い", "う"])
                print(c.counts, c.accuracy.value, round(c.balanced_accuracy, 4), c.most_confused(5))
                print([(row["name"], row["hits"], row["count"]) for row in c.per_class()])
                print(round(m.balanced_accuracy([0, 0, 1, 2], [0, 1, 1, 1], 3).value, 4))
                print(m.ler([[1, 2, 3], [4]], [[1, 3], [4]]).value, m.ser([[1, 2, 3], [4]], [[1, 3], [4]]).value)
                print(m.cer(["かきく", "け"], ["かく", "け"]).value, m.mean([1, 2.5]).value)
                print([round(x, 4) for x in m.wilson(109, 167)])
                """) == """
                    0.75 3 4 [0.3006, 0.9544] 8 True
                    [[1, 1, 0], [0, 1, 0], [0, 1, 0]] 0.5 0.5 [('あ', 'い', 1), ('う', 'い', 1)]
                    [('あ', 1, 2), ('い', 1, 1), ('う', 0, 1)]
                    0.5
                    0.25 0.5
                    0.25 1.75
                    [0.5778, 0.7207]

                    """)
    }
}
