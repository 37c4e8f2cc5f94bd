import BigInt
import Randomness
import ScriptRuntime

/// Seeds, states, bits and whole numbers.
extension RandomModule {
    static func seed(_ generator: RandomGenerator, _ value: Value, _ seeds: RandomSeeds, _ interpreter: Interpreter) throws {
        switch interpreter.plain(value) {
        case .none: generator.twister = seeds.next()
        case .int, .bool, .bigInt:
            let magnitude = try interpreter.anyInteger(value).magnitude
            let words = magnitude.words.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] }
            let used = (magnitude.bitWidth + 31) / 32
            generator.twister = MersenneTwister(seedWords: Array(words.prefix(max(used, 1))))
        case .float:
            let hash = UInt64(bitPattern: Int64(try interpreter.hash(interpreter.plain(value))))
            let words = [UInt32(truncatingIfNeeded: hash), UInt32(hash >> 32)]
            generator.twister = MersenneTwister(seedWords: words[1] == 0 ? [words[0]] : words)
        case .str(let text): generator.twister = MersenneTwister(seedBytes: try Codec.encode(text, "utf-8", "strict", interpreter))
        case .bytes(let bytes): generator.twister = MersenneTwister(seedBytes: bytes.bytes)
        default: throw Raised.type("The only supported seed types are: None,\nint, float, str, bytes, and bytearray.")
        }
    }

    /// What version 1 makes of a text: the hash of strings of long ago.
    private static func oldSeed(_ units: [UInt64]) -> Value {
        var hash = (units.first ?? 0) << 7
        for unit in units { hash = (1_000_003 &* hash) ^ unit }
        return .integer(BigInt(hash ^ UInt64(units.count)))
    }

    static func basics(_ native: Maker, _ seeds: RandomSeeds) -> [Native] {
        [
            native("seed(a=None, version=2)", "Initialize internal state from a seed.") { draws, arguments in
                var value = arguments[0]
                if case .int(1) = arguments.interpreter.plain(arguments[1]) {
                    switch arguments.interpreter.plain(value) {
                    case .str(let text): value = oldSeed((0..<text.count).map { UInt64(text[$0]) })
                    case .bytes(let bytes): value = oldSeed(bytes.bytes.map { UInt64($0) })
                    default: break
                    }
                }
                try seed(draws.generator, value, seeds, arguments.interpreter)
                return .none
            },
            native("random()", "random() -> x in the interval [0, 1).") { draws, _ in .float(draws.generator.twister.random()) },
            native("getrandbits(k, /)", "getrandbits(k) -> x. Generates an int with k random bits.") { draws, arguments in
                let count = try arguments.int(0)
                if count < 0 { throw Raised.value("number of bits must be non-negative") }
                if count == 0 { return .int(0) }
                try arguments.interpreter.charge(bytes: count / 8)
                return .integer(BigInt(bits(draws.generator, count)))
            },
            native("randbytes(n)", "Generate n random bytes.") { draws, arguments in
                let count = try arguments.int(0)
                if count < 0 { throw Raised.value("number of bits must be non-negative") }
                try arguments.interpreter.charge(bytes: count)
                // The words, and the bytes of them.
                try arguments.interpreter.requireRoom(for: count, of: 2)
                let words = draws.generator.twister.bits(count * 8)
                return .bytes(BytesObject((0..<count).map { UInt8(truncatingIfNeeded: words[$0 / 4] >> UInt32($0 % 4 * 8)) }))
            },
            native("randrange(start, stop=None, step=1)", "Choose a random item from range(stop) or range(start, stop[, step]).") {
                draws, arguments in
                try range(draws, arguments)
            },
            native("randint(a, b)", "Return random integer in range [a, b], including both end points.") { draws, arguments in
                if case .int = arguments.interpreter.plain(arguments[1]) {} else { try checkSum(arguments[1], .int(1), arguments.interpreter) }
                let (low, high) = (try integer(arguments, 0), try integer(arguments, 1))
                let width = high - low + 1
                if width.sign == .minus || width.isZero {
                    throw Raised.value("empty range for randrange() (\(low), \(high + 1), \(width))")
                }
                return .integer(low + (try draws.below(width)))
            },
            native("getstate()", "Return internal state; can be passed to setstate() later.") { draws, _ in
                let words = draws.generator.twister.state.map { Value.int(Int($0)) }
                return .tuple([.int(3), .tuple(words), draws.generator.twister.pendingNormal.map { .float($0) } ?? .none])
            },
            native("setstate(state)", "Restore internal state from object returned by getstate().") { draws, arguments in
                draws.generator.twister = try state(arguments)
                return .none
            },
        ]
    }

    /// What `getstate` gave, of this version or of the one before, which had signed words.
    static func state(_ arguments: Arguments) throws -> MersenneTwister {
        let interpreter = arguments.interpreter
        let parts = try interpreter.items(of: arguments[0])
        guard let first = parts.first else { throw Raised.index("tuple index out of range") }
        let version = interpreter.plain(first)
        guard case .int(let number) = version, number == 2 || number == 3 else {
            throw Raised.value("state with version \(try interpreter.str(first).string) passed to Random.setstate() of version 3")
        }
        if parts.count != 3 {
            throw Raised.value(
                parts.count < 3 ? "not enough values to unpack (expected 3, got \(parts.count))" : "too many values to unpack (expected 3)")
        }
        let words: [Value]
        if number == 2 {
            do {
                words = try interpreter.items(of: parts[1]).map { try interpreter.binary(.modulo, $0, .int(1 << 32)) }
            } catch let raised as Raised where raised.isInstance(of: .valueError, interpreter) {
                throw Raised.type("the words of a state must be whole numbers")
            }
        } else {
            guard case .tuple(let tuple) = interpreter.plain(parts[1]) else { throw Raised.type("state vector must be a tuple") }
            words = tuple.items
        }
        guard words.count == 625 else { throw Raised.value("state vector is the wrong size") }
        let numbers = try words.enumerated().map { index, word in
            guard case .int(let number) = interpreter.plain(word) else {
                guard case .bigInt = interpreter.plain(word) else { throw Raised.type("an integer is required") }
                throw Raised(.overflowError, "Python int too large to convert to C unsigned long")
            }
            if number < 0, index < 624 { throw Raised(.overflowError, "can't convert negative value to unsigned int") }
            return number
        }
        var normal: Double?
        if !parts[2].isNone { normal = try interpreter.double(parts[2]) }
        guard (0...624).contains(numbers[624]),
            let twister = MersenneTwister(state: numbers.map { UInt32(truncatingIfNeeded: $0) }, pendingNormal: normal)
        else { throw Raised.value("invalid state") }
        return twister
    }

    static func bits(_ generator: RandomGenerator, _ count: Int) -> BigUInt {
        let words = generator.twister.bits(count)
        var wide = [UInt](repeating: 0, count: (words.count + 1) / 2)
        for (index, word) in words.enumerated() { wide[index / 2] |= UInt(word) << UInt(index % 2 * 32) }
        return BigUInt(words: wide)
    }

    /// What Python adds must be there to be added.
    private static func checkSum(_ a: Value, _ b: Value, _ interpreter: Interpreter) throws { _ = try interpreter.binary(.add, a, b) }

    /// An argument of `randrange`: what is no integer may still equal one.
    private static func integer(_ arguments: Arguments, _ index: Int) throws -> BigInt {
        let interpreter = arguments.interpreter
        switch interpreter.plain(arguments[index]) {
        case .int, .bool, .bigInt: return try interpreter.anyInteger(arguments[index])
        default: if interpreter.method(arguments[index], "__index__") != nil { return try interpreter.anyInteger(arguments[index]) }
        }
        let number = try interpreter.callBuiltin("int", [arguments[index]])
        guard try interpreter.equal(number, arguments[index]) else {
            throw Raised.value("non-integer \(["arg 1", "stop", "step"][index]) for randrange()")
        }
        return try interpreter.anyInteger(number)
    }

    static func range(_ draws: RandomDraws, _ arguments: Arguments) throws -> Value {
        let start = try integer(arguments, 0)
        if arguments[1].isNone {
            if try integer(arguments, 2) != 1 { throw Raised.type("Missing a non-None stop argument") }
            if start <= 0 { throw Raised.value("empty range for randrange()") }
            return .integer(try draws.below(start))
        }
        let (stop, step) = (try integer(arguments, 1), try integer(arguments, 2))
        let width = stop - start
        if step.isZero { throw Raised.value("zero step for randrange()") }
        if step == 1 {
            if width <= 0 { throw Raised.value("empty range for randrange() (\(start), \(stop), \(width))") }
            return .integer(start + (try draws.below(width)))
        }
        let count = Interpreter.floorDivide(step > 0 ? width + step - 1 : width + step + 1, step).quotient
        if count <= 0 { throw Raised.value("empty range for randrange()") }
        return .integer(start + step * (try draws.below(count)))
    }
}
