import NeuralNetworks
import Testing
import Training

@Suite struct SettingsTests {
    /// What CPython's `re` makes of the original's two substitutions.
    static let names = [
        ("OCRSingleKana", "ocr_single_kana"), ("OCRSeqKana3", "ocr_seq_kana3"), ("LSTMSeq2Seq", "lstm_seq2_seq"), ("CNN", "cnn"),
        ("SingleCharBaseline", "single_char_baseline"), ("SequenceBaseline", "sequence_baseline"), ("VoicedKana", "voiced_kana"),
        ("A", "a"), ("AB", "ab"), ("aB", "a_b"), ("ABc", "a_bc"), ("AbC", "ab_c"), ("HTTPServer2Go", "http_server2_go"),
        ("X1Y2", "x1_y2"),
        ("already_snake", "already_snake"), ("", ""),
    ]

    @Test(arguments: names)
    func snakeCaseIsTheOriginals(name: String, expected: String) {
        #expect(snakeCase(name) == expected)
    }

    @Test func registryNamesWhatExists() throws {
        let registry = Registry<Int>(kind: "task")
        #expect(try registry.register(1, typeName: "OCRSingleKana") == "ocr_single_kana")
        #expect(try registry.register(2, typeName: "Whatever", name: "ocr_seq_kana3") == "ocr_seq_kana3")
        #expect(registry.names == ["ocr_seq_kana3", "ocr_single_kana"])
        #expect(try registry.entry("ocr_single_kana") == 1)
        #expect(throws: TrainingError.alreadyRegistered(kind: "task", name: "ocr_single_kana", known: registry.names)) {
            try registry.register(3, typeName: "OCRSingleKana")
        }
        #expect(try registry.entry("ocr_single_kana") == 1)
        let error = #expect(throws: TrainingError.self) { try registry.entry("ocr_single_kanna") }
        #expect(error?.errorDescription == "there is no task 'ocr_single_kanna'")
        #expect(error?.recoverySuggestion == "Did you mean 'ocr_single_kana'? Known tasks: ocr_seq_kana3, ocr_single_kana.")
        #expect(registry.listing() == "ocr:\n  * ocr_seq_kana3\n  * ocr_single_kana")
        registry.reset()
        #expect(registry.names.isEmpty)
        #expect(groupedByPrefix(["b_c", "a", "b_a"], indentation: 2) == "  a:\n    * a\n  b:\n    * b_a\n    * b_c")
    }

    @Test func hyperparametersAreCheckedAndNamed() throws {
        let given: [(String, Setting)] = [
            ("is_chief", .bool(true)), ("train_batch_size", .integer(32)), ("eval_batch_size", .integer(1)),
            ("data_format", .text("channels_last")), ("optimizer", .text("sgd")), ("learning_rate", .number(1e-3)),
            ("momentum", .number(0.96)), ("weight_decay", .number(2e-4)), ("gradient_clipping", .none), ("lr_decay_steps", .none),
            ("init_dir", .none), ("sync", .bool(false)),
        ]
        let hyperparameters = try HParams(given)
        for (name, value) in given { #expect(try hyperparameters.value(name) == value) }
        #expect(try HParams([("learning_rate", .integer(1))]).learningRate == 1)

        let error = #expect(throws: TrainingError.self) { try HParams([("learning_rat", .number(1))]) }
        #expect(error?.errorDescription == "there is no HParams setting 'learning_rat'")
        #expect(error?.recoverySuggestion?.hasPrefix("Did you mean 'learning_rate'?") == true)
        let other = #expect(throws: TrainingError.self) { try HParams([("optimizer", .text("adan"))]) }
        #expect(other?.errorDescription == "there is no optimizer 'adan'")
    }

    static let refused: [(String, Setting)] = [
        ("train_batch_size", .integer(0)), ("train_batch_size", .number(8)), ("train_batch_size", .text("8")),
        ("eval_batch_size", .none),
        ("learning_rate", .integer(0)), ("learning_rate", .number(-.infinity)), ("learning_rate", .number(.nan)),
        ("momentum", .integer(1)), ("weight_decay", .number(-1e-9)), ("gradient_clipping", .integer(0)),
        ("lr_decay_steps", .integer(0)),
        ("data_format", .text("NHWC")), ("sync", .integer(1)), ("init_dir", .text("")), ("lr_decay_rate", .number(0.5)),
    ]

    @Test(arguments: refused)
    func wrongValuesAreRefused(name: String, value: Setting) {
        let error = #expect(throws: TrainingError.self) { try HParams([(name, value)]) }
        #expect(error?.errorDescription?.isEmpty == false)
    }

    @Test func learningRateFallsInStairs() throws {
        let stairs = try HParams([
            ("learning_rate", .number(0.5)), ("lr_decay_steps", .integer(10)), ("lr_decay_rate", .number(0.5)),
        ]).schedule(maxSteps: nil)
        #expect([0, 9, 10, 19, 20].map { stairs.rate(at: $0) } == [0.5, 0.5, 0.25, 0.25, 0.125])
        #expect(try HParams([]).schedule(maxSteps: nil).rate(at: 1_000_000) == 1e-3)
    }

    @Test func savingByTimeAndByStepsExcludeEachOther() throws {
        #expect(
            throws: TrainingError.exclusiveSettings(
                owner: "RunConfig", first: "save_checkpoints_secs", second: "save_checkpoints_steps")
        ) {
            try RunConfig([("save_checkpoints_secs", .integer(60)), ("save_checkpoints_steps", .integer(10))])
        }
        let config = try RunConfig([("save_summary_steps", .integer(10))])
        #expect((config.saveSummarySteps, config.keepCheckpointMax, config.logStepCountSteps) == (10, 5, 100))
        #expect(config.isChief && config.numWorkerReplicas == 1)
        #expect(throws: TrainingError.self) { try toySpec(0) }
        #expect(throws: TrainingError.self) { try toyEvaluation(.epochs(0)) }
        #expect(throws: TrainingError.self) { try toyEvaluation(.seconds(.nan)) }
    }
}
