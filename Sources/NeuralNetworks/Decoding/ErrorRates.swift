/// How far read sequences are from the true ones, counted over a whole set.
public struct ErrorRates: Sendable, Equatable {
    /// Insertions, deletions and substitutions.
    public private(set) var edits = 0
    /// Labels of the true sequences.
    public private(set) var labels = 0
    public private(set) var wrongSequences = 0
    public private(set) var sequences = 0

    public init() {}

    public mutating func count(read: [Int], true wanted: [Int]) {
        edits += Self.editDistance(read, wanted)
        labels += wanted.count
        sequences += 1
        if read != wanted { wrongSequences += 1 }
    }

    /// Σ edits / Σ labels; NaN when there are no labels.
    public var labelErrorRate: Double { Double(edits) / Double(labels) }

    /// The share of sequences with any error; NaN when there are none.
    public var sequenceErrorRate: Double { Double(wrongSequences) / Double(sequences) }

    /// The least number of insertions, deletions and substitutions that turn one sequence into the other (Levenshtein).
    public static func editDistance(_ first: [Int], _ second: [Int]) -> Int {
        var row = Array(0...second.count)
        for (i, a) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in second.enumerated() {
                let substituted = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[second.count]
    }
}
