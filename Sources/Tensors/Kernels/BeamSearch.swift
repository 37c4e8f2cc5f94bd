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

    package let width: Int

    package init(width: Int = 100) { self.width = max(1, width) }

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
                var beam = Beam(width: width, classes: classes)
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
    }

    /// A prefix that may enter the next beam: one that stays (`label` < 0), or an extension of one by a label.
    private struct Candidate {
        var total: Double
        var blank: Double
        var labelled: Double
        var prefix: Int32
        var label: Int32
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
            guard candidate.total > bar else { return }
            offered += 1
            if items.count < capacity {
                items.append((candidate, offered))
                siftUp()
            } else {
                items[0] = (candidate, offered)
                siftDown()
            }
            if items.count == capacity { bar = items[0].candidate.total }
        }

        func sorted() -> [Candidate] {
            items.sorted { Self.isWorse($1, $0) }.map(\.candidate)
        }

        /// Less likely, or as likely and found later.
        private static func isWorse(_ a: (candidate: Candidate, age: Int32), _ b: (candidate: Candidate, age: Int32)) -> Bool {
            a.candidate.total != b.candidate.total ? a.candidate.total < b.candidate.total : a.age > b.age
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
    private var prefixes = PrefixTree()
    private var entries = [Entry(prefix: 0, blank: 0, label: -.infinity, total: 0)]
    private var next = Heap()
    /// Labels of this step from the likeliest down; only as many as could matter.
    private var order: [Int32] = []

    init(width: Int, classes: Int) {
        (self.width, self.classes) = (width, classes)
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
            let prefix = candidate.label < 0 ? candidate.prefix : prefixes.child(of: candidate.prefix, candidate.label)
            prefixes.setActive(prefix, Int32(entries.count))
            entries.append(
                Entry(prefix: prefix, blank: candidate.blank, label: candidate.labelled, total: candidate.total))
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
            next.offer(
                Candidate(
                    total: logAdd(blank, labelled), blank: blank, labelled: labelled, prefix: entry.prefix, label: -1))
        }
    }

    /// Each prefix by one label. Labels come from the likeliest down, so a prefix is done at the first that cannot enter.
    private mutating func extend(_ logs: UnsafePointer<Float>) {
        for entry in entries {
            guard entry.total > next.bar else { return }  // entries are sorted too
            let last = prefixes.label(entry.prefix)
            for label in order {
                let log = Double(logs[Int(label)])
                guard entry.total + log > next.bar else { break }
                let total = (label == last ? entry.blank : entry.total) + log
                guard total > next.bar else { continue }
                // A child that is in the beam has been counted where it stays.
                if let child = prefixes.existingChild(of: entry.prefix, label), prefixes.active(child) >= 0 { continue }
                next.offer(
                    Candidate(total: total, blank: -.infinity, labelled: total, prefix: entry.prefix, label: label))
            }
        }
    }

    /// A prefix can bring at most `width` new ones into the beam; its own last label and children that are already there
    /// (at most `width`) come on top. With many classes only those are sorted out.
    private mutating func orderLabels(_ logs: UnsafePointer<Float>) {
        let labels = classes - 1
        let wanted = min(labels, 2 * width + 1)
        // What is too unlikely even after the likeliest prefix cannot enter at all.
        let needed = next.bar - (entries.first?.total ?? 0)
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
    }

    private var nodes = [Node(parent: -1, label: -1, active: -1)]
    /// Open addressing over (parent, label); −1 is free, and half of the slots always are.
    private var slots = [Int32](repeating: -1, count: 1024)

    func label(_ node: Int32) -> Int32 { nodes[Int(node)].label }
    func parent(_ node: Int32) -> Int32 { nodes[Int(node)].parent }
    func active(_ node: Int32) -> Int32 { nodes[Int(node)].active }
    mutating func setActive(_ node: Int32, _ place: Int32) { nodes[Int(node)].active = place }

    func existingChild(of parent: Int32, _ label: Int32) -> Int32? {
        let found = slots[slot(parent, label)]
        return found < 0 ? nil : found
    }

    mutating func child(of parent: Int32, _ label: Int32) -> Int32 {
        if let found = existingChild(of: parent, label) { return found }
        if 2 * nodes.count >= slots.count { grow() }
        let node = Int32(nodes.count)
        slots[slot(parent, label)] = node
        nodes.append(Node(parent: parent, label: label, active: -1))
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
