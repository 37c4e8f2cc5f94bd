import BigInt

/// Truth, equality, order and hash.
extension Interpreter {
    /// `bool(value)`
    public func truth(_ value: Value) throws(Raised) -> Bool {
        switch value {
        case .bool(let value): return value
        case .none, .undefined: return false
        case .int(let value): return value != 0
        case .float(let value): return value != 0
        case .str(let text): return text.count != 0
        case .list(let list): return list.count != 0
        case .tuple(let tuple): return tuple.count != 0
        case .dict(let dict): return dict.count != 0
        case .set(let set): return set.count != 0
        case .bytes(let bytes): return bytes.count != 0
        case .range(let range): return range.count != 0
        case .instance(let instance): return try truth(instance, value)
        case .host(let box):
            if let object = box.object as? any HostTruth { return try converting { try object.truth(self) } }
            if let object = box.object as? any HostSized { return try converting { try object.length(self) } != 0 }
            return try nativeTruth(value, box.type)
        default: return true
        }
    }

    private func truth(_ instance: InstanceObject, _ value: Value) throws(Raised) -> Bool {
        if instance.type.overrides(.__bool__) == nil, instance.type.overrides(.__len__) == nil, !instance.base.isUndefined {
            return try truth(instance.base)
        }
        return try nativeTruth(value, instance.type)
    }

    private func nativeTruth(_ value: Value, _ type: TypeObject) throws(Raised) -> Bool {
        if let method = type.lookup(.__bool__) {
            let result = try callMethod(method, value)
            guard case .bool(let truth) = result else {
                throw .type("__bool__ should return bool, returned \(typeName(of: result))")
            }
            return truth
        }
        if type.lookup(.__len__) != nil { return try length(value) != 0 }
        return true
    }

    // MARK: - Equality

    /// Code points from which on comparing texts is charged.
    static let longText = 1 << 12

    /// `a is b or a == b`: how containers compare their items.
    @inline(__always)
    public func same(_ a: Value, _ b: Value) throws(Raised) -> Bool {
        if a.isIdentical(to: b) { return true }
        return try equal(a, b)
    }

    /// The truth of `a == b`.
    public func equal(_ a: Value, _ b: Value) throws(Raised) -> Bool {
        switch (a, b) {
        case (.int(let a), .int(let b)): return a == b
        case (.str(let a), .str(let b)):
            if a.count > Interpreter.longText { try charge(passing: a.count) }
            return a == b
        case (.float(let a), .float(let b)): return a == b
        case (.instance, _), (_, .instance), (.host, _), (_, .host), (.cell, .cell):
            return try truth(compare(.equal, a, b))
        default: return try equalBuiltins(a, b)
        }
    }

    private func equalBuiltins(_ a: Value, _ b: Value) throws(Raised) -> Bool {
        switch (a, b) {
        case (.list(let a), .list(let b)):
            if a.count != b.count { return false }
            try checkStack()
            var index = 0
            while index < a.count, index < b.count {
                // As in CPython: items that differ but are no longer there leave it to the numbers of items.
                if try !same(a[index], b[index]) { return index >= a.count || index >= b.count ? a.count == b.count : false }
                try charge(place: index)
                index += 1
            }
            return a.count == b.count
        case (.tuple(let a), .tuple(let b)):
            if a.count != b.count { return false }
            try checkStack()
            for index in 0..<a.count {
                if try !same(a[index], b[index]) { return false }
                try charge(place: index)
            }
            return true
        case (.dict(let a), .dict(let b)):
            if a.count != b.count { return false }
            try checkStack()
            var number = 0
            while let entry = a.nextEntry(from: number) {
                number = entry.number + 1
                guard let other = try get(b, entry.key, hash: a.table.entries[entry.number].hash) else { return false }
                if try !same(entry.value, other) { return false }
                try charge(place: number)
            }
            return true
        case (.set(let a), .set(let b)):
            if a.count != b.count { return false }
            return try isSubset(a, b)
        case (.bytes(let a), .bytes(let b)):
            try charge(passing: a.count)
            return a.bytes == b.bytes
        case (.range(let a), .range(let b)):
            return a.count == b.count && (a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step))
        case (.slice(let a), .slice(let b)):
            if try !same(a.start, b.start) { return false }
            if try !same(a.stop, b.stop) { return false }
            return try same(a.step, b.step)
        case (.boundMethod(let a), .boundMethod(let b)):
            return a.function.isIdentical(to: b.function) && a.receiver.isIdentical(to: b.receiver)
        default:
            if let order = numericOrder(a, b) { return order == .equal }
            return a.isIdentical(to: b)
        }
    }

    func isSubset(_ a: SetObject, _ b: SetObject) throws(Raised) -> Bool {
        var number = 0
        while let entry = a.nextItem(from: number) {
            number = entry.number + 1
            if try !contains(b, entry.item, hash: a.table.entries[entry.number].hash) { return false }
            try charge(place: number)
        }
        return true
    }

    enum Order { case less, equal, greater, unordered }

    /// The order of two numbers of any kinds; nil when one is no number.
    func numericOrder(_ a: Value, _ b: Value) -> Order? {
        switch (a, b) {
        case (.int(let a), .int(let b)): return a < b ? .less : a == b ? .equal : .greater
        case (.float(let a), .float(let b)): return Interpreter.order(a, b)
        default: break
        }
        if let a = a.asBigInt {
            if let b = b.asBigInt { return a < b ? .less : a == b ? .equal : .greater }
            if case .float(let b) = b { return Interpreter.order(a, b) }
        } else if case .float(let a) = a, let b = b.asBigInt {
            switch Interpreter.order(b, a) {
            case .less: return .greater
            case .greater: return .less
            case let other: return other
            }
        }
        return nil
    }

    private static func order(_ a: Double, _ b: Double) -> Order {
        a < b ? .less : a == b ? .equal : a > b ? .greater : .unordered
    }

    /// Exact, also where the integer has no double.
    private static func order(_ a: BigInt, _ b: Double) -> Order {
        if b.isNaN { return .unordered }
        if b.isInfinite { return b < 0 ? .greater : .less }
        if let small = Int(exactly: a), small.magnitude < 1 << 53 { return order(Double(small), b) }
        let whole = BigInt(b.rounded(.towardZero))
        if a != whole { return a < whole ? .less : .greater }
        let fraction = b - b.rounded(.towardZero)
        return fraction > 0 ? .less : fraction < 0 ? .greater : .equal
    }

    // MARK: - Order

    /// The value of `a < b` and its like.
    public func compare(_ operation: ComparisonOperation, _ a: Value, _ b: Value) throws(Raised) -> Value {
        switch (a, b) {
        case (.instance, _), (_, .instance), (.host, _), (_, .host), (.cell, .cell):
            if let result = try compareObjects(operation, a, b) { return result }
            let (x, y) = (plain(a), plain(b))
            if Tag.payload(x) != Tag.payload(a) || Tag.payload(y) != Tag.payload(b) {
                do { return try compare(operation, x, y) } catch {
                    // The classes of the operands are told, not those behind them.
                    guard case .pending(.typeError, let message, _, _) = error.content, message == unorderedText(operation, x, y) else { throw error }
                    throw unordered(operation, a, b)
                }
            }
            switch operation {
            case .equal: return .bool(a.isIdentical(to: b))
            case .notEqual: return .bool(!a.isIdentical(to: b))
            default: throw unordered(operation, a, b)
            }
        default: break
        }
        switch operation {
        case .equal: return .bool(try equal(a, b))
        case .notEqual: return .bool(try !equal(a, b))
        default: return .bool(try isOrdered(operation, a, b))
        }
    }

    /// The truth of `a < b` and its like.
    @inline(__always)
    public func isTrue(_ operation: ComparisonOperation, _ a: Value, _ b: Value) throws(Raised) -> Bool {
        let result = try compare(operation, a, b)
        if case .bool(let truth) = result { return truth }
        return try truth(result)
    }

    private func unordered(_ operation: ComparisonOperation, _ a: Value, _ b: Value) -> Raised {
        .type(unorderedText(operation, a, b))
    }

    private func unorderedText(_ operation: ComparisonOperation, _ a: Value, _ b: Value) -> String {
        "'\(operation.symbol)' not supported between instances of '\(typeName(of: a))' and '\(typeName(of: b))'"
    }

    private func decide(_ operation: ComparisonOperation, _ order: Order) -> Bool {
        switch operation {
        case .less: order == .less
        case .lessOrEqual: order == .less || order == .equal
        case .equal: order == .equal
        case .notEqual: order != .equal
        case .greater: order == .greater
        case .greaterOrEqual: order == .greater || order == .equal
        }
    }

    private func isOrdered(_ operation: ComparisonOperation, _ a: Value, _ b: Value) throws(Raised) -> Bool {
        switch (a, b) {
        case (.str(let a), .str(let b)):
            if a.count > Interpreter.longText { try charge(passing: a.count) }
            let order = StrObject.order(a, b)
            return decide(operation, order < 0 ? .less : order == 0 ? .equal : .greater)
        case (.list(let x), .list(let y)):
            try checkStack()
            var index = 0
            while index < x.count, index < y.count {
                if try !same(x[index], y[index]) {
                    if index >= x.count || index >= y.count { break }
                    return try isTrue(operation, x[index], y[index])
                }
                try charge(place: index)
                index += 1
            }
            return decide(operation, x.count < y.count ? .less : x.count == y.count ? .equal : .greater)
        case (.tuple(let x), .tuple(let y)):
            try checkStack()
            for index in 0..<Swift.min(x.count, y.count) {
                if try !same(x[index], y[index]) { return try isTrue(operation, x[index], y[index]) }
                try charge(place: index)
            }
            return decide(operation, x.count < y.count ? .less : x.count == y.count ? .equal : .greater)
        case (.set(let x), .set(let y)):
            let (small, large) = operation == .less || operation == .lessOrEqual ? (x, y) : (y, x)
            let isProper = operation == .less || operation == .greater
            if isProper ? small.count >= large.count : small.count > large.count { return false }
            return try isSubset(small, large)
        case (.bytes(let x), .bytes(let y)):
            try charge(passing: Swift.min(x.count, y.count) * 8)
            let less = x.bytes.lexicographicallyPrecedes(y.bytes)
            return decide(operation, less ? .less : x.bytes == y.bytes ? .equal : .greater)
        default:
            guard let order = numericOrder(a, b) else { throw unordered(operation, a, b) }
            return decide(operation, order)
        }
    }

    private static func dunder(_ operation: ComparisonOperation) -> Dunder {
        switch operation {
        case .less: .__lt__
        case .lessOrEqual: .__le__
        case .equal: .__eq__
        case .notEqual: .__ne__
        case .greater: .__gt__
        case .greaterOrEqual: .__ge__
        }
    }

    /// Comparison by methods of script classes, native classes and host objects; nil when none knows.
    private func compareObjects(_ operation: ComparisonOperation, _ a: Value, _ b: Value) throws(Raised) -> Value? {
        let typeA = type(of: a)
        let typeB = type(of: b)
        let swappedFirst = typeA !== typeB && typeB.isSubtype(of: typeA)
        if swappedFirst, let result = try compareOneSide(operation.swapped, b, typeB, a) { return result }
        if let result = try compareOneSide(operation, a, typeA, b) { return result }
        if !swappedFirst, let result = try compareOneSide(operation.swapped, b, typeB, a) { return result }
        return nil
    }

    private func compareOneSide(
        _ operation: ComparisonOperation, _ value: Value, _ type: TypeObject, _ other: Value
    ) throws(Raised) -> Value? {
        // A range's methods come back here.
        if type !== types.range, let method = type.lookup(Interpreter.dunder(operation)) {
            let result: Value
            if case .descriptor = method {
                let bound: Value
                do { bound = try bind(method, value, type) } catch {
                    // As in CPython: one that cannot be had is none.
                    if error.stop != nil { throw error }
                    return nil
                }
                result = try call(bound, [other])
            } else {
                result = try callMethod(method, value, other)
            }
            return result.isNotImplemented ? nil : result
        }
        if operation == .notEqual, type !== types.range, let method = type.lookup(.__eq__) {
            let result = try callMethod(method, value, other)
            return result.isNotImplemented ? nil : .bool(try !truth(result))
        }
        if case .host(let box) = plain(value), let object = box.object.asComparable {
            return try converting { try object.compare(operation, other, self) }
        }
        return nil
    }

    // MARK: - Hash

    /// The float as a value of its own: a NaN that is made anew is no other's equal, and its bits tell it apart from them.
    public func distinct(_ value: Double) -> Value {
        guard value.isNaN else { return .float(value) }
        nanCount = nanCount &+ 2
        return .float(Double(bitPattern: value.bitPattern & 0xFFF8_0000_0000_0000 | nanCount & 0x7_FFFF_FFFF_FFFF))
    }

    private static let modulus = (1 << 61) - 1

    /// `hash(value)`
    public func hash(_ value: Value) throws(Raised) -> Int {
        switch value {
        case .str(let text): return text.hashValue
        case .int(let value): return Interpreter.hash(value)
        case .bool(let value): return value ? 1 : 0
        case .float(let value): return Interpreter.hash(value)
        case .bigInt(let object):
            let rest = Int(object.value.magnitude % BigUInt(UInt(Interpreter.modulus)))
            return Interpreter.notMinusOne(object.value.sign == .minus ? -rest : rest)
        case .none, .undefined: return 0x6E6F_6E65
        case .tuple(let tuple): return try hash(tuple)
        case .bytes(let bytes): return bytes.hash
        case .set(let set):
            guard set.isFrozen else { throw .type("unhashable type: 'set'") }
            return hash(frozen: set)
        case .list: throw .type("unhashable type: 'list'")
        case .dict: throw .type("unhashable type: 'dict'")
        case .slice: throw .type("unhashable type: 'slice'")
        case .range(let range):
            let start = range.count == 0 ? Value.none : .int(range.start)
            let step = range.count <= 1 ? Value.none : .int(range.step)
            return try hash(TupleObject([.int(range.count), start, step]))
        case .boundMethod(let method): return method.receiver.identity ^ method.function.identity &* 31
        case .instance(let instance): return try hash(instance, value)
        case .host(let box):
            if let object = box.object as? any HostHashable { return Interpreter.notMinusOne(try converting { try object.scriptHash(self) }) }
            if box.object is any HostComparable { throw .type("unhashable type: '\(box.type.messageName)'") }
            return Interpreter.notMinusOne(Int(bitPattern: ObjectIdentifier(box.object)))
        default: return value.identity >> 4
        }
    }

    @inline(__always)
    static func hash(_ value: Int) -> Int {
        if value > -modulus && value < modulus { return value == -1 ? -2 : value }
        let rest = Int(value.magnitude % UInt(modulus))
        return notMinusOne(value < 0 ? -rest : rest)
    }

    @inline(__always)
    private static func notMinusOne(_ value: Int) -> Int { value == -1 ? -2 : value }

    /// CPython's: equal to the hash of an equal integer.
    private static func hash(_ value: Double) -> Int {
        // As in CPython, one NaN is not another: see `distinct`.
        if value.isNaN { return Int(truncatingIfNeeded: value.bitPattern) }
        if value.isInfinite { return value > 0 ? 314_159 : -314_159 }
        if let whole = Int(exactly: value) { return hash(whole) }
        var mantissa = value.magnitude.significand
        var exponent = Int(value.magnitude.exponent) + 1
        mantissa /= 2
        var result: UInt = 0
        while mantissa != 0 {
            result = (result << 28) & UInt(modulus) | result >> (61 - 28)
            mantissa *= 268_435_456
            exponent -= 28
            let part = UInt(mantissa)
            mantissa -= Double(part)
            result += part
            if result >= UInt(modulus) { result -= UInt(modulus) }
        }
        let shift = exponent >= 0 ? exponent % 61 : 60 - (-1 - exponent) % 61
        result = (result << UInt(shift)) & UInt(modulus) | result >> UInt(61 - shift)
        let signed = Int(result)
        return notMinusOne(value < 0 ? -signed : signed)
    }

    private func hash(_ tuple: TupleObject) throws(Raised) -> Int {
        try checkStack()
        // The xxHash rounds of CPython.
        let prime1: UInt = 11_400_714_785_074_694_791
        let prime2: UInt = 14_029_467_366_897_019_727
        let prime5: UInt = 2_870_177_450_012_600_261
        var result = prime5
        for index in 0..<tuple.count {
            result = result &+ UInt(bitPattern: try hash(tuple[index])) &* prime2
            result = result << 31 | result >> 33
            result = result &* prime1
            try charge(place: index)
        }
        result = result &+ (UInt(tuple.count) ^ (prime5 ^ 3_527_539))
        return result == .max ? 1_546_275_796 : Int(bitPattern: result)
    }

    private func hash(frozen set: SetObject) -> Int {
        if let known = set.frozenHash { return known }
        var result: UInt = 1_927_868_237 &* UInt(set.count + 1)
        for number in 0..<set.table.used where set.table.isLive(number) {
            let hash = UInt(bitPattern: set.table.entries[number].hash)
            result ^= (hash ^ 89_869_747 ^ hash << 16) &* 3_644_798_167
        }
        result ^= result >> 11 ^ result >> 25
        result = result &* 69_069 &+ 907_133_923
        let hash = Interpreter.notMinusOne(Int(bitPattern: result))
        set.frozenHash = hash
        return hash
    }

    private func hash(_ instance: InstanceObject, _ value: Value) throws(Raised) -> Int {
        if let method = instance.type.lookup(.__hash__) {
            if method.isNone { throw .type("unhashable type: '\(instance.type.messageName)'") }
            if case .native(let native) = method, native.owner?.layout == .value { return try hash(baseOf: instance) }
            let result = try callMethod(method, value)
            switch plain(result) {
            case .int(let hash): return Interpreter.notMinusOne(hash)
            case .bigInt, .bool: return try hash(plain(result))
            default: throw .type("__hash__ method should return an integer")
            }
        }
        if !instance.base.isUndefined { return try hash(baseOf: instance) }
        return value.identity >> 4
    }

    private func hash(baseOf instance: InstanceObject) throws(Raised) -> Int {
        switch instance.base {
        case .list, .dict: throw .type("unhashable type: '\(instance.type.messageName)'")
        case .set(let set) where !set.isFrozen: throw .type("unhashable type: '\(instance.type.messageName)'")
        default: return try hash(instance.base)
        }
    }
}
