package import ScriptRuntime

/// Searching, splitting and replacing by code points.
extension StrObject {
    /// The first place of `needle` within `lower ..< upper`.
    package func place(of needle: StrObject, from lower: Int, to upper: Int) -> Int? { firstIndex(of: needle, from: lower, to: upper) }

    /// Non-overlapping occurrences within `lower ..< upper`.
    package func occurrences(of needle: StrObject, from lower: Int, to upper: Int, limit: Int = .max) -> [Int] {
        var places: [Int] = []
        var position = lower
        while places.count < limit, let place = place(of: needle, from: position, to: upper) {
            places.append(place)
            position = place + needle.count
        }
        return places
    }

    package func count(of needle: StrObject, from lower: Int, to upper: Int) -> Int {
        if lower > upper { return 0 }
        if needle.isEmpty { return upper - lower + 1 }
        var count = 0
        var position = lower
        while let place = place(of: needle, from: position, to: upper) {
            count += 1
            position = place + needle.count
        }
        return count
    }

    /// How many pieces end before whitespace.
    package var whitespaceEnds: Int {
        var count = 0
        var isInside = false
        for index in 0..<self.count {
            let isSpace = CodePoint.isSpace(self[index])
            if isSpace && isInside { count += 1 }
            isInside = !isSpace
        }
        return count
    }

    /// How many of its code points may end a line.
    package var lineEnds: Int {
        var count = 0
        for index in 0..<self.count where CodePoint.isLineBreak(self[index]) { count += 1 }
        return count
    }

    /// `[lower, upper)` of the parts between whitespace; the last one takes the rest after `limit` splits.
    package func whitespaceParts(limit: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        let end = count
        var index = 0
        while true {
            while index < end, CodePoint.isSpace(self[index]) { index += 1 }
            if index == end { return parts }
            let start = index
            if parts.count >= limit {
                parts.append(start..<end)
                return parts
            }
            while index < end, !CodePoint.isSpace(self[index]) { index += 1 }
            parts.append(start..<index)
        }
    }

    /// The same from the end, in order of the text.
    package func whitespacePartsFromEnd(limit: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var index = count
        while true {
            while index > 0, CodePoint.isSpace(self[index - 1]) { index -= 1 }
            if index == 0 { break }
            let end = index
            if parts.count >= limit {
                parts.append(0..<end)
                break
            }
            while index > 0, !CodePoint.isSpace(self[index - 1]) { index -= 1 }
            parts.append(index..<end)
        }
        return parts.reversed()
    }

    /// The parts between occurrences of the separator, which is not empty; the last one takes the rest after `limit` splits.
    package func split(by separator: StrObject, limit: Int) -> ListObject {
        let list = ListObject()
        var start = 0
        while list.count < limit, let place = place(of: separator, from: start, to: count) {
            list.append(.str(slice(start, place)))
            start = place + separator.count
        }
        list.append(.str(slice(start, count)))
        return list
    }

    package func parts(separator: StrObject, limit: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        while parts.count < limit, let place = place(of: separator, from: start, to: count) {
            parts.append(start..<place)
            start = place + separator.count
        }
        parts.append(start..<count)
        return parts
    }

    package func partsFromEnd(separator: StrObject, limit: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var end = count
        while parts.count < limit, let place = lastIndex(of: separator, from: 0, to: end) {
            parts.append(place + separator.count..<end)
            end = place
        }
        parts.append(0..<end)
        return parts.reversed()
    }

    package func lines(keepingEnds: Bool) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        var index = 0
        while index < count {
            let unit = self[index]
            guard CodePoint.isLineBreak(unit) else {
                index += 1
                continue
            }
            let isPair = unit == 13 && index + 1 < count && self[index + 1] == 10
            let end = index + (isPair ? 2 : 1)
            lines.append(start..<(keepingEnds ? end : index))
            index = end
            start = end
        }
        if start < count { lines.append(start..<count) }
        return lines
    }

    /// - Parameter characters: nil for whitespace.
    package func stripped(_ characters: StrObject?, left: Bool, right: Bool) -> StrObject {
        func isStripped(_ unit: UInt32) -> Bool {
            guard let characters else { return CodePoint.isSpace(unit) }
            for index in 0..<characters.count where characters[index] == unit { return true }
            return false
        }
        var lower = 0
        var upper = count
        if left { while lower < upper, isStripped(self[lower]) { lower += 1 } }
        if right { while upper > lower, isStripped(self[upper - 1]) { upper -= 1 } }
        return slice(lower, upper)
    }

    /// The text with tabs made of spaces, or nil when it would grow beyond `Int`.
    package func expandingTabs(_ size: Int) -> (length: Int, make: () -> StrObject)? {
        var column = 0
        var length = 0
        for index in 0..<count {
            let unit = self[index]
            if unit == 9 {
                let added = size > 0 ? size - column % size : 0
                let (sum, overflow) = length.addingReportingOverflow(added)
                if overflow { return nil }
                length = sum
                column = size > 0 ? column % size + added : column
            } else {
                let (sum, overflow) = length.addingReportingOverflow(1)
                if overflow { return nil }
                length = sum
                column = unit == 10 || unit == 13 ? 0 : column + 1
            }
        }
        return (length, { self.tabsExpanded(size) })
    }

    private func tabsExpanded(_ size: Int) -> StrObject {
        var result = StrBuilder(capacity: count + 16)
        var column = 0
        for index in 0..<count {
            let unit = self[index]
            if unit == 9 {
                if size > 0 {
                    let added = size - column % size
                    result.append(32, times: added)
                    column = column % size + added
                }
            } else {
                result.append(unit)
                column = unit == 10 || unit == 13 ? 0 : column + 1
            }
        }
        return result.finish()
    }
}

/// Questions about one code point that are asked for every one of a text: Latin ones need no table.
package enum CodePoint {
    @inline(__always)
    package static func isSpace(_ unit: UInt32) -> Bool {
        if unit < 128 { return unit == 32 || (unit >= 9 && unit <= 13) || (unit >= 28 && unit <= 31) }
        return UnicodeTable.flags(unit).contains(.space)
    }

    @inline(__always)
    package static func isLineBreak(_ unit: UInt32) -> Bool {
        if unit < 128 { return (unit >= 10 && unit <= 13) || (unit >= 28 && unit <= 30) }
        return unit == 0x85 || unit == 0x2028 || unit == 0x2029
    }

    @inline(__always)
    package static func isPrintable(_ unit: UInt32) -> Bool {
        if unit < 127 { return unit >= 32 }
        return UnicodeTable.flags(unit).contains(.printable)
    }

    @inline(__always)
    package static func isAlphabetic(_ unit: UInt32) -> Bool {
        if unit < 128 { return (unit | 32) &- 97 < 26 }
        return UnicodeTable.flags(unit).contains(.alphabetic)
    }

    @inline(__always)
    package static func isAlphanumeric(_ unit: UInt32) -> Bool {
        if unit < 128 { return (unit | 32) &- 97 < 26 || unit &- 48 < 10 }
        return !UnicodeTable.flags(unit).isDisjoint(with: [.alphabetic, .numeric]) || UnicodeTable.digit(unit) != nil
    }
}
