import BigInt
import Foundation
import ScriptSyntax

/// Exceptions as objects.
extension Interpreter {
    /// The exception object of a `Raised`; made when it is not one yet. Nil for a stop.
    public func exception(of raised: Raised) -> InstanceObject? {
        switch raised.content {
        case .exception(let instance): return instance
        case .stop: return nil
        case .pending(let kind, let message, let arguments, let hint):
            let instance = InstanceObject(types.exception(kind))
            let state = instance.exception
            if arguments.isEmpty {
                state.arguments = TupleObject(message.isEmpty ? [] : [.str(message)])
            } else {
                state.arguments = TupleObject(arguments)
                if kind == .stopIteration { instance.setAttribute(Symbol(.value), arguments[0]) }
            }
            state.hint = hint
            raised.content = .exception(instance)
            return instance
        }
    }

    /// Any Swift error as a script exception: the host's own classes where it chooses one, else `RuntimeError`.
    public func convert(_ error: any Error) -> Raised {
        if let raised = error as? Raised { return raised }
        if let stop = error as? Stop { return Raised(stop: stop) }
        let localized = error as? any LocalizedError
        let message = localized?.errorDescription ?? "\(error)"
        let kind = (error as? any ScriptErrorConvertible)?.scriptException ?? .runtimeError
        return Raised(kind, message, hint: localized?.recoverySuggestion)
    }

    /// The message: `str(exception)`.
    public func message(of exception: InstanceObject) -> String {
        (try? str(.instance(exception)).string) ?? "<exception str() failed>"
    }

    /// What `raise value` raises: an exception object, or the class to make one of.
    func raised(_ value: Value) throws(Raised) -> InstanceObject {
        switch value {
        case .instance(let instance) where instance.type.layout == .exception: return instance
        case .type(let type) where type.layout == .exception:
            let made = try instantiate(type, [])
            if case .instance(let instance) = made { return instance }
            throw .type("calling \(type.name) should have returned an exception")
        default: throw .type("exceptions must derive from BaseException")
        }
    }

    /// `except b:` matches the exception in `a`, which is none when the run is ending.
    @inline(never)
    func matches(_ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
        guard a.tag == Tag.instance else { return false }
        if b.tag == Tag.type {
            // Both registers keep what they hold meanwhile: no counting.
            let isException = b.object(TypeObject.self)._withUnsafeGuaranteedRef { $0.layout == .exception }
            if isException {
                return a.object(InstanceObject.self)._withUnsafeGuaranteedRef { exception in
                    b.object(TypeObject.self)._withUnsafeGuaranteedRef { exception.type.isSubtype(of: $0) }
                }
            }
        }
        return try matches(a.object(InstanceObject.self).takeUnretainedValue(), b.pointee)
    }

    /// `except type:` matches.
    func matches(_ exception: InstanceObject, _ type: Value) throws(Raised) -> Bool {
        switch type {
        case .type(let type) where type.layout == .exception: return exception.type.isSubtype(of: type)
        case .tuple(let tuple):
            try checkStack()
            for index in 0..<tuple.count where try matches(exception, tuple[index]) { return true }
            return false
        default: throw .type("catching classes that do not inherit from BaseException is not allowed")
        }
    }

    /// What `except` is handling now; None outside.
    public var exceptionInHand: Value { handled }

    /// Links the exception being handled as the context of a new one, without making a circle.
    func setContext(_ exception: InstanceObject) {
        guard case .instance(let current) = handled, current !== exception else { return }
        var search = current
        var steps = 0
        while case .instance(let next) = search.exception.context, steps < 1_000 {
            if next === exception {
                search.exception.context = .none
                break
            }
            search = next
            steps += 1
        }
        exception.exception.context = handled
    }

    /// The methods and attributes of the exception classes.
    func defineExceptions() {
        let base = types.exception(.baseException)
        extend(base) {
            NativeType(
                "BaseException",
                methods: [
                    Native("__init__(self, /, *args)", "Initialize self.") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        instance.exception.arguments = try call.tuple(1)
                        return .none
                    },
                    Native("__str__(self, /)", "Return str(self).") { call in
                        .str(try call.interpreter.textOfException(call[0]))
                    },
                    Native("__repr__(self, /)", "Return repr(self).") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        let arguments = instance.exception.arguments ?? TupleObject([])
                        var parts: [String] = []
                        for item in arguments.items { parts.append(try call.interpreter.repr(item).string) }
                        return .str("\(instance.type.name)(\(parts.joined(separator: ", ")))")
                    },
                    Native("with_traceback(self, tb, /)", "Set self.__traceback__ and return self.") { $0[0] },
                    Native("add_note(self, note, /)", "Add a note that is shown in the traceback.") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        let note = Value.str(try call.str(1))
                        if case .list(let notes)? = instance.attribute(Symbol(.__notes__)) {
                            notes.append(note)
                        } else {
                            instance.setAttribute(Symbol(.__notes__), .list([note]))
                        }
                        return .none
                    },
                ],
                properties: Interpreter.exceptionProperties)
        }
        extend(types.exception(.stopIteration)) { Interpreter.firstArgument("value") }
        extend(types.exception(.systemExit)) { Interpreter.firstArgument("code") }
        extend(types.exception(.attributeError)) { Interpreter.named("AttributeError", ["name", "obj"]) }
        extend(types.exception(.nameError)) { Interpreter.named("NameError", ["name"]) }
        extend(types.exception(.importError)) { Interpreter.named("ImportError", ["name", "path"]) }
        extend(types.exception(.osError)) {
            NativeType(
                "OSError",
                properties: ["errno", "strerror", "filename"].enumerated().map { index, name in
                    NativeProperty(
                        name,
                        get: { call in
                            guard case .instance(let instance) = call[0], let arguments = instance.exception.arguments,
                                arguments.count >= 2, index < arguments.count
                            else { return .none }
                            return arguments[index]
                        })
                })
        }
    }

    private static func firstArgument(_ name: String) -> NativeType {
        NativeType(
            "",
            properties: [
                NativeProperty(
                    name,
                    get: { call in
                        guard case .instance(let instance) = call[0], let arguments = instance.exception.arguments else { return .none }
                        if let value = instance.exception.details?[.make(name)] { return value }
                        return arguments.count > 0 ? arguments[0] : .none
                    }, set: { try setDetail($0, name) })
            ])
    }

    /// A kind whose constructor takes some attributes by keyword.
    private static func named(_ kind: String, _ names: [String]) -> NativeType {
        NativeType(
            "",
            methods: [
                Native("__init__(self, /, *args, **kwargs)", "Initialize self.") { call in
                    guard case .instance(let instance) = call[0] else { return .none }
                    var given: [(String, Value)] = []
                    for entry in try call.dict(2).entries {
                        let name = try call.interpreter.str(entry.key).string
                        guard names.contains(name) else { throw Raised.type("'\(name)' is an invalid keyword argument for \(kind)()") }
                        given.append((name, entry.value))
                    }
                    instance.exception.arguments = try call.tuple(1)
                    call.interpreter.setDetails(instance, given)
                    return .none
                }
            ],
            properties: names.map { name in
                NativeProperty(
                    name,
                    get: { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        return instance.exception.details?[.make(name)] ?? .none
                    }, set: { try setDetail($0, name) })
            })
    }

    private static func setDetail(_ call: Call, _ name: String) throws -> Value {
        guard case .instance(let instance) = call[0] else { return .none }
        let details = instance.exception.details ?? DictObject()
        details[.make(name)] = call[1]
        instance.exception.details = details
        call.interpreter.track(instance)
        return .none
    }

    private func setDetails(_ instance: InstanceObject, _ details: [(String, Value)]) {
        instance.exception.details = nil
        if details.isEmpty { return }
        let dict = DictObject()
        for (name, value) in details { dict[.make(name)] = value }
        instance.exception.details = dict
        track(instance)
    }

    /// The same exception with attributes of its kind.
    func detailed(_ raised: Raised, _ details: [(String, Value)]) -> Raised {
        if let instance = exception(of: raised) { setDetails(instance, details) }
        return raised
    }

    private static func state(_ name: String, get: @escaping (InstanceExtra) -> Value, set: ((InstanceExtra, Value) throws -> Void)?)
        -> NativeProperty
    {
        NativeProperty(
            name,
            get: { call in
                guard case .instance(let instance) = call[0] else { return .none }
                return get(instance.exception)
            },
            set: set.map { set in
                { call in
                    if case .instance(let instance) = call[0] { try set(instance.exception, call[1]) }
                    return .none
                }
            })
    }

    private static var exceptionProperties: [NativeProperty] {
        func exceptionOrNone(_ value: Value) throws -> Value {
            if value.isNone { return value }
            if case .instance(let instance) = value, instance.type.layout == .exception { return value }
            throw Raised.type("exception cause must be None or derive from BaseException")
        }
        return [
            state("args", get: { .tuple($0.arguments ?? TupleObject([])) }, set: { $0.arguments = TupleObject(try Interpreter.sequenceItems($1)) }),
            state(
                "__cause__", get: { $0.cause },
                set: { state, value in
                    state.cause = try exceptionOrNone(value)
                    state.suppressContext = true
                }),
            state("__context__", get: { $0.context }, set: { $0.context = try exceptionOrNone($1) }),
            state(
                "__suppress_context__", get: { .bool($0.suppressContext) },
                set: { state, value in
                    if case .bool(let flag) = value { state.suppressContext = flag }
                }),
            state("__traceback__", get: { $0.trace.isEmpty ? .none : .tuple(TupleObject($0.trace.map(\.summary))) }, set: { _, _ in }),
        ]
    }

    private static func sequenceItems(_ value: Value) throws -> [Value] {
        switch value {
        case .tuple(let tuple): return tuple.items
        case .list(let list): return list.items
        default: throw Raised.type("args must be a sequence")
        }
    }

    fileprivate func textOfException(_ value: Value) throws(Raised) -> StrObject {
        guard case .instance(let instance) = value, let arguments = instance.exception.arguments else { return .empty }
        if instance.type.isSubtype(of: types.exception(.keyError)), arguments.count == 1 { return try repr(arguments[0]) }
        if instance.type.isSubtype(of: types.exception(.osError)), arguments.count >= 2 {
            let head = "[Errno \(try str(arguments[0]).string)] \(try str(arguments[1]).string)"
            return .make(arguments.count > 2 ? "\(head): \(try repr(arguments[2]).string)" : head)
        }
        switch arguments.count {
        case 0: return .empty
        case 1: return try str(arguments[0])
        default: return try repr(.tuple(arguments))
        }
    }
}

extension TraceEntry {
    /// `(function, file, line)`.
    var summary: Value {
        let position = code.source.position(at: Int(span.start))
        return .tuple([.str(code.name), .str(code.source.name), .int(position.line)])
    }
}
