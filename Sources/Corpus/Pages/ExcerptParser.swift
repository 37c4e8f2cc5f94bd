import Randomness

/// Cuts the rows of a book into excerpts by the rules of the original.
struct ExcerptParser {
    var scope: ImageScope
    var repertoire: Repertoire
    /// Lengths of sequences, both ends included.
    var lengths: ClosedRange<Int>
    /// Distance of the starts of sequences within a run; nil cuts each run into sequences that do not overlap.
    var stride: Int?

    /// The excerpts of `book`, in the order of its rows.
    ///
    /// - Parameter generator: sequences of random length draw theirs from it, one for the book and one after each sequence, even
    ///   when only one length is possible: the split that follows depends on these draws.
    func excerpts(of book: Book, index: Int, drawing generator: inout MersenneTwister) throws(CorpusError) -> [Excerpt] {
        switch scope {
        case .character:
            return book.glyphs.indices.filter { repertoire.contains(book.glyphs.scalar(at: $0)) }
                .map { Excerpt(book: index, glyphs: $0..<$0 + 1) }
        case .page: return runs(of: book) { $0.page == $1.page }.map { Excerpt(book: index, glyphs: $0, isWholePage: true) }
        case .line: return lines(of: book).map { Excerpt(book: index, glyphs: $0) }
        case .sequence:
            if let stride { return windows(of: book, every: stride).map { Excerpt(book: index, glyphs: $0) } }
            return try sequences(of: book, &generator).map { Excerpt(book: index, glyphs: $0) }
        }
    }

    /// The vertical lines of a book: a new one begins where the page changes or the rule refuses the next box.
    func lines(of book: Book) -> [Range<Int>] {
        if let lines = book.lines { return lines }
        var rule = LineRule()
        return runs(of: book) { previous, next in
            // `runs` asks once per row in order, so that the rule always holds the line of `previous`.
            if rule.isEmpty { rule.add(previous.box) }
            let goesOn = previous.page == next.page && rule.admits(next.box)
            if !goesOn { rule = LineRule() }
            rule.add(next.box)
            return goesOn
        }
    }

    private func runs(of book: Book, together: (Glyph, Glyph) -> Bool) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for i in book.glyphs.indices.dropFirst() where !together(book.glyphs[i - 1], book.glyphs[i]) {
            ranges.append(start..<i)
            start = i
        }
        if !book.glyphs.isEmpty { ranges.append(start..<book.glyphs.count) }
        return ranges
    }

    /// Greedy runs from the left; the character that ends one starts the next if it is in the repertoire.
    private func sequences(of book: Book, _ generator: inout MersenneTwister) throws(CorpusError) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var length = try draw(&generator)
        var start: Int?
        var rule = LineRule()
        let lineStarts = book.lines.map { Set($0.map(\.lowerBound)) }
        for (i, glyph) in book.glyphs.enumerated() {
            let isMember = repertoire.contains(glyph.scalar)
            if let first = start {
                let sameLine = lineStarts.map { !$0.contains(i) } ?? rule.admits(glyph.box)
                let goesOn = isMember && i - first < length && book.glyphs[first].page == glyph.page && sameLine
                if goesOn {
                    rule.add(glyph.box)
                    continue
                }
                if lengths.contains(i - first) {
                    found.append(first..<i)
                    length = try draw(&generator)
                }
            }
            rule = LineRule()
            rule.add(glyph.box)
            start = isMember ? i : nil
        }
        if let first = start, lengths.contains(book.glyphs.count - first) { found.append(first..<book.glyphs.count) }
        return found
    }

    /// Every stretch of the greatest length that starts a multiple of `step` into a run of members in one line.
    private func windows(of book: Book, every step: Int) -> [Range<Int>] {
        let length = lengths.upperBound
        return lines(of: book).flatMap { line in
            // The pieces of a range are ranges themselves, and count from where they lie.
            line.split { !repertoire.contains(book.glyphs.scalar(at: $0)) }.flatMap { run in
                Swift.stride(from: run.lowerBound, through: run.upperBound - length, by: step).map { $0..<$0 + length }
            }
        }
    }

    private func draw(_ generator: inout MersenneTwister) throws(CorpusError) -> Int {
        do {
            return try generator.randint(lengths.lowerBound, lengths.upperBound)
        } catch {
            throw .badSequenceLength(minimum: lengths.lowerBound, maximum: lengths.upperBound)
        }
    }
}
