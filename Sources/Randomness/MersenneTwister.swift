/// The stream of random numbers of Python's `random.Random`, bit for bit (CPython 3.11).
///
/// A value type: a copy goes on from the same place, independently.
///
/// - Source: Matsumoto and Nishimura, "Mersenne Twister: A 623-dimensionally equidistributed uniform
///   pseudo-random number generator", 1998 (MT19937, initialised by array).
public struct MersenneTwister: Sendable, Equatable {
    /// The 624 words of the generator; `position` says how many of them are used up.
    private var words: [UInt32]
    private var position: Int
    /// The second normal number of the last pair, as `gauss()` keeps it for its next call.
    public var pendingNormal: Double?

    /// The stream of `random.seed(seed)`; the sign is ignored, as Python does.
    public init(seed: Int) {
        let magnitude = UInt64(seed.magnitude)
        self.init(seedWords: [UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32)])
    }

    /// The stream of `random.seed(n)` for an int of any size.
    ///
    /// - Parameter seedWords: the 32-bit words of the magnitude of `n`, least significant first; leading zeros do not matter.
    public init(seedWords: [UInt32]) {
        var key = seedWords
        while key.count > 1, key.last == 0 { key.removeLast() }
        self.init(key: key.isEmpty ? [0] : key)
    }

    /// The stream of `random.seed(text)` for a str (version 2 of Python's seeding).
    public init(seed text: String) {
        self.init(seedBytes: Array(text.utf8))
    }

    /// The stream of `random.seed(data)` for bytes (version 2 of Python's seeding): the data and its SHA-512 as one number.
    public init(seedBytes: [UInt8]) {
        let bytes = seedBytes + SHA512.digest(of: seedBytes)
        var key: [UInt32] = []
        var end = bytes.count
        while end > 0 {
            let start = max(0, end - 4)
            key.append(bytes[start..<end].reduce(0) { $0 << 8 | UInt32($1) })
            end = start
        }
        self.init(seedWords: key)
    }

    /// The state as `random.getstate()` shows it: 624 words and the position.
    public var state: [UInt32] { words + [UInt32(truncatingIfNeeded: position)] }

    /// The generator with the given state, or nil when it is not one of `getstate()` (625 numbers, position 0...624).
    public init?(state: [UInt32], pendingNormal: Double?) {
        guard state.count == Self.size + 1, let last = state.last, last <= UInt32(Self.size) else { return nil }
        words = Array(state.prefix(Self.size))
        position = Int(last)
        self.pendingNormal = pendingNormal
    }

    /// The next 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if position >= Self.size { twist() }
        var y = words[position]
        position += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9d2c_5680
        y ^= (y << 15) & 0xefc6_0000
        y ^= y >> 18
        return y
    }

    /// `random.random()`: uniform in [0, 1) with 53 bits.
    public mutating func random() -> Double {
        let a = nextWord() >> 5
        let b = nextWord() >> 6
        return (Double(a) * 67_108_864.0 + Double(b)) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `random.getrandbits(count)` as 32-bit words, least significant first; no words for a count of zero or less.
    public mutating func bits(_ count: Int) -> [UInt32] {
        guard count > 0 else { return [] }
        var remaining = count
        var result: [UInt32] = []
        result.reserveCapacity(count / 32 + 1)
        while remaining > 0 {
            var word = nextWord()
            if remaining < 32 { word >>= UInt32(32 - remaining) }
            result.append(word)
            remaining -= 32
        }
        return result
    }

    // MARK: - Implementation

    private static let size = 624
    private static let shift = 397

    private init(key: [UInt32]) {
        var state = [UInt32](repeating: 0, count: Self.size)
        state[0] = 19_650_218
        for i in 1..<Self.size {
            state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i)
        }
        var i = 1
        var j = 0
        for _ in 0..<max(Self.size, key.count) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_664_525)) &+ key[j] &+ UInt32(truncatingIfNeeded: j)
            i += 1
            j += 1
            if i >= Self.size {
                state[0] = state[Self.size - 1]
                i = 1
            }
            if j >= key.count { j = 0 }
        }
        for _ in 0..<(Self.size - 1) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_566_083_941)) &- UInt32(i)
            i += 1
            if i >= Self.size {
                state[0] = state[Self.size - 1]
                i = 1
            }
        }
        state[0] = 0x8000_0000
        words = state
        position = Self.size
        pendingNormal = nil
    }

    private mutating func twist() {
        for k in 0..<Self.size {
            let next = k + 1 < Self.size ? k + 1 : 0
            let far = k + Self.shift < Self.size ? k + Self.shift : k + Self.shift - Self.size
            let y = (words[k] & 0x8000_0000) | (words[next] & 0x7fff_ffff)
            words[k] = words[far] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
        }
        position = 0
    }
}
