import BigInt
import Randomness
import ScriptRuntime

/// A generator that scripts share: the module's own, or one of a `Random` object.
final class RandomGenerator {
    var twister: MersenneTwister
    init(seed: Int) { twister = MersenneTwister(seed: seed) }
}

/// Streams for generators that are not told a seed: each another one, the same in every run.
final class RandomSeeds {
    let seed: Int
    var count: UInt32 = 0
    init(_ seed: Int) { self.seed = seed }

    func next() -> MersenneTwister {
        count &+= 1
        let magnitude = UInt64(seed.magnitude)
        // Behind every seed that is a number of 64 bits.
        return MersenneTwister(seedWords: [UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32), count])
    }
}

/// What a method draws from: the generator of the object, or what its class or the object itself has instead of `random` and
/// `getrandbits`.
struct RandomDraws: UniformSource {
    let generator: RandomGenerator
    var ownRandom: (() throws -> Double)?
    var ownBits: ((Int) throws -> BigUInt)?

    var pendingNormal: Double? {
        get { generator.twister.pendingNormal }
        nonmutating set { generator.twister.pendingNormal = newValue }
    }

    func random() throws -> Double {
        if let ownRandom { return try ownRandom() }
        return generator.twister.random()
    }

    /// A uniform number in `0 ..< bound`, bound > 0.
    func below(_ bound: BigInt) throws -> BigInt {
        if ownBits == nil {
            if let ownRandom { return try RandomDraws.below(bound, ownRandom) }
            if let small = UInt64(exactly: bound) { return BigInt(generator.twister.below(small)) }
        }
        let width = bound.magnitude.bitWidth
        while true {
            let drawn = try ownBits?(width) ?? RandomModule.bits(generator, width)
            if drawn < bound.magnitude { return BigInt(drawn) }
        }
    }

    func below(_ bound: UInt64) throws -> UInt64 {
        if ownBits == nil, ownRandom == nil { return generator.twister.below(bound) }
        return UInt64(clamping: try below(BigInt(bound)))
    }

    /// CPython's way for classes that have a `random` of their own and no `getrandbits`.
    static func below(_ bound: BigInt, _ random: () throws -> Double) throws -> BigInt {
        let all = Double(1 << 53)
        guard let bound = Int(exactly: bound), bound < 1 << 53 else {
            return BigInt((try random() * Double(bound)).rounded(.down))
        }
        let limit = Double((1 << 53) - (1 << 53) % bound) / all
        var drawn = try random()
        while drawn >= limit { drawn = try random() }
        let place = (drawn * all).rounded(.down)
        guard place.magnitude < all else { throw Raised.value("random() gave a number outside of [0, 1)") }
        return BigInt(Interpreter.floorDivide(BigInt(place), BigInt(bound)).remainder)
    }
}
