import ScriptSyntax

/// The difference of two texts in the layout of `diff -u`.
enum UnifiedDiff {
    /// Lines around a change.
    private static let context = 3

    static func text(from old: SourceText, to new: SourceText, name: String) -> String {
        let steps = changes(lines(of: old), lines(of: new))
        var result = ""
        for hunk in hunks(steps) {
            if result.isEmpty { result = "--- \(name)\n+++ \(name)\n" }
            let before = steps[..<hunk.lowerBound]
            let oldStart = before.count { $0.kind != "+" } + 1
            let newStart = before.count { $0.kind != "-" } + 1
            let (oldCount, newCount) = (steps[hunk].count { $0.kind != "+" }, steps[hunk].count { $0.kind != "-" })
            result += "@@ -\(range(oldStart, oldCount)) +\(range(newStart, newCount)) @@\n"
            for step in steps[hunk] {
                result += "\(step.kind)\(step.line)"
                if !step.line.utf8.hasSuffix(10) { result += "\n\\ No newline at end of file\n" }
            }
        }
        return result
    }

    // MARK: - Implementation

    private struct Step {
        let kind: Character
        let line: String
    }

    /// `diff` writes an empty range one line earlier.
    private static func range(_ start: Int, _ count: Int) -> String {
        count == 1 ? "\(start)" : "\(count == 0 ? start - 1 : start),\(count)"
    }

    /// The lines with their ends.
    private static func lines(of source: SourceText) -> [String] {
        let starts = source.lineStarts.map(Int.init) + [source.utf8.count]
        return zip(starts, starts.dropFirst()).filter { $0 < $1 }.map { String(decoding: source.utf8[$0..<$1], as: UTF8.self) }
    }

    private static func changes(_ old: [String], _ new: [String]) -> [Step] {
        // Code units, for to Swift "\r\n" is one character and canonical equals are equal.
        let difference = new.difference(from: old) { $0.utf8.elementsEqual($1.utf8) }
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var steps: [Step] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if i < old.count, removed.contains(i) {
                steps.append(Step(kind: "-", line: old[i]))
                i += 1
            } else if j < new.count, inserted.contains(j) {
                steps.append(Step(kind: "+", line: new[j]))
                j += 1
            } else if i < old.count {
                steps.append(Step(kind: " ", line: old[i]))
                i += 1
                j += 1
            } else {
                break
            }
        }
        return steps
    }

    /// Ranges of steps around changes; ranges that touch are one.
    private static func hunks(_ steps: [Step]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (index, step) in steps.enumerated() where step.kind != " " {
            let range = max(0, index - context)..<min(steps.count, index + context + 1)
            if let last = hunks.last, last.upperBound >= range.lowerBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks
    }
}

extension String.UTF8View {
    fileprivate func hasSuffix(_ byte: UInt8) -> Bool { last == byte }
}
