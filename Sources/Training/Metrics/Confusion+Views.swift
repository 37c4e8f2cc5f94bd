import Formats
import Tensors

extension Confusion {
    /// What a class is called: its name, else its number.
    public func name(ofClass number: Int) -> String {
        classNames.indices.contains(number) ? classNames[number] : String(number)
    }

    /// The most frequent wrong pairs as a markdown table.
    public func table(_ limit: Int) -> String {
        let rows = confusions(limit).map { "| \(name(ofClass: $0.label)) | \(name(ofClass: $0.answer)) | \($0.count) |" }
        return (["| true | answered | times |", "|---|---|---|"] + rows).joined(separator: "\n")
    }

    /// All counts: a row for each true class, a column for each answer.
    public var csv: String {
        let names = (0..<classes).map(name(ofClass:))
        let rows = (0..<classes).map { label in
            CommaSeparated.row([names[label]] + (0..<classes).map { String(count(label: label, answer: $0)) })
        }
        return CommaSeparated.row(["true \\ answered"] + names) + rows.joined()
    }

    /// A gray picture `[1, side, side, 1]`: in each row, black is none and white all examples of that class.
    func picture() throws -> Tensor {
        let totals = labelCounts
        // Small matrices are enlarged so that one cell can be seen.
        let cell = max(1, 280 / max(1, classes))
        let side = classes * cell
        var pixels: [UInt8] = []
        pixels.reserveCapacity(side * side)
        for row in 0..<side {
            let label = row / cell
            for column in 0..<side {
                pixels.append(UInt8(255 * count(label: label, answer: column / cell) / max(1, totals[label])))
            }
        }
        return try Tensor(pixels, shape: [1, side, side, 1])
    }
}
