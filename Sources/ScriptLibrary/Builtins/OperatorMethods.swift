import ScriptRuntime

/// `int.__add__`, `set.__and__`, `str.__str__`: the operators of the built-in types under their names, from one table.
///
/// Operations themselves take their direct way in the runtime and never look here (`Interpreter.answer`).
enum OperatorMethods {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        let integers = arithmetic + bits
        answer(interpreter, types.int, integers.flatMap { [direct($0, isInt), reflected($0, isInt)] } + integerUnary + powers(isInt) + plain)
        answer(interpreter, types.float, arithmetic.flatMap { [direct($0, isReal), reflected($0, isReal)] } + realUnary + powers(isReal) + plain)
        answer(interpreter, types.bool, logical.flatMap { [direct($0, isInt), reflected($0, isInt)] })
        for type in [types.list, types.tuple, types.str, types.bytes] { answer(interpreter, type, joining + plain) }
        for type in [types.str, types.bytes] { answer(interpreter, type, templates) }
        answer(interpreter, types.list, [changing("add", .add), changing("mul", .multiply), reversing])
        let unions: [Operator] = [("or", .or)]
        answer(interpreter, types.dict, unions.flatMap { [direct($0, isDict), reflected($0, isDict)] } + [changing("or", .or)] + plain)
        for type in [types.set, types.frozenset] {
            answer(interpreter, type, sets.flatMap { [direct($0, isSet), reflected($0, isSet)] } + plain)
        }
        answer(interpreter, types.set, sets.map { changing($0.name, $0.operation, isSet) })
        answer(interpreter, types.range, [truth, reversing] + plain)
        answer(interpreter, types.noneType, [truth] + plain)
        for type in [types.ellipsis, types.notImplementedType, types.slice] { answer(interpreter, type, plain) }
        for type in [types.function, types.builtinFunction, types.method, types.type] { answer(interpreter, type, [call]) }
    }

    private static func answer(_ interpreter: Interpreter, _ type: TypeObject, _ natives: @autoclosure @escaping () -> [Native]) {
        interpreter.answer(type) { [unowned type] in
            natives().map { native in
                Native(native.declaration, native.doc) { [unowned type] call in
                    guard call.interpreter.type(of: call[0]).isSubtype(of: type) else { throw wrongReceiver(call, native.name, type.name) }
                    return try native.body(call)
                }
            }
        }
    }

    /// For an operator's method that was called by name with something else in front.
    static func wrongReceiver(_ call: Call, _ name: String, _ type: String) -> Raised {
        Raised.type("descriptor '\(name)' requires a '\(type)' object but received a '\(call.interpreter.type(of: call[0]).name)'")
    }

    // MARK: - Operators

    private typealias Operator = (name: String, operation: BinaryOperation)

    private static let arithmetic: [Operator] = [
        ("add", .add), ("sub", .subtract), ("mul", .multiply), ("truediv", .trueDivide), ("floordiv", .floorDivide), ("mod", .modulo),
    ]
    private static let logical: [Operator] = [("and", .and), ("or", .or), ("xor", .xor)]
    private static let bits: [Operator] = [("lshift", .leftShift), ("rshift", .rightShift)] + logical
    private static let sets: [Operator] = [("sub", .subtract)] + logical

    private static func isInt(_ value: Value) -> Bool { value.asBigInt != nil }
    private static func isReal(_ value: Value) -> Bool { BuiltinFunctions.isNumber(value) }
    private static func isDict(_ value: Value) -> Bool { if case .dict = value { true } else { false } }
    private static func isSet(_ value: Value) -> Bool { if case .set = value { true } else { false } }
    private static func isAnything(_ value: Value) -> Bool { true }

    private static func direct(_ row: Operator, _ takes: @escaping (Value) -> Bool) -> Native {
        Native("__\(row.name)__(self, value, /)", "Return self\(row.operation.symbol)value.") { call in
            guard takes(call.plain(1)) else { return .notImplemented }
            return try call.interpreter.binary(row.operation, call.plain(0), call.plain(1))
        }
    }

    private static func reflected(_ row: Operator, _ takes: @escaping (Value) -> Bool) -> Native {
        Native("__r\(row.name)__(self, value, /)", "Return value\(row.operation.symbol)self.") { call in
            guard takes(call.plain(1)) else { return .notImplemented }
            return try call.interpreter.binary(row.operation, call.plain(1), call.plain(0))
        }
    }

    private static func changing(
        _ name: String, _ operation: BinaryOperation, _ takes: @escaping (Value) -> Bool = isAnything
    ) -> Native {
        Native("__i\(name)__(self, value, /)", "Implement self\(operation.symbol)=value.") { call in
            guard takes(call.plain(1)) else { return .notImplemented }
            let other: Value = operation == .multiply ? .int(try call.int(1)) : call.plain(1)
            _ = try call.interpreter.binaryInPlace(operation, call.plain(0), other)
            return call[0]
        }
    }

    private static func powers(_ takes: @escaping (Value) -> Bool) -> [Native] {
        func both(_ call: Call, _ doing: (Value, Value) throws -> Value) rethrows -> Value {
            takes(call.plain(1)) ? try doing(call.plain(0), call.plain(1)) : .notImplemented
        }
        return [
            Native("__pow__(self, value, mod=None, /)", "Return pow(self, value, mod).") { call in
                try both(call) { try call.interpreter.callBuiltin("pow", [$0, $1, call.plain(2)]) }
            },
            Native("__rpow__(self, value, mod=None, /)", "Return pow(value, self, mod).") { call in
                try both(call) { try call.interpreter.callBuiltin("pow", [$1, $0, call.plain(2)]) }
            },
            Native("__divmod__(self, value, /)", "Return divmod(self, value).") { call in
                try both(call) { try call.interpreter.callBuiltin("divmod", [$0, $1]) }
            },
            Native("__rdivmod__(self, value, /)", "Return divmod(value, self).") { call in
                try both(call) { try call.interpreter.callBuiltin("divmod", [$1, $0]) }
            },
        ]
    }

    // MARK: - Other methods

    private static func unary(_ name: String, _ doc: String, _ operation: UnaryOperation) -> Native {
        Native("__\(name)__(self, /)", doc) { try $0.interpreter.unary(operation, $0.plain(0)) }
    }

    private static var signs: [Native] {
        [
            unary("neg", "-self", .negative), unary("pos", "+self", .positive), truth,
            Native("__abs__(self, /)", "abs(self)") { try $0.interpreter.callBuiltin("abs", [$0.plain(0)]) },
        ]
    }
    private static var integerUnary: [Native] { signs + [unary("invert", "~self", .invert)] }
    private static var realUnary: [Native] { signs }

    private static var truth: Native {
        Native("__bool__(self, /)", "True if self else False") { .bool(try $0.interpreter.truth($0.plain(0))) }
    }

    /// `+` and `*` of sequences.
    private static var joining: [Native] {
        func repeated(_ name: String, _ doc: String) -> Native {
            Native("\(name)(self, value, /)", doc) { call in
                try call.interpreter.binary(.multiply, call.plain(0), .int(call.int(1)))
            }
        }
        return [
            direct(("add", .add), isAnything), repeated("__mul__", "Return self*value."), repeated("__rmul__", "Return value*self."),
        ]
    }

    /// `%` of texts from the right; that from the left is among their own methods.
    private static var templates: [Native] {
        [
            Native("__rmod__(self, value, /)", "Return value%self.") { call in
                let (template, value) = (call.plain(1), call.plain(0))
                switch (template, value) {
                case (.str, .str), (.bytes, .bytes): return try call.interpreter.binary(.modulo, template, value)
                default: return .notImplemented
                }
            }
        ]
    }

    /// What every type has, for the value itself: a subclass that overrides one reaches it by these names.
    private static var plain: [Native] {
        [
            Native("__str__(self, /)", "Return str(self).") { .str(try $0.interpreter.str($0.plain(0))) },
            Native("__hash__(self, /)", "Return hash(self).") { .int(try $0.interpreter.hash($0.plain(0))) },
            Native("__repr__(self, /)", "Return repr(self).") { .str(try $0.interpreter.repr($0.plain(0))) },
        ]
    }

    private static var reversing: Native {
        Native("__reversed__(self, /)", "Return a reverse iterator.") { try $0.interpreter.callBuiltin("reversed", [$0.plain(0)]) }
    }

    private static var call: Native {
        Native("__call__(self, /, *args, **kwargs)", "Call self as a function.") { call in
            try call.interpreter.call(call[0], call.rest(1), keywords: call.keywords(2).map { (Symbol($0.name), $0.value) })
        }
    }
}
