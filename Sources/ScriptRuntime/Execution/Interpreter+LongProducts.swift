public import BigInt

/// Products of integers of many words, which a limit or a cancellation can end at any time.
///
/// Schoolbook for short factors; Karatsuba for long ones: three products of halves instead of four.
extension Interpreter {
    /// `x * y`
    public func product(_ x: BigInt, _ y: BigInt) throws(Raised) -> BigInt {
        BigInt(sign: x.sign == y.sign ? .plus : .minus, magnitude: try product(x.magnitude, y.magnitude))
    }

    func product(_ x: BigUInt, _ y: BigUInt) throws(Raised) -> BigUInt {
        let (a, b) = (x.words, y.words)
        if a.count * b.count <= Interpreter.shortProduct { return x * y }
        let count = a.count + b.count
        // The factors, the result, and what the halves need.
        try charge(count: count, of: 4 * MemoryLayout<UInt>.stride)
        let (left, right) = (Array(a), Array(b))
        var words = [UInt](repeating: 0, count: count)
        // All three have elements here, and so an address.
        try converting {
            try words.withUnsafeMutableBufferPointer { result in
                try left.withUnsafeBufferPointer { left in
                    try right.withUnsafeBufferPointer { right in
                        guard let x = left.baseAddress, let y = right.baseAddress, let room = result.baseAddress else { return }
                        try self.multiply(x, left.count, y, right.count, into: room)
                    }
                }
            }
        }
        return BigUInt(words: words)
    }

    /// `x ** exponent`
    public func product(of base: BigInt, times exponent: Int) throws(Raised) -> BigInt {
        var result = BigInt(1)
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = try product(result, square) }
            rest >>= 1
            if rest > 0 { square = try product(square, square) }
        }
        return result
    }

    /// `base ** exponent % modulus` of numbers that are not negative.
    public func power(_ base: BigInt, _ exponent: BigUInt, modulo modulus: BigInt) throws(Raised) -> BigInt {
        var result = BigInt(1)
        // Square and multiply, from the highest bit on.
        for bit in stride(from: exponent.bitWidth - 1, through: 0, by: -1) {
            result = try quotient(product(result, result), modulus).remainder
            if exponent[bitAt: bit] { result = try quotient(product(result, base), modulus).remainder }
            try charge(steps: 1)
        }
        return result
    }

    /// `lower * (lower + 1) * ... * upper`, by halves, so that the factors are of like size.
    public func product(from lower: BigInt, to upper: BigInt) throws(Raised) -> BigInt {
        let count = upper - lower
        if count.sign == .minus { return 1 }
        try charge(steps: 1)
        if count < 8 {
            var (result, next) = (lower, lower)
            while next < upper {
                next += 1
                result *= next
            }
            return result
        }
        let middle = lower + count / 2
        return try product(product(from: lower, to: middle), product(from: middle + 1, to: upper))
    }

    // MARK: - Implementation

    /// Elementary products, in words, below which those of the library do.
    private static let shortProduct = 64
    /// Words of a factor below which halves do not pay.
    private static let shortFactor = 40

    private typealias Words = UnsafePointer<UInt>
    private typealias Room = UnsafeMutablePointer<UInt>

    /// Writes `x * y` into `result`, which has room for as many words as both have, and shares none with them.
    private func multiply(_ x: Words, _ xCount: Int, _ y: Words, _ yCount: Int, into result: Room) throws(Raised) {
        if xCount < yCount { return try multiply(y, yCount, x, xCount, into: result) }
        if yCount < Interpreter.shortFactor {
            Interpreter.multiplyShort(x, xCount, y, yCount, into: result)
            return try charge(steps: 1 + xCount * yCount / 64)
        }
        let half = (xCount + 1) / 2
        if yCount <= half { return try multiplyPieces(x, xCount, y, yCount, into: result) }
        let count = xCount + yCount
        let (lowCount, highCount) = (2 * half, count - 2 * half)
        try multiply(x, half, y, half, into: result)
        try multiply(x + half, xCount - half, y + half, yCount - half, into: result + lowCount)
        // x0 y1 + x1 y0 = x0 y0 + x1 y1 - (x0 - x1) (y0 - y1); what is carried out of the result comes back in.
        let room = Room.allocate(capacity: lowCount + count)
        defer { room.deallocate() }
        let copy = room + lowCount
        let isXNegative = Interpreter.difference(x, half, x + half, xCount - half, into: copy)
        let isYNegative = Interpreter.difference(y, half, y + half, yCount - half, into: copy + half)
        try multiply(copy, half, copy + half, half, into: room)
        copy.update(from: result, count: count)
        let (middle, middleCount) = (result + half, count - half)
        Interpreter.add(copy, lowCount, to: middle, middleCount)
        Interpreter.add(copy + lowCount, highCount, to: middle, middleCount)
        if isXNegative == isYNegative {
            Interpreter.subtract(room, lowCount, from: middle, middleCount)
        } else {
            Interpreter.add(room, lowCount, to: middle, middleCount)
        }
    }

    /// A long factor in pieces as long as the short one.
    private func multiplyPieces(_ x: Words, _ xCount: Int, _ y: Words, _ yCount: Int, into result: Room) throws(Raised) {
        let count = xCount + yCount
        result.update(repeating: 0, count: count)
        let part = Room.allocate(capacity: 2 * yCount)
        defer { part.deallocate() }
        for start in stride(from: 0, to: xCount, by: yCount) {
            let pieceCount = Swift.min(yCount, xCount - start)
            try multiply(x + start, pieceCount, y, yCount, into: part)
            Interpreter.add(part, pieceCount + yCount, to: result + start, count - start)
        }
    }

    private static func multiplyShort(_ x: Words, _ xCount: Int, _ y: Words, _ yCount: Int, into result: Room) {
        result.update(repeating: 0, count: xCount + yCount)
        for row in 0..<yCount {
            let factor = y[row]
            var carry: UInt = 0
            for column in 0..<xCount {
                let (high, low) = factor.multipliedFullWidth(by: x[column])
                let (sum, first) = low.addingReportingOverflow(carry)
                let (total, second) = sum.addingReportingOverflow(result[row &+ column])
                result[row &+ column] = total
                // At most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1 in all: the carry is one word.
                carry = high &+ (first ? 1 : 0) &+ (second ? 1 : 0)
            }
            result[row &+ xCount] = carry
        }
    }

    /// Writes `|x - y|` into `xCount` words, and says whether `x` is less; `y` is not longer.
    private static func difference(_ x: Words, _ xCount: Int, _ y: Words, _ yCount: Int, into result: Room) -> Bool {
        result.update(from: x, count: xCount)
        guard subtract(y, yCount, from: result, xCount) else { return false }
        // The two's complement of what is below zero.
        var carry = true
        for index in 0..<xCount {
            let (sum, overflow) = (~result[index]).addingReportingOverflow(carry ? 1 : 0)
            result[index] = sum
            carry = overflow
        }
        return true
    }

    /// Adds to `sumCount` words, which are not fewer; a carry out of the last one is dropped.
    private static func add(_ x: Words, _ xCount: Int, to sum: Room, _ sumCount: Int) {
        var carry = false
        for index in 0..<xCount {
            let (first, overflow) = sum[index].addingReportingOverflow(x[index])
            let (second, again) = first.addingReportingOverflow(carry ? 1 : 0)
            sum[index] = second
            carry = overflow || again
        }
        var index = xCount
        while carry, index < sumCount {
            (sum[index], carry) = sum[index].addingReportingOverflow(1)
            index += 1
        }
    }

    /// Subtracts from `restCount` words, which are not fewer, and says whether a borrow is left.
    @discardableResult
    private static func subtract(_ x: Words, _ xCount: Int, from rest: Room, _ restCount: Int) -> Bool {
        var borrow = false
        for index in 0..<xCount {
            let (first, overflow) = rest[index].subtractingReportingOverflow(x[index])
            let (second, again) = first.subtractingReportingOverflow(borrow ? 1 : 0)
            rest[index] = second
            borrow = overflow || again
        }
        var index = xCount
        while borrow, index < restCount {
            (rest[index], borrow) = rest[index].subtractingReportingOverflow(1)
            index += 1
        }
        return borrow
    }
}
