import BigInt

/// `a + b` and its like, for every kind of operand. The VM has its own fast paths for small numbers.
extension Interpreter {
    /// The value of `a op b`.
    public func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value {
        if let result = try number(operation, a, b) { return result }
        switch (a, b) {
        case (.instance, _), (_, .instance), (.host, _), (_, .host):
            if let result = try binaryOfObjects(operation, a, b) { return result }
            let (x, y) = (plain(a), plain(b))
            if Tag.payload(x) != Tag.payload(a) || Tag.payload(y) != Tag.payload(b) {
                if case .host = x { break }
                if case .host = y { break }
                do { return try binary(operation, x, y) } catch {
                    // The message names the classes of the operands themselves.
                    guard case .pending(.typeError, let message, _, _) = error.content else { throw error }
                    if message.hasPrefix("unsupported operand") { throw unsupported(operation.symbol, a, b) }
                    guard message.hasPrefix("can only concatenate") else { throw error }
                    throw .type(message.replacing("(not \"\(typeName(of: y))\")", with: "(not \"\(typeName(of: b))\")"))
                }
            }
            if let result = try sequence(operation, a, b) { return result }
        default:
            if let result = try sequence(operation, a, b) { return result }
            // Methods of built-in classes: `%` of str, operators of library types.
            if let method = type(of: a).lookup(Interpreter.dunder(operation)) {
                let result = try callMethod(method, a, b)
                if !result.isNotImplemented { return result }
            }
            if let method = type(of: b).lookup(Interpreter.reflected(operation)) {
                let result = try callMethod(method, b, a)
                if !result.isNotImplemented { return result }
            }
        }
        if operation == .or, let union = try union(a, b) { return union }
        throw unsupported(operation.symbol, a, b)
    }

    /// The value of `a op= b`: in place where the left operand can.
    public func binaryInPlace(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value {
        switch a {
        case .list(let list):
            if operation == .add {
                try extend(list, b)
                return a
            }
            if operation == .multiply, case .int(let times) = b {
                let result = try repeated(list, times)
                list.swapContents(with: result)
                return a
            }
        case .set(let set) where !set.isFrozen:
            if case .set(let other) = plain(b), try update(set, operation, other) { return a }
        case .dict(let dict):
            if operation == .or {
                try merge(dict, b)
                return a
            }
        case .host(let box):
            if let method = box.type.lookup(Symbol(Interpreter.inPlace(operation))) {
                let result = try callMethod(method, a, b)
                if !result.isNotImplemented { return result }
            }
        case .instance(let instance):
            if let method = instance.type.lookup(Symbol(Interpreter.inPlace(operation))) {
                let result = try callMethod(method, a, b)
                if !result.isNotImplemented { return result }
            }
            // The base part changes, and the instance stays what it is.
            switch (instance.base, operation) {
            case (.list, .add) where instance.type.overrides(.__add__) == nil, (.dict, .or),
                (.set, .or), (.set, .and), (.set, .subtract), (.set, .xor):
                let result = try binaryInPlace(operation, instance.base, b)
                return result.isIdentical(to: instance.base) ? a : result
            case (.list, .multiply):
                guard case .int = plain(b) else { break }
                _ = try binaryInPlace(operation, instance.base, plain(b))
                return a
            default: break
            }
        default: break
        }
        do { return try binary(operation, a, b) } catch {
            guard case .pending(.typeError, let message, _, _) = error.content, message.hasPrefix("unsupported operand") else { throw error }
            throw unsupported(operation.symbol + "=", a, b)
        }
    }

    private func unsupported(_ symbol: String, _ a: Value, _ b: Value) -> Raised {
        let shown = symbol == "**" ? "** or pow()" : symbol
        var advice = ""
        if symbol == ">>", case .native(let native) = a, native.owner == nil, native.name == "print" {
            advice = ". Did you mean \"print(<message>, file=<output_stream>)\"?"
        }
        return .type("unsupported operand type(s) for \(shown): '\(typeName(of: a))' and '\(typeName(of: b))'\(advice)")
    }

    /// The value of `-a`, `+a`, `~a`.
    public func unary(_ operation: UnaryOperation, _ a: Value) throws(Raised) -> Value {
        switch (operation, a) {
        case (.negative, .int(let value)):
            let (result, overflow) = (0).subtractingReportingOverflow(value)
            return overflow ? .integer(-BigInt(value)) : .int(result)
        case (.negative, .float(let value)): return distinct(-value)
        case (.positive, .int), (.positive, .float), (.positive, .bigInt): return a
        case (.invert, .int(let value)): return .int(~value)
        case (_, .bool(let value)): return try unary(operation, .int(value ? 1 : 0))
        case (.negative, .bigInt(let object)): return .integer(-object.value)
        case (.invert, .bigInt(let object)): return .integer(-object.value - 1)
        case (_, .host(let box)):
            if let object = box.object.asArithmetic,
                let result = try converting({ try object.unary(operation, self) })
            {
                return result
            }
        default: break
        }
        let name: Dunder = operation == .negative ? .__neg__ : operation == .positive ? .__pos__ : .__invert__
        if let method = type(of: a).lookup(name) { return try callMethod(method, a) }
        if case .instance(let instance) = a, !instance.base.isUndefined {
            switch instance.base {
            case .int, .float, .bigInt, .bool, .host: return try unary(operation, instance.base)
            default: break
            }
        }
        throw .type("bad operand type for unary \(operation.symbol): '\(typeName(of: a))'")
    }

    // MARK: - Objects

    private func binaryOfObjects(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
        let typeA = type(of: a)
        let typeB = type(of: b)
        let reflected = Interpreter.reflected(operation)
        var reflectedFirst = false
        if typeA !== typeB, typeB.isSubtype(of: typeA), let own = typeB.lookup(reflected) {
            // A subclass goes first when it has a reflected method of its own.
            if let inherited = typeA.lookup(reflected), inherited.isIdentical(to: own) {
            } else {
                reflectedFirst = true
                let result = try callMethod(own, b, a)
                if !result.isNotImplemented { return result }
            }
        }
        if let method = typeA.lookup(Interpreter.dunder(operation)) {
            let result = try callMethod(method, a, b)
            if !result.isNotImplemented { return result }
        }
        if case .host(let box) = plain(a), let object = box.object.asArithmetic,
            let result = try converting({ try object.binary(operation, b, reflected: false, self) })
        {
            return result
        }
        if !reflectedFirst, typeA !== typeB || !typeA.isScriptClass, let method = typeB.lookup(reflected) {
            let result = try callMethod(method, b, a)
            if !result.isNotImplemented { return result }
        }
        if case .host(let box) = plain(b), let object = box.object.asArithmetic,
            let result = try converting({ try object.binary(operation, a, reflected: true, self) })
        {
            return result
        }
        return nil
    }

    static func dunder(_ operation: BinaryOperation) -> Dunder {
        switch operation {
        case .add: .__add__
        case .subtract: .__sub__
        case .multiply: .__mul__
        case .matrixMultiply: .__matmul__
        case .trueDivide: .__truediv__
        case .floorDivide: .__floordiv__
        case .modulo: .__mod__
        case .power: .__pow__
        case .leftShift: .__lshift__
        case .rightShift: .__rshift__
        case .and: .__and__
        case .or: .__or__
        case .xor: .__xor__
        }
    }

    static func reflected(_ operation: BinaryOperation) -> Dunder {
        switch operation {
        case .add: .__radd__
        case .subtract: .__rsub__
        case .multiply: .__rmul__
        case .matrixMultiply: .__rmatmul__
        case .trueDivide: .__rtruediv__
        case .floorDivide: .__rfloordiv__
        case .modulo: .__rmod__
        case .power: .__rpow__
        case .leftShift: .__rlshift__
        case .rightShift: .__rrshift__
        case .and: .__rand__
        case .or: .__ror__
        case .xor: .__rxor__
        }
    }

    static func inPlace(_ operation: BinaryOperation) -> Dunder {
        switch operation {
        case .add: .__iadd__
        case .subtract: .__isub__
        case .multiply: .__imul__
        case .matrixMultiply: .__imatmul__
        case .trueDivide: .__itruediv__
        case .floorDivide: .__ifloordiv__
        case .modulo: .__imod__
        case .power: .__ipow__
        case .leftShift: .__ilshift__
        case .rightShift: .__irshift__
        case .and: .__iand__
        case .or: .__ior__
        case .xor: .__ixor__
        }
    }
}
