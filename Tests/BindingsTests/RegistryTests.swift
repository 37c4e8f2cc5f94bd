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
