import Foundation

/// Prefix beam search over CTC log probabilities, blank last: the likeliest label sequences, alignments summed.
///
/// A prefix keeps two probabilities, of its alignments that end in a blank and of those that end in its last label. At every
/// step the `width` likeliest prefixes go on. Adjacent equal labels are real repeats (they need a blank between them) and are
/// kept. Ties go to the prefix found first, so results do not depend on anything but the input.
/// Source: Graves, "Sequence transduction with recurrent neural networks", 2012.
package struct BeamSearch: Sendable {
    package struct Line: Equatable, Sendable {
        package let labels: [Int32]
        /// Natural logarithm of the probability of the labels, alignments outside the beam left out.
        package let logProbability: Double
    }

    /// A model of label sequences, which adds to the logarithm that prefixes are ranked by.
    package struct Guide: Sendable {
        /// What no label can add more than.
        let most: Double
        /// What `label` adds after the labels before it.
        let bonus: @Sendable (_ label: Int32, _ earlier: [Int32]) -> Double

        package init(most: Double, bonus: @escaping @Sendable (_ label: Int32, _ earlier: [Int32]) -> Double) {
            (self.most, self.bonus) = (most, bonus)
        }
    }

    package let width: Int
    private let guide: Guide?

    package init(width: Int = 100, guide: Guide? = nil) { (self.width, self.guide) = (max(1, width), guide) }

    /// The best `count` sequences of each line, best first; the lines are shared by the workers.
    ///
    /// - Parameters:
    ///   - logProbabilities: [n, t, k], a log softmax.
    ///   - lengths: steps of each line, or nil when all are full.
    package func decode(
        _ logProbabilities: UnsafePointer<Float>, lines: Int, steps: Int, classes: Int, lengths: UnsafePointer<Int32>?,
        count: Int = 1
    ) -> [[Line]] {
        var results = [[Line]](repeating: [], count: lines)
        results.withUnsafeMutableBufferPointer { results in
            // Each task writes its own element.
            guard let slots = results.baseAddress else { return }
            Parallel.run(lines) { line, _ in
                let own = lengths.map { min(steps, max(0, Int($0[line]))) } ?? steps
                var beam = Beam(width: width, classes: classes, guide: guide)
                for step in 0..<own { beam.advance(logProbabilities + (line * steps + step) * classes) }
                slots[line] = beam.best(count)
            }
        }
        return results
    }
}

// MARK: - Implementation

/// The state of one line's search.
private struct Beam {
    /// A prefix in the beam, and its log probabilities so far.
    private struct Entry {
        var prefix: Int32
        var blank: Double
        var label: Double
        var total: Double
        /// With what the guide adds: what counts.
        var score: Double
    }

    /// A prefix that may enter the next beam: one that stays (`label` < 0), or an extension of one by a label.
    private struct Candidate {
        var score: Double
        var total: Double
        var blank: Double
        var labelled: Double
        var prefix: Int32
        var label: Int32
        /// What the guide adds to the whole prefix.
        var guidance: Double
    }

    /// The best candidates so far, the worst on top.
    private struct Heap {
        private var items: [(candidate: Candidate, age: Int32)] = []
        private var capacity = 0
        private var offered: Int32 = 0
        /// What a candidate must exceed.
        private(set) var bar = -Double.infinity

        mutating func reset(capacity: Int) {
            items.removeAll(keepingCapacity: true)
            (self.capacity, offered, bar) = (capacity, 0, -.infinity)
        }

        mutating func offer(_ candidate: Candidate) {
            guard candidate.score > bar else { return }
            offered += 1
            if items.count < capacity {
                items.append((candidate, offered))
                siftUp()
            } else {
                items[0] = (candidate, offered)
                siftDown()
            }
            if items.count == capacity { bar = items[0].candidate.score }
        }

        func sorted() -> [Candidate] {
            items.sorted { Self.isWorse($1, $0) }.map(\.candidate)
        }

        /// Less likely, or as likely and found later.
        private static func isWorse(_ a: (candidate: Candidate, age: Int32), _ b: (candidate: Candidate, age: Int32)) -> Bool {
            a.candidate.score != b.candidate.score ? a.candidate.score < b.candidate.score : a.age > b.age
        }

        private mutating func siftUp() {
            var child = items.count - 1
            while child > 0, Self.isWorse(items[child], items[(child - 1) / 2]) {
                items.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        private mutating func siftDown() {
            var parent = 0
            while true {
                let left = 2 * parent + 1, right = left + 1
                var worst = parent
                if left < items.count, Self.isWorse(items[left], items[worst]) { worst = left }
                if right < items.count, Self.isWorse(items[right], items[worst]) { worst = right }
                if worst == parent { return }
                items.swapAt(parent, worst)
                parent = worst
            }
        }
    }

    private let width: Int
    private let classes: Int
    private let guide: BeamSearch.Guide?
    private var prefixes = PrefixTree()
    private var entries = [Entry(prefix: 0, blank: 0, label: -.infinity, total: 0, score: 0)]
    private var next = Heap()
    /// Labels of this step from the likeliest down; only as many as could matter.
    private var order: [Int32] = []

    init(width: Int, classes: Int, guide: BeamSearch.Guide?) {
        (self.width, self.classes, self.guide) = (width, classes, guide)
        prefixes.setActive(0, 0)
    }

    mutating func advance(_ logs: UnsafePointer<Float>) {
        next.reset(capacity: width)
        stay(logs)
        orderLabels(logs)
        extend(logs)
        for entry in entries { prefixes.setActive(entry.prefix, -1) }
        entries.removeAll(keepingCapacity: true)
        for candidate in next.sorted() {
            let prefix =
                candidate.label < 0
                ? candidate.prefix : prefixes.child(of: candidate.prefix, candidate.label, guidance: candidate.guidance)
            prefixes.setActive(prefix, Int32(entries.count))
            entries.append(
                Entry(
                    prefix: prefix, blank: candidate.blank, label: candidate.labelled, total: candidate.total,
                    score: candidate.score))
        }
    }

    func best(_ count: Int) -> [BeamSearch.Line] {
        entries.prefix(max(0, count)).map {
            BeamSearch.Line(labels: prefixes.labels(of: $0.prefix), logProbability: $0.total)
        }
    }

    /// Each prefix again: by a blank, by its last label once more, or, when its parent is in the beam too, from there.
    private mutating func stay(_ logs: UnsafePointer<Float>) {
        let blankLog = Double(logs[classes - 1])
        for entry in entries {
            let last = prefixes.label(entry.prefix)
            let blank = entry.total + blankLog
            var labelled = -Double.infinity
            if last >= 0 {
                let log = Double(logs[Int(last)])
                labelled = entry.label + log
                let parent = prefixes.parent(entry.prefix), place = prefixes.active(parent)
                if place >= 0 {
                    let from = entries[Int(place)]
                    // After the same label only alignments that end in a blank begin a new one.
                    let before = prefixes.label(parent) == last ? from.blank : from.total
                    labelled = logAdd(labelled, before + log)
                }
            }
            let (total, guidance) = (logAdd(blank, labelled), prefixes.guidance(entry.prefix))
            next.offer(
                Candidate(
                    score: total + guidance, total: total, blank: blank, labelled: labelled, prefix: entry.prefix, label: -1,
                    guidance: guidance))
        }
    }

    /// Each prefix by one label. Labels come from the likeliest down, so a prefix is done at the first that cannot enter.
    private mutating func extend(_ logs: UnsafePointer<Float>) {
        let most = guide?.most ?? 0
        for entry in entries {
            guard entry.score + most > next.bar else { return }  // entries are sorted too
            let last = prefixes.label(entry.prefix)
            let guidance = prefixes.guidance(entry.prefix)
            // The guide wants the labels spelled out: once for each prefix that gets so far.
            var spelled: [Int32]?
            for label in order {
                let log = Double(logs[Int(label)])
                guard entry.score + log + most > next.bar else { break }
                let total = (label == last ? entry.blank : entry.total) + log
                guard total + guidance + most > next.bar else { continue }
                let child = prefixes.existingChild(of: entry.prefix, label)
                // A child that is in the beam has been counted where it stays.
                if let child, prefixes.active(child) >= 0 { continue }
                var sum = guidance
                if let guide {
                    if let child {
                        sum = prefixes.guidance(child)
                    } else {
                        let earlier = spelled ?? prefixes.labels(of: entry.prefix)
                        spelled = earlier
                        sum += guide.bonus(label, earlier)
                    }
                }
                next.offer(
                    Candidate(
                        score: total + sum, total: total, blank: -.infinity, labelled: total, prefix: entry.prefix, label: label,
                        guidance: sum))
            }
        }
    }

    /// A prefix can bring at most `width` new ones into the beam; its own last label and children that are already there
    /// (at most `width`) come on top. With many classes only those are sorted out, unless a guide may prefer others.
    private mutating func orderLabels(_ logs: UnsafePointer<Float>) {
        let labels = classes - 1
        let wanted = guide == nil && width < labels ? min(labels, 2 * width + 1) : labels
        // What is too unlikely even after the likeliest prefix cannot enter at all.
        let needed = next.bar - (entries.first?.score ?? 0) - (guide?.most ?? 0)
        order.removeAll(keepingCapacity: true)
        for label in 0..<labels where Double(logs[label]) > needed { order.append(Int32(label)) }
        order.sort { logs[Int($0)] != logs[Int($1)] ? logs[Int($0)] > logs[Int($1)] : $0 < $1 }
        if order.count > wanted { order.removeSubrange(wanted...) }
    }
}

private func logAdd(_ a: Double, _ b: Double) -> Double {
    let (high, low) = a > b ? (a, b) : (b, a)
    return low == -.infinity ? high : high + log1p(exp(low - high))
}

/// All prefixes met so far, each with its parent, last label, and place in the beam.
///
/// A prefix that left the beam keeps its number, so that its descendants find it when it comes back.
private struct PrefixTree {
    private struct Node {
        let parent: Int32
        let label: Int32
        var active: Int32
        let guidance: Double
    }

    private var nodes = [Node(parent: -1, label: -1, active: -1, guidance: 0)]
    /// Open addressing over (parent, label); −1 is free, and half of the slots always are.
    private var slots = [Int32](repeating: -1, count: 1024)

    func label(_ node: Int32) -> Int32 { nodes[Int(node)].label }
    func parent(_ node: Int32) -> Int32 { nodes[Int(node)].parent }
    func active(_ node: Int32) -> Int32 { nodes[Int(node)].active }
    func guidance(_ node: Int32) -> Double { nodes[Int(node)].guidance }
    mutating func setActive(_ node: Int32, _ place: Int32) { nodes[Int(node)].active = place }

    func existingChild(of parent: Int32, _ label: Int32) -> Int32? {
        let found = slots[slot(parent, label)]
        return found < 0 ? nil : found
    }

    mutating func child(of parent: Int32, _ label: Int32, guidance: Double) -> Int32 {
        if let found = existingChild(of: parent, label) { return found }
        if 2 * nodes.count >= slots.count { grow() }
        let node = Int32(nodes.count)
        slots[slot(parent, label)] = node
        nodes.append(Node(parent: parent, label: label, active: -1, guidance: guidance))
        return node
    }

    func labels(of node: Int32) -> [Int32] {
        var result: [Int32] = []
        var node = node
        while node > 0 {
            result.append(label(node))
            node = parent(node)
        }
        return result.reversed()
    }

    /// The slot of a child, or the free one where it would go.
    private func slot(_ parent: Int32, _ label: Int32) -> Int {
        let mask = slots.count - 1
        let key = UInt64(UInt32(bitPattern: parent)) << 32 | UInt64(UInt32(bitPattern: label))
        var index = Int((key &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
        while slots[index] >= 0 {
            let node = nodes[Int(slots[index])]
            if node.parent == parent && node.label == label { break }
            index = (index + 1) & mask
        }
        return index
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: 2 * slots.count)
        for (index, node) in nodes.enumerated().dropFirst() { slots[slot(node.parent, node.label)] = Int32(index) }
    }
}
