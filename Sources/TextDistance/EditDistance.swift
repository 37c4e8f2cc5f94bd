/// The least number of insertions, deletions, replacements and swaps of neighbours that turn `first` into `second`,
/// counted in code points.
///
/// - Parameter limit: give up beyond it; the answer is then `limit + 1`.
/// - Complexity: time and memory by the product of the lengths, at most.
/// - Source: optimal string alignment (restricted Damerau-Levenshtein distance).
public func editDistance(_ first: String, _ second: String, limit: Int = .max - 1) -> Int {
    let a = Array(first.unicodeScalars)
    let b = Array(second.unicodeScalars)
    if abs(a.count - b.count) > limit { return limit + 1 }
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for row in 1...a.count {
        var line = [row]
        line.reserveCapacity(b.count + 1)
        for column in 1...b.count {
            let replaced = last[column - 1] + (a[row - 1] == b[column - 1] ? 0 : 1)
            var best = min(replaced, last[column] + 1, line[column - 1] + 1)
            if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
                best = min(best, beforeLast[column - 2] + 1)
            }
            line.append(best)
        }
        if let least = line.min(), least > limit { return limit + 1 }
        beforeLast = last
        last = line
    }
    return min(last[b.count], limit + 1)
}
