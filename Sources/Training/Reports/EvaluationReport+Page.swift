import Foundation

extension EvaluationReport {
    /// One page that needs nothing beside it.
    public var html: String {
        let name = evaluation.name.map { " “\(markup($0))”" } ?? ""
        var parts = [
            "<header><h1>\(markup(model))</h1><p>Evaluation\(name) at step \(evaluation.step): \(evaluation.examples) examples.</p></header>",
            section("Measures", table(measures.map { [markup($0.name), markup($0.value)] })),
            section("Training", "<div class=\"charts\">\(charts.joined())</div>"),
        ]
        if let confusion = evaluation.confusion {
            parts.append(section("Most confused", confusedPairs(confusion)))
            parts.append(section("Confusion matrix", "<div class=\"scroll\">\(confusion.svg(normalized: true))</div>"))
            parts.append(section("Classes", "<div class=\"scroll\">\(classTable(confusion))</div>"))
        }
        if !examplesAreOfClasses { parts.append(section("Wrong answers", wrongAnswers)) }
        parts.append(section("Highest losses", figures(evaluation.gallery.hardest)))
        parts.append(section("Run", table(facts)))
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(markup(model)) at step \(evaluation.step)</title><style>\(Self.style)</style></head><body>
            \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
            </body></html>

            """
    }

    // MARK: - Parts

    private func section(_ title: String, _ body: String) -> String {
        body.isEmpty ? "" : "<section><h2>\(title)</h2>\(body)</section>"
    }

    private func table(_ rows: [[String]], header: [String] = []) -> String {
        guard !rows.isEmpty else { return "" }
        let head = header.isEmpty ? "" : "<thead><tr>" + header.map { "<th>\($0)</th>" }.joined() + "</tr></thead>"
        return "<table>\(head)<tbody>"
            + rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined(separator: "\n") + "</tbody></table>"
    }

    private var charts: [String] {
        func recorded(_ name: String) -> [(step: Int, value: Double)] {
            history.compactMap { record in record.metrics[name].map { (record.step, $0) } }
        }
        let loss = LineChart(
            title: "loss",
            lines: [
                .init(name: "training", color: "#5b7cfa", points: losses),
                .init(name: "evaluation", color: "#e07b39", points: recorded("loss"), hasDots: true),
            ])
        let names = evaluation.measures.keys.filter { !(evaluation.measures[$0] is Confusion) && $0 != "majority" }.sorted {
            ($0 == mainMetric.name ? 0 : 1, $0) < ($1 == mainMetric.name ? 0 : 1, $1)
        }
        let measured = names.prefix(3).map { name in
            LineChart(title: name, lines: [.init(name: "evaluation", color: "#e07b39", points: recorded(name), hasDots: true)])
        }
        return ([loss] + measured).map(\.svg)
    }

    private func confusedPairs(_ confusion: Confusion) -> String {
        confusion.confusions(12).map { pair in
            let (truth, answer) = (confusion.name(ofClass: pair.label), confusion.name(ofClass: pair.answer))
            let examples = evaluation.gallery.confused[.init(truth: truth, answer: answer)] ?? []
            let total = confusion.labelCounts[pair.label]
            return """
                <div class="pair"><p><b>\(markup(truth))</b> answered as <b>\(markup(answer))</b>: \(pair.count) of \(total)</p>\
                <div class="row">\(examples.map(imageTag).joined())</div></div>
                """
        }.joined(separator: "\n")
    }

    /// Whether the wrong answers that are kept are shown beside the pairs of the confusion matrix.
    private var examplesAreOfClasses: Bool {
        guard let confusion = evaluation.confusion else { return false }
        let names = Set((0..<confusion.classes).map(confusion.name(ofClass:)))
        return evaluation.gallery.confused.keys.allSatisfy { names.contains($0.truth) && names.contains($0.answer) }
    }

    private var wrongAnswers: String {
        let pairs = evaluation.gallery.confused.sorted {
            (-$0.value.count, $0.key.truth, $0.key.answer) < (-$1.value.count, $1.key.truth, $1.key.answer)
        }
        return figures(pairs.prefix(24).compactMap(\.value.first))
    }

    private func figures(_ examples: [ExampleRecord]) -> String {
        let items = examples.map { example in
            let verdict = example.truth.map { truth in
                "<b>\(markup(truth))</b> "
                    + (example.isWrong ? "answered as <b>\(markup(Self.shown(example.answer)))</b>" : "(right)")
            }
            let loss = example.loss.isNaN ? nil : "loss \(significant(example.loss, 3))"
            let caption = [verdict, loss].compactMap { $0 }.joined(separator: "<br>")
            return "<figure title=\"\(markup(example.id))\">\(imageTag(example))<figcaption>\(caption)</figcaption></figure>"
        }
        return items.isEmpty ? "" : "<div class=\"row\">\(items.joined(separator: "\n"))</div>"
    }

    private func classTable(_ confusion: Confusion) -> String {
        func share(_ hits: Int, _ count: Int) -> String {
            guard count > 0 else { return "–" }
            let proportion = Proportion(hits: hits, count: count)
            let bounds = "\(percent(proportion.interval.lowerBound)) to \(percent(proportion.interval.upperBound))"
            return "\(percent(proportion.value)) <small>\(hits) of \(count), \(bounds)</small>"
        }
        return table(
            confusion.classRows.map { row in
                [
                    markup(row.name), "\(row.count)", share(row.hits, row.count), share(row.hits, row.answers),
                    row.mistakenFor.map { "\(markup($0.0)) <small>\($0.times)×</small>" } ?? "",
                ]
            }, header: ["class", "examples", "recall", "precision", "most often taken for"])
    }

    private var facts: [[String]] {
        var rows = hyperparameters.map { [markup($0.name), markup($0.value)] }
        if let folder { rows.append(["folder", "<code>\(markup(folder))</code>"]) }
        if let checkpoint = evaluation.checkpoint { rows.append(["checkpoint", "<code>\(markup(checkpoint))</code>"]) }
        rows.append(["time of the evaluation", ProgressText.duration(evaluation.seconds)])
        return rows
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8882; }
        body { font: 15px/1.5 system-ui, "Noto Sans CJK JP", sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.3rem; overflow-wrap: anywhere; margin-bottom: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
        table { border-collapse: collapse; } td, th { padding: .15rem .9rem .15rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        small { opacity: .7; } code { overflow-wrap: anywhere; } .scroll { overflow: auto; max-height: 640px; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 1rem; }
        .chart { width: 100%; height: auto; font: 11px sans-serif; fill: currentColor; } .chart .title { font-weight: 600; }
        .grid { stroke: var(--line); } .row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: flex-start; }
        figure { margin: 0; max-width: 130px; font-size: 12px; } img { image-rendering: pixelated; background: var(--soft); max-width: 100%; height: auto; }
        .pair { display: inline-block; vertical-align: top; margin: 0 1.4rem .8rem 0; } .pair p { margin: .2rem 0; } .pair img { max-height: 96px; }
        """
}
