import ScriptRuntime

/// A dict that scripts may only read: `types.MappingProxyType`.
final class MappingProxy: HostObject, HostIndexable, HostIterable, HostContainer, HostSized, HostComparable {
    private let dict: DictObject

    init(_ dict: DictObject) { self.dict = dict }

    var scriptTypeName: String { "mappingproxy" }
    var scriptSummary: String { "mappingproxy({...})" }

    static func install(in interpreter: Interpreter) {
        interpreter.readOnly = { [unowned interpreter] in interpreter.value(of: MappingProxy($0)) }
        func own(_ call: Call) throws -> DictObject { try call.host(0, as: MappingProxy.self).dict }
        func dict(_ value: Value) -> Value {
            if case .host(let box) = value, let proxy = box.object as? MappingProxy { return .dict(proxy.dict) }
            return value
        }
        interpreter.define(
            NativeType(
                "mappingproxy", doc: "A dict that can only be read.",
                methods: [
                    Native("__repr__(self, /)", "Return repr(self).") { call in
                        .str(StrObject.make("mappingproxy(") + (try call.interpreter.repr(.dict(own(call)))) + .character(41))
                    },
                    Native("__str__(self, /)", "Return str(self).") { .str(try $0.interpreter.repr(.dict(own($0)))) },
                    Native("keys(self, /)", "A view of the keys.") { DictView.value(try own($0), .keys, $0.interpreter) },
                    Native("values(self, /)", "A view of the values.") { DictView.value(try own($0), .values, $0.interpreter) },
                    Native("items(self, /)", "A view of the pairs.") { DictView.value(try own($0), .items, $0.interpreter) },
                    Native("get(self, key, default=None, /)", "The value of the key, or the default.") { call in
                        try call.interpreter.get(own(call), call[1]) ?? call[2]
                    },
                    Native("__getitem__(self, key, /)", "Return self[key].") { try $0.interpreter.item(of: .dict(own($0)), at: $0[1]) },
                    Native("__contains__(self, key, /)", "Return key in self.") { .bool(try $0.interpreter.contains(.dict(own($0)), $0[1])) },
                    Native("__len__(self, /)", "Return len(self).") { .int(try own($0).count) },
                    Native("__iter__(self, /)", "Implement iter(self).") { .iterator(DictIterator(try own($0), .keys)) },
                    Native("__reversed__(self, /)", "Return a reverse iterator over the keys.") {
                        .iterator(DictIterator(try own($0), .keys, isReversed: true))
                    },
                    Native("__or__(self, value, /)", "Return self|value.") { try $0.interpreter.binary(.or, .dict(own($0)), dict($0[1])) },
                    Native("__ror__(self, value, /)", "Return value|self.") { try $0.interpreter.binary(.or, dict($0[1]), .dict(own($0))) },
                    Native("__ior__(self, value, /)", "Refused: it can only be read.") { _ in
                        throw Raised.type("'|=' is not supported by mappingproxy; use '|' instead")
                    },
                    Native("copy(self, /)", "A dict of the same pairs.") { .dict(try own($0).copy()) },
                ], isInheritable: false))
    }

    // MARK: - Abilities

    func item(at index: Value, _ interpreter: Interpreter) throws -> Value { try interpreter.item(of: .dict(dict), at: index) }

    func iterate(_ interpreter: Interpreter) throws -> IteratorObject { DictIterator(dict, .keys) }

    func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool { try interpreter.contains(.dict(dict), value) }

    func length(_ interpreter: Interpreter) throws -> Int { dict.count }

    func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        if case .host(let box) = other, let other = box.object as? MappingProxy {
            return try interpreter.compare(operation, .dict(dict), .dict(other.dict))
        }
        return try interpreter.compare(operation, .dict(dict), other)
    }
}
