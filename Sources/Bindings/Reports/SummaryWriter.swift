import Formats
import ScriptRuntime
import Tensors
import Training

/// An event file that a script writes itself.
final class SummaryWriterObject: HostContext {
    private let file: EventFileWriter
    private unowned let engine: Engine
    private var isOpen = true

    init(_ file: EventFileWriter, _ engine: Engine) { (self.file, self.engine) = (file, engine) }

    var scriptTypeName: String { "SummaryWriter" }
    var scriptSummary: String { "<SummaryWriter \(file.path)>" }

    func enter(_ interpreter: Interpreter) throws -> Value { interpreter.value(of: self) }

    func exit(_ exception: Value, _ interpreter: Interpreter) throws -> Bool {
        try close()
        return false
    }

    func close() throws {
        if isOpen { try file.close() }
        isOpen = false
    }

    /// Writes what `record` puts into a recorder.
    func write(step: Int, _ record: (SummaryRecorder) throws -> Void) throws {
        guard isOpen else { throw Raised.value("the summary writer is closed") }
        let recorder = SummaryRecorder(isActive: true, encodeImage: engine.encodeImage)
        try record(recorder)
        try file.write(recorder.summaries, step: step)
        try file.flush()
    }
}

extension Engine {
    /// The class of `summary.writer(folder)`'s objects: the functions of the module with a step.
    var summaryWriterType: NativeType {
        func method(_ declaration: String, _ doc: String, _ body: @escaping (Call, SummaryRecorder, Int) throws -> Void) -> Native {
            Native(declaration, doc) { call in
                let writer = try call.host(0, as: SummaryWriterObject.self)
                let step = try call.int(call.count - 1)
                try writer.write(step: step) { try body(call, $0, step) }
                return .none
            }.namingMistakes
        }
        return NativeType(
            "SummaryWriter", doc: "An event file of your own, as summary.writer(folder) opens it.", module: "carpedm.summary",
            methods: [
                method("scalar(self, tag, value, step)", "A number.") { [unowned self] call, recorder, _ in
                    recorder.scalar(try call.string(1), try tensor(call[2], "value").item())
                },
                method("histogram(self, tag, values, step)", "How the elements of a tensor are distributed.") {
                    [unowned self] call, recorder, _ in
                    try recorder.histogram(try call.string(1), try tensor(call[2], "values"))
                },
                method("image(self, tag, tensor, step)", "The first images of [n, height, width, 1 or 3].") {
                    [unowned self] call, recorder, _ in
                    try recorder.images(try call.string(1), try tensor(call[2], "image"))
                },
                method("text(self, tag, texts, step)", "Markdown: a string, or a list of them.") { call, recorder, _ in
                    if case .str(let text) = call[2] {
                        recorder.text(try call.string(1), [text.string])
                    } else {
                        recorder.text(try call.string(1), try call.interpreter.strings(call[2], name: "texts"))
                    }
                },
                method("pr_curve(self, tag, labels, probabilities, step)", "Precision and recall by threshold.") {
                    [unowned self] call, recorder, _ in
                    let curve = try PrecisionRecall(
                        labels: try integers(call[2], "labels"), probabilities: try tensor(call[3], "probabilities"))
                    recorder.add(Summary(try call.string(1), .precisionRecall(rows: curve.rows)))
                },
                Native("close(self)", "Write everything and close the file.") { call in
                    try call.host(0, as: SummaryWriterObject.self).close()
                    return .none
                },
            ])
    }
}
