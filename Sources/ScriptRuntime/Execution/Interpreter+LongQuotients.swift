public import BigInt

/// Quotients, roots and common divisors of integers of many words, which a limit or a cancellation can end at any time.
extension Interpreter {
    /// `x / y` rounded towards zero, and what is left; `y` is not 0.
    public func quotient(_ x: BigInt, _ y: BigInt) throws(Raised) -> (quotient: BigInt, remainder: BigInt) {
        let (quotient, remainder) = try self.quotient(x.magnitude, y.magnitude)
        return (
            BigInt(sign: x.sign == y.sign ? .plus : .minus, magnitude: quotient), BigInt(sign: x.sign, magnitude: remainder)
        )
    }

    /// `x // y` and `x % y`, rounded down; `y` is not 0.
    public func flooredQuotient(_ x: BigInt, _ y: BigInt) throws(Raised) -> (quotient: BigInt, remainder: BigInt) {
        let (quotient, remainder) = try self.quotient(x, y)
        if remainder != 0 && (remainder.sign == .minus) != (y.sign == .minus) { return (quotient - 1, remainder + y) }
        return (quotient, remainder)
    }

    /// The integer part of the root of a number that is not negative.
    ///
    /// - Source: CPython, `math.isqrt`: twice as many bits of the root with every step.
    public func squareRoot(_ n: BigInt) throws(Raised) -> BigInt {
        if n.isZero { return 0 }
        let last = (n.magnitude.bitWidth - 1) / 2
        var root = BigInt(1)
        var known = 0
        for shift in stride(from: last.bitWidth - last.leadingZeroBitCount - 1, through: 0, by: -1) {
            let before = known
            known = last >> shift
            let part = try quotient(n >> (2 * last - before - known + 1), root).quotient
            root = (root << (known - before - 1)) + part
        }
        return try product(root, root) > n ? root - 1 : root
    }

    /// The greatest common divisor, not negative.
    public func commonDivisor(_ x: BigInt, _ y: BigInt) throws(Raised) -> BigInt {
        var (a, b) = (x.magnitude, y.magnitude)
        // Euclid's way while they are long, or one much longer than the other.
        while !b.isZero, Swift.max(a.bitWidth, b.bitWidth) > Interpreter.shortDivision || abs(a.bitWidth - b.bitWidth) > 64 {
            (a, b) = (b, try quotient(a, b).remainder)
        }
        try charge(steps: a.bitWidth >> 2)
        return BigInt(b.isZero ? a : a.greatestCommonDivisor(with: b))
    }

    /// What gives 1 when it is multiplied with `x` modulo `modulus`, which is greater than 1; nil when nothing does.
    public func inverse(_ x: BigInt, modulo modulus: BigInt) throws(Raised) -> BigInt? {
        var (rest, next) = (modulus, try flooredQuotient(x, modulus).remainder)
        var (factor, nextFactor) = (BigInt(0), BigInt(1))
        while !next.isZero {
            let (quotient, remainder) = try quotient(rest, next)
            (rest, next) = (next, remainder)
            (factor, nextFactor) = (nextFactor, factor - (try product(quotient, nextFactor)))
        }
        guard rest == 1 else { return nil }
        return factor.sign == .minus ? factor + modulus : factor
    }

    // MARK: - Implementation

    /// Bits of the quotient or of the divisor up to which the schoolbook is as fast.
    private static let shortDivision = 4_096

    /// Words of a block of the dividend where the divisor is short.
    private static let block = 1_024

    /// By blocks, from the top: as long as the divisor where that is long.
    ///
    /// - Source: Burnikel and Ziegler, 1998.
    private func quotient(_ x: BigUInt, _ y: BigUInt) throws(Raised) -> (quotient: BigUInt, remainder: BigUInt) {
        if x < y { return (0, x) }
        let isShort = y.bitWidth <= Interpreter.shortDivision
        if isShort ? x.bitWidth <= 64 * Interpreter.block : x.bitWidth - y.bitWidth <= Interpreter.shortDivision {
            return try shortQuotient(x, y)
        }
        try charge(count: x.bitWidth, of: 1)
        let shift = y.leadingZeroBitCount
        let divisor = y << shift
        let words = Array((x << shift).words)
        let width = isShort ? Interpreter.block : divisor.words.count
        var digits = [UInt](repeating: 0, count: words.count + width)
        var rest = BigUInt(0)
        for start in stride(from: (words.count - 1) / width * width, through: 0, by: -width) {
            let part = BigUInt(words: words[start..<Swift.min(start + width, words.count)])
            let value = (rest << (64 * width)) | part
            let digit: BigUInt
            (digit, rest) = isShort ? try shortQuotient(value, divisor) : try twoByOne(value, divisor, 64 * width)
            for (place, word) in digit.words.enumerated() { digits[start + place] = word }
        }
        return (BigUInt(words: digits), rest >> shift)
    }

    /// The schoolbook, charged before.
    private func shortQuotient(_ x: BigUInt, _ y: BigUInt) throws(Raised) -> (quotient: BigUInt, remainder: BigUInt) {
        let count = y.words.count
        let work = Swift.max(x.words.count - count, 0) * count
        if work > 64 { try charge(steps: work / 64) }
        return x.quotientAndRemainder(dividingBy: y)
    }

    /// For a dividend of less than `size` bits more than the divisor, which has `size` bits.
    private func twoByOne(_ x: BigUInt, _ y: BigUInt, _ size: Int) throws(Raised) -> (BigUInt, BigUInt) {
        if x.bitWidth - size <= Interpreter.shortDivision { return x < y ? (0, x) : try shortQuotient(x, y) }
        if size % 2 == 1 {
            let (quotient, rest) = try twoByOne(x << 1, y << 1, size + 1)
            return (quotient, rest >> 1)
        }
        let half = size / 2
        let mask = (BigUInt(1) << half) - 1
        let (high, low) = (y >> half, y & mask)
        let (first, rest) = try threeByTwo(x >> size, (x >> half) & mask, y, high, low, half)
        let (second, left) = try threeByTwo(rest, x & mask, y, high, low, half)
        return ((first << half) | second, left)
    }

    /// One half of the quotient, guessed by the upper half of the divisor.
    private func threeByTwo(
        _ upper: BigUInt, _ lower: BigUInt, _ y: BigUInt, _ high: BigUInt, _ low: BigUInt, _ half: Int
    ) throws(Raised) -> (BigUInt, BigUInt) {
        var quotient: BigUInt
        var rest: BigUInt
        if upper >> half == high {
            quotient = (BigUInt(1) << half) - 1
            rest = upper - (high << half) + high
        } else {
            (quotient, rest) = try twoByOne(upper, high, half)
        }
        rest = (rest << half) | lower
        let taken = try product(quotient, low)
        // Two too many at most.
        while rest < taken {
            quotient -= 1
            rest += y
        }
        return (quotient, rest - taken)
    }
}
