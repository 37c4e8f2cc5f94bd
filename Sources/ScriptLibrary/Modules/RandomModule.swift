import BigInt
public import Randomness
public import ScriptRuntime

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

    typealias Maker = (String, String, @escaping (RandomDraws, Arguments) throws -> Value) -> Native

    // MARK: - Distributions

    /// Others are reckoned with by their own operators, as Python does.
    private static func areNumbers(_ arguments: Arguments) -> Bool {
        (0..<2).allSatisfy { index in
            switch arguments.interpreter.plain(arguments[index]) {
            case .int, .float, .bool, .bigInt: true
            default: false
            }
        }
    }

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
                let interpreter = arguments.interpreter
                if areNumbers(arguments) { return .float(try draws.uniform(arguments.double(0), arguments.double(1))) }
                let width = try interpreter.binary(.subtract, arguments[1], arguments[0])
                return try interpreter.binary(.add, arguments[0], interpreter.binary(.multiply, width, .float(draws.uniform(0, 1))))
            },
            native("triangular(low=0.0, high=1.0, mode=None)", "Triangular distribution.") { draws, arguments in
                let mode = arguments[2].isNone ? nil : try arguments.double(2)
                var draws = draws
                return .float(try draws.triangular(try arguments.double(0), try arguments.double(1), mode: mode))
            },
            native("gauss(mu=0.0, sigma=1.0)", "Gaussian distribution, faster than normalvariate().") { draws, arguments in
                var draws = draws
                let interpreter = arguments.interpreter
                if areNumbers(arguments) { return .float(try draws.gauss(arguments.double(0), arguments.double(1))) }
                return try interpreter.binary(.add, arguments[0], interpreter.binary(.multiply, .float(draws.gauss(0, 1)), arguments[1]))
            },
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
