import Foundation
import ScriptRuntime
import Tensors
import Training

/// A measure over examples as a script's object; the loop puts those of all batches together, as `+` does.
final class MetricObject: HostMembers, HostDisplay, HostArithmetic, HostComparable {
    let metric: any Metric

    init(_ metric: any Metric) { self.metric = metric }

    var scriptTypeName: String { "Metric" }
    var scriptSummary: String { "<\(metric.summary)>" }

    var memberNames: [String] {
        let own: [String] =
            switch metric {
            case is Proportion: ["hits", "count", "interval"]
            case is ErrorRate: ["errors", "labels"]
            case is Confusion:
                [
                    "counts", "class_names", "accuracy", "balanced_accuracy", "precision", "recall", "per_class", "most_confused",
                    "save",
                ]
            case is PrecisionRecall: ["rows"]
            default: []
            }
        return ["value", "summary"] + own
    }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch (name, metric) {
        case ("value", _): return .float(metric.value)
        case ("summary", _): return .str(metric.summary)
        case ("hits", let share as Proportion): return .int(share.hits)
        case ("count", let share as Proportion): return .int(share.count)
        case ("interval", let share as Proportion):
            return .tuple([.float(share.interval.lowerBound), .float(share.interval.upperBound)])
        case ("errors", let rate as ErrorRate): return .int(rate.errors)
        case ("labels", let rate as ErrorRate): return .int(rate.labels)
        case ("rows", let curve as PrecisionRecall): return .list(curve.rows.map { .list($0.map { .float(Double($0)) }) })
        case (_, let confusion as Confusion): return confusionMember(name, confusion, interpreter)
        default: return nil
        }
    }

    private func confusionMember(_ name: String, _ confusion: Confusion, _ interpreter: Interpreter) -> Value? {
        switch name {
        case "counts":
            return .list(
                (0..<confusion.classes).map { label in
                    .list((0..<confusion.classes).map { .int(confusion.count(label: label, answer: $0)) })
                })
        case "class_names": return .list((0..<confusion.classes).map { .str(confusion.name(ofClass: $0)) })
        case "accuracy": return interpreter.value(of: MetricObject(confusion.accuracy))
        case "balanced_accuracy": return .float(confusion.balancedAccuracy)
        case "precision": return .list(confusion.precision.map { .float($0) })
        case "recall": return .list(confusion.recall.map { .float($0) })
        case "per_class":
            return interpreter.value(
                of: Native("per_class()", "A dict for each class that occurs: name, count, hits, answers, recall, precision.") {
                    call in
                    .list(
                        confusion.classRows.map { row in
                            call.interpreter.dict([
                                ("name", .str(row.name)), ("count", .int(row.count)), ("hits", .int(row.hits)),
                                ("answers", .int(row.answers)),
                                ("recall", .float(row.recall)), ("precision", .float(row.precision)),
                            ])
                        })
                })
        case "most_confused":
            return interpreter.value(
                of: Native("most_confused(n=10)", "The most frequent wrong pairs: (true, answered, times).") { call in
                    .list(
                        confusion.confusions(try call.int(0)).map {
                            .tuple([
                                .str(confusion.name(ofClass: $0.label)), .str(confusion.name(ofClass: $0.answer)), .int($0.count),
                            ])
                        })
                })
        case "save":
            return interpreter.value(
                of: Native(
                    "save(path, normalize=False)", "Write the matrix as a picture (.svg), a table (.csv) or an array (.npz)."
                ) { call in
                    try confusion.save(to: try call.string(0), normalized: try call.truth(1))
                    return .none
                })
        default: return nil
        }
    }

    func displayText(_ interpreter: Interpreter) throws -> String { metric.summary }

    /// The measure over the examples of both.
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .add, case .host(let box) = other, let object = box.object as? MetricObject else { return nil }
        return interpreter.value(of: MetricObject(try metric.joined(with: object.metric, name: "+")))
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }

    /// Its value beside a number's.
    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        let number: Double
        switch other {
        case .int(let value): number = Double(value)
        case .float(let value): number = value
        case .host(let box):
            guard let object = box.object as? MetricObject else { return nil }
            number = object.metric.value
        default: return nil
        }
        switch operation {
        case .less: return .bool(metric.value < number)
        case .lessOrEqual: return .bool(metric.value <= number)
        case .equal: return .bool(metric.value == number)
        case .notEqual: return .bool(metric.value != number)
        case .greater: return .bool(metric.value > number)
        case .greaterOrEqual: return .bool(metric.value >= number)
        }
    }
}

/// `carpedm.metrics`.
extension Engine {
    func metricsModule() -> NativeModule {
        NativeModule(
            "carpedm.metrics",
            doc:
                "Measures of how good answers are. Labels are tensors or lists; measures of several batches are put together by their counts.",
            functions: (classMeasures + sequenceMeasures + [
                Native("mean(values)", "The mean of a tensor's elements.") { [unowned self] call in
                    if case .host = call[0] {
                        let values: [Double] = try tensor(call[0], "values").elements()
                        return metricValue(MeanMetric(values))
                    }
                    return metricValue(MeanMetric(try interpreter.items(of: call[0]).map { try interpreter.double($0) }))
                },
                Native(
                    "wilson(hits, count)",
                    "Bounds of the true share behind hits of count, 19 times out of 20 (Wilson's interval)."
                ) { call in
                    let (hits, count) = (try call.int(0), try call.int(1))
                    guard count >= 0, (0...count).contains(hits) else { throw Raised.value("hits must be from 0 to count") }
                    let interval = Proportion(hits: hits, count: count).interval
                    return .tuple([.float(interval.lowerBound), .float(interval.upperBound)])
                },
            ]).map(\.namingMistakes))
    }

    private var classMeasures: [Native] {
        [
            Native("accuracy(labels, predictions)", "The share of equal class numbers.") { [unowned self] call in
                let (labels, answers) = (try integers(call[0], "labels"), try integers(call[1], "predictions"))
                return metricValue(try Proportion.accuracy(labels: Tensor(labels), answers: Tensor(answers)))
            },
            Native("top_k(labels, logits, k=5)", "The share of examples whose label is among the k largest logits.") {
                [unowned self] call in
                metricValue(
                    try Proportion.top(
                        try call.int(2), labels: Tensor(try integers(call[0], "labels")), logits: try tensor(call[1], "logits")))
            },
            Native(
                "confusion(labels, predictions, num_classes, class_names=())",
                "How often each class was taken for each: counts, recall, precision, per_class(), most_confused(), save()."
            ) { [unowned self] call in metricValue(try confusion(call, names: 3)) },
            Native(
                "balanced_accuracy(labels, predictions, num_classes)",
                "The mean over the classes of the share that was recognised."
            ) { [unowned self] call in metricValue(BalancedAccuracy(try confusion(call, names: nil))) },
            Native(
                "pr_curve(labels, probabilities, num_thresholds=101)",
                "Precision and recall by threshold, every class against the rest."
            ) {
                [unowned self] call in
                metricValue(
                    try PrecisionRecall(
                        labels: try integers(call[0], "labels"), probabilities: try tensor(call[1], "probabilities"),
                        thresholds: try thresholds(call, 2)))
            },
            Native(
                "plot_confusion_matrix(confusion, save_as, normalize=False)",
                "Write a confusion matrix as a picture (.svg), a table (.csv) or an array (.npz)."
            ) { call in
                guard let confusion = try call.host(0, as: MetricObject.self).metric as? Confusion else {
                    throw call.mismatch(0, "a confusion matrix")
                }
                try confusion.save(to: try call.string(1), normalized: try call.truth(2))
                return .none
            },
        ]
    }

    private var sequenceMeasures: [Native] {
        [
            Native("ler(labels, predictions)", "Edits over labels of the whole corpus, for lists of sequences.") {
                [unowned self] call in
                metricValue(try ErrorRate.labels(try sequences(call[0]), answers: try sequences(call[1])).labelErrors)
            },
            Native("ser(labels, predictions)", "The share of sequences with any error.") { [unowned self] call in
                metricValue(try ErrorRate.labels(try sequences(call[0]), answers: try sequences(call[1])).sequenceErrors)
            },
            Native("cer(texts, predictions)", "Edits of characters over characters of the whole corpus, for lists of texts.") {
                [unowned self] call in
                metricValue(
                    try ErrorRate.characters(
                        interpreter.strings(call[0], name: "texts"), answers: interpreter.strings(call[1], name: "predictions")))
            },
        ]
    }

    func thresholds(_ call: Call, _ index: Int) throws -> Int {
        let count = try call.int(index)
        guard (2...10_001).contains(count) else { throw Raised.value("num_thresholds must be from 2 to 10001, not \(count)") }
        return count
    }

    private func confusion(_ call: Call, names: Int?) throws -> Confusion {
        let classes = try call.int(2)
        guard (1...100_000).contains(classes) else { throw Raised.value("num_classes must be from 1 to 100000, not \(classes)") }
        return try Confusion(
            classes: classes, labels: try integers(call[0], "labels"), answers: try integers(call[1], "predictions"),
            classNames: try names.map { try interpreter.strings(call[$0], name: "class_names") } ?? [])
    }

    private func metricValue(_ metric: any Metric) -> Value { interpreter.value(of: MetricObject(metric)) }

    /// Class numbers of a tensor, or of a list of ints.
    func integers(_ value: Value, _ what: String) throws -> [Int] {
        if case .host = value { return try tensor(value, what).integers }
        return try interpreter.items(of: value).map { try interpreter.index($0) }
    }

    private func sequences(_ value: Value) throws -> [[Int]] {
        try interpreter.items(of: value).map { row in try integers(row, "a sequence") }
    }
}
