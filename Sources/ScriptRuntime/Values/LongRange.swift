public import BigInt

/// A `range` whose parts or whose length do not fit `Int`: the same class to scripts, `range`, and as rare as it is slow.
///
/// `Interpreter.range(from:to:by:)` makes one only where no `RangeObject` can stand for it.
public final class LongRange: HostObject, HostIndexable, HostIterable, HostContainer, HostSized, HostComparable, HostHashable, HostTruth {
    public let start: BigInt
    public let stop: BigInt
    public let step: BigInt
    public let count: BigInt

    init(_ start: BigInt, _ stop: BigInt, _ step: BigInt) {
        (self.start, self.stop, self.step) = (start, stop, step)
        let isUp = step.sign == .plus
        let distance = isUp ? stop - start : start - stop
        count = distance <= 0 ? 0 : (distance - 1) / (isUp ? step : -step) + 1
    }

    /// The same with larger numbers.
    public convenience init(_ range: RangeObject) { self.init(BigInt(range.start), BigInt(range.stop), BigInt(range.step)) }

    public var scriptTypeName: String { "range" }
    public var scriptSummary: String { "range(\(start), \(stop)\(step == 1 ? "" : ", \(step)"))" }

    /// The item at `index`, which may be any number: those outside the range follow the same law.
    public subscript(index: BigInt) -> BigInt { start + index * step }

    /// Where the number stands, nil where it is not in the range.
    public func index(of number: BigInt) -> BigInt? {
        guard count > 0 else { return nil }
        let (index, rest) = (number - start).quotientAndRemainder(dividingBy: step)
        return rest == 0 && index >= 0 && index < count ? index : nil
    }

    /// Its iterator, from the first or from the last item on.
    public func iterator(isReversed: Bool = false) -> IteratorObject {
        isReversed ? LongRangeIterator(self[count - 1], -step, count) : LongRangeIterator(start, step, count)
    }

    // MARK: - Abilities

    public func item(at index: Value, _ interpreter: Interpreter) throws -> Value {
        if case .slice(let slice) = index { return try interpreter.slice(self, slice) }
        guard interpreter.plain(index).asBigInt != nil || interpreter.type(of: index).lookup(.__index__) != nil else {
            throw Raised.type("range indices must be integers or slices, not \(interpreter.typeName(of: index))")
        }
        var place = try interpreter.integer(index)
        if place < 0 { place += count }
        guard place >= 0, place < count else { throw Raised.index("range object index out of range") }
        return .integer(self[place])
    }

    public func iterate(_ interpreter: Interpreter) throws -> IteratorObject { iterator() }

    public func contains(_ value: Value, _ interpreter: Interpreter) throws -> Bool {
        if let number = value.asBigInt { return index(of: number) != nil }
        let iterator = iterator()
        while let item = try iterator.next(interpreter) {
            try interpreter.charge(steps: 1)
            if try interpreter.equal(item, value) { return true }
        }
        return false
    }

    public func length(_ interpreter: Interpreter) throws -> Int {
        guard let length = Int(exactly: count) else { throw Raised(.overflowError, "Python int too large to convert to C ssize_t") }
        return length
    }

    public func truth(_ interpreter: Interpreter) throws -> Bool { count != 0 }

    public func compare(_ operation: ComparisonOperation, _ other: Value, _ interpreter: Interpreter) throws -> Value? {
        let range: LongRange
        switch other {
        case .range(let small): range = LongRange(small)
        case .host(let box):
            guard let large = box.object as? LongRange else { return nil }
            range = large
        default: return nil
        }
        let isEqual = count == range.count && (count == 0 || start == range.start && (count == 1 || step == range.step))
        switch operation {
        case .equal: return .bool(isEqual)
        case .notEqual: return .bool(!isEqual)
        default: return nil
        }
    }

    public func scriptHash(_ interpreter: Interpreter) throws -> Int {
        let parts: [Value] = [.integer(count), count == 0 ? .none : .integer(start), count <= 1 ? .none : .integer(step)]
        return try interpreter.hash(.tuple(TupleObject(parts)))
    }
}

private final class LongRangeIterator: IteratorObject {
    private var current: BigInt
    private var left: BigInt
    private let step: BigInt

    init(_ first: BigInt, _ step: BigInt, _ count: BigInt) {
        (current, self.step, left) = (first, step, count)
        super.init()
    }

    override var typeName: String { "longrange_iterator" }

    override func next(_ interpreter: Interpreter) throws -> Value? {
        if left == 0 { return nil }
        left -= 1
        defer { current += step }
        return .integer(current)
    }

    override func lengthHint(_ interpreter: Interpreter) -> Int? { Int(exactly: left) }
}

/// Ranges and slices of any size.
extension Interpreter {
    /// `range(start, stop, step)`; the step must not be 0.
    public func range(from start: BigInt, to stop: BigInt, by step: BigInt) -> Value {
        if let start = Int(exactly: start), let stop = Int(exactly: stop), let step = Int(exactly: step),
            let range = RangeObject(start: start, stop: stop, step: step)
        {
            return .range(range)
        }
        return value(of: LongRange(start, stop, step), type: types.range)
    }

    /// - Throws: `OverflowError` for a range that no list can hold, before its items are walked over.
    func checkLength(_ iterable: Value) throws(Raised) {
        if case .host(let box) = iterable, box.type === types.range { _ = try length(iterable) }
    }

    func slice(_ range: LongRange, _ slice: SliceObject) throws(Raised) -> Value {
        let part = try places(of: slice, in: range.count)
        return self.range(from: range[part.start], to: range[part.stop], by: range.step * part.step)
    }

    /// `value.__index__()` as an integer of any size.
    public func integer(_ value: Value) throws(Raised) -> BigInt {
        if let integer = plain(value).asBigInt { return integer }
        guard let method = type(of: value).lookup(.__index__) else {
            throw .type("'\(typeName(of: value))' object cannot be interpreted as an integer")
        }
        let result = try callMethod(method, value)
        guard let integer = plain(result).asBigInt else { throw .type("__index__ returned non-int (type \(typeName(of: result)))") }
        return integer
    }

    /// The start, stop and step that a slice means for a sequence of `count` items.
    public func places(of slice: SliceObject, in count: BigInt) throws(Raised) -> (start: BigInt, stop: BigInt, step: BigInt) {
        let step = try part(slice.step) ?? 1
        if step == 0 { throw .value("slice step cannot be zero") }
        let isDown = step < 0
        let lowest: BigInt = isDown ? -1 : 0
        let highest = isDown ? count - 1 : count
        func clamp(_ given: BigInt?, _ missing: BigInt) -> BigInt {
            guard let given else { return missing }
            return given < 0 ? max(given + count, lowest) : min(given, highest)
        }
        let start = clamp(try part(slice.start), isDown ? highest : lowest)
        return (start, clamp(try part(slice.stop), isDown ? lowest : highest), step)
    }

    private func part(_ value: Value) throws(Raised) -> BigInt? {
        if value.isNone { return nil }
        guard plain(value).asBigInt != nil || type(of: value).lookup(.__index__) != nil else {
            throw .type("slice indices must be integers or None or have an __index__ method")
        }
        return try integer(value)
    }
}
