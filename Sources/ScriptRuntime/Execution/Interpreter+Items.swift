public import BigInt

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `value[index]`, `in`, and slices.
extension Interpreter {
    /// `value[index]`.
    public func item(of value: Value, at index: Value) throws(Raised) -> Value {
        switch value {
        case .list(let list):
            if case .slice(let slice) = index {
                let range = try resolve(slice, count: list.count)
                try charge(count: range.count, of: 16)
                return .list(list.slice(start: range.start, step: range.step, count: range.count))
            }
            return list[try position(index, list.count, "list")]
        case .tuple(let tuple):
            if case .slice(let slice) = index {
                let range = try resolve(slice, count: tuple.count)
                try charge(count: range.count, of: 16)
                return .tuple(tuple.slice(start: range.start, step: range.step, count: range.count))
            }
            return tuple[try position(index, tuple.count, "tuple")]
        case .dict(let dict):
            if let found = try get(dict, index) { return found }
            throw .key(index)
        case .str(let text):
            if case .slice(let slice) = index {
                let range = try resolve(slice, count: text.count)
                try charge(count: range.count, of: text.sliceWidth(range.step))
                return .str(text.slice(start: range.start, step: range.step, count: range.count))
            }
            return .str(.character(text[try position(index, text.count, "string")]))
        case .bytes(let bytes):
            if case .slice(let slice) = index {
                let range = try resolve(slice, count: bytes.count)
                try charge(bytes: range.count)
                return .bytes(BytesObject((0..<range.count).map { bytes.bytes[range.start + $0 * range.step] }))
            }
            return .int(Int(bytes.bytes[try position(index, bytes.count, "byte")]))
        case .range(let range):
            if case .slice(let slice) = index {
                if slice.isPlain {
                    let part = try bounds(slice, count: { range.count })
                    if let small = range.slice(start: part.start, stop: part.stop, step: part.step) { return .range(small) }
                }
                return try self.slice(LongRange(range), slice)
            }
            if case .bigInt = plain(index) { throw .index("range object index out of range") }
            return .int(range[try position(index, range.count, "range object")])
        case .host(let box):
            if let object = box.object.asIndexable { return try converting { try object.item(at: index, self) } }
            if box.type === types.genericAlias { throw .type("\(try repr(value).string) is not a generic class") }
        case .instance(let instance):
            if let method = instance.type.lookup(.__getitem__) { return try callMethod(method, value, index) }
            if case .dict(let dict) = instance.base { return try itemOfSubclass(value, dict, instance, index) }
            if !instance.base.isUndefined { return try item(of: instance.base, at: index) }
        case .type(let type):
            if type.lookup(.__class_getitem__) != nil { return try call(attribute(value, Symbol(.__class_getitem__)), [index]) }
            return try alias(of: type, index)
        default: break
        }
        if let method = type(of: value).lookup(.__getitem__) { return try callMethod(method, value, index) }
        throw .type("'\(typeName(of: value))' object is not subscriptable")
    }

    private func itemOfSubclass(
        _ value: Value, _ dict: DictObject, _ instance: InstanceObject, _ key: Value
    ) throws(Raised) -> Value {
        if let found = try get(dict, key) { return found }
        if let method = instance.type.lookup(.__missing__) { return try callMethod(method, value, key) }
        throw .key(key)
    }

    /// `value[index] = item`.
    public func setItem(of value: Value, at index: Value, to item: Value) throws(Raised) {
        switch value {
        case .list(let list):
            if case .slice(let slice) = index { return try setSlice(list, slice, item) }
            let place = try position(index, list.count, "list assignment")
            if Interpreter.mayHoldReferences(item) { track(list) }
            list[place] = item
            return
        case .dict(let dict):
            if dict.count & 63 == 63 { try charge(bytes: 64 * 64) }
            return try set(dict, index, item)
        case .host(let box):
            if let object = box.object.asIndexable {
                return try converting { try object.setItem(at: index, to: item, self) }
            }
        case .instance(let instance):
            if let method = instance.type.lookup(.__setitem__) {
                _ = try callMethod(method, value, index, item)
                return
            }
            if !instance.base.isUndefined { return try setItem(of: instance.base, at: index, to: item) }
        default: break
        }
        if let method = type(of: value).lookup(.__setitem__) {
            _ = try callMethod(method, value, index, item)
            return
        }
        if isLikeSequence(value), case .bigInt = index { throw .index("cannot fit 'int' into an index-sized integer") }
        throw .type("'\(typeName(of: value))' object does not support item assignment")
    }

    /// `del value[index]`.
    public func deleteItem(of value: Value, at index: Value) throws(Raised) {
        switch value {
        case .list(let list):
            if case .slice(let slice) = index {
                let range = try resolve(slice, count: list.count)
                if range.step == 1 {
                    list.replace(range.start, range.start + range.count, with: [])
                } else {
                    let doomed = Set((0..<range.count).map { range.start + $0 * range.step })
                    list.assign(list.items.enumerated().filter { !doomed.contains($0.offset) }.map(\.element))
                }
                return
            }
            list.remove(at: try position(index, list.count, "list assignment"))
            return
        case .dict(let dict):
            if try remove(dict, index) == nil { throw .key(index) }
            return
        case .host(let box):
            if let object = box.object.asIndexable { return try converting { try object.deleteItem(at: index, self) } }
        case .instance(let instance):
            if let method = instance.type.lookup(.__delitem__) {
                _ = try callMethod(method, value, index)
                return
            }
            if !instance.base.isUndefined { return try deleteItem(of: instance.base, at: index) }
        default: break
        }
        if let method = type(of: value).lookup(.__delitem__) {
            _ = try callMethod(method, value, index)
            return
        }
        // CPython says it in two ways: to an index of something that it takes for a sequence, and to everything else.
        if isLikeSequence(value), case .bigInt = index { throw .index("cannot fit 'int' into an index-sized integer") }
        let isIndex = index.asBigInt != nil || type(of: index).lookup(.__index__) != nil
        throw .type("'\(typeName(of: value))' object \(isIndex && isLikeSequence(value) ? "doesn't" : "does not") support item deletion")
    }

    private func isLikeSequence(_ value: Value) -> Bool {
        switch value {
        case .str, .bytes, .tuple, .range, .set, .instance, .host: true
        default: false
        }
    }

    /// `item in value`.
    public func contains(_ value: Value, _ item: Value) throws(Raised) -> Bool {
        switch value {
        case .str(let text):
            guard case .str(let needle) = plain(item) else {
                throw .type("'in <string>' requires string as left operand, not \(typeName(of: item))")
            }
            return text.contains(needle)
        case .list(let list):
            var index = 0
            while index < list.count {
                if try same(list[index], item) { return true }
                index += 1
            }
            try charge(steps: index / 8)
            return false
        case .tuple(let tuple):
            for index in 0..<tuple.count where try same(tuple[index], item) { return true }
            return false
        case .dict(let dict): return try contains(dict, item)
        case .set(let set): return try contains(set, item)
        case .range(let range):
            switch item {
            case .int(let number): return contains(range, number)
            case .bool(let truth): return contains(range, truth ? 1 : 0)
            case .bigInt: return false
            default: return try contains(items: .iterator(RangeIterator(range)), item)
            }
        case .bytes(let bytes):
            switch plain(item) {
            case .bytes(let needle): return StrObject.make(latin: bytes.bytes).contains(StrObject.make(latin: needle.bytes))
            case .int, .bool: break
            case .bigInt: throw .value("byte must be in range(0, 256)")
            default:
                if let needle = try buffer(item) { return StrObject.make(latin: bytes.bytes).contains(StrObject.make(latin: needle)) }
                guard type(of: item).lookup(.__index__) != nil else {
                    throw .type("a bytes-like object is required, not '\(typeName(of: item))'")
                }
            }
            guard let byte = UInt8(exactly: try index(item)) else { throw .value("byte must be in range(0, 256)") }
            return bytes.bytes.contains(byte)
        case .host(let box):
            if let object = box.object as? any HostContainer { return try converting { try object.contains(item, self) } }
            if box.type.lookup(.__contains__) == nil, box.object is any HostIterable { break }
        case .instance(let instance):
            if instance.type.lookup(.__contains__) == nil, instance.type.overrides(.__iter__) == nil, !instance.base.isUndefined {
                switch instance.base {
                case .int, .float, .bool, .bigInt: throw .type("argument of type '\(typeName(of: value))' is not iterable")
                default: return try contains(instance.base, item)
                }
            }
        default: break
        }
        if let method = type(of: value).lookup(.__contains__) {
            if method.isNone { throw .type("'\(typeName(of: value))' object is not a container") }
            return try truth(callMethod(method, value, item))
        }
        let iterator: Value
        do { iterator = try iterate(value) } catch {
            guard error.isInstance(of: .typeError, self) else { throw error }
            throw .type("argument of type '\(typeName(of: value))' is not iterable")
        }
        return try contains(items: iterator, item)
    }

    private func contains(items iterator: Value, _ item: Value) throws(Raised) -> Bool {
        while let next = try next(iterator) {
            try charge(steps: 1)
            if try same(next, item) { return true }
        }
        return false
    }

    private func contains(_ range: RangeObject, _ number: Int) -> Bool {
        guard range.count > 0 else { return false }
        let last = range[range.count - 1]
        guard range.step > 0 ? (number >= range.start && number <= last) : (number <= range.start && number >= last) else { return false }
        return (number &- range.start) % range.step == 0
    }

    // MARK: - Indices

    /// An index for a sequence of `count` items: negative ones count from the end.
    ///
    /// The items are counted after the index was asked for its number, which may run code that changes them.
    @inline(__always)
    func position(_ index: Value, _ count: @autoclosure () -> Int, _ what: String) throws(Raised) -> Int {
        var number: Int
        if case .int(let value) = index {
            number = value
        } else {
            number = try wholeIndex(index, what)
        }
        let count = count()
        if number < 0 { number &+= count }
        guard number >= 0 && number < count else { throw .index(what == "byte" ? "index out of range" : "\(what) index out of range") }
        return number
    }

    private func wholeIndex(_ index: Value, _ what: String) throws(Raised) -> Int {
        let name = what == "list assignment" ? "list" : what == "range object" ? "range" : what
        switch plain(index) {
        case .bool(let value): return value ? 1 : 0
        case .int(let value): return value
        case .bigInt: throw Raised(.indexError, "cannot fit 'int' into an index-sized integer")
        default:
            guard type(of: index).lookup(.__index__) != nil else {
                let kinds = what == "string" ? "integers, not '\(typeName(of: index))'" : "integers or slices, not \(typeName(of: index))"
                throw .type("\(name) indices must be \(kinds)")
            }
            return try self.index(index)
        }
    }

    /// `value.__index__()` as a Swift integer.
    public func index(_ value: Value) throws(Raised) -> Int {
        switch plain(value) {
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .bigInt: throw Raised(.overflowError, "Python int too large to convert to C ssize_t")
        default: break
        }
        guard let method = type(of: value).lookup(.__index__) else {
            throw .type("'\(typeName(of: value))' object cannot be interpreted as an integer")
        }
        let result = try callMethod(method, value)
        switch result {
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .bigInt: throw Raised(.overflowError, "Python int too large to convert to C ssize_t")
        default: throw .type("__index__ returned non-int (type \(typeName(of: result)))")
        }
    }

    /// `float(value)` for numbers and objects with `__float__` or `__index__`.
    public func double(_ value: Value) throws(Raised) -> Double {
        switch plain(value) {
        case .float(let value): return value
        case .int(let value): return Double(value)
        case .bool(let value): return value ? 1 : 0
        case .bigInt(let object): return try Interpreter.double(object.value)
        default: break
        }
        if let method = type(of: value).lookup(.__float__) {
            let result = try callMethod(method, value)
            guard case .float(let number) = plain(result) else {
                throw .type("\(typeName(of: value)).__float__ returned non-float (type \(typeName(of: result)))")
            }
            return number
        }
        if type(of: value).lookup(.__index__) != nil { return Double(try index(value)) }
        throw .type("must be real number, not \(typeName(of: value))")
    }

    /// Correctly rounded.
    static func double(_ value: BigInt) throws(Raised) -> Double {
        let result = nearest(value.magnitude)
        if result.isInfinite { throw Raised(.overflowError, "int too large to convert to float") }
        return value.sign == .minus ? -result : result
    }

    /// The nearest double, half to even; infinite beyond the largest.
    public static func nearest(_ value: BigUInt) -> Double {
        let dropped = value.bitWidth - 64
        if dropped <= 0 { return Double(UInt64(value)) }
        if dropped > 1024 { return .infinity }
        // The upper 64 bits; the last is one more bit of rounding, so it can stand for all below it.
        let top = UInt64(value >> dropped)
        let isExact = value.trailingZeroBitCount >= dropped
        return scalbn(Double(isExact ? top : top | 1), Int32(dropped))
    }

    /// The indices a slice means for a sequence of `count` items.
    ///
    /// The items are counted after the bounds were asked for their numbers, which may run code that changes them.
    public func resolve(_ slice: SliceObject, count: @autoclosure () -> Int) throws(Raised) -> (start: Int, step: Int, count: Int) {
        let (start, stop, step) = try bounds(slice, count: count)
        if step > 0 ? start >= stop : start <= stop { return (Swift.max(start, 0), step, 0) }
        let distance = step > 0 ? stop - start : start - stop
        return (start, step, Int((UInt(distance) - 1) / step.magnitude) + 1)
    }

    /// Start and end of a slice as they are for a sequence of `count` items: from -1 to `count`.
    private func bounds(_ slice: SliceObject, count: () -> Int) throws(Raised) -> (start: Int, stop: Int, step: Int) {
        let step = try sliceIndex(slice.step) ?? 1
        if step == 0 { throw .value("slice step cannot be zero") }
        let (first, last) = (try sliceIndex(slice.start), try sliceIndex(slice.stop))
        let count = count()
        let lowest = step < 0 ? -1 : 0
        let highest = step < 0 ? count - 1 : count
        func clamp(_ value: Int?, _ missing: Int) -> Int {
            guard var value else { return missing }
            if value < 0 { value = value <= -count - 1 ? lowest : Swift.max(value + count, lowest) }
            return Swift.min(value, highest)
        }
        return (clamp(first, step < 0 ? highest : lowest), clamp(last, step < 0 ? lowest : highest), step)
    }

    @inline(__always)
    private func sliceIndex(_ value: Value) throws(Raised) -> Int? {
        switch value {
        case .none: return nil
        case .int(let value): return value
        default: return try uncommonSliceIndex(value)
        }
    }

    private func uncommonSliceIndex(_ value: Value) throws(Raised) -> Int? {
        switch plain(value) {
        case .none: return nil
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .bigInt(let object): return object.value.sign == .minus ? .min : .max
        default:
            guard type(of: value).lookup(.__index__) != nil else {
                throw .type("slice indices must be integers or None or have an __index__ method")
            }
            return try index(value)
        }
    }

    /// The indices are resolved first and the items taken then; taking them may run code that changes the list.
    private func setSlice(_ list: ListObject, _ slice: SliceObject, _ value: Value) throws(Raised) {
        track(list)
        let range = try resolve(slice, count: list.count)
        let items: [Value]
        do { items = try self.items(of: value) } catch {
            guard error.isInstance(of: .typeError, self) else { throw error }
            throw .type(slice.step.isNone ? "can only assign an iterable" : "must assign iterable to extended slice")
        }
        if range.step == 1 {
            try charge(count: items.count, of: 16)
            let lower = Swift.min(range.start, list.count)
            list.replace(lower, Swift.min(Swift.max(range.start + range.count, lower), list.count), with: items)
            return
        }
        let places = (0..<range.count).map { range.start + $0 * range.step }.filter { $0 < list.count }
        guard items.count == places.count else {
            throw .value("attempt to assign sequence of size \(items.count) to extended slice of size \(places.count)")
        }
        for (place, item) in zip(places, items) { list[place] = item }
    }
}
