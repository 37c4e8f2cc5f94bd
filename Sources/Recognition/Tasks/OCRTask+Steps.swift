import Corpus
import Imaging
import NeuralNetworks
public import Training

extension OCRTask {
    /// This task with a model, ready to be trained; for sequences, checked first.
    ///
    /// - Throws: `RecognitionError.labelsDoNotFit` when a sequence of train or dev has more labels than the model has time steps for.
    public func modelFunction(_ model: any Model, towers: Int = 1) throws -> ModelFunction {
        if let reader = model as? any SequenceModel, try definition.sparseLabels() { try checkSteps(of: reader) }
        return try ModelFunction(task: self, model: model, towers: towers)
    }

    /// - Throws: `RecognitionError.labelsDoNotFit` with the first example whose labels do not fit, and a height that fits them all.
    private func checkSteps(of model: any SequenceModel) throws {
        let (corpus, frame) = (try corpus(), try frame())
        var first: (excerpt: Excerpt, labels: [Int], rows: Int)?
        var (count, needed) = (0, 0)
        for subset in [Subset.train, .dev] {
            for excerpt in corpus[subset] {
                let labels = corpus.targets(of: excerpt)
                let rows = rows(of: excerpt, corpus, frame)
                let steps = TemporalFit.steps(for: labels)
                guard steps > model.timeSteps(forRows: rows) else { continue }
                if first == nil { first = (excerpt, labels, rows) }
                (count, needed) = (count + 1, max(needed, steps))
            }
        }
        guard let first else { return }
        throw RecognitionError.labelsDoNotFit(
            .init(
                example: corpus.identifier(of: first.excerpt), text: corpus.text(of: first.excerpt), labels: first.labels.count,
                repeats: TemporalFit.steps(for: first.labels) - first.labels.count, rows: first.rows,
                steps: model.timeSteps(forRows: first.rows), others: count - 1,
                height: Self.height(giving: needed, model), width: frame.width))
    }

    /// How many rows of its frame a sequence may be read from.
    private func rows(of excerpt: Excerpt, _ corpus: Corpus, _ frame: Fitting) -> Int {
        guard isRaised, let box = corpus.bounds(of: excerpt) else { return frame.height }
        let stored = settings.storedShape.size(forHeight: box.height, width: box.width)
        return frame.placement(forHeight: stored.height, width: stored.width).height
    }

    /// The least number of rows, in sixteens, with which `model` has so many steps; nil where more rows give no more steps.
    private static func height(giving steps: Int, _ model: any SequenceModel) -> Int? {
        stride(from: 16, through: Image.greatestSide, by: 16).first { model.timeSteps(forRows: $0) >= steps }
    }
}
