import Corpus
import Foundation
import Recognition
import ScriptRuntime
import Training

/// `carpedm.tasks`: the base class for tasks of scripts, and the built-in tasks.
extension Engine {
    func tasksModule() -> NativeModule {
        NativeModule(
            "carpedm.tasks", doc: "OCR tasks: what is recognised, and how an answer is judged.",
            members: { [unowned self] _ in taskTypes.map { ($0.name, .type($0)) } })
    }

    /// Defines the classes and registers those that can be used as they are.
    func defineTasks() throws {
        let base = interpreter.define(
            taskType("OCRTask", "Base class of OCR tasks: derive from it and say what the task is about.", base: nil, extra: []) { _ in
                OpenDefinition()
            })
        let builtIn = builtInTasks.map { entry in
            interpreter.define(taskType(entry.name, entry.doc, base: base, extra: entry.extra, entry.definition))
        }
        taskTypes = [base] + builtIn
        for type in builtIn { try tasks.register(.type(type), typeName: type.name) }
    }

    private typealias BuiltInTask = (
        name: String, doc: String, extra: [String], definition: (Call) throws -> any TaskDefinition
    )

    /// The tasks that can be used as they are. Their own parameters follow the common ones.
    private var builtInTasks: [BuiltInTask] {
        let own = Self.commonCount
        return [
            (
                "OCRSingleKana", "One kana in each image, judged by softmax cross-entropy.", ["label_smoothing=0.0"],
                { try SingleKana(labelSmoothing: $0.double(own)) }
            ),
            (
                "OCRSeqKana3", "Three kana in one column, read by CTC; beam_width prefixes are kept in decoding.", ["beam_width=100"],
                { try SequenceReading.threeKana(beamWidth: $0.int(own)) }
            ),
            (
                "OCRSeqKana", "Kana in one column, of random length from min_length to max_length, read by CTC.",
                ["min_length=1", "max_length=8", "beam_width=100"],
                {
                    try SequenceReading.kana(
                        minimum: $0.int(own), maximum: $0.int(own + 1), beamWidth: $0.int(own + 2))
                }
            ),
            (
                "OCRLine", "Whole columns of text, read by CTC; characters outside of charset are <UNK>.",
                ["charset='all'", "beam_width=100"],
                { try SequenceReading.line(repertoire: $0.string(own), beamWidth: $0.int(own + 1)) }
            ),
        ]
    }

    /// A task class. `extra` are parameters of its own, in Python's notation.
    func taskType(
        _ name: String, _ doc: String, base: TypeObject?, extra: [String], _ definition: @escaping (Call) throws -> any TaskDefinition
    ) -> NativeType {
        NativeType(
            name, doc: doc, base: base, module: "carpedm.tasks",
            constructor: constructor(name, ([Self.commonParameters] + extra).joined(separator: ", "), doc) { [unowned self] call in
                let task = OCRTask(try definition(call), try taskSettings(call))
                task.monitor = monitor
                return call.interpreter.value(of: TaskObject(task, self))
            },
            methods: base == nil ? taskMethods.map(\.hintingWords) : [], properties: base == nil ? taskProperties : [])
    }

    /// Parameters that every task has; `taskSettings` reads them by place.
    static let commonParameters =
        "data_dir, task_dir, test_split=None, dev_split=0.1, dev_factor=1, dataset_format='tfrecords', num_shards=8, num_threads=8, "
        + "shape_store=None, shape_in=None, vocab_size=None, min_frequency=0, seed=None, augmentation=None, composed=None"
    static let commonCount = 15

    private func taskSettings(_ call: Call) throws -> TaskSettings {
        var settings = TaskSettings(dataFolder: try path(call[0], "data_dir"), taskFolder: try path(call[1], "task_dir"))
        settings.testSplit = try call[2].isNone ? nil : split(call[2], "test_split")
        settings.devSplit = try split(call[3], "dev_split")
        settings.devFactor = try call.int(4)
        settings.datasetFormat = try call.string(5)
        settings.shards = try call.int(6)
        settings.threads = try call.int(7)
        settings.storedShape = try call.interpreter.shape(call[8], name: "shape_store")
        settings.inputShape = try call.interpreter.shape(call[9], name: "shape_in")
        settings.vocabularySize = try call.optionalInt(10)
        settings.minimumFrequency = try call.int(11)
        settings.seed = try call.optionalInt(12)
        settings.shuffleSeed = UInt64(bitPattern: Int64(seed))
        settings.augmentation = try augmentation(call[13])
        try choose(composed: call[14], &settings)
        return settings
    }

    func path(_ value: Value, _ name: String) throws -> String {
        guard case .str(let text) = interpreter.plain(value) else {
            throw Raised.type("\(name) must be a string, not \(interpreter.typeName(of: value))")
        }
        return text.string
    }

    /// A share, a book or several books with commas between them.
    func split(_ value: Value, _ name: String) throws -> String {
        switch interpreter.plain(value) {
        case .str(let text): return text.string
        case .float(let share): return FloatText.repr(share)
        case .int(let share): return String(share)
        default: throw Raised.type("\(name) must be a share or the ids of books, not \(interpreter.typeName(of: value))")
        }
    }

    /// Tells how far the storing of examples is, and lets Ctrl-C end it.
    var monitor: GenerationMonitor {
        let interrupt = interpreter.interrupt
        return GenerationMonitor(isCancelled: { interrupt.isSet })
    }
}
