import NeuralNetworks
import ScriptRuntime
import Tensors

extension TensorFunction {
    /// `carpedm.nn`: how wrong outputs are, and what they say.
    static var losses: [TensorFunction] {
        [
            TensorFunction(
                "softmax_cross_entropy(logits, labels)",
                "-log softmax(logits)[label] for each example: labels are class numbers [n] or [n, 1], or distributions of the shape of logits."
            ) { call in
                let (logits, labels) = (try call.tensor(0), try call.tensor(1))
                if labels.dtype.isFloating { return try .softmaxCrossEntropy(logits: logits, targets: labels) }
                let isColumn = labels.rank == logits.rank && labels.shape.last == 1 && labels.rank > 0
                return try .softmaxCrossEntropy(logits: logits, labels: isColumn ? labels.squeezed([-1]) : labels)
            },
            TensorFunction(
                "ctc_loss(logits, labels, lengths=None)",
                "-log p(labels | logits) for each sequence of [n, t, classes], over all alignments; the last class is the blank. "
                    + "labels is a list of lists of class numbers, lengths the true steps [n]."
            ) { call in
                try .temporalClassificationLoss(logits: call.tensor(), labels: call.sequences(1), lengths: call.lengths(2))
            },
            TensorFunction("mse(predictions, targets)", "The mean of squared differences.") { call in
                let (predictions, targets) = try call.pair()
                return try .meanSquaredError(predictions, targets)
            },
            TensorFunction(
                values: "ctc_greedy(logits, lengths=None)",
                "The likeliest class of every step, repeats merged and blanks (the last class) dropped: a list of class numbers for each line."
            ) { call in
                .list(try PathDecoder.greedy(call.tensor(), lengths: call.lengths(1)).map { .list($0.labels.map { .int($0) }) })
            },
            TensorFunction(
                values:
                    "ctc_beam_search(logits, lengths=None, beam_width=100, top_paths=None, model=None, weight=1.0, bonus=0.0)",
                "The likeliest class numbers of each line by prefix beam search; the last class is the blank. With top_paths a list of "
                    + "(class numbers, log probability) for each line, best first. model is an nn.NGram, which counts weight times; each "
                    + "class number adds bonus.", beamSearch),
        ]
    }

    private static func beamSearch(_ call: TensorCall) throws -> Value {
        let (logits, lengths, width) = (try call.tensor(), try call.lengths(1), try call.int(2))
        let count = try call.optionalInt(3)
        guard (count ?? 1) > 0 else { throw Raised.value("ctc_beam_search: top_paths must be 1 or more, not \(count ?? 1)") }
        let readings: [[Reading]]
        if call.has(4) {
            let model = try call.call.host(4, as: NGramObject.self).model
            readings = try PathDecoder.beam(
                logits, lengths: lengths, width: width, count: count ?? 1, model: model, weight: call.call.double(5),
                bonus: call.call.double(6))
        } else {
            readings = try PathDecoder.beam(logits, lengths: lengths, width: width, count: count ?? 1)
        }
        return .list(
            readings.map { line in
                let paths = line.map { (labels: Value.list($0.labels.map { .int($0) }), score: Value.float($0.logProbability)) }
                if count == nil { return paths.first?.labels ?? .list([]) }
                return .list(paths.map { .tuple([$0.labels, $0.score]) })
            })
    }
}

/// A model of label sequences as a script's object.
final class NGramObject: HostObject {
    let model: NGram

    init(_ model: NGram) { self.model = model }

    var scriptTypeName: String { "NGram" }
    var scriptSummary: String { "<NGram of order \(model.order)>" }
}
