/// The name that a person who wrote `name` most plausibly meant, or nil when none is near.
///
/// Near means: equal but for case or underscores, or one edit for names up to five code points, two up to eight and a third of the
/// length beyond that; a name of one letter is near to nothing else. Of equally near names the one with the same
/// beginning wins, then the one that comes first in code-point order, so the answer does not depend on the order of
/// `candidates`.
public func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    nearest(to: name, among: candidates, count: 1).first
}

/// Up to `count` near names, the nearest first; see `nearest(to:among:)`.
public func nearest(to name: String, among candidates: some Sequence<String>, count: Int) -> [String] {
    let length = name.unicodeScalars.count
    let limit = length <= 1 ? 0 : length <= 5 ? 1 : length <= 8 ? 2 : length / 3
    let folded = fold(name)
    let first = name.unicodeScalars.first
    var found: [(rank: Int, sameStart: Bool, name: String)] = []
    for candidate in candidates where !sameScalars(candidate, name) {
        if fold(candidate) == folded {
            found.append((0, true, candidate))
            continue
        }
        let distance = editDistance(name, candidate, limit: limit)
        if distance <= limit, distance < candidate.unicodeScalars.count {
            found.append((distance, candidate.unicodeScalars.first == first, candidate))
        }
    }
    found.sort { left, right in
        if left.rank != right.rank { return left.rank < right.rank }
        if left.sameStart != right.sameStart { return left.sameStart }
        return left.name.unicodeScalars.lexicographicallyPrecedes(right.name.unicodeScalars)
    }
    return found.prefix(max(0, count)).map(\.name)
}

// MARK: - Implementation

/// Lower case without underscores and hyphens: how names differ most often.
private func fold(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" }
}

private func sameScalars(_ a: String, _ b: String) -> Bool { a.unicodeScalars.elementsEqual(b.unicodeScalars) }
