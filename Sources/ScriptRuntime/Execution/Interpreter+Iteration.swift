import BigInt

/// `iter`, `next`, and what Swift code needs to walk over script values.
extension Interpreter {
    /// `iter(value)`: an iterator value, built in or of a script class.
    public func iterate(_ value: Value) throws(Raised) -> Value {
        switch value {
        case .list(let list): return .iterator(ListIterator(list))
        case .range(let range): return .iterator(RangeIterator(range))
        case .tuple(let tuple): return .iterator(TupleIterator(tuple))
        case .iterator: return value
        case .str(let text): return .iterator(StrIterator(text))
        case .dict(let dict): return .iterator(TableIterator(dict, .keys))
        case .set(let set): return .iterator(TableIterator(set))
        case .bytes(let bytes):
            let list = ListObject(bytes.bytes.map { .int(Int($0)) })
            return .iterator(ListIterator(list))
        case .host(let box):
            if let object = box.object as? any HostIterable { return .iterator(try converting { try object.iterate(self) }) }
            return try iterateByMethod(value, box.type)
        case .instance(let instance):
            let method = instance.type.lookup(.__iter__)
            if case .str(let text) = instance.base, case .native(let native)? = method, native.owner === types.str {
                return .iterator(StrIterator(text, ofSubclass: true))
            }
            if method == nil, !instance.base.isUndefined {
                switch instance.base {
                case .int, .float, .bool, .bigInt: throw notIterable(value)
                default: return try iterate(instance.base)
                }
            }
            return try iterateByMethod(value, instance.type)
        default: throw notIterable(value)
        }
    }

    private func notIterable(_ value: Value) -> Raised {
        .type("'\(typeName(of: value))' object is not iterable")
    }

    private func iterateByMethod(_ value: Value, _ type: TypeObject) throws(Raised) -> Value {
        if let method = type.lookup(.__iter__) {
            if method.isNone { throw notIterable(value) }
            let result = try callMethod(method, value)
            switch result {
            case .iterator: return result
            default:
                if self.type(of: result).lookup(.__next__) != nil { return result }
                throw .type("iter() returned non-iterator of type '\(typeName(of: result))'")
            }
        }
        if type.lookup(.__getitem__) != nil {
            var index = 0
            return .iterator(
                ClosureIterator("iterator", drawingOn: [value]) { interpreter, sources in
                    do {
                        let item = try interpreter.item(of: sources[0], at: .int(index))
                        index += 1
                        return item
                    } catch let raised as Raised {
                        if raised.isInstance(of: .indexError, interpreter) || raised.isInstance(of: .stopIteration, interpreter) {
                            return nil
                        }
                        throw raised
                    }
                })
        }
        throw notIterable(value)
    }

    /// The next item of an iterator value, nil at its end.
    public func next(_ iterator: Value) throws(Raised) -> Value? {
        if case .iterator(let iterator) = iterator {
            do { return try iterator.next(self) } catch {
                let raised = convert(error)
                // Out of a function that the iterator calls: the end, as in CPython. Generators have made it a RuntimeError.
                if raised.isInstance(of: .stopIteration, self) { return nil }
                throw raised
            }
        }
        guard let method = type(of: iterator).lookup(.__next__) else {
            throw .type("'\(typeName(of: iterator))' object is not an iterator")
        }
        // A method that comes back here through Swift alone must end too.
        try checkStack()
        do {
            return try callMethod(method, iterator)
        } catch {
            if error.isInstance(of: .stopIteration, self) { return nil }
            throw error
        }
    }

    /// The `StopIteration` for an iterator at its end, with the value that a generator returned.
    public func endOfIteration(_ iterator: Value) -> Raised {
        if case .iterator(let iterator) = iterator, let generator = iterator as? GeneratorObject { return generator.endOfIteration() }
        return Raised(.stopIteration, "")
    }

    /// Calls `body` with each item of an iterable until it returns false.
    public func forEach(_ iterable: Value, _ body: (Value) throws -> Bool) throws(Raised) {
        switch iterable {
        case .list(let list):
            var index = 0
            while index < list.count {
                try charge(steps: 1)
                let item = list[index]
                index += 1
                if try !converting({ try body(item) }) { return }
            }
        case .tuple(let tuple):
            for index in 0..<tuple.count where try !converting({ try body(tuple[index]) }) { return }
        default:
            let iterator = try iterate(iterable)
            while let item = try next(iterator) {
                try charge(steps: 1)
                if try !converting({ try body(item) }) { return }
            }
        }
    }

    /// All items of an iterable; `asking` for its length first as CPython does where it makes a list or tuple of it.
    public func items(of iterable: Value, asking: Bool = false) throws(Raised) -> [Value] {
        switch iterable {
        case .list(let list):
            try requireRoom(for: list.count, of: MemoryLayout<Value>.stride)
            return list.items
        case .tuple(let tuple):
            try requireRoom(for: tuple.count, of: MemoryLayout<Value>.stride)
            return tuple.items
        case .range(let range):
            try charge(count: range.count, of: MemoryLayout<Value>.stride)
            var result: [Value] = []
            result.reserveCapacity(range.count)
            try eachPiece(of: range.count) { piece in for index in piece { result.append(.int(range[index])) } }
            return result
        default: break
        }
        try checkLength(iterable)
        var result: [Value] = []
        let iterator = try iterate(iterable)
        if asking { try askLength(iterable) }
        while let item = try next(iterator) {
            try charge(steps: 1)
            try charge(bytes: 16)
            try requireRoom(in: result)
            result.append(item)
        }
        return result
    }

    /// Asks an object for its length, or for a hint at it, as CPython does before it makes a list of what it gives: what that
    /// raises passes, unless it is a `TypeError`.
    public func askLength(_ iterable: Value) throws(Raised) {
        switch iterable {
        case .instance, .iterator: _ = try lengthHint(iterable)
        default: break
        }
    }

    /// `operator.length_hint(value)`, nil where nobody knows.
    public func lengthHint(_ value: Value) throws(Raised) -> Int? {
        if case .iterator(let iterator) = value { return try converting { try iterator.lengthHint(self) } }
        let type = type(of: value)
        if type.lookup(.__len__) != nil || !plain(value).isIdentical(to: value) || type.layout == .value {
            do { return try length(value) } catch {
                guard error.isInstance(of: .typeError, self) else { throw error }
            }
        }
        guard let method = type.lookup(.__length_hint__) else { return nil }
        let hint: Value
        do { hint = try callMethod(method, value) } catch {
            guard error.isInstance(of: .typeError, self) else { throw error }
            return nil
        }
        if hint.isNotImplemented { return nil }
        switch plain(hint) {
        case .int(let count):
            if count < 0 { throw .value("__length_hint__() should return >= 0") }
            return count
        case .bool(let flag): return flag ? 1 : 0
        case .bigInt: throw Raised(.overflowError, "cannot fit 'int' into an index-sized integer")
        default: throw .type("__length_hint__ must be an integer, not \(typeName(of: hint))")
        }
    }

    /// `len(value)`.
    public func length(_ value: Value) throws(Raised) -> Int {
        switch value {
        case .str(let text): return text.count
        case .list(let list): return list.count
        case .tuple(let tuple): return tuple.count
        case .dict(let dict): return dict.count
        case .set(let set): return set.count
        case .bytes(let bytes): return bytes.count
        case .range(let range): return range.count
        case .host(let box):
            if let object = box.object as? any HostSized { return try converting { try object.length(self) } }
        case .instance(let instance):
            if instance.type.lookup(.__len__) == nil, !instance.base.isUndefined { return try length(instance.base) }
        default: break
        }
        guard let method = type(of: value).lookup(.__len__) else {
            throw .type("object of type '\(typeName(of: value))' has no len()")
        }
        let given = try callMethod(method, value)
        if case .bigInt(let object) = plain(given) {
            if object.value.sign == .minus { throw .value("__len__() should return >= 0") }
            throw Raised(.overflowError, "cannot fit 'int' into an index-sized integer")
        }
        let length = try index(given)
        if length < 0 { throw .value("__len__() should return >= 0") }
        return length
    }

    /// Runs Swift code that may throw anything, and turns what is not a `Raised` into one.
    public func converting<Result>(_ body: () throws -> Result) throws(Raised) -> Result {
        do { return try body() } catch { throw convert(error) }
    }
}
