#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Searching, in linear time whatever the text and the needle are.
extension StrObject {
    /// `needle in self`
    public func contains(_ needle: StrObject) -> Bool { firstIndex(of: needle) != nil }

    /// Index of the first occurrence of `needle` that lies within `lower ..< upper`, else nil.
    public func firstIndex(of needle: StrObject, from lower: Int = 0, to upper: Int? = nil) -> Int? {
        let upper = Swift.min(upper ?? count, count)
        guard lower >= 0, lower <= upper, needle.count <= upper - lower else { return nil }
        if needle.count == 0 { return lower }
        if needle.width > width { return nil }
        let first = needle.unit(0)
        let isLatin = width == 1
        var index = lower
        let last = upper - needle.count
        // Units that were compared in vain.
        var wasted = 0
        while index <= last {
            if isLatin {
                guard let hit = memchr(raw + index, Int32(first), last - index + 1) else { return nil }
                index = UnsafeRawPointer(hit) - UnsafeRawPointer(raw)
            }
            if unit(index) == first {
                let equal = commonPrefix(needle, at: index)
                if equal == needle.count { return index }
                wasted += equal
                if wasted > 4 * (index - lower) + StrObject.patience { return search(needle, from: index + 1, to: upper) }
            }
            index += 1
        }
        return nil
    }

    /// Index of the last occurrence of `needle` within `lower ..< upper`, else nil.
    public func lastIndex(of needle: StrObject, from lower: Int = 0, to upper: Int? = nil) -> Int? {
        let upper = Swift.min(upper ?? count, count)
        guard lower >= 0, lower <= upper, needle.count <= upper - lower else { return nil }
        if needle.count == 0 { return upper }
        let last = upper - needle.count
        var index = last
        var wasted = 0
        while index >= lower {
            let equal = commonPrefix(needle, at: index)
            if equal == needle.count { return index }
            wasted += equal
            if wasted > 4 * (last - index) + StrObject.patience { return searchBackwards(needle, from: lower, to: index + needle.count - 1) }
            index -= 1
        }
        return nil
    }

    // MARK: - Implementation

    /// Units that may be compared in vain before the search that needs tables.
    private static let patience = 4_096

    /// How many units of the needle stand at `index`; all of it is inside.
    private func commonPrefix(_ needle: StrObject, at index: Int) -> Int {
        var place = 0
        if needle.width == width {
            let here = raw + index * width
            let bytes = needle.count * width
            while place &+ 8 <= bytes,
                here.loadUnaligned(fromByteOffset: place, as: UInt64.self) == needle.raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            {
                place &+= 8
            }
            place /= width
        }
        while place < needle.count, unit(index &+ place) == needle.unit(place) { place &+= 1 }
        return place
    }

    /// For each place, how long a beginning of the units also ends there.
    private static func borders(_ count: Int, _ unit: (Int) -> UInt32) -> [Int] {
        var borders = [Int](repeating: 0, count: count)
        var border = 0
        for place in stride(from: 1, to: count, by: 1) {
            while border > 0, unit(place) != unit(border) { border = borders[border - 1] }
            if unit(place) == unit(border) { border += 1 }
            borders[place] = border
        }
        return borders
    }

    /// - Source: Knuth, Morris and Pratt, 1977.
    private func search(_ needle: StrObject, from lower: Int, to upper: Int) -> Int? {
        let borders = StrObject.borders(needle.count, needle.unit)
        var matched = 0
        for index in stride(from: lower, to: upper, by: 1) {
            while matched > 0, unit(index) != needle.unit(matched) { matched = borders[matched - 1] }
            if unit(index) == needle.unit(matched) { matched += 1 }
            if matched == needle.count { return index + 1 - matched }
        }
        return nil
    }

    /// The same from the end.
    private func searchBackwards(_ needle: StrObject, from lower: Int, to upper: Int) -> Int? {
        let last = needle.count - 1
        let borders = StrObject.borders(needle.count) { needle.unit(last - $0) }
        var matched = 0
        for index in stride(from: upper - 1, through: lower, by: -1) {
            while matched > 0, unit(index) != needle.unit(last - matched) { matched = borders[matched - 1] }
            if unit(index) == needle.unit(last - matched) { matched += 1 }
            if matched == needle.count { return index }
        }
        return nil
    }
}
