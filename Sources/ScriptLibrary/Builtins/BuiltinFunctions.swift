import BigInt
import ScriptRuntime
import ScriptSyntax

/// The built-in functions on values: sizes, order, numbers, characters, attributes.
enum BuiltinFunctions {
    static var all: [Native] { numbers + characters + order + iteration + attributes + objects }

    // MARK: - Numbers

    private static var numbers: [Native] {
        [
            Native("abs(x, /)", "Return the absolute value of the argument.") { call in
                switch call.plain(0) {
                case .int(let value) where value != .min: return .int(value < 0 ? -value : value)
                case .int(let value): return .integer(BigInt(value).magnitude.signed)
                case .float(let value): return call.interpreter.distinct(value.magnitude)
                case .bool(let value): return .int(value ? 1 : 0)
                case .bigInt(let object): return .integer(object.value.magnitude.signed)
                default:
                    guard let method = call.interpreter.method(call[0], "__abs__") else {
                        throw Raised.type("bad operand type for abs(): '\(call.interpreter.typeName(of: call[0]))'")
                    }
                    return try call.interpreter.callMethod(method, call[0])
                }
            },
            Native("divmod(x, y, /)", "Return the tuple (x//y, x%y).") { call in
                let interpreter = call.interpreter
                if let method = interpreter.method(call[0], "__divmod__") {
                    let result = try interpreter.callMethod(method, call[0], call[1])
                    if !result.isNotImplemented { return result }
                }
                if let method = interpreter.method(call[1], "__rdivmod__") {
                    let result = try interpreter.callMethod(method, call[1], call[0])
                    if !result.isNotImplemented { return result }
                }
                guard isNumber(call.plain(0)), isNumber(call.plain(1)) else {
                    throw Raised.type(
                        "unsupported operand type(s) for divmod(): '\(interpreter.typeName(of: call[0]))' and '\(interpreter.typeName(of: call[1]))'")
                }
                if isZero(call.plain(1)) {
                    if case .float = call.plain(0) { throw Raised(.zeroDivisionError, "float divmod()") }
                    if case .float = call.plain(1) { throw Raised(.zeroDivisionError, "float divmod()") }
                }
                let quotient = try interpreter.binary(.floorDivide, call[0], call[1])
                return .tuple([quotient, try interpreter.binary(.modulo, call[0], call[1])])
            },
            Native("pow(base, exp, mod=None)", "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.", power),
            Native("round(number, ndigits=None)", "Round a number to a given precision in decimal digits.") { call in
                guard let method = call.interpreter.method(call[0], "__round__") else {
                    throw Raised.type("type \(call.interpreter.typeName(of: call[0])) doesn't define __round__ method")
                }
                if call[1].isNone { return try call.interpreter.callMethod(method, call[0]) }
                return try call.interpreter.callMethod(method, call[0], call[1])
            },
            Native("sum(iterable, /, start=0)", "Return the sum of a start value (default: 0) plus an iterable of numbers.", sum),
            radix("bin", 2, "0b", "binary"), radix("oct", 8, "0o", "octal"), radix("hex", 16, "0x", "hexadecimal"),
        ]
    }

    static func isNumber(_ value: Value) -> Bool {
        switch value {
        case .int, .float, .bool, .bigInt: true
        default: false
        }
    }

    private static func isZero(_ value: Value) -> Bool {
        switch value {
        case .int(let value): value == 0
        case .float(let value): value == 0
        case .bool(let value): !value
        default: false
        }
    }

    private static func radix(_ name: String, _ radix: Int, _ prefix: String, _ adjective: String) -> Native {
        Native("\(name)(number, /)", "Return the \(adjective) representation of an integer.") { call in
            let value: Value = .integer(try call.interpreter.anyInteger(call[0]))
            let digits = try IntText.digits(value, radix: radix, call.interpreter)
            return .str(digits.hasPrefix("-") ? "-" + prefix + digits.dropFirst() : prefix + digits)
        }
    }

    private static func power(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        if call[2].isNone { return try interpreter.binary(.power, call[0], call[1]) }
        if case .instance(let instance) = call[0], let method = interpreter.overriding(instance, "__pow__") {
            let result = try interpreter.callMethod(method, call[0], call[1], call[2])
            if !result.isNotImplemented { return result }
        }
        guard let base = call.plain(0).asBigInt, let exponent = call.plain(1).asBigInt, let modulus = call.plain(2).asBigInt else {
            if let method = interpreter.method(call[0], "__pow__"), case .instance = call[0] {
                return try interpreter.callMethod(method, call[0], call[1], call[2])
            }
            // A float answers wherever it stands.
            if [0, 1, 2].contains(where: { if case .float = call.plain($0) { true } else { false } }) {
                throw Raised.type("pow() 3rd argument not allowed unless all arguments are integers")
            }
            let names = [0, 1, 2].map { "'\(interpreter.typeName(of: call[$0]))'" }.joined(separator: ", ")
            throw Raised.type("unsupported operand type(s) for ** or pow(): \(names)")
        }
        if modulus.isZero { throw Raised.value("pow() 3rd argument cannot be 0") }
        let magnitude = BigInt(modulus.magnitude)
        if magnitude == 1 { return .int(0) }
        var start = try interpreter.flooredQuotient(base, magnitude).remainder
        if exponent.sign == .minus {
            guard let inverse = try interpreter.inverse(start, modulo: magnitude) else {
                throw Raised.value("base is not invertible for the given modulus")
            }
            start = inverse
        }
        var result = try interpreter.power(start, exponent.magnitude, modulo: magnitude)
        if modulus.sign == .minus, !result.isZero { result += modulus }
        return .integer(result)
    }

    private static func sum(_ call: Call) throws -> Value {
        let interpreter = call.interpreter
        var total = call[1]
        switch interpreter.plain(total) {
        case .str: throw Raised.type("sum() can't sum strings [use ''.join(seq) instead]")
        case .bytes: throw Raised.type("sum() can't sum bytes [use b''.join(seq) instead]")
        default: break
        }
        try interpreter.forEach(call[0]) { item in
            switch (total, item) {
            case (.int(let a), .int(let b)):
                let (sum, overflow) = a.addingReportingOverflow(b)
                total = overflow ? .integer(BigInt(a) + BigInt(b)) : .int(sum)
            case (.float(let a), .float(let b)): total = interpreter.distinct(a + b)
            case (.float(let a), .int(let b)): total = interpreter.distinct(a + Double(b))
            default: total = try interpreter.binary(.add, total, item)
            }
            return true
        }
        return total
    }

    // MARK: - Characters

    private static var characters: [Native] {
        [
            Native("chr(i, /)", "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.") { call in
                let code: Int
                if case .bigInt = call.plain(0) { throw Raised(.overflowError, "Python int too large to convert to C int") }
                code = try call.int(0)
                if Int32(exactly: code) == nil { throw Raised(.overflowError, "Python int too large to convert to C int") }
                guard code >= 0, code < 0x110000 else { throw Raised.value("chr() arg not in range(0x110000)") }
                return .str(.character(UInt32(code)))
            },
            Native("ord(c, /)", "Return the Unicode code point for a one-character string.") { call in
                switch call.plain(0) {
                case .str(let text):
                    guard text.count == 1 else { throw Raised.type("ord() expected a character, but string of length \(text.count) found") }
                    return .int(Int(text[0]))
                case .bytes(let bytes):
                    guard bytes.count == 1 else { throw Raised.type("ord() expected a character, but string of length \(bytes.count) found") }
                    return .int(Int(bytes.bytes[0]))
                default:
                    throw Raised.type("ord() expected string of length 1, but \(call.interpreter.typeName(of: call[0])) found")
                }
            },
            Native("repr(obj, /)", "Return the canonical string representation of the object.") { call in
                try ownRepr(call) ?? .str(call.interpreter.repr(call[0]))
            },
            Native("ascii(obj, /)", "Return an ASCII-only representation of an object.") { call in
                let own = try ownRepr(call)
                if let own, case .str(let text) = call.interpreter.plain(own) {
                    return text.all({ $0 < 128 }) ? own : .str(Quoting.ascii(text))
                }
                return .str(Quoting.ascii(try call.interpreter.repr(call[0])))
            },
            Native("format(value, format_spec='', /)", "Return type(value).__format__(value, format_spec).") { call in
                .str(try call.interpreter.format(call[0], call.text(1, "format() argument 2 must be str")))
            },
        ]
    }

    /// What a `__repr__` in script gives, as it is when its class derives from str.
    private static func ownRepr(_ call: Call) throws -> Value? {
        guard case .instance(let instance) = call[0], let method = call.interpreter.overriding(instance, "__repr__") else { return nil }
        let shown = try call.interpreter.callMethod(method, call[0])
        guard case .str = call.interpreter.plain(shown) else {
            throw Raised.type("__repr__ returned non-string (type \(call.interpreter.typeName(of: shown)))")
        }
        return shown
    }

    // MARK: - Order

    private static var order: [Native] {
        [
            Native("sorted(iterable, /, *, key=None, reverse=False)", "Return a new list containing all items from the iterable in ascending order.")
            { call in
                let list = try call.interpreter.newList(of: call[0])
                try Sorting.sort(list, key: call[1], reverse: call.truth(2), call.interpreter)
                return .list(list)
            },
            Native("min(*args, key=None, default=<unset>)", "The smallest item of an iterable or of several arguments.") {
                try extreme($0, "min", .less)
            },
            Native("max(*args, key=None, default=<unset>)", "The biggest item of an iterable or of several arguments.") {
                try extreme($0, "max", .greater)
            },
            Native("any(iterable, /)", "Return True if bool(x) is True for any x in the iterable.") { call in
                var found = false
                try call.interpreter.forEach(call[0]) { item in
                    found = try call.interpreter.truth(item)
                    return !found
                }
                return .bool(found)
            },
            Native("all(iterable, /)", "Return True if bool(x) is True for all values x in the iterable.") { call in
                var holds = true
                try call.interpreter.forEach(call[0]) { item in
                    holds = try call.interpreter.truth(item)
                    return holds
                }
                return .bool(holds)
            },
        ]
    }

    private static func extreme(_ call: Call, _ name: String, _ wanted: ComparisonOperation) throws -> Value {
        let interpreter = call.interpreter
        let arguments = call.rest(0)
        guard let first = arguments.first else { throw Raised.type("\(name) expected at least 1 argument, got 0") }
        if arguments.count > 1 && call.has(2) {
            throw Raised.type("Cannot specify a default for \(name)() with multiple positional arguments")
        }
        var best: (item: Value, key: Value)?
        try interpreter.forEach(arguments.count > 1 ? .tuple(arguments) : first) { item in
            let key = call[1].isNone ? item : try interpreter.call(call[1], [item])
            if let known = best {
                if try interpreter.isTrue(wanted, key, known.key) { best = (item, key) }
            } else {
                best = (item, key)
            }
            return true
        }
        if let best { return best.item }
        if call.has(2) { return call[2] }
        throw Raised.value("\(name)() arg is an empty sequence")
    }

    // MARK: - Iteration

    private static var iteration: [Native] {
        [
            Native("len(obj, /)", "Return the number of items in a container.") { .int(try $0.interpreter.length($0[0])) },
            Native(
                "iter(object, sentinel=<unset>, /)",
                "Get an iterator from an object, or from a callable that is called until it returns the sentinel."
            ) { call in
                guard call.has(1) else { return try call.interpreter.iterate(call[0]) }
                guard call.interpreter.isCallable(call[0]) else { throw Raised.type("iter(v, w): v must be callable") }
                return .iterator(CallableIterator(drawingOn: [call[0], call[1]]))
            },
            Native("next(iterator, default=<unset>, /)", "Return the next item from the iterator; at its end default, or StopIteration.", next),
        ]
    }

    private static func next(_ call: Call) throws -> Value {
        if case .iterator(let iterator) = call[0], !call.has(1) {
            if let generator = call.interpreter.method(call[0], "send"), case .native = generator {
                // A generator's StopIteration carries what it returned.
                guard let step = call.interpreter.method(call[0], "__next__") else { return .none }
                return try call.interpreter.callMethod(step, call[0])
            }
            if let value = try iterator.next(call.interpreter) { return value }
            throw Raised(.stopIteration, "")
        }
        if !call.has(1), let method = call.interpreter.method(call[0], "__next__") {
            return try call.interpreter.callMethod(method, call[0])
        }
        if let value = try call.interpreter.next(call[0]) { return value }
        if call.has(1) { return call[1] }
        throw Raised(.stopIteration, "")
    }

    // MARK: - Attributes

    private static func name(_ call: Call) throws -> Symbol {
        guard case .str(let name) = call.plain(1) else {
            throw Raised.type("attribute name must be string, not '\(call.interpreter.typeName(of: call[1]))'")
        }
        return Symbol(name)
    }

    private static var attributes: [Native] {
        [
            Native("getattr(object, name, default=<unset>, /)", "Get a named attribute from an object; default when it does not exist.") { call in
                let name = try name(call)
                guard call.has(2) else { return try call.interpreter.attribute(call[0], name) }
                return try call.interpreter.attributeOrNil(call[0], name) ?? call[2]
            },
            Native("hasattr(obj, name, /)", "Return whether the object has an attribute with the given name.") { call in
                .bool(try call.interpreter.attributeOrNil(call[0], name(call)) != nil)
            },
            Native("setattr(obj, name, value, /)", "Sets the named attribute on the given object to the specified value.") { call in
                try call.interpreter.setAttribute(call[0], name(call), call[2])
                return .none
            },
            Native("delattr(obj, name, /)", "Deletes the named attribute from the given object.") { call in
                try call.interpreter.deleteAttribute(call[0], name(call))
                return .none
            },
            Native("dir(object=<unset>, /)", "The names of an object's attributes, sorted; without one those of the names bound here.") { call in
                guard call.has(0) else { return .list(call.interpreter.localNames().map { .str($0) }) }
                if let method = call.interpreter.method(call[0], "__dir__"), case .function = method {
                    let names = try call.interpreter.newList(of: call.interpreter.callMethod(method, call[0]))
                    try Sorting.sort(names, key: .none, reverse: false, call.interpreter)
                    return .list(names)
                }
                return .list(call.interpreter.dir(call[0]).map { .str($0) })
            },
            Native("vars(object=<unset>, /)", "The __dict__ attribute of an object.") { call in
                guard call.has(0) else { throw Raised.refused(Diagnostic.refusal(ofBuiltin: "locals")) }
                guard let dict = try call.interpreter.attributeOrNil(call[0], "__dict__") else {
                    throw Raised.type("vars() argument must have __dict__ attribute")
                }
                return dict
            },
        ]
    }

    // MARK: - Objects

    private static var objects: [Native] {
        [
            Native("isinstance(obj, class_or_tuple, /)", "Return whether an object is an instance of a class or of a subclass thereof.") {
                .bool(try $0.interpreter.isInstance($0[0], of: $0[1]))
            },
            Native("issubclass(cls, class_or_tuple, /)", "Return whether cls is derived from another class or is the same class.") {
                .bool(try $0.interpreter.isSubclass($0[0], of: $0[1]))
            },
            Native("callable(obj, /)", "Return whether the object is callable.") { .bool($0.interpreter.isCallable($0[0])) },
            Native("id(obj, /)", "Return the identity of an object, a number that is its own as long as it lives.") { .int($0[0].identity) },
            Native("hash(obj, /)", "Return the hash value for the given object.") { .int(try $0.interpreter.hash($0[0])) },
        ]
    }
}

extension BigUInt {
    var signed: BigInt { BigInt(self) }
}
