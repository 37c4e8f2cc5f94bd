import Formats

/// How often each character comes in each subset of a corpus (`data_stats`).
public struct CorpusStatistics: Sendable {
    /// One character and how often it comes.
    public struct Count: Sendable, Equatable {
        public var scalar: Unicode.Scalar
        public var count: Int

        public var label: String { CodePoint.label(of: scalar) }
    }

    /// The most frequent character of a subset.
    public struct Majority: Sendable, Equatable {
        public var scalar: Unicode.Scalar
        public var count: Int
        /// Of all characters of the subset.
        public var share: Double
    }

    /// The subsets that were asked for, in that order.
    public let subsets: [Subset]
    public let vocabulary: Vocabulary
    private let tallies: [Subset: Tally<UInt32>]
    private let examples: [Subset: Int]

    public init(_ corpus: Corpus, subsets: [Subset] = Subset.allCases) {
        var tallies: [Subset: Tally<UInt32>] = [:]
        for subset in subsets {
            var tally = Tally<UInt32>()
            for excerpt in corpus[subset] {
                for glyph in corpus.glyphs(of: excerpt) { tally.add(glyph.scalar.value) }
            }
            tallies[subset] = tally
        }
        self.subsets = subsets
        self.tallies = tallies
        examples = Dictionary(uniqueKeysWithValues: Set(subsets).map { ($0, corpus[$0].count) })
        vocabulary = corpus.vocabulary
    }

    /// The characters of a subset by falling count, ties by first appearance.
    public func counts(of subset: Subset) -> [Count] {
        (tallies[subset]?.mostCommon() ?? []).compactMap { entry in
            Unicode.Scalar(entry.element).map { Count(scalar: $0, count: entry.count) }
        }
    }

    /// The number of characters of a subset.
    public func total(of subset: Subset) -> Int { tallies[subset]?.total ?? 0 }

    /// Nil for an empty subset.
    public func majority(of subset: Subset) -> Majority? {
        counts(of: subset).first.map { Majority(scalar: $0.scalar, count: $0.count, share: share(of: $0.scalar, in: subset)) }
    }

    /// Which part of the characters of a subset is `scalar`; 0 for an empty subset.
    public func share(of scalar: Unicode.Scalar, in subset: Subset) -> Double {
        let total = total(of: subset)
        return total == 0 ? 0 : Double(tallies[subset]?[scalar.value] ?? 0) / Double(total)
    }

    /// The different characters of a subset that have no class of their own, by falling count.
    public func unknowns(in subset: Subset) -> [Count] {
        counts(of: subset).filter { !vocabulary.contains($0.scalar) }
    }

    /// The counts of all subsets as CSV: `class,(unicode),train,dev,test`, by falling sum, ties by code point.
    public var table: String {
        var sums: [UInt32: Int] = [:]
        for tally in tallies.values { for element in tally.elements { sums[element, default: 0] += tally[element] } }
        let rows = sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.compactMap { value, _ in
            Unicode.Scalar(value).map { scalar in
                CommaSeparated.row([CodePoint.label(of: scalar), "(\(scalar))"] + subsets.map { "\(tallies[$0]?[value] ?? 0)" })
            }
        }
        return CommaSeparated.row(["class", "(unicode)"] + subsets.map(\.rawValue)) + rows.joined()
    }

    /// The counts of a subset as CSV: `class,(unicode),count`.
    public func table(of subset: Subset) -> String {
        CommaSeparated.row(["class", "(unicode)", "count"])
            + counts(of: subset).map { CommaSeparated.row([$0.label, "(\($0.scalar))", "\($0.count)"]) }.joined()
    }
}

// MARK: - For people

extension CorpusStatistics {
    /// What can be asked for.
    public enum Topic: String, Sendable, CaseIterable {
        case majority, frequency, unknowns

        /// - Throws: `CorpusError.unknownChoice`.
        public init(named text: String) throws(CorpusError) {
            guard let topic = Topic(rawValue: text) else {
                throw .unknownChoice(argument: "which_stats", value: text, known: Self.allCases.map(\.rawValue))
            }
            self = topic
        }
    }

    /// The answers as lines of text.
    ///
    /// - Parameters:
    ///   - classes: which ids of the vocabulary the frequencies are given for, the end not included; nil for all that are not reserved.
    ///   - limit: the most rows of a table of frequencies; what is left out is said.
    /// - Throws: `CorpusError.badArgument` for classes that do not exist.
    public func report(_ topics: [Topic] = Topic.allCases, classes: Range<Int>? = nil, limit: Int = 20) throws(CorpusError)
        -> String
    {
        var lines: [String] = []
        if topics.contains(.frequency) { lines += frequencyLines(try checked(classes), limit) }
        if topics.contains(.majority) { lines += subsets.flatMap(majorityLines) }
        if topics.contains(.unknowns) { lines += subsets.map(unknownLine) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The ids that a chart or table is made for.
    func checked(_ classes: Range<Int>?) throws(CorpusError) -> Range<Int> {
        let all = min(vocabulary.reservedCount, vocabulary.count)..<vocabulary.count
        guard let classes else { return all }
        guard classes.lowerBound >= 0, classes.upperBound <= vocabulary.count else {
            throw .badArgument(
                argument: "include", value: "(\(classes.lowerBound), \(classes.upperBound))",
                rule: "within 0 to \(vocabulary.count)")
        }
        return classes
    }

    /// How often the class `id` comes in a subset; the unknown class stands for all characters without one.
    func count(ofClass id: Int, in subset: Subset) -> Int {
        if id == vocabulary.unknownID { return unknowns(in: subset).reduce(0) { $0 + $1.count } }
        guard let scalar = CodePoint.scalar(of: vocabulary.type(of: id)) else { return 0 }
        return tallies[subset]?[scalar.value] ?? 0
    }

    private func frequencyLines(_ classes: Range<Int>, _ limit: Int) -> [String] {
        let header = "   id  class      " + subsets.map { Self.right($0.rawValue, 8) }.joined()
        let rows = classes.prefix(limit).map { id in
            let type = vocabulary.type(of: id)
            // A kanji or kana takes two columns on a screen.
            let name =
                CodePoint.scalar(of: type).map { "\($0) \(type)" + String(repeating: " ", count: max(0, 8 - type.count)) }
                ?? type + String(repeating: " ", count: max(0, 11 - type.count))
            return Self.right("\(id)", 5) + "  " + name + subsets.map { Self.right("\(count(ofClass: id, in: $0))", 8) }.joined()
        }
        let rest = classes.count - rows.count
        let totals = "       characters " + subsets.map { Self.right("\(total(of: $0))", 8) }.joined()
        let sizes = "       examples   " + subsets.map { Self.right("\(examples[$0] ?? 0)", 8) }.joined()
        return [header] + rows + (rest > 0 ? ["       ... and \(rest) more classes"] : []) + [totals, sizes]
    }

    private func majorityLines(_ subset: Subset) -> [String] {
        guard let majority = majority(of: subset) else { return ["Majority class from \(subset.rawValue): none, it is empty"] }
        let id = vocabulary.id(of: majority.scalar)
        let first = "Majority class from \(subset.rawValue): \(id) (\(majority.scalar)), \(Self.percent(majority.share))"
        return [first]
            + subsets.filter { $0 != subset }.map { "    of \($0.rawValue): \(Self.percent(share(of: majority.scalar, in: $0)))" }
    }

    private func unknownLine(_ subset: Subset) -> String {
        let unknowns = unknowns(in: subset)
        let shown = unknowns.prefix(20).map { "\($0.scalar)" }.joined(separator: " ")
        return "Unknowns in \(subset.rawValue): \(unknowns.count)"
            + (unknowns.isEmpty ? "" : " (\(shown)\(unknowns.count > 20 ? " ..." : ""))")
    }

    static func percent(_ share: Double) -> String {
        let hundredths = Int((share * 10_000).rounded())
        let digits = String(hundredths % 100)
        return "\(hundredths / 100).\(digits.count < 2 ? "0" : "")\(digits) %"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
