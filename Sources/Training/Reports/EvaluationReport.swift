import Formats
import Foundation

/// An evaluation as text and as one page for people: numbers with counts and intervals, classes, confusions, examples, curves.
public struct EvaluationReport {
    public let evaluation: Evaluation
    let model: String
    let folder: String?
    let hyperparameters: [(name: String, value: String)]
    let history: [EvaluationRecord]
    /// The training loss by step.
    let losses: [(step: Int, value: Double)]
    let mainMetric: MainMetric
    private let encodeImage: ImageEncoder?

    /// - Parameter estimator: made the evaluation; its folder and history give the curves.
    public init(_ evaluation: Evaluation, _ estimator: Estimator) {
        self.evaluation = evaluation
        model = estimator.function.model.name
        folder = estimator.config.modelDir
        let standard = HParams().values
        hyperparameters = zip(estimator.hyperparameters.values, standard).compactMap { own, standard in
            own.value == standard.value ? nil : (own.name, own.value.description)
        }
        history = estimator.history.filter { $0.name == evaluation.name ?? "" && $0.step <= evaluation.step }
        losses = (estimator.earlierLosses() + estimator.losses).filter { $0.step <= evaluation.step }.map {
            (step: $0.step, value: $0.loss)
        }
        mainMetric = estimator.function.task.mainMetric
        encodeImage = estimator.imageEncoder
    }

    /// Writes the report: a page where `path` ends in `.html`, else text.
    ///
    /// - Parameter isDurable: waits until it is on the disk.
    public func write(to path: String, isDurable: Bool = true) throws {
        let isPage = path.hasSuffix(".html") || path.hasSuffix(".htm")
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try makeFolder(parent)
        try AtomicFile.write((isPage ? html : text).utf8, to: path, isDurable: isDurable)
    }

    /// The measures with their counts, the one that decides first.
    var measures: [(name: String, value: String)] {
        var rows: [(name: String, value: String)] = []
        let own = evaluation.measures.sorted { left, right in
            (left.key == mainMetric.name ? 0 : 1, left.key) < (right.key == mainMetric.name ? 0 : 1, right.key)
        }
        for (name, measure) in own where !(measure is Confusion) { rows.append((name, measure.summary)) }
        if let confusion = evaluation.confusion {
            if !rows.contains(where: { $0.name == "accuracy" }) { rows.insert(("accuracy", confusion.accuracy.summary), at: 0) }
            rows.append(("balanced accuracy", BalancedAccuracy(confusion).summary))
            if !rows.contains(where: { $0.name == "majority" }) {
                rows.append(("always the commonest class", confusion.majority.summary))
            }
        }
        rows += textErrors
        let loss = significant(evaluation.metrics["loss"] ?? .nan, 5)
        let penalty = evaluation.metrics["penalty"] ?? 0
        rows.append(("loss", penalty == 0 ? loss : "\(loss) (penalty \(significant(penalty, 4)))"))
        return rows
    }

    /// Errors of characters, and of whole texts where the task does not measure them, from read and true texts.
    private var textErrors: [(name: String, value: String)] {
        guard let truths = evaluation.texts["gt"], let answers = evaluation.texts["decoded"],
            let errors = try? ErrorRate.characters(truths, answers: answers)
        else { return [] }
        let wrong = Proportion(zip(truths, answers).map { $0 != $1 })
        return [("character errors", errors.summary)]
            + (evaluation.measures["ser"] == nil ? [("texts with errors", wrong.summary)] : [])
    }

    // MARK: - Text

    /// For terminals and files.
    public var text: String {
        let title =
            "\(model): evaluation\(evaluation.name.map { " '\($0)'" } ?? "") at step \(evaluation.step), \(evaluation.examples) examples"
        var lines = [title, String(repeating: "=", count: title.count), ""]
        let width = measures.map(\.name.count).max() ?? 0
        for (name, value) in measures { lines.append(name + String(repeating: " ", count: width - name.count) + "  " + value) }
        if let confusion = evaluation.confusion {
            lines += ["", "Most confused (true, answered, times)"]
            for pair in confusion.confusions(15) {
                lines.append("  \(confusion.name(ofClass: pair.label))  \(confusion.name(ofClass: pair.answer))  \(pair.count)")
            }
            lines += ["", "Classes (recall of examples, precision of answers)"]
            for row in confusion.classRows {
                let precision = row.precision.isNaN ? "never answered" : "\(percent(row.precision)) of \(row.answers)"
                let recall = row.recall.isNaN ? "does not occur" : "\(percent(row.recall)) of \(row.count)"
                lines.append(
                    "  \(row.name)  \(recall), \(precision)\(row.mistakenFor.map { "; taken for \($0.0) \($0.times)×" } ?? "")")
            }
        }
        let hardest = evaluation.gallery.hardest
        if !hardest.isEmpty {
            lines += ["", "Highest losses"]
            for example in hardest {
                let verdict = example.truth.map { "  \($0) answered as \(Self.shown(example.answer))" } ?? ""
                lines.append("  \(significant(example.loss, 4))  \(example.id)\(verdict)")
            }
        }
        if let checkpoint = evaluation.checkpoint { lines += ["", "Checkpoint: \(checkpoint)"] }
        if !hyperparameters.isEmpty {
            lines += ["Settings: " + hyperparameters.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// An answer for people.
    static func shown(_ answer: String?) -> String {
        guard let answer else { return "?" }
        return answer.isEmpty ? "(nothing)" : answer
    }

    /// A picture of an example as an `img` tag; empty when there is none.
    func imageTag(_ example: ExampleRecord) -> String {
        guard let picture = example.picture, let encodeImage,
            let png = try? encodeImage(picture.pixels, picture.height, picture.width, picture.channels)
        else { return "" }
        let scale = max(1, min(4, 96 / max(1, picture.width)))
        let size = "width=\"\(picture.width * scale)\" height=\"\(picture.height * scale)\""
        return "<img alt=\"\(markup(example.id))\" \(size) src=\"data:image/png;base64,\(Data(png).base64EncodedString())\">"
    }
}
