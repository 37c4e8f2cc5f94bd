import Foundation
import Testing

/// Tasks and models that scripts define, trained by the loop.
@Suite struct ScriptTaskTests {
    /// Every property that a task may say reaches the loop, and hooks can ask the built-in ones through `super()`.
    @Test func everyMemberCanBeOverridden() throws {
        let run = try Self.run(
            """
            class Own(dm.tasks.OCRSingleKana):
                reserved = ("<PAD>", "<UNK>", "<X>")
                character = True
                label = True
                line = True
                chunk = False
                bbox = "pixel"
                sparse_labels = False
                main_metric = "hits"

                @property
                def character_set(self):
                    return dm.data.JapaneseUnicodes("hiragana")

                @property
                def num_classes(self):
                    return super().num_classes + 1

                def get_class_labels(self, as_unicode=False):
                    return super().get_class_labels(as_unicode=as_unicode) + ["extra"]

                def loss_fn(self, features, model_output, targets, is_training):
                    seen.add(("loss_fn", "image/data" in features, model_output.shape[1] == self.num_classes, targets.shape, is_training))
                    return super().loss_fn(features, model_output, targets, is_training) * 2

                def regularization(self, hparams):
                    seen.add(("regularization", hparams.weight_decay, len(nn.variables())))
                    return super().regularization(hparams) * 0.5

                def results(self, loss, tower_features, tower_preds, tower_targets, is_training):
                    logged, predictions, metrics = super().results(loss, tower_features, tower_preds, tower_targets, is_training)
                    seen.add(("results", sorted(predictions), sorted(metrics), is_training))
                    return {"loss": loss}, predictions, {"hits": metrics["accuracy"], "double": 2.0}

            class Net(dm.models.Model):
                def forward_pass(self, features, data_format, axes_order, is_training):
                    x = nn.flatten(features["image/data"])
                    return nn.dense(x, task.num_classes, name="logits")

                def initialize_pretrained(self, pretrained_dir):
                    return {"a/": "b/"}

            seen = Seen()
            task = Own(data_dir=dm.data.sample, task_dir=folder, shape_in=(16, 16))
            print(task.num_classes - len(task.vocab), task.get_class_labels()[:3], task.get_class_labels()[-1], task.image_scope)
            result = fit(task, Net(), 2)
            for line in seen.lines:
                print(line)
            print(sorted(result.metrics))
            """)
        #expect(run.error == "")
        #expect(
            run.output == """
                1 ['<PAD>', '<UNK>', '<X>'] extra char
                ('loss_fn', True, True, (8, 1), True)
                ('regularization', 0.0002, 2)
                ('loss_fn', True, True, (50, 1), False)
                ('results', ['classes', 'probabilities'], ['accuracy', 'confusion', 'majority', 'top_5'], False)
                ['data_loss', 'double', 'global_step', 'hits', 'loss', 'penalty']

                """, "\(run.output)")
    }

    @Test(arguments: ["OCRSingleKana", "OCRSeqKana3"])
    func examplesWithoutClassesHaveNoBuiltInLoss(task: String) throws {
        let run = try Self.run(
            """
            class Blind(dm.tasks.\(task)):
                label = False

            class Net(dm.models.Model):
                def forward_pass(self, features, data_format, axes_order, is_training):
                    x = nn.dense(nn.flatten(features["image/data"]), 2 * (blind.num_classes + 1), name="logits")
                    return x.reshape(-1, 2, blind.num_classes + 1) if blind.sparse_labels else x[:, :blind.num_classes]

            blind = Blind(data_dir=dm.data.sample, task_dir=folder, shape_in=(16, 16))
            fit(blind, Net(), 2)
            """)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("were stored without") && run.error.contains("label=False"), "\(run.error)")
    }

    /// Penalties written with tensors, left to the base class, and left out.
    @Test func regularizationWrittenOutEqualsTheBuiltInOne() throws {
        let run = try Self.run(
            """
            class Written(dm.tasks.OCRSingleKana):
                def regularization(self, hparams):
                    return hparams.weight_decay * sum(T.l2_loss(v) for v in nn.variables())

            class Left(dm.tasks.OCRSingleKana):
                def regularization(self, hparams):
                    return super().regularization(hparams)

            class Without(dm.tasks.OCRSingleKana):
                def regularization(self, hparams):
                    return None

            class Net(dm.models.Model):
                def forward_pass(self, features, data_format, axes_order, is_training):
                    return nn.dense(nn.flatten(features["image/data"]), 72, name="logits")

            curves = []
            for cls in (dm.tasks.OCRSingleKana, Written, Left, Without):
                task = cls(data_dir=dm.data.sample, task_dir=folder, shape_in=(16, 16))
                seen = Losses()
                fit(task, Net(), 5, seen)
                curves.append(seen.losses)
            print(curves[1] == approx(curves[0], rel=1e-6), curves[2] == curves[0], curves[3] == approx(curves[0], rel=1e-6), len(curves[0]))
            """)
        #expect(run.error == "")
        #expect(run.output == "True True False 5\n")
    }

    /// Targets of their own lengths, a recurrent model with two outputs, CTC and decoding: all said by the script.
    @Test func sequencesTrainWithConnectionistLoss() throws {
        let run = try Self.run(
            """
            class Pairs(dm.tasks.OCRTask):
                image_scope = "seq"
                sequence_length = 2
                sparse_labels = True
                main_metric = "ler"

                @property
                def character_set(self):
                    return dm.data.JapaneseUnicodes("kana")

                def loss_fn(self, features, model_output, targets, is_training):
                    seen.add((sorted(model_output), type(targets).__name__, {len(row) for row in targets} == {2}))
                    return nn.ctc_loss(model_output["logits"], targets)

                def results(self, loss, tower_features, tower_preds, tower_targets, is_training):
                    read = nn.ctc_beam_search(tower_preds[0]["logits"], beam_width=5)
                    labels = self.get_class_labels(as_unicode=True)
                    return {"loss": loss}, {"decoded": ["".join(labels[i] for i in r) for r in read]}, {"ler": dm.metrics.ler(tower_targets[0], read)}

            class Reader(dm.models.Model):
                def forward_pass(self, features, data_format, axes_order, is_training):
                    x = nn.conv2d(features["image/data"], 4, activation="relu", pool=(2, 4), name="conv")
                    x = x.reshape(x.shape[0], x.shape[1], -1)
                    x = nn.bi_lstm(x, 8, name="lstm")
                    return {"logits": nn.dense(x, task.num_classes + 1, name="logits"), "features": x}

            seen = Seen()
            task = Pairs(data_dir=dm.data.sample, task_dir=folder, shape_in=(24, 16))
            losses = Losses()
            result = fit(task, Reader(), 3, losses)
            for line in seen.lines:
                print(line)
            # What is read has at most 12 symbols, one for each step: 12 edits for two labels.
            print(len(losses.losses), sorted(result.metrics)[-3:], 0 < result.metrics["ler"] <= 6, len(result.text["decoded"]) > 0)
            """)
        #expect(run.error == "")
        #expect(run.output == "(['features', 'logits'], 'list', True)\n3 ['ler', 'loss', 'penalty'] True True\n", "\(run.output)")
    }

    /// A model of a script says by prefixes which of its variables begin as those of another run.
    @Test func pretrainedVariablesAreTakenOver() throws {
        let run = try Self.run(
            """
            class Net(dm.models.Model):
                def __init__(self, name):
                    self.label = name
                @property
                def name(self):
                    return self.label
                def forward_pass(self, features, data_format, axes_order, is_training):
                    return nn.dense(nn.flatten(features["image/data"]), 72, name="logits")
                def initialize_pretrained(self, pretrained_dir):
                    print("from", pretrained_dir == folder + "/first")
                    return {"first/": "second/"}

            task = dm.tasks.OCRSingleKana(data_dir=dm.data.sample, task_dir=folder, shape_in=(16, 16))
            losses = []
            for name, steps, rate, start in (("first", 20, 1e-2, None), ("second", 1, 1e-12, folder + "/first"), ("fresh", 1, 1e-12, None)):
                params = train.HParams(train_batch_size=8, learning_rate=rate, init_dir=start)
                estimator = train.Estimator(task.model_fn(Net(name)), train.RunConfig(model_dir=folder + "/" + name), params)
                result = train.train_and_evaluate(
                    estimator, train.TrainSpec(task.input_fn(8), max_steps=steps), train.EvalSpec(task.input_fn(50, subset="dev"), steps=2))
                losses.append(result.metrics["loss"])
            print(losses[1] == approx(losses[0], rel=1e-5), losses[2] > losses[0])
            """)
        #expect(run.error == "")
        #expect(run.output == "from True\nTrue True\n", "\(run.output)")
    }

    @Test(arguments: [
        ("loss_fn", "return 1 // 0", "ZeroDivisionError", "raised in Broken.loss_fn, called by the host"),
        ("loss_fn", "return 'a'", "TypeError", "what Broken.loss_fn returns must be a tensor, not str"),
        ("loss_fn", "return model_output", "ValueError", "the loss"),
        ("results", "return {}", "TypeError", "Broken.results must return three dicts, not dict"),
        ("results", "return {}, {}, {'a': 'b'}", "TypeError", "Broken.results"),
        ("forward_pass", "return None", "TypeError", "what Net.forward_pass returns must be a tensor, not NoneType"),
        (
            "forward_pass", "return features['image/data'] + T.zeros((3, 1))", "ValueError",
            "raised in Net.forward_pass, called by the host"
        ),
    ])
    func mistakesInHooksAreExplained(hook: String, code: String, kind: String, part: String) throws {
        let bodies = [
            "loss_fn": "return super().loss_fn(features, model_output, targets, is_training)",
            "results": "return super().results(loss, f, p, t, is_training)",
            "forward_pass": "return nn.dense(nn.flatten(features['image/data']), 72)",
        ].merging([hook: code]) { $1 }
        let run = try Self.run(
            """
            class Broken(dm.tasks.OCRSingleKana):
                def loss_fn(self, features, model_output, targets, is_training):
                    \(bodies["loss_fn"] ?? "")

                def results(self, loss, f, p, t, is_training):
                    \(bodies["results"] ?? "")

            class Net(dm.models.Model):
                def forward_pass(self, features, data_format, axes_order, is_training):
                    \(bodies["forward_pass"] ?? "")

            fit(Broken(data_dir=dm.data.sample, task_dir=folder, shape_in=(16, 16)), Net(), 2)
            """)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(part), "\(run.error)")
        // The script's line on either side: where the run was begun.
        #expect(
            run.error.contains("estimator.train_and_evaluate") || run.error.contains("train.train_and_evaluate"), "\(run.error)")
    }

    private static func run(_ code: String) throws -> ScriptRun {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try ScriptRun(
            """
            import carpedm as dm
            from carpedm import nn, train, tensor as T
            from carpedm.testing import approx

            folder = "\(folder.path)"

            class Seen:
                def __init__(self):
                    self.lines = []
                def add(self, line):
                    if line not in self.lines:
                        self.lines.append(line)

            class Losses:
                def __init__(self):
                    self.losses = []
                def on_step(self, run):
                    self.losses.append(run.loss)

            def fit(task, model, steps, *callbacks):
                params = train.HParams(train_batch_size=8, optimizer="sgd", learning_rate=1e-3, momentum=0.9, weight_decay=2e-4)
                config = train.RunConfig(model_dir=folder + "/run" + str(len(callbacks)) + type(task).__name__)
                estimator = train.Estimator(task.model_fn(model), config, params, callbacks=list(callbacks))
                return train.train_and_evaluate(
                    estimator, train.TrainSpec(task.input_fn(8), max_steps=steps), train.EvalSpec(task.input_fn(50, subset="dev"), steps=1))


            """ + code)
    }
}
