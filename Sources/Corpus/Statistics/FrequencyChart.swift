import Formats

extension CorpusStatistics {
    /// A bar chart of the frequencies as SVG: one group of bars per class, one colour per subset, the characters below.
    ///
    /// - Parameter classes: ids of the vocabulary, the end not included; nil for all that are not reserved.
    /// - Throws: `CorpusError.badArgument` for classes that do not exist.
    public func chart(classes: Range<Int>? = nil) throws(CorpusError) -> String {
        FrequencyChart(self, try checked(classes)).svg
    }

    /// Writes `<set>_counts.csv` for each subset and the chart `a-b_frequency.svg` to a folder.
    ///
    /// - Returns: the paths written.
    /// - Throws: `CorpusError.unwritable`, `.badArgument`; `FormatsError.system`.
    @discardableResult
    public func save(to folder: String, classes: Range<Int>? = nil) throws -> [String] {
        let range = try checked(classes)
        try FileSystem.makeFolder(folder)
        var paths: [String] = []
        for subset in subsets {
            let path = "\(folder)/\(subset.rawValue)_counts.csv"
            try AtomicFile.write(Array(table(of: subset).utf8), to: path)
            paths.append(path)
        }
        let path = "\(folder)/\(range.lowerBound)-\(range.upperBound)_frequency.svg"
        try AtomicFile.write(Array(try chart(classes: range).utf8), to: path)
        return paths + [path]
    }
}

/// Lays out the bars. Lengths are in user units, one for a pixel on a usual screen.
private struct FrequencyChart {
    private let rows: [(name: String, counts: [Int])]
    private let subsets: [Subset]
    private let range: Range<Int>

    private static let colours = ["#2a6f97", "#e07a1f", "#5a9e4b"]
    private static let height = 320
    private static let left = 56
    private static let top = 48
    /// One bar, and the space between two groups.
    private static let bar = 6
    private static let gap = 8

    init(_ statistics: CorpusStatistics, _ range: Range<Int>) {
        subsets = statistics.subsets
        self.range = range
        rows = range.map { id in
            let name = CodePoint.character(of: statistics.vocabulary.type(of: id))
            return (name, statistics.subsets.map { statistics.count(ofClass: id, in: $0) })
        }
    }

    var svg: String {
        let group = max(18, subsets.count * Self.bar + Self.gap)
        let width = Self.left + rows.count * group + 24
        let greatest = rows.flatMap(\.counts).max() ?? 0
        let step = Self.step(for: greatest)
        let ceiling = max(step, (greatest + step - 1) / step * step)
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(max(width, 360))\" height=\"\(Self.top + Self.height + 56)\" "
                + "font-family=\"'Noto Sans CJK JP','Noto Sans JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif\" font-size=\"13\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<text x=\"\(Self.left)\" y=\"20\" font-size=\"15\">Characters \(range.lowerBound)-\(range.upperBound): frequency</text>",
        ]
        for (i, subset) in subsets.enumerated() {
            let x = Self.left + i * 80
            parts.append("<rect x=\"\(x)\" y=\"28\" width=\"10\" height=\"10\" fill=\"\(Self.colour(i))\"/>")
            parts.append("<text x=\"\(x + 14)\" y=\"38\">\(subset.rawValue)</text>")
        }
        for value in stride(from: 0, through: ceiling, by: step) {
            let y = Self.y(value, of: ceiling)
            parts.append("<line x1=\"\(Self.left)\" x2=\"\(width - 12)\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#ddd\"/>")
            parts.append("<text x=\"\(Self.left - 6)\" y=\"\(y + 4)\" text-anchor=\"end\">\(value)</text>")
        }
        for (n, row) in rows.enumerated() { parts += bars(row, at: Self.left + n * group + Self.gap / 2, ceiling) }
        return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func bars(_ row: (name: String, counts: [Int]), at x: Int, _ ceiling: Int) -> [String] {
        let name = Self.escaped(row.name)
        let bars = row.counts.enumerated().map { i, count in
            let y = Self.y(count, of: ceiling)
            return
                "<rect x=\"\(x + i * Self.bar)\" y=\"\(y)\" width=\"\(Self.bar - 1)\" height=\"\(Self.top + Self.height - y)\" "
                + "fill=\"\(Self.colour(i))\"><title>\(name) \(subsets[i].rawValue): \(count)</title></rect>"
        }
        let middle = x + subsets.count * Self.bar / 2
        return bars + ["<text x=\"\(middle)\" y=\"\(Self.top + Self.height + 20)\" text-anchor=\"middle\">\(name)</text>"]
    }

    private static func colour(_ number: Int) -> String { colours[number % colours.count] }

    private static func y(_ value: Int, of ceiling: Int) -> Int { top + height - height * value / ceiling }

    /// 1, 2 or 5 times a power of ten, so that there are at most ten lines.
    private static func step(for greatest: Int) -> Int {
        var magnitude = 1
        while true {
            for step in [magnitude, 2 * magnitude, 5 * magnitude] where greatest <= 10 * step { return step }
            magnitude *= 10
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
