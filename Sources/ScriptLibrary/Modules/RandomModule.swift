import BigInt
public import Randomness
public import ScriptRuntime

/// A generator that scripts share: the module's own, or one of a `Random` object.
final class RandomGenerator {
    var twister: MersenneTwister
    init(seed: Int) { twister = MersenneTwister(seed: seed) }
}

/// Streams for generators that are not told a seed: each another one, the same in every run.
final class RandomSeeds {
    let seed: Int
    private var count: UInt32 = 0
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
    private static func below(_ bound: BigInt, _ random: () throws -> Double) throws -> BigInt {
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

/// `random`: CPython's Mersenne Twister.
enum RandomModule {
    static func module(_ state: LibraryState) -> NativeModule {
        let shared = RandomGenerator(seed: state.options.seed)
        let seeds = RandomSeeds(state.options.seed)
        return NativeModule(
            "random", doc: "Random numbers of CPython's Mersenne Twister, bit for bit.",
            functions: functions(isMethod: false, seeds) { _ in RandomDraws(generator: shared) },
            members: { interpreter in [("Random", .type(interpreter.define(randomType(interpreter, seeds))))] })
    }

    private static func randomType(_ interpreter: Interpreter, _ seeds: RandomSeeds) -> NativeType {
        let methods = functions(isMethod: true, seeds) { call in
            guard case .instance(let instance) = call[0] else { throw call.mismatch(0, "Random") }
            let generator: RandomGenerator
            if let known = instance.native as? RandomGenerator {
                generator = known
            } else {
                generator = RandomGenerator(seed: seeds.seed)
                generator.twister = seeds.next()
                instance.native = generator
            }
            return try draws(generator, instance, call)
        }
        return NativeType(
            "Random", doc: "A stream of random numbers of its own.", module: "random",
            methods: methods + [
                Native("__init__(self, x=None)", "Initialize self.") { call in
                    let generator = RandomGenerator(seed: seeds.seed)
                    guard case .instance(let instance) = call[0] else { throw call.mismatch(0, "Random") }
                    instance.native = generator
                    try self.seed(generator, call[1], seeds, call.interpreter)
                    return .none
                }
            ], constants: [("VERSION", .int(3))], isHost: false, isOpen: true)
    }

    /// With what a class of the script, or the object, has in the place of the two methods that all others draw from.
    private static func draws(_ generator: RandomGenerator, _ instance: InstanceObject, _ call: Call) throws -> RandomDraws {
        var draws = RandomDraws(generator: generator)
        let interpreter = call.interpreter
        let receiver = call[0]
        let own = instance.attributes.first { $0.name == "random" }?.value
        guard instance.type.isScriptClass || own != nil else { return draws }
        func number(_ value: Value) throws -> Double { try interpreter.double(value) }
        if let own {
            draws.ownRandom = { try number(interpreter.call(own, [])) }
        } else if let method = interpreter.overriding(instance, "random") {
            draws.ownRandom = { try number(interpreter.callMethod(method, receiver)) }
        }
        let bits = interpreter.overriding(instance, "getrandbits")
        // A `random` of the object alone changes nothing of how whole numbers are drawn.
        if let bits {
            draws.ownBits = { try interpreter.anyInteger(interpreter.callMethod(bits, receiver, .int($0))).magnitude }
        } else if interpreter.overriding(instance, "random") == nil {
            draws.ownBits = { RandomModule.bits(generator, $0) }
        }
        return draws
    }

    private typealias Source = (Call) throws -> RandomDraws

    /// The functions; as methods their arguments are shifted by one.
    private static func functions(isMethod: Bool, _ seeds: RandomSeeds, _ source: @escaping Source) -> [Native] {
        let shift = isMethod ? 1 : 0
        func native(_ declaration: String, _ doc: String, _ body: @escaping (RandomDraws, Arguments) throws -> Value) -> Native {
            let full =
                isMethod
                ? declaration.replacing("(", with: declaration.contains("()") ? "(self" : "(self, ", maxReplacements: 1) : declaration
            return Native(full, doc) { call in try body(source(call), Arguments(call: call, shift: shift)) }
        }
        return basics(native, seeds) + sequences(native) + distributions(native)
    }

    struct Arguments {
        let call: Call
        let shift: Int
        var interpreter: Interpreter { call.interpreter }
        subscript(index: Int) -> Value { call[index + shift] }
        func double(_ index: Int) throws -> Double { try call.double(index + shift) }
        func int(_ index: Int) throws -> Int { try call.int(index + shift) }
        func has(_ index: Int) -> Bool { call.has(index + shift) }
    }

    private typealias Maker = (String, String, @escaping (RandomDraws, Arguments) throws -> Value) -> Native

    // MARK: - Basics

    private static func seed(_ generator: RandomGenerator, _ value: Value, _ seeds: RandomSeeds, _ interpreter: Interpreter) throws {
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

    private static func basics(_ native: Maker, _ seeds: RandomSeeds) -> [Native] {
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
    private static func state(_ arguments: Arguments) throws -> MersenneTwister {
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

    private static func integer(_ arguments: Arguments, _ index: Int) throws -> BigInt {
        if case .float(let value) = arguments.interpreter.plain(arguments[index]) {
            guard value.isFinite, value.rounded(.towardZero) == value else {
                throw Raised.value("non-integer arg \(index + 1) for randrange()")
            }
            return BigInt(value)
        }
        return try arguments.interpreter.anyInteger(arguments[index])
    }

    private static func range(_ draws: RandomDraws, _ arguments: Arguments) throws -> Value {
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

    // MARK: - Sequences

    private static func sequences(_ native: Maker) -> [Native] {
        [
            native("choice(seq)", "Choose a random element from a non-empty sequence.") { draws, arguments in
                let interpreter = arguments.interpreter
                let count = try interpreter.length(arguments[0])
                if count == 0 { throw Raised.index("Cannot choose from an empty sequence") }
                return try interpreter.item(of: arguments[0], at: .int(Int(try draws.below(UInt64(count)))))
            },
            native("shuffle(x)", "Shuffle list x in place, and return None.") { draws, arguments in
                let interpreter = arguments.interpreter
                let count = try interpreter.length(arguments[0])
                for index in stride(from: count - 1, through: 1, by: -1) {
                    let other = Int(try draws.below(UInt64(index + 1)))
                    if case .list(let list) = arguments[0] {
                        (list[index], list[other]) = (list[other], list[index])
                        continue
                    }
                    let (a, b) = (
                        try interpreter.item(of: arguments[0], at: .int(index)), try interpreter.item(of: arguments[0], at: .int(other))
                    )
                    try interpreter.setItem(of: arguments[0], at: .int(index), to: b)
                    try interpreter.setItem(of: arguments[0], at: .int(other), to: a)
                }
                return .none
            },
            native("sample(population, k, *, counts=None)", "Chooses k unique random elements from a population sequence.") { draws, arguments in
                try sample(draws, arguments)
            },
            native("choices(population, weights=None, *, cum_weights=None, k=1)", "Return a k sized list of elements chosen with replacement.") {
                draws, arguments in
                try choices(draws, arguments)
            },
        ]
    }

    private static func sample(_ draws: RandomDraws, _ arguments: Arguments) throws -> Value {
        let interpreter = arguments.interpreter
        switch interpreter.plain(arguments[0]) {
        case .list, .tuple, .str, .range, .bytes: break
        case .instance where interpreter.method(arguments[0], "__getitem__") != nil: break
        default: throw Raised.type("Population must be a sequence.  For dicts or sets, use sorted(d).")
        }
        var items: [Value]?
        var count = try interpreter.length(arguments[0])
        if !arguments[2].isNone {
            let counts = try interpreter.items(of: arguments[2]).map { try interpreter.index($0) }
            guard counts.count == count else { throw Raised.value("The number of counts does not match the population") }
            let total = counts.reduce(0) { $0 &+ $1 }
            if total <= 0 { throw Raised.value("Total of counts must be greater than zero") }
            if counts.contains(where: { $0 < 0 }) { throw Raised.value("Counts must be non-negative") }
            try interpreter.charge(count: total, of: 16)
            let population = try interpreter.items(of: arguments[0])
            items = zip(population, counts).flatMap { repeatElement($0, count: $1) }
            count = total
        }
        let wanted = try arguments.int(1)
        guard wanted >= 0, wanted <= count else { throw Raised.value("Sample larger than population or is negative") }
        try interpreter.charge(count: wanted, of: 64)
        let places = try MersenneTwister.sample(wanted, of: count) { try draws.below($0) }
        return .list(try places.map { try items?[$0] ?? interpreter.item(of: arguments[0], at: .int($0)) })
    }

    private static func choices(_ draws: RandomDraws, _ arguments: Arguments) throws -> Value {
        let interpreter = arguments.interpreter
        let count = try interpreter.length(arguments[0])
        let wanted = try arguments.int(3)
        try interpreter.charge(count: max(wanted, 0), of: 16)
        var cumulative: [Double]?
        if !arguments[2].isNone {
            if !arguments[1].isNone { throw Raised.type("Cannot specify both weights and cumulative weights") }
            cumulative = try interpreter.items(of: arguments[2]).map { try interpreter.double($0) }
        } else if !arguments[1].isNone {
            // Summed as the script's own numbers, as CPython does.
            var total = Value.none
            cumulative = try interpreter.items(of: arguments[1]).map { weight in
                total = total.isNone ? weight : try interpreter.binary(.add, total, weight)
                return try interpreter.double(total)
            }
        }
        let list = ListObject()
        guard let cumulative else {
            for _ in 0..<max(wanted, 0) {
                let place = Int((try draws.random() * Double(count)).rounded(.down))
                guard place < count else { throw Raised.index("list index out of range") }
                list.append(try interpreter.item(of: arguments[0], at: .int(place)))
            }
            return .list(list)
        }
        guard cumulative.count == count else { throw Raised.value("The number of weights does not match the population") }
        guard let total = cumulative.last, total > 0 else { throw Raised.value("Total of weights must be greater than zero") }
        if !total.isFinite { throw Raised.value("Total of weights must be finite") }
        for _ in 0..<max(wanted, 0) {
            let drawn = try draws.random() * total
            var (low, high) = (0, count - 1)
            while low < high {
                let middle = (low + high) / 2
                if drawn < cumulative[middle] { high = middle } else { low = middle + 1 }
            }
            list.append(try interpreter.item(of: arguments[0], at: .int(low)))
        }
        return .list(list)
    }

    // MARK: - Distributions

    private static func distributions(_ native: Maker) -> [Native] {
        func two(_ declaration: String, _ doc: String, _ draw: @escaping (inout RandomDraws, Double, Double) throws -> Double) -> Native {
            native(declaration, doc) { draws, arguments in
                var draws = draws
                return .float(try draw(&draws, arguments.double(0), arguments.double(1)))
            }
        }
        func one(_ declaration: String, _ doc: String, _ draw: @escaping (inout RandomDraws, Double) throws -> Double) -> Native {
            native(declaration, doc) { draws, arguments in
                var draws = draws
                return .float(try draw(&draws, arguments.double(0)))
            }
        }
        return [
            native("uniform(a, b)", "Get a random number in the range [a, b) or [a, b] depending on rounding.") { draws, arguments in
                var draws = draws
                return .float(try draws.uniform(arguments.double(0), arguments.double(1)))
            },
            native("triangular(low=0.0, high=1.0, mode=None)", "Triangular distribution.") { draws, arguments in
                let mode = arguments[2].isNone ? nil : try arguments.double(2)
                var draws = draws
                return .float(try draws.triangular(try arguments.double(0), try arguments.double(1), mode: mode))
            },
            two("gauss(mu=0.0, sigma=1.0)", "Gaussian distribution, faster than normalvariate().") { try $0.gauss($1, $2) },
            two("normalvariate(mu=0.0, sigma=1.0)", "Normal distribution.") { try $0.normalvariate($1, $2) },
            two("lognormvariate(mu, sigma)", "Log normal distribution.") { try $0.lognormvariate($1, $2) },
            two("vonmisesvariate(mu, kappa)", "Circular data distribution.") { try $0.vonmisesvariate($1, $2) },
            two("gammavariate(alpha, beta)", "Gamma distribution.  Not the gamma function!") { try $0.gammavariate($1, $2) },
            two("betavariate(alpha, beta)", "Beta distribution.") { try $0.betavariate($1, $2) },
            two("weibullvariate(alpha, beta)", "Weibull distribution.") { try $0.weibullvariate($1, $2) },
            one("expovariate(lambd)", "Exponential distribution.") { try $0.expovariate($1) },
            one("paretovariate(alpha)", "Pareto distribution.  alpha is the shape parameter.") { try $0.paretovariate($1) },
        ]
    }
}

extension RandomnessError: ScriptErrorConvertible {
    public var scriptException: ExceptionKind { .valueError }
}
