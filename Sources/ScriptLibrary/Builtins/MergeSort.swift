/// CPython's sort of a list, comparison by comparison: natural runs, binary insertion, merges that gallop.
///
/// What a comparison raises, the order that a failed sort leaves, and where an inconsistent order (a NaN, a random
/// `__lt__`) ends depend on which items are compared and when; for the rest any stable sort would do.
///
/// - Source: Peters, listsort.txt, 2002; the order of merges: Munro and Wild, "Nearly-Optimal Mergesorts", 2018.
struct MergeSort<Key> {
    private let keys: [Key]
    private let isLess: (Key, Key) throws -> Bool
    /// The places of the keys in the order reached so far; every one of them, also after a failed comparison.
    private(set) var order: [Int]
    /// Runs that wait to be merged, from left to right.
    private var runs: [Run] = []
    /// How often one side must win before a merge gallops.
    private var patience = MergeSort.gallop

    private struct Run {
        let start: Int
        var count: Int
        /// How deep in a balanced tree of merges the border to the run on its right lies.
        var power = 0
    }

    private static var gallop: Int { 7 }

    init(_ keys: [Key], order: [Int], _ isLess: @escaping (Key, Key) throws -> Bool) {
        self.keys = keys
        self.order = order
        self.isLess = isLess
    }

    mutating func run() throws {
        let count = order.count
        if count < 2 { return }
        let least = MergeSort.leastRun(count)
        var start = 0
        while start < count {
            var length = try takeRun(from: start)
            let wanted = min(least, count - start)
            if length < wanted {
                try insert(from: start, sorted: length, count: wanted)
                length = wanted
            }
            try announce(length)
            runs.append(Run(start: start, count: length))
            start += length
        }
        while runs.count > 1 {
            var index = runs.count - 2
            if index > 0, runs[index - 1].count < runs[index + 1].count { index -= 1 }
            try merge(index)
        }
    }

    // MARK: - Runs

    /// Chosen such that `count` divided by it is a power of two or a little less.
    private static func leastRun(_ count: Int) -> Int {
        var (count, rest) = (count, 0)
        while count >= 64 {
            rest |= count & 1
            count >>= 1
        }
        return count + rest
    }

    private func less(_ a: Int, _ b: Int) throws -> Bool { try isLess(keys[a], keys[b]) }

    /// The length of the run that begins here; a descending one is turned round.
    private mutating func takeRun(from start: Int) throws -> Int {
        var end = start + 1
        if end == order.count { return 1 }
        let isDescending = try less(order[end], order[end - 1])
        end += 1
        while end < order.count, try less(order[end], order[end - 1]) == isDescending { end += 1 }
        if isDescending { order[start..<end].reverse() }
        return end - start
    }

    /// Makes the first `sorted` items from `start` on a run of `count` ones.
    private mutating func insert(from start: Int, sorted: Int, count: Int) throws {
        for place in (start + sorted)..<(start + count) {
            let pivot = order[place]
            var (low, high) = (start, place)
            while low < high {
                let middle = low + (high - low) / 2
                if try less(pivot, order[middle]) { high = middle } else { low = middle + 1 }
            }
            var hole = place
            while hole > low {
                order[hole] = order[hole - 1]
                hole -= 1
            }
            order[low] = pivot
        }
    }

    /// Merges what lies deeper than the border between the last run and the one of `count` items that follows it.
    private mutating func announce(_ count: Int) throws {
        guard let last = runs.last else { return }
        let power = MergeSort.power(last.start, last.count, count, of: order.count)
        while runs.count > 1, runs[runs.count - 2].power > power { try merge(runs.count - 2) }
        runs[runs.count - 1].power = power
    }

    /// The number of the first binary digit in which the middles of two neighbours, as fractions of the whole, differ.
    private static func power(_ start: Int, _ left: Int, _ right: Int, of whole: Int) -> Int {
        var a = 2 * start + left
        var b = a + left + right
        var result = 1
        while a >= whole || b < whole {
            if a >= whole {
                a -= whole
                b -= whole
            }
            a *= 2
            b *= 2
            result += 1
        }
        return result
    }

    // MARK: - Merging

    /// Merges the run at `index` with the next one.
    private mutating func merge(_ index: Int) throws {
        var (a, b) = (runs[index], runs[index + 1])
        runs[index].count += b.count
        runs.remove(at: index + 1)
        // What already stands right takes no part.
        let skipped = try placeAfterEqual(order[b.start], in: order, a.start, a.count, near: 0)
        a = Run(start: a.start + skipped, count: a.count - skipped)
        if a.count == 0 { return }
        b.count = try placeBeforeEqual(order[a.start + a.count - 1], in: order, b.start, b.count, near: b.count - 1)
        if b.count == 0 { return }
        if a.count <= b.count { try mergeUpward(a, b) } else { try mergeDownward(a, b) }
    }

    /// Merges neighbours from the left, with a copy of the left one.
    private mutating func mergeUpward(_ left: Run, _ right: Run) throws {
        let copy = Array(order[left.start..<left.start + left.count])
        var (a, b, target) = (0, right.start, left.start)
        let end = right.start + right.count
        // However it ends, the rest of the copy fills the gap before what is left of the right one.
        defer { while a < copy.count { put(copy, &a, &target) } }
        func isLast() -> Bool { a == copy.count - 1 }
        /// The last of the copy belongs behind all of the right one.
        func finish() {
            while b < end { move(&b, &target) }
        }
        move(&b, &target)
        if b == end { return }
        if isLast() { return finish() }
        var patience = self.patience
        while true {
            var (wonByA, wonByB) = (0, 0)
            repeat {
                if try less(order[b], copy[a]) {
                    move(&b, &target)
                    (wonByA, wonByB) = (0, wonByB + 1)
                    if b == end { return }
                } else {
                    put(copy, &a, &target)
                    (wonByA, wonByB) = (wonByA + 1, 0)
                    if isLast() { return finish() }
                }
            } while max(wonByA, wonByB) < patience
            patience += 1
            repeat {
                if patience > 1 { patience -= 1 }
                self.patience = patience
                wonByA = try placeAfterEqual(order[b], in: copy, a, copy.count - a, near: 0)
                for _ in 0..<wonByA { put(copy, &a, &target) }
                if wonByA > 0 {
                    if isLast() { return finish() }
                    // Only where comparisons contradict each other.
                    if a == copy.count { return }
                }
                move(&b, &target)
                if b == end { return }
                wonByB = try placeBeforeEqual(copy[a], in: order, b, end - b, near: 0)
                for _ in 0..<wonByB { move(&b, &target) }
                if b == end { return }
                put(copy, &a, &target)
                if isLast() { return finish() }
            } while max(wonByA, wonByB) >= MergeSort.gallop
            patience += 1
            self.patience = patience
        }
    }

    /// Merges neighbours from the right, with a copy of the right one.
    private mutating func mergeDownward(_ left: Run, _ right: Run) throws {
        let copy = Array(order[right.start..<right.start + right.count])
        // Ends: what is left of the left one, of the copy, and of the room for both.
        var (a, b, target) = (left.start + left.count, copy.count, right.start + right.count)
        let start = left.start
        defer { while b > 0 { putDown(copy, &b, &target) } }
        /// The first of the copy belongs before all of the left one.
        func finish() {
            while a > start { moveDown(&a, &target) }
        }
        moveDown(&a, &target)
        if a == start { return }
        if b == 1 { return finish() }
        var patience = self.patience
        while true {
            var (wonByA, wonByB) = (0, 0)
            repeat {
                if try less(copy[b - 1], order[a - 1]) {
                    moveDown(&a, &target)
                    (wonByA, wonByB) = (wonByA + 1, 0)
                    if a == start { return }
                } else {
                    putDown(copy, &b, &target)
                    (wonByA, wonByB) = (0, wonByB + 1)
                    if b == 1 { return finish() }
                }
            } while max(wonByA, wonByB) < patience
            patience += 1
            repeat {
                if patience > 1 { patience -= 1 }
                self.patience = patience
                wonByA = a - start - (try placeAfterEqual(copy[b - 1], in: order, start, a - start, near: a - start - 1))
                for _ in 0..<wonByA { moveDown(&a, &target) }
                if a == start { return }
                putDown(copy, &b, &target)
                if b == 1 { return finish() }
                wonByB = b - (try placeBeforeEqual(order[a - 1], in: copy, 0, b, near: b - 1))
                for _ in 0..<wonByB { putDown(copy, &b, &target) }
                if wonByB > 0 {
                    if b == 1 { return finish() }
                    if b == 0 { return }
                }
                moveDown(&a, &target)
                if a == start { return }
            } while max(wonByA, wonByB) >= MergeSort.gallop
            patience += 1
            self.patience = patience
        }
    }

    private mutating func move(_ source: inout Int, _ target: inout Int) {
        order[target] = order[source]
        source += 1
        target += 1
    }

    private mutating func put(_ copy: [Int], _ source: inout Int, _ target: inout Int) {
        order[target] = copy[source]
        source += 1
        target += 1
    }

    private mutating func moveDown(_ source: inout Int, _ target: inout Int) {
        source -= 1
        target -= 1
        order[target] = order[source]
    }

    private mutating func putDown(_ copy: [Int], _ source: inout Int, _ target: inout Int) {
        source -= 1
        target -= 1
        order[target] = copy[source]
    }

    // MARK: - Galloping

    /// How many of `count` sorted items from `start` on are less than `key`, looked for from the one at `hint` outward.
    private func placeBeforeEqual(_ key: Int, in items: [Int], _ start: Int, _ count: Int, near hint: Int) throws -> Int {
        try place(count, near: hint) { try less(items[start + $0], key) }
    }

    /// How many of them are less than `key` or equal.
    private func placeAfterEqual(_ key: Int, in items: [Int], _ start: Int, _ count: Int, near hint: Int) throws -> Int {
        try place(count, near: hint) { try !less(key, items[start + $0]) }
    }

    /// How many of `count` places lie before the border where `isBefore` becomes false: steps of growing width from `hint`,
    /// then halves.
    private func place(_ count: Int, near hint: Int, _ isBefore: (Int) throws -> Bool) throws -> Int {
        var (low, high): (Int, Int)
        var (last, offset) = (0, 1)
        if try isBefore(hint) {
            let most = count - hint
            while offset < most, try isBefore(hint + offset) { (last, offset) = (offset, 2 * offset + 1) }
            (low, high) = (hint + last + 1, hint + min(offset, most))
        } else {
            let most = hint + 1
            while offset < most, try !isBefore(hint - offset) { (last, offset) = (offset, 2 * offset + 1) }
            (low, high) = (hint - min(offset, most) + 1, hint - last)
        }
        while low < high {
            let middle = low + (high - low) / 2
            if try isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return high
    }
}
