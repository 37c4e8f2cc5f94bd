import Formats
import ScriptRuntime
import Tensors
import Training

extension Engine {
    /// `carpedm.summary`: what a task's hooks put into the event file. Outside of a run nothing is kept.
    func summaryModule() -> NativeModule {
        NativeModule(
            "carpedm.summary",
            doc: """
                Images, numbers and texts for the event file of the run: call these in a task's results or in a callback. Elsewhere nothing is \
                kept, unless a writer of your own is asked: summary.writer(folder).
                """,
            functions: [
                Native(
                    "writer(folder)",
                    "An event file of your own, for `with`: scalar, histogram, image, text and pr_curve take a step beside tag and values."
                ) { [unowned self] call in
                    interpreter.value(of: SummaryWriterObject(try EventFileWriter(folder: try call.string(0)), self))
                },
                Native(
                    "pr_curve(tag, labels, probabilities, num_thresholds=101)",
                    "Precision and recall by threshold, every class against the rest."
                ) {
                    [unowned self] call in
                    let curve = try PrecisionRecall(
                        labels: try integers(call[1], "labels"), probabilities: try tensor(call[2], "probabilities"),
                        thresholds: try thresholds(call, 3))
                    recorder?.add(Summary(try call.string(0), .precisionRecall(rows: curve.rows)))
                    return .none
                },
                Native("image(tag, tensor, max_outputs=3)", "The first images of [n, height, width, 1 or 3].") {
                    [unowned self] call in
                    try recorder?.images(try call.string(0), try tensor(call[1], "image"), limit: try call.int(2))
                    return .none
                },
                Native("scalar(tag, value)", "A number.") { [unowned self] call in
                    recorder?.scalar(try call.string(0), try tensor(call[1], "value").item())
                    return .none
                },
                Native("histogram(tag, values)", "How the elements of a tensor are distributed.") { [unowned self] call in
                    try recorder?.histogram(try call.string(0), try tensor(call[1], "values"))
                    return .none
                },
                Native("text(tag, texts)", "Markdown: a string, or a list of them.") { [unowned self] call in
                    if case .str(let text) = call[1] {
                        recorder?.text(try call.string(0), [text.string])
                    } else {
                        recorder?.text(try call.string(0), try call.interpreter.strings(call[1], name: "texts"))
                    }
                    return .none
                },
            ].map(\.namingMistakes))
    }

    /// `carpedm.log`: lines for people, on standard error.
    func logModule() -> NativeModule {
        let levels = LogLevel.allCases.map(\.rawValue)
        var functions = [
            Native("set_level(level)", "How much is said: \(levels.joined(separator: ", ")).") { [unowned self] call in
                let name = try call.string(0).lowercased()
                guard let level = LogLevel(rawValue: name) else {
                    throw TrainingError.unknownName(kind: "log level", name: name, known: levels)
                }
                logLevel = level
                return .none
            }.hintingWords,
            Native("level()", "How much is said now.") { [unowned self] _ in .str(logLevel.rawValue) },
        ]
        for level in [LogLevel.debug, .info, .warning, .error] {
            functions.append(
                Native(
                    "\(level.rawValue)(message, *arguments)",
                    "Say something at level '\(level.rawValue)'; arguments fill % places."
                ) {
                    [unowned self] call in
                    var text = call[0]
                    if case .tuple(let arguments) = call[1], arguments.count > 0 {
                        text = try call.interpreter.binary(.modulo, text, call[1])
                    }
                    log(level, try call.interpreter.str(text).string)
                    return .none
                })
        }
        return NativeModule("carpedm.log", doc: "Lines for people, on standard error.", functions: functions)
    }
}
