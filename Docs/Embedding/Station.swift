import ScriptLibrary
import ScriptRuntime
import ScriptSession

// What the weather station gives its scripts: a type, a base class, a module and a function.

// MARK: - A type

/// A measurement, as scripts see it: read-only, comparable by arithmetic.
final class Reading: HostObject, HostArithmetic {
    let place: String
    let celsius: Double

    init(place: String, celsius: Double) {
        self.place = place
        self.celsius = celsius
    }

    var scriptTypeName: String { "Reading" }
    var scriptSummary: String { "Reading('\(place)', \(celsius))" }

    /// `a - b` is the difference in degrees.
    func binary(_ operation: BinaryOperation, _ other: Value, reflected: Bool, _ interpreter: Interpreter) throws -> Value? {
        guard operation == .subtract, !reflected, case .host(let box) = other, let other = box.object as? Reading else {
            return nil
        }
        return .float(celsius - other.celsius)
    }

    func unary(_ operation: UnaryOperation, _ interpreter: Interpreter) throws -> Value? { nil }

    static var table: NativeType {
        NativeType(
            "Reading", doc: "A temperature at a place.", module: "station",
            constructor: Native("Reading(place, celsius=0.0)", "A temperature at a place.") { call in
                call.interpreter.value(of: Reading(place: try call.value(0), celsius: try call.value(1)))
            },
            methods: [
                Native("fahrenheit(self)", "The temperature in degrees Fahrenheit.") {
                    .float(try $0.host(0, as: Reading.self).celsius * 9 / 5 + 32)
                }
            ],
            properties: [
                NativeProperty("place", "Where it was measured.", get: { .str(try $0.host(0, as: Reading.self).place) }),
                NativeProperty("celsius", "Degrees Celsius.", get: { .float(try $0.host(0, as: Reading.self).celsius) }),
            ])
    }
}

// MARK: - A base class for scripts

/// What a script derives from to judge readings; the host calls `judge`.
final class Rule: HostSubclassable {
    weak var scriptInstance: InstanceObject?
    let name: String

    init(name: String) { self.name = name }

    var scriptTypeName: String { "Rule" }
    var scriptSummary: String { "<Rule \(name)>" }

    /// The script's `judge` where it has one, else that nothing is wrong.
    func judge(_ reading: Reading, _ interpreter: Interpreter) throws -> String? {
        guard let scriptInstance, let method = interpreter.overriding(scriptInstance, "judge") else { return nil }
        let verdict = try interpreter.callMethod(method, .instance(scriptInstance), interpreter.value(of: reading))
        return try String?(script: verdict, interpreter)
    }

    static var table: NativeType {
        NativeType(
            "Rule", doc: "Judges readings: override judge(self, reading) and give a text when something is wrong.",
            module: "station",
            constructor: Native("Rule(name='rule')", "A rule of this name.") {
                $0.interpreter.value(of: Rule(name: try $0.value(0)))
            },
            methods: [Native("judge(self, reading)", "None when all is well.") { _ in .none }],
            properties: [NativeProperty("name", "What it is called.", get: { .str(try $0.host(0, as: Rule.self).name) })])
    }
}

// MARK: - A module

/// The module `station`: the two types, a function with defaults, and what the host keeps of the script's objects.
final class Station {
    private(set) var rules: [Value] = []

    func module(_ interpreter: Interpreter) -> NativeModule {
        let types = [interpreter.define(Reading.table), interpreter.define(Rule.table)]
        return NativeModule(
            "station", doc: "The weather station.",
            functions: [
                Native("install(rule)", "Let the station ask this rule about every reading.") { [self] call in
                    _ = try call.host(0, as: Rule.self)
                    rules.append(call[0])
                    return .none
                },
                Native("mean(readings)", "The mean temperature.") { call in
                    let degrees = try call.interpreter.items(of: call[0]).map { reading in
                        try Double(script: call.interpreter.attribute(reading, "celsius"), call.interpreter)
                    }
                    guard !degrees.isEmpty else { throw Raised.value("mean() of no readings") }
                    return .float(degrees.reduce(0, +) / Double(degrees.count))
                },
            ],
            members: { _ in types.map { ($0.name, .type($0)) } + [("FREEZING", .float(0))] })
    }

    /// What the rules say of a reading.
    func judge(_ reading: Reading, _ interpreter: Interpreter) throws -> [String] {
        try rules.compactMap { rule in
            guard case .host(let box) = interpreter.plain(rule), let rule = box.object as? Rule else { return nil }
            return try rule.judge(reading, interpreter)
        }
    }
}

// MARK: - A session

/// A session that knows the station; what it prints goes to `output`.
func makeSession(
    _ station: Station, limits: Limits = Limits(), interrupt: Interrupt = Interrupt(), output: @escaping (String) -> Void
) -> ScriptSession {
    // No capabilities: these scripts reach no files, no clock and no environment.
    let session = ScriptSession(
        limits: limits, interrupt: interrupt, library: LibraryOptions(arguments: ["rules"], capabilities: .none))
    session.interpreter.output = output
    session.interpreter.register(station.module(session.interpreter))
    session.interpreter.registerBuiltin(
        Native("shout(text, times=1)", "Print the text in capital letters.") { call in
            let line = Array(repeating: try call.value(0, as: String.self).uppercased(), count: max(0, try call.int(1))).joined(
                separator: " ")
            try call.interpreter.write(line + "!\n")
            return .none
        })
    return session
}
