import Bindings
import ScriptLibrary
import ScriptSession
import ScriptSyntax
import Testing

@Suite struct RegistryTests {
    @Test func classesRegisterUnderSnakeCaseOrAName() throws {
        let run = try ScriptRun(
            """
            import carpedm as dm
            from carpedm.util import registry

            @registry.register_task
            class VoicedKana(dm.tasks.OCRTask):
                image_scope = "char"

                def loss_fn(self, features, model_output, targets, is_training):
                    return model_output

                def results(self, loss, tower_features, tower_preds, tower_targets, is_training):
                    return {}, {}, {}

            @registry.register_model("tiny_cnn")
            class TinyConvNet(dm.models.Model):
                def forward_pass(self, features, data_format, axes_order, is_training):
                    return features["image/data"]

            print(registry.list_tasks())
            print(registry.list_models())
            print(registry.model("tiny_cnn") == TinyConvNet)
            try:
                registry.register_model("tiny_cnn")(TinyConvNet)
            except LookupError as e:
                print(e)
            """)
        #expect(run.error == "")
        #expect(
            run.output == """
                ['ocr_line', 'ocr_seq_kana', 'ocr_seq_kana3', 'ocr_single_kana', 'voiced_kana']
                ['cnn', 'sequence_baseline', 'sequence_strong', 'single_char_baseline', 'single_char_strong', 'tiny_cnn']
                True
                model 'tiny_cnn' is already registered

                """)
    }

    /// In the original's way: what one part does not use is a setting of another, a script's own task among them.
    @Test func oneDictOfSettingsServesTaskAndModel() throws {
        let run = try ScriptRun(
            """
            import carpedm as dm
            from carpedm.util import registry

            @registry.register_task
            class Own(dm.tasks.OCRSingleKana):
                def __init__(self, strictness=1, **kwargs):
                    super().__init__(**kwargs)
                    self.strictness = strictness

            settings = {"data_dir": dm.data.sample, "task_dir": "/tmp/x", "shape_in": (16, 16), "strictness": 2, "lstm_units": 8,
                        "learning_rate": 0.1, "save_summary_steps": 10, "filters": (8, 8)}
            task = registry.task("own")(**settings)
            model = registry.model("single_char_strong")(num_classes=task.num_classes, **settings)
            print(task.strictness, model.name)
            try:
                registry.task("own")(strictnes=3, **settings)
            except TypeError as e:
                print(e)
            """)
        #expect(run.error == "")
        #expect(run.output == "2 Strong_c3x3.8-c3x3.8\nOCRSingleKana() got an unexpected keyword argument 'strictnes'\n")
    }

    /// Where an argument is one of a few words, completion knows them.
    @Test(
        arguments: [
            ("train.HParams(lr_schedule='", ["constant", "cosine", "one_cycle", "staircase"]),
            ("train.HParams(optimizer='ad", ["adagrad", "adam", "adamw"]),
            ("train.fit(task, model, optimizer='rm", ["rmsprop"]), ("train.fit(task, 'single_char_b", ["single_char_baseline"]),
            ("train.fit(task, model, every='1", ["1 epoch", "10 minutes"]), ("train.EvalSpec(source, every='5", ["5 epochs", "500 steps"]),
            ("train.EarlyStopping(mode='", ["max", "min"]), ("train.ReduceOnPlateau('l", ["ler", "loss"]),
            ("dm.tasks.OCRLine(charset='kan", ["kana", "kanji"]), ("dm.tasks.OCRSingleKana(dataset_format='j", ["jpeg", "jpg"]),
            ("dm.models.CNN(pooling_fn='m", ["max"]), ("dm.models.CNN(padding='", ["same", "valid"]),
            ("dm.data.MetaLoader('x', image_scope='", ["char", "line", "page", "seq"]), ("dm.log.set_level('w", ["warning"]),
            ("registry.task('ocr_line')(charset='hi", ["hiragana"]), ("nn.conv2d(x, 4, padding='v", ["valid"]),
        ] as [(String, [String])])
    func wordsOfOptionsAreKnown(text: String, expected: [String]) throws {
        let session = ScriptSession(library: LibraryOptions(arguments: ["test.cdm"], capabilities: .all))
        let engine = Engine.install(in: session.interpreter)
        let start = "import carpedm as dm\nfrom carpedm import nn, train\nfrom carpedm.util import registry\n"
        let found = withExtendedLifetime(engine) {
            _ = session.run(SourceText(name: "test.cdm", text: start))
            return session.completions(in: text, at: text.utf8.count).candidates.map(\.text)
        }
        #expect(found == expected)
    }

    @Test(arguments: [
        ("registry.task('ocr_single_kanna')", "LookupError", "Did you mean 'ocr_single_kana'?"),
        ("registry.model('single_char_baselin')", "LookupError", "Did you mean 'single_char_baseline'?"),
        ("dm.train.HParams(learning_rat=1e-3)", "ValueError", "Did you mean 'learning_rate'?"),
        ("dm.train.HParams(optimizer='sdg')", "ValueError", "Did you mean 'sgd'?"),
        ("dm.train.HParams(learning_rate='fast')", "ValueError", "learning_rate must be a number above 0, not 'fast'"),
        ("dm.train.RunConfig(model_dirr='x')", "ValueError", "Did you mean 'model_dir'?"),
        ("dm.data.JapaneseUnicodes('kanna')", "ValueError", "kanna"),
        ("registry.model('single_char_baseline')()", "TypeError", "num_classes"),
        ("registry.model('single_char_baseline')(num_classes=0)", "ValueError", "num_classes is 0"),
        ("registry.task('ocr_single_kana')(data_dir='/no/such/folder', task_dir='/tmp/x').num_classes", "ValueError", "/no/such/folder"),
        ("registry.task('ocr_single_kana')(data_dir=dm.data.sample, task_dir='/tmp/x', shape_in=(0, 64))", "ValueError", "shape"),
        ("registry.task('ocr_single_kana')(data_dir=dm.data.sample, task_dir='/tmp/x', test_split='nobook').num_classes", "ValueError", "nobook"),
        ("registry.task('ocr_single_kana')(data_dir='a', task_dir='b', shape_inn=(8, 8))", "TypeError", "Did you mean 'shape_in'?"),
        ("registry.task('ocr_seq_kana3')(data_dir='a', task_dir='b', learning_rat=1)", "TypeError", "Did you mean 'learning_rate'?"),
        ("registry.model('single_char_strong')(num_classes=9, dropot=0.1)", "TypeError", "Did you mean 'dropout'?"),
        ("registry.model('cnn')(zzz=1)", "TypeError", "CNN() got an unexpected keyword argument 'zzz'"),
        ("registry.task('ocr_single_kana')(data_dir='a', task_dir='b', augmentation={'rotatoin': 1})", "ValueError", "Did you mean 'rotation'?"),
        ("dm.tasks.OCRSeqKana3(data_dir='a', task_dir='b', composed={'cuont': 1})", "ValueError", "Did you mean 'count'?"),
        ("dm.train.SessionConfig(intra_op_thread=1)", "ValueError", "Did you mean 'intra_op_threads'?"),
        ("dm.log.set_level('loud')", "ValueError", "loud"),
    ])
    func mistakesAreExplained(code: String, kind: String, part: String) throws {
        let run = try ScriptRun("import carpedm as dm\nfrom carpedm.util import registry\n" + code)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(part), "\(run.error)")
        #expect(run.error.contains("test.cdm:3:"), "\(run.error)")
    }
}
