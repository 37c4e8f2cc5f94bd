import ScriptRuntime

/// `set` and `frozenset`: constructors and methods.
enum SetMethods {
    static func install(in interpreter: Interpreter) {
        let types = interpreter.types
        interpreter.setConstructor(
            of: types.set,
            Native("set(iterable=(), /)", "Build an unordered collection of unique elements.") { call in
                .set(try call.interpreter.newSet(of: call[0], isFrozen: false))
            })
        interpreter.setConstructor(
            of: types.frozenset,
            Native("frozenset(iterable=(), /)", "Build an immutable unordered collection of unique elements.") { call in
                if case .set(let set) = call[0], set.isFrozen { return call[0] }
                return .set(try call.interpreter.newSet(of: call[0], isFrozen: true))
            })
        interpreter.extend(types.set) { NativeType("set", methods: combining("set") + questions("set") + changing + updating) }
        interpreter.extend(types.frozenset) {
            NativeType("frozenset", methods: combining("frozenset") + questions("frozenset"))
        }
    }

    private static func others(_ call: Call, _ index: Int) throws -> [SetObject] {
        try call.rest(index).map { try call.interpreter.asSet($0) }
    }

    private static func combining(_ type: String) -> [Native] {
        func native(_ name: String, _ operation: BinaryOperation, _ doc: String) -> Native {
            Native("\(name)(self, /, *others)", doc) { call in
                let own = try call.receiver(set: name)
                try call.interpreter.charge(count: own.count, of: Interpreter.bytesPerEntry)
                var result = own.copy(isFrozen: own.isFrozen)
                for other in try others(call, 1) { result = try call.interpreter.combine(operation, result, other) }
                return .set(result)
            }
        }
        return [
            native("union", .or, "Return the union of sets as a new set."),
            native("intersection", .and, "Return the intersection of two or more sets as a new set."),
            native("difference", .subtract, "Return the difference of two or more sets as a new set."),
            Native("symmetric_difference(self, other, /)", "Return the symmetric difference of two sets as a new set.") { call in
                let own = try call.receiver(set: "symmetric_difference")
                return .set(try call.interpreter.combine(.xor, own, call.interpreter.asSet(call[1])))
            },
            Native("copy(self, /)", "Return a shallow copy of a set.") { call in
                let own = try call.receiver(set: "copy")
                if own.isFrozen, case .set = call[0] { return call[0] }
                try call.interpreter.charge(count: own.count, of: 32)
                return .set(own.copy(isFrozen: own.isFrozen))
            },
        ]
    }

    private static func questions(_ type: String) -> [Native] {
        [
            Native("isdisjoint(self, other, /)", "Return True if two sets have a null intersection.") { call in
                let own = try call.receiver(set: "isdisjoint")
                for item in try call.items(1) where try call.interpreter.contains(own, item) { return .false }
                return .true
            },
            Native("issubset(self, other, /)", "Report whether another set contains this set.") { call in
                let own = try call.receiver(set: "issubset")
                let other = try call.interpreter.asSet(call[1])
                return try call.interpreter.compare(.lessOrEqual, .set(own), .set(other))
            },
            Native("issuperset(self, other, /)", "Report whether this set contains another set.") { call in
                let own = try call.receiver(set: "issuperset")
                let other = try call.interpreter.asSet(call[1])
                return try call.interpreter.compare(.greaterOrEqual, .set(own), .set(other))
            },
        ]
    }

    private static var changing: [Native] {
        [
            Native("__init__(self, iterable=(), /)", "Initialize self.") { call in
                let set = try call.receiver(set: "__init__")
                set.removeAll()
                _ = try call.interpreter.binaryInPlace(.or, .set(set), .set(call.interpreter.newSet(of: call[1], isFrozen: false)))
                return .none
            },
            Native("add(self, element, /)", "Add an element to a set.") { call in
                try call.interpreter.charge(bytes: 32)
                try call.interpreter.insert(call.receiver(set: "add"), call[1])
                return .none
            },
            Native("discard(self, element, /)", "Remove an element from a set if it is a member.") { call in
                try call.interpreter.remove(call.receiver(set: "discard"), call[1])
                return .none
            },
            Native("remove(self, element, /)", "Remove an element from a set; KeyError if it is not a member.") { call in
                guard try call.interpreter.remove(call.receiver(set: "remove"), call[1]) else { throw Raised.key(call[1]) }
                return .none
            },
            Native("pop(self, /)", "Remove and return an element of the set, the one added first.") { call in
                guard let item = call.interpreter.removeFirst(try call.receiver(set: "pop")) else {
                    throw Raised.key(.str("pop from an empty set"))
                }
                return item
            },
            Native("clear(self, /)", "Remove all elements from this set.") { call in
                try call.receiver(set: "clear").removeAll()
                return .none
            },
        ]
    }

    private static var updating: [Native] {
        func native(_ name: String, _ operation: BinaryOperation, _ doc: String) -> Native {
            Native("\(name)(self, /, *others)", doc) { call in
                let own = try call.receiver(set: name)
                for other in try others(call, 1) {
                    _ = try call.interpreter.binaryInPlace(operation, .set(own), .set(other))
                }
                return .none
            }
        }
        return [
            native("update", .or, "Update a set with the union of itself and others."),
            native("intersection_update", .and, "Update a set with the intersection of itself and others."),
            native("difference_update", .subtract, "Remove all elements of others from this set."),
            Native("symmetric_difference_update(self, other, /)", "Update a set with the symmetric difference of itself and another.") { call in
                let own = try call.receiver(set: "symmetric_difference_update")
                _ = try call.interpreter.binaryInPlace(.xor, .set(own), .set(call.interpreter.asSet(call[1])))
                return .none
            },
        ]
    }
}

extension Interpreter {
    func newSet(of iterable: Value, isFrozen: Bool) throws(Raised) -> SetObject {
        if case .set(let set) = iterable {
            try charge(count: set.count, of: 32)
            return set.copy(isFrozen: isFrozen)
        }
        let result = SetObject(isFrozen: isFrozen)
        if let keys = hashedKeys(of: iterable) {
            try charge(count: keys.count, of: 32)
            for (hash, key) in keys { try insert(result, key, hash: hash) }
            return result
        }
        try forEach(iterable) { item in
            try self.charge(bytes: 32)
            _ = try self.insert(result, item)
            return true
        }
        return result
    }

    /// The value itself if it is a set, else a set of its items.
    func asSet(_ value: Value) throws(Raised) -> SetObject {
        if case .set(let set) = plain(value) { return set }
        return try newSet(of: value, isFrozen: false)
    }
}
