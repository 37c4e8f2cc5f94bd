import Foundation
import Randomness
import Testing

/// Numbers of CPython, recorded by `Scripts/fixtures/random_reference.py`.
private struct Reference: Decodable {
    struct Seed: Decodable { var words: [UInt32], int: String, random: [Double], bits32: [UInt32] }
    struct Text: Decodable { var text: String, random: [Double] }
    struct Bits: Decodable { var count: Int, hex: [String] }
    struct Integers: Decodable { var args: [Int], values: [Int] }
    struct Shuffle: Decodable { var count: Int, order: [Int] }
    struct Choices: Decodable { var plain: [Int], weighted: [Int] }
    struct Gamma: Decodable { var args: [Double], values: [Double] }
    struct State: Decodable { var first: UInt32, second: UInt32, last: UInt32, position: UInt32, pending: Double }
    var seeds: [Seed], texts: [Text], bits: [Bits], randrange: [Integers], randint: [Integers], choice: [Int]
    var shuffle: [Shuffle], sample: [Integers], choices: Choices, distributions: [String: [Double]], gamma: [Gamma], state: State

    static func load() throws -> Reference {
        let url = try #require(Bundle.module.url(forResource: "cpython_random", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }
}

struct MersenneTwisterTests {
    private let reference: Reference

    init() throws { reference = try Reference.load() }

    @Test func seedsOfAnySizeGiveCPythonsStream() {
        for seed in reference.seeds {
            var first = MersenneTwister(seedWords: seed.words)
            #expect(first.random() == seed.random[0])
            var stream = MersenneTwister(seedWords: seed.words + [0])
            #expect((0..<4).map { _ in stream.random() } == Array(seed.random.dropFirst()), "seed \(seed.int)")
            var words = MersenneTwister(seedWords: seed.words)
            #expect(Array((0..<700).map { _ in words.nextWord() }.suffix(3)) == seed.bits32)
            if let int = Int(seed.int) {
                var same = MersenneTwister(seed: int)
                #expect(same.random() == seed.random[0])
            }
        }
    }

    @Test func textSeedsGiveCPythonsStream() {
        for text in reference.texts {
            var stream = MersenneTwister(seed: text.text)
            #expect((0..<3).map { _ in stream.random() } == text.random, "seed '\(text.text.prefix(10))'")
        }
    }

    @Test func bitsOfAnyCount() {
        for row in reference.bits {
            var stream = MersenneTwister(seed: 7)
            let hex = (0..<3).map { _ in Self.hex(stream.bits(row.count)) }
            #expect(hex == row.hex, "getrandbits(\(row.count))")
        }
    }

    @Test func rangesAndIntegers() throws {
        for row in reference.randrange {
            var stream = MersenneTwister(seed: 11)
            #expect(try (0..<6).map { _ in try stream.randrange(row.args[0], row.args[1], row.args[2]) } == row.values, "\(row.args)")
        }
        for row in reference.randint {
            var stream = MersenneTwister(seed: 12)
            #expect(try (0..<6).map { _ in try stream.randint(row.args[0], row.args[1]) } == row.values, "\(row.args)")
        }
    }

    @Test func choicesShufflesAndSamples() throws {
        var stream = MersenneTwister(seed: 13)
        #expect(try (0..<8).map { _ in try stream.choice(Array(0..<17)) } == reference.choice)
        for row in reference.shuffle {
            var items = Array(0..<row.count)
            stream = MersenneTwister(seed: 123456)
            stream.shuffle(&items)
            #expect(items == row.order)
        }
        for row in reference.sample {
            stream = MersenneTwister(seed: 14)
            #expect(try stream.sample(row.args[0], of: row.args[1]) == row.values, "\(row.args)")
        }
        stream = MersenneTwister(seed: 15)
        #expect(try stream.choices(8, of: 9) == reference.choices.plain)
        stream = MersenneTwister(seed: 15)
        #expect(try stream.choices(12, of: 4, weights: [1, 0, 2.5, 7]) == reference.choices.weighted)
    }

    @Test func distributionsAgreeToTheLastBit() throws {
        let draws: [String: (inout MersenneTwister) throws -> Double] = [
            "uniform": { $0.uniform(-2.5, 7) }, "triangular": { $0.triangular(1, 9, mode: 3) }, "gauss": { $0.gauss(3, 2) },
            "normalvariate": { $0.normalvariate(3, 2) }, "lognormvariate": { $0.lognormvariate(0, 0.5) },
            "expovariate": { try $0.expovariate(1.5) }, "vonmisesvariate": { $0.vonmisesvariate(1, 4) },
            "betavariate": { try $0.betavariate(2, 0.5) }, "paretovariate": { $0.paretovariate(3) },
            "weibullvariate": { $0.weibullvariate(2, 1.5) },
        ]
        #expect(Set(draws.keys) == Set(reference.distributions.keys))
        for (name, draw) in draws {
            var stream = MersenneTwister(seed: 16)
            #expect(try (0..<5).map { _ in try draw(&stream) } == reference.distributions[name], "\(name)")
        }
        for row in reference.gamma {
            var stream = MersenneTwister(seed: 17)
            #expect(try (0..<5).map { _ in try stream.gammavariate(row.args[0], row.args[1]) } == row.values, "gamma \(row.args)")
        }
    }

    @Test func stateCanBeSavedAndRestored() throws {
        var stream = MersenneTwister(seed: 18)
        _ = stream.gauss()
        _ = stream.random()
        let state = stream.state
        #expect(state[0] == reference.state.first && state[1] == reference.state.second)
        #expect(state[623] == reference.state.last && state[624] == reference.state.position)
        #expect(stream.pendingNormal == reference.state.pending)
        var copy = try #require(MersenneTwister(state: state, pendingNormal: stream.pendingNormal))
        #expect(copy.gauss() == stream.gauss() && copy.random() == stream.random())
        #expect(MersenneTwister(state: [1, 2, 3], pendingNormal: nil) == nil)
        #expect(MersenneTwister(state: Array(state.prefix(624)) + [625], pendingNormal: nil) == nil)
    }

    @Test func impossibleRequestsAreErrors() {
        var stream = MersenneTwister(seed: 1)
        #expect(throws: RandomnessError.emptyRange(start: 3, stop: 3, step: 1)) { try stream.randrange(3, 3) }
        #expect(throws: RandomnessError.zeroStep) { try stream.randrange(3, 4, 0) }
        #expect(throws: RandomnessError.emptyRange(start: 3, stop: 3, step: 1)) { try stream.randint(3, 2) }
        #expect(throws: RandomnessError.emptySequence) { try stream.choice([Int]()) }
        #expect(throws: RandomnessError.sampleSize(requested: 4, population: 3)) { try stream.sample(4, of: 3) }
        #expect(throws: RandomnessError.sampleSize(requested: -1, population: 3)) { try stream.sample(-1, of: 3) }
        #expect(throws: RandomnessError.weights("Total of weights must be greater than zero")) {
            try stream.choices(1, of: 2, weights: [0, 0])
        }
    }

    private static func hex(_ words: [UInt32]) -> String {
        let digits = words.reversed().map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }.joined().drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }
}
