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
                if kind.isSystemError { splitSystemError(instance) }
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
        guard let text = try? str(.instance(exception)) else { return "<exception str() failed>" }
        // A report copies it several times.
        let bytes = text.count * 32
        if bytes < SystemMemory.largeBlock || SystemMemory.has(bytes) { return text.string }
        return text.slice(0, Interpreter.shortMessage).string + "... (\(text.count) characters, too many for the memory left)"
    }

    /// What is shown of a long message when there is no memory for the whole.
    private static let shortMessage = 1000

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
            // All are looked at before one may match.
            let classes = try tuple.items.map { (item) throws(Raised) in
                guard case .type(let type) = item, type.layout == .exception else { throw Interpreter.notCatchable }
                return type
            }
            return classes.contains { exception.type.isSubtype(of: $0) }
        default: throw Interpreter.notCatchable
        }
    }

    private static var notCatchable: Raised { .type("catching classes that do not inherit from BaseException is not allowed") }

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
                    Native("with_traceback(self, tb, /)", "Set self.__traceback__ and return self.") { call in
                        if case .instance(let instance) = call[0] { try call.interpreter.setTraceback(of: instance.exception, call[1]) }
                        return call[0]
                    },
                    Native("add_note(self, note, /)", "Add a note that is shown in the traceback.") { call in
                        guard case .instance(let instance) = call[0] else { return .none }
                        guard case .str = call.plain(1) else {
                            throw Raised.type("note must be a str, not '\(call.interpreter.typeName(of: call[1]))'")
                        }
                        let notes = try call.interpreter.find(call[0], Symbol(.__notes__)) ?? .list([])
                        guard case .list(let list) = call.interpreter.plain(notes) else {
                            throw Raised.type("Cannot add note: __notes__ is not a list")
                        }
                        list.append(call[1])
                        if list.count == 1 { try call.interpreter.setPlainAttribute(instance, call[0], Symbol(.__notes__), notes) }
                        return .none
                    },
                ],
                properties: Interpreter.exceptionProperties)
        }
        defineExceptionKinds()
        defineTraceback()
    }

    private static func state(
        _ name: String, get: @escaping (Interpreter, InstanceExtra) -> Value, set: @escaping (Call, InstanceExtra, Value) throws -> Void
    ) -> NativeProperty {
        NativeProperty(
            name,
            get: { call in
                guard case .instance(let instance) = call[0] else { return .none }
                return get(call.interpreter, instance.exception)
            },
            set: { call in
                if case .instance(let instance) = call[0] { try set(call, instance.exception, call[1]) }
                return .none
            },
            delete: { _ in throw Raised.type("\(name) may not be deleted") })
    }

    private static var exceptionProperties: [NativeProperty] {
        func exceptionOrNone(_ value: Value, _ what: String) throws -> Value {
            if value.isNone { return value }
            if case .instance(let instance) = value, instance.type.layout == .exception { return value }
            throw Raised.type("exception \(what) must be None or derive from BaseException")
        }
        return [
            state(
                "args", get: { .tuple($1.arguments ?? TupleObject([])) },
                set: { call, state, value in state.arguments = TupleObject(try call.interpreter.items(of: value)) }),
            state(
                "__cause__", get: { $1.cause },
                set: { _, state, value in
                    state.cause = try exceptionOrNone(value, "cause")
                    state.suppressContext = true
                }),
            state("__context__", get: { $1.context }, set: { $1.context = try exceptionOrNone($2, "context") }),
            state(
                "__suppress_context__", get: { .bool($1.suppressContext) },
                set: { _, state, value in
                    guard case .bool(let flag) = value else { throw Raised.type("attribute value type must be bool") }
                    state.suppressContext = flag
                }),
            state("__traceback__", get: { $0.traceback(of: $1) }, set: { call, state, value in try call.interpreter.setTraceback(of: state, value) }),
        ]
    }

    func textOfException(_ value: Value) throws(Raised) -> StrObject {
        try checkStack()
        guard case .instance(let instance) = value, let arguments = instance.exception.arguments else { return .empty }
        if instance.type.isSubtype(of: types.exception(.keyError)), arguments.count == 1 { return try repr(arguments[0]) }
        switch arguments.count {
        case 0: return .empty
        case 1: return try str(arguments[0])
        default: return try repr(.tuple(arguments))
        }
    }
}
