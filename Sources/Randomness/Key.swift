/// A counter-based source of random bits: a pure function of the key and a position, so that every purpose, epoch and
/// example can have numbers of its own that do not depend on order, threads or how many others were drawn.
///
/// Derive, never advance: `Key(seed: 7).folded("dropout").folded(step)`. Two draws from the same key are equal.
///
/// - Source: Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
public struct Key: Sendable, Hashable {
    private let low: UInt32
    private let high: UInt32

    public init(seed: UInt64) {
        low = UInt32(truncatingIfNeeded: seed)
        high = UInt32(truncatingIfNeeded: seed >> 32)
    }

    /// The 64 bits of the key; `Key(seed: key.bits) == key`.
    public var bits: UInt64 { UInt64(high) << 32 | UInt64(low) }

    /// The key for sub-purpose `number`, independent of this one and of every other number's.
    public func folded(_ number: UInt64) -> Key {
        let block = Self.philox(
            counter: SIMD4(UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), 0x666f_6c64, 0x6b65_7931),
            low, high)
        return Key(seed: UInt64(block[1]) << 32 | UInt64(block[0]))
    }

    public func folded(_ number: Int) -> Key { folded(UInt64(bitPattern: Int64(number))) }

    /// The key for the sub-purpose called `name` (its UTF-8 bytes).
    public func folded(_ name: String) -> Key {
        // FNV-1a spreads the bytes over 64 bits; the length keeps a name apart from the number of the same bits.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return folded(hash).folded(name.utf8.count)
    }

    public func split(_ count: Int) -> [Key] { (0..<max(0, count)).map { folded($0) } }

    /// Four words of 32 random bits, the block at `position` of this key's stream.
    @inlinable
    public func block(_ position: UInt64) -> SIMD4<UInt32> {
        Self.philox(
            counter: SIMD4(UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32), 0, 0),
            UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32))
    }

    /// Ten Philox rounds over `counter`.
    @inlinable
    package static func philox(counter: SIMD4<UInt32>, _ low: UInt32, _ high: UInt32) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
        var (k0, k1) = (low, high)
        for round in 0..<10 {
            if round > 0 {
                k0 &+= 0x9e37_79b9
                k1 &+= 0xbb67_ae85
            }
            let first = UInt64(0xd251_1f53) &* UInt64(c0)
            let second = UInt64(0xcd9e_8d57) &* UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first)
            )
        }
        return SIMD4(c0, c1, c2, c3)
    }
}

// MARK: - Draws

extension Key {
    /// A number in [0, 1) with 24 random bits.
    @inlinable
    public static func unit(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }

    /// A number in [0, 1) with 53 random bits.
    @inlinable
    public static func unit(_ high: UInt32, _ low: UInt32) -> Double {
        Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53
    }

    /// The number in [0, 1) at `position` of this key's stream.
    public func uniform(at position: UInt64 = 0) -> Double {
        let words = block(position)
        return Self.unit(words[0], words[1])
    }

    /// The whole number in `0..<bound` at `position`. A 64-bit multiply-shift: its bias is under `bound / 2⁶⁴`.
    public func integer(below bound: Int, at position: UInt64 = 0) -> Int {
        precondition(bound > 0, "a draw needs at least one possible value")
        let words = block(position)
        let random = UInt64(words[1]) << 32 | UInt64(words[0])
        return Int(random.multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// The positions `0..<count` in random order (Fisher-Yates).
    public func permutation(of count: Int) -> [Int] {
        var order = Array(0..<max(0, count))
        var last = order.count - 1
        while last > 0 {
            order.swapAt(last, integer(below: last + 1, at: UInt64(last)))
            last -= 1
        }
        return order
    }
}
