import Imaging

/// Which rule finds the lines of a page.
public enum LineSource: String, Sendable, CaseIterable {
    /// The rows of the table are in reading order; a line ends where a box does not go on with it, as in the original.
    case table
    /// The rows may be in any order: lines are found, and read, by where the boxes are.
    case geometry

    /// - Throws: `CorpusError.unknownChoice`.
    public init(named text: String) throws(CorpusError) {
        guard let source = LineSource(rawValue: text) else {
            throw .unknownChoice(argument: "lines_from", value: text, known: Self.allCases.map(\.rawValue))
        }
        self = source
    }
}

/// Finds the vertical lines of a page from its boxes alone.
///
/// Each box is linked to the nearest one below that it overlaps, if it is in turn the nearest above of that one; chains of links are lines.
/// They are read by cutting the page at gaps: first into tiers from top to bottom, then into groups from right to left, and so on inside.
struct ColumnFinder {
    private let boxes: [Box]
    /// Half of the boxes are no higher than this.
    private let usualHeight: Int

    /// A box goes on with a line only if it overlaps the last one by this part of the narrower of both.
    private static let leastOverlap = 0.15
    /// ... and if no more than this many usual characters would fit between them.
    private static let greatestGap = 3

    /// The lines in reading order, each from top to bottom, as places in `boxes`.
    static func columns(of boxes: [Box]) -> [[Int]] {
        boxes.isEmpty ? [] : ColumnFinder(boxes).columns()
    }

    private init(_ boxes: [Box]) {
        self.boxes = boxes
        usualHeight = boxes.map(\.height).sorted()[boxes.count / 2]
    }

    private func columns() -> [[Int]] {
        let chains = chains()
        let extents = chains.map(extent)
        return order(Array(chains.indices), extents).map { chains[$0] }
    }

    // MARK: - Chains

    private func chains() -> [[Int]] {
        var below = [(place: Int, distance: Int)?](repeating: nil, count: boxes.count)
        var above = below
        for i in boxes.indices {
            for j in boxes.indices {
                guard let distance = distance(from: boxes[i], downTo: boxes[j]) else { continue }
                if distance < below[i]?.distance ?? .max { below[i] = (j, distance) }
                if distance < above[j]?.distance ?? .max { above[j] = (i, distance) }
            }
        }
        func next(_ i: Int) -> Int? {
            guard let j = below[i]?.place, above[j]?.place == i else { return nil }
            return j
        }
        let continued = Set(boxes.indices.compactMap(next))
        return boxes.indices.filter { !continued.contains($0) }.map { first in
            var chain = [first]
            while let place = next(chain[chain.count - 1]) { chain.append(place) }
            return chain
        }
    }

    /// How far apart the middles are, in half pixels; nil when `lower` cannot follow in the same line. Always to a lower middle, so that
    /// chains end.
    private func distance(from upper: Box, downTo lower: Box) -> Int? {
        let fall = lower.y + lower.bottom - upper.y - upper.bottom
        let overlap = min(upper.right, lower.right) - max(upper.x, lower.x)
        guard fall > 0, lower.y - upper.bottom <= Self.greatestGap * usualHeight,
            Double(overlap) >= Self.leastOverlap * Double(min(upper.width, lower.width))
        else { return nil }
        return fall + abs(lower.x + lower.right - upper.x - upper.right)
    }

    // MARK: - Reading order

    /// The mean left and right edge of a line, its top and its bottom.
    private struct Extent {
        var left: Double
        var right: Double
        var top: Int
        var bottom: Int
    }

    private func extent(of chain: [Int]) -> Extent {
        let own = chain.map { boxes[$0] }
        let count = Double(own.count)
        return Extent(
            left: Double(own.reduce(0) { $0 + $1.x }) / count, right: Double(own.reduce(0) { $0 + $1.right }) / count,
            top: own.map(\.y).min() ?? 0, bottom: own.map(\.bottom).max() ?? 0)
    }

    private func order(_ lines: [Int], _ extents: [Extent]) -> [Int] {
        if lines.count < 2 { return lines }
        let tiers = groups(lines.sorted { (extents[$0].top, $0) < (extents[$1].top, $1) }, from: { Double(extents[$0].top) }) {
            Double(extents[$0].bottom)
        }
        if tiers.count > 1 { return tiers.flatMap { order($0, extents) } }
        let sides = groups(lines.sorted { (-extents[$0].right, $0) < (-extents[$1].right, $1) }, from: { -extents[$0].right }) {
            -extents[$0].left
        }
        if sides.count > 1 { return sides.flatMap { order($0, extents) } }
        func middle(_ line: Int) -> Double { extents[line].left + extents[line].right }
        return lines.sorted { (-middle($0), $0) < (-middle($1), $1) }
    }

    /// Sorted lines cut where one begins after all before it have ended.
    private func groups(_ lines: [Int], from start: (Int) -> Double, to end: (Int) -> Double) -> [[Int]] {
        var groups: [[Int]] = []
        var reached = -Double.infinity
        for line in lines {
            if start(line) >= reached || groups.isEmpty { groups.append([]) }
            groups[groups.count - 1].append(line)
            reached = max(reached, end(line))
        }
        return groups
    }
}

extension Book {
    /// The book with its characters in the order in which geometry reads each page, and the lines that it found.
    func arrangedByGeometry() -> Book {
        var book = self
        book.glyphs = GlyphTable()
        book.glyphs.reserveCapacity(glyphs.count)
        var lines: [Range<Int>] = []
        var places = [[Int]](repeating: [], count: pages.count)
        for place in glyphs.indices { places[glyphs.page(at: place)].append(place) }
        for page in places {
            for column in ColumnFinder.columns(of: page.map { glyphs.box(at: $0) }) {
                let start = book.glyphs.count
                for place in column { book.glyphs.append(glyphs[page[place]]) }
                lines.append(start..<book.glyphs.count)
            }
        }
        book.lines = lines
        return book
    }

    /// The boxes around the lines that some neighbouring characters form.
    func lineBoxes(of range: Range<Int>) -> [Box] {
        guard let lines else { return LineRule.lines(of: glyphs.glyphs(in: range).map(\.box)) }
        return lines.map { $0.clamped(to: range) }.filter { !$0.isEmpty }.map(bounds)
    }
}
