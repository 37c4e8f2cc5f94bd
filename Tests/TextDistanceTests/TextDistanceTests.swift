import Testing

import TextDistance

@Suite struct TextDistanceTests {
    /// Counted by hand.
    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("ab", "ba", 1),
        ("ca", "abc", 3), ("prnit", "print", 1), ("ocr_single_kanna", "ocr_single_kana", 1), ("かな", "カナ", 2),
        // Canonically equivalent, but two code points against one.
        ("か\u{3099}", "が", 2),
    ])
    func countsEdits(first: String, second: String, distance: Int) {
        #expect(editDistance(first, second) == distance)
        #expect(editDistance(second, first) == distance)
    }

    @Test func stopsAtItsLimit() {
        #expect(editDistance("aaaaaaaaaa", "bbbbbbbbbb", limit: 2) == 3)
        #expect(editDistance("kitten", "sitting", limit: 3) == 3)
        #expect(editDistance("a", "abcdef", limit: 2) == 3)
    }

    @Test(arguments: [
        ("pritn", ["input", "print", "sprint"], "print"),
        ("ocr_single_kanna", ["ocr_seq_kana3", "ocr_single_kana"], "ocr_single_kana"),
        ("X", ["x", "y"], "x"), ("batchsize", ["batch_size", "batches"], "batch_size"),
        ("lenght", ["length", "height"], "length"),
        // Equally near: the same first letter decides, then the order of code points.
        ("cat", ["bat", "car", "rat"], "car"), ("dat", ["hat", "bat"], "bat"),
    ])
    func findsTheNameThatWasMeant(name: String, candidates: [String], meant: String) {
        #expect(nearest(to: name, among: candidates) == meant)
        #expect(nearest(to: name, among: candidates.reversed()) == meant)
    }

    @Test(arguments: [("i", ["j", "k"]), ("foo", ["bar", "quux"]), ("epoch", ["steps", "rate"]), ("x", [])])
    func findsNothingFarAway(name: String, candidates: [String]) {
        #expect(nearest(to: name, among: candidates) == nil)
    }

    @Test func givesSeveralNearestFirst() {
        #expect(nearest(to: "value", among: ["values", "valid", "Value", "other"], count: 2) == ["Value", "values"])
    }
}
