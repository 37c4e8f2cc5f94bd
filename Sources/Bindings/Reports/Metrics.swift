import ScriptRuntime
import Tensors
import Training

/// A measure over examples as a script's object; the loop puts those of all batches together.
final class MetricObject: HostMembers, HostDisplay {
    let metric: any Metric

    init(_ metric: any Metric) { self.metric = metric }

    var scriptTypeName: String { "Metric" }
    var scriptSummary: String { "<\(metric.summary)>" }
    var memberNames: [String] { ["value", "summary"] + (metric is Confusion ? ["counts", "balanced_accuracy"] : []) }

    func member(_ name: String, _ interpreter: Interpreter) throws -> Value? {
        switch (name, metric) {
        case ("value", _): .float(metric.value)
        case ("summary", _): .str(metric.summary)
        case ("counts", let confusion as Confusion):
            .list(
                (0..<confusion.classes).map { label in
                    .list((0..<confusion.classes).map { .int(confusion.count(label: label, answer: $0)) })
                })
        case ("balanced_accuracy", let confusion as Confusion): .float(confusion.balancedAccuracy)
        default: nil
        }
    }

    func displayText(_ interpreter: Interpreter) throws -> String { metric.summary }
}

/// `carpedm.metrics`.
extension Engine {
    func metricsModule() -> NativeModule {
        NativeModule(
            "carpedm.metrics", doc: "Measures of how good answers are; those of several batches are put together by their counts.",
            functions: [
                Native("accuracy(labels, predictions)", "The share of equal class numbers.") { [unowned self] call in
                    metricValue(try Proportion.accuracy(labels: try tensor(call[0], "labels"), answers: try tensor(call[1], "predictions")))
                },
                Native("top_k(labels, logits, k=5)", "The share of examples whose label is among the k largest logits.") {
                    [unowned self] call in
                    metricValue(
                        try Proportion.top(
                            try call.int(2), labels: try tensor(call[0], "labels"), logits: try tensor(call[1], "logits")))
                },
                Native("confusion(labels, predictions, num_classes)", "How often each class was taken for each.") { [unowned self] call in
                    metricValue(
                        try Confusion(
                            classes: try call.int(2), labels: try tensor(call[0], "labels").integers,
                            answers: try tensor(call[1], "predictions").integers))
                },
                Native("mean(values)", "The mean of a tensor's elements.") { [unowned self] call in
                    let values: [Double] = try tensor(call[0], "values").elements()
                    return metricValue(MeanMetric(values))
                },
                Native("ler(labels, predictions)", "Edits over labels, for lists of sequences.") { [unowned self] call in
                    metricValue(try ErrorRate.labels(try sequences(call[0]), answers: try sequences(call[1])).labelErrors)
                },
                Native("ser(labels, predictions)", "The share of sequences with any error.") { [unowned self] call in
                    metricValue(try ErrorRate.labels(try sequences(call[0]), answers: try sequences(call[1])).sequenceErrors)
                },
            ])
    }

    private func metricValue(_ metric: any Metric) -> Value { interpreter.value(of: MetricObject(metric)) }

    private func sequences(_ value: Value) throws -> [[Int]] {
        try interpreter.items(of: value).map { row in try interpreter.items(of: row).map { try interpreter.index($0) } }
    }
}
