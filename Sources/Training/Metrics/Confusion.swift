/// How often each class was taken for each: rows are true classes, columns answers.
public struct Confusion: Metric, Equatable {
    public let classes: Int
    /// What the classes are called, for people; may be empty.
    public var classNames: [String]
    /// `classes · classes` counts, row by row.
    public private(set) var counts: [Int]

    public init(classes: Int, classNames: [String] = []) {
        self.classes = max(0, classes)
        self.classNames = classNames
        counts = [Int](repeating: 0, count: self.classes * self.classes)
    }

    /// - Throws: `TrainingError.classOutOfRange` for a label or answer outside `0..<classes`, `.badShape` for unequal numbers of them.
    public init(classes: Int, labels: [Int], answers: [Int], classNames: [String] = []) throws {
        self.init(classes: classes, classNames: classNames)
        guard labels.count == answers.count else {
            throw TrainingError.badShape(
                what: "answers", found: [answers.count], expected: "\(labels.count) examples, as the labels")
        }
        for (label, answer) in zip(labels, answers) {
            for number in [label, answer] where !(0..<self.classes).contains(number) {
                throw TrainingError.classOutOfRange(label: number, classes: self.classes)
            }
            counts[label * self.classes + answer] += 1
        }
    }

    public func count(label: Int, answer: Int) -> Int {
        (0..<classes).contains(label) && (0..<classes).contains(answer) ? counts[label * classes + answer] : 0
    }

    /// Examples of each true class.
    public var labelCounts: [Int] {
        (0..<classes).map { label in counts[(label * classes)..<((label + 1) * classes)].reduce(0, +) }
    }

    /// Answers of each class.
    public var answerCounts: [Int] {
        (0..<classes).map { answer in (0..<classes).reduce(0) { $0 + counts[$1 * classes + answer] } }
    }

    public var accuracy: Proportion {
        Proportion(hits: (0..<classes).reduce(0) { $0 + counts[$1 * classes + $1] }, count: counts.reduce(0, +))
    }

    /// What answering always the commonest class of these examples would reach.
    public var majority: Proportion { Proportion(hits: labelCounts.max() ?? 0, count: counts.reduce(0, +)) }

    /// The share of examples of class `label`: what answering always that class reaches.
    public func share(ofClass label: Int) -> Proportion {
        let all = labelCounts
        return Proportion(hits: all.indices.contains(label) ? all[label] : 0, count: counts.reduce(0, +))
    }

    /// Mean over the classes that occur of the share that was recognised; NaN when none occurs.
    public var balancedAccuracy: Double {
        let recalls = recall.filter { !$0.isNaN }
        return recalls.isEmpty ? .nan : recalls.reduce(0, +) / Double(recalls.count)
    }

    /// For each class, the share of its examples that was recognised; NaN where it does not occur.
    public var recall: [Double] { shares(of: labelCounts) }

    /// For each class, the share of its answers that was right; NaN where it was never answered.
    public var precision: [Double] { shares(of: answerCounts) }

    /// Wrong pairs, the most frequent first.
    public func confusions(_ limit: Int) -> [(label: Int, answer: Int, count: Int)] {
        let pairs = counts.indices.filter { counts[$0] > 0 && $0 / classes != $0 % classes }
        return pairs.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(max(0, limit)).map {
            ($0 / classes, $0 % classes, counts[$0])
        }
    }

    /// The accuracy.
    public var value: Double { accuracy.value }

    public func joined(with other: any Metric, name: String) throws -> any Metric {
        let other = try same(other, name)
        guard classes == other.classes else {
            throw TrainingError.metricsDiffer(name: name, first: "\(classes) classes", second: "\(other.classes) classes")
        }
        var joined = self
        for index in counts.indices { joined.counts[index] += other.counts[index] }
        return joined
    }

    public var summary: String { "\(classes) classes, \(accuracy.hits) of \(accuracy.count) on the diagonal" }

    private func shares(of totals: [Int]) -> [Double] {
        (0..<classes).map { totals[$0] == 0 ? .nan : Double(counts[$0 * classes + $0]) / Double(totals[$0]) }
    }
}
