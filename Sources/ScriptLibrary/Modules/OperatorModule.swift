import ScriptRuntime

/// `operator`: the operators as functions, and getters for sorting.
enum OperatorModule {
    static var module: NativeModule {
        NativeModule(
            "operator", doc: "The operators as functions.", functions: arithmetic + comparing + items + underscored,
            members: { interpreter in OperatorGetter.types.map { ($0.name, .type(interpreter.define($0))) } })
    }

    private static var arithmetic: [Native] {
        let binary: [(String, BinaryOperation)] = [
            ("add", .add), ("sub", .subtract), ("mul", .multiply), ("matmul", .matrixMultiply), ("truediv", .trueDivide),
            ("floordiv", .floorDivide), ("mod", .modulo), ("pow", .power), ("lshift", .leftShift), ("rshift", .rightShift),
            ("and_", .and), ("or_", .or), ("xor", .xor),
        ]
        let unary: [(String, UnaryOperation)] = [("neg", .negative), ("pos", .positive), ("invert", .invert), ("inv", .invert)]
        return binary.flatMap { name, operation in
            [
                Native("\(name)(a, b, /)", "Same as a \(operation.symbol) b.") { try $0.interpreter.binary(operation, $0[0], $0[1]) },
                Native("i\(name.hasSuffix("_") ? String(name.dropLast()) : name)(a, b, /)", "Same as a \(operation.symbol)= b.") {
                    try $0.interpreter.binaryInPlace(operation, $0[0], $0[1])
                },
            ]
        }
            + unary.map { name, operation in
                Native("\(name)(a, /)", "Same as \(operation.symbol)a.") { try $0.interpreter.unary(operation, $0[0]) }
            } + [
                Native("concat(a, b, /)", "Same as a + b, for a and b sequences.") { try $0.interpreter.binary(.add, $0[0], $0[1]) },
                Native("iconcat(a, b, /)", "Same as a += b, for a and b sequences.") { call in
                    guard call.interpreter.method(call[0], "__getitem__") != nil else {
                        throw Raised.type("'\(call.interpreter.typeName(of: call[0]))' object can't be concatenated")
                    }
                    return try call.interpreter.binaryInPlace(.add, call[0], call[1])
                },
                Native("abs(a, /)", "Same as abs(a).") { try $0.interpreter.callBuiltin("abs", [$0[0]]) },
                Native("call(obj, /, *args, **kwargs)", "Same as obj(*args, **kwargs).") { call in
                    try call.interpreter.call(call[0], call.rest(1), keywords: call.keywords(2).map { (Symbol($0.name), $0.value) })
                },
                Native("index(a, /)", "Same as a.__index__().") { .integer(try $0.interpreter.anyInteger($0[0])) },
            ]
    }

    private static var comparing: [Native] {
        let operations: [(String, ComparisonOperation)] = [
            ("lt", .less), ("le", .lessOrEqual), ("eq", .equal), ("ne", .notEqual), ("ge", .greaterOrEqual), ("gt", .greater),
        ]
        return operations.map { name, operation in
            Native("\(name)(a, b, /)", "Same as a \(operation.symbol) b.") { try $0.interpreter.compare(operation, $0[0], $0[1]) }
        } + [
            Native("not_(a, /)", "Same as not a.") { .bool(try !$0.truth(0)) },
            Native("truth(a, /)", "Return True if a is true, False otherwise.") { .bool(try $0.truth(0)) },
            Native("is_(a, b, /)", "Same as a is b.") { .bool($0[0].isIdentical(to: $0[1])) },
            Native("is_not(a, b, /)", "Same as a is not b.") { .bool(!$0[0].isIdentical(to: $0[1])) },
        ]
    }

    /// `operator.__add__` and its like: the same functions under the names of the methods.
    private static var underscored: [Native] {
        let plain: Set = ["countOf", "indexOf", "length_hint", "truth", "is_", "is_not", "inv"]
        return (arithmetic + comparing + items).filter { !plain.contains($0.name) }.map { native in
            let name = native.name.hasSuffix("_") ? String(native.name.dropLast()) : native.name
            return Native("__\(name)__" + native.declaration.dropFirst(native.name.count), native.doc, native.body)
        }
    }

    private static var items: [Native] {
        [
            Native("getitem(a, b, /)", "Same as a[b].") { try $0.interpreter.item(of: $0[0], at: $0[1]) },
            Native("setitem(a, b, c, /)", "Same as a[b] = c.") { call in
                try call.interpreter.setItem(of: call[0], at: call[1], to: call[2])
                return .none
            },
            Native("delitem(a, b, /)", "Same as del a[b].") { call in
                try call.interpreter.deleteItem(of: call[0], at: call[1])
                return .none
            },
            Native("contains(a, b, /)", "Same as b in a.") { .bool(try $0.interpreter.contains($0[0], $0[1])) },
            Native("countOf(a, b, /)", "Return the number of items in a which are equal to b.") { call in
                .int(try call.items(0).reduce(0) { try call.interpreter.same($1, call[1]) ? $0 + 1 : $0 })
            },
            Native("indexOf(a, b, /)", "Return the first index of b in a.") { call in
                for (index, item) in try call.items(0).enumerated() where try call.interpreter.same(item, call[1]) { return .int(index) }
                throw Raised.value("sequence.index(x): x not in sequence")
            },
            Native("length_hint(obj, default=0, /)", "Return an estimate of the number of items in obj.") { call in
                let fallback = try call.int(1)
                return .int(try call.interpreter.lengthHint(call[0]) ?? fallback)
            },
        ]
    }
}
