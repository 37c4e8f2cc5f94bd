import Randomness
import Testing

struct KeyTests {
    /// The known answers that the authors publish with Random123 (`kat_vectors`, philox4x32 with 10 rounds).
    @Test func philoxGivesThePublishedBlocks() {
        let answers: [(SIMD4<UInt32>, UInt32, UInt32, SIMD4<UInt32>)] = [
            (SIMD4(0, 0, 0, 0), 0, 0, SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (SIMD4(repeating: .max), .max, .max, SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
            (
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), 0xa409_3822, 0x299f_31d0,
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ]
        for (counter, low, high, expected) in answers { #expect(Key.philox(counter: counter, low, high) == expected) }
    }

    @Test func keysForDifferentPurposesDiffer() {
        let key = Key(seed: 7)
        let derived = [key, key.folded(0), key.folded(1), key.folded("dropout"), key.folded("dropout").folded(1), key.folded("shuffle")]
        #expect(Set(derived).count == derived.count)
        #expect(key.folded("dropout") == Key(seed: 7).folded("dropout"))
        #expect(Key(seed: key.bits) == key)
    }

    @Test func drawsAreUniform() {
        let key = Key(seed: 1)
        let count = 20_000
        let draws = (0..<count).map { key.uniform(at: UInt64($0)) }
        let mean = draws.reduce(0, +) / Double(count)
        // Standard error of the mean: 0.2887 / √20000 = 0.002; five of them.
        #expect(abs(mean - 0.5) < 0.01)
        #expect(draws.allSatisfy { (0..<1).contains($0) })
        let dice = (0..<6000).map { key.integer(below: 6, at: UInt64($0)) }
        for face in 0..<6 { #expect(abs(dice.count { $0 == face } - 1000) < 150) }
    }

    @Test func permutationsHoldEveryPosition() {
        let order = Key(seed: 3).permutation(of: 100)
        #expect(order.sorted() == Array(0..<100))
        #expect(order != Array(0..<100))
        #expect(Key(seed: 3).permutation(of: 0).isEmpty)
    }
}
