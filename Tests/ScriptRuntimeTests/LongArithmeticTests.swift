import BigInt
import ScriptRuntime
import Testing

/// Integers of many words against the plain operations of the library that they are made of.
@Suite struct LongArithmeticTests {
    private let interpreter = Interpreter()
    /// Bits: below and above where schoolbook gives way, even and odd, alike and not.
    private static let sizes = [1, 64, 700, 2_561, 4_097, 9_000, 21_111]

    private func number(_ bits: Int, _ generator: inout SystemRandomNumberGenerator) -> BigInt {
        // Long runs of ones and zeros find carries; the top bit is set.
        var result = BigUInt.randomInteger(withExactWidth: bits, using: &generator)
        if bits > 200 { result |= ((BigUInt(1) << (bits / 3)) - 1) << (bits / 4) }
        return BigInt(sign: Bool.random() ? .plus : .minus, magnitude: result)
    }

    @Test(arguments: sizes, sizes) func productsAndQuotientsAreTheLibrarys(_ first: Int, _ second: Int) throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<4 {
            let (x, y) = (number(first, &generator), number(second, &generator))
            let product = try interpreter.product(x, y)
            #expect(product == x * y, "\(x) \(y)")
            let (a, b) = (product + x, y)
            let (quotient, remainder) = try interpreter.quotient(a, b)
            #expect(quotient * b + remainder == a && remainder.magnitude < b.magnitude, "\(a) \(b)")
            #expect(remainder.isZero || remainder.sign == a.sign)
            let divisor = try interpreter.commonDivisor(product, x)
            #expect(divisor.magnitude == x.magnitude)
        }
    }

    @Test(arguments: sizes) func rootsPowersAndInversesHoldWhatTheyPromise(_ size: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let x = BigInt(number(size, &generator).magnitude)
        for square in [x * x, x * x - 1, x * x + 2 * x] {
            let root = try interpreter.squareRoot(square)
            #expect(root * root <= square && square < (root + 1) * (root + 1))
        }
        let modulus = (BigInt(1) << 1_279) - 1
        let exponent = BigUInt(65_537)
        #expect(try interpreter.power(x % modulus, exponent, modulo: modulus) == x.power(BigInt(exponent), modulus: modulus))
        let inverse = try #require(try interpreter.inverse(x, modulo: modulus))
        #expect(inverse * x % modulus == 1 && inverse < modulus)
        #expect(try interpreter.inverse(6, modulo: 9) == nil)
        #expect(try interpreter.product(of: x, times: 5) == x * x * x * x * x)
        #expect(try interpreter.product(from: 1, to: 30) == (2...30).reduce(BigInt(1)) { $0 * BigInt($1) })
    }

    @Test func searchesFindWhatTheyWould() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let wide = Bool.random(using: &generator) ? "あ" : "c"
            let text = wide + String((0..<6_000).map { _ in Int.random(in: 0..<50, using: &generator) == 0 ? "b" : "a" })
            let length = Int.random(in: 1..<300, using: &generator)
            let start = Int.random(in: 1..<5_000, using: &generator)
            let scalars = Array(text.unicodeScalars)
            let needle = Array(scalars[start..<start + length])
            let places = (0...scalars.count - length).filter { scalars[$0] == needle[0] && Array(scalars[$0..<$0 + length]) == needle }
            let whole = StrObject.make(text)
            let part = StrObject.make(units: needle.map(\.value))
            #expect(whole.firstIndex(of: part) == places.first)
            #expect(whole.lastIndex(of: part) == places.last)
        }
        let (text, needle) = (String(repeating: "a", count: 100_000), String(repeating: "a", count: 50_000))
        #expect(StrObject.make(text + "b" + text).firstIndex(of: .make(needle + "b" + needle)) == 50_000)
        #expect(StrObject.make(text).firstIndex(of: .make(needle + "b")) == nil)
        #expect(StrObject.make(text).lastIndex(of: .make("b" + needle)) == nil)
        #expect(StrObject.make(text).lastIndex(of: .make("a" + "b" + needle)) == nil)
    }
}
