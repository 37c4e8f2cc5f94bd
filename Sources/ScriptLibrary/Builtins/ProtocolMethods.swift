import ScriptRuntime

/// The special methods of the built-in types, for `super().__setitem__(...)`, `list.__len__` and the like. The runtime
/// carries the operations out itself; these are its answers under their names.
enum ProtocolMethods {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        let sequences = [types.list, types.tuple, types.str, types.bytes, types.range]
        extend(sequences + [types.dict, types.set, types.frozenset]) { container + common }
        extend(sequences + [types.dict]) { [getItem] }
        extend([types.list, types.dict]) { changing }
        extend([types.int, types.float]) { common + ordering }
        extend([types.list, types.tuple, types.str, types.bytes, types.set, types.frozenset]) { ordering }
        extend([types.dict]) { [reversed] }

        func extend(_ types: [TypeObject], _ methods: @escaping () -> [Native]) {
            // A class keeps this closure until its first use: it must not keep the class.
            for type in types { interpreter.extend(type) { [unowned type] in NativeType("", methods: methods().map { checked($0, type) }) } }
        }
    }

    /// The same for instances of the class only.
    private static func checked(_ native: Native, _ type: TypeObject) -> Native {
        Native(native.declaration, native.doc) { [unowned type] call in
            guard call.interpreter.type(of: call[0]).isSubtype(of: type) else { throw OperatorMethods.wrongReceiver(call, native.name, type.name) }
            return try native.body(call)
        }
    }

    private static var container: [Native] {
        [
            Native("__len__(self, /)", "Return len(self).") { .int(try $0.interpreter.length($0.plain(0))) },
            Native("__contains__(self, key, /)", "Return key in self.") { .bool(try $0.interpreter.contains($0.plain(0), $0[1])) },
            Native("__iter__(self, /)", "Implement iter(self).") { try $0.interpreter.iterate($0.plain(0)) },
        ]
    }

    private static var common: [Native] {
        [
            Native("__eq__(self, value, /)", "Return self==value.") { call in
                try compared(call, .equal)
            },
            Native("__ne__(self, value, /)", "Return self!=value.") { call in
                try compared(call, .notEqual)
            },
            Native("__repr__(self, /)", "Return repr(self).") { call in
                guard case .instance(let instance) = call[0] else { return .str(try call.interpreter.repr(call.plain(0))) }
                return .str(try call.interpreter.reprOfBase(instance))
            },
        ]
    }

    private static var getItem: Native {
        Native("__getitem__(self, key, /)", "Return self[key].") { call in
            if case .dict(let dict) = call.plain(0) {
                if let found = try call.interpreter.get(dict, call[1]) { return found }
                if case .instance = call[0], let method = call.interpreter.method(call[0], "__missing__") {
                    return try call.interpreter.callMethod(method, call[0], call[1])
                }
                throw Raised.key(call[1])
            }
            return try call.interpreter.item(of: call.plain(0), at: call[1])
        }
    }

    private static var changing: [Native] {
        [
            Native("__setitem__(self, key, value, /)", "Set self[key] to value.") { call in
                try call.interpreter.setItem(of: call.plain(0), at: call[1], to: call[2])
                return .none
            },
            Native("__delitem__(self, key, /)", "Delete self[key].") { call in
                try call.interpreter.deleteItem(of: call.plain(0), at: call[1])
                return .none
            },
        ]
    }

    private static var reversed: Native {
        Native("__reversed__(self, /)", "Return a reverse iterator over the keys.") { call in
            .iterator(DictIterator(try call.receiver(dict: "__reversed__"), .keys, isReversed: true))
        }
    }

    /// `NotImplemented` for a stranger, so that the other operand is asked.
    private static func compared(_ call: Call, _ operation: ComparisonOperation) throws -> Value {
        let (a, b) = (call.plain(0), call.plain(1))
        // An int leaves floats to the float.
        let isNumber = a.asBigInt == nil ? BuiltinFunctions.isNumber(a) && BuiltinFunctions.isNumber(b) : b.asBigInt != nil
        guard isNumber || call.interpreter.type(of: a) === call.interpreter.type(of: b) || bothSets(a, b) else { return .notImplemented }
        return try call.interpreter.compare(operation, a, b)
    }

    private static func bothSets(_ a: Value, _ b: Value) -> Bool {
        if case .set = a, case .set = b { return true }
        return false
    }

    private static var ordering: [Native] {
        let operations: [(String, ComparisonOperation)] = [
            ("__lt__", .less), ("__le__", .lessOrEqual), ("__gt__", .greater), ("__ge__", .greaterOrEqual),
        ]
        return operations.map { name, operation in
            Native("\(name)(self, value, /)", "Return self\(operation.symbol)value.") { try compared($0, operation) }
        }
    }
}
