import Formats

extension Confusion {
    /// What there is to say of one class.
    public struct ClassRow: Sendable, Equatable {
        public var name: String
        /// Examples of it, and how many of them were recognised.
        public var count: Int
        public var hits: Int
        /// How often it was answered.
        public var answers: Int
        /// What it was most often taken for; nil when never for another.
        public var mistakenFor: (String, times: Int)?

        public var recall: Double { count == 0 ? .nan : Double(hits) / Double(count) }
        public var precision: Double { answers == 0 ? .nan : Double(hits) / Double(answers) }

        public static func == (a: ClassRow, b: ClassRow) -> Bool {
            a.name == b.name && (a.count, a.hits, a.answers) == (b.count, b.hits, b.answers)
                && a.mistakenFor?.0 == b.mistakenFor?.0 && a.mistakenFor?.times == b.mistakenFor?.times
        }
    }

    /// The classes that occur or were answered, in order of their numbers.
    public var classRows: [ClassRow] {
        let (counts, answers) = (labelCounts, answerCounts)
        return (0..<classes).filter { counts[$0] + answers[$0] > 0 }.map { label in
            let other = (0..<classes).filter { $0 != label && count(label: label, answer: $0) > 0 }.max {
                (count(label: label, answer: $0), -$0) < (count(label: label, answer: $1), -$1)
            }
            return ClassRow(
                name: name(ofClass: label), count: counts[label], hits: count(label: label, answer: label),
                answers: answers[label],
                mistakenFor: other.map { (name(ofClass: $0), count(label: label, answer: $0)) })
        }
    }

    /// Writes the matrix; the ending of `path` says how: `.svg`, `.csv` or `.npz`.
    ///
    /// - Parameter normalized: whether the picture shows shares of each true class instead of counts.
    /// - Throws: `TrainingError.unknownName` for another ending, `FormatsError.system` when it cannot be written.
    public func save(to path: String, normalized: Bool = false) throws {
        switch path.split(separator: ".").last {
        case "svg": try AtomicFile.write(svg(normalized: normalized).utf8, to: path)
        case "csv": try AtomicFile.write(csv.utf8, to: path)
        case "npz":
            let values = try StoredArray(counts.map(Int64.init), shape: [classes, classes])
            try NumpyArchive.write(["confusion": values], to: path, compressed: true)
        case let other:
            throw TrainingError.unknownName(
                kind: "kind of file", name: other.map(String.init) ?? "", known: ["csv", "npz", "svg"])
        }
    }

    /// A picture: rows are true classes, columns answers; the darker, the more. Classes that neither occur nor were answered are left out.
    public func svg(normalized: Bool = false) -> String {
        let (totals, answered) = (labelCounts, answerCounts)
        let shown = (0..<classes).filter { totals[$0] + answered[$0] > 0 }
        let (cell, margin) = (shown.count > 40 ? 12 : 18, 46)
        let side = margin + shown.count * cell + 4
        let most = Double(max(1, shown.flatMap { row in shown.map { count(label: row, answer: $0) } }.max() ?? 1))
        var parts: [String] = []
        for (row, label) in shown.enumerated() {
            let place = margin + row * cell
            let name = markup(name(ofClass: label))
            parts.append("<text x=\"\(margin - 4)\" y=\"\(place + cell - 4)\" text-anchor=\"end\">\(name)</text>")
            parts.append("<text x=\"\(place + cell / 2)\" y=\"\(margin - 4)\" text-anchor=\"middle\">\(name)</text>")
            for (column, answer) in shown.enumerated() {
                let number = count(label: label, answer: answer)
                guard number > 0 else { continue }
                let share = normalized ? Double(number) / Double(max(1, totals[label])) : Double(number) / most
                let color = label == answer ? "#1f6f43" : "#b3261e"
                let (x, y) = (margin + column * cell, place)
                let title = "\(name) answered as \(markup(self.name(ofClass: answer))): \(number) of \(totals[label])"
                parts.append(
                    "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(cell - 1)\" height=\"\(cell - 1)\" fill=\"\(color)\" "
                        + "fill-opacity=\"\(fixed(0.15 + 0.85 * share, 2))\"><title>\(title)</title></rect>")
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" width="\(side)" height="\(side)" \
            font-family="sans-serif" font-size="\(cell - 4)" fill="currentColor"><rect x="\(margin)" y="\(margin)" \
            width="\(shown.count * cell)" height="\(shown.count * cell)" fill="#888888" fill-opacity="0.08"/>
            \(parts.joined(separator: "\n"))
            </svg>

            """
    }
}

/// Text between tags: what HTML and SVG would take for markup is written as entities.
func markup(_ text: String) -> String {
    var answer = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": answer += "&amp;"
        case "<": answer += "&lt;"
        case ">": answer += "&gt;"
        case "\"": answer += "&quot;"
        default: answer.unicodeScalars.append(scalar)
        }
    }
    return answer
}
